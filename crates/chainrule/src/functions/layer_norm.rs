//! Normalisation over the last axis.

use super::support::{is_float, optional};
use crate::circuit::{Call, Doc, Fault, FunctionDef, Wire, composed, mistake};

/// See the module.
pub static LAYER_NORM: FunctionDef = FunctionDef {
    name: "layer_norm",
    doc: Doc {
        summary: "Each row along the last axis with mean 0 and variance 1, then scaled and shifted.",
        formula: "y = (x - mean) / sqrt(variance + epsilon) scale + bias",
        local: "dy/dx = (I - 1/n - z z^T / n) / sqrt(variance + epsilon) scale, z the normalised row",
        kinks: "",
        source: "Ba, Kiros and Hinton 2016, arXiv:1607.06450",
    },
    call: Call {
        signature: "x, scale=none, bias=none, epsilon=1e-5",
        build: |a| a.wire("x").layer_norm(optional(a, "scale"), optional(a, "bias"), a.real("epsilon", 1e-5)),
    },
};

/// `x` with mean 0 and variance 1 over axes, beside that mean and variance, which keep their axes.
#[track_caller]
pub(super) fn standardised(x: Wire, axes: &[usize], epsilon: f64) -> (Wire, Wire, Wire) {
    let mean = x.mean_axes(axes).keep_axes(x.shape(), axes);
    let off = x - mean;
    let variance = off.square().mean_axes(axes).keep_axes(x.shape(), axes);
    // Times a number for each row: its local gradients are there already.
    (off * (variance + epsilon).rsqrt(), mean, variance)
}

/// Times `scale` plus `bias`, those that are given.
#[track_caller]
pub(super) fn scaled(x: Wire, scale: Option<Wire>, bias: Option<Wire>) -> Wire {
    let times = scale.map_or(x, |scale| x * scale);
    bias.map_or(times, |bias| times + bias)
}

impl Wire {
    /// Each row along the last axis with mean 0 and variance 1, then times `scale` plus `bias`, which have that axis.
    #[track_caller]
    pub fn layer_norm(self, scale: Option<Wire>, bias: Option<Wire>, epsilon: f64) -> Wire {
        if !is_float("layer_norm", self) {
            return Wire::POISON;
        }
        let Some(last) = self.shape().rank().checked_sub(1) else {
            return mistake(
                "layer_norm",
                Fault::new("one number has no axis to normalise over", "give it an axis"),
            );
        };
        let given: Vec<Wire> = [Some(self), scale, bias].into_iter().flatten().collect();
        composed("layer_norm", &given, || scaled(standardised(self, &[last], epsilon).0, scale, bias))
    }
}

#[cfg(test)]
mod tests {
    use crate::functions::support::tests::{check_gradient, random, run};

    #[test]
    fn rows_have_mean_zero_and_variance_one() {
        let x = random(&[3, 5], 4);
        let found = run(
            |w| {
                let y = w[0].layer_norm(None, None, 0.0);
                vec![y.mean_axes(&[1]), y.variance_axes(&[1], 0.0)]
            },
            std::slice::from_ref(&x),
        );
        assert!(found[0].iter().all(|m| m.abs() < 1e-15) && found[1].iter().all(|v| (v - 1.0).abs() < 1e-14));
        let weights = [x, random(&[5], 5), random(&[5], 6), random(&[3, 5], 7)];
        check_gradient(|w| (w[0].layer_norm(Some(w[1]), Some(w[2]), 1e-5) * w[3]).sum(), &weights);
    }
}

//! Normalisation of channels over a batch.

use super::layer_norm::{scaled, standardised};
use super::support::{is_float, optional};
use crate::circuit::{Call, Doc, Fault, FunctionDef, Wire, composed, mistake};

/// See the module.
pub static BATCH_NORM: FunctionDef = FunctionDef {
    name: "batch_norm",
    doc: Doc {
        summary: "Each channel of [n, c, ..] with mean 0 and variance 1 over the batch and all places, then scaled and \
                  shifted. In Rust the mean and variance of the batch come beside it.",
        formula: "y = (x - mean) / sqrt(variance + epsilon) scale + bias; mean and variance (divided by n) of each channel",
        local: "as layer_norm, along the batch",
        kinks: "",
        source: "Ioffe and Szegedy 2015, arXiv:1502.03167",
    },
    call: Call {
        signature: "x, scale=none, bias=none, epsilon=1e-5",
        build: |a| {
            a.wire("x").batch_norm(optional(a, "scale"), optional(a, "bias"), a.real("epsilon", 1e-5)).0
        },
    },
};

/// Whether there are channels, the second axis.
#[track_caller]
pub(super) fn has_channels(function: &str, x: Wire) -> bool {
    if !is_float(function, x) {
        return false;
    }
    let fits = x.shape().rank() >= 2;
    if !fits {
        let what = format!("takes [n, c, ..], not {}", x.shape());
        mistake(function, Fault::new(what, "the second axis holds the channels"));
    }
    fits
}

/// One number a channel, in a shape that broadcasts against `x`.
#[track_caller]
pub(super) fn by_channel(function: &str, x: Wire, numbers: Wire) -> Wire {
    if numbers.is_poisoned() {
        return numbers;
    }
    let (channels, given) = (x.shape()[1], numbers.shape());
    if given.dims() != [channels] {
        let what = format!("{given} for {channels} channels");
        return mistake(function, Fault::new(what, "give one number for each channel"));
    }
    numbers.reshape(&[vec![channels], vec![1; x.shape().rank() - 2]].concat())
}

impl Wire {
    /// Each channel of `[n, c, ..]` with mean 0 and variance 1, then times `scale` plus `bias`, which are `[c]`; beside it
    /// the batch's mean and variance, `[c]`. That variance is divided by n: running variances for use after training are
    /// by custom n / (n - 1) times it.
    #[track_caller]
    pub fn batch_norm(self, scale: Option<Wire>, bias: Option<Wire>, epsilon: f64) -> (Wire, Wire, Wire) {
        if !has_channels("batch_norm", self) {
            return (Wire::POISON, Wire::POISON, Wire::POISON);
        }
        let given: Vec<Wire> = [Some(self), scale, bias].into_iter().flatten().collect();
        composed("batch_norm", &given, || {
            let axes: Vec<usize> = (0..self.shape().rank()).filter(|&axis| axis != 1).collect();
            let (y, mean, variance) = standardised(self, &axes, epsilon);
            let wide = |numbers: Option<Wire>| numbers.map(|n| by_channel("batch_norm", self, n));
            let flat = [self.shape()[1]];
            (scaled(y, wide(scale), wide(bias)), mean.reshape(&flat), variance.reshape(&flat))
        })
    }

    /// What [`Wire::batch_norm`] does, with a mean and variance that are known, `[c]`: for use after training.
    #[track_caller]
    pub fn batch_norm_with(
        self,
        (mean, variance): (Wire, Wire),
        scale: Option<Wire>,
        bias: Option<Wire>,
        epsilon: f64,
    ) -> Wire {
        if !has_channels("batch_norm", self) {
            return Wire::POISON;
        }
        let given: Vec<Wire> =
            [Some(self), Some(mean), Some(variance), scale, bias].into_iter().flatten().collect();
        composed("batch_norm", &given, || {
            let wide = |numbers: Wire| by_channel("batch_norm", self, numbers);
            let y = (self - wide(mean)) / (wide(variance) + epsilon).sqrt();
            scaled(y, scale.map(wide), bias.map(wide))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::base::{DType, Spec};
    use crate::functions::support::tests::{check_gradient, mistakes, random, run};

    #[test]
    fn channels_have_mean_zero_and_variance_one() {
        let x = random(&[4, 2, 3], 4);
        let found = run(
            |w| {
                let (y, mean, variance) = w[0].batch_norm(None, None, 1e-5);
                let again = w[0].batch_norm_with((mean, variance), None, None, 1e-5);
                vec![
                    y.mean_axes(&[0, 2]),
                    y.variance_axes(&[0, 2], 0.0),
                    mean - w[0].mean_axes(&[0, 2]),
                    again - y,
                ]
            },
            std::slice::from_ref(&x),
        );
        assert!(found[0].iter().all(|m| m.abs() < 1e-15) && found[1].iter().all(|v| (v - 1.0).abs() < 1e-4));
        assert!(found[2].iter().chain(&found[3]).all(|d| d.abs() < 1e-15));
        let all = [x, random(&[2], 5), random(&[2], 6), random(&[4, 2, 3], 7)];
        check_gradient(|w| (w[0].batch_norm(Some(w[1]), Some(w[2]), 1e-5).0 * w[3]).sum(), &all);
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let spec = |dims: &[usize]| Spec::new(dims, DType::F64).expect("a small shape");
        let text = mistakes(|w| w[0].batch_norm(Some(w[1]), None, 1e-5).0, &[spec(&[4, 2]), spec(&[4])]);
        assert!(text.contains("[4] for 2 channels; hint: give one number for each channel"), "{text}");
        let text = mistakes(|w| w[0].batch_norm(None, None, 1e-5).0, &[spec(&[4])]);
        assert!(text.contains("batch_norm: takes [n, c, ..], not [4]"), "{text}");
    }
}

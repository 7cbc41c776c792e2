//! The cross entropy of yes and no, from logits.

use super::softplus::ramp_and_depth;
use crate::circuit::{Call, Doc, FunctionDef, Wire, composed};

/// See the module.
pub static BINARY_CROSS_ENTROPY: FunctionDef = FunctionDef {
    name: "binary_cross_entropy",
    doc: Doc {
        summary: "The cross entropy between a target in [0, 1] and sigmoid(x), from the logit x. One loss for each logit.",
        formula: "loss = -t log(sigmoid(x)) - (1 - t) log(1 - sigmoid(x)) = max(x, 0) - t x + log1p(exp(-|x|))",
        local: "dloss/dx = sigmoid(x) - t",
        kinks: "x infinite: the gradient is the limit, the value may be NaN",
        source: "",
    },
    call: Call { signature: "x, t", build: |a| a.wire("x").binary_cross_entropy(a.wire("t")) },
};

impl Wire {
    /// The cross entropy between targets in [0, 1] and the sigmoid of these logits, element by element.
    #[track_caller]
    pub fn binary_cross_entropy(self, targets: Wire) -> Wire {
        composed("binary_cross_entropy", &[self, targets], || {
            let (ramp, depth) = ramp_and_depth(self);
            // The ramp meets its target before the small term is added, which would be rounded away otherwise.
            (ramp - targets * self) + depth.exp().log1p()
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::functions::support::tests::{check_gradient, gradient_of, run};

    #[test]
    fn follows_its_definition_and_keeps_small_losses() {
        let at = [[0.0, 40.0, -40.0, 800.0].into(), [1.0, 1.0, 0.0, 0.0].into()];
        let small = (-40f64).exp();
        assert_eq!(
            run(|w| vec![w[0].binary_cross_entropy(w[1])], &at),
            [vec![2f64.ln(), small, small, 800.0]]
        );
        check_gradient(|w| w[0].binary_cross_entropy(w[1]).sum(), &[[0.3, -2.0].into(), [0.2, 0.9].into()]);
        let at_zero = gradient_of(|w| w[0].binary_cross_entropy(w[1]), &[0.0.into(), 1.0.into()]);
        assert_eq!(at_zero[0], [-0.5]);
    }
}

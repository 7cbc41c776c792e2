//! A smooth ramp.

use crate::circuit::{Call, Doc, FunctionDef, Wire, composed};
use crate::gates::support::operands::zeros_like;

/// See the module.
pub static SOFTPLUS: FunctionDef = FunctionDef {
    name: "softplus",
    doc: Doc {
        summary: "A smooth ramp: relu with its corner rounded. Never overflows.",
        formula: "y = log(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|))",
        local: "dy/dx = sigmoid(x)",
        kinks: "",
        source: "",
    },
    call: Call { signature: "x", build: |a| a.wire("x").softplus() },
};

/// The ramp, and minus the distance from 0. Selected in a way that the slopes of both halves at 0 add up to 1/2.
#[track_caller]
pub(super) fn ramp_and_depth(x: Wire) -> (Wire, Wire) {
    let positive = x.gt(0.0);
    (positive.select(x, zeros_like(x)), positive.select(-x, x))
}

impl Wire {
    /// `log(1 + exp(x))`, which never overflows.
    #[track_caller]
    pub fn softplus(self) -> Wire {
        composed("softplus", &[self], || {
            let (ramp, depth) = ramp_and_depth(self);
            ramp + depth.exp().log1p()
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::functions::support::tests::{check, value_and_gradient};

    #[test]
    fn follows_its_definition_and_never_overflows() {
        check(|x| x.softplus(), &[-3.0, -0.5, 0.0, 0.5, 3.0], |x| (1.0 + x.exp()).ln());
        let (y, dy) = value_and_gradient(|x| x.softplus(), &[-800.0, -40.0, 0.0, 40.0, 800.0]);
        assert_eq!(y, [0.0, (-40f64).exp(), 2f64.ln(), 40.0, 800.0]);
        assert_eq!(dy, [0.0, (-40f64).exp(), 0.5, 1.0, 1.0]);
    }
}

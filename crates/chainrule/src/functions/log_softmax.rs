//! Logarithms of shares that add up to 1.

use super::support::{is_float, shifted};
use crate::circuit::{Call, Doc, FunctionDef, Wire, composed};
use crate::gates::support::along;

/// See the module.
pub static LOG_SOFTMAX: FunctionDef = FunctionDef {
    name: "log_softmax",
    doc: Doc {
        summary: "The logarithm of softmax along an axis, without the rounding of taking both one after the other.",
        formula: "y_i = x_i - log(sum of exp(x_j))",
        local: "dy_i/dx_j = (i = j) - softmax(x)_j",
        kinks: "where all are -infinity, or one is infinity: NaN",
        source: "",
    },
    call: Call { signature: "x, axis=-1", build: |a| a.wire("x").log_softmax(a.int("axis", -1)) },
};

impl Wire {
    /// The logarithm of softmax along an axis. Negative axes count from the end.
    #[track_caller]
    pub fn log_softmax(self, axis: i64) -> Wire {
        let Some(axis) = along::named("log_softmax", self, axis).filter(|_| is_float("log_softmax", self))
        else {
            return Wire::POISON;
        };
        composed("log_softmax", &[self], || {
            let (x, _) = shifted(self, axis);
            x - x.exp().sum_axes(&[axis]).log().keep_axes(self.shape(), &[axis])
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::functions::support::tests::{check_gradient, gradient_of, run};

    #[test]
    fn extreme_values() {
        let found = run(|w| vec![w[0].log_softmax(0)], &[[0.0, -1000.0].into()]);
        assert_eq!(found, [vec![0.0, -1000.0]]);
        let gradient =
            gradient_of(|w| w[0].log_softmax(0).take(w[1], 0).sum(), &[[0.0, -1000.0].into(), [1i64].into()]);
        assert_eq!(gradient, [vec![-1.0, 1.0]]);
        check_gradient(
            |w| (w[0].log_softmax(0) * w[1]).sum(),
            &[[0.5, -1.0, 2.0].into(), [0.3, -0.7, 1.0].into()],
        );
    }
}

//! The exponential linear unit.

use crate::circuit::{Call, Doc, FunctionDef, Wire, composed};
use crate::gates::support::operands::zeros_like;

/// See the module.
pub static ELU: FunctionDef = FunctionDef {
    name: "elu",
    doc: Doc {
        summary: "x where it is positive, else an exponential that levels off at -alpha.",
        formula: "y = x if x > 0 else alpha (exp(x) - 1)",
        local: "dy/dx = 1 if x > 0 else alpha exp(x)",
        kinks: "x = 0: alpha, the slope from the left",
        source: "Clevert, Unterthiner and Hochreiter 2015, arXiv:1511.07289",
    },
    call: Call { signature: "x, alpha=1", build: |a| a.wire("x").elu(a.real("alpha", 1.0)) },
};

impl Wire {
    /// `x` where it is positive, else `alpha (exp(x) - 1)`.
    #[track_caller]
    pub fn elu(self, alpha: f64) -> Wire {
        composed("elu", &[self], || {
            let positive = self.gt(0.0);
            // Only negative numbers are exponentiated, so that nothing overflows in the branch not taken.
            let negative = positive.select(zeros_like(self), self);
            positive.select(self, negative.expm1() * alpha)
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::functions::support::tests::{check, value_and_gradient};

    #[test]
    fn follows_its_definition() {
        let elu = |x: f64| if x > 0.0 { x } else { 1.5 * x.exp_m1() };
        check(|x| x.elu(1.5), &[-3.0, -0.1, 0.1, 4.0], elu);
        let (y, dy) = value_and_gradient(|x| x.elu(1.5), &[-1000.0, 0.0, 1000.0]);
        assert_eq!((y, dy), (vec![-1.5, 0.0, 1000.0], vec![0.0, 1.5, 1.0]));
    }
}

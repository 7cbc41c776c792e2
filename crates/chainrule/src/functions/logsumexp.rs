//! The logarithm of a sum of exponentials.

use super::support::{is_float, shifted};
use crate::circuit::{Args, Call, Doc, FunctionDef, Wire, composed};
use crate::gates::support::along;
use crate::gates::support::operands::filled_like;

/// See the module.
pub static LOGSUMEXP: FunctionDef = FunctionDef {
    name: "logsumexp",
    doc: Doc {
        summary: "The logarithm of the sum of exponentials along an axis: a smooth maximum. Never overflows.",
        formula: "y = log(sum of exp(x)) = m + log(sum of exp(x - m)), m the largest",
        local: "dy/dx = softmax(x)",
        kinks: "where all are -infinity, or one is infinity: so is y, and the gradient is 0",
        source: "",
    },
    call: Call { signature: "x, axis=-1, keep=false", build: logsumexp_call },
};

fn logsumexp_call(args: &Args<'_>) -> Wire {
    let (x, named) = (args.wire("x"), args.int("axis", -1));
    let y = x.logsumexp(named);
    match along::named(args.function, x, named) {
        Some(axis) if args.flag("keep", false) && !y.is_poisoned() => y.keep_axes(x.shape(), &[axis]),
        _ => y,
    }
}

/// The logarithm of a sum of exponentials: -infinity, with gradient 0, where the sum is 0.
#[track_caller]
fn log_of_sum(sum: Wire) -> Wire {
    let none = sum.eq(0.0);
    none.select(filled_like(f64::NEG_INFINITY, sum), none.select(filled_like(1.0, sum), sum).log())
}

impl Wire {
    /// The logarithm of the sum of exponentials along an axis, which is dropped. Negative axes count from the end.
    #[track_caller]
    pub fn logsumexp(self, axis: i64) -> Wire {
        let Some(axis) = along::named("logsumexp", self, axis).filter(|_| is_float("logsumexp", self)) else {
            return Wire::POISON;
        };
        composed("logsumexp", &[self], || {
            let (x, shift) = shifted(self, axis);
            let y = log_of_sum(x.exp().sum_axes(&[axis]));
            if y.is_poisoned() { y } else { y + shift.reshape(&y.shape().dims()) }
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::functions::support::tests::{check_gradient, gradient_of, run};

    const NONE: f64 = f64::NEG_INFINITY;

    #[test]
    fn large_numbers_do_not_overflow() {
        let found = run(|w| vec![w[0].logsumexp(0)], &[[1000.0, 1000.0].into()]);
        assert_eq!(found, [vec![1000.0 + 2f64.ln()]]);
        check_gradient(|w| w[0].logsumexp(-1), &[[-2.0, 0.5, 1.0].into()]);
    }

    #[test]
    fn minus_infinity_counts_for_nothing() {
        assert_eq!(run(|w| vec![w[0].logsumexp(0)], &[[NONE, 2.0].into()]), [vec![2.0]]);
        assert_eq!(gradient_of(|w| w[0].logsumexp(0), &[[NONE, 2.0].into()]), [vec![0.0, 1.0]]);
        assert_eq!(run(|w| vec![w[0].logsumexp(0)], &[[NONE, NONE].into()]), [vec![NONE]]);
        assert_eq!(gradient_of(|w| w[0].logsumexp(0), &[[NONE, NONE].into()]), [vec![0.0, 0.0]]);
    }

    #[test]
    fn infinity_and_nan_are_passed_on() {
        assert_eq!(run(|w| vec![w[0].logsumexp(0)], &[[f64::INFINITY, 2.0].into()]), [vec![f64::INFINITY]]);
        assert!(run(|w| vec![w[0].logsumexp(0)], &[[f64::NAN, 2.0].into()])[0][0].is_nan());
    }
}

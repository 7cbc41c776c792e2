//! Values held within bounds.

use super::support::optional;
use crate::circuit::{Args, Call, Doc, FunctionDef, Wire, composed};
use crate::gates::Comparable;

/// See the module.
pub static CLAMP: FunctionDef = FunctionDef {
    name: "clamp",
    doc: Doc {
        summary: "The nearest number between two bounds; a bound may be left out. Outside, the gradient goes to the bound.",
        formula: "y = low if x < low, high if x > high, else x",
        local: "dy/dx = 1 inside and on the boundary, 0 outside",
        kinks: "on the boundary 1. NaN is passed on. Where low > high, low wins below it",
        source: "",
    },
    call: Call { signature: "x, low=none, high=none", build: clamp_call },
};

fn clamp_call(args: &Args<'_>) -> Wire {
    let (x, low, high) = (args.wire("x"), optional(args, "low"), optional(args, "high"));
    composed("clamp", &[x], || within(x, low, high))
}

#[track_caller]
fn within(x: Wire, low: Option<Wire>, high: Option<Wire>) -> Wire {
    let upper = high.map_or(x, |high| x.gt(high).select(high, x));
    low.map_or(upper, |low| x.lt(low).select(low, upper))
}

impl Wire {
    /// The nearest number between two bounds, each a wire or a literal.
    #[track_caller]
    pub fn clamp(self, low: impl Comparable, high: impl Comparable) -> Wire {
        composed("clamp", &[self], || within(self, Some(low.beside(self)), Some(high.beside(self))))
    }
}

#[cfg(test)]
mod tests {
    use crate::functions::support::tests::{gradient_of, value_and_gradient};

    #[test]
    fn gradient_is_one_inside_and_on_the_boundary() {
        let (y, dy) = value_and_gradient(|x| x.clamp(-1.0, 2.0), &[-3.0, -1.0, 0.5, 2.0, 2.5, f64::INFINITY]);
        assert_eq!(y, [-1.0, -1.0, 0.5, 2.0, 2.0, 2.0]);
        assert_eq!(dy, [0.0, 1.0, 1.0, 1.0, 0.0, 0.0]);
        assert!(value_and_gradient(|x| x.clamp(0.0, 1.0), &[f64::NAN]).0[0].is_nan());
    }

    #[test]
    fn outside_the_gradient_goes_to_the_bound() {
        let inputs = [[-3.0, 0.5, 4.0].into(), 0.0.into(), 1.0.into()];
        let gradients = gradient_of(|w| w[0].clamp(w[1], w[2]).sum(), &inputs);
        assert_eq!(gradients, [vec![0.0, 1.0, 0.0], vec![1.0], vec![1.0]]);
    }
}

//! Shares that add up to 1.

use super::support::{is_float, shifted};
use crate::circuit::{Call, Doc, FunctionDef, Wire, composed};
use crate::gates::support::along;

/// See the module.
pub static SOFTMAX: FunctionDef = FunctionDef {
    name: "softmax",
    doc: Doc {
        summary: "Exponentials along an axis, divided by their sum. Never overflows.",
        formula: "y_i = exp(x_i) / sum of exp(x_j)",
        local: "dy_i/dx_j = y_i ((i = j) - y_j)",
        kinks: "where all are -infinity, or one is infinity: NaN, for there is no such distribution",
        source: "",
    },
    call: Call { signature: "x, axis=-1", build: |a| a.wire("x").softmax(a.int("axis", -1)) },
};

impl Wire {
    /// Exponentials along an axis, divided by their sum. Negative axes count from the end.
    #[track_caller]
    pub fn softmax(self, axis: i64) -> Wire {
        let Some(axis) = along::named("softmax", self, axis).filter(|_| is_float("softmax", self)) else {
            return Wire::POISON;
        };
        composed("softmax", &[self], || {
            let weights = shifted(self, axis).0.exp();
            // Times a number for each row: its local gradients are there already.
            weights * weights.sum_axes(&[axis]).keep_axes(self.shape(), &[axis]).reciprocal()
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::base::{DType, Spec, Tensor};
    use crate::functions::support::tests::{check_gradient, mistakes, run};

    #[test]
    fn extreme_values() {
        let found = run(|w| vec![w[0].softmax(0)], &[[1000.0, 1000.0, -1000.0, f64::NEG_INFINITY].into()]);
        assert_eq!(found, [vec![0.5, 0.5, 0.0, 0.0]]);
    }

    #[test]
    fn along_either_axis() {
        let x = Tensor::new(vec![0.0, 1.0, 0.0, 3.0], &[2, 2]).expect("four numbers");
        let found = run(|w| vec![w[0].softmax(0), w[0].softmax(-1)], std::slice::from_ref(&x));
        let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
        let near = |a: &[f64], b: [f64; 4]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-15);
        assert!(near(&found[0], [0.5, sigmoid(-2.0), 0.5, sigmoid(2.0)]));
        assert!(near(&found[1], [sigmoid(-1.0), sigmoid(1.0), sigmoid(-3.0), sigmoid(3.0)]));
        check_gradient(|w| (w[0].softmax(1) * w[1]).sum(), &[x, [0.3, -0.7].into()]);
    }

    #[test]
    fn a_wrong_axis_is_one_mistake_at_the_callers_line() {
        let spec = Spec::new(&[3], DType::F64).expect("a small shape");
        let text = mistakes(|w| w[0].softmax(1).log().exp(), &[spec]);
        assert!(text.contains("softmax.rs") && text.contains("axis 1 of a value with 1 axis"), "{text}");
        assert_eq!(text.lines().count(), 1, "{text}");
        let text = mistakes(|w| w[0].softmax(0), &[spec.with_dtype(DType::I64)]);
        assert!(text.contains("softmax: takes floats, not i64; hint: cast it first"), "{text}");
    }
}

//! Means over axes.

use super::support::{all_axes, over_axes};
use crate::base::DType;
use crate::circuit::{Call, Doc, FunctionDef, Wire, composed};

/// See the module.
pub static MEAN: FunctionDef = FunctionDef {
    name: "mean",
    doc: Doc {
        summary: "The mean over axes; without axes, over all. Integers and bool give floats (f64).",
        formula: "y = sum of x over the axes / how many there are",
        local: "dy/dx = 1 / how many there are",
        kinks: "the mean of nothing is NaN",
        source: "",
    },
    call: Call {
        signature: "x, axis=none, keep=false",
        build: |a| over_axes(a, |x, axes| x.mean_axes(axes)),
    },
};

/// How many elements are folded into one.
pub(super) fn count(x: Wire, axes: &[usize]) -> f64 {
    axes.iter().map(|&axis| x.shape()[axis] as f64).product()
}

/// Integers and bool as f64.
#[track_caller]
pub(super) fn as_float(x: Wire) -> Wire {
    if x.dtype().is_float() { x } else { x.cast(DType::F64) }
}

impl Wire {
    /// The mean of all elements.
    #[track_caller]
    pub fn mean(self) -> Wire {
        self.mean_axes(&all_axes(self))
    }

    /// The mean over some axes, which are dropped.
    #[track_caller]
    pub fn mean_axes(self, axes: &[usize]) -> Wire {
        composed("mean", &[self], || {
            let sum = as_float(self).sum_axes(axes);
            // Of a poisoned wire no axis is known.
            if sum.is_poisoned() { sum } else { sum / count(self, axes) }
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::base::{DType, Spec, Tensor};
    use crate::functions::support::tests::{gradient_of, run};

    #[test]
    fn means_of_floats_integers_and_nothing() {
        let x = Tensor::new(vec![1.0, 2.0, 3.0, 6.0], &[2, 2]).expect("four numbers");
        assert_eq!(
            run(|w| vec![w[0].mean(), w[0].mean_axes(&[0])], std::slice::from_ref(&x)),
            [vec![3.0], vec![2.0, 4.0]]
        );
        assert_eq!(gradient_of(|w| w[0].mean(), &[x]), [vec![0.25; 4]]);
        let whole = run(|w| vec![w[0].mean()], &[Tensor::from([1i64, 2])]);
        assert_eq!(whole, [vec![1.5]]);
        let none = Tensor::zeros(Spec::new(&[0], DType::F64).expect("a small shape"));
        assert!(run(|w| vec![w[0].mean()], &[none])[0][0].is_nan());
    }
}

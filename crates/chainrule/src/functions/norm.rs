//! The Euclidean norm.

use super::support::{all_axes, over_axes, root};
use crate::circuit::{Call, Doc, FunctionDef, Wire, composed};

/// See the module.
pub static NORM: FunctionDef = FunctionDef {
    name: "norm",
    doc: Doc {
        summary: "The length of a vector: the square root of the sum of squares over axes; without axes, over all.",
        formula: "y = sqrt(sum of x^2 over the axes)",
        local: "dy/dx = x / y",
        kinks: "x = 0: the gradient is 0. Squares overflow where x is beyond 1e154 (1e19 in f32)",
        source: "",
    },
    call: Call {
        signature: "x, axis=none, keep=false",
        build: |a| over_axes(a, |x, axes| x.norm_axes(axes)),
    },
};

impl Wire {
    /// The Euclidean norm of all elements. Its gradient at 0 is 0.
    #[track_caller]
    pub fn norm(self) -> Wire {
        self.norm_axes(&all_axes(self))
    }

    /// The Euclidean norm over some axes, which are dropped.
    #[track_caller]
    pub fn norm_axes(self, axes: &[usize]) -> Wire {
        composed("norm", &[self], || root(self.square().sum_axes(axes)))
    }
}

#[cfg(test)]
mod tests {
    use crate::base::Tensor;
    use crate::functions::support::tests::{check_gradient, gradient_of, hessian_of, run};

    #[test]
    fn length_and_direction() {
        assert_eq!(run(|w| vec![w[0].norm()], &[[3.0, -4.0].into()]), [vec![5.0]]);
        let rows = Tensor::new(vec![3.0, 4.0, 0.0, 0.0], &[2, 2]).expect("four numbers");
        assert_eq!(run(|w| vec![w[0].norm_axes(&[1])], &[rows]), [vec![5.0, 0.0]]);
        check_gradient(|w| w[0].norm(), &[[0.3, -1.0, 2.0].into()]);
    }

    #[test]
    fn at_zero_every_derivative_is_zero() {
        assert_eq!(gradient_of(|w| w[0].norm(), &[[0.0, 0.0].into()]), [vec![0.0; 2]]);
        assert_eq!(hessian_of(|w| w[0].norm(), &[0.0, 0.0].into()), [0.0; 4]);
    }
}

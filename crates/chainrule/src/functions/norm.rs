//! The Euclidean norm.

use super::support::{all_axes, is_float, over_axes, root};
use crate::base::DType;
use crate::circuit::{Call, Doc, FunctionDef, Wire, composed, mistake};
use crate::gates::support::axes;
use crate::gates::support::operands::filled_like;

/// See the module.
pub static NORM: FunctionDef = FunctionDef {
    name: "norm",
    doc: Doc {
        summary: "The length of a vector: the square root of the sum of squares over axes; without axes, over all.",
        formula: "y = sqrt(sum of x^2 over the axes)",
        local: "dy/dx = x / y",
        kinks: "x = 0: the gradient is 0, also where an element is infinite. Squares neither overflow nor vanish",
        source: "",
    },
    call: Call {
        signature: "x, axis=none, keep=false",
        build: |a| over_axes(a, |x, axes| x.norm_axes(axes)),
    },
};

/// What a sum of squares is multiplied by, after and before, so that no square overflows or vanishes: powers of 2, which
/// are exact, and 1 for numbers of ordinary size. The two cancel, so that no gradient goes through them.
#[track_caller]
fn scales(largest: Wire) -> (Wire, Wire) {
    let (ordinary, scale) = if largest.dtype() == DType::F32 { (40, 90) } else { (400, 600) };
    let power = |n: i32| filled_like(2f64.powi(n), largest);
    let (large, small) = (largest.gt(power(ordinary)), largest.lt(power(-ordinary)));
    let choose = |n: i32| large.select(power(n), small.select(power(-n), power(0)));
    (choose(scale), choose(-scale))
}

impl Wire {
    /// The Euclidean norm of all elements. Its gradient at 0 is 0.
    #[track_caller]
    pub fn norm(self) -> Wire {
        self.norm_axes(&all_axes(self))
    }

    /// The Euclidean norm over some axes, which are dropped.
    #[track_caller]
    pub fn norm_axes(self, axes: &[usize]) -> Wire {
        if !is_float("norm", self) {
            return Wire::POISON;
        }
        let shape = self.shape();
        let named: Vec<i64> = axes.iter().map(|&axis| axis as i64).collect();
        if let Err(fault) = axes::axes(shape.rank(), &named) {
            return mistake("norm", fault);
        }
        composed("norm", &[self], || {
            // Nothing has no largest element.
            if shape.elements() == 0 {
                return root(self.square().sum_axes(axes));
            }
            let (up, down) = scales(self.stop_gradient().abs().max_axes(axes));
            let scaled = self * down.keep_axes(shape, axes);
            root(scaled.square().sum_axes(axes)) * up
        })
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
    fn squares_neither_overflow_nor_vanish() {
        for size in [1e200, 1e-200, f64::MAX / 8.0, f64::MIN_POSITIVE, 1.0, 1e-300] {
            let at = Tensor::from([3.0 * size, -4.0 * size]);
            let norm = run(|w| vec![w[0].norm()], std::slice::from_ref(&at))[0][0];
            assert!((norm / size - 5.0).abs() < 1e-14, "{norm} at {size}");
            let gradient = gradient_of(|w| w[0].norm(), &[at]).remove(0);
            let near = gradient.iter().zip([0.6, -0.8]).all(|(got, wanted)| (got - wanted).abs() < 1e-14);
            assert!(near, "{gradient:?} at {size}");
        }
        let narrow = [3e30f32, -4e30, 3e-30, -4e-30];
        let rows = Tensor::new(narrow.to_vec(), &[2, 2]).expect("four numbers");
        let found = run(|w| vec![w[0].norm_axes(&[1])], &[rows]).remove(0);
        assert!((found[0] / 5e30 - 1.0).abs() < 1e-6 && (found[1] / 5e-30 - 1.0).abs() < 1e-6, "{found:?}");
        let mixed = [[1e200, 1.0, 1e-200].into()];
        assert_eq!(run(|w| vec![w[0].norm()], &mixed), [vec![1e200]]);
        check_gradient(|w| (w[0] * 1e200).norm() * 1e-200, &[[0.3, -1.0, 2.0].into()]);
        let empty = Tensor::new(Vec::<f64>::new(), &[0]).expect("no numbers");
        assert_eq!(run(|w| vec![w[0].norm()], &[empty]), [vec![0.0]]);
    }

    #[test]
    fn at_zero_every_derivative_is_zero() {
        assert_eq!(gradient_of(|w| w[0].norm(), &[[0.0, 0.0].into()]), [vec![0.0; 2]]);
        assert_eq!(hessian_of(|w| w[0].norm(), &[0.0, 0.0].into()), [0.0; 4]);
    }
}

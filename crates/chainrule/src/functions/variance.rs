//! Variance and standard deviation over axes.

use super::mean::{as_float, count};
use super::support::{all_axes, over_axes, root};
use crate::circuit::{Args, Call, Doc, FunctionDef, Wire, composed};

const SIGNATURE: &str = "x, axis=none, keep=false, correction=0";

/// See the module.
pub static VARIANCE: FunctionDef = FunctionDef {
    name: "variance",
    doc: Doc {
        summary: "The mean square of the distance from the mean, in two passes; with correction 1, the sum is divided by \
                  one less, as for a sample.",
        formula: "y = sum of (x - mean)^2 over the axes / (n - correction)",
        local: "dy/dx = 2 (x - mean) / (n - correction)",
        kinks: "of nothing, and of one number with correction 1: NaN",
        source: "",
    },
    call: Call {
        signature: SIGNATURE,
        build: |a| over_axes(a, |x, axes| x.variance_axes(axes, correction(a))),
    },
};

/// See the module.
pub static STD: FunctionDef = FunctionDef {
    name: "std",
    doc: Doc {
        summary: "The standard deviation: the square root of the variance.",
        formula: "y = sqrt(variance)",
        local: "dy/dx = (x - mean) / ((n - correction) y)",
        kinks: "where all numbers are equal the gradient is 0",
        source: "",
    },
    call: Call { signature: SIGNATURE, build: |a| over_axes(a, |x, axes| x.std_axes(axes, correction(a))) },
};

fn correction(args: &Args<'_>) -> f64 {
    args.real("correction", 0.0)
}

impl Wire {
    /// The variance of all elements: the mean square of the distance from the mean.
    #[track_caller]
    pub fn variance(self) -> Wire {
        self.variance_axes(&all_axes(self), 0.0)
    }

    /// The variance over some axes, which are dropped. The sum of squares is divided by `n - correction`.
    #[track_caller]
    pub fn variance_axes(self, axes: &[usize], correction: f64) -> Wire {
        composed("variance", &[self], || {
            let x = as_float(self);
            let mean = x.mean_axes(axes);
            if mean.is_poisoned() {
                return mean;
            }
            let off = x - mean.keep_axes(x.shape(), axes);
            off.square().sum_axes(axes) / (count(x, axes) - correction)
        })
    }

    /// The standard deviation of all elements.
    #[track_caller]
    pub fn std(self) -> Wire {
        self.std_axes(&all_axes(self), 0.0)
    }

    /// The standard deviation over some axes, which are dropped. Its gradient is 0 where all elements are equal.
    #[track_caller]
    pub fn std_axes(self, axes: &[usize], correction: f64) -> Wire {
        composed("std", &[self], || root(self.variance_axes(axes, correction)))
    }
}

#[cfg(test)]
mod tests {
    use crate::functions::support::tests::{check_gradient, gradient_of, run};

    #[test]
    fn spread_of_known_numbers() {
        let found = run(
            |w| vec![w[0].variance(), w[0].std(), w[0].variance_axes(&[0], 1.0)],
            &[[1.0, 2.0, 6.0].into()],
        );
        assert_eq!(found, [vec![14.0 / 3.0], vec![(14f64 / 3.0).sqrt()], vec![7.0]]);
        check_gradient(|w| w[0].variance(), &[[1.0, 2.0, 6.0].into()]);
        check_gradient(|w| w[0].std_axes(&[0], 1.0), &[[1.0, 2.0, 6.0].into()]);
    }

    #[test]
    fn equal_numbers_have_gradient_zero() {
        assert_eq!(gradient_of(|w| w[0].std(), &[[3.0, 3.0].into()]), [vec![0.0; 2]]);
    }
}

//! Logarithms of determinants of positive definite matrices.

use crate::circuit::{Call, Doc, FunctionDef, Wire, composed};
use crate::gates::support::matrices::diagonal;

/// See the module.
pub static LOGDET_POSDEF: FunctionDef = FunctionDef {
    name: "logdet_posdef",
    doc: Doc {
        summary: "The logarithm of the determinant of a positive definite matrix, through its Cholesky factor; axes before \
                  the last two are a batch.",
        formula: "y = log det A = 2 sum of log(L_ii) with L L^T = A",
        local: "dy/dA = A^-1",
        kinks: "NaN where A is not positive definite. Both triangles of A count alike, as in cholesky",
        source: "",
    },
    call: Call { signature: "a", build: |a| a.wire("a").logdet_posdef() },
};

impl Wire {
    /// The logarithm of the determinant of this positive definite matrix.
    #[track_caller]
    pub fn logdet_posdef(self) -> Wire {
        composed("logdet_posdef", &[self], || {
            let l = self.cholesky();
            if l.is_poisoned() {
                return l;
            }
            let logs = diagonal(l).log();
            logs.sum_axes(&[logs.shape().rank().saturating_sub(1)]) * 2.0
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::base::Tensor;
    use crate::functions::support::tests::{check_gradient, gradient_of, run};

    fn posdef() -> Tensor {
        Tensor::new(vec![2.0, 0.5, 0.5, 3.0, 1.0, 0.0, 0.0, 4.0], &[2, 2, 2]).expect("eight numbers")
    }

    #[test]
    fn of_known_matrices() {
        let found = run(|w| vec![w[0].logdet_posdef()], &[posdef()]);
        assert!((found[0][0] - 5.75f64.ln()).abs() < 1e-15 && (found[0][1] - 4f64.ln()).abs() < 1e-15);
        let gradient = gradient_of(|w| w[0].logdet_posdef().sum(), &[posdef()]);
        let wanted = [3.0 / 5.75, -0.5 / 5.75, -0.5 / 5.75, 2.0 / 5.75, 1.0, 0.0, 0.0, 0.25];
        assert!(gradient[0].iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-15));
        check_gradient(|w| w[0].logdet_posdef().tanh().sum(), &[posdef()]);
    }

    #[test]
    fn of_a_matrix_that_is_not_positive_definite() {
        let odd = Tensor::new(vec![1.0, 2.0, 2.0, 1.0], &[2, 2]).expect("four numbers");
        assert!(run(|w| vec![w[0].logdet_posdef()], &[odd])[0][0].is_nan());
    }
}

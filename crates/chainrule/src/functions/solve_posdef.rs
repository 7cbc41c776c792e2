//! Systems of linear equations with positive definite matrices.

use crate::circuit::{Call, Doc, FunctionDef, Wire, composed};
use crate::gates::Triangle;

/// See the module.
pub static SOLVE_POSDEF: FunctionDef = FunctionDef {
    name: "solve_posdef",
    doc: Doc {
        summary: "X with A X = B for positive definite A, through its Cholesky factor. B is a vector, or a matrix of right \
                  sides; axes before the last two are a batch.",
        formula: "X = A^-1 B = L^-T L^-1 B with L L^T = A",
        local: "passed back to B: G = A^-1 upstream; to A: the symmetric part of -G X^T",
        kinks: "NaN where A is not positive definite. Both triangles of A count alike, as in cholesky",
        source: "",
    },
    call: Call { signature: "a, b", build: |a| a.wire("a").solve_posdef(a.wire("b")) },
};

impl Wire {
    /// X with A X = B, where A is this positive definite matrix.
    #[track_caller]
    pub fn solve_posdef(self, b: Wire) -> Wire {
        composed("solve_posdef", &[self, b], || {
            let l = self.cholesky();
            l.triangular_solve(
                l.triangular_solve(b, Triangle::LOWER),
                Triangle { transpose: true, ..Triangle::LOWER },
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::base::Tensor;
    use crate::functions::support::tests::{check_gradient, mistakes, random, run};

    fn posdef() -> Tensor {
        Tensor::new(vec![4.0, 1.0, 0.5, 1.0, 3.0, -0.2, 0.5, -0.2, 2.0], &[3, 3]).expect("nine numbers")
    }

    #[test]
    fn solves_vectors_matrices_and_batches() {
        for dims in [&[3][..], &[3, 2], &[2, 3, 2]] {
            let b = random(dims, 3);
            let found = run(|w| vec![w[0].matmul(w[0].solve_posdef(w[1])) - w[1]], &[posdef(), b.clone()]);
            assert!(found[0].len() == b.shape().elements() && found[0].iter().all(|d| d.abs() < 1e-14));
            check_gradient(|w| (w[0].solve_posdef(w[1]) * w[2]).sum(), &[posdef(), b, random(dims, 4)]);
        }
    }

    #[test]
    fn what_does_not_fit_is_said_once() {
        let specs = [posdef().spec(), random(&[2], 1).spec()];
        let text = mistakes(|w| w[0].solve_posdef(w[1]), &specs);
        assert!(text.contains("triangular_solve: shapes don't fit: [3, 3] and [2, 1]"), "{text}");
        assert_eq!(text.lines().count(), 1, "{text}");
    }
}

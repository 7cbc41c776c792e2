//! The triangular square root of positive definite matrices.

use super::support::matrices::{split, square, triangle};
use super::{Triangle, support::operands::literal_like};
use crate::base::Strided;
use crate::circuit::{
    Arity, Attrs, Call, Case, Class, Doc, GateDef, Job, Local, Outputs, Plain, Reads, Sampler, Wire, record,
};
use crate::numeric::{Float, linalg, scratch};

/// See the module.
pub static CHOLESKY: GateDef = GateDef {
    name: "cholesky",
    doc: Doc {
        summary: "The lower triangle L with L L^T = (A + A^T) / 2; axes before the last two are a batch. Both triangles \
                  of A count alike, so that the gradient is symmetric.",
        formula: "L L^T = (A + A^T) / 2, L lower with a positive diagonal",
        local: "passed back: (S + S^T) / 2 with S = L^-T half(L^T upstream) L^-1, where half keeps the lower triangle and \
                halves the diagonal; tangent: L half(L^-1 dA L^-T)",
        kinks: "where A is not positive definite, or holds a NaN, all of L is NaN",
        source: "Murray 2016, \"Differentiation of the Cholesky decomposition\", arXiv:1602.07527; \
                 Golub and Van Loan, \"Matrix Computations\", section 4.2",
    },
    call: Some(Call { signature: "a", build: |a| a.wire("a").cholesky() }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: |_, x| square(x[0]).map(|_| Outputs::One(x[0])),
    class: Class::Contract(kernel, Strided::is_contiguous, None),
    element,
    local: Local::Pair {
        vjp: |r, up, _| {
            let Some(up) = up[0] else { return vec![None] };
            let l = r.output();
            let half = half(l.mt().matmul(up));
            // L^-T half, and the same from the other side.
            let left = l.triangular_solve(half, BACK);
            let s = l.triangular_solve(left.mt(), BACK);
            vec![Some(symmetric(s))]
        },
        jvp: |r, tangents| {
            let Some(tangent) = tangents[0] else { return vec![None] };
            let (l, front) = (r.output(), Triangle::LOWER);
            let left = l.triangular_solve(symmetric(tangent), front);
            vec![Some(l.matmul(half(l.triangular_solve(left.mt(), front))))]
        },
    },
    reads: Reads::OUTPUT,
    batch: |r, _| vec![record(&CHOLESKY, Attrs::NONE, &[r.inputs[0]])],
    flops: |_, inputs, _| {
        let (batch, n, _) = split(inputs[0].shape);
        (batch.iter().product::<usize>() * n) as u64 * (n * n) as u64 / 3
    },
    identities: &[],
    sample,
};

/// The system of L^T.
const BACK: Triangle = Triangle { transpose: true, ..Triangle::LOWER };

fn symmetric(x: Wire) -> Wire {
    (x + x.mt()) * literal_like(0.5, x)
}

/// The lower triangle with half the diagonal: half of it with, and half without the diagonal.
fn half(x: Wire) -> Wire {
    (triangle(x, true, false) + triangle(x, true, true)) * literal_like(0.5, x)
}

fn kernel(job: &mut Job<'_>) {
    let a = job.inputs[0];
    let n = a.shape[a.shape.rank() - 1];
    for_dtype!(a.data.dtype(), [f32 f64], T => factor::<T>(a.typed(), n, job.output()))
}

fn factor<T: Float>(a: &[T], n: usize, output: &mut [T]) {
    let (size, half) = ((n * n).max(1), T::from_f64(0.5));
    scratch::filled(n * n, T::ZERO, |mean| {
        for (a, l) in a.chunks(size).zip(output.chunks_mut(size)) {
            for i in 0..n {
                for j in 0..=i {
                    // Halved first, so that the sum of two large numbers stays finite.
                    mean[i * n + j] = a[i * n + j] * half + a[j * n + i] * half;
                }
            }
            linalg::cholesky(mean, n, l);
        }
    });
}

fn element(_: &Attrs, inputs: &[Plain], at: &[usize]) -> f64 {
    let (batch, [row, column]) = at.split_at(at.len() - 2) else { return f64::NAN };
    let a = |i: usize, j: usize| {
        let one = |i, j| inputs[0].at(&[batch, &[i, j]].concat());
        (one(i, j) + one(j, i)) / 2.0
    };
    let n = inputs[0].spec.shape[batch.len()];
    let mut l = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..=i {
            let rest: f64 = a(i, j) - (0..j).map(|k| l[i][k] * l[j][k]).sum::<f64>();
            l[i][j] = if i == j { rest.sqrt() } else { rest / l[j][j] };
            if !(l[i][i].is_finite() && l[i][j].is_finite()) || (i == j && l[i][j] == 0.0) {
                return f64::NAN;
            }
        }
    }
    l[*row][*column]
}

/// M M^T + I, which is positive definite, with something added that symmetry takes away again.
fn sample(s: &mut Sampler) -> Case {
    let (dims, n) = (s.dims(0, 1), s.size(0, 3));
    let matrices = dims.iter().product::<usize>();
    let (m, odd) =
        (s.reals(&[matrices, n, n], -1.0, 1.0).to_f64(), s.reals(&[matrices, n, n], -0.3, 0.3).to_f64());
    let mut values = Vec::with_capacity(m.len());
    for (m, odd) in m.chunks((n * n).max(1)).zip(odd.chunks((n * n).max(1))) {
        for (i, j) in (0..n).flat_map(|i| (0..n).map(move |j| (i, j))) {
            let product: f64 = (0..n).map(|k| m[i * n + k] * m[j * n + k]).sum();
            let skew = odd[i * n + j] - odd[j * n + i];
            values.push(product + skew + if i == j { 1.0 } else { 0.0 });
        }
    }
    let a = crate::base::Tensor::new(values, &[&dims[..], &[n, n]].concat());
    Case { attrs: Attrs::NONE, inputs: vec![a.expect("one number was made for each element")] }
}

impl Wire {
    /// The lower triangle L with L L^T = (A + A^T) / 2 of positive definite matrices; all NaN where one is not.
    #[track_caller]
    pub fn cholesky(self) -> Wire {
        record(&CHOLESKY, Attrs::NONE, &[self])
    }
}

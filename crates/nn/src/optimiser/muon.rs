//! The nearest orthogonal matrix, by multiplications alone.

use chainrule::Wire;

/// Coefficients of the quintic iteration, chosen to be steep at 0 (Jordan and others 2024, "Muon").
const QUINTIC: [f64; 3] = [3.4445, -4.7750, 2.0315];

/// Most iterations: each is recorded, and after a few nothing changes.
pub(super) const MOST: usize = 50;

/// Keeps the division finite where the gradient is 0.
const EPSILON: f64 = 1e-7;

/// A matrix `[m, n]` with all its singular values brought near 1 (by five iterations between about 0.7 and 1.2), by Newton and Schulz's
/// iteration.
#[track_caller]
fn orthogonal(matrix: Wire, iterations: usize) -> Wire {
    let [a, b, c] = QUINTIC;
    let dims = matrix.shape().dims();
    let is_tall = dims[0] > dims[1];
    // The products are of the shorter side.
    let mut x = if is_tall { matrix.mt() } else { matrix };
    x = x / (x.square().sum().sqrt() + EPSILON);
    for _ in 0..iterations {
        let square = x.matmul(x.mt());
        let weighted = square * b + square.matmul(square) * c;
        x = x * a + weighted.matmul(x);
    }
    if is_tall { x.mt() } else { x }
}

/// The direction of a step for a weight of two axes or more, from its smoothed gradient: the first axis against all others.
#[track_caller]
pub(super) fn direction(smoothed: Wire, iterations: usize) -> Wire {
    let dims = smoothed.shape().dims();
    let (rows, columns) = (dims[0], dims[1..].iter().product::<usize>());
    let flat = orthogonal(smoothed.reshape(&[rows, columns]), iterations);
    // Matrices with more outputs than inputs take longer steps, so that outputs change by as much.
    let pace = (rows as f64 / columns.max(1) as f64).max(1.0).sqrt();
    (flat * pace).reshape(&dims)
}

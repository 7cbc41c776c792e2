//! Dense linear algebra on single row-major matrices: Cholesky factor and triangular systems.
//!
//! Inner products are summed in f64 for either type, and rounded once.

use super::number::Float;

/// Which triangle a system has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Triangle {
    /// The lower triangle of the stored matrix is used, else the upper one; the other is not read.
    pub lower: bool,
    /// The system is that of the transpose.
    pub transposed: bool,
    /// The diagonal counts as 1 and is not read.
    pub unit: bool,
}

/// The lower triangle L with L L' = A, zeros above the diagonal; reads only the lower triangle of the n x n
/// matrix.
///
/// Where A is not positive definite (or holds a NaN) all of L is NaN and the answer is false. Row by row,
/// after Golub and Van Loan, "Matrix Computations", 4th ed., section 4.2.
pub fn cholesky<T: Float>(a: &[T], n: usize, l: &mut [T]) -> bool {
    assert_eq!(Some(a.len()), n.checked_mul(n), "cholesky: input length");
    assert_eq!(a.len(), l.len(), "cholesky: output length");
    for i in 0..n {
        let (done, rest) = l.split_at_mut(i * n);
        let row = &mut rest[..n];
        for j in 0..i {
            let pivot_row = &done[j * n..][..j + 1];
            let left = a[i * n + j].to_f64() - dot(&row[..j], &pivot_row[..j]);
            row[j] = T::from_f64(left / pivot_row[j].to_f64());
        }
        let pivot = T::from_f64(a[i * n + i].to_f64() - dot(&row[..i], &row[..i]));
        // A NaN must end up here too; an infinite pivot has no factor.
        if !(pivot > T::ZERO && pivot.is_finite()) {
            l.fill(T::NAN);
            return false;
        }
        row[i] = pivot.sqrt();
        row[i + 1..].fill(T::ZERO);
    }
    true
}

fn dot<T: Float>(a: &[T], b: &[T]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a.to_f64() * b.to_f64()).sum()
}

/// Columns solved together: their running sums live on the stack.
const TILE: usize = 32;

/// Solves T X = B in place, for the n x n triangle T of `a` and the n x columns right sides in `b`.
///
/// A zero on the diagonal gives infinities or NaN, as the division says. By substitution (Golub and Van Loan,
/// section 3.1).
pub fn solve_triangular<T: Float>(a: &[T], n: usize, b: &mut [T], columns: usize, triangle: Triangle) {
    assert_eq!(Some(a.len()), n.checked_mul(n), "solve_triangular: matrix length");
    assert_eq!(Some(b.len()), n.checked_mul(columns), "solve_triangular: right sides length");
    let element = |i: usize, j: usize| {
        if triangle.transposed { a[j * n + i] } else { a[i * n + j] }
    };
    // Where the transposed flag swaps the triangles, rows are solved in the other direction.
    let downwards = triangle.lower != triangle.transposed;
    for first in (0..columns).step_by(TILE) {
        let width = TILE.min(columns - first);
        for step in 0..n {
            let i = if downwards { step } else { n - 1 - step };
            let solved = if downwards { 0..i } else { i + 1..n };
            let mut left = [0.0; TILE];
            for (left, value) in left.iter_mut().zip(&b[i * columns + first..][..width]) {
                *left = value.to_f64();
            }
            for j in solved {
                let factor = element(i, j).to_f64();
                for (left, x) in left.iter_mut().zip(&b[j * columns + first..][..width]) {
                    *left -= factor * x.to_f64();
                }
            }
            let pivot = if triangle.unit { 1.0 } else { element(i, i).to_f64() };
            for (value, left) in b[i * columns + first..][..width].iter_mut().zip(left) {
                *value = T::from_f64(left / pivot);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::philox;
    use super::*;

    fn random(count: usize, key: i64) -> Vec<f64> {
        let mut values = vec![0.0; count];
        philox::fill_normal(key, 0, &mut values);
        values
    }

    fn product(a: &[f64], b: &[f64], m: usize, k: usize, n: usize) -> Vec<f64> {
        (0..m * n).map(|at| (0..k).map(|l| a[at / n * k + l] * b[l * n + at % n]).sum()).collect()
    }

    fn transpose(a: &[f64], n: usize) -> Vec<f64> {
        (0..n * n).map(|at| a[at % n * n + at / n]).collect()
    }

    fn largest_difference(a: &[f64], b: &[f64]) -> f64 {
        a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    }

    #[test]
    fn cholesky_of_a_known_matrix() {
        // The example of Wikipedia, "Cholesky decomposition".
        let a = [4.0, 12.0, -16.0, 12.0, 37.0, -43.0, -16.0, -43.0, 98.0];
        let mut l = [f64::NAN; 9];
        assert!(cholesky(&a, 3, &mut l));
        assert_eq!(l, [2.0, 0.0, 0.0, 6.0, 1.0, 0.0, -8.0, 5.0, 3.0]);
    }

    #[test]
    fn cholesky_times_its_transpose_is_the_matrix() {
        for n in [0, 1, 2, 7, 30] {
            let g = random(n * n, n as i64);
            let mut a = product(&g, &transpose(&g, n), n, n, n);
            (0..n).for_each(|i| a[i * n + i] += 1.0);
            let want = a.clone();
            // The upper triangle must not be read.
            (0..n).for_each(|i| a[i * n + i + 1..(i + 1) * n].fill(f64::NAN));
            let mut l = vec![f64::NAN; n * n];
            assert!(cholesky(&a, n, &mut l));
            assert!(largest_difference(&product(&l, &transpose(&l, n), n, n, n), &want) < 1e-12);
        }
    }

    #[test]
    fn cholesky_of_what_is_not_positive_definite_is_nan() {
        for a in [
            [1.0, 2.0, 2.0, 1.0],
            [0.0, 0.0, 0.0, 1.0],
            [1.0, 0.0, f64::NAN, 1.0],
            [f64::INFINITY, 0.0, 0.0, 1.0],
        ] {
            let mut l = [0.0; 4];
            assert!(!cholesky(&a, 2, &mut l));
            assert!(l.iter().all(|x| x.is_nan()));
        }
    }

    #[test]
    fn triangular_systems_of_every_kind() {
        for (n, columns) in [(0, 2), (1, 1), (5, 3), (9, 40), (4, 0)] {
            for bits in 0..8 {
                let triangle = Triangle { lower: bits & 1 > 0, transposed: bits & 2 > 0, unit: bits & 4 > 0 };
                let mut stored = random(n * n, 5);
                (0..n).for_each(|i| stored[i * n + i] += 4.0 * stored[i * n + i].signum());
                let mut effective = stored.clone();
                for at in 0..n * n {
                    let (i, j) = (at / n, at % n);
                    if (triangle.lower && j > i) || (!triangle.lower && j < i) {
                        (stored[at], effective[at]) = (f64::NAN, 0.0);
                    } else if triangle.unit && i == j {
                        (stored[at], effective[at]) = (f64::NAN, 1.0);
                    }
                }
                if triangle.transposed {
                    effective = transpose(&effective, n);
                }
                let x = random(n * columns, 6);
                let mut b = product(&effective, &x, n, n, columns);
                solve_triangular(&stored, n, &mut b, columns, triangle);
                assert!(largest_difference(&b, &x) < 1e-10, "{n} {columns} {triangle:?}");
            }
        }
    }

    #[test]
    fn single_precision_sums_in_double() {
        // 1 is lost against 1e8 in f32.
        let a = [1.0f32, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 1.0];
        let mut b = [1e8f32, 1.0, 1e8];
        let triangle = Triangle { lower: true, transposed: false, unit: false };
        solve_triangular(&a, 3, &mut b, 1, triangle);
        assert_eq!(b[2], -1.0);
    }
}

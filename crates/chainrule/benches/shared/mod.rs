//! What the tables of `products` and `convolutions` share: which rows are wanted, the least time of one, the machine's peak.

use crate::numeric::gemm::{Gemm, Matrix, MatrixMut, Size, Store, gemm};
use std::time::{Duration, Instant};

/// Parts of names of which a row must have one; none given, all rows.
pub struct Wanted(Vec<String>);

impl Wanted {
    /// From the command line, without what cargo adds.
    pub fn new() -> Wanted {
        Wanted(std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect())
    }

    /// Whether the first word is this one, which is then no part of a name.
    pub fn starts_with(&mut self, word: &str) -> bool {
        let is_first = self.0.first().is_some_and(|first| first == word);
        if is_first {
            self.0.remove(0);
        }
        is_first
    }

    /// Whether a row is wanted.
    pub fn has(&self, name: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|part| name.contains(part.as_str()))
    }
}

/// The least time of one run in nanoseconds, of those that fit in so long.
pub fn least(within: Duration, run: &mut dyn FnMut()) -> f64 {
    run();
    let start = Instant::now();
    run();
    let repeats = (20_000 / start.elapsed().as_nanos().max(1)).clamp(1, 1000) as usize;
    let (mut best, begin) = (f64::MAX, Instant::now());
    while begin.elapsed() < within {
        let start = Instant::now();
        (0..repeats).for_each(|_| run());
        best = best.min(start.elapsed().as_nanos() as f64 / repeats as f64);
    }
    best
}

/// Operations a nanosecond of a product that never leaves the first-level cache.
pub fn peak<T: Gemm>() -> f64 {
    let size = Size { m: 14, k: 256, n: 128 / size_of::<T>() };
    let (a, b, mut c) = (vec![T::ONE; 14 * 256], vec![T::ONE; 256 * 32], vec![T::ZERO; 14 * 32]);
    let time = least(Duration::from_millis(150), &mut || {
        let c = MatrixMut::row_major(&mut c, size.n);
        gemm(size, Matrix { data: &a, row: 1, col: 14 }, Matrix::row_major(&b, size.n), c, Store::Replace);
    });
    2.0 * (size.m * size.k * size.n) as f64 / time
}

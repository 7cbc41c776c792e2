//! The innermost kernel of products whose left side is a matrix of tiles: its rows lie apart, and each number of a row is
//! spread over a vector as it is read, so that nothing is packed.

use super::super::super::gemm::lanes::{Lanes, Real, Vectors};
use super::super::super::work::Work;

/// A tile of C to be computed; every element is a sum in the order of k.
#[derive(Clone, Copy)]
pub struct Tile<T> {
    /// The length of the sums.
    pub k: usize,
    /// The first element of A, whose rows have neighbours.
    pub a: *const T,
    /// From one row of A to the next.
    pub a_row: usize,
    /// The first row of B: one or two whole vectors.
    pub b: *const T,
    /// From one row of B to the next.
    pub b_row: usize,
    /// The first row of C, as wide.
    pub c: *mut T,
    /// From one row of C to the next.
    pub c_row: usize,
}

/// `R` rows and `W` vectors.
struct Kernel<'a, T, const R: usize, const W: usize>(&'a Tile<T>);

impl<T: Real, const R: usize, const W: usize> Work for Kernel<'_, T, R, W> {
    type Output = ();

    // SAFETY: the maker is `rows_apart`, with its caller's promise.
    #[inline(always)]
    unsafe fn work<V: Vectors>(self) {
        // SAFETY: as above.
        unsafe { kernel::<T, T::Lanes<V>, R, W>(self.0) }
    }
}

// SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
#[inline(always)]
unsafe fn kernel<T: Real, L: Lanes<T>, const R: usize, const W: usize>(tile: &Tile<T>) {
    let Tile { k, a, a_row, mut b, b_row, c, c_row } = *tile;
    // SAFETY: the promise of `rows_apart`.
    unsafe {
        let mut sums = [[L::splat(T::ZERO); W]; R];
        for l in 0..k {
            let mut right = [L::splat(T::ZERO); W];
            for (w, right) in right.iter_mut().enumerate() {
                *right = L::load(b.add(w * L::N));
            }
            for (r, sums) in sums.iter_mut().enumerate() {
                let left = L::splat(*a.add(r * a_row + l));
                for w in 0..W {
                    sums[w] = L::fma(left, right[w], sums[w]);
                }
            }
            b = b.wrapping_add(b_row);
        }
        for (r, sums) in sums.iter().enumerate() {
            for (w, &sum) in sums.iter().enumerate() {
                L::store(c.add(r * c_row + w * L::N), sum);
            }
        }
    }
}

/// Computes a tile of so many rows, one or two vectors wide.
///
/// # Safety
/// `rows` is at most `ROWS` and not 0; all elements that the tile names are there, and the machine has the instructions.
#[inline(always)]
pub unsafe fn rows_apart<T: Real, V: Vectors>(tile: &Tile<T>, rows: usize, wide: bool) {
    macro_rules! by_rows {
        ([$($r:literal)*]) => {
            match (rows, wide) {
                $(($r, false) => V::apart(Kernel::<T, $r, 1>(tile)),
                  ($r, true) => V::apart(Kernel::<T, $r, 2>(tile)),)*
                _ => unreachable!("a tile has as many rows as there are kernels for"),
            }
        };
    }
    // SAFETY: the caller's promise. Tiles higher than the registers are not compiled in.
    unsafe {
        match <T::Lanes<V> as Lanes<T>>::ROWS {
            14 => by_rows!([1 2 3 4 5 6 7 8 9 10 11 12 13 14]),
            6 => by_rows!([1 2 3 4 5 6]),
            _ => by_rows!([1 2 3 4]),
        }
    }
}

//! Small products: tiles read A and B where they lie, so that nothing is packed.

use super::super::work::Work;
use super::lanes::{Lanes, Real, Vectors};
use super::micro::{self, DIRECT_ROWS, Tile};
use super::pack::At;
use super::packed::parts;
use super::{Size, Store};

/// Most multiplications for which packing does not pay.
const SMALL: usize = 262144;
/// Longest sums: beyond, rows of B are too far apart for the first-level cache.
const DEPTH: usize = 256;

/// Whether a product is small enough.
#[inline(always)]
pub fn is_small(size: Size) -> bool {
    let Size { m, k, n } = size;
    k <= DEPTH && (m <= 2 || m.saturating_mul(k).saturating_mul(n) <= SMALL)
}

/// A product of matrices where columns of B and of C lie side by side.
pub struct Small<T> {
    /// The sizes.
    pub size: Size,
    /// The left factor.
    pub a: At<T>,
    /// The right factor.
    pub b: At<T>,
    /// The result's first element.
    pub c: *mut T,
    /// From one row of the result to the next.
    pub c_row: usize,
    /// What becomes of the result's old elements.
    pub store: Store,
}

impl<T: Real> Work for Small<T> {
    type Output = ();

    #[inline(always)]
    unsafe fn work<V: Vectors>(self) {
        let lanes = <T::Lanes<V> as Lanes<T>>::N;
        let Size { m, k, n } = self.size;
        let mut col = 0;
        while col < n {
            let cols = (n - col).min(2 * lanes);
            for (row, rows) in parts(m, DIRECT_ROWS) {
                let tile = Tile {
                    k,
                    a: self.a.part(row, 0).first,
                    a_row: self.a.row,
                    a_col: self.a.col,
                    b: self.b.part(0, col).first,
                    b_row: self.b.row,
                    c: self.c.wrapping_add(row * self.c_row + col),
                    c_row: self.c_row,
                    cols,
                    add: self.store == Store::Add,
                };
                // SAFETY: the tile is a part of the product, whose elements are all there.
                unsafe { micro::direct::<T, V>(tile, rows) }
            }
            col += cols;
        }
    }
}

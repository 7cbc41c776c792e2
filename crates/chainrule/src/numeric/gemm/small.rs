//! Small products: tiles read A where it lies, and B as well if its rows are whole; else B is packed.

use super::super::work::Work;
use super::lanes::{Lanes, Real, Vectors};
use super::micro::{self, DIRECT_ROWS, Tile};
use super::pack::{At, pack};
use super::packed::parts;
use super::{Size, Store, scratch};

/// Most multiplications for which packing does not pay.
const SMALL: usize = 64 * 64 * 64;
/// Longest sums: beyond, rows of B are too far apart for the first-level cache.
const DEPTH: usize = 256;

/// Whether a product is small enough.
#[inline(always)]
pub fn is_small(size: Size) -> bool {
    let Size { m, k, n } = size;
    k <= DEPTH && (m <= 2 || m.saturating_mul(k).saturating_mul(n) <= SMALL)
}

/// How many numbers a product needs as room.
#[inline(always)]
pub fn room<T>(size: Size, b: &At<T>) -> usize {
    if b.col == 1 { 0 } else { size.k * scratch::rounded::<T>(size.n) }
}

/// The same for a right factor in any layout.
pub fn most_room<T>(size: Size) -> usize {
    size.k * scratch::rounded::<T>(size.n)
}

/// A product where columns of C lie side by side.
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
    /// Room for [`room`] numbers.
    pub room: *mut T,
}

impl<T: Real> Work for Small<T> {
    type Output = ();

    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn work<V: Vectors>(self) {
        let lanes = <T::Lanes<V> as Lanes<T>>::N;
        let Size { m, k, n } = self.size;
        let mut b = self.b;
        if b.col != 1 {
            let row = scratch::rounded::<T>(n);
            // SAFETY: B has its elements, and the room is for as many lines as it has rows.
            unsafe { pack::<T, V>(b.transposed(), n, k, row, self.room) };
            b = At { first: self.room, row, col: 1 };
        }
        let mut col = 0;
        while col < n {
            let cols = (n - col).min(2 * lanes);
            for (row, rows) in parts(m, DIRECT_ROWS) {
                let tile = Tile {
                    k,
                    a: self.a.part(row, 0).first,
                    a_row: self.a.row,
                    a_col: self.a.col,
                    b: b.part(0, col).first,
                    b_row: b.row,
                    c: self.c.wrapping_add(row * self.c_row + col),
                    c_row: self.c_row,
                    cols,
                    add: self.store == Store::Add,
                };
                // SAFETY: the tile is a part of the product, whose elements are all there.
                unsafe { micro::direct::<T, V>(&tile, rows) }
            }
            col += cols;
        }
    }
}

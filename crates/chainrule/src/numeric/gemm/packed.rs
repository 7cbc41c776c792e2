//! Large products: A and B are packed into panels, by blocks that stay in the caches (Goto and van de Geijn, "Anatomy of
//! high-performance matrix multiplication", 2008).
//!
//! A block of A is packed whole; a panel of B is packed just before all panels of A meet it, so that it need not leave the
//! first-level cache. Convolutions bring panels of B of their own.

use super::super::work::Work;
use super::lanes::{Lanes, Real, Vectors};
use super::micro::{self, Tile};
use super::pack::{At, pack};
use super::{Size, Store, scratch};

/// Longest part of k that is packed at once, in cache lines of B's panel: 32 KiB.
pub const DEPTH: usize = 256;
/// Most rows of A in a block: with `DEPTH` half a megabyte of f32, which stays in the second-level cache.
const HEIGHT: usize = 504;

/// Where panels of B come from.
pub trait Panels<T>: Copy {
    /// The address of row `row`, column `col`, and the step to the next row, if rows can be read where they lie.
    fn in_place(&self, row: usize, col: usize) -> Option<(*const T, usize)>;

    /// Where the lines that `pack` would write lie already, if they do.
    #[inline(always)]
    fn ready<V: Vectors>(&self, _row: usize, _k: usize, _col: usize) -> Option<*const T>
    where
        T: Real,
    {
        None
    }

    /// Writes rows `row..row + k`, columns `col..col + cols`, as lines of `width`, with zeros beyond `cols`.
    ///
    /// # Safety
    /// B has the rows and columns and `to` has room for the lines.
    unsafe fn pack<V: Vectors>(
        &self,
        row: usize,
        k: usize,
        col: usize,
        cols: usize,
        width: usize,
        to: *mut T,
    ) where
        T: Real;
}

impl<T> Panels<T> for At<T>
where
    T: Copy,
{
    #[inline(always)]
    fn in_place(&self, row: usize, col: usize) -> Option<(*const T, usize)> {
        (self.col == 1).then(|| (self.part(row, col).first, self.row))
    }

    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn pack<V: Vectors>(&self, row: usize, k: usize, col: usize, cols: usize, width: usize, to: *mut T)
    where
        T: Real,
    {
        // SAFETY: the caller's promise.
        unsafe { pack::<T, V>(self.part(row, col).transposed(), cols, k, width, to) }
    }
}

/// A product to be computed from packed panels. C's columns lie side by side.
pub struct Packed<T, P> {
    /// The sizes.
    pub size: Size,
    /// The left factor.
    pub a: At<T>,
    /// The right factor.
    pub b: P,
    /// The result's first element.
    pub c: *mut T,
    /// From one row of the result to the next.
    pub c_row: usize,
    /// What becomes of the result's old elements.
    pub store: Store,
    /// Room for [`room`] numbers.
    pub room: *mut T,
}

/// How many numbers a product needs as room.
pub fn room<T>(size: Size) -> usize {
    let depth = size.k.min(DEPTH);
    scratch::rounded::<T>(size.m.min(HEIGHT) * depth) + depth * 2 * 64 / size_of::<T>()
}

/// Parts of nearly equal length: the start and length of each.
#[inline(always)]
pub fn parts(whole: usize, most: usize) -> impl Iterator<Item = (usize, usize)> {
    // Divisions take as long as a small product.
    let count = if whole <= most { usize::from(whole > 0) } else { whole.div_ceil(most) };
    let (length, longer) = if count <= 1 { (whole, 0) } else { (whole / count, whole % count) };
    (0..count).map(move |i| (i * length + i.min(longer), length + usize::from(i < longer)))
}

impl<T: Real, P: Panels<T>> Work for Packed<T, P> {
    type Output = ();

    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn work<V: Vectors>(self) {
        let Size { m, k, .. } = self.size;
        for (row, height) in parts(m, HEIGHT) {
            for (from, depth) in parts(k, DEPTH) {
                // SAFETY: handed on; both are parts of the product.
                unsafe { self.block::<V>([row, height], [from, depth]) }
            }
        }
    }
}

impl<T: Real, P: Panels<T>> Packed<T, P> {
    /// Rows `row..row + height` of C get their sums over `from..from + depth`.
    ///
    /// # Safety
    /// The operands have all elements, there is room, and the machine has the instructions.
    #[inline(always)]
    unsafe fn block<V: Vectors>(&self, [row, height]: [usize; 2], [from, depth]: [usize; 2]) {
        let lanes = <T::Lanes<V> as Lanes<T>>::N;
        let most = <T::Lanes<V> as Lanes<T>>::ROWS;
        let add = from > 0 || self.store == Store::Add;
        let panel = self.room.wrapping_add(scratch::rounded::<T>(height * depth));
        let few = height <= 2 * most;
        // SAFETY: the caller's promise; the room holds the block of A and a panel of B.
        unsafe {
            for (i, rows) in parts(height, most) {
                pack::<T, V>(self.a.part(row + i, from), rows, depth, rows, self.room.add(i * depth));
            }
            let mut col = 0;
            while col < self.size.n {
                let cols = (self.size.n - col).min(2 * lanes);
                let width = cols.next_multiple_of(lanes);
                let ready = self.b.ready::<V>(from, depth, col).map(|lines| (lines, width));
                let there = match ready {
                    None if few && cols == width => self.b.in_place(from, col),
                    ready => ready,
                };
                let (b, b_row) = there.unwrap_or((panel, width));
                if there.is_none() {
                    self.b.pack::<V>(from, depth, col, cols, width, panel);
                }
                for (i, rows) in parts(height, most) {
                    let a = self.room.add(i * depth);
                    let c = self.c.add((row + i) * self.c_row + col);
                    let tile = Tile {
                        k: depth,
                        a,
                        a_row: 1,
                        a_col: rows,
                        b,
                        b_row,
                        c,
                        c_row: self.c_row,
                        cols,
                        add,
                    };
                    micro::packed::<T, V>(&tile, rows);
                }
                col += cols;
            }
        }
    }
}

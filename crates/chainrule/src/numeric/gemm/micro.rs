//! The innermost kernels: a small tile of C in registers, k steps long.

use super::super::work::Work;
use super::lanes::{Lanes, Real, Vectors};

/// Most rows of a tile that reads A where it lies.
pub const DIRECT_ROWS: usize = 6;

/// A tile of C to be computed. Every element is a sum in the order of k, so that no choice of tiles changes a result.
#[derive(Clone, Copy)]
pub struct Tile<T> {
    /// The length of the sums.
    pub k: usize,
    /// The first element of A.
    pub a: *const T,
    /// From one row of A to the next; 1 in a packed panel.
    pub a_row: usize,
    /// From one column of A to the next.
    pub a_col: usize,
    /// The first row of B; its elements lie side by side.
    pub b: *const T,
    /// From one row of B to the next.
    pub b_row: usize,
    /// The first row of C; its elements lie side by side.
    pub c: *mut T,
    /// From one row of C to the next.
    pub c_row: usize,
    /// Columns that count.
    pub cols: usize,
    /// Whether the product is added to C.
    pub add: bool,
}

/// `R` rows of A, `W` vectors of columns. `PACKED`: rows of A lie side by side, and B has whole vectors.
struct Micro<'a, T, const R: usize, const W: usize, const PACKED: bool>(&'a Tile<T>);

impl<T: Real, const R: usize, const W: usize, const PACKED: bool> Work for Micro<'_, T, R, W, PACKED> {
    type Output = ();

    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn work<L: Vectors>(self) {
        // SAFETY: the promise of `run`.
        unsafe { micro::<T, T::Lanes<L>, R, W, PACKED>(self.0) }
    }
}

// SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
#[inline(always)]
unsafe fn micro<T: Real, L: Lanes<T>, const R: usize, const W: usize, const PACKED: bool>(tile: &Tile<T>) {
    // SAFETY: the promise of `run`: all elements that the tile names are there.
    unsafe {
        let last = tile.cols - (W - 1) * L::N;
        let mut sums = [[L::splat(T::ZERO); W]; R];
        let (mut a, mut b) = (tile.a, tile.b);
        let rows: [*const T; R] = std::array::from_fn(|r| tile.a.wrapping_add(r * tile.a_row));
        for l in 0..tile.k {
            let mut right = [L::splat(T::ZERO); W];
            for (w, right) in right.iter_mut().enumerate() {
                let from = b.add(w * L::N);
                *right = if PACKED || w + 1 < W { L::load(from) } else { L::load_part(from, last) };
            }
            for r in 0..R {
                let left = L::splat(if PACKED { *a.add(r) } else { *rows[r].add(l * tile.a_col) });
                for w in 0..W {
                    sums[r][w] = L::fma(left, right[w], sums[r][w]);
                }
            }
            a = a.wrapping_add(tile.a_col);
            b = b.wrapping_add(tile.b_row);
        }
        for (r, sums) in sums.iter().enumerate() {
            let row = tile.c.add(r * tile.c_row);
            for (w, &sum) in sums.iter().enumerate() {
                let (to, whole) = (row.add(w * L::N), w + 1 < W || last == L::N);
                match (tile.add, whole) {
                    (false, true) => L::store(to, sum),
                    (true, true) => L::store(to, L::add(L::load(to), sum)),
                    (false, false) => L::store_part(to, last, sum),
                    (true, false) => L::store_part(to, last, L::add(L::load_part(to, last), sum)),
                }
            }
        }
    }
}

/// Calls the kernel for so many rows.
macro_rules! by_rows {
    ($tile:ident, $rows:ident, $packed:literal, $wide:expr, [$($r:literal)*]) => {
        match ($rows, $wide) {
            $(($r, false) => V::apart(Micro::<T, $r, 1, $packed>($tile)),
              ($r, true) => V::apart(Micro::<T, $r, 2, $packed>($tile)),)*
            _ => unreachable!("a tile has as many rows as there are kernels for"),
        }
    };
}

/// Computes a tile from a packed panel of A and whole vectors of B (one or two, as `cols` needs).
///
/// # Safety
/// `rows` is at most `ROWS`, `cols` at most two vectors, neither 0; all elements that the tile names are there, and the
/// machine has the instructions.
#[inline(always)]
pub unsafe fn packed<T: Real, V: Vectors>(tile: &Tile<T>, rows: usize) {
    let wide = tile.cols > <T::Lanes<V> as Lanes<T>>::N;
    // SAFETY: the caller's promise. Tiles higher than the registers are not compiled in.
    unsafe {
        match <T::Lanes<V> as Lanes<T>>::ROWS {
            14 => by_rows!(tile, rows, true, wide, [1 2 3 4 5 6 7 8 9 10 11 12 13 14]),
            6 => by_rows!(tile, rows, true, wide, [1 2 3 4 5 6]),
            _ => by_rows!(tile, rows, true, wide, [1 2 3 4]),
        }
    }
}

/// Computes a tile from A and B where they lie.
///
/// # Safety
/// As `packed`, with at most `DIRECT_ROWS` rows; B need not have whole vectors.
#[inline(always)]
pub unsafe fn direct<T: Real, V: Vectors>(tile: &Tile<T>, rows: usize) {
    let wide = tile.cols > <T::Lanes<V> as Lanes<T>>::N;
    // SAFETY: the caller's promise.
    unsafe { by_rows!(tile, rows, false, wide, [1 2 3 4 5 6]) }
}

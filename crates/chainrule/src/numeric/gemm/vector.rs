//! Vector times matrix, both ways of storing the matrix, at the speed of the memory that it comes from.

use super::super::work::Work;
use super::Store;
use super::lanes::{Lanes, Real, Vectors};
use super::pack::At;

/// Rows of the matrix that are read together.
const ROWS: usize = 8;
/// Terms of a sum that goes in order can be given in several calls, one behind the other, so many or a multiple at a time but for the
/// last: the result is the same to the bit. So it is where elements of the result lie side by side in the matrix.
pub const IN_ORDER: usize = ROWS;
/// Columns whose sums stay in the first-level cache while all rows pass: 8 KiB of f32.
const COLUMNS: usize = 2048;
/// Dot products that are computed together.
const DOTS: usize = 4;

/// Bytes of rows that are too short for the machine to see where the next ones are, and how far ahead those are fetched. Of
/// 10,000 rows of 400 bytes this takes a fifth off; with longer rows it costs more than it brings.
const SHORT: usize = 512;
const AHEAD: usize = 8 << 10;

/// Has a cache line fetched that may be read soon. Any address will do.
#[inline(always)]
fn fetch<T>(at: *const T) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: nothing is read that could be seen.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(at.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = at;
}

/// y = x B, or y += x B, where elements of a row of B lie side by side, as those of y do.
pub struct Rows<T> {
    /// Elements of x.
    pub k: usize,
    /// Elements of y.
    pub n: usize,
    /// The first element of x.
    pub x: *const T,
    /// From one element of x to the next.
    pub x_step: usize,
    /// The matrix.
    pub b: At<T>,
    /// The first element of y.
    pub y: *mut T,
    /// What becomes of y's old elements.
    pub store: Store,
}

impl<T: Real> Work for Rows<T> {
    type Output = ();

    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn work<V: Vectors>(self) {
        // SAFETY: all elements are there; the maker's promise.
        unsafe {
            let mut col = 0;
            while col < self.n {
                let cols = (self.n - col).min(COLUMNS);
                let mut row = 0;
                while row + ROWS <= self.k {
                    self.some_rows::<V, ROWS>(row, col, cols);
                    row += ROWS;
                }
                while row < self.k {
                    self.some_rows::<V, 1>(row, col, cols);
                    row += 1;
                }
                col += cols;
            }
        }
    }
}

impl<T: Real> Rows<T> {
    /// Adds `R` rows, each times its element of x, to a part of y, in order.
    ///
    /// # Safety
    /// The rows and columns are there.
    #[inline(always)]
    unsafe fn some_rows<V: Vectors, const R: usize>(&self, row: usize, col: usize, cols: usize) {
        let lanes = <T::Lanes<V> as Lanes<T>>::N;
        // SAFETY: the caller's promise.
        unsafe {
            let from: [*const T; R] = std::array::from_fn(|r| self.b.part(row + r, col).first);
            let x: [T; R] = std::array::from_fn(|r| *self.x.add((row + r) * self.x_step));
            let x = x.map(|x| T::Lanes::<V>::splat(x));
            let y = self.y.add(col);
            let row_bytes = self.b.row * size_of::<T>();
            let ahead = (row_bytes <= SHORT).then(|| self.b.row * AHEAD.div_ceil(row_bytes.max(1)));
            let fresh = row == 0 && self.store == Store::Replace;
            let mut j = 0;
            while j + lanes <= cols {
                let mut sum =
                    if fresh { T::Lanes::<V>::splat(T::ZERO) } else { T::Lanes::<V>::load(y.add(j)) };
                for r in 0..R {
                    if let Some(ahead) = ahead {
                        fetch(from[r].wrapping_add(j + ahead));
                    }
                    sum = T::Lanes::<V>::fma(x[r], T::Lanes::<V>::load(from[r].add(j)), sum);
                }
                T::Lanes::<V>::store(y.add(j), sum);
                j += lanes;
            }
            if j < cols {
                let rest = cols - j;
                let mut sum = if fresh {
                    T::Lanes::<V>::splat(T::ZERO)
                } else {
                    T::Lanes::<V>::load_part(y.add(j), rest)
                };
                for r in 0..R {
                    sum = T::Lanes::<V>::fma(x[r], T::Lanes::<V>::load_part(from[r].add(j), rest), sum);
                }
                T::Lanes::<V>::store_part(y.add(j), rest, sum);
            }
        }
    }
}

/// y = B^T x, or y += B^T x: dot products of x with rows. Elements of x, of y and of each row lie side by side.
pub struct Dots<T> {
    /// Elements of x and of a row.
    pub k: usize,
    /// Elements of y; as many rows.
    pub n: usize,
    /// The first element of x.
    pub x: *const T,
    /// The first row.
    pub rows: *const T,
    /// From one row to the next.
    pub step: usize,
    /// The first element of y.
    pub y: *mut T,
    /// What becomes of y's old elements.
    pub store: Store,
}

impl<T: Real> Work for Dots<T> {
    type Output = ();

    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn work<V: Vectors>(self) {
        // SAFETY: all elements are there; the maker's promise.
        unsafe {
            let mut i = 0;
            while i + DOTS <= self.n {
                self.some_dots::<V, DOTS>(i);
                i += DOTS;
            }
            while i < self.n {
                self.some_dots::<V, 1>(i);
                i += 1;
            }
        }
    }
}

impl<T: Real> Dots<T> {
    /// Dot products `i..i + R`. The sums of each are dealt to two vectors in turn, whatever `R` is.
    ///
    /// # Safety
    /// The rows are there.
    #[inline(always)]
    unsafe fn some_dots<V: Vectors, const R: usize>(&self, i: usize) {
        let lanes = <T::Lanes<V> as Lanes<T>>::N;
        // SAFETY: the caller's promise.
        unsafe {
            let from: [*const T; R] = std::array::from_fn(|r| self.rows.add((i + r) * self.step));
            let zero = T::Lanes::<V>::splat(T::ZERO);
            let mut sums = [[zero; 2]; R];
            let mut l = 0;
            while l + 2 * lanes <= self.k {
                let x = [0, lanes].map(|half| T::Lanes::<V>::load(self.x.add(l + half)));
                for r in 0..R {
                    let row = [0, lanes].map(|half| T::Lanes::<V>::load(from[r].add(l + half)));
                    sums[r] =
                        std::array::from_fn(|half| T::Lanes::<V>::fma(x[half], row[half], sums[r][half]));
                }
                l += 2 * lanes;
            }
            while l < self.k {
                let count = (self.k - l).min(lanes);
                let x = T::Lanes::<V>::load_part(self.x.add(l), count);
                for r in 0..R {
                    let row = T::Lanes::<V>::load_part(from[r].add(l), count);
                    sums[r][0] = T::Lanes::<V>::fma(x, row, sums[r][0]);
                }
                l += count;
            }
            for (r, sums) in sums.iter().enumerate() {
                let sum = T::Lanes::<V>::sum(T::Lanes::<V>::add(sums[0], sums[1]));
                let y = self.y.add(i + r);
                *y = if self.store == Store::Add { *y + sum } else { sum };
            }
        }
    }
}

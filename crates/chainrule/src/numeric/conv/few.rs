//! Convolutions with few outputs in a group, such as depthwise ones: windows are read from the grid where they lie, since
//! packing them would take longer than using them.

#![allow(unsafe_code)]

use super::super::gemm::lanes::{Lanes, Real, Vectors};
use super::super::work::Work;
use super::grid::Grid;

/// Vectors of columns that are computed together.
const WIDE: usize = 4;

/// `R` rows of weights times columns.
pub struct Few<'a, T, const R: usize> {
    /// How the input is laid out.
    pub layout: &'a Grid,
    /// The input, laid out.
    pub grid: *const T,
    /// The window's elements in the grid.
    pub taps: &'a [usize],
    /// For each tap, `R` weights.
    pub weights: *const T,
    /// The first result.
    pub c: *mut T,
    /// From one row of results to the next.
    pub c_row: usize,
    /// Whether the product is added to what is there.
    pub add: bool,
    /// The columns that are wanted.
    pub cols: [usize; 2],
}

impl<T: Real, const R: usize> Work for Few<'_, T, R> {
    type Output = ();

    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn work<V: Vectors>(self) {
        let lanes = <T::Lanes<V> as Lanes<T>>::N;
        let [mut col, end] = self.cols;
        while col < end {
            let (from, len) = self.layout.run(col);
            let len = len.min(end - col);
            let mut done = 0;
            // SAFETY: the grid has all elements of a run for every tap, and the result all columns.
            unsafe {
                while done + WIDE * lanes < len {
                    self.some::<T::Lanes<V>, WIDE>(from + done, col + done, lanes);
                    done += WIDE * lanes;
                }
                let last = (len - done) % lanes;
                let last = if last == 0 { lanes } else { last };
                match (len - done).div_ceil(lanes) {
                    0 => {}
                    1 => self.some::<T::Lanes<V>, 1>(from + done, col + done, last),
                    2 => self.some::<T::Lanes<V>, 2>(from + done, col + done, last),
                    3 => self.some::<T::Lanes<V>, 3>(from + done, col + done, last),
                    _ => self.some::<T::Lanes<V>, WIDE>(from + done, col + done, last),
                }
            }
            col += len;
        }
    }
}

impl<T: Real, const R: usize> Few<'_, T, R> {
    /// Columns from `col` on, `W` vectors, the last of which has `last` elements.
    ///
    /// # Safety
    /// They are there.
    #[inline(always)]
    unsafe fn some<L: Lanes<T>, const W: usize>(&self, from: usize, col: usize, last: usize) {
        // SAFETY: the caller's promise.
        unsafe {
            let mut sums = [[L::splat(T::ZERO); W]; R];
            for (l, &tap) in self.taps.iter().enumerate() {
                let from = self.grid.add(tap + from);
                let is_whole = |w: usize| w + 1 < W || last == L::N;
                let load = |w: usize, at| if is_whole(w) { L::load(at) } else { L::load_part(at, last) };
                let window: [L::V; W] = std::array::from_fn(|w| load(w, from.add(w * L::N)));
                for (r, sums) in sums.iter_mut().enumerate() {
                    let weight = L::splat(*self.weights.add(l * R + r));
                    for w in 0..W {
                        sums[w] = L::fma(weight, window[w], sums[w]);
                    }
                }
            }
            for (r, sums) in sums.iter().enumerate() {
                for (w, &sum) in sums.iter().enumerate() {
                    let to = self.c.add(r * self.c_row + col + w * L::N);
                    let count = if w + 1 < W { L::N } else { last };
                    let sum = if self.add { L::add(L::load_part(to, count), sum) } else { sum };
                    L::store_part(to, count, sum);
                }
            }
        }
    }
}

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
                while done + WIDE * lanes <= len {
                    self.some::<T::Lanes<V>, WIDE>(from + done, col + done, lanes);
                    done += WIDE * lanes;
                }
                while done < len {
                    let count = (len - done).min(lanes);
                    self.some::<T::Lanes<V>, 1>(from + done, col + done, count);
                    done += count;
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
                let window: [L::V; W] = if W > 1 || last == L::N {
                    std::array::from_fn(|w| L::load(from.add(w * L::N)))
                } else {
                    [L::load_part(from, last); W]
                };
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
                    let sum = if self.add { L::add(L::load_part(to, last), sum) } else { sum };
                    L::store_part(to, last, sum);
                }
            }
        }
    }
}

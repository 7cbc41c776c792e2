//! The largest elements of windows two wide and two apart, as most are: whole vectors of a row are told apart into the left
//! elements of the windows and the right ones. Rows that end within a vector are read and written in part.

use super::super::gemm::lanes::{Lanes, Vectors, load, store};
use super::super::number::Number;
use super::super::work::Work;
use super::Pooling;

impl Pooling {
    /// Whether windows are two wide and two apart, and none reaches over the end of a row.
    pub(super) fn is_in_pairs(&self) -> bool {
        self.pool.window[1] == 2 && self.pool.stride[1] == 2 && self.whole() == (0..self.output[1])
    }

    /// Whether moreover no element is under two windows.
    pub(super) fn is_apart_in_pairs(&self) -> bool {
        self.is_in_pairs() && self.pool.stride[0] >= self.pool.window[0]
    }

    /// Whether each element is under a window, if none is under two.
    fn is_covered(&self) -> bool {
        let [height, width] = self.output;
        let high = height * self.pool.stride[0] >= self.input[0] + self.pool.pad_low[0];
        high && self.pool.stride[0] == self.pool.window[0] && 2 * width == self.input[1]
    }

    /// Calls `work` for as many neighbouring windows as a vector holds, or as there are left in a row, with: the places of the
    /// first elements of their rows, one row below the other; that of the first window in the output; how many there are.
    #[inline(always)]
    fn vectors(&self, lanes: usize, mut work: impl FnMut(Rows, usize, usize)) {
        let ([height, width], [oh, ow]) = (self.input, self.output);
        for at in 0..self.planes * oh {
            let rows = self.pool.range(0, at % oh, height);
            let first = (at / oh * height + rows.start) * width;
            for column in (0..ow).step_by(lanes) {
                let rows = Rows { first: first + 2 * column, count: rows.len(), width };
                work(rows, at * ow + column, lanes.min(ow - column));
            }
        }
    }
}

/// Where windows that are neighbours begin in the input: one place in each row.
#[derive(Clone, Copy)]
struct Rows {
    first: usize,
    count: usize,
    width: usize,
}

impl Rows {
    #[inline(always)]
    fn each(self) -> impl Iterator<Item = usize> {
        (0..self.count).map(move |row| self.first + row * self.width)
    }
}

/// The largest elements, to be computed.
pub struct Largest<'a, T> {
    pub pooling: &'a Pooling,
    pub input: &'a [T],
    pub output: &'a mut [T],
}

impl<T: Number> Work for Largest<'_, T> {
    type Output = ();
    const VECTORS: bool = T::VECTORS;

    // SAFETY: the caller keeps the promise of the trait.
    #[inline(always)]
    unsafe fn work<L: Vectors>(self) {
        let (input, output) = (self.input.as_ptr(), self.output.as_mut_ptr());
        self.pooling.vectors(<T::Lanes<L> as Lanes<T>>::N, |rows, to, count| {
            // SAFETY: the lengths were checked, and windows lie within their rows.
            unsafe {
                let best = largest::<T, T::Lanes<L>>(input, rows, count);
                store::<T, T::Lanes<L>>(output.add(to), count, best);
            }
        });
    }
}

/// What the largest elements' upstream values come to, to be computed.
pub struct Routed<'a, T> {
    pub pooling: &'a Pooling,
    pub input: &'a [T],
    pub upstream: &'a [T],
    pub downstream: &'a mut [T],
}

impl<T: Number> Work for Routed<'_, T> {
    type Output = ();

    // SAFETY: the caller keeps the promise of the trait.
    #[inline(always)]
    unsafe fn work<L: Vectors>(self) {
        if !self.pooling.is_covered() {
            self.downstream.fill(T::ZERO);
        }
        let (input, upstream) = (self.input.as_ptr(), self.upstream.as_ptr());
        let downstream = self.downstream.as_mut_ptr();
        self.pooling.vectors(<T::Lanes<L> as Lanes<T>>::N, |rows, from, count| {
            // SAFETY: the lengths were checked, and windows lie within their rows.
            unsafe {
                let best = largest::<T, T::Lanes<L>>(input, rows, count);
                let mut rest = load::<T, T::Lanes<L>>(upstream.add(from), count);
                for row in rows.each() {
                    let (left, right) = pairs::<T, T::Lanes<L>>(input.add(row), count);
                    let (to_left, others) = <T::Lanes<L>>::give(left, best, rest);
                    let (to_right, others) = <T::Lanes<L>>::give(right, best, others);
                    rest = others;
                    store_pairs::<T, T::Lanes<L>>(downstream.add(row), count, to_left, to_right);
                }
            }
        });
    }
}

/// The largest elements of `count` windows, the first NaN before all.
///
/// # Safety
/// The windows are there.
#[inline(always)]
unsafe fn largest<T: Number, L: Lanes<T>>(input: *const T, rows: Rows, count: usize) -> L::V {
    // SAFETY: the caller's promise.
    unsafe {
        let over = |new: L::V, best: L::V| L::nan_or(best, L::nan_or(new, L::larger(new, best)));
        let mut best = L::splat(T::LOWEST);
        for (i, row) in rows.each().enumerate() {
            let (left, right) = pairs::<T, L>(input.add(row), count);
            // The first element stands as it is: minus infinity has bits of its own, and so has a zero.
            best = over(right, if i == 0 { left } else { over(left, best) });
        }
        best
    }
}

/// Left and right elements of `count` pairs.
///
/// # Safety
/// They can be read.
#[inline(always)]
unsafe fn pairs<T: Number, L: Lanes<T>>(from: *const T, count: usize) -> (L::V, L::V) {
    // SAFETY: the caller's promise.
    unsafe {
        let (first, second) = (L::N.min(2 * count), (2 * count).saturating_sub(L::N));
        let rest = if second > 0 { load::<T, L>(from.add(L::N), second) } else { L::splat(T::ZERO) };
        L::split(load::<T, L>(from, first), rest)
    }
}

/// # Safety
/// `count` pairs can be written.
#[inline(always)]
unsafe fn store_pairs<T: Number, L: Lanes<T>>(to: *mut T, count: usize, left: L::V, right: L::V) {
    // SAFETY: the caller's promise.
    unsafe {
        let (first, second) = L::merge(left, right);
        store::<T, L>(to, L::N.min(2 * count), first);
        if 2 * count > L::N {
            store::<T, L>(to.add(L::N), 2 * count - L::N, second);
        }
    }
}

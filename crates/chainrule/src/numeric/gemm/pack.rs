//! Copies of parts of A and B in the order in which the kernels read them.

use super::super::work::Work;
use super::lanes::{Lanes, Real, Vectors};

/// A matrix by address: element (i, j) is at `first + i * row + j * col`.
#[derive(Clone, Copy)]
pub struct At<T> {
    /// Element (0, 0).
    pub first: *const T,
    /// The step from one row to the next.
    pub row: usize,
    /// The step from one column to the next.
    pub col: usize,
}

impl<T> At<T> {
    /// The part that begins at element (i, j).
    #[inline(always)]
    pub fn part(self, i: usize, j: usize) -> At<T> {
        At { first: self.first.wrapping_add(i * self.row + j * self.col), ..self }
    }

    /// Rows and columns exchanged.
    #[inline(always)]
    pub fn transposed(self) -> At<T> {
        At { first: self.first, row: self.col, col: self.row }
    }
}

/// Writes `lines` lines of `count` elements, `width` apart: line l is column l of `rows` (`count` rows of it), so that a
/// panel of A is written with its rows, one of B with its transpose. What lies beyond `count` is set to zero.
///
/// # Safety
/// The matrix has the elements, there is room for all lines, and `count <= width`.
#[inline(always)]
pub unsafe fn pack<T: Real, V: Vectors>(rows: At<T>, count: usize, lines: usize, width: usize, to: *mut T) {
    // SAFETY: the caller's promise.
    unsafe { V::apart(Pack { rows, count, lines, width, to }) }
}

/// What [`pack`] is to do: it is compiled once, not at each use.
struct Pack<T> {
    rows: At<T>,
    count: usize,
    lines: usize,
    width: usize,
    to: *mut T,
}

impl<T: Real> Work for Pack<T> {
    type Output = ();

    // SAFETY: the maker is `pack`, with its caller's promise.
    #[inline(always)]
    unsafe fn work<V: Vectors>(self) {
        // SAFETY: as above.
        unsafe { pack_here::<T, T::Lanes<V>>(self.rows, self.count, self.lines, self.width, self.to) }
    }
}

/// See [`pack`].
///
/// # Safety
/// The same.
#[inline(always)]
unsafe fn pack_here<T: Real, L: Lanes<T>>(rows: At<T>, count: usize, lines: usize, width: usize, to: *mut T) {
    // SAFETY: the caller's promise.
    unsafe {
        if rows.row == 1 {
            return lines_copied::<T, L>(rows, count, lines, width, to);
        }
        let mut done = 0;
        if rows.col == 1 {
            while done + 4 <= count {
                four_rows(rows.part(done, 0), lines, width, to.add(done));
                done += 4;
            }
        }
        for r in done..count {
            for l in 0..lines {
                *to.add(l * width + r) = *rows.part(r, l).first;
            }
        }
        for r in count..width {
            for l in 0..lines {
                *to.add(l * width + r) = T::ZERO;
            }
        }
    }
}

/// As `pack`, where a line's elements lie side by side.
// SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
#[inline(always)]
unsafe fn lines_copied<T: Real, L: Lanes<T>>(
    rows: At<T>,
    count: usize,
    lines: usize,
    width: usize,
    to: *mut T,
) {
    // SAFETY: the promise of `pack`.
    unsafe {
        for l in 0..lines {
            let (from, to) = (rows.part(0, l).first, to.add(l * width));
            let mut done = 0;
            while done + L::N <= count {
                L::store(to.add(done), L::load(from.add(done)));
                done += L::N;
            }
            if done < count {
                L::store_part(to.add(done), count - done, L::load_part(from.add(done), count - done));
            }
            for r in count..width {
                *to.add(r) = T::ZERO;
            }
        }
    }
}

/// Four rows, whose elements lie side by side, become four neighbours in each line.
// SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
#[inline(always)]
unsafe fn four_rows<T: Real>(rows: At<T>, lines: usize, width: usize, to: *mut T) {
    // SAFETY: the promise of `pack`.
    unsafe {
        let from: [*const T; 4] = std::array::from_fn(|r| rows.part(r, 0).first);
        let mut l = 0;
        while l + 4 <= lines {
            T::turn_four(from.map(|row| row.add(l)), to.add(l * width), width);
            l += 4;
        }
        for l in l..lines {
            let line: [T; 4] = std::array::from_fn(|r| *from[r].add(l));
            to.add(l * width).cast::<[T; 4]>().write_unaligned(line);
        }
    }
}

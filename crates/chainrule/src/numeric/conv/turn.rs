//! Matrices turned: rows become columns. Four by four numbers at a time, in an order that is kind to the side whose lines
//! lie far apart.

use super::super::gemm::lanes::Real;

/// A matrix with neighbours in its rows, to be written with neighbours in its columns.
#[derive(Clone, Copy)]
pub struct Turn<T> {
    /// Its first element.
    pub from: *const T,
    /// From one row to the next.
    pub from_row: usize,
    /// How many rows and columns.
    pub size: [usize; 2],
    /// Where the first column goes.
    pub to: *mut T,
    /// From one column to the next.
    pub to_row: usize,
}

impl<T: Real> Turn<T> {
    /// Reads a few rows from end to end, then the next.
    ///
    /// # Safety
    /// All elements are there, and those written overlap nothing.
    #[inline(always)]
    pub unsafe fn by_rows(self) {
        let [rows, columns] = self.size;
        for r in (0..rows).step_by(4) {
            for c in (0..columns).step_by(4) {
                // SAFETY: the caller's promise.
                unsafe { self.square(r, c) }
            }
        }
    }

    /// Writes a few columns from end to end, then the next.
    ///
    /// # Safety
    /// As `by_rows`.
    #[inline(always)]
    pub unsafe fn by_columns(self) {
        let [rows, columns] = self.size;
        for c in (0..columns).step_by(4) {
            for r in (0..rows).step_by(4) {
                // SAFETY: the caller's promise.
                unsafe { self.square(r, c) }
            }
        }
    }

    /// Up to four rows and columns.
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn square(&self, r: usize, c: usize) {
        let [rows, columns] = self.size;
        let (from, to) =
            (self.from.wrapping_add(r * self.from_row + c), self.to.wrapping_add(c * self.to_row + r));
        // SAFETY: the caller's promise.
        unsafe {
            if r + 4 <= rows && c + 4 <= columns {
                let [s, row] = [self.from_row, self.to_row];
                return T::turn_four([from, from.add(s), from.add(2 * s), from.add(3 * s)], to, row);
            }
            for i in 0..(rows - r).min(4) {
                for j in 0..(columns - c).min(4) {
                    *to.add(j * self.to_row + i) = *from.add(i * self.from_row + j);
                }
            }
        }
    }
}

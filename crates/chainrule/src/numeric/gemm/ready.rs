//! A right factor that is used again and again, such as weights in a loop, brought once into the order in which its kernel
//! reads it. The sums are those of the other kernels, bit for bit.

use super::super::team::Team;
use super::super::tile::Instructions;
use super::super::work::{Work, at};
use super::lanes::{Lanes, Real, Vectors};
use super::pack::{At, pack};
use super::packed::{self, DEPTH, Packed, Panels, parts};
use super::share::Cuts;
use super::small::{self, Small};
use super::{Size, Store, scratch};

/// How many numbers it takes, with vectors of any width; 0 where the kernel reads B where it lies.
pub(super) fn room<T>(size: Size, [_, col]: [usize; 2]) -> usize {
    let reads_in_place = size.m == 1 || size.n == 1 || (small::is_small(size) && col == 1);
    if reads_in_place { 0 } else { least::<T>(size) }
}

/// How many numbers a B of this size takes at most when it is ready.
pub(super) fn least<T>(size: Size) -> usize {
    size.k * scratch::rounded::<T>(size.n)
}

/// Makes B ready.
///
/// # Safety
/// B has its elements, there is [`room`], and that is not 0.
pub(super) unsafe fn make<T: Real>(level: Instructions, size: Size, b: At<T>, to: *mut T) {
    at(level, Make { size, b, to });
}

/// A product with a B that was made ready at the same level.
pub(super) struct Ready<T> {
    pub level: Instructions,
    pub size: Size,
    pub a: At<T>,
    pub b: *const T,
    pub c: *mut T,
    /// From one row of C to the next.
    pub c_row: usize,
    pub store: Store,
}

// SAFETY: parts read the same and write apart from each other.
unsafe impl<T: Real> Sync for Ready<T> {}

impl<T: Real> Ready<T> {
    /// Computes it, by a team.
    ///
    /// # Safety
    /// A and C have their elements, and nothing overlaps C.
    pub(super) unsafe fn run(&self, team: Team) {
        let Size { m, n, .. } = self.size;
        let cuts = Cuts::ready::<T>(self.size, team.threads());
        if cuts == Cuts::WHOLE {
            // SAFETY: handed on.
            return unsafe { self.part([0, m], [0, n]) };
        }
        team.run(cuts.parts(), cuts.room::<T>(self.size, 1), |part| {
            let [_, rows, cols] = cuts.part::<T>(self.size, 1, part);
            // SAFETY: handed on; parts are apart.
            unsafe { self.part(rows, cols) }
        });
    }

    /// Some rows and columns; those begin with a panel.
    ///
    /// # Safety
    /// As `run`.
    unsafe fn part(&self, rows: [usize; 2], cols: [usize; 2]) {
        let Ready { level, size: whole, a, b, c, c_row, store } = *self;
        let size = Size { m: rows[1] - rows[0], n: cols[1] - cols[0], ..whole };
        let (a, c) = (a.part(rows[0], 0), c.wrapping_add(rows[0] * c_row + cols[0]));
        if small::is_small(whole) {
            let first = b.wrapping_add(cols[0]);
            let b = At { first, row: scratch::rounded::<T>(whole.n), col: 1 };
            return at(level, Small { size, a, b, c, c_row, store, room: std::ptr::null_mut() });
        }
        let b = Lines { first: b, columns: whole.n, skipped: cols[0] };
        scratch::with(packed::room::<T>(size), |room| {
            at(level, Packed { size, a, b, c, c_row, store, room });
        });
    }
}

/// What [`make`] is to do.
struct Make<T> {
    size: Size,
    b: At<T>,
    to: *mut T,
}

impl<T: Real> Work for Make<T> {
    type Output = ();

    // SAFETY: the maker is `make`, with its caller's promise.
    #[inline(always)]
    unsafe fn work<V: Vectors>(self) {
        let Make { size: Size { k, n, .. }, b, to } = self;
        let lanes = <T::Lanes<V> as Lanes<T>>::N;
        // SAFETY: B has its elements; all lines together take the room.
        unsafe {
            if small::is_small(self.size) {
                return pack::<T, V>(b.transposed(), n, k, scratch::rounded::<T>(n), to);
            }
            for (from, depth) in parts(k, DEPTH) {
                let mut col = 0;
                while col < n {
                    let cols = (n - col).min(2 * lanes);
                    let lines = Lines { first: to.cast_const(), columns: n, skipped: 0 };
                    let place = lines.place::<V>(from, depth, col).cast_mut();
                    b.pack::<V>(from, depth, col, cols, cols.next_multiple_of(lanes), place);
                    col += cols;
                }
            }
        }
    }
}

/// Panels that lie one after the other: those of the first rows, then those of the next.
#[derive(Clone, Copy)]
struct Lines<T> {
    first: *const T,
    columns: usize,
    /// Columns before those that are wanted.
    skipped: usize,
}

impl<T: Real> Lines<T> {
    #[inline(always)]
    fn place<V: Vectors>(&self, row: usize, k: usize, col: usize) -> *const T {
        let width = self.columns.next_multiple_of(<T::Lanes<V> as Lanes<T>>::N);
        self.first.wrapping_add(row * width + k * (self.skipped + col))
    }
}

impl<T: Real> Panels<T> for Lines<T> {
    fn in_place(&self, _: usize, _: usize) -> Option<(*const T, usize)> {
        None
    }

    #[inline(always)]
    fn ready<V: Vectors>(&self, row: usize, k: usize, col: usize) -> Option<*const T> {
        Some(self.place::<V>(row, k, col))
    }

    // SAFETY: nothing is done.
    unsafe fn pack<V: Vectors>(&self, _: usize, _: usize, _: usize, _: usize, _: usize, _: *mut T) {
        unreachable!("panels that are ready are not packed")
    }
}

//! Where products are cut for threads to share.
//!
//! Every element of a product is computed as if it were alone, so that cuts change no bit, with one exception: products of one
//! row or column have kernels of their own. So no cut makes such a product of another.

use super::super::team::{cut, least};
use super::{Size, packed, small};

/// The work of a part, in picoseconds, that is worth its share of a fork.
const PART: usize = 4_000_000;
/// The work of a thread, in picoseconds, from which on parts are made smaller, so that they level out what disturbs a thread.
const LONG: usize = 200_000_000;
/// Fewest rows of a part: as many as registers hold.
const LEAST_ROWS: usize = 14;
/// Columns that stay together, in bytes: two vectors.
const UNIT: usize = 128;

/// How a product, or many of the same size, is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cuts {
    /// Into so many groups of products.
    pub groups: usize,
    /// Each product into so many parts by rows.
    pub rows: usize,
    /// And each of those into so many by columns.
    pub cols: usize,
}

impl Cuts {
    /// None.
    pub const WHOLE: Cuts = Cuts { groups: 1, rows: 1, cols: 1 };

    /// The cuts for `count` products of numbers `T`, done by so many threads. Products that are `summed` are all of one group.
    pub fn new<T>(size: Size, count: usize, summed: bool, threads: usize) -> Cuts {
        let one = picoseconds::<T>(size);
        let work = one.saturating_mul(count);
        let most = work / least(PART);
        if threads == 1 || most < 2 {
            return Cuts::WHOLE;
        }
        let groups = if summed { 1 } else { count.min(most).min(4 * threads) };
        let wanted = if work / threads < LONG { threads } else { 2 * threads };
        if groups >= wanted {
            return Cuts { groups, rows: 1, cols: 1 };
        }
        let pieces = wanted.min(most).div_ceil(groups);
        (2..=pieces).rev().find_map(|pieces| Cuts::of_one::<T>(size, groups, pieces)).unwrap_or(Cuts {
            groups,
            rows: 1,
            cols: 1,
        })
    }

    /// The same for one product whose B is packed already: by rows, if there are enough, since a thread that had these rows in
    /// the step before has them in its own cache.
    pub fn ready<T>(size: Size, threads: usize) -> Cuts {
        let rows = (picoseconds::<T>(size) / least(PART)).min(threads).min(size.m / LEAST_ROWS);
        if rows < 2 { Cuts::new::<T>(size, 1, false, threads) } else { Cuts { rows, ..Cuts::WHOLE } }
    }

    /// Cuts a product into so many pieces, so that the least is packed more than once. None if they would be too small.
    fn of_one<T>(size: Size, groups: usize, pieces: usize) -> Option<Cuts> {
        let Size { m, n, .. } = size;
        let unit = UNIT / size_of::<T>();
        // Rows of B times a matrix need not be many, nor columns of A times a vector.
        let most_rows = if n == 1 { m / unit } else { m / LEAST_ROWS };
        let fits = |&rows: &usize| {
            let cols = pieces / rows;
            rows * cols == pieces && (rows == 1 || rows <= most_rows) && (cols == 1 || cols <= n / unit)
        };
        let rows = (1..=pieces).filter(fits).min_by_key(|rows| pieces / rows * m + rows * n)?;
        Some(Cuts { groups, rows, cols: pieces / rows })
    }

    /// All parts.
    pub fn parts(self) -> usize {
        self.groups * self.rows * self.cols
    }

    /// The part of so many products, and of each product the rows and the columns: first and end of each.
    pub fn part<T>(self, size: Size, count: usize, part: usize) -> [[usize; 2]; 3] {
        let Cuts { groups, rows, cols } = self;
        let (group, row, col) = (part / (rows * cols), part / cols % rows, part % cols);
        let unit = UNIT / size_of::<T>();
        // What is left of the last unit belongs to the last part: a part of one column would be a vector.
        let mut across = cut(size.n / unit, cols, col).map(|end| end * unit);
        if col + 1 == cols {
            across[1] = size.n;
        }
        [cut(count, groups, group), cut(size.m, rows, row), across]
    }

    /// Bytes of room that a thread needs for a part.
    pub fn room<T>(self, size: Size, count: usize) -> usize {
        // Cuts are nearly equal: the first part is the largest, the last the smallest. The smaller may have the larger room.
        let of = |part| {
            let [_, rows, cols] = self.part::<T>(size, count, part);
            room::<T>(Size { m: rows[1] - rows[0], n: cols[1] - cols[0], ..size })
        };
        of(0).max(of(self.parts() - 1))
    }
}

/// How long a product takes, roughly: bound by memory if one side is a vector, else by multiplications.
fn picoseconds<T>(size: Size) -> usize {
    let Size { m, k, n } = size;
    let each = if m == 1 || n == 1 { 40 } else { 5 };
    m.saturating_mul(k).saturating_mul(n).saturating_mul(each * size_of::<T>())
}

/// Bytes of room that a product needs at most.
fn room<T>(size: Size) -> usize {
    let of_small = if small::is_small(size) { small::most_room::<T>(size) } else { 0 };
    packed::room::<T>(size).max(of_small).max(size.k) * size_of::<T>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_every_element_once_and_make_no_vectors() {
        for (m, k, n, count) in [
            (512, 784, 256, 1),
            (1, 4000, 1000, 1),
            (1000, 500, 1, 3),
            (64, 64, 65, 48),
            (2, 9000, 513, 1),
            (500, 90, 2, 2),
        ] {
            let size = Size { m, k, n };
            for (threads, summed) in (1..9).flat_map(|threads| [(threads, false), (threads, true)]) {
                let cuts = Cuts::new::<f32>(size, count, summed, threads);
                let mut seen = vec![0u8; count * m * n];
                for part in 0..cuts.parts() {
                    let [batch, rows, cols] = cuts.part::<f32>(size, count, part);
                    let one = |whole: usize, [start, end]: [usize; 2]| whole > 1 && end - start == 1;
                    assert!(!one(m, rows) && !one(n, cols), "{cuts:?} of {size:?}");
                    for i in batch[0]..batch[1] {
                        for row in rows[0]..rows[1] {
                            (cols[0]..cols[1]).for_each(|col| seen[(i * m + row) * n + col] += 1);
                        }
                    }
                }
                assert!(seen.iter().all(|&count| count == 1), "{cuts:?} of {count} {size:?}");
                assert!(!summed || cuts.groups == 1);
            }
        }
    }

    #[test]
    fn large_products_are_cut_and_small_ones_are_not() {
        let cuts = |m, k, n, count, threads| Cuts::new::<f32>(Size { m, k, n }, count, false, threads);
        assert_eq!(cuts(512, 784, 256, 1, 1), Cuts::WHOLE);
        assert_eq!(cuts(32, 32, 32, 1, 2), Cuts::WHOLE);
        assert_eq!(cuts(32, 128, 512, 1, 2), Cuts { groups: 1, rows: 1, cols: 2 });
        assert_eq!(cuts(4000, 400, 100, 1, 2).cols, 1);
        assert_eq!(cuts(64, 32, 64, 48, 2).groups, 8);
        let ready = |m, threads| Cuts::ready::<f32>(Size { m, k: 128, n: 512 }, threads);
        assert_eq!(ready(32, 1), Cuts::WHOLE);
        assert_eq!(ready(20, 2), Cuts { cols: 2, ..Cuts::WHOLE });
        assert_eq!(ready(32, 2), Cuts { rows: 2, ..Cuts::WHOLE });
    }
}

//! How the direct way is cut for threads to share. Every element is computed as if it were alone, so that cuts change no bit,
//! with one exception: groups of few outputs have a kernel of their own. So no cut makes such a group of another.

#![allow(unsafe_code)]

use super::super::gemm::lanes::Real;
use super::super::scratch;
use super::super::team::{cut, least};
use super::super::work::at;
use super::grid::Grid;
use super::kernel::{Kernel, Room};
use super::{By, Conv, Source};

/// The work of a part, in picoseconds, that is worth its share of a fork.
const PART: usize = 5_000_000;

/// The fewest outputs of a part: as many as registers hold.
const LEAST_ROWS: usize = 14;

/// How many parts so many multiplications, each with an addition, are worth.
pub fn worth<T>(multiplications: usize) -> usize {
    multiplications.saturating_mul(5 * size_of::<T>()) / least(PART)
}

/// Into how many parts each of these is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cuts {
    groups: usize,
    images: usize,
    /// Outputs of a group.
    rows: usize,
    /// Places of an image.
    cols: usize,
}

impl Cuts {
    const WHOLE: Cuts = Cuts { groups: 1, images: 1, rows: 1, cols: 1 };

    /// The cuts for so many threads.
    pub fn new<T>(conv: &Conv, images_last: bool, threads: usize) -> Cuts {
        let (n, places, m) = (conv.input[0], conv.places(), conv.output[1] / conv.params.groups);
        let work = conv.output.iter().product::<usize>().saturating_mul(conv.patch());
        let most = worth::<T>(work).min(4 * threads);
        if threads == 1 || most < 2 {
            return Cuts::WHOLE;
        }
        let groups = conv.params.groups.min(most);
        let images = if images_last { 1 } else { n.min(most.div_ceil(groups)) };
        let (done, threads) = (groups * images, threads.min(most));
        let pieces = if done.is_multiple_of(threads) || done >= 4 * threads { 1 } else { threads };
        let whole = Cuts { groups, images, rows: 1, cols: 1 };
        // What else could be cut, and what a cut reads again: the weights, or else the input or its windows.
        let unit = 128 / size_of::<T>();
        let (others, input) = if images_last {
            (n.min(n * places / unit), conv.input.iter().product())
        } else {
            (places / unit, places * conv.patch())
        };
        let fits = |&rows: &usize| {
            let other = pieces / rows;
            rows * other == pieces && (rows == 1 || rows <= m / LEAST_ROWS) && (other == 1 || other <= others)
        };
        let cost = |rows: &usize| pieces / rows * m * conv.patch() + rows * input;
        let Some(rows) = (1..=pieces).filter(fits).min_by_key(cost) else { return whole };
        let other = pieces / rows;
        if images_last { Cuts { images: other, rows, ..whole } } else { Cuts { rows, cols: other, ..whole } }
    }

    fn parts(self) -> usize {
        self.groups * self.images * self.rows * self.cols
    }
}

/// A convolution to be computed directly: at least one element in its output and its weights.
pub struct Direct<'a, T> {
    /// The convolution.
    pub conv: &'a Conv,
    /// Whether columns of the product run over images.
    pub images_last: bool,
    /// The images.
    pub input: Source<T>,
    /// The weights.
    pub weights: Source<T>,
    /// The output's first element.
    pub output: *mut T,
}

// SAFETY: parts read the same and write apart from each other.
unsafe impl<T: Real> Sync for Direct<'_, T> {}

/// What a part computes: first and end of each.
struct Part {
    groups: [usize; 2],
    images: [usize; 2],
    rows: [usize; 2],
    cols: [usize; 2],
}

impl<T: Real> Direct<'_, T> {
    /// Computes it; does nothing and says so if padding and holes would be most of the work.
    ///
    /// # Safety
    /// The operands have all elements; the output has room for its own, which nobody else reads or writes.
    pub unsafe fn run(&self, by: By) -> bool {
        if Grid::new(self.conv, self.images_last, self.input.steps[1]).is_none() {
            return false;
        }
        let cuts = Cuts::new::<T>(self.conv, self.images_last, by.team.threads());
        // The first part is the largest.
        let numbers = self.room(&self.part(cuts, 0));
        by.team.run(cuts.parts(), numbers * size_of::<T>(), |part| {
            scratch::with(numbers, |room: *mut T| {
                // SAFETY: the caller's promise; parts are apart, and none needs more room than the first.
                unsafe { self.one(by, &self.part(cuts, part), room) };
            });
        });
        true
    }

    fn part(&self, cuts: Cuts, part: usize) -> Part {
        let m = self.conv.output[1] / self.conv.params.groups;
        let (rest, col) = (part / cuts.cols, part % cuts.cols);
        let (rest, row) = (rest / cuts.rows, rest % cuts.rows);
        let (group, image) = (rest / cuts.images, rest % cuts.images);
        let (unit, places) = (128 / size_of::<T>(), self.conv.places());
        Part {
            groups: cut(self.conv.params.groups, cuts.groups, group),
            images: cut(self.conv.input[0], cuts.images, image),
            rows: cut(m, cuts.rows, row),
            cols: cut(places.div_ceil(unit), cuts.cols, col).map(|at| (at * unit).min(places)),
        }
    }

    /// The convolution of a part's images, and how they are laid out.
    fn layout(&self, part: &Part) -> (Conv, Grid) {
        let conv = self.conv.some_images(part.images[1] - part.images[0]);
        let grid = Grid::new(&conv, self.images_last, self.input.steps[1]);
        (conv, grid.expect("fewer images take less memory, beside their windows, than all"))
    }

    /// Numbers that a part needs room for, the taps behind them included.
    fn room(&self, part: &Part) -> usize {
        let (conv, grid) = self.layout(part);
        let taps = grid.channels * conv.weights[2] * conv.weights[3];
        let numbers = Room::new::<T>(&conv, &grid, part.rows[1] - part.rows[0]).len();
        scratch::rounded::<T>(numbers) + (taps * size_of::<usize>()).div_ceil(size_of::<T>())
    }

    /// # Safety
    /// As `run`; there is room for the part.
    unsafe fn one(&self, by: By, part: &Part, room: *mut T) {
        let (conv, grid) = self.layout(part);
        let taps = grid.channels * conv.weights[2] * conv.weights[3];
        let numbers = Room::new::<T>(&conv, &grid, part.rows[1] - part.rows[0]).len();
        // SAFETY: the taps lie behind the numbers, at a cache line, and zeros are valid.
        let taps = unsafe {
            let at = room.add(scratch::rounded::<T>(numbers)).cast::<usize>();
            at.write_bytes(0, taps);
            std::slice::from_raw_parts_mut(at, taps)
        };
        let image = part.images[0];
        let first = self.input.first.wrapping_add(image * self.input.steps[0]);
        let kernel = Kernel {
            conv: &conv,
            grid,
            input: Source { first, ..self.input },
            weights: self.weights,
            output: self.output.wrapping_add(image * conv.output[1] * conv.places()),
            room,
            taps,
            groups: part.groups,
            rows: part.rows,
            cols: if self.images_last { [0, grid.columns] } else { part.cols },
        };
        // SAFETY of the work: the caller's promise.
        at(by.level, kernel);
    }
}

#[cfg(test)]
mod tests {
    use super::super::ConvParams;
    use super::*;

    #[test]
    fn what_pays_is_cut() {
        let cuts = |input, weights, groups, threads| {
            let params = ConvParams { groups, ..ConvParams::default() };
            let conv = Conv::new(params, input, weights).expect("small");
            Cuts::new::<f32>(&conv, conv.places() < 32 && input[0] > 1, threads)
        };
        let whole = Cuts::WHOLE;
        assert_eq!(cuts([64, 3, 32, 32], [32, 3, 3, 3], 1, 1), whole);
        assert_eq!(cuts([1, 3, 12, 12], [8, 3, 3, 3], 1, 2), whole);
        assert_eq!(cuts([64, 3, 32, 32], [32, 3, 3, 3], 1, 2), Cuts { images: 8, ..whole });
        assert_eq!(cuts([1, 64, 56, 56], [64, 64, 1, 1], 1, 2), Cuts { cols: 2, ..whole });
        assert_eq!(cuts([1, 512, 7, 7], [512, 512, 1, 1], 1, 2), Cuts { rows: 2, ..whole });
        assert_eq!(cuts([1, 96, 56, 56], [96, 1, 5, 5], 96, 2), Cuts { groups: 8, ..whole });
        assert_eq!(cuts([3, 64, 34, 34], [32, 64, 32, 32], 1, 2), Cuts { rows: 2, ..whole });
    }
}

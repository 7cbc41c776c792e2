//! Convolution by the kernels of matrix products: panels of windows are packed straight from the grid, just before they
//! are used, so that there is never a large array of windows.

#![allow(unsafe_code)]

use super::super::gemm::lanes::{Lanes, Real, Vectors};
use super::super::gemm::micro::{self, Tile};
use super::super::gemm::pack::{At, pack};
use super::super::gemm::packed::{DEPTH, parts};
use super::super::gemm::scratch;
use super::super::work::Work;
use super::few::Few;
use super::grid::{Grid, pack_panel};
use super::{Conv, Source};

/// Parts of the taps that are summed at once. As many as for large products, or somewhat more if those are all: writing and
/// reading C again would weigh more than what the first-level cache cannot hold.
#[inline(always)]
fn depths(taps: usize) -> impl Iterator<Item = (usize, usize)> {
    parts(taps, if taps <= MOST { MOST } else { DEPTH })
}

/// Most taps that are summed at once.
const MOST: usize = DEPTH * 3 / 2;

/// A convolution to be computed: at least one element in its output and its weights.
pub struct Kernel<'a, T> {
    /// The convolution.
    pub conv: &'a Conv,
    /// How the input is laid out.
    pub grid: Grid,
    /// The input's first element.
    pub input: Source<T>,
    /// The first weight.
    pub weights: Source<T>,
    /// The output's first element.
    pub output: *mut T,
    /// Room for [`Room::len`] numbers.
    pub room: *mut T,
    /// Room for as many taps as a window has elements, in the channels that are laid out together.
    pub taps: &'a mut [usize],
    /// Which groups are wanted,
    pub groups: [usize; 2],
    /// which outputs of each,
    pub rows: [usize; 2],
    /// and which columns.
    pub cols: [usize; 2],
}

/// How the room is divided; each part begins at a cache line.
pub struct Room {
    grid: usize,
    weights: usize,
    panel: usize,
    sums: usize,
}

impl Room {
    /// The parts that a convolution with so many outputs of each group needs.
    pub fn new<T>(conv: &Conv, grid: &Grid, m: usize) -> Room {
        let taps = grid.channels * conv.weights[2] * conv.weights[3];
        Room {
            grid: scratch::rounded::<T>(grid.len()),
            weights: scratch::rounded::<T>(m * taps),
            panel: taps.min(MOST) * 128 / size_of::<T>(),
            sums: if grid.images_last { m * grid.columns } else { 0 },
        }
    }

    /// All numbers.
    pub fn len(&self) -> usize {
        self.grid + self.weights + self.panel + self.sums
    }
}

impl<T: Real> Work for Kernel<'_, T> {
    type Output = ();

    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn work<V: Vectors>(self) {
        let conv = self.conv;
        let room = Room::new::<T>(conv, &self.grid, self.m());
        let (channels, spatial) = (conv.weights[1], conv.weights[2] * conv.weights[3]);
        for (i, tap) in self.taps.iter_mut().enumerate() {
            *tap = self.grid.tap(conv, [i / spatial, i % spatial / conv.weights[3], i % conv.weights[3]]);
        }
        // SAFETY: the room holds the grid; zeros there stay where no input element is laid out.
        unsafe { std::slice::from_raw_parts_mut(self.room, room.grid).fill(T::ZERO) };
        for group in self.groups[0]..self.groups[1] {
            let first = group * (conv.output[1] / conv.params.groups) + self.rows[0];
            let (x, w) = (self.input, self.weights);
            let input = Source { first: x.first.wrapping_add(group * channels * x.steps[1]), ..x };
            let weights = Source { first: w.first.wrapping_add(first * w.steps[0]), ..w };
            let output = self.output.wrapping_add(first * conv.places());
            // SAFETY: the maker's promise.
            unsafe {
                if !self.grid.images_last {
                    self.image_by_image::<V>(&room, input, weights, output);
                } else {
                    self.images_last::<V>(&room, input, weights, output);
                }
            }
        }
    }
}

impl<T: Real> Kernel<'_, T> {
    /// How many outputs of a group are wanted.
    fn m(&self) -> usize {
        self.rows[1] - self.rows[0]
    }

    /// One group, where the columns are places of one image after the other.
    ///
    /// # Safety
    /// The arrays are the group's, with all elements, and the machine has the instructions.
    #[inline(always)]
    unsafe fn image_by_image<V: Vectors>(
        &self,
        room: &Room,
        input: Source<T>,
        weights: Source<T>,
        output: *mut T,
    ) {
        let n = self.conv.input[0];
        let [_, outputs, oh, ow] = self.conv.output;
        // SAFETY: the caller's promise.
        unsafe {
            self.pack_weights::<V>(room, weights, self.taps.len());
            for image in 0..n {
                let input = Source { first: input.first.add(image * input.steps[0]), ..input };
                let mut grid = input.first;
                if !self.grid.as_is {
                    self.grid.lay_out::<T, V>(self.conv, input, [0, self.grid.channels], self.room);
                    grid = self.room;
                }
                let to = output.add(image * outputs * oh * ow);
                self.product::<V>(room, grid, self.taps, (to, oh * ow), false);
            }
        }
    }

    /// One group, where the columns are places times images, and channels come in turn.
    ///
    /// # Safety
    /// As `image_by_image`.
    #[inline(always)]
    unsafe fn images_last<V: Vectors>(
        &self,
        room: &Room,
        input: Source<T>,
        weights: Source<T>,
        output: *mut T,
    ) {
        let [n, channels, columns] = [self.conv.input[0], self.conv.weights[1], self.grid.columns];
        let [_, outputs, oh, ow] = self.conv.output;
        let spatial = self.conv.weights[2] * self.conv.weights[3];
        let sums = self.room.wrapping_add(room.grid + room.weights + room.panel);
        let mut first = 0;
        // SAFETY: the caller's promise.
        unsafe {
            while first < channels {
                let count = (channels - first).min(self.grid.channels);
                self.grid.lay_out::<T, V>(self.conv, input, [first, count], self.room);
                let taps = &self.taps[..count * spatial];
                let part = Source { first: weights.first.add(first * weights.steps[1]), ..weights };
                self.pack_weights::<V>(room, part, taps.len());
                self.product::<V>(room, self.room, taps, (sums, columns), first > 0);
                first += count;
            }
            let places = oh * ow;
            for o in 0..self.m() {
                for image in 0..n {
                    for place in 0..places {
                        *output.add((image * outputs + o) * places + place) =
                            *sums.add(o * columns + place * n + image);
                    }
                }
            }
        }
    }

    /// Packs all rows of the weights, for so many taps, by parts of the depth.
    ///
    /// # Safety
    /// There are so many weights.
    #[inline(always)]
    unsafe fn pack_weights<V: Vectors>(&self, room: &Room, weights: Source<T>, taps: usize) {
        let m = self.m();
        let plane = self.conv.weights[2] * self.conv.weights[3];
        let to = self.room.wrapping_add(room.grid);
        // As many taps as lie side by side.
        let side_by_side = if weights.steps[1] == plane { taps } else { plane };
        for (from, depth) in depths(taps) {
            for (i, rows) in parts(m, <T::Lanes<V> as Lanes<T>>::ROWS) {
                let to = to.wrapping_add(from * m + i * depth);
                let mut done = 0;
                while done < depth {
                    let (channel, within) = ((from + done) / side_by_side, (from + done) % side_by_side);
                    let count = (side_by_side - within).min(depth - done);
                    let first = weights.first.wrapping_add(channel * weights.steps[1] + within);
                    let part = At { first, row: weights.steps[0], col: 1 }.part(i, 0);
                    // SAFETY: the room is for all rows and taps.
                    unsafe { pack::<T, V>(part, rows, count, rows, to.add(done * rows)) };
                    done += count;
                }
            }
        }
    }

    /// The packed weights times all columns. `c` is the result's address, with the step to its next row.
    ///
    /// # Safety
    /// The grid is laid out, the weights are packed, and the result has room.
    #[inline(always)]
    unsafe fn product<V: Vectors>(
        &self,
        room: &Room,
        grid: *const T,
        taps: &[usize],
        (c, c_row): (*mut T, usize),
        add: bool,
    ) {
        let (m, cols) = (self.m(), self.cols);
        let weights = self.room.wrapping_add(room.grid);
        let panel = weights.wrapping_add(room.weights);
        let layout = &self.grid;
        // SAFETY: the caller's promise; with few rows all weights of a tap are neighbours.
        unsafe {
            match m {
                1 => V::apart(Few::<T, 1> { layout, grid, taps, weights, c, c_row, add, cols }),
                2 => V::apart(Few::<T, 2> { layout, grid, taps, weights, c, c_row, add, cols }),
                3 => V::apart(Few::<T, 3> { layout, grid, taps, weights, c, c_row, add, cols }),
                4 => V::apart(Few::<T, 4> { layout, grid, taps, weights, c, c_row, add, cols }),
                _ => V::apart(Product { layout, grid, taps, m, weights, panel, c, c_row, add, cols }),
            }
        }
    }
}

/// Packed weights times columns.
struct Product<'a, T> {
    /// How the input is laid out.
    layout: &'a Grid,
    /// The input, laid out.
    grid: *const T,
    /// The window's elements in the grid.
    taps: &'a [usize],
    /// Rows of weights.
    m: usize,
    /// The weights, packed by parts of the depth.
    weights: *const T,
    /// Room for a panel of windows.
    panel: *mut T,
    /// The first result.
    c: *mut T,
    /// From one row of results to the next.
    c_row: usize,
    /// Whether the product is added to what is there.
    add: bool,
    /// The columns that are wanted.
    cols: [usize; 2],
}

impl<T: Real> Work for Product<'_, T> {
    type Output = ();

    // SAFETY: the maker is `Kernel::product`, with its caller's promise.
    #[inline(always)]
    unsafe fn work<V: Vectors>(self) {
        let (lanes, most) = (<T::Lanes<V> as Lanes<T>>::N, <T::Lanes<V> as Lanes<T>>::ROWS);
        let Product { layout, grid, taps, m, weights, panel, c, c_row, add, cols: [first, end] } = self;
        for (from, depth) in depths(taps.len()) {
            let mut col = first;
            while col < end {
                let cols = (end - col).min(2 * lanes);
                let width = cols.next_multiple_of(lanes);
                let (pieces, count) = layout.pieces(col, cols);
                // SAFETY: the caller's promise; tiles lie within the result.
                unsafe {
                    pack_panel::<T, T::Lanes<V>>(
                        grid,
                        &taps[from..from + depth],
                        &pieces[..count],
                        width,
                        panel,
                    );
                    for (i, rows) in parts(m, most) {
                        let tile = Tile {
                            k: depth,
                            a: weights.add(from * m + i * depth),
                            a_row: 1,
                            a_col: rows,
                            b: panel,
                            b_row: width,
                            c: c.add(i * c_row + col),
                            c_row,
                            cols,
                            add: add || from > 0,
                        };
                        micro::packed::<T, V>(&tile, rows);
                    }
                }
                col += cols;
            }
        }
    }
}

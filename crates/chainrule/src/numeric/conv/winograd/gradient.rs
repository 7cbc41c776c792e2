//! The gradient by the weights: the transpose of `forward`. Both images are transformed by tiles, and the products of all
//! tiles are added up before they are transformed back.

use super::super::super::gemm::lanes::{Lanes, Real, Vectors};
use super::super::super::gemm::micro::{self, Tile};
use super::super::super::gemm::packed::parts;
use super::super::super::scratch;
use super::super::super::team::{cut, parts as parts_of};
use super::super::super::work::{Work, at};
use super::super::share::worth;
use super::super::{By, Conv, Source};
use super::tiles::{Matrices, PRODUCTS, Planes, Walk, apart, load, to_tiles};
use super::transform::{IN, Inputs, OUT, ToWeights, Upstream, WINDOW, square};
use super::{CACHE, MOST_WEIGHTS, whole};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// A convolution to be computed: at least one element in its output and its weights, which are images as well.
pub struct Gradient<'a, T> {
    /// The convolution.
    pub conv: &'a Conv,
    /// The images, whose channels are the convolution's images.
    pub input: Source<T>,
    /// The upstream images, whose channels are the convolution's outputs.
    pub weights: Source<T>,
    /// The output's first element.
    pub output: *mut T,
}

/// The fewest tiles that have sums of their own, the most such sums, and the most bytes that they take: what they cost is
/// little beside what is added up.
const TILES_A_SUM: usize = 256;
const MOST_SUMS: usize = 8;
const BYTES_A_SUM: usize = 1 << 20;

/// How the work is divided, by shape alone.
struct Sizes {
    walk: Walk,
    /// Outputs at a time.
    outputs: usize,
    /// Steps between matrices: sums, inputs, upstream.
    steps: [usize; 3],
    strip: usize,
    /// Sums that are joined in the end, each of some rows of tiles.
    sums: usize,
}

impl Sizes {
    fn new<T>(conv: &Conv) -> Sizes {
        let lanes = 64 / size_of::<T>();
        let channels = conv.input[0].next_multiple_of(lanes);
        let most = MOST_WEIGHTS / (PRODUCTS * channels * size_of::<T>());
        let count = conv.output[1].div_ceil((most / (2 * lanes) * 2 * lanes).max(2 * lanes));
        let outputs =
            conv.output[1].div_ceil(count).next_multiple_of(if count > 1 { 2 * lanes } else { lanes });
        let tiles = CACHE / (PRODUCTS * (channels + outputs) * size_of::<T>());
        let walk = Walk::new(conv.weights[1], [conv.weights[2], conv.weights[3]], tiles.max(28));
        let steps = [
            apart::<T>(channels * outputs),
            apart::<T>(walk.most() * channels),
            apart::<T>(walk.most() * outputs),
        ];
        let strip = (IN * walk.columns() * channels).max(OUT * walk.columns() * outputs);
        let is_small = PRODUCTS * channels * outputs * size_of::<T>() <= BYTES_A_SUM;
        let sums = (walk.tiles() / TILES_A_SUM).min(walk.rows()).min(MOST_SUMS);
        let sums = if is_small { sums.max(1) } else { 1 };
        Sizes { walk, outputs, steps, strip: apart::<T>(strip), sums }
    }

    /// Numbers that a part needs room for.
    fn room(&self) -> usize {
        (self.steps[1] + self.steps[2]) * PRODUCTS + self.strip
    }
}

impl<T: Real> Gradient<'_, T> {
    /// Computes it; says whether all outputs are finite.
    ///
    /// # Safety
    /// The operands have all elements; the output has room for its own, which nobody else reads or writes.
    pub unsafe fn run(&self, by: By) -> bool {
        let sizes = Sizes::new::<T>(self.conv);
        let finite = AtomicBool::new(true);
        scratch::with(sizes.sums * sizes.steps[0] * PRODUCTS, |sums: *mut T| {
            for first in (0..self.conv.output[1]).step_by(sizes.outputs) {
                let end = self.conv.output[1].min(first + sizes.outputs);
                let chosen = Chosen { of: self, sizes: &sizes, outputs: [first, end], sums };
                // SAFETY: handed on; there is room for the sums.
                unsafe { chosen.run(by, &finite) };
            }
        });
        finite.into_inner()
    }
}

/// Some of the outputs.
struct Chosen<'a, T> {
    of: &'a Gradient<'a, T>,
    sizes: &'a Sizes,
    outputs: [usize; 2],
    sums: *mut T,
}

// SAFETY: parts read the same and write apart from each other.
unsafe impl<T: Real> Sync for Chosen<'_, T> {}

/// What a sum takes to be read, added and transformed back, in picoseconds for each byte of a number.
const PICOSECONDS_A_SUM: usize = 30;

impl<T: Real> Chosen<'_, T> {
    /// # Safety
    /// As [`Gradient::run`].
    unsafe fn run(&self, by: By, finite: &AtomicBool) {
        let (count, channels) = (self.outputs[1] - self.outputs[0], self.of.conv.input[0]);
        let (panel, walk, sums) = (128 / size_of::<T>(), &self.sizes.walk, self.sizes.sums);
        let panels = count.div_ceil(panel);
        let work = walk.tiles().saturating_mul(PRODUCTS * count).saturating_mul(channels);
        let pieces = worth::<T>(work).min(by.team.threads()).div_ceil(sums).clamp(1, panels);
        by.team.run(sums * pieces, self.sizes.room() * size_of::<T>(), |part| {
            scratch::with(self.sizes.room(), |room: *mut T| {
                let columns = cut(panels, pieces, part % pieces).map(|at| (at * panel).min(count));
                let sum = part / pieces;
                let rows = cut(walk.rows(), sums, sum);
                // SAFETY of the work: the caller's promise; parts are apart, and the room is divided by the same sizes.
                at(by.level, Part { of: self, sum, rows, columns, room });
            });
        });
        let each = PRODUCTS * count * sums * size_of::<T>() * PICOSECONDS_A_SUM;
        let pieces = parts_of(channels, each).max(1);
        by.team.run(pieces, 0, |piece| {
            // SAFETY of the work: as above; all sums are there.
            if !at(by.level, Back { of: self, channels: cut(channels, pieces, piece) }) {
                finite.store(false, Relaxed);
            }
        });
    }

    /// The sums of some rows of tiles.
    fn sums<V: Vectors>(&self, number: usize) -> Matrices<T> {
        let step = self.sizes.steps[0];
        let row = whole::<T, V>(self.outputs[1] - self.outputs[0]);
        Matrices { first: self.sums.wrapping_add(number * step * PRODUCTS), step, row }
    }
}

/// Some rows of tiles and some columns of the outputs.
struct Part<'a, T> {
    of: &'a Chosen<'a, T>,
    sum: usize,
    rows: [usize; 2],
    columns: [usize; 2],
    room: *mut T,
}

impl<T: Real> Part<'_, T> {
    /// Both images, of the upstream one those outputs that are wanted.
    fn planes(&self) -> [Planes<T>; 2] {
        let (of, [first, end]) = (self.of.of, self.columns);
        let (x, w, size) = (of.input, of.weights, |shape: [usize; 4]| [shape[2], shape[3]]);
        let input = Planes {
            first: x.first,
            image: x.steps[1],
            channel: x.steps[0],
            channels: of.conv.input[0],
            size: size(of.conv.input),
            pad: of.conv.params.pad_low,
        };
        let upstream = Planes {
            first: w.first.wrapping_add((self.of.outputs[0] + first) * w.steps[0]),
            image: w.steps[1],
            channel: w.steps[0],
            channels: end - first,
            size: size(of.conv.weights),
            pad: [0; 2],
        };
        [input, upstream]
    }
}

impl<T: Real> Work for Part<'_, T> {
    type Output = ();

    // SAFETY: the maker is `Chosen`, with its caller's promise.
    #[inline(always)]
    unsafe fn work<V: Vectors>(self) {
        let Sizes { ref walk, steps, .. } = *self.of.sizes;
        let at = |skipped: usize| self.room.wrapping_add(skipped);
        let [input, upstream] = self.planes();
        let inputs = Matrices { first: self.room, step: steps[1], row: whole::<T, V>(input.channels) };
        let upstreams = Matrices {
            first: at(PRODUCTS * steps[1]),
            step: steps[2],
            row: whole::<T, V>(upstream.channels),
        };
        let strip = at(PRODUCTS * (steps[1] + steps[2]));
        for (i, block) in walk.blocks(self.rows).enumerate() {
            // SAFETY: as above.
            unsafe {
                to_tiles::<T, V, Inputs, IN>(&input, walk, &block, strip, inputs);
                to_tiles::<T, V, Upstream, OUT>(&upstream, walk, &block, strip, upstreams);
                self.multiply::<V>(block.tiles(), inputs, upstreams, i > 0);
            }
        }
    }
}

impl<T: Real> Part<'_, T> {
    /// The 36 products, added to the sums.
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn multiply<V: Vectors>(&self, k: usize, inputs: Matrices<T>, upstreams: Matrices<T>, add: bool) {
        let (lanes, most) = (<T::Lanes<V> as Lanes<T>>::N, <T::Lanes<V> as Lanes<T>>::ROWS);
        let sums = self.of.sums::<V>(self.sum);
        for product in 0..PRODUCTS {
            for col in (0..upstreams.row).step_by(2 * lanes) {
                for (i, rows) in parts(self.of.of.conv.input[0], most) {
                    let place = product * sums.step + i * sums.row + self.columns[0] + col;
                    let tile = Tile {
                        k,
                        a: inputs.first.wrapping_add(product * inputs.step + i),
                        a_row: 1,
                        a_col: inputs.row,
                        b: upstreams.first.wrapping_add(product * upstreams.step + col),
                        b_row: upstreams.row,
                        c: sums.first.wrapping_add(place),
                        c_row: sums.row,
                        cols: (upstreams.row - col).min(2 * lanes),
                        add,
                    };
                    // SAFETY: the caller's promise.
                    unsafe { micro::packed::<T, V>(&tile, rows) }
                }
            }
        }
    }
}

/// Sums joined in their order, and transformed back to weights.
struct Back<'a, T> {
    of: &'a Chosen<'a, T>,
    channels: [usize; 2],
}

impl<T: Real> Work for Back<'_, T> {
    /// Whether all are finite.
    type Output = bool;

    // SAFETY: the maker is `Chosen`, with its caller's promise.
    #[inline(always)]
    unsafe fn work<V: Vectors>(self) -> bool {
        // SAFETY: as above.
        unsafe { self.back::<V, T::Lanes<V>>() }
    }
}

impl<T: Real> Back<'_, T> {
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn back<V: Vectors, L: Lanes<T>>(self) -> bool {
        let (of, [first, end], all) = (self.of, self.of.outputs, self.of.of.conv.output[1]);
        let count = end - first;
        // SAFETY: the promise of the caller.
        unsafe {
            let zero = L::splat(T::ZERO);
            let mut check = zero;
            // Sixteen numbers hold the widest vector.
            let mut line = [T::ZERO; 16];
            for c in self.channels[0]..self.channels[1] {
                for col in (0..count).step_by(L::N) {
                    let from = of.sums::<V>(0);
                    let (place, steps) = (c * from.row + col, [IN * from.step, from.step]);
                    let mut m = load::<T, L, IN>(from.first.add(place), steps);
                    for number in 1..of.sizes.sums {
                        let other = load::<T, L, IN>(of.sums::<V>(number).first.add(place), steps);
                        for (line, other) in m.iter_mut().zip(&other) {
                            for (sum, &other) in line.iter_mut().zip(other) {
                                *sum = L::add(*sum, other);
                            }
                        }
                    }
                    let y = square::<T, L, ToWeights, IN, WINDOW>(m);
                    let to = of.of.output.add((c * all + first + col) * WINDOW * WINDOW);
                    for (k, &y) in y.iter().flatten().enumerate() {
                        check = L::fma(zero, y, check);
                        L::store(line.as_mut_ptr(), y);
                        for (o, &value) in line.iter().enumerate().take((count - col).min(L::N)) {
                            *to.add(o * WINDOW * WINDOW + k) = value;
                        }
                    }
                }
            }
            // Zero times what is not finite is NaN.
            L::sum(check) == T::ZERO
        }
    }
}

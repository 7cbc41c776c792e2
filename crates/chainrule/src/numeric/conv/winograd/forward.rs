//! From images and weights to images.

use super::super::super::gemm::lanes::{Lanes, Real, Vectors};
use super::super::super::gemm::packed::parts;
use super::super::super::scratch;
use super::super::super::team::{cut, parts as parts_of};
use super::super::super::work::{Work, at};
use super::super::share::worth;
use super::super::turn::Turn;
use super::super::{By, Conv, Source};
use super::product::{Tile, rows_apart};
use super::tiles::{Block, Matrices, PRODUCTS, Planes, Walk, apart, load, store, to_tiles};
use super::transform::{IN, Inputs, OUT, Outputs, WINDOW, Weights, square};
use super::{CACHE, MOST_WEIGHTS, whole};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// A convolution to be computed: at least one element in its output and its weights.
pub struct Forward<'a, T> {
    /// The convolution.
    pub conv: &'a Conv,
    /// The images.
    pub input: Source<T>,
    /// The weights.
    pub weights: Source<T>,
    /// The output's first element.
    pub output: *mut T,
}

/// How the work is divided, by shape alone.
struct Sizes {
    walk: Walk,
    /// Outputs at a time, rounded up.
    outputs: usize,
    /// Steps between matrices: weights, inputs, products.
    steps: [usize; 3],
    strip: usize,
}

impl Sizes {
    /// The division is the one for the widest vectors, so that the room is.
    fn new<T>(conv: &Conv) -> Sizes {
        let lanes = 64 / size_of::<T>();
        let channels = conv.weights[1].next_multiple_of(lanes);
        let all = conv.output[1] / conv.params.groups;
        let most = MOST_WEIGHTS / (PRODUCTS * conv.weights[1] * size_of::<T>());
        let count = all.div_ceil((most / (2 * lanes) * 2 * lanes).max(2 * lanes));
        let outputs = all.div_ceil(count).next_multiple_of(if count > 1 { 2 * lanes } else { lanes });
        let tiles = CACHE / (PRODUCTS * (channels + outputs) * size_of::<T>());
        let walk = Walk::new(conv.input[0], [conv.output[2], conv.output[3]], tiles.max(28));
        let steps = [
            apart::<T>(conv.weights[1] * outputs),
            apart::<T>(walk.most() * channels),
            apart::<T>(walk.most() * outputs),
        ];
        let strip = (IN * walk.columns() * channels).max(OUT * walk.columns() * outputs);
        Sizes { walk, outputs, steps, strip: apart::<T>(strip) }
    }

    /// Numbers that a part needs room for.
    fn room(&self) -> usize {
        (self.steps[1] + self.steps[2]) * PRODUCTS + self.strip
    }
}

impl<T: Real> Forward<'_, T> {
    /// Computes it; says whether all outputs are finite.
    ///
    /// # Safety
    /// The operands have all elements; the output has room for its own, which nobody else reads or writes.
    pub unsafe fn run(&self, by: By) -> bool {
        let conv = self.conv;
        let sizes = Sizes::new::<T>(conv);
        let (all, channels) = (conv.output[1] / conv.params.groups, conv.weights[1]);
        let finite = AtomicBool::new(true);
        for output in (0..conv.params.groups).flat_map(|group| {
            (0..all).step_by(sizes.outputs).map(move |first| [group, first, (all - first).min(sizes.outputs)])
        }) {
            let [group, first, count] = output;
            let planes = Planes {
                first: self.input.first.wrapping_add(group * channels * self.input.steps[1]),
                image: self.input.steps[0],
                channel: self.input.steps[1],
                channels,
                size: [conv.input[2], conv.input[3]],
                pad: conv.params.pad_low,
            };
            let output = group * all + first;
            let weights = self.weights.first.wrapping_add(output * self.weights.steps[0]);
            let to = self.output.wrapping_add(output * conv.places());
            scratch::with(sizes.steps[0] * PRODUCTS, |ready: *mut T| {
                let chosen = Chosen { of: self, sizes: &sizes, count, planes, weights, ready, to };
                // SAFETY: handed on; there is room for the weights.
                unsafe { chosen.run(by, &finite) };
            });
        }
        finite.into_inner()
    }
}

/// Some outputs of one group.
struct Chosen<'a, T> {
    of: &'a Forward<'a, T>,
    sizes: &'a Sizes,
    /// How many outputs.
    count: usize,
    planes: Planes<T>,
    weights: *const T,
    /// The weights, transformed.
    ready: *mut T,
    to: *mut T,
}

// SAFETY: parts read the same and write apart from each other.
unsafe impl<T: Real> Sync for Chosen<'_, T> {}

/// What a transformed weight takes, in picoseconds for each byte of a number.
const PICOSECONDS_A_WEIGHT: usize = 150;

impl<T: Real> Chosen<'_, T> {
    /// # Safety
    /// As [`Forward::run`].
    unsafe fn run(&self, by: By, finite: &AtomicBool) {
        let (panel, channels) = (128 / size_of::<T>(), self.planes.channels);
        let panels = self.count.div_ceil(panel);
        let pieces = parts_of(panels, panel * channels * size_of::<T>() * PICOSECONDS_A_WEIGHT).max(1);
        let line = WINDOW * WINDOW * panel;
        by.team.run(pieces, line * size_of::<T>(), |piece| {
            scratch::with(line, |line: *mut T| {
                let columns = cut(panels, pieces, piece).map(|at| (at * panel).min(self.count));
                // SAFETY of the work: the caller's promise; panels are apart.
                at(by.level, ToWeights { of: self, columns, line });
            });
        });
        let cuts = self.cuts(by.team.threads());
        by.team.run(cuts[0] * cuts[1], self.sizes.room() * size_of::<T>(), |part| {
            scratch::with(self.sizes.room(), |room: *mut T| {
                let rows = cut(self.sizes.walk.rows(), cuts[0], part / cuts[1]);
                let outputs = cut(panels, cuts[1], part % cuts[1]).map(|at| (at * panel).min(self.count));
                // SAFETY of the work: the caller's promise; parts are apart, and the room is divided by the same sizes.
                if !at(by.level, Part { of: self, rows, outputs, room }) {
                    finite.store(false, Relaxed);
                }
            });
        });
    }

    /// Into how many parts rows of tiles and outputs are cut for so many threads, so that the least is read or transformed
    /// more than once.
    fn cuts(&self, threads: usize) -> [usize; 2] {
        let (rows, panels) = (self.sizes.walk.rows(), self.count.div_ceil(128 / size_of::<T>()));
        let (tiles, channels) = (self.sizes.walk.tiles(), self.planes.channels);
        let multiplications = tiles.saturating_mul(PRODUCTS * channels).saturating_mul(self.count);
        let most = worth::<T>(multiplications).min(4 * threads);
        let (pieces, blocks) = (most.min(threads), rows / self.sizes.walk.rows_a_block());
        if pieces < 2 {
            return [1, 1];
        }
        if blocks >= pieces {
            return [blocks.min(most), 1];
        }
        let cost = |rows: usize| pieces.div_ceil(rows) * tiles + rows * self.count;
        let by_rows = (pieces.div_ceil(panels)..=pieces.min(rows)).min_by_key(|&rows| cost(rows));
        let by_rows = by_rows.unwrap_or(rows.min(pieces));
        [by_rows, pieces.div_ceil(by_rows).min(panels)]
    }
}

/// Some rows of tiles, and some of the outputs.
struct Part<'a, T> {
    of: &'a Chosen<'a, T>,
    rows: [usize; 2],
    outputs: [usize; 2],
    room: *mut T,
}

impl<T: Real> Work for Part<'_, T> {
    /// Whether all outputs are finite.
    type Output = bool;

    // SAFETY: the maker is `Chosen`, with its caller's promise.
    #[inline(always)]
    unsafe fn work<V: Vectors>(self) -> bool {
        let Sizes { ref walk, steps, .. } = *self.of.sizes;
        let (planes, [first, end]) = (&self.of.planes, self.outputs);
        let [_, inputs, products] = steps.map(|step| step * PRODUCTS);
        let strip = self.room.wrapping_add(inputs + products);
        let inputs_row = whole::<T, V>(planes.channels);
        let to = Matrices {
            first: self.room.wrapping_add(inputs),
            step: steps[2],
            row: whole::<T, V>(end - first),
        };
        let inputs = Matrices { first: self.room, step: steps[1], row: inputs_row };
        // SAFETY: as above.
        unsafe {
            let mut finite = true;
            for block in walk.blocks(self.rows) {
                to_tiles::<T, V, Inputs, IN>(planes, walk, &block, strip, inputs);
                self.multiply::<V>(block.tiles(), inputs, to);
                finite &= self.outputs::<V>(&block, to, strip);
            }
            finite
        }
    }
}

impl<T: Real> Part<'_, T> {
    /// The 36 products.
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn multiply<V: Vectors>(&self, tiles: usize, inputs: Matrices<T>, to: Matrices<T>) {
        let (k, weights) = (self.of.planes.channels, self.of.ready);
        let (lanes, most) = (<T::Lanes<V> as Lanes<T>>::N, <T::Lanes<V> as Lanes<T>>::ROWS);
        for product in 0..PRODUCTS {
            for col in (0..to.row).step_by(2 * lanes) {
                let b_row = (to.row - col).min(2 * lanes);
                let b = weights.wrapping_add(product * self.of.sizes.steps[0] + (self.outputs[0] + col) * k);
                for (i, rows) in parts(tiles, most) {
                    let a = inputs.first.wrapping_add(product * inputs.step + i * inputs.row);
                    let c = to.first.wrapping_add(product * to.step + i * to.row + col);
                    let tile = Tile { k, a, a_row: inputs.row, b, b_row, c, c_row: to.row };
                    // SAFETY: the caller's promise.
                    unsafe { rows_apart::<T, V>(&tile, rows, b_row > lanes) }
                }
            }
        }
    }

    /// Products back to outputs; whether all are finite.
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn outputs<V: Vectors>(&self, block: &Block, products: Matrices<T>, strip: *mut T) -> bool {
        let ([_, all, height, width], [first, end]) = (self.of.of.conv.output, self.outputs);
        let (high, to) = (self.of.sizes.walk.high, self.of.to.wrapping_add(first * height * width));
        let columns = block.run * OUT;
        let mut finite = true;
        for i in 0..block.rows {
            let (image, row) = ((block.row + i) / high, (block.row + i) % high);
            let from =
                Matrices { first: products.first.wrapping_add(i * block.run * products.row), ..products };
            // SAFETY: the caller's promise; what lies beyond the plane is not written.
            unsafe {
                finite &= V::apart(Back { from, tiles: block.run, strip });
                let x = block.first * OUT;
                for y in row * OUT..height.min((row + 1) * OUT) {
                    let from = strip.add((y - row * OUT) * columns * products.row);
                    let to = to.add((image * all * height + y) * width + x);
                    let size = [columns.min(width - x), end - first];
                    Turn { from, from_row: products.row, size, to, to_row: height * width }.by_columns();
                }
            }
        }
        finite
    }
}

/// Weights transformed: for each product panels of up to two vectors of outputs, a line for each channel.
struct ToWeights<'a, T> {
    of: &'a Chosen<'a, T>,
    /// Which outputs.
    columns: [usize; 2],
    /// Room for nine lines of a panel.
    line: *mut T,
}

impl<T: Real> Work for ToWeights<'_, T> {
    type Output = ();

    // SAFETY: the maker is `Chosen`, with its caller's promise.
    #[inline(always)]
    unsafe fn work<V: Vectors>(self) {
        let (lanes, channels) = (<T::Lanes<V> as Lanes<T>>::N, self.of.planes.channels);
        let (steps, [first, end]) = (self.of.of.weights.steps, self.columns);
        for col in (first..end).step_by(2 * lanes) {
            let rows = (end - col).min(2 * lanes);
            let width = rows.next_multiple_of(lanes);
            for channel in 0..channels {
                let from = self.of.weights.wrapping_add(col * steps[0] + channel * steps[1]);
                let to = self.of.ready.wrapping_add(col * channels + channel * width);
                // SAFETY: as above.
                unsafe {
                    if rows < width {
                        self.line.write_bytes(0, WINDOW * WINDOW * width);
                    }
                    let size = [rows, WINDOW * WINDOW];
                    Turn { from, from_row: steps[0], size, to: self.line, to_row: width }.by_rows();
                    for at in (0..width).step_by(lanes) {
                        self.vector::<T::Lanes<V>>(self.line.add(at), width, to.add(at));
                    }
                }
            }
        }
    }
}

impl<T: Real> ToWeights<'_, T> {
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn vector<L: Lanes<T>>(&self, from: *const T, width: usize, to: *mut T) {
        // SAFETY: the promise of the caller.
        unsafe {
            let g = load::<T, L, WINDOW>(from, [WINDOW * width, width]);
            let u = square::<T, L, Weights, WINDOW, IN>(g);
            let step = self.of.sizes.steps[0];
            store::<T, L, IN>(&u, to, [IN * step, step]);
        }
    }
}

/// Products of a row of tiles back to a strip of outputs.
struct Back<T> {
    from: Matrices<T>,
    tiles: usize,
    strip: *mut T,
}

impl<T: Real> Work for Back<T> {
    /// Whether all are finite.
    type Output = bool;

    // SAFETY: the maker is `Part`, with its caller's promise.
    #[inline(always)]
    unsafe fn work<V: Vectors>(self) -> bool {
        // SAFETY: as above.
        unsafe { self.back::<T::Lanes<V>>() }
    }
}

impl<T: Real> Back<T> {
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn back<L: Lanes<T>>(self) -> bool {
        let Back { from, tiles, strip } = self;
        let columns = tiles * OUT;
        // SAFETY: the promise of the caller.
        unsafe {
            let zero = L::splat(T::ZERO);
            let mut check = zero;
            for tile in 0..tiles {
                for c in (0..from.row).step_by(L::N) {
                    let place = from.first.add(tile * from.row + c);
                    let m = load::<T, L, IN>(place, [IN * from.step, from.step]);
                    let y = square::<T, L, Outputs, IN, OUT>(m);
                    for &y in y.iter().flatten() {
                        check = L::fma(zero, y, check);
                    }
                    store::<T, L, OUT>(
                        &y,
                        strip.add(tile * OUT * from.row + c),
                        [columns * from.row, from.row],
                    );
                }
            }
            // Zero times what is not finite is NaN.
            L::sum(check) == T::ZERO
        }
    }
}

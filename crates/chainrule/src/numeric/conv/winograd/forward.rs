//! From images and weights to images.

use super::super::super::gemm::lanes::{Lanes, Real, Vectors};
use super::super::super::gemm::packed::parts;
use super::super::super::work::Work;
use super::super::turn::Turn;
use super::super::{Conv, Source};
use super::product::{Tile, rows_apart};
use super::tiles::{Block, Matrices, PRODUCTS, Planes, Walk, apart, load, store, to_tiles};
use super::transform::{IN, Inputs, OUT, Outputs, WINDOW, Weights, square};
use super::{CACHE, MOST_WEIGHTS, whole};

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
    /// Room for [`Forward::room`] numbers, aligned to cache lines.
    pub room: *mut T,
}

/// How the work is divided, by shape alone.
struct Sizes {
    walk: Walk,
    /// Channels and outputs at a time, rounded up.
    channels: usize,
    outputs: usize,
    /// Steps between matrices: weights, inputs, products.
    steps: [usize; 3],
    strip: usize,
}

impl Sizes {
    fn new<T>(conv: &Conv, lanes: usize) -> Sizes {
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
        Sizes { walk, channels, outputs, steps, strip: apart::<T>(strip) }
    }
}

impl<T: Real> Forward<'_, T> {
    /// Numbers that the work needs room for, whatever the vectors are.
    pub fn room(conv: &Conv) -> usize {
        let sizes = Sizes::new::<T>(conv, 64 / size_of::<T>());
        sizes.steps.iter().sum::<usize>() * PRODUCTS + sizes.strip + WINDOW * WINDOW * 32
    }
}

impl<T: Real> Work for Forward<'_, T> {
    /// Whether all outputs are finite.
    type Output = bool;

    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn work<V: Vectors>(self) -> bool {
        let conv = self.conv;
        // The division is the one for the widest vectors, so that the room is.
        let sizes = Sizes::new::<T>(conv, 64 / size_of::<T>());
        let (groups, places) = (conv.params.groups, conv.output[2] * conv.output[3]);
        let (all, channels) = (conv.output[1] / groups, conv.weights[1]);
        let mut finite = true;
        for group in 0..groups {
            let planes = Planes {
                first: self.input.first.wrapping_add(group * channels * self.input.steps[1]),
                image: self.input.steps[0],
                channel: self.input.steps[1],
                channels,
                size: [conv.input[2], conv.input[3]],
                pad: conv.params.pad_low,
            };
            let mut first = 0;
            while first < all {
                let (count, output) = ((all - first).min(sizes.outputs), group * all + first);
                let part = Part { of: &self, sizes: &sizes, count };
                let weights = self.weights.first.wrapping_add(output * self.weights.steps[0]);
                let to = self.output.wrapping_add(output * places);
                // SAFETY: the maker's promise.
                finite &= unsafe { part.all::<V>(planes, weights, to) };
                first += count;
            }
        }
        finite
    }
}

/// Some outputs of one group.
struct Part<'a, T> {
    of: &'a Forward<'a, T>,
    sizes: &'a Sizes,
    /// How many outputs.
    count: usize,
}

impl<T: Real> Part<'_, T> {
    /// Whether all outputs are finite.
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn all<V: Vectors>(&self, planes: Planes<T>, weights: *const T, to: *mut T) -> bool {
        let Sizes { walk, channels, steps, strip, .. } = *self.sizes;
        let outputs = whole::<T, V>(self.count);
        let [weights_room, inputs, products] = steps.map(|step| step * PRODUCTS);
        let room = self.of.room;
        let line = room.wrapping_add(weights_room + inputs + products + strip);
        let strip = room.wrapping_add(weights_room + inputs + products);
        let inputs = Matrices {
            first: room.wrapping_add(weights_room),
            step: steps[1],
            row: whole::<T, V>(planes.channels),
        };
        let products = Matrices {
            first: room.wrapping_add(weights_room + steps[1] * PRODUCTS),
            step: steps[2],
            row: outputs,
        };
        debug_assert!(inputs.row <= channels);
        let from = Source { first: weights, steps: self.of.weights.steps };
        // SAFETY: the maker's promise; the room was divided by the same sizes.
        unsafe {
            let size = [planes.channels, self.count];
            V::apart(ToWeights { from, size, to: room, step: steps[0], line });
            let mut finite = true;
            for block in walk.blocks() {
                to_tiles::<T, V, Inputs, IN>(&planes, &walk, &block, strip, inputs);
                self.multiply::<V>(planes.channels, block.tiles(), inputs, room, products);
                finite &= self.outputs::<V>(&block, products, strip, to);
            }
            finite
        }
    }

    /// The 36 products.
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn multiply<V: Vectors>(
        &self,
        k: usize,
        tiles: usize,
        inputs: Matrices<T>,
        weights: *const T,
        to: Matrices<T>,
    ) {
        let (lanes, most) = (<T::Lanes<V> as Lanes<T>>::N, <T::Lanes<V> as Lanes<T>>::ROWS);
        for product in 0..PRODUCTS {
            for col in (0..to.row).step_by(2 * lanes) {
                let b_row = (to.row - col).min(2 * lanes);
                let b = weights.wrapping_add(product * self.sizes.steps[0] + col * k);
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
    unsafe fn outputs<V: Vectors>(
        &self,
        block: &Block,
        products: Matrices<T>,
        strip: *mut T,
        to: *mut T,
    ) -> bool {
        let [_, all, height, width] = self.of.conv.output;
        let columns = block.run * OUT;
        let mut finite = true;
        for i in 0..block.rows {
            let (image, row) =
                ((block.row + i) / self.sizes.walk.high, (block.row + i) % self.sizes.walk.high);
            let from =
                Matrices { first: products.first.wrapping_add(i * block.run * products.row), ..products };
            // SAFETY: the caller's promise; what lies beyond the plane is not written.
            unsafe {
                finite &= V::apart(Back { from, tiles: block.run, strip });
                let x = block.first * OUT;
                for y in row * OUT..height.min((row + 1) * OUT) {
                    let from = strip.add((y - row * OUT) * columns * products.row);
                    let to = to.add((image * all * height + y) * width + x);
                    let size = [columns.min(width - x), self.count];
                    Turn { from, from_row: products.row, size, to, to_row: height * width }.by_columns();
                }
            }
        }
        finite
    }
}

/// Weights transformed: for each product panels of up to two vectors of outputs, a line for each channel.
struct ToWeights<T> {
    from: Source<T>,
    /// Channels and outputs.
    size: [usize; 2],
    to: *mut T,
    step: usize,
    /// Room for nine lines of a panel.
    line: *mut T,
}

impl<T: Real> Work for ToWeights<T> {
    type Output = ();

    // SAFETY: the maker is `Part`, with its caller's promise.
    #[inline(always)]
    unsafe fn work<V: Vectors>(self) {
        let (lanes, [channels, outputs]) = (<T::Lanes<V> as Lanes<T>>::N, self.size);
        for col in (0..outputs).step_by(2 * lanes) {
            let rows = (outputs - col).min(2 * lanes);
            let width = rows.next_multiple_of(lanes);
            for channel in 0..channels {
                let from =
                    self.from.first.wrapping_add(col * self.from.steps[0] + channel * self.from.steps[1]);
                let to = self.to.wrapping_add(col * channels + channel * width);
                // SAFETY: as above.
                unsafe {
                    if rows < width {
                        self.line.write_bytes(0, WINDOW * WINDOW * width);
                    }
                    let size = [rows, WINDOW * WINDOW];
                    Turn { from, from_row: self.from.steps[0], size, to: self.line, to_row: width }.by_rows();
                    for at in (0..width).step_by(lanes) {
                        self.vector::<T::Lanes<V>>(self.line.add(at), width, to.add(at));
                    }
                }
            }
        }
    }
}

impl<T: Real> ToWeights<T> {
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn vector<L: Lanes<T>>(&self, from: *const T, width: usize, to: *mut T) {
        // SAFETY: the promise of the caller.
        unsafe {
            let g = load::<T, L, WINDOW>(from, [WINDOW * width, width]);
            let u = square::<T, L, Weights, WINDOW, IN>(g);
            store::<T, L, IN>(&u, to, [IN * self.step, self.step]);
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

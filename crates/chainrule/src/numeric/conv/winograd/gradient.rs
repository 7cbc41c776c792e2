//! The gradient by the weights: the transpose of `forward`. Both images are transformed by tiles, and the products of all
//! tiles are added up before they are transformed back.

use super::super::super::gemm::lanes::{Lanes, Real, Vectors};
use super::super::super::gemm::micro::{self, Tile};
use super::super::super::gemm::packed::parts;
use super::super::super::work::Work;
use super::super::{Conv, Source};
use super::tiles::{Matrices, PRODUCTS, Planes, Walk, apart, load, to_tiles};
use super::transform::{IN, Inputs, OUT, ToWeights, Upstream, WINDOW, square};
use super::{CACHE, MOST_WEIGHTS, whole};

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
    /// Room for [`Gradient::room`] numbers, aligned to cache lines.
    pub room: *mut T,
}

/// How the work is divided, by shape alone.
struct Sizes {
    walk: Walk,
    /// Outputs at a time.
    outputs: usize,
    /// Steps between matrices: sums, inputs, upstream.
    steps: [usize; 3],
    strip: usize,
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
        Sizes { walk, outputs, steps, strip: apart::<T>(strip) }
    }
}

impl<T: Real> Gradient<'_, T> {
    /// Numbers that the work needs room for, whatever the vectors are.
    pub fn room(conv: &Conv) -> usize {
        let sizes = Sizes::new::<T>(conv);
        sizes.steps.iter().sum::<usize>() * PRODUCTS + sizes.strip
    }

    /// Both images, of which `count` outputs from `first` on are wanted.
    fn planes(&self, first: usize, count: usize) -> [Planes<T>; 2] {
        let (x, w, size) = (self.input, self.weights, |shape: [usize; 4]| [shape[2], shape[3]]);
        let input = Planes {
            first: x.first,
            image: x.steps[1],
            channel: x.steps[0],
            channels: self.conv.input[0],
            size: size(self.conv.input),
            pad: self.conv.params.pad_low,
        };
        let upstream = Planes {
            first: w.first.wrapping_add(first * w.steps[0]),
            image: w.steps[1],
            channel: w.steps[0],
            channels: count,
            size: size(self.conv.weights),
            pad: [0; 2],
        };
        [input, upstream]
    }
}

impl<T: Real> Work for Gradient<'_, T> {
    /// Whether all outputs are finite.
    type Output = bool;

    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn work<V: Vectors>(self) -> bool {
        let sizes = Sizes::new::<T>(self.conv);
        let [_, inputs, upstreams] = sizes.steps;
        let at = |skipped: usize| self.room.wrapping_add(skipped);
        let sums = Matrices { first: self.room, step: sizes.steps[0], row: 0 };
        let from = PRODUCTS * sizes.steps[0];
        let inputs = Matrices { first: at(from), step: inputs, row: whole::<T, V>(self.conv.input[0]) };
        let upstreams = Matrices { first: at(from + PRODUCTS * inputs.step), step: upstreams, row: 0 };
        let strip = at(from + PRODUCTS * (inputs.step + upstreams.step));
        let mut finite = true;
        let mut first = 0;
        while first < self.conv.output[1] {
            let count = (self.conv.output[1] - first).min(sizes.outputs);
            let [input, upstream] = self.planes(first, count);
            let row = whole::<T, V>(count);
            let (sums, upstreams) = (Matrices { row, ..sums }, Matrices { row, ..upstreams });
            // SAFETY: the maker's promise; the room was divided by the same sizes.
            unsafe {
                for (i, block) in sizes.walk.blocks().enumerate() {
                    to_tiles::<T, V, Inputs, IN>(&input, &sizes.walk, &block, strip, inputs);
                    to_tiles::<T, V, Upstream, OUT>(&upstream, &sizes.walk, &block, strip, upstreams);
                    self.multiply::<V>(block.tiles(), inputs, upstreams, sums, i > 0);
                }
                finite &= V::apart(Back { from: sums, of: &self, outputs: [first, count] });
            }
            first += count;
        }
        finite
    }
}

impl<T: Real> Gradient<'_, T> {
    /// The 36 products, added to the sums.
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn multiply<V: Vectors>(
        &self,
        k: usize,
        inputs: Matrices<T>,
        upstreams: Matrices<T>,
        sums: Matrices<T>,
        add: bool,
    ) {
        let (lanes, most) = (<T::Lanes<V> as Lanes<T>>::N, <T::Lanes<V> as Lanes<T>>::ROWS);
        for product in 0..PRODUCTS {
            for col in (0..sums.row).step_by(2 * lanes) {
                for (i, rows) in parts(self.conv.input[0], most) {
                    let tile = Tile {
                        k,
                        a: inputs.first.wrapping_add(product * inputs.step + i),
                        a_row: 1,
                        a_col: inputs.row,
                        b: upstreams.first.wrapping_add(product * upstreams.step + col),
                        b_row: upstreams.row,
                        c: sums.first.wrapping_add(product * sums.step + i * sums.row + col),
                        c_row: sums.row,
                        cols: (sums.row - col).min(2 * lanes),
                        add,
                    };
                    // SAFETY: the caller's promise.
                    unsafe { micro::packed::<T, V>(&tile, rows) }
                }
            }
        }
    }
}

/// Sums back to weights.
struct Back<'a, T> {
    from: Matrices<T>,
    of: &'a Gradient<'a, T>,
    /// The first output, and how many.
    outputs: [usize; 2],
}

impl<T: Real> Work for Back<'_, T> {
    /// Whether all are finite.
    type Output = bool;

    // SAFETY: the maker is `Gradient`, with its caller's promise.
    #[inline(always)]
    unsafe fn work<V: Vectors>(self) -> bool {
        // SAFETY: as above.
        unsafe { self.back::<T::Lanes<V>>() }
    }
}

impl<T: Real> Back<'_, T> {
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn back<L: Lanes<T>>(self) -> bool {
        let Back { from, of, outputs: [first, count] } = self;
        let [channels, all] = [of.conv.output[0], of.conv.output[1]];
        // SAFETY: the promise of the caller.
        unsafe {
            let zero = L::splat(T::ZERO);
            let mut check = zero;
            // Sixteen numbers hold the widest vector.
            let mut line = [T::ZERO; 16];
            for c in 0..channels {
                for col in (0..count).step_by(L::N) {
                    let place = from.first.add(c * from.row + col);
                    let m = load::<T, L, IN>(place, [IN * from.step, from.step]);
                    let y = square::<T, L, ToWeights, IN, WINDOW>(m);
                    let to = of.output.add((c * all + first + col) * WINDOW * WINDOW);
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

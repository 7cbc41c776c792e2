//! Convolution (cross-correlation, as networks mean it) in one parametrised form, closed under
//! differentiation.
//!
//! Input [n, c, h, w], weights [o, c / groups, kh, kw], output [n, o, oh, ow]; one spatial axis is height 1.
//! Along an axis, with the input taken at every `input_dilation`-th place and zeros between and around: `y[i]
//! = sum over k of w[k] * x[i * stride + k * dilation - pad_low]`. This is the general convolution of XLA
//! (openxla.org/xla/operation_semantics, "Conv"); its gradients by input and by weights are of the same form,
//! see [`ConvParams::for_input_gradient`] and [`ConvParams::for_weight_gradient`].

#![allow(unsafe_code)]

mod few;
mod grid;
mod kernel;

use super::gemm::lanes::Real;
use super::gemm::{Gemm, Matrix, MatrixMut, Size, Store, gemm, scratch};
use super::tile::{Instructions, instructions};
use super::work::at;
use grid::Grid;
use kernel::{Kernel, Room};

/// What a convolution does along the two spatial axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConvParams {
    /// The step of the window.
    pub stride: [usize; 2],
    /// Zeros before the first element; a negative number crops.
    pub pad_low: [isize; 2],
    /// Zeros after the last element; a negative number crops.
    pub pad_high: [isize; 2],
    /// The distance of neighbours in the kernel; 1 is dense.
    pub dilation: [usize; 2],
    /// The distance of neighbours in the input; 1 is dense, 2 puts one zero between.
    pub input_dilation: [usize; 2],
    /// Channels fall into this many independent groups.
    pub groups: usize,
}

impl Default for ConvParams {
    fn default() -> Self {
        Self {
            stride: [1; 2],
            pad_low: [0; 2],
            pad_high: [0; 2],
            dilation: [1; 2],
            input_dilation: [1; 2],
            groups: 1,
        }
    }
}

/// How far `count` elements reach at a distance of `dilation`: 0 for none.
fn extent(count: usize, dilation: usize) -> Option<isize> {
    let Some(gaps) = count.checked_sub(1) else {
        return Some(0);
    };
    isize::try_from(gaps.checked_mul(dilation)?.checked_add(1)?).ok()
}

impl ConvParams {
    /// The spatial sizes of the output. None if a stride or dilation is 0 or a size leaves the range of
    /// isize.
    pub fn output_size(&self, input: [usize; 2], kernel: [usize; 2]) -> Option<[usize; 2]> {
        let along = |axis: usize| {
            if self.stride[axis] == 0 || self.dilation[axis] == 0 || self.input_dilation[axis] == 0 {
                return None;
            }
            let padded = extent(input[axis], self.input_dilation[axis])?
                .checked_add(self.pad_low[axis])?
                .checked_add(self.pad_high[axis])?;
            let kernel_extent = extent(kernel[axis], self.dilation[axis])?;
            let room = padded.checked_sub(kernel_extent)?;
            // Positions are computed from this difference on; it must be in range as well.
            kernel_extent.checked_sub(self.pad_low[axis])?;
            let Ok(room) = usize::try_from(room) else {
                return Some(0);
            };
            (room / self.stride[axis]).checked_add(1)
        };
        Some([along(0)?, along(1)?])
    }

    /// The convolution that passes the gradient back to the input: dL/dx = conv(dL/dy, weights mirrored along
    /// both spatial axes, with o and c / groups swapped in each group).
    ///
    /// `input` and `kernel` are the spatial sizes of the forward convolution. None where `output_size` is.
    pub fn for_input_gradient(&self, input: [usize; 2], kernel: [usize; 2]) -> Option<Self> {
        let output = self.output_size(input, kernel)?;
        let mut back = Self { stride: self.input_dilation, input_dilation: self.stride, ..*self };
        for axis in 0..2 {
            let kernel_extent = extent(kernel[axis], self.dilation[axis])?;
            back.pad_low[axis] = kernel_extent.checked_sub(1)?.checked_sub(self.pad_low[axis])?;
            // Chosen so that the last place of the window is that of the last input element.
            back.pad_high[axis] = pad_to_reach(input[axis], self.input_dilation[axis])?
                .checked_add(kernel_extent)?
                .checked_sub(extent(output[axis], self.stride[axis])?)?
                .checked_sub(back.pad_low[axis])?;
        }
        Some(back)
    }

    /// The convolution that passes the gradient back to the weights: input = x as [c / groups, groups * n, h,
    /// w], weights = dL/dy as [o, n, oh, ow], result = dL/dw as [c / groups, o, kh, kw].
    ///
    /// `input` and `kernel` are the spatial sizes of the forward convolution. None where `output_size` is.
    pub fn for_weight_gradient(&self, input: [usize; 2], kernel: [usize; 2]) -> Option<Self> {
        let output = self.output_size(input, kernel)?;
        let mut back = Self { stride: self.dilation, dilation: self.stride, ..*self };
        for axis in 0..2 {
            back.pad_high[axis] = pad_to_reach(kernel[axis], self.dilation[axis])?
                .checked_add(extent(output[axis], self.stride[axis])?)?
                .checked_sub(extent(input[axis], self.input_dilation[axis])?)?
                .checked_sub(self.pad_low[axis])?;
        }
        Some(back)
    }
}

/// The room a window with steps of `step` needs for `count` positions; negative for none.
fn pad_to_reach(count: usize, step: usize) -> Option<isize> {
    let step = isize::try_from(step).ok()?;
    isize::try_from(count).ok()?.checked_sub(1)?.checked_mul(step)
}

/// A convolution whose sizes have been checked against each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv {
    params: ConvParams,
    input: [usize; 4],
    weights: [usize; 4],
    output: [usize; 4],
}

impl Conv {
    /// Checks the shapes; None where [`ConvParams::output_size`] is, where channels do not divide into groups
    /// or differ from those of the weights, or where an array would be too large to count.
    pub fn new(params: ConvParams, input: [usize; 4], weights: [usize; 4]) -> Option<Self> {
        let [n, channels, height, width] = input;
        let [o, group_channels, kh, kw] = weights;
        let fits = params.groups > 0
            && o % params.groups == 0
            && group_channels.checked_mul(params.groups) == Some(channels);
        let [oh, ow] = params.output_size([height, width], [kh, kw])?;
        let conv = Self { params, input, weights, output: [n, o, oh, ow] };
        let columns = [group_channels, kh, kw, oh, ow];
        let countable = [&input[..], &weights, &conv.output, &columns].iter().all(|shape| {
            shape.iter().try_fold(1usize, |count, &size| count.checked_mul(size.max(1))).is_some()
        });
        (fits && countable).then_some(conv)
    }

    /// The shape of the output, [n, o, oh, ow].
    pub fn output_shape(&self) -> [usize; 4] {
        self.output
    }

    /// Elements of the input under one window, in one group.
    fn patch(&self) -> usize {
        self.weights[1..].iter().product()
    }

    /// Places of the window in one image.
    fn places(&self) -> usize {
        self.output[2] * self.output[3]
    }
}

/// A number type that can be convolved. Lengths are checked when `convolve` is called.
pub trait Convolve: Gemm {
    #[doc(hidden)]
    fn convolve(conv: &Conv, input: &[Self], weights: &[Self], output: &mut [Self], _: Checked);
}

/// Proof that [`conv`] has checked all lengths; nobody else can make one.
pub struct Checked(());

/// Convolves. What it needs as room is kept by the thread for the next time.
pub fn conv<T: Convolve>(conv: &Conv, input: &[T], weights: &[T], output: &mut [T]) {
    assert_eq!(input.len(), conv.input.iter().product::<usize>(), "conv: input length");
    assert_eq!(weights.len(), conv.weights.iter().product::<usize>(), "conv: weights length");
    assert_eq!(output.len(), conv.output.iter().product::<usize>(), "conv: output length");
    if weights.is_empty() || input.is_empty() {
        return output.fill(T::ZERO);
    }
    if !output.is_empty() {
        T::convolve(conv, input, weights, output, Checked(()));
    }
}

macro_rules! convolve_by_kernels {
    ($($type:ty),*) => {$(
        impl Convolve for $type {
            fn convolve(conv: &Conv, input: &[Self], weights: &[Self], output: &mut [Self], _: Checked) {
                let images_last = conv.places() < LEAST_PLACES && conv.input[0] > 1;
                match Grid::new(conv, images_last) {
                    Some(grid) => by_kernel(instructions(), conv, grid, input, weights, output),
                    None => by_columns(conv, input, weights, output),
                }
            }
        }
    )*};
}

convolve_by_kernels!(f32, f64);

/// With fewer places of the window, columns of the product run over images as well.
const LEAST_PLACES: usize = 32;

fn by_kernel<T: Real>(
    level: Instructions,
    conv: &Conv,
    grid: Grid,
    input: &[T],
    weights: &[T],
    output: &mut [T],
) {
    let taps = grid.channels * conv.weights[2] * conv.weights[3];
    let numbers = Room::new::<T>(conv, &grid).len();
    let (input, weights, output) = (input.as_ptr(), weights.as_ptr(), output.as_mut_ptr());
    scratch::with(
        scratch::rounded::<T>(numbers) + (taps * size_of::<usize>()).div_ceil(size_of::<T>()),
        |room: *mut T| {
            // SAFETY: the taps lie behind the numbers, at a cache line, and zeros are valid. All lengths were checked by `conv`,
            // so that the operands have all elements; the output is borrowed mutably, and overlaps nothing.
            let taps = unsafe {
                let at = room.add(scratch::rounded::<T>(numbers)).cast::<usize>();
                at.write_bytes(0, taps);
                std::slice::from_raw_parts_mut(at, taps)
            };
            at(level, Kernel { conv, grid, input, weights, output, room, taps });
        },
    );
}

macro_rules! convolve_by_columns {
    ($($type:ty),*) => {$(
        impl Convolve for $type {
            fn convolve(conv: &Conv, input: &[Self], weights: &[Self], output: &mut [Self], _: Checked) {
                by_columns(conv, input, weights, output);
            }
        }
    )*};
}

convolve_by_columns!(i32, i64);

/// For each image and group, the input's windows laid out as columns, then one matrix product: for whole numbers, and where
/// padding and holes are so large that writing out their zeros would be waste.
fn by_columns<T: Gemm>(conv: &Conv, input: &[T], weights: &[T], output: &mut [T]) {
    let [n, _, height, width] = conv.input;
    let groups = conv.params.groups;
    let (patch, places) = (conv.patch(), conv.places());
    let size = Size { m: conv.output[1] / groups, k: patch, n: places };
    let image_len = conv.weights[1] * height * width;
    let (weights_len, result_len) = (size.m * patch, size.m * places);
    let mut columns = vec![T::ZERO; patch * places];
    for part in 0..n * groups {
        let group = part % groups;
        image_to_columns(conv, &input[part * image_len..][..image_len], &mut columns);
        gemm(
            size,
            Matrix::row_major(&weights[group * weights_len..][..weights_len], patch),
            Matrix::row_major(&columns, places),
            MatrixMut::row_major(&mut output[part * result_len..][..result_len], places),
            Store::Replace,
        );
    }
}

/// Writes the matrix of windows: a row for each (channel, ky, kx), a column for each place of the window.
fn image_to_columns<T: Gemm>(conv: &Conv, image: &[T], columns: &mut [T]) {
    let [_, _, height, width] = conv.input;
    let [_, channels, kh, kw] = conv.weights;
    let [_, _, oh, ow] = conv.output;
    if columns.is_empty() {
        return;
    }
    let p = &conv.params;
    let mut rows = columns.chunks_exact_mut(ow);
    for channel in 0..channels {
        for (ky, kx) in (0..kh).flat_map(|ky| (0..kw).map(move |kx| (ky, kx))) {
            let vertical = Walk::new(ky, p, 0, height, oh);
            let horizontal = Walk::new(kx, p, 1, width, ow);
            for (oy, row) in (0..oh).zip(&mut rows) {
                match vertical.source(oy) {
                    None => row.fill(T::ZERO),
                    Some(y) => horizontal.gather(&image[(channel * height + y) * width..][..width], row),
                }
            }
        }
    }
}

/// How one element of the kernel meets the input along one axis: place i of the window is at
/// `i * stride + offset` in the input with its holes.
struct Walk {
    stride: isize,
    offset: isize,
    hole: isize,
    len: isize,
    /// The places of the window that lie within the input are `first..end`.
    first: usize,
    end: usize,
}

impl Walk {
    fn new(k: usize, params: &ConvParams, axis: usize, len: usize, places: usize) -> Self {
        // All products below were checked by `output_size`: they stay within the padded input.
        let stride = params.stride[axis] as isize;
        let offset = (k * params.dilation[axis]) as isize - params.pad_low[axis];
        let hole = params.input_dilation[axis] as isize;
        let reach = if len == 0 { 0 } else { (len as isize - 1) * hole + 1 };
        let bounded = |place: isize| place.clamp(0, places as isize) as usize;
        let (first, end) = (bounded(ceil_div(-offset, stride)), bounded(ceil_div(reach - offset, stride)));
        Self { stride, offset, hole, len: len as isize, first, end: end.max(first) }
    }

    /// The input's index at place i of the window; None in the padding and in holes.
    fn source(&self, i: usize) -> Option<usize> {
        let at = i as isize * self.stride + self.offset;
        let inside = at >= 0 && at % self.hole == 0 && at / self.hole < self.len;
        inside.then_some((at / self.hole) as usize)
    }

    /// Writes the input's elements at all places of the window, zeros where there are none.
    fn gather<T: Gemm>(&self, line: &[T], row: &mut [T]) {
        row[..self.first].fill(T::ZERO);
        row[self.end..].fill(T::ZERO);
        let middle = &mut row[self.first..self.end];
        if middle.is_empty() {
            return;
        }
        if self.hole != 1 {
            for (i, element) in (self.first..).zip(middle) {
                *element = self.source(i).map_or(T::ZERO, |x| line[x]);
            }
            return;
        }
        let start = (self.first as isize * self.stride + self.offset) as usize;
        if self.stride == 1 {
            middle.copy_from_slice(&line[start..start + middle.len()]);
        } else {
            for (element, x) in middle.iter_mut().zip(line[start..].iter().step_by(self.stride as usize)) {
                *element = *x;
            }
        }
    }
}

/// a / b rounded up, for b > 0.
fn ceil_div(a: isize, b: isize) -> isize {
    a.div_euclid(b) + isize::from(a.rem_euclid(b) != 0)
}

#[cfg(test)]
mod tests {
    use super::super::philox;
    use super::*;

    /// Random whole numbers, so that sums are exact in any order.
    struct Dice {
        drawn: u64,
    }

    impl Dice {
        fn below(&mut self, bound: usize) -> usize {
            self.drawn += 1;
            philox::uniform_bits(42, self.drawn) as usize % bound
        }

        fn between(&mut self, low: isize, high: isize) -> isize {
            low + self.below((high - low + 1) as usize) as isize
        }

        /// Mostly 1 to `largest`, now and then 0.
        fn size(&mut self, largest: usize) -> usize {
            if self.below(20) == 0 { 0 } else { 1 + self.below(largest) }
        }

        fn array(&mut self, shape: [usize; 4]) -> Vec<f64> {
            (0..shape.iter().product()).map(|_| self.between(-4, 4) as f64).collect()
        }

        fn case(&mut self) -> (ConvParams, [usize; 4], [usize; 4]) {
            let groups = 1 + self.below(3);
            let params = ConvParams {
                stride: [1 + self.below(3), 1 + self.below(3)],
                pad_low: [self.between(-2, 3), self.between(-2, 3)],
                pad_high: [self.between(-2, 3), self.between(-2, 3)],
                dilation: [1 + self.below(2), 1 + self.below(3)],
                input_dilation: [1 + self.below(3), 1 + self.below(2)],
                groups,
            };
            let channels = 1 + self.below(2);
            let input = [self.size(2), channels * groups, self.size(7), self.size(9)];
            let weights = [groups * self.size(2), channels, self.size(3), self.size(3)];
            (params, input, weights)
        }
    }

    /// The definition: seven loops over output, input channel and kernel.
    fn naive(conv: &Conv, x: &[f64], w: &[f64]) -> Vec<f64> {
        let [n, c, height, width] = conv.input;
        let [o, group_channels, kh, kw] = conv.weights;
        let [_, _, oh, ow] = conv.output;
        let p = conv.params;
        let mut y = vec![0.0; n * o * oh * ow];
        let source = |place: usize, k: usize, axis: usize, len: usize| {
            let at = (place * p.stride[axis] + k * p.dilation[axis]) as isize - p.pad_low[axis];
            let hole = p.input_dilation[axis] as isize;
            (0..len).find(|&i| i as isize * hole == at)
        };
        for (b, oc, i, j) in indices([n, o, oh, ow]) {
            let group = oc / (o / p.groups);
            for (_, ic, ky, kx) in indices([1, group_channels, kh, kw]) {
                if let (Some(r), Some(s)) = (source(i, ky, 0, height), source(j, kx, 1, width)) {
                    let from = ((b * c + group * group_channels + ic) * height + r) * width + s;
                    y[((b * o + oc) * oh + i) * ow + j] +=
                        x[from] * w[((oc * group_channels + ic) * kh + ky) * kw + kx];
                }
            }
        }
        y
    }

    fn indices(shape: [usize; 4]) -> impl Iterator<Item = (usize, usize, usize, usize)> {
        let [a, b, c, d] = shape;
        (0..a * b * c * d).map(move |i| (i / (b * c * d), i / (c * d) % b, i / d % c, i % d))
    }

    fn run(plan: &Conv, x: &[f64], w: &[f64]) -> Vec<f64> {
        let mut y = vec![f64::NAN; plan.output.iter().product()];
        conv(plan, x, w, &mut y);
        y
    }

    fn dot(a: &[f64], b: &[f64]) -> f64 {
        assert_eq!(a.len(), b.len());
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }

    fn permuted(x: &[f64], shape: [usize; 4], order: [usize; 4]) -> Vec<f64> {
        let strides = [shape[1] * shape[2] * shape[3], shape[2] * shape[3], shape[3], 1];
        let at = |axis: usize| strides[order[axis]];
        indices(order.map(|axis| shape[axis]))
            .map(|(a, b, c, d)| x[a * at(0) + b * at(1) + c * at(2) + d * at(3)])
            .collect()
    }

    #[test]
    fn random_cases_match_the_definition() {
        let mut dice = Dice { drawn: 0 };
        let mut filled = 0;
        for _ in 0..3000 {
            let (params, input, weights) = dice.case();
            let plan = Conv::new(params, input, weights).expect("small sizes");
            let (x, w) = (dice.array(input), dice.array(weights));
            let y = run(&plan, &x, &w);
            assert_eq!(y, naive(&plan, &x, &w), "{plan:?}");
            filled += usize::from(y.iter().any(|&y| y != 0.0));
            let single = |values: &[f64]| values.iter().map(|&v| v as f32).collect::<Vec<_>>();
            let mut y32 = vec![0.0; y.len()];
            conv(&plan, &single(&x), &single(&w), &mut y32);
            assert_eq!(y32, single(&y));
        }
        assert!(filled > 1000, "only {filled} cases with a non-zero output");
    }

    #[test]
    fn every_layout_and_every_level_matches_the_definition() {
        let mut dice = Dice { drawn: 1 << 42 };
        let mut laid_out = [0, 0];
        for i in 0..1500 {
            let (mut params, mut input, mut weights) = dice.case();
            if i % 3 == 0 {
                // Enough channels and places for several panels and parts of the depth.
                params.groups = 1;
                (input[1], input[2], input[3]) = (40, 9, 8 + dice.below(9));
                (weights[0], weights[1]) = (1 + dice.below(17), 40);
            }
            let plan = Conv::new(params, input, weights).expect("small sizes");
            let (x, w) = (dice.array(input), dice.array(weights));
            if x.is_empty() || w.is_empty() || plan.output.contains(&0) {
                continue;
            }
            let want = naive(&plan, &x, &w);
            for images_last in [false, true] {
                let Some(grid) = Grid::new(&plan, images_last) else { continue };
                laid_out[usize::from(images_last)] += 1;
                for level in [Instructions::Portable, Instructions::Avx2, Instructions::Avx512] {
                    let mut y = vec![f64::NAN; want.len()];
                    by_kernel(level, &plan, grid, &x, &w, &mut y);
                    assert_eq!(y, want, "{plan:?} {level:?} {images_last}");
                }
            }
        }
        assert!(laid_out[0] > 500 && laid_out[1] > 500, "{laid_out:?}");
    }

    #[test]
    fn enormous_padding_takes_little_memory() {
        let params = ConvParams { stride: [1 << 20; 2], pad_low: [1 << 20; 2], ..Default::default() };
        let plan = Conv::new(params, [1, 1, 2, 2], [1, 1, 1, 1]).expect("fits");
        assert!(Grid::new(&plan, false).is_none());
        assert_eq!(run(&plan, &[3.0, 4.0, 5.0, 6.0], &[2.0]), [0.0, 0.0, 0.0, 6.0]);
    }

    #[test]
    fn pointwise() {
        let mut dice = Dice { drawn: 1 << 40 };
        for groups in [1, 2] {
            let plan =
                Conv::new(ConvParams { groups, ..Default::default() }, [2, 4, 3, 5], [6, 4 / groups, 1, 1])
                    .expect("fits");
            let (x, w) = (dice.array(plan.input), dice.array(plan.weights));
            assert_eq!(run(&plan, &x, &w), naive(&plan, &x, &w));
        }
    }

    /// <u, conv(x, w)> = <input gradient(u, w), x> = <weight gradient(x, u), w>, since it is linear in both.
    #[test]
    fn gradients_are_convolutions() {
        let mut dice = Dice { drawn: 1 << 41 };
        for _ in 0..1500 {
            let (params, input, weights) = dice.case();
            let plan = Conv::new(params, input, weights).expect("small sizes");
            let (x, w, u) = (dice.array(input), dice.array(weights), dice.array(plan.output));
            let want = dot(&u, &run(&plan, &x, &w));
            let ([n, c, h, width], [o, cg, kh, kw]) = (input, weights);
            let (g, [_, _, oh, ow]) = (params.groups, plan.output);

            let mirrored: Vec<f64> =
                w.chunks((kh * kw).max(1)).flat_map(|k| k.iter().rev().copied()).collect();
            let grouped = permuted(&mirrored, [g, o / g, cg, kh * kw], [0, 2, 1, 3]);
            let back = params.for_input_gradient([h, width], [kh, kw]).expect("small sizes");
            let back = Conv::new(back, plan.output, [c, o / g, kh, kw]).expect("small sizes");
            assert_eq!(back.output, input, "{plan:?}");
            assert_eq!(dot(&run(&back, &u, &grouped), &x), want, "{plan:?}");

            let swapped_x = permuted(&x, [n, g, cg, h * width], [2, 1, 0, 3]);
            let swapped_u = permuted(&u, [1, n, o, oh * ow], [0, 2, 1, 3]);
            let back = params.for_weight_gradient([h, width], [kh, kw]).expect("small sizes");
            let back = Conv::new(back, [cg, g * n, h, width], [o, n, oh, ow]).expect("small sizes");
            assert_eq!(back.output, [cg, o, kh, kw], "{plan:?}");
            let downstream = permuted(&run(&back, &swapped_x, &swapped_u), [1, cg, o, kh * kw], [0, 2, 1, 3]);
            assert_eq!(dot(&downstream, &w), want, "{plan:?}");
        }
    }

    #[test]
    fn output_sizes() {
        let params = ConvParams { stride: [2, 1], pad_low: [1, 0], pad_high: [1, -1], ..Default::default() };
        assert_eq!(params.output_size([7, 7], [3, 3]), Some([4, 4]));
        assert_eq!(params.output_size([0, 2], [3, 3]), Some([0, 0]));
        assert_eq!(params.output_size([usize::MAX, 2], [3, 3]), None);
        assert_eq!(ConvParams { stride: [0, 1], ..params }.output_size([7, 7], [3, 3]), None);
        assert_eq!(ConvParams { dilation: [1, usize::MAX], ..params }.output_size([7, 7], [3, 3]), None);
    }

    #[test]
    fn shapes_that_do_not_fit_are_refused() {
        let two_groups = ConvParams { groups: 2, ..Default::default() };
        assert!(Conv::new(two_groups, [1, 4, 3, 3], [2, 2, 1, 1]).is_some());
        assert!(Conv::new(two_groups, [1, 4, 3, 3], [3, 2, 1, 1]).is_none());
        assert!(Conv::new(two_groups, [1, 4, 3, 3], [2, 4, 1, 1]).is_none());
        assert!(
            Conv::new(ConvParams { groups: 0, ..Default::default() }, [1, 0, 3, 3], [0, 2, 1, 1]).is_none()
        );
        assert!(Conv::new(ConvParams::default(), [usize::MAX, 2, 1, 1], [1, 2, 1, 1]).is_none());
    }
}

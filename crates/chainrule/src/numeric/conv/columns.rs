//! The plain way: all windows of an image laid out as columns, and a matrix product.

use super::super::gemm::{Gemm, Matrix, MatrixMut, Size, Store, gemm};
use super::super::scratch;
use super::super::team::{Team, parts};
use super::{Conv, ConvParams, Planes};

/// For each image and group, the input's windows laid out as columns, then one matrix product: for whole numbers, and where
/// padding and holes are so large that writing out their zeros would be waste.
pub fn by_columns<T: Gemm>(
    team: Team,
    conv: &Conv,
    input: Planes<'_, T>,
    weights: Planes<'_, T>,
    output: &mut [T],
) {
    let (units, elements) = (conv.input[0] * conv.params.groups, conv.patch() * conv.places());
    let each = elements.saturating_mul(1000 + 250 * conv.output[1] / conv.params.groups);
    in_a_row(weights, conv.weights, |kernels| {
        team.split(output, units, parts(units, each), elements * size_of::<T>(), |units, output| {
            scratch::filled(elements, T::ZERO, |columns| {
                images(conv, units, input, kernels, columns, output);
            });
        });
    });
}

/// Image by image and group by group, with room for the columns.
fn images<T: Gemm>(
    conv: &Conv,
    units: [usize; 2],
    input: Planes<'_, T>,
    kernels: &[T],
    columns: &mut [T],
    output: &mut [T],
) {
    let [_, channels, height, width] = conv.input;
    let groups = conv.params.groups;
    let (patch, places) = (conv.patch(), conv.places());
    let size = Size { m: conv.output[1] / groups, k: patch, n: places };
    let result_len = size.m * places;
    for (part, output) in (units[0]..units[1]).zip(output.chunks_exact_mut(result_len.max(1))) {
        let (image, group) = (part / groups, part % groups);
        let first = image * input.steps[0] + group * (channels / groups) * input.steps[1];
        image_to_columns(conv, Planes { data: &input.data[first..], ..input }, [height, width], columns);
        gemm(
            size,
            Matrix::row_major(&kernels[group * size.m * patch..][..size.m * patch], patch),
            Matrix::row_major(columns, places),
            MatrixMut::row_major(output, places),
            Store::Replace,
        );
    }
}

/// Calls `call` with all elements side by side.
fn in_a_row<T: Gemm>(from: Planes<'_, T>, [a, b, height, width]: [usize; 4], call: impl FnOnce(&[T])) {
    let plane = height * width;
    if from.steps == [b * plane, plane] {
        return call(from.data);
    }
    scratch::filled(a * b * plane, T::ZERO, |to| {
        for (i, to) in to.chunks_exact_mut(plane.max(1)).enumerate() {
            to.copy_from_slice(&from.data[i / b * from.steps[0] + i % b * from.steps[1]..][..plane]);
        }
        call(to);
    });
}

/// Writes the matrix of windows: a row for each (channel, ky, kx), a column for each place of the window.
fn image_to_columns<T: Gemm>(
    conv: &Conv,
    image: Planes<'_, T>,
    [height, width]: [usize; 2],
    columns: &mut [T],
) {
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
                    Some(y) => {
                        horizontal.gather(&image.data[channel * image.steps[1] + y * width..][..width], row)
                    }
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

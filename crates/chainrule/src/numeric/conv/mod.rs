//! Convolution (cross-correlation, as networks mean it) in one parametrised form, closed under
//! differentiation.
//!
//! Input [n, c, h, w], weights [o, c / groups, kh, kw], output [n, o, oh, ow]; one spatial axis is height 1.
//! Along an axis, with the input taken at every `input_dilation`-th place and zeros between and around: `y[i]
//! = sum over k of w[k] * x[i * stride + k * dilation - pad_low]`. This is the general convolution of XLA
//! (openxla.org/xla/operation_semantics, "Conv"); its gradients by input and by weights are of the same form,
//! see [`ConvParams::for_input_gradient`] and [`ConvParams::for_weight_gradient`].

#![allow(unsafe_code)]

mod columns;
mod few;
mod grid;
mod kernel;
mod large;
mod params;
mod phases;
mod share;
mod turn;
mod winograd;

pub use params::{Conv, ConvParams};

use super::gemm::Gemm;
use super::gemm::lanes::Real;
use super::team::Team;
use super::tile::{Instructions, instructions};
use columns::by_columns;
use large::{Large, is_large};
use phases::{by_phases, is_spread};
use share::Direct;
use winograd::{Forward, Gradient};

/// Four axes to read, the last two of which lie in a row: element (i, j, y, x) is at `i * steps[0] + j * steps[1]` and
/// `y * width + x` from there.
#[derive(Clone, Copy)]
pub struct Planes<'a, T> {
    /// The elements.
    pub data: &'a [T],
    /// From one to the next along the first two axes.
    pub steps: [usize; 2],
}

impl<'a, T> Planes<'a, T> {
    /// All elements in a row.
    pub fn row_major(data: &'a [T], [_, second, height, width]: [usize; 4]) -> Self {
        Planes { data, steps: [second * height * width, height * width] }
    }

    /// The same, with a natural step where an axis has one place.
    fn checked(mut self, what: &str, shape: [usize; 4]) -> Self {
        let plane = shape[2].checked_mul(shape[3]);
        let reach = |axis: usize| (shape[axis].max(1) - 1).checked_mul(self.steps[axis]);
        let end = reach(0).zip(reach(1)).and_then(|(a, b)| a.checked_add(b)?.checked_add(plane?));
        let fits = shape.contains(&0) || end.is_some_and(|end| end <= self.data.len());
        assert!(
            fits,
            "conv: {what} of shape {shape:?} with steps {:?}: {} elements",
            self.steps,
            self.data.len()
        );
        for (axis, step) in Planes::row_major(self.data, shape).steps.into_iter().enumerate() {
            if shape[axis] == 1 {
                self.steps[axis] = step;
            }
        }
        self
    }

    fn source(&self) -> Source<T> {
        Source { first: self.data.as_ptr(), steps: self.steps }
    }
}

/// [`Planes`] by address.
#[derive(Clone, Copy)]
struct Source<T> {
    first: *const T,
    steps: [usize; 2],
}

impl<T> Source<T> {
    /// What begins so many places further along an axis.
    fn after(&self, axis: usize, places: usize) -> Self {
        Source { first: self.first.wrapping_add(places * self.steps[axis]), steps: self.steps }
    }
}

impl Conv {
    /// Operations that the kernel does: none on padding and holes, and a quarter of the others where tiles are transformed. The
    /// transforms are not counted.
    pub fn operations(&self, is_float: bool) -> u64 {
        let p = &self.params;
        let pairs = |axis: usize| {
            let (size, window) = (self.input[axis + 2], self.weights[axis + 2]);
            let reads = |i: usize, k: usize| {
                let place = (i * p.stride[axis] + k * p.dilation[axis]) as isize - p.pad_low[axis];
                usize::try_from(place).is_ok_and(|at| {
                    at.is_multiple_of(p.input_dilation[axis]) && at / p.input_dilation[axis] < size
                })
            };
            let of = |i: usize| (0..window).filter(|&k| reads(i, k)).count() as u64;
            (0..self.output[axis + 2]).map(of).sum::<u64>()
        };
        let sums = (self.output[0] * self.output[1] * self.weights[1]) as u64;
        let directly = 2 * sums * pairs(0) * pairs(1);
        let is_transformed = is_float && (winograd::is_forward(self) || winograd::is_gradient(self));
        if is_transformed { directly / 4 } else { directly }
    }
}

/// A number type that can be convolved. Lengths are checked when `convolve` is called.
pub trait Convolve: Gemm {
    #[doc(hidden)]
    fn convolve(
        team: Team,
        conv: &Conv,
        input: Planes<'_, Self>,
        weights: Planes<'_, Self>,
        output: &mut [Self],
        _: Checked,
    );
}

/// Proof that [`conv`] has checked all lengths; nobody else can make one.
pub struct Checked(());

/// Convolves, by a team. What it needs as room is kept by each thread for the next time.
pub fn conv<T: Convolve>(
    team: Team,
    conv: &Conv,
    input: Planes<'_, T>,
    weights: Planes<'_, T>,
    output: &mut [T],
) {
    let (input, weights) = (input.checked("input", conv.input), weights.checked("weights", conv.weights));
    assert_eq!(output.len(), conv.output.iter().product::<usize>(), "conv: output length");
    if conv.weights.contains(&0) || conv.input.contains(&0) {
        return output.fill(T::ZERO);
    }
    if !output.is_empty() {
        T::convolve(team, conv, input, weights, output, Checked(()));
    }
}

macro_rules! convolve_by_kernels {
    ($($type:ty),*) => {$(
        impl Convolve for $type {
            fn convolve(
                team: Team,
                conv: &Conv,
                input: Planes<'_, Self>,
                weights: Planes<'_, Self>,
                output: &mut [Self],
                _: Checked,
            ) {
                let by = By { level: instructions(), team };
                if is_spread(conv) {
                    by_phases(team, conv, input, weights, output);
                } else if winograd::is_forward(conv) {
                    by_tiles(by, conv, input, weights, output);
                } else if winograd::is_gradient(conv) {
                    by_tiles_to_weights(by, conv, input, weights, output);
                } else if is_large(conv) {
                    let to = output.as_mut_ptr();
                    let large = Large { conv, input: input.source(), weights: weights.source(), output: to };
                    // SAFETY: as in `by_tiles`.
                    unsafe { large.run(by) };
                } else {
                    directly(by, conv, input, weights, output);
                }
            }
        }
    )*};
}

convolve_by_kernels!(f32, f64);

/// Who computes.
#[derive(Clone, Copy)]
struct By {
    /// With which instructions.
    level: Instructions,
    /// Sharing the work.
    team: Team,
}

/// By transformed tiles. Images in which something is not finite are computed again, since only the direct way keeps to the
/// outputs that read it.
fn by_tiles<T: Real + Gemm>(
    by: By,
    conv: &Conv,
    input: Planes<'_, T>,
    weights: Planes<'_, T>,
    output: &mut [T],
) {
    let to = output.as_mut_ptr();
    let forward = Forward { conv, input: input.source(), weights: weights.source(), output: to };
    // SAFETY: all lengths were checked by `conv`, so that the operands have all elements; the output is borrowed mutably,
    // and overlaps nothing.
    if unsafe { forward.run(by) } {
        return;
    }
    let (one, image) = (conv.some_images(1), conv.output[1] * conv.places());
    for (i, output) in output.chunks_exact_mut(image).enumerate() {
        if output.iter().any(|y| !y.is_finite()) {
            let input = Planes { data: &input.data[i * input.steps[0]..], ..input };
            directly(by, &one, input, weights, output);
        }
    }
}

/// The gradient by the weights, by transformed tiles.
fn by_tiles_to_weights<T: Real + Gemm>(
    by: By,
    conv: &Conv,
    input: Planes<'_, T>,
    weights: Planes<'_, T>,
    output: &mut [T],
) {
    let to = output.as_mut_ptr();
    let gradient = Gradient { conv, input: input.source(), weights: weights.source(), output: to };
    // SAFETY: as above.
    if !unsafe { gradient.run(by) } {
        directly(by, conv, input, weights, output);
    }
}

/// With fewer places of the window, columns of the product run over images as well.
const LEAST_PLACES: usize = 32;

/// As the definition has it, by the kernels of products.
fn directly<T: Real + Gemm>(
    by: By,
    conv: &Conv,
    input: Planes<'_, T>,
    weights: Planes<'_, T>,
    output: &mut [T],
) {
    let images_last = conv.places() < LEAST_PLACES && conv.input[0] > 1;
    let to = output.as_mut_ptr();
    let direct = Direct { conv, images_last, input: input.source(), weights: weights.source(), output: to };
    // SAFETY: as above.
    if !unsafe { direct.run(by) } {
        by_columns(by.team, conv, input, weights, output);
    }
}

macro_rules! convolve_by_columns {
    ($($type:ty),*) => {$(
        impl Convolve for $type {
            fn convolve(
                team: Team,
                conv: &Conv,
                input: Planes<'_, Self>,
                weights: Planes<'_, Self>,
                output: &mut [Self],
                _: Checked,
            ) {
                by_columns(team, conv, input, weights, output);
            }
        }
    )*};
}

convolve_by_columns!(i32, i64);

#[cfg(test)]
mod tests;

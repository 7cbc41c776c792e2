//! Convolutions with a large window that has few places, over few images: what gradients by the weights of a network's first
//! layer, and of one whose channels are apart, are. A product would have few columns and much to pack, so that each output is a dot product along the rows of the
//! window instead, many of them at a time; sums are kept by lanes, and added up in the end.

#![allow(unsafe_code)]

use super::super::gemm::lanes::{Lanes, Real, Vectors, load};
use super::super::scratch;
use super::super::team::{Team, cut};
use super::super::work::{Work, at};
use super::share::worth;
use super::{By, Conv, ConvParams, Source};

/// The most images: with more, products have enough columns.
const MOST_IMAGES: usize = 8;

/// The most outputs of each of several groups.
const MOST_APART: usize = 2;

/// The least width and elements of a window.
const LEAST_WIDTH: usize = 10;
const LEAST_WINDOW: usize = 128;

/// Whether a convolution is one that this does faster than the direct way.
pub fn is_large(conv: &Conv) -> bool {
    let [_, _, height, width] = conv.weights;
    let p = &conv.params;
    let in_a_group = conv.output[1] / p.groups;
    (p.groups == 1 || conv.input[0] == 1 && in_a_group <= MOST_APART)
        && [p.stride, p.dilation, p.input_dilation] == [[1; 2]; 3]
        && conv.input[0] <= MOST_IMAGES
        && [3, 5, 7].contains(&conv.output[3])
        && width >= LEAST_WIDTH
        && width * height >= LEAST_WINDOW
}

/// A convolution to be computed: at least one element in its output and its weights.
pub struct Large<'a, T> {
    /// The convolution.
    pub conv: &'a Conv,
    /// The images.
    pub input: Source<T>,
    /// The windows.
    pub weights: Source<T>,
    /// The output's first element.
    pub output: *mut T,
}

// SAFETY: parts read the same and write apart from each other.
unsafe impl<T: Real> Sync for Large<'_, T> {}

/// A shape with one of several groups along an axis.
fn divided(mut shape: [usize; 4], axis: usize, groups: usize) -> [usize; 4] {
    shape[axis] /= groups;
    shape
}

/// Bytes of the longest vector.
const VECTOR: usize = 64;

impl<T: Real> Large<'_, T> {
    /// Computes it. Parts have outputs of their own, so that they change no bit.
    ///
    /// # Safety
    /// The operands have all elements; the output has room for its own, which nobody else reads or writes.
    pub unsafe fn run(&self, by: By) {
        let groups = self.conv.params.groups;
        let work = self.conv.output.iter().product::<usize>().saturating_mul(self.conv.patch());
        let parts = worth::<T>(work).min(4 * by.team.threads());
        if groups == 1 {
            // SAFETY: handed on.
            return unsafe { self.group(by, parts) };
        }
        let conv = Conv {
            params: ConvParams { groups: 1, ..self.conv.params },
            input: divided(self.conv.input, 1, groups),
            weights: divided(self.conv.weights, 0, groups),
            output: divided(self.conv.output, 1, groups),
        };
        let one = |group: usize| Large {
            conv: &conv,
            input: self.input.after(1, group * conv.input[1]),
            weights: self.weights.after(0, group * conv.weights[0]),
            output: self.output.wrapping_add(group * conv.output[1] * conv.places()),
        };
        let (parts, room) = (parts.clamp(1, groups), one(0).room(conv.output[1]));
        by.team.run(parts, room * size_of::<T>(), |part| {
            let [first, end] = cut(groups, parts, part);
            // SAFETY: the caller's promise; groups are apart.
            (first..end).for_each(|group| unsafe { one(group).group(By { team: Team::ALONE, ..by }, 1) });
        });
    }

    /// Computes the outputs of the only group.
    ///
    /// # Safety
    /// As `run`.
    unsafe fn group(&self, by: By, parts: usize) {
        let outputs = self.conv.output[1];
        let blocks = outputs.div_ceil(BLOCK);
        let parts = parts.clamp(1, blocks);
        let room = self.room(outputs.min(blocks.div_ceil(parts) * BLOCK));
        let plane = self.plane(VECTOR / size_of::<T>());
        by.team.run(parts, room * size_of::<T>(), |part| {
            let outputs = cut(blocks, parts, part).map(|block| (block * BLOCK).min(outputs));
            scratch::with(room, |room: *mut T| {
                // SAFETY of the work: the caller's promise; parts are apart, and there is room for the largest.
                at(by.level, Part { of: self, outputs, plane: room, sums: room.wrapping_add(plane) });
            });
        });
    }

    /// Numbers that a part of so many outputs needs room for: an image, and a vector for each sum.
    fn room(&self, outputs: usize) -> usize {
        let lanes = VECTOR / size_of::<T>();
        self.plane(lanes) + self.conv.output[0] * outputs * self.conv.places() * lanes
    }

    /// Numbers of a row of an image as it is laid out: with its padding, and enough for whole vectors.
    fn row(&self, lanes: usize) -> usize {
        self.conv.weights[3].next_multiple_of(lanes) + self.conv.output[3] - 1
    }

    /// Numbers of an image that is laid out.
    fn plane(&self, lanes: usize) -> usize {
        scratch::rounded::<T>((self.conv.weights[2] + self.conv.output[2] - 1) * self.row(lanes))
    }
}

/// Parts have whole blocks of outputs.
const BLOCK: usize = 4;

/// Some of the outputs, of all images.
struct Part<'a, T> {
    of: &'a Large<'a, T>,
    outputs: [usize; 2],
    /// Room for an image.
    plane: *mut T,
    /// A vector for each place of each image and output.
    sums: *mut T,
}

impl<T: Real> Work for Part<'_, T> {
    type Output = ();

    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn work<V: Vectors>(self) {
        // SAFETY: handed on.
        unsafe {
            match self.of.conv.output[3] {
                // As many outputs at a time as registers hold sums for.
                3 => self.places::<V, 3, 4>(),
                5 => self.places::<V, 5, 2>(),
                _ => self.places::<V, 7, 2>(),
            }
        }
    }
}

impl<T: Real> Part<'_, T> {
    /// Where windows have `P` places along a row, `B` outputs at a time.
    ///
    /// # Safety
    /// As [`Large::run`].
    #[inline(always)]
    unsafe fn places<V: Vectors, const P: usize, const B: usize>(&self) {
        let (conv, lanes) = (self.of.conv, <T::Lanes<V> as Lanes<T>>::N);
        let [images, channels, ..] = conv.input;
        let [first, end] = self.outputs;
        let each = conv.places() * lanes;
        // SAFETY: the caller's promise; the sums of an output lie behind those of the one before, image by image.
        unsafe {
            self.sums.write_bytes(0, images * (end - first) * each);
            for (channel, image) in (0..channels).flat_map(|c| (0..images).map(move |i| (c, i))) {
                self.lay_out(image, channel, lanes);
                let sums = self.sums.add(image * (end - first) * each);
                let mut output = first;
                while output < end {
                    let window = self.window(output, channel);
                    let sums = sums.add((output - first) * each);
                    if output + B <= end {
                        self.block::<T::Lanes<V>, P, B>(window, sums);
                        output += B;
                    } else {
                        self.block::<T::Lanes<V>, P, 1>(window, sums);
                        output += 1;
                    }
                }
            }
            for image in 0..images {
                let to = self.of.output.add((image * conv.output[1] + first) * conv.places());
                let from = self.sums.add(image * (end - first) * each);
                for i in 0..(end - first) * conv.places() {
                    to.add(i).write(<T::Lanes<V>>::sum(<T::Lanes<V>>::load(from.add(i * lanes))));
                }
            }
        }
    }

    fn window(&self, output: usize, channel: usize) -> *const T {
        let steps = self.of.weights.steps;
        self.of.weights.first.wrapping_add(output * steps[0] + channel * steps[1])
    }

    /// Writes an image with its padding, and zeros to the right of it.
    ///
    /// # Safety
    /// As [`Large::run`].
    #[inline(always)]
    unsafe fn lay_out(&self, image: usize, channel: usize, lanes: usize) {
        let (conv, row) = (self.of.conv, self.of.row(lanes));
        let [_, _, height, width] = conv.input;
        let steps = self.of.input.steps;
        let from = self.of.input.first.wrapping_add(image * steps[0] + channel * steps[1]);
        let [top, left] = conv.params.pad_low;
        // The columns of the image that are laid out; negative padding crops.
        let first = usize::try_from(-left).unwrap_or(0);
        let to = usize::try_from(left).unwrap_or(0).min(row);
        let count = width.saturating_sub(first).min(row - to);
        // SAFETY: the caller's promise; rows and columns are those of the image.
        unsafe {
            for y in 0..conv.weights[2] + conv.output[2] - 1 {
                let line = self.plane.add(y * row);
                line.write_bytes(0, row);
                let at = usize::try_from(y as isize - top).ok().filter(|at| *at < height && count > 0);
                if let Some(at) = at {
                    line.add(to).copy_from_nonoverlapping(from.add(at * width + first), count);
                }
            }
        }
    }

    /// Adds the products of one channel of the image with `B` outputs' windows to their sums.
    ///
    /// # Safety
    /// The windows are there, and the image is laid out.
    #[inline(always)]
    unsafe fn block<L: Lanes<T>, const P: usize, const B: usize>(&self, window: *const T, sums: *mut T) {
        let (conv, row) = (self.of.conv, self.of.row(L::N));
        let [_, _, height, width] = conv.weights;
        let each = conv.places() * L::N;
        let rest = width % L::N;
        // SAFETY: the caller's promise.
        unsafe {
            for y in 0..conv.output[2] {
                let at = |b: usize, p: usize| sums.add(b * each + (y * P + p) * L::N);
                let mut all: [[L::V; P]; B] =
                    std::array::from_fn(|b| std::array::from_fn(|p| L::load(at(b, p))));
                for ky in 0..height {
                    let line = self.plane.add((y + ky) * row);
                    let windows: [*const T; B] =
                        std::array::from_fn(|b| window.add(b * self.of.weights.steps[0] + ky * width));
                    let whole = width - rest;
                    for kx in (0..whole).step_by(L::N) {
                        multiply::<T, L, P, B>(line.add(kx), windows.map(|w| w.add(kx)), L::N, &mut all);
                    }
                    if rest > 0 {
                        multiply::<T, L, P, B>(
                            line.add(whole),
                            windows.map(|w| w.add(whole)),
                            rest,
                            &mut all,
                        );
                    }
                }
                for (b, all) in all.iter().enumerate() {
                    for (p, &sum) in all.iter().enumerate() {
                        L::store(at(b, p), sum);
                    }
                }
            }
        }
    }
}

/// Adds the products of `count` elements of each window with those at each of `P` places of the image. Beyond the window the
/// image is not read either: it may hold what is not finite.
///
/// # Safety
/// All can be read.
#[inline(always)]
unsafe fn multiply<T: Real, L: Lanes<T>, const P: usize, const B: usize>(
    line: *const T,
    windows: [*const T; B],
    count: usize,
    all: &mut [[L::V; P]; B],
) {
    // SAFETY: the caller's promise.
    unsafe {
        let image: [L::V; P] = std::array::from_fn(|p| load::<T, L>(line.add(p), count));
        for (all, window) in all.iter_mut().zip(windows) {
            let weight = load::<T, L>(window, count);
            for p in 0..P {
                all[p] = L::fma(weight, image[p], all[p]);
            }
        }
    }
}

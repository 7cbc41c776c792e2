//! Pooling over two-dimensional windows of NCHW arrays: the place of the largest element, sums and averages.
//!
//! Images and channels count together as planes of height x width. Padding is never an element: it does not
//! win a maximum, adds nothing to a sum, and counts for an average only if asked.

#![allow(unsafe_code)]

mod pairs;

use std::ops::Range;

use super::gemm::lanes::Vectors;
use super::number::{Float, Number};
use super::work::{Work, at_best};

/// How windows lie on a plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pool {
    /// Height and width of the window.
    pub window: [usize; 2],
    /// The step of the window.
    pub stride: [usize; 2],
    /// Places of padding before the first element; less than the window.
    pub pad_low: [usize; 2],
    /// Places of padding after the last element; less than the window.
    pub pad_high: [usize; 2],
}

impl Pool {
    /// How many windows fit along both axes. None if a window or stride is 0, if padding is as large as the
    /// window or surrounds nothing (a window would hold no element), or if a size leaves the range of usize.
    pub fn output_size(&self, input: [usize; 2]) -> Option<[usize; 2]> {
        let along = |axis: usize| {
            let (window, stride) = (self.window[axis], self.stride[axis]);
            if stride == 0 || self.pad_low[axis] >= window || self.pad_high[axis] >= window {
                return None;
            }
            let padded = input[axis].checked_add(self.pad_low[axis])?.checked_add(self.pad_high[axis])?;
            match padded.checked_sub(window) {
                None => Some(0),
                Some(_) if input[axis] == 0 => None,
                Some(room) => (room / stride).checked_add(1),
            }
        };
        Some([along(0)?, along(1)?])
    }

    /// The elements under window `i` along an axis of `len` elements.
    fn range(&self, axis: usize, i: usize, len: usize) -> Range<usize> {
        let start = i * self.stride[axis];
        let end = start + self.window[axis] - self.pad_low[axis];
        start.saturating_sub(self.pad_low[axis])..end.min(len)
    }
}

/// Planes of one size and the windows on them, checked against each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pooling {
    pool: Pool,
    planes: usize,
    input: [usize; 2],
    output: [usize; 2],
}

impl Pooling {
    /// Windows on `planes` (images times channels) of the given height and width; None where
    /// [`Pool::output_size`] is, or where an array would be too large to count.
    pub fn new(pool: Pool, planes: usize, input: [usize; 2]) -> Option<Self> {
        let output = pool.output_size(input)?;
        for [height, width] in [input, output] {
            planes.max(1).checked_mul(height.max(1))?.checked_mul(width.max(1))?;
        }
        Some(Self { pool, planes, input, output })
    }

    /// How many planes there are.
    pub fn planes(&self) -> usize {
        self.planes
    }

    /// The same windows on some of the planes.
    pub fn some(&self, planes: usize) -> Self {
        Self { planes: planes.min(self.planes), ..*self }
    }

    /// Elements of all input planes.
    pub fn input_len(&self) -> usize {
        self.planes * self.input[0] * self.input[1]
    }

    /// Elements of all output planes.
    pub fn output_len(&self) -> usize {
        self.planes * self.output[0] * self.output[1]
    }
}

/// The flat index in its plane of each window's largest element: the first of equal ones, the first NaN before
/// all.
pub fn max_pool_index<T: Number>(pooling: &Pooling, input: &[T], output: &mut [i64]) {
    pooling.fold(input, output, "max_pool_index", Places);
}

/// The transpose of picking by [`max_pool_index`]: each input element gets the sum of the upstream values of the windows in
/// which it is the largest.
pub fn max_pool_transpose<T: Float>(pooling: &Pooling, input: &[T], upstream: &[T], downstream: &mut [T]) {
    assert_eq!(input.len(), pooling.input_len(), "max_pool_transpose: input length");
    assert_eq!(upstream.len(), pooling.output_len(), "max_pool_transpose: upstream length");
    assert_eq!(downstream.len(), pooling.input_len(), "max_pool_transpose: downstream length");
    if pooling.is_apart_in_pairs() {
        return at_best(pairs::Routed { pooling, input, upstream, downstream });
    }
    at_best(Fold { pooling, input, to: Routed { upstream, downstream, plane: 0 }, folding: Places });
}

/// Each window's largest element, chosen as by [`max_pool_index`].
pub fn max_pool<T: Number>(pooling: &Pooling, input: &[T], output: &mut [T]) {
    if pooling.is_in_pairs() {
        pooling.check(input, output, "max_pool");
        return at_best(pairs::Largest { pooling, input, output });
    }
    pooling.fold(input, output, "max_pool", Largest);
}

/// The average under each window, added in f64 row by row and rounded once; padding counts as zeros if `count_padding`, else
/// only elements count.
pub fn average_pool<T: Float>(pooling: &Pooling, input: &[T], output: &mut [T], count_padding: bool) {
    let whole = count_padding.then_some(pooling.pool.window);
    pooling.fold(input, output, "average_pool", Average { whole });
}

/// The transpose of [`average_pool`]: each input element gets the sum of the upstream values of its windows, each
/// divided as its window was.
pub fn average_pool_transpose<T: Float>(
    pooling: &Pooling,
    upstream: &[T],
    downstream: &mut [T],
    count_padding: bool,
) {
    assert_eq!(upstream.len(), pooling.output_len(), "pool transpose: upstream length");
    assert_eq!(downstream.len(), pooling.input_len(), "pool transpose: downstream length");
    at_best(Spread { pooling, upstream, downstream, count_padding });
}

/// How the elements under a window become one number. Many windows, neighbours in a row, are folded together.
trait Folding<T: Number>: Copy {
    /// What a window has come to so far.
    type State: Copy;
    /// What comes of it.
    type Result: Copy;
    /// Before the first element.
    const BEGIN: Self::State;
    /// With one element more, which is at the flat index `at` of its plane; `first` if it is the window's first. A place may be kept.
    fn add(self, state: (Self::State, i64), value: T, at: usize, first: bool) -> (Self::State, i64);
    /// The result for a window of so many elements along both axes.
    fn end(self, state: (Self::State, i64), size: [usize; 2]) -> Self::Result;
}

/// The largest element.
#[derive(Clone, Copy)]
struct Largest;

/// Where it is.
#[derive(Clone, Copy)]
struct Places;

/// The average; over `whole` windows if that is given.
#[derive(Clone, Copy)]
struct Average {
    whole: Option<[usize; 2]>,
}

/// Whether a later element takes the place of the best so far.
#[inline(always)]
fn wins<T: Number>(value: T, best: T, first: bool) -> bool {
    first | (!best.is_nan() & ((value > best) | value.is_nan()))
}

impl<T: Number> Folding<T> for Largest {
    type State = T;
    type Result = T;
    const BEGIN: T = T::LOWEST;
    #[inline(always)]
    fn add(self, (best, _): (T, i64), value: T, _: usize, first: bool) -> (T, i64) {
        (if wins(value, best, first) { value } else { best }, 0)
    }
    #[inline(always)]
    fn end(self, (best, _): (T, i64), _: [usize; 2]) -> T {
        best
    }
}

impl<T: Number> Folding<T> for Places {
    type State = T;
    type Result = i64;
    const BEGIN: T = T::LOWEST;
    #[inline(always)]
    fn add(self, (best, place): (T, i64), value: T, at: usize, first: bool) -> (T, i64) {
        let wins = wins(value, best, first);
        (if wins { value } else { best }, if wins { at as i64 } else { place })
    }
    #[inline(always)]
    fn end(self, (_, place): (T, i64), _: [usize; 2]) -> i64 {
        place
    }
}

impl<T: Float> Folding<T> for Average {
    type State = f64;
    type Result = T;
    const BEGIN: f64 = 0.0;
    #[inline(always)]
    fn add(self, (sum, _): (f64, i64), value: T, _: usize, _: bool) -> (f64, i64) {
        (sum + value.to_f64(), 0)
    }
    #[inline(always)]
    fn end(self, (sum, _): (f64, i64), size: [usize; 2]) -> T {
        let [height, width] = self.whole.unwrap_or(size);
        T::from_f64(sum / (height as f64 * width as f64))
    }
}

/// Windows that are folded together; fewer at the end of a row.
const TOGETHER: usize = 16;

impl Pooling {
    fn fold<T: Number, F: Folding<T>>(&self, input: &[T], output: &mut [F::Result], what: &str, folding: F) {
        self.check(input, output, what);
        at_best(Fold { pooling: self, input, to: Kept(output), folding });
    }

    fn check<T, R>(&self, input: &[T], output: &[R], what: &str) {
        assert_eq!(input.len(), self.input_len(), "{what}: input length");
        assert_eq!(output.len(), self.output_len(), "{what}: output length");
    }

    /// The windows of a row of the output that lie within the input along the row.
    fn whole(&self) -> Range<usize> {
        let (stride, pad, window) = (self.pool.stride[1], self.pool.pad_low[1], self.pool.window[1]);
        let first = pad.div_ceil(stride).min(self.output[1]);
        let end = (self.input[1] + pad).checked_sub(window).map_or(0, |room| room / stride + 1);
        first..end.clamp(first, self.output[1])
    }
}

/// What becomes of the results, in any order.
trait Target<R> {
    /// A plane begins, with so many elements.
    fn plane(&mut self, plane: Range<usize>);
    /// The results of windows that are neighbours, the first of which has this flat index.
    fn put<const N: usize>(&mut self, first: usize, results: [R; N]);
}

/// They are the output.
struct Kept<'a, R>(&'a mut [R]);

/// They are places in the plane, to which upstream values go.
struct Routed<'a, T> {
    upstream: &'a [T],
    downstream: &'a mut [T],
    plane: usize,
}

impl<R: Copy> Target<R> for Kept<'_, R> {
    #[inline(always)]
    fn plane(&mut self, _: Range<usize>) {}
    #[inline(always)]
    fn put<const N: usize>(&mut self, first: usize, results: [R; N]) {
        self.0[first..first + N].copy_from_slice(&results);
    }
}

impl<T: Float> Target<i64> for Routed<'_, T> {
    #[inline(always)]
    fn plane(&mut self, plane: Range<usize>) {
        self.plane = plane.start;
        self.downstream[plane].fill(T::ZERO);
    }
    #[inline(always)]
    fn put<const N: usize>(&mut self, first: usize, results: [i64; N]) {
        for (&place, &value) in results.iter().zip(&self.upstream[first..first + N]) {
            self.downstream[self.plane + place as usize] += value;
        }
    }
}

/// A pooling to be computed.
struct Fold<'a, T, F, O> {
    pooling: &'a Pooling,
    input: &'a [T],
    folding: F,
    to: O,
}

impl<T: Number, F: Folding<T>, O: Target<F::Result>> Work for Fold<'_, T, F, O> {
    type Output = ();
    const VECTORS: bool = T::VECTORS;

    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn work<L: Vectors>(self) {
        match self.pooling.pool.stride[1] {
            1 => self.rows::<1>(),
            2 => self.rows::<2>(),
            _ => self.rows::<0>(),
        }
    }
}

impl<T: Number, F: Folding<T>, O: Target<F::Result>> Fold<'_, T, F, O> {
    /// All rows of the output, where windows are `S` apart, or any distance if that is 0.
    #[inline(always)]
    fn rows<const S: usize>(mut self) {
        let (p, whole) = (self.pooling, self.pooling.whole());
        let ([height, width], [oh, ow]) = (p.input, p.output);
        let step = if S == 0 { p.pool.stride[1] } else { S };
        for at in 0..p.planes * oh {
            let plane = at / oh * height * width;
            if at % oh == 0 {
                self.to.plane(plane..plane + height * width);
            }
            let mut windows = |columns: Range<usize>, windows: Range<usize>| {
                let rows = p.pool.range(0, at % oh, height);
                let area = Area { plane, first: columns.start, rows, width, columns: columns.len(), step };
                let mut done = 0;
                while done + TOGETHER <= windows.len() {
                    let results = self.some::<S, TOGETHER>(&area, done);
                    self.to.put(at * ow + windows.start + done, results);
                    done += TOGETHER;
                }
                while done + 4 <= windows.len() {
                    let results = self.some::<S, 4>(&area, done);
                    self.to.put(at * ow + windows.start + done, results);
                    done += 4;
                }
                while done < windows.len() {
                    let results = self.some::<S, 1>(&area, done);
                    self.to.put(at * ow + windows.start + done, results);
                    done += 1;
                }
            };
            if !whole.is_empty() {
                windows(p.pool.range(1, whole.start, width), whole.clone());
            }
            for j in (0..whole.start).chain(whole.end..ow) {
                windows(p.pool.range(1, j, width), j..j + 1);
            }
        }
        if oh == 0 {
            (0..p.planes).for_each(|i| self.to.plane(i * height * width..(i + 1) * height * width));
        }
    }
}

/// The elements under windows that are neighbours in a row.
struct Area {
    /// The flat index of the plane's first element.
    plane: usize,
    /// The first window's first column.
    first: usize,
    rows: Range<usize>,
    /// Elements of a row.
    width: usize,
    /// Columns of a window.
    columns: usize,
    /// From one window to the next.
    step: usize,
}

impl<T: Number, F: Folding<T>, O> Fold<'_, T, F, O> {
    /// Folds windows `done..done + N`.
    #[inline(always)]
    fn some<const S: usize, const N: usize>(&self, area: &Area, done: usize) -> [F::Result; N] {
        let step = if S == 0 { area.step } else { S };
        let (mut states, mut places) = ([F::BEGIN; N], [0; N]);
        for row in area.rows.clone() {
            for column in 0..area.columns {
                let within = area.first + row * area.width + column + done * step;
                let first = row == area.rows.start && column == 0;
                let from = area.plane + within;
                let elements = &self.input[from..from + (N - 1) * step + 1];
                let elements: [T; N] = std::array::from_fn(|i| elements[i * step]);
                for i in 0..N {
                    let state = (states[i], places[i]);
                    (states[i], places[i]) = self.folding.add(state, elements[i], within + i * step, first);
                }
            }
        }
        let size = [area.rows.len(), area.columns];
        std::array::from_fn(|i| self.folding.end((states[i], places[i]), size))
    }
}

/// A transposed average to be computed.
struct Spread<'a, T> {
    pooling: &'a Pooling,
    upstream: &'a [T],
    downstream: &'a mut [T],
    count_padding: bool,
}

impl<T: Float> Work for Spread<'_, T> {
    type Output = ();

    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn work<L: Vectors>(self) {
        let Spread { pooling: p, upstream, downstream, count_padding } = self;
        let ([height, width], [oh, ow]) = (p.input, p.output);
        let (whole, step) = (p.whole(), p.pool.stride[1]);
        downstream.fill(T::ZERO);
        for (at, upstream) in upstream.chunks_exact(ow.max(1)).enumerate() {
            let rows = p.pool.range(0, at % oh, height);
            let plane = &mut downstream[at / oh * height * width..][..height * width];
            let mut windows = |columns: Range<usize>, upstream: &[T]| {
                let [high, wide] = if count_padding { p.pool.window } else { [rows.len(), columns.len()] };
                let divisor = T::from_f64(high as f64 * wide as f64);
                for (row, column) in rows.clone().flat_map(|row| columns.clone().map(move |c| (row, c))) {
                    let to = &mut plane[row * width + column..(row + 1) * width];
                    match step {
                        1 => add_apart::<T, 1>(to, upstream, divisor),
                        2 => add_apart::<T, 2>(to, upstream, divisor),
                        _ => {
                            for (element, &value) in to.iter_mut().step_by(step).zip(upstream) {
                                *element += value / divisor;
                            }
                        }
                    }
                }
            };
            if !whole.is_empty() {
                windows(p.pool.range(1, whole.start, width), &upstream[whole.clone()]);
            }
            for j in (0..whole.start).chain(whole.end..ow) {
                windows(p.pool.range(1, j, width), &upstream[j..=j]);
            }
        }
    }
}

/// Adds a share of each upstream value to every `S`-th element.
#[inline(always)]
fn add_apart<T: Float, const S: usize>(to: &mut [T], upstream: &[T], divisor: T) {
    let (whole, rest) = to.as_chunks_mut::<S>();
    for (elements, &value) in whole.iter_mut().zip(upstream) {
        elements[0] += value / divisor;
    }
    if let (Some(element), Some(&value)) = (rest.first_mut(), upstream.get(whole.len())) {
        *element += value / divisor;
    }
}

#[cfg(test)]
mod tests;

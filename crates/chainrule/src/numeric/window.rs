//! Pooling over two-dimensional windows of NCHW arrays: the place of the largest element, sums and averages.
//!
//! Images and channels count together as planes of height x width. Padding is never an element: it does not
//! win a maximum, adds nothing to a sum, and counts for an average only if asked.

use std::ops::Range;

use super::number::{Float, Number};

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

    /// Elements of all input planes.
    pub fn input_len(&self) -> usize {
        self.planes * self.input[0] * self.input[1]
    }

    /// Elements of all output planes.
    pub fn output_len(&self) -> usize {
        self.planes * self.output[0] * self.output[1]
    }

    /// Calls `each` with the output index, the flat index of the window's first row and its rows and columns.
    fn for_windows(&self, mut each: impl FnMut(usize, Patch)) {
        let [height, width] = self.input;
        let [oh, ow] = self.output;
        let mut at = 0;
        for plane in 0..self.planes {
            for i in 0..oh {
                let rows = self.pool.range(0, i, height);
                for j in 0..ow {
                    let columns = self.pool.range(1, j, width);
                    let start = (plane * height + rows.start) * width + columns.start;
                    each(at, Patch { start, height: rows.len(), width: columns.len(), pitch: width });
                    at += 1;
                }
            }
        }
    }

    /// What the sum under a window is divided by for an average.
    fn divisor<T: Float>(&self, patch: &Patch, count_padding: bool) -> T {
        let [height, width] = if count_padding { self.pool.window } else { [patch.height, patch.width] };
        T::from_f64(height as f64 * width as f64)
    }
}

/// The elements under one window, as flat indices: rows of `width` elements, `pitch` apart.
struct Patch {
    start: usize,
    height: usize,
    width: usize,
    pitch: usize,
}

impl Patch {
    fn rows(&self) -> impl Iterator<Item = Range<usize>> {
        let (start, pitch, width) = (self.start, self.pitch, self.width);
        (0..self.height).map(move |row| start + row * pitch..start + row * pitch + width)
    }
}

/// The flat index in `input` of each window's largest element: the first of equal ones, the first NaN before
/// all.
pub fn max_pool_index<T: Number>(pooling: &Pooling, input: &[T], output: &mut [i64]) {
    assert_eq!(input.len(), pooling.input_len(), "max_pool_index: input length");
    assert_eq!(output.len(), pooling.output_len(), "max_pool_index: output length");
    pooling.for_windows(|at, patch| output[at] = largest(input, &patch) as i64);
}

/// Each window's largest element, chosen as by [`max_pool_index`].
pub fn max_pool<T: Number>(pooling: &Pooling, input: &[T], output: &mut [T]) {
    assert_eq!(input.len(), pooling.input_len(), "max_pool: input length");
    assert_eq!(output.len(), pooling.output_len(), "max_pool: output length");
    pooling.for_windows(|at, patch| output[at] = input[largest(input, &patch)]);
}

fn largest<T: Number>(input: &[T], patch: &Patch) -> usize {
    let (mut place, mut best) = (patch.start, input[patch.start]);
    for row in patch.rows() {
        for (index, &value) in row.clone().zip(&input[row]) {
            if !best.is_nan() && (value > best || value.is_nan()) {
                (place, best) = (index, value);
            }
        }
    }
    place
}

/// The average under each window, added in f64 row by row and rounded once; padding counts as zeros if `count_padding`, else only elements count.
pub fn average_pool<T: Float>(pooling: &Pooling, input: &[T], output: &mut [T], count_padding: bool) {
    assert_eq!(input.len(), pooling.input_len(), "average_pool: input length");
    assert_eq!(output.len(), pooling.output_len(), "average_pool: output length");
    pooling.for_windows(|at, patch| {
        let divisor: f64 = pooling.divisor(&patch, count_padding);
        output[at] = T::from_f64(total(input, &patch) / divisor);
    });
}

fn total<T: Float>(input: &[T], patch: &Patch) -> f64 {
    patch.rows().flat_map(|row| &input[row]).fold(0.0, |sum, value| sum + value.to_f64())
}

/// The transpose of [`average_pool`]: each input element gets the sum of the upstream values of its windows, each
/// divided as its window was.
pub fn average_pool_transpose<T: Float>(
    pooling: &Pooling,
    upstream: &[T],
    downstream: &mut [T],
    count_padding: bool,
) {
    spread(pooling, upstream, downstream, |value, patch| value / pooling.divisor(patch, count_padding));
}

fn spread<T: Float>(pooling: &Pooling, upstream: &[T], downstream: &mut [T], share: impl Fn(T, &Patch) -> T) {
    assert_eq!(upstream.len(), pooling.output_len(), "pool transpose: upstream length");
    assert_eq!(downstream.len(), pooling.input_len(), "pool transpose: downstream length");
    downstream.fill(T::ZERO);
    pooling.for_windows(|at, patch| {
        let part = share(upstream[at], &patch);
        for row in patch.rows() {
            for element in &mut downstream[row] {
                *element += part;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::super::philox;
    use super::*;

    fn pooling(
        window: [usize; 2],
        stride: [usize; 2],
        low: usize,
        high: usize,
        input: [usize; 2],
    ) -> Option<Pooling> {
        Pooling::new(Pool { window, stride, pad_low: [low; 2], pad_high: [high; 2] }, 2, input)
    }

    fn cases() -> impl Iterator<Item = Pooling> {
        let sizes = [1, 2, 3];
        let strides = sizes.into_iter().flat_map(move |window| sizes.map(|stride| (window, stride)));
        strides.flat_map(move |(window, stride)| {
            [(0, 0), (1, 0), (0, 1), (2, 1)]
                .into_iter()
                .filter_map(move |(low, high)| pooling([window, 3], [stride, 2], low, high, [5, 4]))
        })
    }

    fn numbers(count: usize) -> Vec<f64> {
        (0..count as u64).map(|i| f64::from(philox::uniform_bits(9, i) % 7) - 3.0).collect()
    }

    /// The elements under one window by the definition: all places are tried.
    fn under(p: &Pooling, at: usize) -> Vec<usize> {
        let ([height, width], [oh, ow]) = (p.input, p.output);
        let (plane, i, j) = (at / (oh * ow), at / ow % oh, at % ow);
        let is_under = |axis: usize, place: usize, i: usize| {
            let shifted = place + p.pool.pad_low[axis];
            shifted >= i * p.pool.stride[axis] && shifted < i * p.pool.stride[axis] + p.pool.window[axis]
        };
        (0..height * width)
            .filter(|place| is_under(0, place / width, i) && is_under(1, place % width, j))
            .map(|place| plane * height * width + place)
            .collect()
    }

    #[test]
    fn every_window_matches_the_definition() {
        let mut checked = 0;
        for p in cases() {
            let input = numbers(p.input_len());
            let count = p.output_len();
            let (mut place, mut best) = (vec![-1; count], vec![0.0; count]);
            let (mut whole, mut part) = (vec![0.0; count], vec![0.0; count]);
            max_pool_index(&p, &input, &mut place);
            max_pool(&p, &input, &mut best);
            average_pool(&p, &input, &mut whole, true);
            average_pool(&p, &input, &mut part, false);
            for at in 0..count {
                let indices = under(&p, at);
                let values: Vec<f64> = indices.iter().map(|&i| input[i]).collect();
                let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let first = indices.iter().find(|&&i| input[i] == most).map(|&i| i as i64);
                assert_eq!((Some(place[at]), best[at]), (first, most), "{p:?}");
                let total: f64 = values.iter().sum();
                let area = (p.pool.window[0] * p.pool.window[1]) as f64;
                assert_eq!((whole[at], part[at]), (total / area, total / values.len() as f64));
                checked += 1;
            }
        }
        assert!(checked > 200, "only {checked} windows");
    }

    #[test]
    fn transposes_satisfy_their_identity() {
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        for p in cases() {
            let (x, u) = (numbers(p.input_len()), numbers(p.output_len()));
            let (mut y, mut back) = (vec![0.0; u.len()], vec![0.0; x.len()]);
            for count_padding in [false, true] {
                average_pool(&p, &x, &mut y, count_padding);
                average_pool_transpose(&p, &u, &mut back, count_padding);
                assert!((dot(&u, &y) - dot(&back, &x)).abs() < 1e-12, "{p:?}");
            }
        }
    }

    #[test]
    fn the_first_nan_wins_and_minus_infinity_can() {
        let p = pooling([2, 2], [2, 2], 0, 0, [2, 2]).map(|p| Pooling { planes: 1, ..p }).expect("fits");
        let mut place = [-1];
        max_pool_index(&p, &[3.0, f64::NAN, 9.0, f64::NAN], &mut place);
        assert_eq!(place, [1]);
        max_pool_index(&p, &[f32::NEG_INFINITY; 4], &mut place);
        assert_eq!(place, [0]);
        max_pool_index(&p, &[1i64, 5, 5, 2], &mut place);
        assert_eq!(place, [1]);
    }

    #[test]
    fn sizes() {
        let size = |window, stride, low, high, input| {
            pooling([window; 2], [stride; 2], low, high, [input; 2]).map(|p| p.output[0])
        };
        assert_eq!(size(3, 2, 1, 1, 7), Some(4));
        assert_eq!(size(3, 1, 0, 0, 2), Some(0));
        assert_eq!(size(3, 1, 0, 0, 0), Some(0));
        assert_eq!(size(2, 1, 2, 0, 5), None, "a window of padding alone");
        assert_eq!(size(2, 1, 1, 1, 0), None, "a window of padding alone");
        assert_eq!((size(0, 1, 0, 0, 5), size(2, 0, 0, 0, 5)), (None, None));
        assert_eq!(size(2, 1, 1, 1, usize::MAX), None);
    }
}

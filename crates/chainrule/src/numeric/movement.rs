//! Copies between a contiguous slice and a strided view: transpose, broadcast, slice, reverse, pad,
//! concatenate.
//!
//! A view is an offset, a shape and a signed stride for each axis: element (i, j, ...) is at
//! `offset + i * strides[0] + j * strides[1] + ...`. A stride of 0 repeats, a negative one runs backwards.

/// The largest number of axes.
pub const MAX_RANK: usize = 8;

/// The side of the square blocks in which two axes are swapped, so that both sides stay in cache.
const BLOCK: usize = 16;

/// Fills `dst`, row-major, with the elements of a view of `src`. Asserts that the view lies within `src`.
pub fn copy_strided<T: Copy>(src: &[T], offset: usize, shape: &[usize], strides: &[isize], dst: &mut [T]) {
    let view = View::new("copy_strided", [src.len(), dst.len()], offset, shape, strides);
    view.for_runs(|run| {
        let target = &mut dst[run.contiguous..][..run.count];
        match run.stride {
            1 => target.copy_from_slice(&src[run.start..][..run.count]),
            0 => target.fill(src[run.start]),
            stride => {
                for (i, element) in target.iter_mut().enumerate() {
                    *element = src[step(run.start, i, stride)];
                }
            }
        }
    });
}

/// Writes `src`, row-major, to the elements of a view of `dst` and leaves the others as they are. Asserts
/// that the view lies within `dst`.
///
/// A view that names one place twice (a stride of 0) keeps one of the values, always the same one.
pub fn copy_into_strided<T: Copy>(
    src: &[T],
    dst: &mut [T],
    offset: usize,
    shape: &[usize],
    strides: &[isize],
) {
    let view = View::new("copy_into_strided", [dst.len(), src.len()], offset, shape, strides);
    view.for_runs(|run| {
        let values = &src[run.contiguous..][..run.count];
        if run.stride == 1 {
            dst[run.start..][..run.count].copy_from_slice(values);
        } else {
            for (i, &value) in values.iter().enumerate() {
                dst[step(run.start, i, run.stride)] = value;
            }
        }
    });
}

/// The place `count` strides from `start`; views are checked, so that it is in range.
fn step(start: usize, count: usize, stride: isize) -> usize {
    start.wrapping_add_signed((count as isize).wrapping_mul(stride))
}

#[derive(Clone, Copy)]
struct Axis {
    count: usize,
    stride: isize,
}

/// Neighbours along the innermost axis: `count` places of the view from `start`, and of the contiguous side
/// from `contiguous`.
struct Run {
    start: usize,
    contiguous: usize,
    count: usize,
    stride: isize,
}

/// A checked view with as few axes as possible, at least two; unused axes at the front have one element.
struct View {
    offset: usize,
    axes: [Axis; MAX_RANK],
    is_empty: bool,
}

impl View {
    /// `lens` are those of the strided and of the contiguous slice.
    fn new(what: &str, lens: [usize; 2], offset: usize, shape: &[usize], strides: &[isize]) -> Self {
        assert_eq!(shape.len(), strides.len(), "{what}: one stride for each axis");
        assert!(shape.len() <= MAX_RANK, "{what}: {} axes are more than {MAX_RANK}", shape.len());
        let count = shape.iter().try_fold(1usize, |count, &size| count.checked_mul(size));
        assert_eq!(
            count.or_else(|| shape.contains(&0).then_some(0)),
            Some(lens[1]),
            "{what}: contiguous length"
        );
        let is_empty = lens[1] == 0;
        assert!(
            is_empty || is_within(lens[0], offset, shape, strides),
            "{what}: shape {shape:?} with strides {strides:?} from {offset} leaves {} elements",
            lens[0]
        );
        let mut axes = [Axis { count: 1, stride: 1 }; MAX_RANK];
        // Filled from the back, so that the innermost axis is always the last one.
        let mut used = MAX_RANK;
        for (&count, &stride) in shape.iter().zip(strides).rev().filter(|(count, _)| **count > 1) {
            match axes.get_mut(used) {
                Some(inner) if stride == inner.stride.wrapping_mul(inner.count as isize) && !is_empty => {
                    inner.count *= count;
                }
                _ => {
                    used -= 1;
                    axes[used] = Axis { count, stride };
                }
            }
        }
        Self { offset, axes, is_empty }
    }

    /// Visits the view's elements as runs of the innermost axis.
    fn for_runs(&self, mut each: impl FnMut(Run)) {
        if self.is_empty {
            return;
        }
        let [outer @ .., rows, columns] = &self.axes;
        let plane = rows.count * columns.count;
        // Where the inner axis takes the longer steps, as in a transpose, square blocks use each cache line
        // whole.
        let swapped =
            rows.count > 1 && rows.stride != 0 && columns.stride.unsigned_abs() > rows.stride.unsigned_abs();
        let (height, width) = if swapped { (BLOCK, BLOCK) } else { (rows.count, columns.count) };
        let mut counters = [0; MAX_RANK - 2];
        let mut start = self.offset;
        let mut contiguous = 0;
        loop {
            for top in (0..rows.count).step_by(height) {
                for left in (0..columns.count).step_by(width) {
                    for row in top..(top + height).min(rows.count) {
                        each(Run {
                            start: step(step(start, row, rows.stride), left, columns.stride),
                            contiguous: contiguous + row * columns.count + left,
                            count: width.min(columns.count - left),
                            stride: columns.stride,
                        });
                    }
                }
            }
            contiguous += plane;
            if !advance(&mut counters, outer, &mut start) {
                return;
            }
        }
    }
}

/// Counts one step further, the last axis fastest, and moves `start` along; false after the last step.
fn advance(counters: &mut [usize], axes: &[Axis], start: &mut usize) -> bool {
    for (counter, axis) in counters.iter_mut().zip(axes).rev() {
        *counter += 1;
        *start = step(*start, 1, axis.stride);
        if *counter < axis.count {
            return true;
        }
        *start = step(*start, *counter, axis.stride.wrapping_neg());
        *counter = 0;
    }
    false
}

/// Whether the lowest and the highest place of a view that is not empty lie within `len` elements.
fn is_within(len: usize, offset: usize, shape: &[usize], strides: &[isize]) -> bool {
    let bounds = || {
        let offset = isize::try_from(offset).ok()?;
        let (mut low, mut high) = (offset, offset);
        for (&count, &stride) in shape.iter().zip(strides) {
            let reach = isize::try_from(count - 1).ok()?.checked_mul(stride)?;
            let end = if reach < 0 { &mut low } else { &mut high };
            *end = end.checked_add(reach)?;
        }
        Some((low, high))
    };
    bounds().is_some_and(|(low, high)| low >= 0 && high.unsigned_abs() < len)
}

#[cfg(test)]
mod tests {
    use super::super::philox;
    use super::*;

    fn numbers(count: usize) -> Vec<u32> {
        (0..count as u32).collect()
    }

    fn copied(src: &[u32], offset: usize, shape: &[usize], strides: &[isize]) -> Vec<u32> {
        let mut dst = vec![u32::MAX; shape.iter().product()];
        copy_strided(src, offset, shape, strides, &mut dst);
        dst
    }

    /// The place of each element of a view, in row-major order, from the definition.
    fn places(offset: usize, shape: &[usize], strides: &[isize]) -> Vec<usize> {
        let mut places = vec![offset as isize];
        for (&count, &stride) in shape.iter().zip(strides) {
            places = places.iter().flat_map(|p| (0..count as isize).map(move |i| p + i * stride)).collect();
        }
        places.iter().map(|&p| p as usize).collect()
    }

    #[test]
    fn the_usual_views() {
        let src = numbers(6);
        assert_eq!(copied(&src, 0, &[3, 2], &[1, 3]), [0, 3, 1, 4, 2, 5], "transpose");
        assert_eq!(copied(&src, 4, &[2, 3], &[1, 0]), [4, 4, 4, 5, 5, 5], "broadcast");
        assert_eq!(copied(&src, 1, &[2, 2], &[3, 1]), [1, 2, 4, 5], "slice");
        assert_eq!(copied(&src, 5, &[3], &[-2]), [5, 3, 1], "reverse with step");
        assert_eq!(copied(&src, 2, &[], &[]), [2], "scalar");
        assert_eq!(copied(&src, 99, &[2, 0], &[1, 1]), [], "nothing");
        assert_eq!(copied(&src, 0, &[1; MAX_RANK], &[7; MAX_RANK]), [0]);
    }

    #[test]
    fn padding_leaves_the_border() {
        let mut dst = [9; 12];
        copy_into_strided(&[1, 2, 3, 4], &mut dst, 5, &[2, 2], &[4, 1]);
        assert_eq!(dst, [9, 9, 9, 9, 9, 1, 2, 9, 9, 3, 4, 9]);
    }

    #[test]
    fn random_views_match_the_definition() {
        let mut drawn = 0;
        let mut dice = |bound: usize| {
            drawn += 1;
            philox::uniform_bits(3, drawn) as usize % bound
        };
        for _ in 0..2000 {
            let rank = dice(6);
            // A subset of a row-major array of sizes up to 5 (one axis up to 45): permuted, stepped,
            // reversed.
            let full: Vec<usize> = (0..rank).map(|axis| 1 + dice(if axis == 1 { 45 } else { 5 })).collect();
            let mut axes = Vec::new();
            let (mut offset, mut span) = (0, 1);
            for &size in full.iter().rev() {
                let (first, pace) = (dice(size), 1 + dice(2));
                let up = dice(2) == 0;
                let count = if up { (size - first).div_ceil(pace) } else { first / pace + 1 };
                axes.push((count, (span * pace) as isize * if up { 1 } else { -1 }));
                offset += first * span;
                span *= size;
            }
            for i in (1..rank).rev() {
                axes.swap(i, dice(i + 1));
            }
            let (shape, strides): (Vec<usize>, Vec<isize>) = axes.into_iter().unzip();
            let src = numbers(span);
            let at = places(offset, &shape, &strides);
            let got = copied(&src, offset, &shape, &strides);
            assert!(got.iter().map(|&x| x as usize).eq(at.iter().copied()), "{offset} {shape:?} {strides:?}");

            let mut back = vec![u32::MAX; span];
            copy_into_strided(&got, &mut back, offset, &shape, &strides);
            let mut want = vec![u32::MAX; span];
            at.iter().for_each(|&place| want[place] = src[place]);
            assert_eq!(back, want, "{offset} {shape:?} {strides:?}");
        }
    }

    #[test]
    fn large_transpose() {
        let (rows, columns) = (37, 50);
        let src = numbers(rows * columns);
        let turned = copied(&src, 0, &[columns, rows], &[1, columns as isize]);
        assert_eq!(copied(&turned, 0, &[rows, columns], &[1, rows as isize]), src);
        assert_eq!(turned[1], columns as u32);
    }

    #[test]
    #[should_panic(expected = "leaves 6 elements")]
    fn a_view_past_the_end_is_refused() {
        copied(&numbers(6), 1, &[2, 3], &[3, 1]);
    }

    #[test]
    #[should_panic(expected = "leaves 6 elements")]
    fn a_view_before_the_start_is_refused() {
        copied(&numbers(6), 1, &[3], &[-1]);
    }
}

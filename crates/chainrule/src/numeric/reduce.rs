//! Sums, products, extremes and their places, over a slice or along an axis.
//!
//! The order of every operation is fixed by the shape alone. Sums and products go pairwise: the error grows
//! with the logarithm of the length, not with the length (Higham, "The accuracy of floating point summation",
//! 1993).

use std::ops::Range;

use super::number::Number;

/// Running totals that a contiguous slice is dealt to in turn, one a virtual vector lane.
const LANES: usize = 8;
/// Slices up to this length are dealt to the lanes; longer ones are halved first.
const BLOCK: usize = 256;
/// Rows up to this number are added one after the other; more are halved first.
const ROW_BLOCK: usize = 16;
/// Columns treated together where rows are combined: their totals live on the stack.
const TILE: usize = 64;

/// What a reduction computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reduce {
    /// The sum; 0 for nothing.
    Sum,
    /// The product; 1 for nothing.
    Prod,
    /// The largest; -inf or the smallest integer for nothing. The first NaN wins.
    Max,
    /// The smallest; inf or the largest integer for nothing. The first NaN wins.
    Min,
}

/// Which extreme is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Extreme {
    /// The largest.
    Max,
    /// The smallest.
    Min,
}

/// Reduces the middle axis of outer x len x inner to outer x inner.
pub fn reduce_axis<T: Number>(
    input: &[T],
    outer: usize,
    len: usize,
    inner: usize,
    output: &mut [T],
    op: Reduce,
) {
    assert_eq!(Some(input.len()), count(outer, len, inner), "reduce_axis: input length");
    assert_eq!(Some(output.len()), outer.checked_mul(inner), "reduce_axis: output length");
    match op {
        Reduce::Sum => tree_axis(input, len, inner, output, T::ZERO, T::plus),
        Reduce::Prod => tree_axis(input, len, inner, output, T::ONE, T::times),
        Reduce::Max => extreme_axis(input, len, inner, output, T::LOWEST, |a, b| a > b),
        Reduce::Min => extreme_axis(input, len, inner, output, T::HIGHEST, |a, b| a < b),
    }
}

/// Joins the results of two parts of an array, number by number, into the first.
pub fn join<T: Number>(into: &mut [T], from: &[T], op: Reduce) {
    let wins = |a: T, b: T, beats: bool| if !a.is_nan() && (beats || b.is_nan()) { b } else { a };
    for (a, &b) in into.iter_mut().zip(from) {
        *a = match op {
            Reduce::Sum => a.plus(b),
            Reduce::Prod => a.times(b),
            Reduce::Max => wins(*a, b, b > *a),
            Reduce::Min => wins(*a, b, b < *a),
        };
    }
}

/// The index along the middle axis of the first extreme element, the first NaN winning; `len` is at least 1.
pub fn arg_axis<T: Number>(
    input: &[T],
    outer: usize,
    len: usize,
    inner: usize,
    output: &mut [i64],
    extreme: Extreme,
) {
    assert_eq!(Some(input.len()), count(outer, len, inner), "arg_axis: input length");
    assert_eq!(Some(output.len()), outer.checked_mul(inner), "arg_axis: output length");
    assert!(len > 0 || output.is_empty(), "arg_axis: an empty axis has no extreme");
    match extreme {
        Extreme::Max => arg_axis_by(input, len, inner, output, T::LOWEST, |a, b| a > b),
        Extreme::Min => arg_axis_by(input, len, inner, output, T::HIGHEST, |a, b| a < b),
    }
}

fn count(outer: usize, len: usize, inner: usize) -> Option<usize> {
    outer.checked_mul(len)?.checked_mul(inner)
}

/// Combines a slice by halves, and blocks by lanes.
fn tree<T: Number>(values: &[T], neutral: T, combine: impl Fn(T, T) -> T + Copy) -> T {
    if values.len() <= BLOCK {
        return lanes(values, neutral, combine);
    }
    let (left, right) = values.split_at(half(values.len(), BLOCK));
    combine(tree(left, neutral, combine), tree(right, neutral, combine))
}

/// About half of `len`, in whole blocks.
fn half(len: usize, block: usize) -> usize {
    len.div_ceil(block).div_ceil(2) * block
}

fn lanes<T: Number>(values: &[T], neutral: T, combine: impl Fn(T, T) -> T) -> T {
    let mut totals = [neutral; LANES];
    let (rows, rest) = values.as_chunks::<LANES>();
    for row in rows {
        for (total, &value) in totals.iter_mut().zip(row) {
            *total = combine(*total, value);
        }
    }
    for (total, &value) in totals.iter_mut().zip(rest) {
        *total = combine(*total, value);
    }
    let [a, b, c, d, e, f, g, h] = totals;
    combine(combine(combine(a, e), combine(c, g)), combine(combine(b, f), combine(d, h)))
}

/// The first extreme element: its value is found in lanes, its place by a second, searching pass.
fn place<T: Number>(values: &[T], lowest: T, beats: impl Fn(T, T) -> bool) -> Option<usize> {
    let mut best = [lowest; LANES];
    let mut unordered = [false; LANES];
    let (rows, rest) = values.as_chunks::<LANES>();
    for row in rows {
        for lane in 0..LANES {
            best[lane] = if beats(row[lane], best[lane]) { row[lane] } else { best[lane] };
            unordered[lane] |= row[lane].is_nan();
        }
    }
    for (lane, &value) in rest.iter().enumerate() {
        best[lane] = if beats(value, best[lane]) { value } else { best[lane] };
        unordered[lane] |= value.is_nan();
    }
    if unordered.contains(&true) {
        return values.iter().position(|value| value.is_nan());
    }
    let best = best.into_iter().fold(lowest, |best, value| if beats(value, best) { value } else { best });
    values.iter().position(|&value| value == best)
}

fn tree_axis<T: Number>(
    input: &[T],
    len: usize,
    inner: usize,
    output: &mut [T],
    neutral: T,
    combine: impl Fn(T, T) -> T + Copy,
) {
    if inner == 1 {
        for (i, result) in output.iter_mut().enumerate() {
            *result = tree(&input[i * len..][..len], neutral, combine);
        }
        return;
    }
    for_tiles(output, inner, |group, columns, results| {
        let rows = &input[group * len * inner..][..len * inner];
        let totals = tree_rows(rows, inner, columns, neutral, combine);
        results.copy_from_slice(&totals[..results.len()]);
    });
}

/// Combines rows by halves, for some of the columns: each column has the same tree, whatever the others are.
fn tree_rows<T: Number>(
    rows: &[T],
    inner: usize,
    columns: Range<usize>,
    neutral: T,
    combine: impl Fn(T, T) -> T + Copy,
) -> [T; TILE] {
    let len = rows.len() / inner;
    if len <= ROW_BLOCK {
        let mut totals = [neutral; TILE];
        for row in rows.chunks_exact(inner) {
            for (total, &value) in totals.iter_mut().zip(&row[columns.clone()]) {
                *total = combine(*total, value);
            }
        }
        return totals;
    }
    let (top, bottom) = rows.split_at(half(len, ROW_BLOCK) * inner);
    let mut totals = tree_rows(top, inner, columns.clone(), neutral, combine);
    let others = tree_rows(bottom, inner, columns, neutral, combine);
    for (total, other) in totals.iter_mut().zip(others) {
        *total = combine(*total, other);
    }
    totals
}

/// Calls `each` with the outer index, a range of columns and their results, for all columns in tiles.
fn for_tiles<R>(output: &mut [R], inner: usize, mut each: impl FnMut(usize, Range<usize>, &mut [R])) {
    for (group, results) in output.chunks_exact_mut(inner.max(1)).enumerate() {
        for (tile, results) in results.chunks_mut(TILE).enumerate() {
            let first = tile * TILE;
            each(group, first..first + results.len(), results);
        }
    }
}

fn extreme_axis<T: Number>(
    input: &[T],
    len: usize,
    inner: usize,
    output: &mut [T],
    lowest: T,
    beats: impl Fn(T, T) -> bool + Copy,
) {
    if inner == 1 {
        for (i, result) in output.iter_mut().enumerate() {
            let values = &input[i * len..][..len];
            *result = place(values, lowest, beats).map_or(lowest, |at| values[at]);
        }
        return;
    }
    for (group, results) in output.chunks_exact_mut(inner.max(1)).enumerate() {
        let mut rows = input[group * len * inner..][..len * inner].chunks_exact(inner);
        match rows.next() {
            Some(first) => results.copy_from_slice(first),
            None => results.fill(lowest),
        }
        for row in rows {
            for (best, &value) in results.iter_mut().zip(row) {
                let wins = !best.is_nan() && (beats(value, *best) || value.is_nan());
                *best = if wins { value } else { *best };
            }
        }
    }
}

fn arg_axis_by<T: Number>(
    input: &[T],
    len: usize,
    inner: usize,
    output: &mut [i64],
    lowest: T,
    beats: impl Fn(T, T) -> bool + Copy,
) {
    if inner == 1 {
        for (i, result) in output.iter_mut().enumerate() {
            let found = place(&input[i * len..][..len], lowest, beats);
            *result = found.map_or(0, |at| at as i64);
        }
        return;
    }
    for_tiles(output, inner, |group, columns, results| {
        let mut best = [lowest; TILE];
        let rows = input[group * len * inner..][..len * inner].chunks_exact(inner);
        for (index, row) in rows.enumerate() {
            for ((result, best), &value) in results.iter_mut().zip(&mut best).zip(&row[columns.clone()]) {
                // The first row always counts: an array of nothing but `lowest` has its extreme at 0.
                let wins = index == 0 || (!best.is_nan() && (beats(value, *best) || value.is_nan()));
                if wins {
                    (*result, *best) = (index as i64, value);
                }
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::super::philox;
    use super::*;

    fn uniform(len: usize) -> Vec<f64> {
        let mut values = vec![0.0; len];
        philox::fill_uniform(11, 0, &mut values);
        values
    }

    /// Few different values, zeros of both signs and NaNs among them.
    fn awkward(len: usize, with_nan: bool) -> Vec<f64> {
        let choices = [1.0, -1.0, 0.0, -0.0, f64::NEG_INFINITY, 1.0, f64::INFINITY, f64::NAN];
        let kinds = if with_nan { 8 } else { 7 };
        (0..len as u64).map(|i| choices[philox::uniform_bits(len as i64, i) as usize % kinds]).collect()
    }

    fn naive_place(values: &[f64], beats: impl Fn(f64, f64) -> bool) -> usize {
        let mut at = 0;
        for (i, &value) in values.iter().enumerate() {
            if !values[at].is_nan() && (value.is_nan() || beats(value, values[at])) {
                at = i;
            }
        }
        at
    }

    fn column(input: &[f64], len: usize, inner: usize, result: usize) -> Vec<f64> {
        let (group, i) = (result / inner, result % inner);
        (0..len).map(|row| input[(group * len + row) * inner + i]).collect()
    }

    /// Reduces a whole slice.
    fn whole<T: Number>(values: &[T], op: Reduce) -> T {
        let mut output = [T::ZERO];
        reduce_axis(values, 1, values.len(), 1, &mut output, op);
        output[0]
    }

    const LAYOUTS: [(usize, usize, usize); 9] = [
        (1, 1, 1),
        (3, 5, 1),
        (2, 700, 1),
        (2, 7, 3),
        (1, 100, 65),
        (2, 33, 130),
        (0, 4, 2),
        (2, 0, 3),
        (2, 3, 0),
    ];

    #[test]
    fn whole_numbers_add_exactly_in_every_layout() {
        for (outer, len, inner) in LAYOUTS {
            let input: Vec<i64> = (0..(outer * len * inner) as i64).map(|i| i * i % 101 - 50).collect();
            let floats: Vec<f64> = input.iter().map(|&x| x as f64).collect();
            let mut output = vec![-1; outer * inner];
            let mut float_output = vec![f64::NAN; outer * inner];
            reduce_axis(&input, outer, len, inner, &mut output, Reduce::Sum);
            reduce_axis(&floats, outer, len, inner, &mut float_output, Reduce::Sum);
            for (i, &got) in output.iter().enumerate() {
                let want: f64 = column(&floats, len, inner, i).iter().sum();
                assert_eq!((got as f64, float_output[i]), (want, want), "{outer} {len} {inner}");
            }
        }
    }

    #[test]
    fn sums_of_many_floats_stay_accurate() {
        let values: Vec<f32> = uniform(1_000_000).iter().map(|&x| x as f32).collect();
        let exact: f64 = values.iter().map(|&x| f64::from(x)).sum();
        assert!((f64::from(whole(&values, Reduce::Sum)) - exact).abs() < 4e-7 * exact);
        let mut columns = [0f32; 2];
        reduce_axis(&values, 1, 500_000, 2, &mut columns, Reduce::Sum);
        assert!((f64::from(columns[0]) + f64::from(columns[1]) - exact).abs() < 4e-7 * exact);
    }

    #[test]
    fn a_column_does_not_depend_on_its_neighbours() {
        let values = uniform(1000 * 70);
        let mut wide = vec![0.0; 70];
        reduce_axis(&values, 1, 1000, 70, &mut wide, Reduce::Sum);
        for i in 0..69 {
            let pair: Vec<f64> = values.chunks(70).flat_map(|row| [row[i], row[i + 1]]).collect();
            let mut narrow = [0.0; 2];
            reduce_axis(&pair, 1, 1000, 2, &mut narrow, Reduce::Sum);
            assert_eq!(narrow, wide[i..i + 2]);
        }
    }

    #[test]
    fn products() {
        assert_eq!(whole(&[2.0f64; 300], Reduce::Prod), 2f64.powi(300));
        assert_eq!(whole::<f32>(&[], Reduce::Prod), 1.0);
        assert_eq!(whole(&[i32::MAX, 2], Reduce::Prod), -2);
        assert_eq!(whole(&[i64::MAX, 1], Reduce::Sum), i64::MIN);
        let mut output = [0.0; 2];
        reduce_axis(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 1, 3, 2, &mut output, Reduce::Prod);
        assert_eq!(output, [15.0, 48.0]);
    }

    #[test]
    fn extremes_take_the_first_tie_and_the_first_nan() {
        for (outer, len, inner) in LAYOUTS.into_iter().filter(|layout| layout.1 > 0) {
            for with_nan in [false, true] {
                let input = awkward(outer * len * inner, with_nan);
                let mut values = vec![0.0; outer * inner];
                let mut places = vec![-1; outer * inner];
                for (op, extreme) in [(Reduce::Max, Extreme::Max), (Reduce::Min, Extreme::Min)] {
                    reduce_axis(&input, outer, len, inner, &mut values, op);
                    arg_axis(&input, outer, len, inner, &mut places, extreme);
                    for i in 0..outer * inner {
                        let column = column(&input, len, inner, i);
                        let beats = |a, b| if extreme == Extreme::Max { a > b } else { a < b };
                        let want = naive_place(&column, beats);
                        assert_eq!(places[i], want as i64, "{column:?}");
                        assert_eq!(values[i].to_bits(), column[want].to_bits(), "{column:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn extremes_of_nothing_and_of_the_lowest() {
        assert_eq!(whole::<f32>(&[], Reduce::Max), f32::NEG_INFINITY);
        assert_eq!((whole::<i64>(&[], Reduce::Min), whole(&[1, 7, 7, 3], Reduce::Max)), (i64::MAX, 7));
        let mut output = [1.0; 2];
        reduce_axis(&[], 1, 0, 2, &mut output, Reduce::Max);
        assert_eq!(output, [f64::NEG_INFINITY; 2]);
        let mut place = [-1; 2];
        arg_axis(&[f64::NEG_INFINITY; 4], 1, 2, 2, &mut place, Extreme::Max);
        assert_eq!(place, [0, 0]);
    }
}

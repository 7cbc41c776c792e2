//! Sums, products, extremes and their places, over a slice or along an axis.
//!
//! The order of every operation is fixed by the shape alone: see [`BLOCK`] and [`ROW_BLOCK`]. The results of blocks are folded
//! in blocks again, so the error grows with the logarithm of the length, not with the length (Higham, "The accuracy of
//! floating point summation", 1993).

#![allow(unsafe_code)]

use std::marker::PhantomData;
use std::ops::Range;

use super::gemm::lanes::{Lanes, Vectors};
use super::number::Number;
use super::work::{Work, at_best};

/// Lanes of the search for a place.
const LANES: usize = 8;
/// Slices up to this length are dealt to the lanes. A longer one is cut into blocks of this length, whose results are folded
/// like a slice, and so on. So whoever holds some of the blocks can fold those, and any cuts lead to the same result.
pub const BLOCK: usize = 256;
/// Rows up to this number are combined one after the other; more are cut into blocks in the same way.
pub const ROW_BLOCK: usize = 32;
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
    at_best(Fold { input, len, inner, output, op });
}

/// A reduction to be computed; the sizes fit the slices.
struct Fold<'a, T> {
    input: &'a [T],
    len: usize,
    inner: usize,
    output: &'a mut [T],
    op: Reduce,
}

impl<T: Number> Work for Fold<'_, T> {
    type Output = ();
    const VECTORS: bool = T::VECTORS;

    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn work<L: Vectors>(self) {
        let Fold { input, len, inner, output, op } = self;
        match op {
            Reduce::Sum => tree_axis::<L, T, Plus>(input, len, inner, output),
            Reduce::Prod => tree_axis::<L, T, Times>(input, len, inner, output),
            Reduce::Max => extreme_axis::<L, T, Larger>(input, len, inner, output, |a, b| a > b),
            Reduce::Min => extreme_axis::<L, T, Smaller>(input, len, inner, output, |a, b| a < b),
        }
    }
}

/// Combines some more rows with what a block's rows before them gave, one after the other.
pub fn add_to<T: Number>(rows: &[T], totals: &mut [T], op: Reduce) {
    assert!(rows.len().is_multiple_of(totals.len().max(1)), "add_to: whole rows");
    at_best(More { rows, totals, op });
}

/// More rows to be combined; they are whole.
struct More<'a, T> {
    rows: &'a [T],
    totals: &'a mut [T],
    op: Reduce,
}

impl<T: Number> Work for More<'_, T> {
    type Output = ();
    const VECTORS: bool = T::VECTORS;

    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn work<L: Vectors>(self) {
        let More { rows, totals, op } = self;
        let inner = totals.len();
        match op {
            Reduce::Sum => add_rows::<T, T::Lanes<L>, Plus>(rows, inner, 0, totals, true),
            Reduce::Prod => add_rows::<T, T::Lanes<L>, Times>(rows, inner, 0, totals, true),
            Reduce::Max => rows.chunks_exact(inner).for_each(|row| win(totals, row, |a, b| a > b)),
            Reduce::Min => rows.chunks_exact(inner).for_each(|row| win(totals, row, |a, b| a < b)),
        }
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

/// A way to combine two numbers, or the lanes of two vectors.
trait Combine<T: Number> {
    const NEUTRAL: T;
    fn one(a: T, b: T) -> T;
    /// # Safety
    /// The machine has the instructions.
    unsafe fn all<L: Lanes<T>>(a: L::V, b: L::V) -> L::V;
}

macro_rules! combine {
    ($($name:ident $neutral:ident $all:ident |$a:ident, $b:ident| $one:expr;)*) => {$(
        struct $name;
        impl<T: Number> Combine<T> for $name {
            const NEUTRAL: T = T::$neutral;
            #[inline(always)]
            fn one($a: T, $b: T) -> T {
                $one
            }
            // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
            #[inline(always)]
            unsafe fn all<L: Lanes<T>>(a: L::V, b: L::V) -> L::V {
                // SAFETY: the caller's promise.
                unsafe { L::$all(a, b) }
            }
        }
    )*};
}

combine! {
    Plus ZERO add |a, b| a.plus(b);
    Times ONE mul |a, b| a.times(b);
    Larger LOWEST larger |a, b| if a > b { a } else { b };
    Smaller HIGHEST smaller |a, b| if a < b { a } else { b };
}

/// Most lanes of a vector.
const WIDEST: usize = 16;

/// Combines a slice by lanes, block by block if it is long.
#[inline(always)]
fn tree<L: Vectors, T: Number, C: Combine<T>>(values: &[T]) -> T {
    if values.len() <= BLOCK { lanes::<T, T::Lanes<L>, C>(values) } else { blocks::<L, T, C>(values) }
}

/// As `tree`, for slices longer than a block.
fn blocks<L: Vectors, T: Number, C: Combine<T>>(values: &[T]) -> T {
    let part = largest_part(values.len(), BLOCK);
    let mut totals = [C::NEUTRAL; BLOCK];
    let totals = &mut totals[..values.len().div_ceil(part)];
    if part > BLOCK {
        for (total, part) in totals.iter_mut().zip(values.chunks(part)) {
            *total = if part.len() > BLOCK { blocks::<L, T, C>(part) } else { block::<L, T, C>(part) };
        }
        return block::<L, T, C>(totals);
    }
    // SAFETY: this is called by work that was begun with these instructions.
    unsafe { L::apart(Blocks::<T, C> { values, totals, by: PhantomData }) }
}

/// As `tree`, for slices up to a block.
fn block<L: Vectors, T: Number, C: Combine<T>>(values: &[T]) -> T {
    // SAFETY: this is called by work that was begun with these instructions.
    unsafe { L::apart(Blocks::<T, C> { values, totals: &mut [C::NEUTRAL], by: PhantomData }) }
}

/// Blocks of a slice to be combined by lanes, each to a total, and then the totals.
struct Blocks<'a, T, C> {
    values: &'a [T],
    totals: &'a mut [T],
    by: PhantomData<C>,
}

impl<T: Number, C: Combine<T>> Work for Blocks<'_, T, C> {
    type Output = T;

    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn work<L: Vectors>(self) -> T {
        for (total, part) in self.totals.iter_mut().zip(self.values.chunks(BLOCK)) {
            *total = lanes::<T, T::Lanes<L>, C>(part);
        }
        lanes::<T, T::Lanes<L>, C>(self.totals)
    }
}

/// Of something longer than a block, the length of the parts that it falls into first: the largest power of a block's length
/// that is shorter.
fn largest_part(len: usize, block: usize) -> usize {
    let mut part = block;
    while part.saturating_mul(block) < len {
        part *= block;
    }
    part
}

/// Deals a slice to the lanes of four vectors in turn, and joins those by halves. Called only by work for these lanes.
#[inline(always)]
fn lanes<T: Number, L: Lanes<T>, C: Combine<T>>(values: &[T]) -> T {
    let (len, from) = (values.len(), values.as_ptr());
    // SAFETY: the instructions are those of the work that calls this, and only the slice is read.
    unsafe {
        let neutral = L::splat(C::NEUTRAL);
        let mut totals = [neutral; 4];
        let mut at = 0;
        while at + 4 * L::N <= len {
            for (i, total) in totals.iter_mut().enumerate() {
                *total = C::all::<L>(*total, L::load(from.add(at + i * L::N)));
            }
            at += 4 * L::N;
        }
        if len >= 4 * L::N {
            totals[0] = C::all::<L>(C::all::<L>(totals[0], totals[2]), C::all::<L>(totals[1], totals[3]));
        }
        while at + L::N <= len {
            totals[0] = C::all::<L>(totals[0], L::load(from.add(at)));
            at += L::N;
        }
        if at < len {
            totals[0] = C::all::<L>(totals[0], L::load_or(from.add(at), len - at, neutral));
        }
        across::<T, L, C>(totals[0])
    }
}

/// Joins the lanes of a vector by halves.
///
/// # Safety
/// The machine has the instructions.
#[inline(always)]
unsafe fn across<T: Number, L: Lanes<T>, C: Combine<T>>(v: L::V) -> T {
    let mut lanes = [C::NEUTRAL; WIDEST];
    // SAFETY: the caller's promise; no vector is wider.
    unsafe { L::store(lanes.as_mut_ptr(), v) };
    let eight: [T; 8] = std::array::from_fn(|i| C::one(lanes[i], lanes[i + 8]));
    let four: [T; 4] = std::array::from_fn(|i| C::one(eight[i], eight[i + 4]));
    C::one(C::one(four[0], four[2]), C::one(four[1], four[3]))
}

/// The extreme of a slice: the first of equal ones, the first NaN before all. Called only by work for these lanes.
#[inline(always)]
fn extreme<T: Number, L: Lanes<T>, C: Combine<T>>(values: &[T]) -> T {
    let (len, from) = (values.len(), values.as_ptr());
    // SAFETY: the instructions are those of the work that calls this, and only the slice is read.
    let (best, poison) = unsafe {
        let neutral = L::splat(C::NEUTRAL);
        let (mut best, mut poison) = ([neutral; 2], [L::splat(T::ZERO); 2]);
        let mut at = 0;
        while at + 2 * L::N <= len {
            for i in 0..2 {
                let v = L::load(from.add(at + i * L::N));
                (best[i], poison[i]) = (C::all::<L>(v, best[i]), L::nan_or(v, poison[i]));
            }
            at += 2 * L::N;
        }
        while at < len {
            let count = (len - at).min(L::N);
            let v = L::load_or(from.add(at), count, neutral);
            (best[0], poison[0]) = (C::all::<L>(v, best[0]), L::nan_or(v, poison[0]));
            at += count;
        }
        let poison = L::nan_or(poison[0], poison[1]);
        (across::<T, L, C>(C::all::<L>(best[0], best[1])), across::<T, L, Plus>(poison))
    };
    if poison.is_nan() {
        return values.iter().copied().find(|value| value.is_nan()).unwrap_or(poison);
    }
    if best == T::ZERO {
        // Zeros of both signs are equal; the first counts.
        return values.iter().copied().find(|&value| value == best).unwrap_or(best);
    }
    best
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

#[inline(always)]
fn tree_axis<L: Vectors, T: Number, C: Combine<T>>(input: &[T], len: usize, inner: usize, output: &mut [T]) {
    if inner == 1 {
        for (i, result) in output.iter_mut().enumerate() {
            *result = tree::<L, T, C>(&input[i * len..][..len]);
        }
        return;
    }
    for_tiles(output, inner, |group, columns, results| {
        let rows = &input[group * len * inner..][..len * inner];
        if len <= ROW_BLOCK {
            return add_rows::<T, T::Lanes<L>, C>(rows, inner, columns.start, results, false);
        }
        let totals = tree_rows::<L, T, C>(rows, inner, columns);
        results.copy_from_slice(&totals[..results.len()]);
    });
}

/// Combines rows block by block, for some of the columns: each column has the same tree, whatever the others are.
fn tree_rows<L: Vectors, T: Number, C: Combine<T>>(
    rows: &[T],
    inner: usize,
    columns: Range<usize>,
) -> [T; TILE] {
    let len = rows.len() / inner;
    if len <= ROW_BLOCK {
        // SAFETY: this is called by work that was begun with these instructions.
        return unsafe { L::apart(RowBlock::<T, C> { rows, inner, columns, by: PhantomData }) };
    }
    let mut totals = [C::NEUTRAL; TILE];
    for part in rows.chunks(largest_part(len, ROW_BLOCK) * inner) {
        let others = tree_rows::<L, T, C>(part, inner, columns.clone());
        for (total, other) in totals.iter_mut().zip(others) {
            *total = C::one(*total, other);
        }
    }
    totals
}

/// Some columns of a block of rows, to be combined.
struct RowBlock<'a, T, C> {
    rows: &'a [T],
    inner: usize,
    columns: Range<usize>,
    by: PhantomData<C>,
}

impl<T: Number, C: Combine<T>> Work for RowBlock<'_, T, C> {
    type Output = [T; TILE];

    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn work<L: Vectors>(self) -> [T; TILE] {
        let mut totals = [C::NEUTRAL; TILE];
        let results = &mut totals[..self.columns.len()];
        add_rows::<T, T::Lanes<L>, C>(self.rows, self.inner, self.columns.start, results, false);
        totals
    }
}

/// Combines rows one after the other, for as many columns from `first` on as there are results, which may hold what rows
/// before them gave. Called only by work for these lanes.
#[inline(always)]
fn add_rows<T: Number, L: Lanes<T>, C: Combine<T>>(
    rows: &[T],
    inner: usize,
    first: usize,
    results: &mut [T],
    goes_on: bool,
) {
    let count = rows.len() / inner;
    assert!(first + results.len() <= inner, "columns lie within a row");
    let mut at = 0;
    // SAFETY: the instructions are those of the work that calls this; all columns lie within the rows.
    unsafe {
        while at + 4 * L::N <= results.len() {
            let mut totals = [L::splat(C::NEUTRAL); 4];
            if goes_on {
                totals = std::array::from_fn(|i| L::load(results.as_ptr().add(at + i * L::N)));
            }
            for row in 0..count {
                let from = rows.as_ptr().add(row * inner + first + at);
                for (i, total) in totals.iter_mut().enumerate() {
                    *total = C::all::<L>(*total, L::load(from.add(i * L::N)));
                }
            }
            for (i, &total) in totals.iter().enumerate() {
                L::store(results.as_mut_ptr().add(at + i * L::N), total);
            }
            at += 4 * L::N;
        }
        while at < results.len() {
            let cols = (results.len() - at).min(L::N);
            let mut total = L::splat(C::NEUTRAL);
            if goes_on {
                total = L::load_part(results.as_ptr().add(at), cols);
            }
            for row in 0..count {
                let from = rows.as_ptr().add(row * inner + first + at);
                total = C::all::<L>(total, L::load_part(from, cols));
            }
            L::store_part(results.as_mut_ptr().add(at), cols, total);
            at += cols;
        }
    }
}

/// Calls `each` with the outer index, a range of columns and their results, for all columns in tiles.
#[inline(always)]
fn for_tiles<R>(output: &mut [R], inner: usize, mut each: impl FnMut(usize, Range<usize>, &mut [R])) {
    for (group, results) in output.chunks_exact_mut(inner.max(1)).enumerate() {
        for (tile, results) in results.chunks_mut(TILE).enumerate() {
            let first = tile * TILE;
            each(group, first..first + results.len(), results);
        }
    }
}

#[inline(always)]
fn extreme_axis<L: Vectors, T: Number, C: Combine<T>>(
    input: &[T],
    len: usize,
    inner: usize,
    output: &mut [T],
    beats: impl Fn(T, T) -> bool + Copy,
) {
    if inner == 1 {
        for (i, result) in output.iter_mut().enumerate() {
            *result = extreme::<T, T::Lanes<L>, C>(&input[i * len..][..len]);
        }
        return;
    }
    for (group, results) in output.chunks_exact_mut(inner.max(1)).enumerate() {
        let mut rows = input[group * len * inner..][..len * inner].chunks_exact(inner);
        match rows.next() {
            Some(first) => results.copy_from_slice(first),
            None => results.fill(C::NEUTRAL),
        }
        for row in rows {
            win(results, row, beats);
        }
    }
}

/// Puts the numbers of a row in the places of those that they beat.
#[inline(always)]
fn win<T: Number>(results: &mut [T], row: &[T], beats: impl Fn(T, T) -> bool) {
    for (best, &value) in results.iter_mut().zip(row) {
        let wins = !best.is_nan() && (beats(value, *best) || value.is_nan());
        *best = if wins { value } else { *best };
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

    /// What sweeps rest on: blocks may be folded one by one, and rows of a block in any portions.
    #[test]
    fn blocks_folded_apart_give_the_same_bits() {
        for len in [1, 255, 256, 257, 1000, 65_536, 65_537, 100_003] {
            let values: Vec<f64> = uniform(len).iter().map(|x| x * x - 0.3).collect();
            for op in [Reduce::Sum, Reduce::Prod, Reduce::Max, Reduce::Min] {
                let parts: Vec<f64> = values.chunks(BLOCK).map(|block| whole(block, op)).collect();
                assert_eq!(whole(&parts, op).to_bits(), whole(&values, op).to_bits(), "{op:?} of {len}");
            }
        }
        for (len, inner, portion) in [(31, 3, 4), (32, 70, 32), (33, 2, 5), (1100, 67, 7), (2000, 130, 1)] {
            let values: Vec<f64> = uniform(len * inner).iter().map(|x| x - 0.4).collect();
            for op in [Reduce::Sum, Reduce::Prod, Reduce::Max, Reduce::Min] {
                let mut parts = Vec::new();
                for block in values.chunks(ROW_BLOCK * inner) {
                    let mut totals = vec![0.0; inner];
                    let mut portions = block.chunks(portion * inner);
                    let first = portions.next().expect("blocks have rows");
                    reduce_axis(first, 1, first.len() / inner, inner, &mut totals, op);
                    portions.for_each(|rows| add_to(rows, &mut totals, op));
                    parts.extend(totals);
                }
                let [mut joined, mut wanted] = [vec![0.0; inner], vec![0.0; inner]];
                reduce_axis(&parts, 1, parts.len() / inner, inner, &mut joined, op);
                reduce_axis(&values, 1, len, inner, &mut wanted, op);
                assert_eq!(joined, wanted, "{op:?} of {len} rows");
            }
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

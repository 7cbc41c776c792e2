//! The histograms of one wire over the run, side by side.

use super::Run;
use crate::run::number::Number;
use crate::run::{BINS, Field, Histogram, Sum};
use serde::Serialize;

/// Columns that are sent if nothing else is asked for, and at most.
pub const COLUMNS: (usize, usize) = (160, 512);
/// Where the numbers below the least octave begin, for a drawing: half an octave below it.
const BELOW: f64 = -41.0;

/// A heat strip.
#[derive(Serialize)]
pub struct Strip {
    w: u32,
    f: Field,
    /// log2 of the lower edge of each row's sizes, negative numbers first, in ascending order of the numbers.
    bins: Vec<f64>,
    /// The sign of each row's numbers.
    sign: Vec<i8>,
    columns: Vec<Column>,
}

#[derive(Serialize)]
struct Column {
    s: u64,
    n: u64,
    nan: u64,
    pinf: u64,
    ninf: u64,
    zero: u64,
    min: Number,
    max: Number,
    mean: Number,
    std: Number,
    l2: Number,
    counts: Vec<u64>,
}

/// The strip of a wire, or none if nothing was seen of it.
pub fn strip(run: &Run, w: u32, f: Field, columns: usize) -> Option<Strip> {
    let book = run.book();
    let seen: Vec<&Sum> = book.moments().iter().filter_map(|moment| moment.sum(w, f)).collect();
    let last = seen.len().checked_sub(1)?;
    let count = columns.clamp(2, COLUMNS.1).min(seen.len());
    // Evenly, with the first and the last.
    let chosen = (0..count).map(|i| seen[if count > 1 { i * last / (count - 1) } else { last }]);
    let chosen: Vec<(&Sum, Histogram)> =
        chosen.map(|sum| (sum, Histogram::decoded(&sum.h).unwrap_or_default())).collect();
    let rows = rows(&chosen);
    let edge = |bin: usize| {
        let (from, to) = Histogram::bounds(bin);
        let low = from.abs().min(to.abs());
        if low > 0.0 { low.log2() } else { BELOW }
    };
    let column = |(sum, histogram): &(&Sum, Histogram)| Column {
        s: sum.s,
        n: sum.n,
        nan: sum.nan,
        pinf: sum.pinf,
        ninf: sum.ninf,
        zero: sum.zero,
        min: Number(sum.min),
        max: Number(sum.max),
        mean: Number(sum.mean),
        std: Number(sum.std),
        l2: Number(sum.l2),
        counts: rows.iter().map(|&bin| histogram.counts()[bin]).collect(),
    };
    Some(Strip {
        w,
        f,
        bins: rows.iter().map(|&bin| edge(bin)).collect(),
        sign: rows.iter().map(|&bin| if bin < BINS / 2 { -1 } else { 1 }).collect(),
        columns: chosen.iter().map(column).collect(),
    })
}

/// Of each sign the bins from the first to the last that holds something anywhere.
fn rows(columns: &[(&Sum, Histogram)]) -> Vec<usize> {
    let is_used = |bin: &usize| columns.iter().any(|(_, histogram)| histogram.counts()[*bin] > 0);
    let side = |bins: std::ops::Range<usize>| {
        let first = bins.clone().find(is_used)?;
        Some(first..=bins.rev().find(is_used)?)
    };
    [side(0..BINS / 2), side(BINS / 2..BINS)].into_iter().flatten().flatten().collect()
}

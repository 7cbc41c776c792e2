//! The way of the wires between two layers: each net, a wire with all its ends, gets a column for its vertical part.

use super::layout::Item;
use std::ops::RangeInclusive;

/// A wire from one item to its ends in the next layer.
#[derive(Debug, PartialEq)]
pub struct Net {
    /// The item in the layer to the left.
    pub source: usize,
    /// Its row.
    pub row: i32,
    /// Rows of its ends.
    pub ends: Vec<i32>,
    /// The column of the vertical part, counted from the left; none if it is straight.
    pub column: Option<usize>,
}

impl Net {
    fn span(&self) -> RangeInclusive<i32> {
        let all = || self.ends.iter().copied().chain([self.row]);
        all().min().unwrap_or(self.row)..=all().max().unwrap_or(self.row)
    }
}

/// The nets between two layers, with their columns, and how many columns there are. None where two nets would have to
/// change places on the same rows, which takes more than one vertical part.
pub fn route(left: &[Item], right: &[Item]) -> Option<(Vec<Net>, usize)> {
    let mut nets: Vec<Net> = (0..left.len()).map(|source| net(source, left, right)).collect();
    nets.retain(|net| !net.ends.is_empty());
    let mut bent: Vec<usize> =
        (0..nets.len()).filter(|&i| nets[i].ends.iter().any(|&e| e != nets[i].row)).collect();
    // Swaps of neighbours as long as they help. Each lowers the cost, so this ends.
    let mut improved = true;
    while improved {
        improved = false;
        for i in 1..bent.len() {
            if cost(&nets[bent[i]], &nets[bent[i - 1]]) < cost(&nets[bent[i - 1]], &nets[bent[i]]) {
                bent.swap(i - 1, i);
                improved = true;
            }
        }
    }
    let clashes = |i: usize| bent[i + 1..].iter().any(|&later| overlaps(&nets[bent[i]], &nets[later]));
    if (0..bent.len()).any(clashes) {
        return None;
    }
    let mut column = 0;
    for i in 0..bent.len() {
        let span = nets[bent[i]].span();
        let meets = |&j: &usize| {
            let other = nets[j].span();
            span.start() <= other.end() && other.start() <= span.end()
        };
        // Nets whose vertical parts do not meet share a column.
        if bent[..i].iter().filter(|&&j| nets[j].column == Some(column)).any(meets) {
            column += 1;
        }
        nets[bent[i]].column = Some(column);
    }
    let columns = if bent.is_empty() { 0 } else { column + 1 };
    Some((nets, columns))
}

fn net(source: usize, left: &[Item], right: &[Item]) -> Net {
    let ports =
        right.iter().flat_map(|item| item.sources.iter().map(move |&(s, offset)| (s, item.row + offset)));
    let ends = ports.filter(|&(s, _)| s == source).map(|(_, row)| row).collect();
    Net { source, row: left[source].row, ends, column: None }
}

/// Whether, with `a` left of `b`, an end of `a` would run along the beginning of `b`.
fn overlaps(a: &Net, b: &Net) -> bool {
    a.ends.contains(&b.row)
}

/// Crossings of two nets if the vertical part of `a` is left of that of `b`; very many if they would overlap.
fn cost(a: &Net, b: &Net) -> usize {
    if overlaps(a, b) {
        return 1000;
    }
    let (across_a, across_b) = (a.span(), b.span());
    // The beginning of `b` crosses `a`, and the ends of `a` cross `b`.
    usize::from(across_a.contains(&b.row)) + a.ends.iter().filter(|e| across_b.contains(e)).count()
}

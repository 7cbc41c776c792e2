//! The order within each layer: sweeps that put everything at the mean place of what it is linked to, then swaps of neighbours;
//! the order with the fewest crossings is kept, the earliest such, which is nearest to program order.

use super::{Link, Rows, What};
use std::collections::HashMap;

/// Passes from the last layer to the first and back.
const SWEEPS: usize = 8;
/// Passes over all pairs of neighbours.
const SWAPS: usize = 2;

/// Orders all layers.
pub fn order(rows: &mut Rows) {
    let mut best: (usize, Vec<Vec<What>>) = (crossings(rows), names(rows));
    for sweep in 0..SWEEPS {
        let count = rows.slots.len();
        for step in 1..count {
            if sweep % 2 == 0 {
                let at = count - 1 - step;
                let keys = means(rows, at, at, |l| (l.from, l.to as f64 + part(rows, at + 1, l.to, l.into)));
                rows.sort(at, &keys);
            } else {
                let at = step;
                let keys =
                    means(rows, at, at - 1, |l| (l.to, l.from as f64 + part(rows, at - 1, l.from, l.out)));
                rows.sort(at, &keys);
            }
        }
        let now = crossings(rows);
        if now < best.0 {
            best = (now, names(rows));
        }
        if best.0 == 0 {
            break;
        }
    }
    restore(rows, &best.1);
    if best.0 > 0 {
        (0..SWAPS).for_each(|_| swap(rows));
    }
}

fn names(rows: &Rows) -> Vec<Vec<What>> {
    (0..rows.slots.len()).map(|at| rows.names(at)).collect()
}

fn restore(rows: &mut Rows, names: &[Vec<What>]) {
    for (at, names) in names.iter().enumerate() {
        let key = |what: &What| match *what {
            What::Node(index) => (0, index),
            What::Pass(net) => (1, net),
        };
        let place: HashMap<_, usize> =
            names.iter().enumerate().map(|(place, what)| (key(what), place)).collect();
        let keys: Vec<f64> = rows.slots[at].iter().map(|slot| place[&key(&slot.what)] as f64).collect();
        rows.sort(at, &keys);
    }
}

/// How far along its slot a port is, below 1: ports of one box are told apart.
fn part(rows: &Rows, at: usize, slot: usize, port: f64) -> f64 {
    port / rows.slots[at][slot].length - 0.5
}

/// The mean of what each slot of a layer is linked to; where it is to nothing, the place that it has.
fn means(rows: &Rows, at: usize, links: usize, end: impl Fn(&Link) -> (usize, f64)) -> Vec<f64> {
    let mut sums = vec![(0.0, 0u32); rows.slots[at].len()];
    for link in &rows.links[links] {
        let (slot, place) = end(link);
        sums[slot].0 += place;
        sums[slot].1 += 1;
    }
    let mean = |(place, (sum, count)): (usize, (f64, u32))| match count {
        0 => place as f64,
        _ => sum / f64::from(count),
    };
    sums.into_iter().enumerate().map(mean).collect()
}

/// Pairs of links that cross. Links of one wire out of one slot never do.
fn crossings(rows: &Rows) -> usize {
    rows.links.iter().map(|links| between(links)).sum()
}

fn between(links: &[Link]) -> usize {
    let mut ends: Vec<(usize, f64, usize, f64)> =
        links.iter().map(|l| (l.from, l.out, l.to, l.into)).collect();
    ends.sort_by(|a, b| (a.0, a.2).cmp(&(b.0, b.2)).then(a.1.total_cmp(&b.1)).then(a.3.total_cmp(&b.3)));
    ends.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut count = 0;
    for (i, a) in ends.iter().enumerate() {
        for b in &ends[..i] {
            let earlier = (b.0, b.1) != (a.0, a.1);
            let crosses = b.2 > a.2 || (b.2 == a.2 && b.3 > a.3);
            count += usize::from(earlier && crosses);
        }
    }
    count
}

/// Swaps neighbours wherever that lessens the crossings of their own links.
fn swap(rows: &mut Rows) {
    for at in 0..rows.slots.len() {
        let count = rows.slots[at].len();
        let (mut left, mut right) = (vec![Vec::new(); count], vec![Vec::new(); count]);
        if at > 0 {
            for l in &rows.links[at - 1] {
                left[l.to].push((l.into, l.from, l.out));
            }
        }
        for l in rows.links.get(at).into_iter().flatten() {
            right[l.from].push((l.out, l.to, l.into));
        }
        let mut order: Vec<usize> = (0..count).collect();
        for i in 1..count {
            let (a, b) = (order[i - 1], order[i]);
            let now = inverted(&left[a], &left[b]) + inverted(&right[a], &right[b]);
            let then = inverted(&left[b], &left[a]) + inverted(&right[b], &right[a]);
            if then < now {
                order.swap(i - 1, i);
            }
        }
        rows.permute(at, &order);
    }
}

/// Crossings of the links of one slot with those of the slot behind it.
fn inverted(first: &[(f64, usize, f64)], second: &[(f64, usize, f64)]) -> usize {
    let beyond = |a: &(f64, usize, f64), b: &(f64, usize, f64)| a.1 > b.1 || (a.1 == b.1 && a.2 > b.2);
    first.iter().map(|a| second.iter().filter(|b| beyond(a, b)).count()).sum()
}

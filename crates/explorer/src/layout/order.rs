//! The order within each layer: sweeps that put everything at the mean place of what it is linked to, then swaps of neighbours;
//! the order with the fewest crossings is kept, the earliest such, which is nearest to program order.

use super::lists::Lists;
use super::{Link, Rows, What};

/// Passes from the last layer to the first and back.
const SWEEPS: usize = 8;
/// Passes over all pairs of neighbours.
const SWAPS: usize = 2;

/// Orders all layers.
pub fn order(rows: &mut Rows) {
    let counters: Vec<Counter> = rows.links.iter().map(|links| Counter::new(links)).collect();
    let mut scratch = Scratch::default();
    let mut counts: Vec<usize> =
        counters.iter().zip(&rows.links).map(|(counter, links)| counter.count(links, &mut scratch)).collect();
    let mut best: (usize, Vec<Vec<What>>) = (counts.iter().sum(), names(rows));
    let mut is_moved = vec![false; rows.slots.len()];
    let (mut keys, mut sums) = (Vec::new(), Vec::new());
    let mut was_still = false;
    for sweep in 0..SWEEPS {
        let count = rows.slots.len();
        for step in 1..count {
            if sweep % 2 == 0 {
                let at = count - 1 - step;
                let end = |l: &Link| (l.from, l.to as f64 + part(rows, at + 1, l.to, l.into));
                means(rows, at, at, end, &mut sums, &mut keys);
                is_moved[at] = rows.sort(at, &keys);
            } else {
                let at = step;
                let end = |l: &Link| (l.to, l.from as f64 + part(rows, at - 1, l.from, l.out));
                means(rows, at, at - 1, end, &mut sums, &mut keys);
                is_moved[at] = rows.sort(at, &keys);
            }
        }
        // Where neither way moves anything, none will.
        let is_still = is_moved.iter().all(|moved| !moved);
        if is_still && was_still {
            break;
        }
        was_still = is_still;
        for (at, count) in counts.iter_mut().enumerate().filter(|(at, _)| is_moved[*at] || is_moved[at + 1]) {
            *count = counters[at].count(&rows.links[at], &mut scratch);
        }
        is_moved.fill(false);
        let now = counts.iter().sum();
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

/// Puts everything back in this order.
fn restore(rows: &mut Rows, names: &[Vec<What>]) {
    // Boxes at even numbers, wires that pass at odd ones.
    let number = |what: &What| match *what {
        What::Node(index) => 2 * index,
        What::Pass(net) => 2 * net + 1,
    };
    let most = names.iter().flatten().map(number).max().map_or(0, |last| last + 1);
    let mut place = vec![0; most];
    for (at, names) in names.iter().enumerate() {
        names.iter().enumerate().for_each(|(to, what)| place[number(what)] = to);
        let keys: Vec<f64> = rows.slots[at].iter().map(|slot| place[number(&slot.what)] as f64).collect();
        rows.sort(at, &keys);
    }
}

/// How far along its slot a port is, below 1: ports of one box are told apart.
fn part(rows: &Rows, at: usize, slot: usize, port: f64) -> f64 {
    port / rows.slots[at][slot].length - 0.5
}

/// The mean of what each slot of a layer is linked to, as its key; where it is to nothing, the place that it has.
fn means(
    rows: &Rows,
    at: usize,
    links: usize,
    end: impl Fn(&Link) -> (usize, f64),
    sums: &mut Vec<(f64, u32)>,
    keys: &mut Vec<f64>,
) {
    sums.clear();
    sums.resize(rows.slots[at].len(), (0.0, 0));
    for link in &rows.links[links] {
        let (slot, place) = end(link);
        sums[slot].0 += place;
        sums[slot].1 += 1;
    }
    let mean = |(place, &(sum, count)): (usize, &(f64, u32))| match count {
        0 => place as f64,
        _ => sum / f64::from(count),
    };
    keys.clear();
    keys.extend(sums.iter().enumerate().map(mean));
}

/// Counts the pairs of links of a channel that cross; links of one wire out of one slot never do.
struct Counter {
    /// The links in the order of where they leave their slots, and of where they enter. Slots change places, ports within
    /// them don't: lists by slots made in these orders are sorted by both.
    by_out: Vec<usize>,
    by_into: Vec<usize>,
}

/// Memory that is used again and again.
#[derive(Default)]
struct Scratch {
    leaving: Lists<usize>,
    entering: Lists<usize>,
    rank: Vec<usize>,
    sums: Vec<usize>,
}

impl Counter {
    fn new(links: &[Link]) -> Counter {
        let sorted = |key: fn(&Link) -> f64| {
            let mut order: Vec<usize> = (0..links.len()).collect();
            order.sort_by(|&a, &b| key(&links[a]).total_cmp(&key(&links[b])));
            order
        };
        Counter { by_out: sorted(|l| l.out), by_into: sorted(|l| l.into) }
    }

    /// Counts for each link those before it that end behind it, in a tree of partial sums (Fenwick 1994).
    fn count(&self, links: &[Link], scratch: &mut Scratch) -> usize {
        let Scratch { leaving, entering, rank, sums } = scratch;
        let slots = |end: fn(&Link) -> usize| links.iter().map(end).max().map_or(0, |last| last + 1);
        entering.fill(slots(|l| l.to), self.by_into.iter().map(|&l| (links[l].to, l)));
        rank.clear();
        rank.resize(links.len(), 0);
        for pair in entering.all().windows(2) {
            let (a, b) = (&links[pair[0]], &links[pair[1]]);
            rank[pair[1]] = rank[pair[0]] + usize::from(a.to != b.to || a.into != b.into);
        }
        leaving.fill(slots(|l| l.from), self.by_out.iter().map(|&l| (links[l].from, l)));
        sums.clear();
        sums.resize(links.len() + 1, 0);
        let (mut count, mut seen) = (0, 0);
        let starts_alike =
            |a: &usize, b: &usize| links[*a].from == links[*b].from && links[*a].out == links[*b].out;
        for group in leaving.all().chunk_by(starts_alike) {
            for &link in group {
                let (mut at, mut not_behind) = (rank[link] + 1, 0);
                while at > 0 {
                    not_behind += sums[at];
                    at &= at - 1;
                }
                count += seen - not_behind;
            }
            for &link in group {
                let mut at = rank[link] + 1;
                while at < sums.len() {
                    sums[at] += 1;
                    at += at & at.wrapping_neg();
                }
            }
            seen += group.len();
        }
        count
    }
}

/// Swaps neighbours wherever that lessens the crossings of their own links.
fn swap(rows: &mut Rows) {
    let (mut left, mut right) = (Lists::default(), Lists::default());
    for at in 0..rows.slots.len() {
        let count = rows.slots[at].len();
        let before = at.checked_sub(1).map_or(&[][..], |at| &rows.links[at]);
        left.fill(count, before.iter().map(|l| (l.to, (l.into, l.from, l.out))));
        let behind = rows.links.get(at).map_or(&[][..], Vec::as_slice);
        right.fill(count, behind.iter().map(|l| (l.from, (l.out, l.to, l.into))));
        let mut order: Vec<usize> = (0..count).collect();
        for i in 1..count {
            let (a, b) = (order[i - 1], order[i]);
            let now = inverted(left.of(a), left.of(b)) + inverted(right.of(a), right.of(b));
            let then = inverted(left.of(b), left.of(a)) + inverted(right.of(b), right.of(a));
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

#[cfg(test)]
mod tests {
    use super::{Counter, Link, Scratch};

    /// The tree of sums counts what comparing all pairs does.
    #[test]
    fn crossings_are_those_of_all_pairs() {
        for seed in 0..40usize {
            let number = |i: usize, most: usize| (i * 7919 + seed * 104_729 + i * i * 31) % most;
            let link = |i: usize| Link {
                net: i,
                from: number(i, 5),
                out: number(i + 9, 3) as f64,
                to: number(i + 4, 6),
                into: number(i + 2, 2) as f64,
                end: None,
            };
            let links: Vec<Link> = (0..seed).map(link).collect();
            let crosses =
                |a: &Link, b: &Link| (a.from, a.out) < (b.from, b.out) && (a.to, a.into) > (b.to, b.into);
            let pairs = links.iter().flat_map(|a| links.iter().map(move |b| (a, b)));
            let counted = Counter::new(&links).count(&links, &mut Scratch::default());
            assert_eq!(counted, pairs.filter(|(a, b)| crosses(a, b)).count(), "{links:?}");
        }
    }
}

//! Places across that keep the order and the distances, with wires as straight as can be.

use super::lists::Lists;
use super::{Link, Rows, Slot, What};

/// Passes forward and back.
const SWEEPS: usize = 12;

/// Gives each slot its `start`. Bends smaller than `jog` are taken out where that is possible.
pub fn place(rows: &mut Rows, jog: f64) {
    for slots in &mut rows.slots {
        let mut at = 0.0;
        for slot in slots.iter_mut() {
            slot.start = at;
            at += slot.length;
        }
        slots.iter_mut().for_each(|slot| slot.start -= at / 2.0);
    }
    let count = rows.slots.len();
    let (mut wished, mut pools) = (Vec::new(), Vec::new());
    for sweep in 0..SWEEPS {
        for step in 0..count {
            let at = if sweep % 2 == 0 { step } else { count - 1 - step };
            let both = sweep + 4 >= SWEEPS;
            wishes(rows, at, both || sweep % 2 == 0, both || sweep % 2 == 1, &mut wished);
            settle(&mut rows.slots[at], &wished, &mut pools);
        }
    }
    rows.slots
        .iter_mut()
        .flatten()
        .for_each(|slot| slot.start = (slot.start + slot.inset).round() - slot.inset);
    rows.slots.iter_mut().for_each(|slots| apart(slots));
    let mut rises = Lists::default();
    for sweep in 0..4 {
        let mut has_moved = false;
        for step in 0..count {
            has_moved |=
                straighten(rows, if sweep % 2 == 0 { step } else { count - 1 - step }, jog, &mut rises);
        }
        // Where nothing moves, nothing will: what each does depends on the places alone.
        if !together(rows, jog) && !has_moved {
            break;
        }
    }
    let least = rows.slots.iter().flatten().map(|slot| slot.start).fold(f64::INFINITY, f64::min);
    rows.slots.iter_mut().flatten().for_each(|slot| slot.start -= least);
}

/// Wires that pass several layers want to be straight more than others do.
fn weight(a: What, b: What) -> f64 {
    match (a, b) {
        (What::Pass(_), What::Pass(_)) => 8.0,
        (What::Node(_), What::Node(_)) => 1.0,
        _ => 2.0,
    }
}

/// Where each slot of a layer would make its links straight on average, and how much it wants that.
fn wishes(rows: &Rows, at: usize, back: bool, on: bool, sums: &mut Vec<(f64, f64)>) {
    sums.clear();
    sums.resize(rows.slots[at].len(), (0.0, 0.0));
    let mut add = |slot: usize, wish: f64, weight: f64| {
        sums[slot].0 += wish * weight;
        sums[slot].1 += weight;
    };
    if back && at > 0 {
        for l in &rows.links[at - 1] {
            let from = &rows.slots[at - 1][l.from];
            add(l.to, from.start + l.out - l.into, weight(from.what, rows.slots[at][l.to].what));
        }
    }
    if on {
        for l in rows.links.get(at).into_iter().flatten() {
            let to = &rows.slots[at + 1][l.to];
            add(l.from, to.start + l.into - l.out, weight(rows.slots[at][l.from].what, to.what));
        }
    }
    for (slot, wish) in rows.slots[at].iter().zip(sums) {
        let (sum, w) = *wish;
        *wish = if w > 0.0 { (sum / w, w) } else { (slot.start, 0.05) };
    }
}

/// The places nearest to the wished ones (least squares) that keep order and distances: pooling of neighbours that are too
/// close.
fn settle(slots: &mut [Slot], wishes: &[(f64, f64)], pools: &mut Vec<(f64, f64, usize)>) {
    // With the lengths taken off, all that is left to ask is that places do not decrease.
    let mut taken = 0.0;
    pools.clear();
    for (slot, &(wish, weight)) in slots.iter().zip(wishes) {
        pools.push((wish - taken, weight, 1));
        taken += slot.length;
        while let [.., (a, v, n), (b, w, m)] = pools[..] {
            if a <= b {
                break;
            }
            pools.truncate(pools.len() - 2);
            pools.push(((a * v + b * w) / (v + w), v + w, n + m));
        }
    }
    let places = pools.iter().flat_map(|&(place, _, count)| std::iter::repeat_n(place, count));
    let mut taken = 0.0;
    for (slot, place) in slots.iter_mut().zip(places) {
        slot.start = place + taken;
        taken += slot.length;
    }
}

/// Undoes what rounding did to distances.
fn apart(slots: &mut [Slot]) {
    for i in 1..slots.len() {
        let end = slots[i - 1].start + slots[i - 1].length;
        if slots[i].start < end {
            slots[i].start += (end - slots[i].start).ceil();
        }
    }
}

/// Moves each slot of a layer a little where that makes more of its wires straight. Says whether any was moved.
fn straighten(rows: &mut Rows, at: usize, jog: f64, all: &mut Lists<f64>) -> bool {
    let mut has_moved = false;
    let before = at.checked_sub(1).into_iter().flat_map(|at| rows.links[at].iter().map(move |l| (at, l)));
    let before = before.map(|(at, l)| (l.to, rows.rise(at, l)));
    let behind = rows.links.get(at).into_iter().flatten().map(|l| (l.from, -rows.rise(at, l)));
    all.fill(rows.slots[at].len(), before.chain(behind));
    for index in 0..rows.slots[at].len() {
        let shifts = all.of(index);
        let slots = &rows.slots[at];
        let slot = slots[index];
        let above = index.checked_sub(1).map_or(f64::NEG_INFINITY, |i| slots[i].start + slots[i].length);
        let below = slots.get(index + 1).map_or(f64::INFINITY, |next| next.start - slot.length);
        let straight = |by: f64| shifts.iter().filter(|&&s| (s - by).abs() < 0.5).count();
        let fits = |by: f64| slot.start + by >= above && slot.start + by <= below;
        let mut best = (straight(0.0), 0.0f64);
        for &by in shifts.iter().filter(|s| s.abs() <= jog && fits(**s)) {
            let count = straight(by);
            if count > best.0 || (count == best.0 && by.abs() < best.1.abs()) {
                best = (count, by);
            }
        }
        rows.slots[at][index].start += best.1;
        has_moved |= best.1 != 0.0;
    }
    has_moved
}

/// Moves what hangs together by straight wires as one, where that makes more wires straight. Says whether anything was moved.
fn together(rows: &mut Rows, jog: f64) -> bool {
    let mut has_moved = false;
    let (group, count) = groups(rows);
    let slots = group
        .iter()
        .enumerate()
        .flat_map(|(at, slots)| slots.iter().enumerate().map(move |(s, &g)| (g, (at, s))));
    let members = Lists::new(count, slots);
    // The bent wires of each group: how far it would have to move for each.
    let links =
        rows.links.iter().enumerate().flat_map(|(at, links)| links.iter().map(move |link| (at, *link)));
    let bent = links.filter(|(at, l)| group[*at][l.from] != group[at + 1][l.to]);
    let ends = bent.flat_map(|(at, l)| [(group[at][l.from], (at, l)), (group[at + 1][l.to], (at, l))]);
    let wires = Lists::new(count, ends);
    let mut shifts: Vec<f64> = Vec::new();
    for g in 0..count {
        let members = members.of(g);
        shifts.clear();
        shifts.extend(wires.of(g).iter().map(|&(at, l)| rows.shift(at, &l, group[at + 1][l.to] == g)));
        // Most are as straight as they get.
        if shifts.iter().all(|by| by.abs() > jog) {
            continue;
        }
        let straight = |by: f64| shifts.iter().filter(|&&s| (s - by).abs() < 0.5).count();
        let fits = |by: f64| members.iter().all(|&(at, slot)| rows.has_room(at, slot, by, &group));
        let better = |by: &&f64| by.abs() <= jog && straight(**by) > straight(0.0) && fits(**by);
        let best = shifts
            .iter()
            .filter(better)
            .min_by(|a, b| straight(**b).cmp(&straight(**a)).then(a.abs().total_cmp(&b.abs())));
        if let Some(&by) = best {
            members.iter().for_each(|&(at, slot)| rows.slots[at][slot].start += by);
            has_moved = true;
        }
    }
    has_moved
}

/// A number for each slot, the same for those that straight wires join, and how many there are.
fn groups(rows: &Rows) -> (Vec<Vec<usize>>, usize) {
    let mut group: Vec<Vec<usize>> = rows.slots.iter().map(|s| vec![usize::MAX; s.len()]).collect();
    let (mut count, mut joined) = (0, Lists::default());
    for at in 0..rows.slots.len() {
        let before = at.checked_sub(1).into_iter().flat_map(|at| rows.links[at].iter().map(move |l| (at, l)));
        let straight = before.filter(|(at, l)| rows.rise(*at, l).abs() < 0.5);
        joined.fill(rows.slots[at].len(), straight.map(|(_, l)| (l.to, l.from)));
        for slot in 0..rows.slots[at].len() {
            // The layers before have theirs; of several the first one is taken, the others stay apart.
            let joined = joined.of(slot).first().map(|&from| group[at - 1][from]);
            group[at][slot] = joined.unwrap_or(count);
            count += usize::from(joined.is_none());
        }
    }
    (group, count)
}

impl Rows {
    /// How far one side of a link would have to move to make it straight.
    fn shift(&self, at: usize, link: &Link, target: bool) -> f64 {
        if target { self.rise(at, link) } else { -self.rise(at, link) }
    }

    /// Whether a slot can move so far without meeting a neighbour that does not move with it.
    fn has_room(&self, at: usize, slot: usize, by: f64, group: &[Vec<usize>]) -> bool {
        let slots = &self.slots[at];
        let moves = |other: usize| group[at][other] == group[at][slot];
        let start = slots[slot].start + by;
        let before = slot == 0 || moves(slot - 1) || slots[slot - 1].start + slots[slot - 1].length <= start;
        let end = start + slots[slot].length;
        before && (slot + 1 == slots.len() || moves(slot + 1) || end <= slots[slot + 1].start)
    }

    /// How far the end of a link is from being level with its beginning: what its target would have to move back, turned round.
    fn rise(&self, at: usize, link: &Link) -> f64 {
        (self.slots[at][link.from].start + link.out) - (self.slots[at + 1][link.to].start + link.into)
    }
}

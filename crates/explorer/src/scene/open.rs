//! Which stages are open, what fits, and the outline.

use super::added::{Shaped, StageIds};
use super::tree::{Reading, count};
use super::{Block, Entry, Kind, Refused, View};
use chainrule::Circuit;
use std::collections::HashSet;

/// The stages that a view opens, with those around them.
pub fn resolve(shaped: &Shaped<'_>, paths: &[String], view: &View) -> Result<HashSet<u32>, Refused> {
    let (circuit, ids): (&Circuit, &StageIds) = (&shaped.circuit, &shaped.ids);
    let mut open = HashSet::new();
    let mut open_with_those_around = |mut stage: u32| {
        while stage != 0 {
            open.insert(stage);
            stage = circuit.stages[stage as usize].parent;
        }
    };
    shaped.open.iter().for_each(|&stage| open_with_those_around(stage));
    let parent = |stage: u32| circuit.stages[stage as usize].parent;
    // Parts are no stages that somebody wrote: they count as none, and open by name alone.
    let is_own = |stage: &u32| !ids.is_added(*stage);
    for stage in (1..paths.len() as u32).filter(is_own) {
        let around = std::iter::successors(Some(parent(stage)), |&s| Some(parent(s))).take_while(|&s| s != 0);
        if around.filter(is_own).count() < view.depth {
            open_with_those_around(stage);
        }
    }
    for name in &view.open {
        let stages: Vec<u32> =
            (1..paths.len() as u32).filter(|&s| is_called(ids, s, &paths[s as usize], name)).collect();
        let gate = || {
            name.strip_prefix(['g', 'c'])
                .and_then(|n| n.parse::<u32>().ok())
                .filter(|&n| (n as usize) < circuit.len())
        };
        if stages.is_empty() && gate().is_none() {
            return Err(Refused::Unknown {
                name: name.clone(),
                known: paths.iter().skip(1).cloned().collect(),
            });
        }
        stages.into_iter().for_each(&mut open_with_those_around);
    }
    Ok(open)
}

fn is_called(ids: &StageIds, stage: u32, path: &str, name: &str) -> bool {
    ids.stage(name) == Some(stage)
        || path == name
        || path.strip_suffix(name).is_some_and(|around| around.ends_with('.'))
}

/// The view with as much open as fits: the innermost stages close first.
pub fn coarser(reading: &Reading<'_>, view: &View, most: usize) -> Option<View> {
    let circuit = reading.circuit;
    let depth = |mut stage: u32| {
        let mut depth = 0;
        while circuit.stages[stage as usize].parent != 0 {
            stage = circuit.stages[stage as usize].parent;
            depth += 1;
        }
        depth
    };
    let mut open: Vec<(usize, u32)> = reading.open.iter().map(|&s| (depth(s), s)).collect();
    open.sort_unstable();
    while let Some(&(deepest, _)) = open.last() {
        open.retain(|(depth, _)| *depth < deepest);
        let names = open.iter().map(|(_, stage)| reading.ids.id(*stage)).collect();
        let next = View { open: names, depth: 0, ..view.clone() };
        let stages = open.iter().map(|(_, stage)| *stage).collect();
        if count(&Reading::new(circuit, reading.ids, &next, stages).items()) <= most {
            return Some(next);
        }
    }
    None
}

/// Every stage of which something is drawn or inside something drawn.
pub fn entries(reading: &Reading<'_>, paths: &[String], blocks: &[Block]) -> Vec<Entry> {
    let circuit = reading.circuit;
    let mut gates = vec![0usize; paths.len()];
    for (index, node) in circuit.gates() {
        let mut stage = if reading.is_gate(index) { node.stage } else { 0 };
        while stage != 0 {
            gates[stage as usize] += 1;
            stage = circuit.stages[stage as usize].parent;
        }
    }
    let of_stage = |b: &&Block| matches!(b.kind, Kind::Stage | Kind::Frame);
    let visible: HashSet<&str> = blocks.iter().filter(of_stage).map(|b| b.id.as_str()).collect();
    let mut entries = Vec::new();
    // Those around before those inside, whatever their numbers.
    let mut inside: Vec<Vec<usize>> = vec![Vec::new(); paths.len()];
    (1..paths.len()).rev().for_each(|stage| inside[circuit.stages[stage].parent as usize].push(stage));
    let mut open: Vec<(usize, usize)> = inside[0].iter().map(|&stage| (stage, 0)).collect();
    while let Some((stage, depth)) = open.pop() {
        open.extend(inside[stage].iter().map(|&inner| (inner, depth + 1)));
        let (number, around) = (stage as u32, circuit.stages[stage].parent);
        if gates[stage] > 0 || reading.ids.is_added(number) {
            let id = reading.ids.id(number);
            entries.push(Entry {
                path: paths[stage].clone(),
                parent: (around != 0).then(|| reading.ids.id(around)),
                depth,
                gates: gates[stage],
                open: reading.open.contains(&number),
                visible: visible.contains(id.as_str()),
                id,
            });
        }
    }
    entries
}

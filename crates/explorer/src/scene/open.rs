//! Which stages are open, what fits, and the outline.

use super::tree::{Reading, count};
use super::{Block, Entry, Kind, Refused, View};
use chainrule::Circuit;
use std::collections::HashSet;

/// The stages that a view opens, with those around them.
pub fn resolve(circuit: &Circuit, paths: &[String], view: &View) -> Result<HashSet<u32>, Refused> {
    let mut open = HashSet::new();
    let parent = |stage: u32| circuit.stages[stage as usize].parent;
    let mut depths = vec![0usize; paths.len()];
    for stage in 1..paths.len() as u32 {
        let around = parent(stage);
        depths[stage as usize] = if around == 0 { 0 } else { depths[around as usize] + 1 };
        if depths[stage as usize] < view.depth {
            open.insert(stage);
        }
    }
    for name in &view.open {
        let stages: Vec<u32> =
            (1..paths.len() as u32).filter(|&s| is_called(s, &paths[s as usize], name)).collect();
        let gate = || {
            name.strip_prefix('g')
                .and_then(|n| n.parse::<u32>().ok())
                .filter(|&n| (n as usize) < circuit.len())
        };
        if stages.is_empty() && gate().is_none() {
            return Err(Refused::Unknown {
                name: name.clone(),
                known: paths.iter().skip(1).cloned().collect(),
            });
        }
        for mut stage in stages {
            while stage != 0 {
                open.insert(stage);
                stage = parent(stage);
            }
        }
    }
    Ok(open)
}

fn is_called(stage: u32, path: &str, name: &str) -> bool {
    let id = name.strip_prefix('s').map(|rest| rest.split('-').next().unwrap_or(rest));
    let by_id = id.and_then(|n| n.parse().ok()) == Some(stage);
    by_id || path == name || path.strip_suffix(name).is_some_and(|around| around.ends_with('.'))
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
        let names = open.iter().map(|(_, stage)| format!("s{stage}")).collect();
        let next = View { open: names, depth: 0, ..view.clone() };
        let stages = open.iter().map(|(_, stage)| *stage).collect();
        if count(&Reading::new(circuit, &next, stages).items()) <= most {
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
    let mut depths = vec![0usize; paths.len()];
    let mut entries = Vec::new();
    for stage in 1..paths.len() {
        let around = circuit.stages[stage].parent as usize;
        depths[stage] = if around == 0 { 0 } else { depths[around] + 1 };
        if gates[stage] > 0 {
            let id = format!("s{stage}");
            entries.push(Entry {
                path: paths[stage].clone(),
                parent: (around != 0).then(|| format!("s{around}")),
                depth: depths[stage],
                gates: gates[stage],
                open: reading.open.contains(&(stage as u32)),
                visible: visible.contains(id.as_str()),
                id,
            });
        }
    }
    entries
}

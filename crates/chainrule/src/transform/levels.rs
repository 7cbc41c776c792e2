//! Dependence between wires of the circuits that are open now, the innermost and those around it.
//!
//! A loss inside a `vmap` or `scan` body may depend on an outer wire by way of an input that was lifted. A level is one
//! open circuit; the passes walk all levels between the wires that they are given.

use crate::circuit::levels::{captures_of, level_of, with_circuit};
use crate::circuit::{Circuit, OpenNode, Wire, open_node};

/// One open circuit, up to the last wire that matters.
pub struct Level {
    /// The trace that its wires belong to.
    pub trace: u32,
    /// One flag a wire: what it says is up to the pass.
    pub marked: Vec<bool>,
    /// Outer wires that became inputs here, each with its input.
    pub captures: Vec<(Wire, Wire)>,
}

impl Level {
    /// One of its wires.
    pub fn wire(&self, index: usize) -> Wire {
        Wire { trace: self.trace, index: index as u32 }
    }

    /// The gate that a wire is the first output of.
    pub fn gate(&self, index: usize) -> Option<OpenNode> {
        open_node(self.wire(index))
    }

    /// Goes over the flags with the circuit that they belong to.
    fn mark(&mut self, f: impl FnOnce(&Circuit, &mut [bool])) {
        with_circuit(self.trace, |circuit| f(circuit, &mut self.marked));
    }
}

/// The open circuits from the outermost of `sources` to the innermost of `sinks`, unmarked. Empty if there is none.
pub fn between(sources: &[Wire], sinks: &[Wire]) -> Vec<Level> {
    let all = || sources.iter().chain(sinks).copied().filter_map(|w| Some((level_of(w)?, w)));
    let outermost = sources.iter().filter_map(|&w| level_of(w)).min();
    let innermost = sinks.iter().filter_map(|&w| level_of(w)).max();
    let (Some(from), Some(to)) = (outermost, innermost) else { return Vec::new() };
    let mut levels: Vec<Level> = Vec::new();
    for level in (from..=to).rev() {
        // Of the innermost level only what sinks need matters; further out, what the levels inside have captured.
        let captured = levels.last().into_iter().flat_map(|l| l.captures.iter().map(|(outer, _)| *outer));
        let own = all().filter(|(l, _)| *l == level).map(|(_, w)| w);
        let wires: Vec<Wire> = own.chain(captured).collect();
        // No wire inside was lifted from here: further out there is nothing that the sinks could depend on.
        let Some(trace) = wires.first().map(|w| w.trace) else { break };
        let length = wires.iter().map(|w| w.index as usize + 1).max().unwrap_or(0);
        let captures = if level > from { captures_of(level) } else { Vec::new() };
        levels.push(Level { trace, marked: vec![false; length], captures });
    }
    levels.reverse();
    levels
}

/// The place of a wire among levels.
pub fn find(levels: &[Level], wire: Wire) -> Option<(usize, usize)> {
    let level = levels.iter().position(|l| l.trace == wire.trace)?;
    Some((level, wire.index as usize)).filter(|&(l, i)| i < levels[l].marked.len())
}

/// Marks every wire that depends on one of `sources`, themselves included.
pub fn mark_dependents(levels: &mut [Level], sources: &[Wire]) {
    for &source in sources {
        if let Some((level, index)) = find(levels, source) {
            levels[level].marked[index] = true;
        }
    }
    for at in 0..levels.len() {
        let lifted: Vec<usize> = levels[at]
            .captures
            .iter()
            .filter(|(outer, _)| is_marked(levels, *outer))
            .map(|(_, i)| i.index as usize)
            .collect();
        let level = &mut levels[at];
        for input in lifted {
            if let Some(flag) = level.marked.get_mut(input) {
                *flag = true;
            }
        }
        level.mark(|circuit, marked| {
            let first = marked.iter().position(|&m| m).unwrap_or(marked.len());
            for index in first..marked.len() {
                // All outputs of a gate have its inputs, so that all are marked.
                marked[index] |= circuit.inputs_of(index as u32).iter().any(|&i| marked[i as usize]);
            }
        });
    }
}

/// Marks every wire that one of `sinks` depends on, themselves included.
pub fn mark_needed(levels: &mut [Level], sinks: &[Wire]) {
    for &sink in sinks {
        if let Some((level, index)) = find(levels, sink) {
            levels[level].marked[index] = true;
        }
    }
    for at in (0..levels.len()).rev() {
        levels[at].mark(|circuit, marked| {
            for index in (0..marked.len()).rev().map(|i| i as u32) {
                if marked[index as usize] {
                    marked[circuit.holder(index) as usize] = true;
                    circuit.inputs_of(index).iter().for_each(|&i| marked[i as usize] = true);
                }
            }
        });
        let needed: Vec<Wire> = levels[at]
            .captures
            .iter()
            .filter(|(_, input)| is_marked(levels, *input))
            .map(|(outer, _)| *outer)
            .collect();
        for outer in needed {
            if let Some((level, index)) = find(levels, outer) {
                levels[level].marked[index] = true;
            }
        }
    }
}

fn is_marked(levels: &[Level], wire: Wire) -> bool {
    find(levels, wire).is_some_and(|(level, index)| levels[level].marked[index])
}

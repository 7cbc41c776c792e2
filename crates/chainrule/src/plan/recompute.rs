//! A plan that stays below a number of bytes: values that would wait in memory for a late reader are computed again for it.
//!
//! Where the most memory is taken, some values lie that nobody reads for a while. Those that are cheap to have again for the
//! bytes that they give back are dropped there: their later readers read copies of their gates, recorded just before.
//! Then the circuit is laid out anew, until it fits. A copy is the same gate on the same inputs, so it gives the same bits.
//! The idea is that of XLA's HloRematerialization.

use super::Plan;
use super::emit::{NONE, Survey, bytes};
use super::lower::{BEFORE, lower};
use crate::circuit::{Circuit, Class};
use std::collections::HashMap;

/// Smaller values are kept: having them again costs more than their bytes are worth.
const SMALL: usize = 4096;

/// The most gates that are computed again for the sake of one value.
const LONGEST_CHAIN: usize = 64;

/// A value of which so many fit into the one that is dropped for it may as well stay.
const WORTH: usize = 8;

/// How often a new layout may fail to be smaller.
const PATIENCE: usize = 6;

/// A circuit with copies of gates, which come late: they are there to be computed where they are read.
struct Revised {
    circuit: Circuit,
    late: Vec<bool>,
    /// Values of fewer bytes are kept.
    small: usize,
}

/// The plan of a circuit whose arena takes at most so many bytes, or the fewest bytes that were reached.
pub(super) fn within(circuit: &Circuit, limit: usize) -> Result<Plan, usize> {
    // Dropping no more than it takes is cheapest. Where that ends in a corner, dropping all that can be dropped at each peak
    // may still succeed, and what it reaches does not depend on the limit.
    let plan = search(circuit, limit, limit, SMALL).or_else(|_| search(circuit, limit, 0, SMALL));
    plan.map_err(|smallest| smallest.arena)
}

/// Drops values at one peak after the other, as if the arena had to shrink to `goal`, until it is below the limit. The
/// smallest plan where it never is.
fn search(circuit: &Circuit, limit: usize, goal: usize, small: usize) -> Result<Plan, Box<Plan>> {
    let mut revised = Revised { circuit: circuit.clone(), late: Vec::new(), small };
    let (mut smallest, mut patience) = (None::<Box<Plan>>, PATIENCE);
    loop {
        let (plan, survey) = lower(&revised.circuit, &revised.circuit.outputs, &revised.late);
        if plan.arena <= limit {
            return Ok(plan);
        }
        let next = if patience > 0 { Peak::of(&revised, &plan, &survey).relieved(goal) } else { None };
        let kept = match smallest.take() {
            Some(known) if known.arena <= plan.arena => {
                patience = patience.saturating_sub(1);
                known
            }
            _ => {
                patience = PATIENCE;
                Box::new(plan)
            }
        };
        let Some(next) = next else { return Err(kept) };
        (revised, smallest) = (next, Some(kept));
    }
}

/// The smallest plan that dropping even the smallest values leads to, for tests.
#[cfg(test)]
pub fn smallest(circuit: &Circuit) -> Plan {
    search(circuit, 0, 0, 0).unwrap_or_else(|smallest| *smallest)
}

/// The step at which the most memory is taken, and what is known about it.
struct Peak<'a> {
    revised: &'a Revised,
    plan: &'a Plan,
    survey: &'a Survey,
    step: u32,
    /// Bytes that lie in the arena at that step.
    bytes: usize,
    /// The node whose elements a view sees; itself for other nodes.
    base: Vec<u32>,
    /// For bases: the last step up to the peak and the first step after it at which they are read.
    around: HashMap<u32, (u32, u32)>,
}

/// What dropping a value would take.
struct Drop {
    saved: usize,
    cost: u64,
    /// The gates that are computed again, the value's own first.
    chain: Vec<u32>,
}

impl<'a> Peak<'a> {
    fn of(revised: &'a Revised, plan: &'a Plan, survey: &'a Survey) -> Peak<'a> {
        let mut change = vec![0isize; plan.steps.len() + 2];
        for (value, life) in plan.values.iter().zip(&survey.lives) {
            if let Some(life) = life {
                change[life.first as usize] += value.bytes as isize;
                change[life.last as usize + 1] -= value.bytes as isize;
            }
        }
        let (mut now, mut most, mut step) = (0, 0, 0);
        for (at, change) in change.iter().enumerate() {
            now += change;
            if now > most {
                (most, step) = (now, at as u32);
            }
        }
        let base = bases(&revised.circuit);
        let mut peak =
            Peak { revised, plan, survey, step, bytes: most as usize, base, around: HashMap::new() };
        peak.find_readers();
        peak
    }

    fn find_readers(&mut self) {
        let circuit = &self.revised.circuit;
        for (index, node) in circuit.gates() {
            let step = self.survey.step[index as usize];
            if step == BEFORE || matches!(node.gate.class, Class::View(_)) {
                continue;
            }
            for &wire in circuit.inputs_of(index) {
                self.read(wire, step);
            }
        }
        for &wire in &circuit.outputs {
            self.read(wire, self.plan.steps.len() as u32);
        }
    }

    fn read(&mut self, wire: u32, step: u32) {
        let base = self.base[wire as usize];
        let made = self.survey.step[base as usize];
        let (before, after) = self.around.entry(base).or_insert((made, u32::MAX));
        if step <= self.step {
            *before = step.max(*before);
        } else {
            *after = step.min(*after);
        }
    }

    /// Bytes of a node's elements.
    fn size(&self, node: u32) -> usize {
        bytes(self.revised.circuit.node(node).spec)
    }

    /// Whether a node's elements are in memory at a step after the peak.
    fn is_there(&self, node: u32, step: u32) -> bool {
        let value = self.survey.values[node as usize];
        self.survey.step[node as usize] == BEFORE
            || (value != NONE && self.survey.lives[value as usize].is_none_or(|life| life.last >= step))
    }

    /// Whether a node's elements lie in memory at the peak in any case, for a reader after it.
    fn rests(&self, node: u32) -> bool {
        let made = self.survey.step[node as usize];
        made <= self.step && self.is_there(node, self.step) && self.around[&node].1 != u32::MAX
    }

    /// The circuit without some of the values that lie about at the peak; `None` if none is worth dropping.
    fn relieved(&self, limit: usize) -> Option<Revised> {
        let mut drops: Vec<Drop> = self.around.keys().filter_map(|&node| self.dropped(node)).collect();
        let price = |drop: &Drop| drop.cost as f64 / drop.saved as f64;
        drops.sort_by(|a, b| price(a).total_cmp(&price(b)).then(a.chain[0].cmp(&b.chain[0])));
        let excess = self.bytes.saturating_sub(limit).max(1);
        let (mut saved, mut again) = (0, vec![false; self.revised.circuit.len()]);
        for drop in &drops {
            if saved >= excess {
                break;
            }
            saved += drop.saved;
            drop.chain.iter().for_each(|&node| again[node as usize] = true);
        }
        (saved > 0).then(|| self.rewritten(&again))
    }

    /// What it takes to drop a value at the peak.
    fn dropped(&self, node: u32) -> Option<Drop> {
        let (before, after) = self.around[&node];
        let size = self.size(node);
        let value = self.survey.values[node as usize];
        let in_arena = value != NONE && self.survey.lives[value as usize].is_some();
        let is_free = before < self.step && after != u32::MAX && after < self.plan.steps.len() as u32;
        if !in_arena || !is_free || size < self.revised.small || !self.is_repeatable(node) {
            return None;
        }
        let (mut chain, mut held) = (vec![node], Vec::new());
        let (mut at, mut cost, mut more) = (0, 0, 0);
        while let Some(&gate) = chain.get(at) {
            at += 1;
            cost += self.cost(gate);
            for &wire in self.revised.circuit.inputs_of(gate) {
                let input = self.base[wire as usize];
                if self.is_there(input, after) || chain.contains(&input) || held.contains(&input) {
                    continue;
                }
                if self.rests(input) {
                    held.push(input);
                } else if self.size(input) * WORTH <= size || !self.is_repeatable(input) {
                    held.push(input);
                    more += self.size(input);
                } else {
                    chain.push(input);
                }
            }
            if chain.len() > LONGEST_CHAIN {
                return None;
            }
        }
        let saved = size.checked_sub(more).filter(|&saved| saved > 0)?;
        Some(Drop { saved, cost, chain })
    }

    fn is_repeatable(&self, node: u32) -> bool {
        let class = self.revised.circuit.node(node).gate.class;
        !matches!(class, Class::Control(_) | Class::Input | Class::Constant)
    }

    fn cost(&self, index: u32) -> u64 {
        let (circuit, node) = (&self.revised.circuit, self.revised.circuit.node(index));
        let inputs = circuit.specs(circuit.inputs_of(index));
        let flops = (node.gate.flops)(node.attrs, &inputs, &[node.spec]);
        flops + 4 * node.spec.shape.elements() as u64
    }

    /// The circuit in which readers after the peak read copies of some gates.
    fn rewritten(&self, again: &[bool]) -> Revised {
        let old = &self.revised.circuit;
        let mut writer = Writer {
            peak: self,
            again,
            circuit: Circuit::default(),
            late: Vec::new(),
            map: vec![0; old.len()],
            copies: HashMap::new(),
        };
        for (index, node) in old.gates() {
            let step = self.survey.step[index as usize];
            let is_late = step != BEFORE && step > self.step && !matches!(node.gate.class, Class::View(_));
            writer.write(index, is_late);
        }
        let mapped = |wires: &[u32]| wires.iter().map(|&wire| writer.map[wire as usize]).collect();
        let (inputs, outputs) = (mapped(&old.inputs), mapped(&old.outputs));
        let Writer { mut circuit, late, .. } = writer;
        (circuit.inputs, circuit.outputs) = (inputs, outputs);
        Revised { circuit, late, small: self.revised.small }
    }
}

/// The node whose elements each node's are.
fn bases(circuit: &Circuit) -> Vec<u32> {
    let mut base: Vec<u32> = (0..circuit.len() as u32).collect();
    for (index, node) in circuit.gates() {
        if matches!(node.gate.class, Class::View(_)) {
            base[index as usize] = base[circuit.inputs_of(index)[0] as usize];
        }
    }
    base
}

struct Writer<'p, 'a> {
    peak: &'p Peak<'a>,
    /// The nodes that late readers have computed again.
    again: &'p [bool],
    circuit: Circuit,
    late: Vec<bool>,
    /// The new index of each node, and of its copy.
    map: Vec<u32>,
    copies: HashMap<u32, u32>,
}

impl Writer<'_, '_> {
    fn write(&mut self, index: u32, is_late: bool) {
        let old = &self.peak.revised.circuit;
        if is_late {
            self.copy_inputs(index);
        }
        let of = |wire: &u32| match self.copies.get(wire) {
            Some(&copy) if is_late => copy,
            _ => self.map[*wire as usize],
        };
        let inputs: Vec<u32> = old.inputs_of(index).iter().map(of).collect();
        let first = self.circuit.repeat(old, index, &inputs);
        let was_late = self.peak.revised.late.get(index as usize).copied().unwrap_or(false);
        for part in 0..old.node(index).parts {
            self.map[(index + part) as usize] = first + part;
            self.late.push(was_late);
        }
    }

    /// Records copies of the gates that a late reader needs again, and of the views between them.
    fn copy_inputs(&mut self, reader: u32) {
        let (old, base) = (&self.peak.revised.circuit, &self.peak.base);
        let (mut needed, mut open) = (Vec::new(), old.inputs_of(reader).to_vec());
        while let Some(wire) = open.pop() {
            let is_new = self.again[base[wire as usize] as usize] && !self.copies.contains_key(&wire);
            if is_new && !needed.contains(&wire) {
                needed.push(wire);
                open.extend(old.inputs_of(wire));
            }
        }
        needed.sort_unstable();
        for wire in needed {
            let of = |input: &u32| self.copies.get(input).copied().unwrap_or(self.map[*input as usize]);
            let inputs: Vec<u32> = old.inputs_of(wire).iter().map(of).collect();
            let copy = self.circuit.repeat(old, wire, &inputs);
            self.late.push(true);
            self.copies.insert(wire, copy);
        }
    }
}

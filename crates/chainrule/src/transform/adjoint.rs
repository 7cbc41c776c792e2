//! The backward pass as a circuit: starts at the outputs and applies the chain rule gate by gate.

use super::{PASSES, levels};
use crate::circuit::{Local, OpenNode, Room, Wire, at_site, close, note, recorded};
use crate::gates::{is_padded, joined, scale, support::operands::zeros_like};
use std::collections::HashMap;

/// What is passed back to the wires `at` when `upstreams` arrive at `outputs`: the total derivative along every path, so
/// that where one of `at` depends on another, both get their due. `None` where there is no path, or nothing arrives.
///
/// The walk is one loop over the wires in descending order, which is a topological order: nothing recurses.
pub fn vjp(outputs: &[Wire], at: &[Wire], upstreams: &[Option<Wire>]) -> Vec<Option<Wire>> {
    let mut levels = levels::between(at, outputs);
    levels::mark_dependents(&mut levels, at);
    let sums = levels.iter().map(|l| vec![None; l.marked.len()]).collect();
    let mut arrived = Arrived { sums, parts: HashMap::new() };
    for (&output, &upstream) in outputs.iter().zip(upstreams) {
        if let (Some(place), Some(upstream)) = (levels::find(&levels, output), upstream) {
            arrived.add(place, upstream);
        }
    }
    for depth in (0..levels.len()).rev() {
        let level = &levels[depth];
        for index in (0..level.marked.len()).rev().filter(|&i| level.marked[i]) {
            let Some(gate) = level.gate(index) else { continue };
            let (end, from) = ((index + gate.outputs.len()).min(level.marked.len()), recorded());
            let upstreams: Vec<Option<Wire>> = (index..end).map(|i| arrived.sum((depth, i))).collect();
            if upstreams.iter().all(Option::is_none) {
                continue;
            }
            let wants: Vec<bool> =
                gate.inputs.iter().map(|w| level.marked[w.index as usize] && w.dtype().is_float()).collect();
            let notes = note(&gate.outputs, &upstreams, from);
            let passed = at_site(gate.site, || pass_back(&gate, upstreams, &wants));
            for ((input, passed), wanted) in gate.inputs.iter().zip(passed).zip(wants) {
                if let (Some(passed), true) = (passed, wanted) {
                    arrived.add((depth, input.index as usize), passed);
                }
            }
            close(notes);
        }
        for (outer, input) in &level.captures {
            let index = input.index as usize;
            let inside = if index < level.marked.len() { arrived.sum((depth, index)) } else { None };
            if let (Some(inside), Some(place)) = (inside, levels::find(&levels, *outer)) {
                arrived.add(place, inside);
            }
        }
    }
    at.iter().map(|&w| levels::find(&levels, w).and_then(|place| arrived.sum(place))).collect()
}

/// What has arrived at each wire of each level.
struct Arrived {
    sums: Vec<Vec<Option<Wire>>>,
    /// Parts of gradients with zeros around them, which may fit together: they are kept apart until the sum is asked for.
    parts: HashMap<(usize, usize), Vec<Wire>>,
}

impl Arrived {
    fn add(&mut self, place: (usize, usize), upstream: Wire) {
        if is_padded(upstream) {
            self.parts.entry(place).or_default().push(upstream);
        } else {
            accumulate(&mut self.sums[place.0][place.1], upstream);
        }
    }

    /// All that has arrived at a wire.
    fn sum(&mut self, place: (usize, usize)) -> Option<Wire> {
        let sum = &mut self.sums[place.0][place.1];
        let parts = if self.parts.is_empty() { None } else { self.parts.remove(&place) };
        joined(parts.unwrap_or_default()).into_iter().for_each(|part| accumulate(sum, part));
        *sum
    }
}

/// Gradients that arrive at one wire from several uses add up.
pub fn accumulate(arrived: &mut Option<Wire>, upstream: Wire) {
    *arrived = Some(arrived.map_or(upstream, |before| before + upstream));
}

/// One gate's step of the chain rule: upstream times local gradient, for each input that is wanted.
pub fn pass_back(gate: &OpenNode, mut upstreams: Vec<Option<Wire>>, wants: &[bool]) -> Vec<Option<Wire>> {
    upstreams.resize(gate.outputs.len(), None);
    let room = room(gate);
    let each = |rule: &dyn Fn(Wire, usize) -> Wire| {
        let wanted = |(i, &w): (usize, &bool)| upstreams[0].filter(|_| w).map(|up| rule(up, i));
        wants.iter().enumerate().map(wanted).collect()
    };
    match gate.gate.local {
        Local::Partials(local) => each(&|up, i| scale(up, local(&room, i))),
        Local::Linear(transpose) => each(&|up, i| transpose(&room, up, i)),
        Local::Pair { vjp, .. } => vjp(&room, &upstreams, wants),
        Local::Flat => {
            let flat = |(&w, &input): (&bool, &Wire)| w.then(|| zeros_like(input));
            wants.iter().zip(&gate.inputs).map(flat).collect()
        }
        Local::Stopped => vec![None; wants.len()],
    }
}

/// What a gate's rules see.
pub fn room(gate: &OpenNode) -> Room<'_> {
    Room {
        gate: gate.gate,
        attrs: &gate.attrs,
        inputs: &gate.inputs,
        outputs: &gate.outputs,
        passes: &PASSES,
    }
}

//! What is said of a birth: numbers of the gate and of the forward gate that it serves, and the way to the loss.

use super::search::Found;
use super::suggest;
use crate::error::Result;
use crate::observe;
use chainrule::{Circuit, Program, Tensor, flow};
use chainrule_explorer::run::{Birth, Kind, Operand, Pass, PathGate};
use std::collections::VecDeque;

/// Most gates of a path that are listed.
const PATH: usize = 32;

/// The record, but for the step.
pub fn birth(circuit: &Circuit, inputs: &[Tensor], passes: &[Pass], found: Found) -> Result<Birth> {
    let gate = circuit.holder(found.wire);
    let (element, kind) = found.bad.first().unwrap_or((0, Kind::Nan));
    let served = circuit.served()[gate as usize].filter(|_| passes[gate as usize] == Pass::Backward);
    let of = served.map_or(gate, |served| circuit.holder(served.wire));
    let wanted =
        [circuit.inputs_of(gate), circuit.inputs_of(of), &served.map_or(vec![], |s| vec![s.upstream])]
            .concat();
    let (_, values) = Program::from_circuit(circuit.clone()).watching(&wanted)?.run(inputs.to_vec())?;
    let (own, rest) = values.split_at(circuit.inputs_of(gate).len());
    let (of_values, upstream) = rest.split_at(circuit.inputs_of(of).len());
    let upstream = upstream.first();
    let spec = circuit.node(found.wire).spec;
    // The element of the forward gate is that of the gate itself where both have one shape.
    let of_spec = circuit.node(of).spec;
    let same = of_spec.shape == spec.shape || of_spec.shape.elements() == 1;
    let of_element = if of_spec.shape.elements() == 1 { 0 } else { element };
    let operand = |(&w, value): (&u32, &Tensor)| operand(circuit, w, value, element, spec.shape.elements());
    let node = circuit.node(of);
    let birth = Birth {
        s: 0,
        pass: passes[gate as usize],
        gate: found.wire,
        op: circuit.node(gate).gate.name.to_string(),
        kind,
        at: coordinates(element, &spec.shape.dims()),
        inputs: circuit.inputs_of(gate).iter().zip(own).map(operand).collect(),
        of,
        of_op: node.gate.name.to_string(),
        of_in: circuit.inputs_of(of).iter().zip(of_values).map(operand).collect(),
        local: if same { locals(circuit, of, of_values, of_element)? } else { Vec::new() },
        up: upstream.filter(|_| same).and_then(|up| up.to_f64().get(of_element).copied()),
        path: path(circuit, gate),
        module: circuit.stage_paths()[node.stage as usize].clone(),
        src: observe::source(circuit, of),
        within: Vec::new(),
        try_this: String::new(),
    };
    Ok(Birth { try_this: suggest::one(&birth), ..birth })
}

/// An input of a gate whose result has so many elements, at one of these.
fn operand(circuit: &Circuit, w: u32, value: &Tensor, element: usize, elements: usize) -> Operand {
    let numbers = value.to_f64();
    let v = match numbers.len() {
        1 => numbers.first().copied(),
        n if n == elements => numbers.get(element).copied(),
        _ => None,
    };
    let node = circuit.node(w);
    let name = circuit.names.get(&w).cloned().unwrap_or_else(|| node.gate.name.to_string());
    let min = numbers.iter().copied().fold(f64::INFINITY, f64::min);
    let max = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let (min, max) = if numbers.is_empty() { (0.0, 0.0) } else { (min, max) };
    Operand { w, name, v, min, max }
}

/// An element's place in an array, from its number.
fn coordinates(element: usize, dims: &[usize]) -> Vec<usize> {
    let mut rest = element;
    let mut at: Vec<usize> =
        dims.iter().rev().map(|&dim| (rest % dim.max(1), rest /= dim.max(1)).0).collect();
    at.reverse();
    at
}

/// The gate's local gradient for each input at an element, where it has one.
fn locals(circuit: &Circuit, gate: u32, inputs: &[Tensor], element: usize) -> Result<Vec<f64>> {
    let node = circuit.node(gate);
    if !node.is_elementwise() || !node.spec.dtype.is_float() {
        return Ok(Vec::new());
    }
    let alone = circuit.alone(gate);
    let flow = flow(&alone, inputs, &[Tensor::full(node.spec, 1.0)])?;
    let row = flow.wires.last().map(|wire| &wire.locals[..]).unwrap_or_default();
    Ok(row.iter().flatten().filter_map(|local| local.to_f64().get(element).copied()).collect())
}

/// The shortest way from a gate to an output: the loss, if it leads there.
fn path(circuit: &Circuit, gate: u32) -> Vec<PathGate> {
    let mut readers: Vec<Vec<u32>> = vec![Vec::new(); circuit.len()];
    for (index, _) in circuit.gates() {
        for &input in circuit.inputs_of(index) {
            readers[circuit.holder(input) as usize].push(index);
        }
    }
    let mut before: Vec<Option<u32>> = vec![None; circuit.len()];
    before[gate as usize] = Some(gate);
    let mut queue = VecDeque::from([gate]);
    while let Some(at) = queue.pop_front() {
        for &next in &readers[at as usize] {
            if before[next as usize].is_none() {
                before[next as usize] = Some(at);
                queue.push_back(next);
            }
        }
    }
    let ends = circuit.outputs.iter().map(|&output| circuit.holder(output));
    let Some(end) = ends.into_iter().find(|&end| before[end as usize].is_some()) else { return Vec::new() };
    let mut way = vec![end];
    while let Some(at) = way.last().and_then(|&last| before[last as usize].filter(|&at| at != last)) {
        way.push(at);
    }
    way.reverse();
    let paths = circuit.stage_paths();
    let named = way.into_iter().take(PATH).map(|gate| {
        let node = circuit.node(gate);
        PathGate { gate, op: node.gate.name.to_string(), module: paths[node.stage as usize].clone() }
    });
    named.collect()
}

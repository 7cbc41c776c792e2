//! Which inner values of a loop's body are worth keeping for the backward pass, turn by turn, instead of computing them
//! again.

use crate::circuit::{Circuit, Class, Local, Node};

/// From so many operations an element on, a value is kept. Writing and reading four bytes of memory that is out of reach of
/// the first-level cache takes about as long as so many additions within it.
const DEAR: u64 = 8;

/// Those values, in numeric order: what computing them again, from those that are kept before them, would cost too much.
/// Inputs are there anyway, views take no time, and what depends on constants of the loop alone is no matter of turns.
pub fn kept(body: &Circuit, constants: usize) -> Vec<u32> {
    let (live, varies) = (body.reached(), varying(body, constants));
    let mut again = vec![0u64; body.len()];
    let mut kept = Vec::new();
    for (index, node) in body.gates() {
        if !varies[index as usize] || matches!(node.gate.class, Class::Input | Class::Constant) {
            continue;
        }
        let inputs = body.inputs_of(index);
        let first = |(at, wire): &(usize, &u32)| !inputs[..*at].contains(wire);
        let from = inputs.iter().enumerate().filter(first).map(|(_, &wire)| again[wire as usize]);
        let cost = from.fold(own(body, index, &node), u64::saturating_add);
        let is_view = matches!(node.gate.class, Class::View(_));
        for part in index..index + node.parts {
            let elements = body.node(part).spec.shape.elements() as u64;
            if !is_view && cost >= DEAR * elements && elements > 0 && live[part as usize] {
                kept.push(part);
            } else {
                again[part as usize] = cost;
            }
        }
    }
    kept
}

/// Which nodes depend on something that changes from turn to turn.
fn varying(body: &Circuit, constants: usize) -> Vec<bool> {
    let mut varies = vec![false; body.len()];
    body.inputs[constants..].iter().for_each(|&input| varies[input as usize] = true);
    for index in 0..body.len() as u32 {
        varies[index as usize] |= body.inputs_of(index).iter().any(|&i| varies[i as usize]);
    }
    varies
}

/// About how many additions a gate takes as long as.
fn own(body: &Circuit, index: u32, node: &Node<'_>) -> u64 {
    let elements: u64 = body.output_specs(index).iter().map(|spec| spec.shape.elements() as u64).sum();
    let inputs = body.inputs_of(index);
    let flops = || (node.gate.flops)(node.attrs, &body.specs(inputs), &body.output_specs(index));
    match (node.gate.class, node.gate.local) {
        (Class::Input | Class::Constant | Class::View(_), _) => 0,
        // Functions of one number: exponentials, logarithms, roots.
        (Class::Elementwise(_), Local::Partials(_)) if inputs.len() == 1 => DEAR * elements,
        (Class::Elementwise(_), _) => elements,
        (Class::Control(_), _) => flops().saturating_add(DEAR * elements),
        // A step of its own, whose result goes through memory.
        _ => flops().saturating_add(elements),
    }
}

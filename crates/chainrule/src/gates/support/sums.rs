//! States of a loop that are sums over its turns: what is added, and of which values that is the sum.

use crate::circuit::{Circuit, Class};
use crate::gates::ADD;

/// For each state what is added to it at each turn, if nothing else is done with it. Constants are the first inputs.
pub fn added(body: &Circuit, constants: usize, states: usize) -> Vec<Option<u32>> {
    let (live, mut readers) = (body.reached(), vec![0usize; body.len()]);
    let gates = body.gates().filter(|(index, _)| live[*index as usize]);
    gates.for_each(|(index, _)| body.inputs_of(index).iter().for_each(|&input| readers[input as usize] += 1));
    body.outputs.iter().for_each(|&output| readers[output as usize] += 1);
    let of = |state: usize| {
        let (input, next) = (body.inputs[constants + state], body.outputs[state]);
        let [a, b] = *body.inputs_of(next) else { return None };
        let added = if a == input { b } else { a };
        // The state is read by the sum and by its history, the sum as the next state.
        let alone = readers[input as usize] == 2 && readers[next as usize] == 1 && (a == input || b == input);
        (alone && std::ptr::eq(body.node(next).gate, &ADD)).then_some(added)
    };
    (0..states).map(of).collect()
}

/// The values of which one is the sum, seen through views.
pub fn leaves(body: &Circuit, added: u32) -> Vec<u32> {
    let (mut leaves, mut open) = (Vec::new(), vec![added]);
    while let Some(node) = open.pop() {
        if std::ptr::eq(body.node(node).gate, &ADD) || matches!(body.node(node).gate.class, Class::View(_)) {
            open.extend(body.inputs_of(node));
        } else if !leaves.contains(&node) {
            leaves.push(node);
        }
    }
    leaves
}

//! What can be computed before a loop.

use super::super::batch::batch;
use super::{Loop, Pace, bytes, paces, part};
use crate::circuit::{Circuit, Class, Wire, inline_between};

/// A product may be so many times larger than the sequence that it is made of: it has to be kept for all turns.
const GROWTH: usize = 8;

/// The loop with a smaller body, and the constants and sequences that this one reads instead.
pub(super) fn moved(all: Loop) -> Loop {
    let (pace, moves) = (paces(&all), moving(&all));
    let needed = all.body.between(&moves, &all.body.outputs);
    let border = |of: Pace| {
        let is_border = |&i: &u32| needed[i as usize] && moves[i as usize] && pace[i as usize] == of;
        (0..all.body.len() as u32).filter(is_border).collect::<Vec<u32>>()
    };
    let (fixed, turning) = (border(Pace::Fixed), border(Pace::Turn));
    if fixed.is_empty() && turning.is_empty() {
        return all;
    }
    let (constants, states, sequences) = all.inputs();
    let new_constants = [&all.constants[..], &once(&all, &fixed)].concat();
    let from = [constants, &fixed, sequences].concat();
    let unchanged = new_constants.iter().map(|&wire| (wire, false));
    let arguments: Vec<(Wire, bool)> =
        unchanged.chain(all.sequences.iter().map(|&wire| (wire, true))).collect();
    let stacked = batch(&part(&all.body, &from, &turning), &arguments);
    let new_sequences =
        all.sequences.iter().copied().chain(stacked.into_iter().map(|(wire, _)| wire)).collect();
    let inputs = [constants, &fixed, states, sequences, &turning].concat();
    let body = part(&all.body, &inputs, &all.body.outputs);
    Loop { body, constants: new_constants, sequences: new_sequences, ..all }
}

/// Records some nodes that depend on constants alone.
fn once(all: &Loop, fixed: &[u32]) -> Vec<Wire> {
    let mut known = vec![None; all.body.len()];
    all.inputs().0.iter().zip(&all.constants).for_each(|(&i, &wire)| known[i as usize] = Some(wire));
    let wires = inline_between(&all.body, &known, fixed);
    fixed.iter().map(|&node| wires[node as usize].unwrap_or(Wire::POISON)).collect()
}

/// Which nodes leave the body: all that is the same at every turn, products that read no state, and what is computed of
/// these without taking more room.
fn moving(all: &Loop) -> Vec<bool> {
    let (body, pace) = (&all.body, paces(all));
    let live = body.reached();
    let mut moves = vec![false; body.len()];
    // Whose elements a node shows, and for nodes that turn the size of the largest sequence that they read.
    let mut base: Vec<u32> = (0..body.len() as u32).collect();
    let mut source: Vec<usize> = vec![0; body.len()];
    all.inputs().2.iter().for_each(|&input| source[input as usize] = size(body, input));
    for (index, node) in body.gates() {
        let at = index as usize;
        let inputs = body.inputs_of(index);
        let largest = inputs.iter().map(|&i| source[i as usize]).max().unwrap_or(0);
        source[at] = source[at].max(largest);
        let room = |&i: &u32| {
            let base = base[i as usize];
            if moves[base as usize] && pace[base as usize] == Pace::Turn { size(body, base) } else { 0 }
        };
        let leaves = match (node.gate.class, pace[at]) {
            _ if !live[at] => false,
            (Class::View(_), _) => {
                base[at] = base[inputs[0] as usize];
                false
            }
            (Class::Input | Class::Constant, _) | (_, Pace::State) => false,
            (_, Pace::Fixed) => true,
            (Class::Product, Pace::Turn) => size(body, index) <= GROWTH * source[at],
            (Class::Elementwise(_), Pace::Turn) => {
                size(body, index) <= inputs.iter().map(room).max().unwrap_or(0)
            }
            _ => false,
        };
        moves[at..at + node.parts as usize].fill(leaves);
    }
    moves
}

fn size(body: &Circuit, node: u32) -> usize {
    bytes(body.node(node).spec)
}

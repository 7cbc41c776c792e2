//! Batching rules that many rooms share. A batch axis always stands in front.

use crate::circuit::{Room, Wire, record};

/// The length of the batch axis.
pub fn size(room: &Room<'_>, batched: &[bool]) -> usize {
    let first = room.inputs.iter().zip(batched).find(|(_, b)| **b);
    first.map(|(w, _)| w.shape()[0]).expect("a batching rule is asked only where an input is batched")
}

/// Input number `i` with a batch axis in front: repeated if it has none.
pub fn input(room: &Room<'_>, batched: &[bool], i: usize) -> Wire {
    let wire = room.inputs[i];
    if batched[i] {
        return wire;
    }
    let mut dims = vec![size(room, batched)];
    dims.extend(wire.shape().iter());
    wire.broadcast_to(&dims)
}

/// All inputs with a batch axis in front.
pub fn inputs(room: &Room<'_>, batched: &[bool]) -> Vec<Wire> {
    (0..room.inputs.len()).map(|i| input(room, batched, i)).collect()
}

/// Element-wise gates: the same gate over batched inputs.
pub fn elementwise(room: &Room<'_>, batched: &[bool]) -> Vec<Wire> {
    vec![record(room.gate, room.attrs.clone(), &inputs(room, batched))]
}

/// Sources have no inputs that could be batched.
pub fn never(room: &Room<'_>, _: &[bool]) -> Vec<Wire> {
    unreachable!("{} has no inputs, so none is batched", room.gate.name)
}

//! Batching: a circuit for one example becomes a circuit for many, with a batch axis in front of what differs.

use super::PASSES;
use crate::circuit::{Circuit, Class, Room, Wire, at_site, record_many};

/// Records a circuit for arguments of which some have a batch axis in front; says which outputs have it.
/// What depends on no batched argument is computed once.
pub fn batch(circuit: &Circuit, arguments: &[(Wire, bool)]) -> Vec<(Wire, bool)> {
    assert_eq!(
        circuit.inputs.len(),
        arguments.len(),
        "a circuit is batched with as many arguments as it has inputs"
    );
    let live = circuit.live();
    let mut wires = vec![(Wire::POISON, false); circuit.len()];
    for (&input, &argument) in circuit.inputs.iter().zip(arguments) {
        wires[input as usize] = argument;
    }
    for (index, node) in circuit.gates() {
        if matches!(node.gate.class, Class::Input) || !live[index as usize] {
            continue;
        }
        let of = |&i: &u32| wires[i as usize];
        let (inputs, batched): (Vec<Wire>, Vec<bool>) = circuit.inputs_of(index).iter().map(of).unzip();
        let any = batched.contains(&true);
        let outputs = at_site(node.site, || {
            if inputs.contains(&Wire::POISON) {
                return Vec::new();
            }
            if !any {
                return record_many(node.gate, node.attrs.clone(), &inputs);
            }
            let room =
                Room { gate: node.gate, attrs: node.attrs, inputs: &inputs, outputs: &[], passes: &PASSES };
            (node.gate.batch)(&room, &batched)
        });
        for (part, wire) in outputs.into_iter().enumerate() {
            wires[index as usize + part] = (wire, any);
        }
    }
    circuit.outputs.iter().map(|&o| wires[o as usize]).collect()
}

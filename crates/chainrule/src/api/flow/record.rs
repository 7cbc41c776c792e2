//! Records the circuit, its backward pass and what every gate passes back as one circuit, so that one run gives it all.

use super::stages::Boundary;
use crate::circuit::{Circuit, Class, Wire, at_site, inline, open_node, record_many};
use crate::gates::support::operands::filled_like;
use crate::transform::adjoint;

/// One wire: value, upstream, a local gradient for each input, what is passed back to each input.
pub type Row<L> = (L, Option<L>, Vec<Option<L>>, Vec<Option<L>>);

/// For each output of a stage, the local gradient for each of its inputs.
pub type Table<L> = Vec<Vec<Option<L>>>;

/// Which wires depend on an input. The others are constant: nothing is passed back to them.
pub fn reached(circuit: &Circuit) -> Vec<bool> {
    let mut reached = vec![false; circuit.len()];
    for index in 0..circuit.len() as u32 {
        let is_input = matches!(circuit.node(index).gate.class, Class::Input);
        reached[index as usize] = is_input || circuit.inputs_of(index).iter().any(|&i| reached[i as usize]);
    }
    reached
}

/// Every wire's row, and the local gradients of every stage.
pub fn picture(
    circuit: &Circuit,
    reached: &[bool],
    boundaries: &[Boundary],
    inputs: &[Wire],
    upstreams: &[Wire],
) -> (Vec<Row<Wire>>, Vec<Table<Wire>>) {
    // With every wire as an output, those that the result does not need are computed too.
    let mut all = circuit.clone();
    all.outputs = (0..circuit.len() as u32).collect();
    let wires = inline(&all, inputs);
    let mut rows: Vec<Row<Wire>> = wires.iter().map(|&w| (w, None, Vec::new(), Vec::new())).collect();
    let takes = |i: u32| reached[i as usize] && circuit.node(i).spec.dtype.is_float();
    for (&output, &upstream) in circuit.outputs.iter().zip(upstreams).filter(|&(&o, _)| takes(o)) {
        adjoint::accumulate(&mut rows[output as usize].1, upstream);
    }
    // The walk of `adjoint::vjp`, which also keeps what each gate passes back.
    for (index, node) in circuit.gates().rev() {
        let operands = circuit.inputs_of(index);
        let wants: Vec<bool> = operands.iter().map(|&i| takes(i)).collect();
        let arrived: Vec<Option<Wire>> = (index..index + node.parts).map(|i| rows[i as usize].1).collect();
        let ones = (matches!(node.gate.class, Class::Elementwise(_)) && node.spec.dtype.is_float())
            .then(|| filled_like(1.0, wires[index as usize]));
        rows[index as usize].2 = pass_back(wires[index as usize], &[ones], &wants);
        let passed = pass_back(wires[index as usize], &arrived, &wants);
        for (&operand, &passed) in operands.iter().zip(&passed) {
            if let Some(passed) = passed {
                adjoint::accumulate(&mut rows[operand as usize].1, passed);
            }
        }
        rows[index as usize].3 = passed;
    }
    let locals = boundaries.iter().map(|b| stage_locals(circuit, b, &wires)).collect();
    (rows, locals)
}

/// What a gate passes back to the inputs that are wanted.
fn pass_back(wire: Wire, arrived: &[Option<Wire>], wants: &[bool]) -> Vec<Option<Wire>> {
    let Some(gate) = open_node(wire).filter(|_| arrived.iter().any(Option::is_some) && wants.contains(&true))
    else {
        return vec![None; wants.len()];
    };
    let passed = at_site(gate.site, || adjoint::pass_back(&gate, arrived.to_vec(), wants));
    passed.into_iter().zip(wants).map(|(passed, &wanted)| passed.filter(|_| wanted)).collect()
}

/// The local gradients of a stage: its gates are recorded again on inputs that depend on nothing of each other, so that
/// each is moved with the others held fixed.
fn stage_locals(circuit: &Circuit, stage: &Boundary, wires: &[Wire]) -> Table<Wire> {
    if !stage.is_elementwise {
        return vec![vec![None; stage.inputs.len()]; stage.outputs.len()];
    }
    let mut inside = wires.to_vec();
    let inputs: Vec<Wire> = stage.inputs.iter().map(|&i| wires[i as usize].identity()).collect();
    for (&index, &input) in stage.inputs.iter().zip(&inputs) {
        inside[index as usize] = input;
    }
    for &index in stage.gates.iter().filter(|i| !stage.inputs.contains(i)) {
        let node = circuit.node(index);
        let operands: Vec<Wire> = circuit.inputs_of(index).iter().map(|&i| inside[i as usize]).collect();
        let outputs = at_site(node.site, || record_many(node.gate, node.attrs.clone(), &operands));
        for (part, wire) in outputs.into_iter().enumerate() {
            inside[index as usize + part] = wire;
        }
    }
    let row = |&output: &u32| {
        let output = inside[output as usize];
        adjoint::vjp(&[output], &inputs, &[Some(filled_like(1.0, output))])
    };
    stage.outputs.iter().map(row).collect()
}

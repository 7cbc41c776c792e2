//! Stages seen from outside: what comes in, what goes out, and the local gradient of the whole.

use super::{StageFlow, WireFlow, record::Table};
use crate::base::Tensor;
use crate::circuit::{Circuit, Class};
use std::collections::{BTreeMap, BTreeSet};

/// A stage's gates and the wires through its wall.
#[derive(Default)]
pub struct Boundary {
    /// Wires that come in and depend on an input of the circuit.
    pub inputs: Vec<u32>,
    /// Wires that go out.
    pub outputs: Vec<u32>,
    /// Gates inside, those of inner stages included, in order.
    pub gates: Vec<u32>,
    /// Whether each element of an output depends on the same element of the inputs alone.
    pub is_elementwise: bool,
}

/// One boundary a stage. Where a stage was not told what it is given and gives back, that is seen from the wires that
/// cross its wall. `reached` says which wires depend on an input of the circuit.
pub fn boundaries(circuit: &Circuit, reached: &[bool]) -> Vec<Boundary> {
    let mut all: Vec<Boundary> = circuit.stages.iter().map(|_| Boundary::default()).collect();
    let mut crossing: Vec<(BTreeSet<u32>, BTreeSet<u32>)> = vec![Default::default(); all.len()];
    for (index, node) in circuit.gates() {
        let around = around(circuit, node.stage);
        around.iter().for_each(|&s| all[s as usize].gates.push(index));
        for &operand in circuit.inputs_of(index) {
            let from = self::around(circuit, circuit.node(operand).stage);
            for &stage in around.iter().filter(|s| !from.contains(s)) {
                crossing[stage as usize].0.insert(operand);
            }
            for &stage in from.iter().filter(|s| !around.contains(s)) {
                crossing[stage as usize].1.insert(operand);
            }
        }
    }
    for &output in &circuit.outputs {
        for stage in around(circuit, circuit.node(output).stage) {
            crossing[stage as usize].1.insert(output);
        }
    }
    for ((boundary, (inputs, outputs)), stage) in all.iter_mut().zip(crossing).zip(&circuit.stages) {
        let inputs =
            if stage.inputs.is_empty() { inputs.into_iter().collect() } else { unique(&stage.inputs) };
        boundary.inputs = inputs.into_iter().filter(|&i| reached[i as usize]).collect();
        boundary.outputs =
            if stage.outputs.is_empty() { outputs.into_iter().collect() } else { unique(&stage.outputs) };
    }
    let root = &mut all[0];
    root.inputs = circuit.inputs.clone();
    root.outputs = unique(&circuit.outputs);
    all.iter_mut().skip(1).for_each(|b| b.is_elementwise = is_elementwise(circuit, b));
    all
}

/// A stage and those around it, without the whole circuit.
fn around(circuit: &Circuit, mut stage: u32) -> Vec<u32> {
    let mut found = Vec::new();
    while stage != 0 {
        found.push(stage);
        stage = circuit.stages[stage as usize].parent;
    }
    found
}

fn unique(wires: &[u32]) -> Vec<u32> {
    let mut seen = BTreeSet::new();
    wires.iter().copied().filter(|&w| seen.insert(w)).collect()
}

/// All inputs and outputs are floats of one shape, and only element-wise gates lie between them.
fn is_elementwise(circuit: &Circuit, stage: &Boundary) -> bool {
    let mut ends = stage.inputs.iter().chain(&stage.outputs).map(|&w| circuit.node(w).spec);
    let Some(first) = ends.next().filter(|_| !stage.inputs.is_empty() && !stage.outputs.is_empty()) else {
        return false;
    };
    let fits = first.dtype.is_float() && ends.all(|s| s.shape == first.shape && s.dtype.is_float());
    let mut between: BTreeSet<u32> = stage.inputs.iter().copied().collect();
    for &index in &stage.gates {
        let depends = circuit.inputs_of(index).iter().any(|i| between.contains(i));
        if depends && !matches!(circuit.node(index).gate.class, Class::Elementwise(_)) {
            return false;
        }
        if depends {
            between.insert(index);
        }
    }
    fits
}

/// The stages as data, with the product through the parts of each.
pub fn flows(
    circuit: &Circuit,
    wires: &[WireFlow],
    boundaries: Vec<Boundary>,
    locals: Vec<Table<Tensor>>,
) -> Vec<StageFlow> {
    let names = circuit.stage_paths();
    let stages = circuit.stages.iter().zip(boundaries).zip(locals).zip(names);
    let flow = |(((stage, boundary), local), name): (((&crate::circuit::Stage, Boundary), _), _)| StageFlow {
        name,
        parent: stage.parent,
        product_of_parts: product_of_parts(wires, &boundary),
        inputs: boundary.inputs,
        outputs: boundary.outputs,
        local,
    };
    stages.map(flow).collect()
}

/// The local gradients of the gates inside, multiplied along each path and summed over the paths: from the numbers that
/// the gates state, in the order of the forward pass.
fn product_of_parts(wires: &[WireFlow], stage: &Boundary) -> Table<Tensor> {
    let mut table = vec![vec![None; stage.inputs.len()]; stage.outputs.len()];
    if !stage.is_elementwise {
        return table;
    }
    for (column, &input) in stage.inputs.iter().enumerate() {
        let mut total: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
        total.insert(input, vec![1.0; wires[input as usize].spec.shape.elements()]);
        for &gate in stage.gates.iter().filter(|g| !stage.inputs.contains(g)) {
            let wire = &wires[gate as usize];
            let mut sum: Option<Vec<f64>> = None;
            for (operand, local) in wire.inputs.iter().zip(&wire.locals) {
                if let (Some(before), Some(local)) = (total.get(operand), local) {
                    let terms = before.iter().zip(local.to_f64()).map(|(b, l)| b * l);
                    sum = Some(match sum {
                        None => terms.collect(),
                        Some(sum) => sum.into_iter().zip(terms).map(|(s, t)| s + t).collect(),
                    });
                }
            }
            sum.into_iter().for_each(|sum| {
                total.insert(gate, sum);
            });
        }
        for (row, &output) in stage.outputs.iter().enumerate() {
            let spec = wires[input as usize].spec;
            table[row][column] = total.get(&output).map(|values| Tensor::from_f64(spec, values));
        }
    }
    table
}

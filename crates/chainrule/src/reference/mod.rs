//! Floor 3: the oracle. Runs a circuit in f64, one element at a time, by the definitions in the rooms: slow, and obviously right.

use crate::base::{Spec, coordinates};
use crate::circuit::{Attrs, Circuit, Class, Control, Node, Plain};

/// The outputs of a circuit for these inputs.
pub fn run(circuit: &Circuit, inputs: &[Plain]) -> Vec<Plain> {
    assert_eq!(circuit.inputs.len(), inputs.len(), "a circuit runs with as many arguments as it has inputs");
    let live = circuit.live();
    let mut values: Vec<Option<Plain>> = vec![None; circuit.len()];
    for (&index, input) in circuit.inputs.iter().zip(inputs) {
        values[index as usize] = Some(input.clone());
    }
    let value = |values: &[Option<Plain>], wire: u32| {
        values[wire as usize].clone().expect("a wire's inputs have smaller numbers and are live when it is")
    };
    for (index, node) in circuit.gates().filter(|(i, _)| live[*i as usize]) {
        if matches!(node.gate.class, Class::Input) {
            continue;
        }
        let operands: Vec<Plain> = circuit.inputs_of(index).iter().map(|&w| value(&values, w)).collect();
        for (part, output) in gate(&node, &circuit.output_specs(index), &operands).into_iter().enumerate() {
            values[index as usize + part] = Some(output);
        }
    }
    circuit.outputs.iter().map(|&o| value(&values, o)).collect()
}

fn gate(node: &Node<'_>, specs: &[Spec], operands: &[Plain]) -> Vec<Plain> {
    let attrs = node.attrs;
    match node.gate.class {
        Class::Control(Control::Call) => run(only(attrs), operands),
        Class::Control(Control::Scan) => scan(attrs, specs, operands),
        Class::Control(Control::While) => repeat(attrs, operands),
        Class::Control(Control::Cond) => {
            let branch = if operands[0].data[0] != 0.0 { "yes" } else { "no" };
            run(attrs.circuit(branch), &operands[1..])
        }
        _ => {
            let data =
                coordinates(specs[0].shape).map(|at| (node.gate.element)(attrs, operands, &at)).collect();
            vec![Plain { spec: specs[0], data }]
        }
    }
}

fn only(attrs: &Attrs) -> &Circuit {
    attrs.circuits().next().expect("a control gate holds a circuit")
}

fn scan(attrs: &Attrs, specs: &[Spec], operands: &[Plain]) -> Vec<Plain> {
    let (constants, states, length) =
        (attrs.index("constants"), attrs.index("states"), attrs.index("length"));
    let body = only(attrs);
    let (fixed, rest) = operands.split_at(constants);
    let (start, sequences) = rest.split_at(states);
    let mut state = start.to_vec();
    let mut collected: Vec<Plain> =
        specs[states..].iter().map(|&spec| Plain { spec, data: vec![0.0; spec.shape.elements()] }).collect();
    for turn in 0..length {
        let t = if attrs.flag("reverse") { length - 1 - turn } else { turn };
        let slices = sequences.iter().zip(&body.inputs[constants + states..]).map(|(sequence, &input)| {
            let spec = body.node(input).spec;
            let each = spec.shape.elements();
            Plain { spec, data: sequence.data[t * each..(t + 1) * each].to_vec() }
        });
        let arguments: Vec<Plain> =
            fixed.iter().cloned().chain(state.iter().cloned()).chain(slices).collect();
        let mut outputs = run(body, &arguments);
        for (all, one) in collected.iter_mut().zip(outputs.split_off(states)) {
            all.data[t * one.data.len()..(t + 1) * one.data.len()].copy_from_slice(&one.data);
        }
        state = outputs;
    }
    state.into_iter().chain(collected).collect()
}

fn repeat(attrs: &Attrs, operands: &[Plain]) -> Vec<Plain> {
    let (test_fixed, rest) = operands.split_at(attrs.index("test_constants"));
    let (body_fixed, start) = rest.split_at(attrs.index("body_constants"));
    let mut state = start.to_vec();
    while run(attrs.circuit("test"), &[test_fixed, &state].concat())[0].data[0] != 0.0 {
        state = run(attrs.circuit("body"), &[body_fixed, &state].concat());
    }
    state
}

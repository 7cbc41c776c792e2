//! Parts of a finished circuit: what lies between wires that are known and wires that are wanted.

use super::{Circuit, Class, Stage, Wire, builder, record_many};

impl Circuit {
    /// Which nodes some wires need, where nothing is asked behind those that are known.
    pub fn between(&self, known: &[bool], wanted: &[u32]) -> Vec<bool> {
        let mut needed = vec![false; self.len()];
        wanted.iter().for_each(|&wire| needed[wire as usize] = true);
        for index in (0..self.len() as u32).rev() {
            if needed[index as usize] && !known[index as usize] {
                needed[self.holder(index) as usize] = true;
                self.inputs_of(index).iter().for_each(|&input| needed[input as usize] = true);
            }
        }
        needed
    }

    /// The same circuit, in which readers of some nodes read other, earlier nodes instead. Of what nobody needs any more
    /// only the inputs stay. Also gives the new number of each node that stayed, or of the one that is read instead.
    pub fn redirected(&self, pairs: &[(u32, u32)]) -> (Circuit, Vec<Option<u32>>) {
        let mut instead: Vec<u32> = (0..self.len() as u32).collect();
        pairs.iter().for_each(|&(from, to)| instead[from as usize] = to);
        let outputs: Vec<u32> = self.outputs.iter().map(|&o| instead[o as usize]).collect();
        let mut needed = vec![false; self.len()];
        self.inputs.iter().chain(&outputs).for_each(|&wire| needed[wire as usize] = true);
        for index in (0..self.len() as u32).rev().filter(|&i| instead[i as usize] == i) {
            if needed[index as usize] {
                needed[self.holder(index) as usize] = true;
                self.inputs_of(index).iter().for_each(|&i| needed[instead[i as usize] as usize] = true);
            }
        }
        let stage = |s: &Stage| Stage { inputs: Vec::new(), outputs: Vec::new(), ..s.clone() };
        let mut copy = Circuit::default();
        (copy.stages, copy.source) = (self.stages.iter().map(stage).collect(), self.source.clone());
        let mut map: Vec<Option<u32>> = vec![None; self.len()];
        for (index, node) in self.gates() {
            if needed[index as usize] {
                let of = |&i: &u32| map[instead[i as usize] as usize];
                let inputs = self.inputs_of(index).iter().filter_map(of).collect::<Vec<u32>>();
                let first = copy.repeat(self, index, &inputs);
                (0..node.parts).for_each(|part| map[(index + part) as usize] = Some(first + part));
            }
        }
        let mapped = |wires: &[u32]| wires.iter().filter_map(|&w| map[w as usize]).collect();
        (copy.inputs, copy.outputs) = (mapped(&self.inputs), mapped(&outputs));
        let new = instead.iter().map(|&i| map[i as usize]).collect();
        (copy, new)
    }
}

/// Records the gates of a finished circuit that lie between the wires that are known, one a node, and those that are wanted.
/// Gives a wire for each node that was known or recorded.
///
/// Inputs of the circuit that are needed must be known.
pub fn inline_between(circuit: &Circuit, known: &[Option<Wire>], wanted: &[u32]) -> Vec<Option<Wire>> {
    let is_known: Vec<bool> = known.iter().map(Option::is_some).collect();
    let needed = circuit.between(&is_known, wanted);
    let mut wires = known.to_vec();
    for (index, node) in circuit.gates() {
        let parts = index..index + node.parts;
        let is_wanted = parts.clone().any(|i| needed[i as usize] && !is_known[i as usize]);
        if !is_wanted || matches!(node.gate.class, Class::Input) {
            continue;
        }
        let of = |&i: &u32| wires[i as usize].unwrap_or(Wire::POISON);
        let inputs: Vec<Wire> = circuit.inputs_of(index).iter().map(of).collect();
        let outputs = builder::at_site(node.site, || record_many(node.gate, node.attrs.clone(), &inputs));
        for (part, wire) in parts.zip(outputs) {
            wires[part as usize].get_or_insert(wire);
        }
    }
    wires
}

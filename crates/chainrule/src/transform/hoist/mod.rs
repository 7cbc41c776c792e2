//! What does not depend on a loop's state leaves the loop: before it, products of sequences with constants, once for all
//! turns; after it, products that only outputs read, and sums of products over the turns, such as the gradients of weights.
//! One large product takes the place of many small ones, whose operands were read anew at each turn.
//!
//! Gates leave a loop as a batch of themselves, with the turns as its axis, by the batching rules. This is the last thing
//! done to a circuit before it is run: nobody takes derivatives of what comes out. What leaves is decided by the circuit
//! alone, so that a memory limit changes no bit.

mod after;
mod before;

use crate::base::Spec;
use crate::circuit::{
    Attr, Attrs, Circuit, Class, Control, GateDef, Wire, at_site, inline_between, record_many,
};
use crate::gates::support::bodies;
use std::borrow::Cow;
use std::sync::Arc;

/// The circuit with as little as possible in its loops, those of inner circuits included.
pub fn hoisted(circuit: &Circuit) -> Cow<'_, Circuit> {
    if !has_loops(circuit) {
        return Cow::Borrowed(circuit);
    }
    let specs = circuit.specs(&circuit.inputs);
    let mut fewer = bodies::again(&specs, |wires| without(circuit, wires));
    fewer.aside = circuit.aside;
    Cow::Owned(fewer)
}

fn has_loops(circuit: &Circuit) -> bool {
    circuit.gates().any(|(_, node)| match node.gate.class {
        Class::Control(Control::Scan) => true,
        Class::Control(_) => node.attrs.circuits().any(|inner| has_loops(inner)),
        _ => false,
    })
}

/// Records the gates that the outputs need, loops without what can leave them.
fn without(circuit: &Circuit, arguments: &[Wire]) -> Vec<Wire> {
    let (live, read) = (circuit.reached(), read(circuit));
    let mut wires = vec![Wire::POISON; circuit.len()];
    circuit.inputs.iter().zip(arguments).for_each(|(&input, &wire)| wires[input as usize] = wire);
    for (index, node) in circuit.gates() {
        if !live[index as usize] || matches!(node.gate.class, Class::Input) {
            continue;
        }
        let parts = index as usize..(index + node.parts) as usize;
        let inputs: Vec<Wire> = circuit.inputs_of(index).iter().map(|&i| wires[i as usize]).collect();
        let attrs = with_inner(node.attrs);
        let outputs = at_site(node.site, || match node.gate.class {
            Class::Control(Control::Scan) if attrs.index("length") > 0 => {
                let all = Loop::new(node.gate, &attrs, &inputs);
                after::record(before::moved(all), &read[parts.clone()])
            }
            _ => record_many(node.gate, attrs, &inputs),
        });
        wires[parts].copy_from_slice(&outputs);
    }
    circuit.outputs.iter().map(|&o| wires[o as usize]).collect()
}

/// Which nodes somebody reads: a live gate, or the outside.
fn read(circuit: &Circuit) -> Vec<bool> {
    let (live, mut read) = (circuit.reached(), vec![false; circuit.len()]);
    let gates = circuit.gates().filter(|(index, _)| live[*index as usize]);
    let inputs = gates.flat_map(|(index, _)| circuit.inputs_of(index));
    inputs.chain(&circuit.outputs).for_each(|&wire| read[wire as usize] = true);
    read
}

/// Attributes in which inner circuits have been rid of what can leave their loops.
fn with_inner(attrs: &Attrs) -> Attrs {
    if attrs.circuits().all(|circuit| !has_loops(circuit)) {
        return attrs.clone();
    }
    let of = |attr: &Attr| match attr {
        Attr::Circuit(circuit) => Attr::Circuit(Arc::new(hoisted(circuit).into_owned())),
        other => other.clone(),
    };
    Attrs::from_list(attrs.list().iter().map(|(name, attr)| (*name, of(attr))).collect())
}

/// A loop that is to be recorded.
struct Loop {
    gate: &'static GateDef,
    body: Circuit,
    constants: Vec<Wire>,
    start: Vec<Wire>,
    sequences: Vec<Wire>,
    length: usize,
    reverse: bool,
    /// How many of the last outputs are there to be looked at alone.
    aside: usize,
}

impl Loop {
    fn new(gate: &'static GateDef, attrs: &Attrs, inputs: &[Wire]) -> Loop {
        let (constants, rest) = inputs.split_at(attrs.index("constants"));
        let (start, sequences) = rest.split_at(attrs.index("states"));
        let body = attrs.circuit("body").as_ref().clone();
        Loop {
            gate,
            aside: body.aside,
            body,
            constants: constants.to_vec(),
            start: start.to_vec(),
            sequences: sequences.to_vec(),
            length: attrs.index("length"),
            reverse: attrs.flag("reverse"),
        }
    }

    /// The body's inputs: constants, states, sequences.
    fn inputs(&self) -> (&[u32], &[u32], &[u32]) {
        let (constants, rest) = self.body.inputs.split_at(self.constants.len());
        let (states, sequences) = rest.split_at(self.start.len());
        (constants, states, sequences)
    }

    /// Records the gate, without the constants and sequences that the body does not read.
    fn record(&self) -> Vec<Wire> {
        let mut body = self.body.clone();
        let read = body.reached();
        let (constants, states, sequences) = self.inputs();
        let is_read = |input: &u32| read[*input as usize];
        let pick = |wires: &[Wire], inputs: &[u32]| -> Vec<Wire> {
            wires.iter().zip(inputs).filter(|(_, i)| is_read(i)).map(|(w, _)| *w).collect()
        };
        let fixed = pick(&self.constants, constants);
        let inputs = [&fixed[..], &self.start, &pick(&self.sequences, sequences)].concat();
        let few = |inputs: &[u32]| inputs.iter().copied().filter(is_read).collect::<Vec<u32>>();
        body.inputs = [few(constants), states.to_vec(), few(sequences)].concat();
        let attrs = Attrs::new([
            ("body", Arc::new(body).into()),
            ("constants", fixed.len().into()),
            ("states", states.len().into()),
            ("length", self.length.into()),
            ("reverse", self.reverse.into()),
        ]);
        record_many(self.gate, attrs, &inputs)
    }
}

/// What changes while a loop runs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Pace {
    /// Nothing: constants alone matter.
    Fixed,
    /// The turn: sequences matter, but no state.
    Turn,
    /// States matter.
    State,
}

/// The pace of each node of a loop's body.
fn paces(all: &Loop) -> Vec<Pace> {
    let body = &all.body;
    let mut pace = vec![Pace::Fixed; body.len()];
    let (_, states, sequences) = all.inputs();
    states.iter().for_each(|&input| pace[input as usize] = Pace::State);
    sequences.iter().for_each(|&input| pace[input as usize] = Pace::Turn);
    for index in 0..body.len() as u32 {
        let inputs = body.inputs_of(index).iter().map(|&i| pace[i as usize]);
        pace[index as usize] = inputs.max().unwrap_or(Pace::Fixed).max(pace[index as usize]);
    }
    pace
}

/// The gates between some nodes of a circuit and others, as a circuit of its own.
fn part(circuit: &Circuit, from: &[u32], to: &[u32]) -> Circuit {
    bodies::again(&circuit.specs(from), |wires| {
        let mut known = vec![None; circuit.len()];
        from.iter().zip(wires).for_each(|(&node, &wire)| known[node as usize] = Some(wire));
        let all = inline_between(circuit, &known, to);
        to.iter().map(|&node| all[node as usize].unwrap_or(Wire::POISON)).collect()
    })
}

/// Bytes of an array.
fn bytes(spec: Spec) -> usize {
    spec.dtype.bytes() * spec.shape.elements()
}

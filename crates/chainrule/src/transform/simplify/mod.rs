//! Circuit to circuit: the same results to the bit (payloads of NaN excepted) from fewer gates.
//!
//! One walk in numeric order. Each gate that the outputs need is, in this order: replaced by what a law of its room says;
//! computed, if it is small and all that it reads is known; or recorded, unless the same gate on the same wires is there.
//! What nobody reads any more is dropped at the end. Nothing here looks at a value that a run would give.

mod known;
mod laws;
mod table;
#[cfg(test)]
mod tests;

#[cfg(test)]
pub use laws::APPLIED;

use crate::base::{Spec, Tensor};
use crate::circuit::{Attr, Attrs, Circuit, Class, Control, GateDef};
use known::Known;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use table::{Entry, Table};

/// Computes one gate with the kernel that a run would use, if it is one that this can be said of; lent by the floor above.
pub type Evaluate = fn(&'static GateDef, &Attrs, &[Tensor], Spec) -> Option<Tensor>;

/// The circuit with fewer gates. Inputs and outputs stay, in number and order.
pub fn simplify(circuit: &Circuit, evaluate: Evaluate) -> Circuit {
    Context { evaluate, inner: HashMap::new() }.simplified(circuit)
}

/// What circuits that lie in each other share.
struct Context {
    evaluate: Evaluate,
    /// Inner circuits that are done, by address, with what keeps that address taken.
    inner: HashMap<usize, (Arc<Circuit>, Arc<Circuit>)>,
}

/// What stands for a wire of the old circuit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Value {
    /// A wire of the new one.
    Wire(u32),
    /// Numbers that are known, as number so many of a list.
    Known(u32),
}

/// The inputs of a gate: most have few, and need no memory of their own.
struct Inputs {
    few: [Value; 3],
    count: usize,
    many: Vec<Value>,
}

/// A gate on its way into the new circuit.
struct Candidate<'a> {
    /// Its node in the old circuit: it lends its stage and place.
    index: u32,
    gate: &'static GateDef,
    attrs: Cow<'a, Attrs>,
    inputs: Inputs,
    spec: Spec,
}

impl FromIterator<Value> for Inputs {
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> Self {
        let mut inputs = Inputs { few: [Value::Known(u32::MAX); 3], count: 0, many: Vec::new() };
        for value in values {
            match inputs.few.get_mut(inputs.count) {
                Some(place) => *place = value,
                None if inputs.many.is_empty() => {
                    inputs.many.extend(inputs.few.iter().copied().chain([value]))
                }
                None => inputs.many.push(value),
            }
            inputs.count += 1;
        }
        inputs
    }
}

impl std::ops::Deref for Inputs {
    type Target = [Value];
    fn deref(&self) -> &[Value] {
        if self.many.is_empty() { &self.few[..self.count] } else { &self.many }
    }
}

struct Rewriter<'a> {
    old: &'a Circuit,
    new: Circuit,
    evaluate: Evaluate,
    known: Vec<Known>,
    table: Table,
    /// What stands for each node of the old circuit that has been met.
    map: Vec<Value>,
}

impl Context {
    fn simplified(&mut self, old: &Circuit) -> Circuit {
        let live = old.live();
        let mut rewriter = Rewriter {
            old,
            new: Circuit::with_room_for(old),
            evaluate: self.evaluate,
            known: Vec::new(),
            table: Table::with_room_for(live.iter().filter(|&&live| live).count()),
            map: vec![Value::Known(u32::MAX); old.len()],
        };
        for (index, node) in old.gates() {
            if !(index..index + node.parts).any(|part| live[part as usize]) {
                continue;
            }
            match node.gate.class {
                Class::Input => rewriter.repeat(index),
                Class::Control(kind) => {
                    let attrs = self.inner_simplified(kind, node.attrs);
                    rewriter.control(index, attrs);
                }
                Class::Constant => rewriter.constant(index),
                _ => rewriter.gate(index),
            }
        }
        rewriter.finish()
    }

    /// The attributes of a control gate, its circuits simplified; not the rules of a custom gate, which nobody runs.
    fn inner_simplified(&mut self, kind: Control, attrs: &Attrs) -> Attrs {
        let mut items = attrs.list().to_vec();
        let circuits = items.iter_mut().filter_map(|(_, attr)| match attr {
            Attr::Circuit(circuit) => Some(circuit),
            _ => None,
        });
        for circuit in circuits.take(if kind == Control::Call { 1 } else { usize::MAX }) {
            let address = Arc::as_ptr(circuit) as usize;
            let done = self.inner.get(&address).map(|(_, done)| done.clone());
            let done = done.unwrap_or_else(|| {
                let done = Arc::new(self.simplified(circuit));
                self.inner.insert(address, (circuit.clone(), done.clone()));
                done
            });
            *circuit = done;
        }
        Attrs::from_list(items)
    }
}

impl Rewriter<'_> {
    fn values(&self, wires: &[u32]) -> Inputs {
        wires.iter().map(|&wire| self.map[wire as usize]).collect()
    }

    fn spec_of(&self, value: Value) -> Spec {
        match value {
            Value::Wire(wire) => self.new.node(wire).spec,
            Value::Known(at) => self.known[at as usize].spec,
        }
    }

    fn repeat(&mut self, index: u32) {
        self.map[index as usize] = Value::Wire(self.new.repeat(self.old, index, &[]));
    }

    /// A gate with circuits, and perhaps several outputs.
    fn control(&mut self, index: u32, attrs: Attrs) {
        let old = self.old;
        let wires = old.inputs_of(index).iter().map(|&wire| self.wire(self.map[wire as usize], index));
        let inputs: Vec<u32> = wires.collect();
        let node = old.node(index);
        let entry = Entry { gate: node.gate, attrs: &attrs, inputs: &inputs, spec: node.spec };
        let first = self.table.find(&self.new, &entry).unwrap_or_else(|vacancy| {
            let first = self.new.repeat_with(old, index, attrs, &inputs);
            self.table.insert(vacancy, first);
            first
        });
        (0..node.parts).for_each(|part| self.map[(index + part) as usize] = Value::Wire(first + part));
    }

    fn gate(&mut self, index: u32) {
        let node = self.old.node(index);
        let mut candidate = Candidate {
            index,
            gate: node.gate,
            attrs: Cow::Borrowed(node.attrs),
            inputs: self.values(self.old.inputs_of(index)),
            spec: node.spec,
        };
        // Every law leads to fewer gates or to earlier wires, so that this ends.
        self.map[index as usize] = loop {
            match self.by_law(&candidate) {
                Some(laws::Found::Value(value)) => break value,
                Some(laws::Found::Gate(gate, attrs, input)) => {
                    let (attrs, inputs) = (Cow::Owned(attrs), [input].into_iter().collect());
                    candidate = Candidate { gate, attrs, inputs, ..candidate };
                }
                None => break self.folded(&candidate).unwrap_or_else(|| self.recorded(&candidate)),
            }
        };
    }

    /// The gate in the new circuit, where perhaps it is already.
    fn recorded(&mut self, candidate: &Candidate<'_>) -> Value {
        let mut few = [0; 3];
        let many: Vec<u32>;
        let count = candidate.inputs.len();
        let inputs = if count <= few.len() {
            for (to, &value) in few.iter_mut().zip(candidate.inputs.iter()) {
                *to = self.wire(value, candidate.index);
            }
            &few[..count]
        } else {
            many = candidate.inputs.iter().map(|&value| self.wire(value, candidate.index)).collect();
            &many[..]
        };
        Value::Wire(self.added(candidate.gate, &candidate.attrs, inputs, candidate.spec, candidate.index))
    }

    fn added(&mut self, gate: &'static GateDef, attrs: &Attrs, inputs: &[u32], spec: Spec, like: u32) -> u32 {
        self.table.find(&self.new, &Entry { gate, attrs, inputs, spec }).unwrap_or_else(|vacancy| {
            let node = self.old.node(like);
            let index = self.new.add(gate, attrs.clone(), inputs, spec, (node.stage, node.site));
            self.table.insert(vacancy, index);
            index
        })
    }

    /// Sets outputs, names and stages, and drops what nobody reads.
    fn finish(mut self) -> Circuit {
        let old = self.old;
        let ids = old.outputs.clone();
        let outputs: Vec<u32> = ids.iter().map(|&wire| self.wire(self.map[wire as usize], wire)).collect();
        let Rewriter { mut new, map, .. } = self;
        let wire = |&index: &u32| match map[index as usize] {
            Value::Wire(wire) => Some(wire),
            Value::Known(_) => None,
        };
        new.inputs = old.inputs.iter().filter_map(wire).collect();
        new.outputs = outputs;
        new.source = old.source.clone();
        new.stages = old.stages.clone();
        for stage in &mut new.stages {
            stage.inputs = stage.inputs.iter().filter_map(wire).collect();
            stage.outputs = stage.outputs.iter().filter_map(wire).collect();
        }
        for (index, name) in &old.names {
            if let Some(wire) = wire(index) {
                new.names.entry(wire).or_insert_with(|| name.clone());
            }
        }
        new.without_dead();
        new
    }
}

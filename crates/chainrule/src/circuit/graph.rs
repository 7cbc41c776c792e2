//! A finished circuit: gates joined by wires, every wire's inputs with smaller numbers.

use super::{Attrs, Class, GateDef, PassedBack, PassedWithin};
use crate::base::{Site, Spec};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// One output of one gate. A gate with several outputs takes consecutive nodes; all but the first only stand for an output.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    /// The gate.
    pub gate: &'static GateDef,
    /// Its attributes; empty for the further outputs of a gate.
    pub attrs: &'a Attrs,
    /// Shape and dtype of this output.
    pub spec: Spec,
    /// Which output of the gate this is; 0 for the node that holds the gate.
    pub part: u32,
    /// How many outputs the gate has.
    pub parts: u32,
    /// The stage it belongs to: an index into [`Circuit::stages`].
    pub stage: u32,
    /// Where the user wrote it.
    pub site: Site,
}

/// A node as it is kept: one cache line. Circuits have few specs and many nodes, so that specs are numbered.
#[derive(Clone)]
struct Kept {
    gate: &'static GateDef,
    attrs: Attrs,
    site: Site,
    spec: u32,
    part: u32,
    parts: u32,
    stage: u32,
    first_input: u32,
    inputs: u32,
}

/// The different specs of a circuit's nodes.
#[derive(Clone, Default)]
struct Specs {
    list: Vec<Spec>,
    numbers: HashMap<Spec, u32>,
    /// Those that came last, by dtype and rank: most nodes need not be looked up.
    recent: [u32; 16],
}

impl Specs {
    fn number(&mut self, spec: Spec) -> u32 {
        let slot = &mut self.recent[(spec.dtype as usize + 3 * spec.shape.rank()) % 16];
        if self.list.get(*slot as usize) != Some(&spec) {
            *slot = *self.numbers.entry(spec).or_insert_with(|| {
                self.list.push(spec);
                self.list.len() as u32 - 1
            });
        }
        *slot
    }
}

/// A named part of a circuit. Number 0 is the whole circuit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// The stage around it; itself for number 0.
    pub parent: u32,
    /// What it was given, where the one who opened it said so.
    pub inputs: Vec<u32>,
    /// What it gave back, where the one who opened it said so.
    pub outputs: Vec<u32>,
}

/// Gates joined by wires, no cycles. Numeric order is topological order.
#[derive(Clone)]
pub struct Circuit {
    nodes: Vec<Kept>,
    specs: Specs,
    operands: Vec<u32>,
    /// The input nodes, in the order of the arguments.
    pub inputs: Vec<u32>,
    /// The wires that are given out, in order.
    pub outputs: Vec<u32>,
    /// Stages; the first is the circuit itself.
    pub stages: Vec<Stage>,
    /// Names that people gave to wires.
    pub names: BTreeMap<u32, String>,
    /// The formula it came from, if it came from one.
    pub source: Option<Arc<str>>,
    /// What the adjoint did, in the order in which it did it; known as long as the circuit is as it was traced.
    pub passed: Vec<PassedBack>,
    /// The same of wires within its loops; see [`Circuit::upstreams_within`].
    pub within: Vec<PassedWithin>,
    /// How many of its outputs, the last ones, are there to be looked at alone: what is done to a loop is not decided by them, so
    /// that they change no bit of the others.
    pub aside: usize,
}

impl Default for Circuit {
    fn default() -> Self {
        let root = Stage { name: String::new(), parent: 0, inputs: Vec::new(), outputs: Vec::new() };
        Circuit {
            nodes: Vec::new(),
            specs: Specs::default(),
            operands: Vec::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            stages: vec![root],
            names: BTreeMap::new(),
            source: None,
            passed: Vec::new(),
            within: Vec::new(),
            aside: 0,
        }
    }
}

impl Circuit {
    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Number of inputs of all its gates.
    pub(super) fn operands(&self) -> usize {
        self.operands.len()
    }

    /// Whether it has no gates at all.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// One node.
    #[inline]
    pub fn node(&self, index: u32) -> Node<'_> {
        self.seen(&self.nodes[index as usize])
    }

    #[inline]
    fn seen<'a>(&'a self, kept: &'a Kept) -> Node<'a> {
        let Kept { gate, ref attrs, site, spec, part, parts, stage, .. } = *kept;
        Node { gate, attrs, spec: self.specs.list[spec as usize], part, parts, stage, site }
    }

    /// The wires that a gate reads; for a further output, those of its gate.
    pub fn inputs_of(&self, index: u32) -> &[u32] {
        let node = &self.nodes[index as usize];
        &self.operands[node.first_input as usize..(node.first_input + node.inputs) as usize]
    }

    /// The node that holds the gate of which this is an output.
    pub fn holder(&self, index: u32) -> u32 {
        index - self.nodes[index as usize].part
    }

    /// Moves a gate, with all its outputs, into a stage: an index into [`Circuit::stages`].
    pub fn move_to(&mut self, index: u32, stage: u32) {
        let holder = self.holder(index);
        let parts = self.nodes[holder as usize].parts;
        self.nodes[holder as usize..(holder + parts) as usize].iter_mut().for_each(|node| node.stage = stage);
    }

    /// Cuts the circuit open at a wire: what computed it is taken away, and it becomes the last input. Of a circuit without
    /// inputs, and of a gate with several outputs, nothing is changed.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let spec = Spec::scalar(DType::F64);
    /// let mut circuit = trace(|x: Wire| x.sin() * x, &(spec,))?.circuit().clone();
    /// assert!(circuit.open_at(1));
    /// let rest = chainrule::Program::from_circuit(circuit);
    /// assert_eq!(rest.run(vec![3.0.into(), 5.0.into()])?[0].item()?, 15.0);
    /// # Ok::<(), Diagnostic>(())
    /// ```
    pub fn open_at(&mut self, wire: u32) -> bool {
        let Some(&like) = self.inputs.first() else { return false };
        let (input, old) = (self.nodes[like as usize].clone(), &mut self.nodes[wire as usize]);
        if old.parts > 1 || self.inputs.contains(&wire) {
            return false;
        }
        *old = Kept { site: old.site, spec: old.spec, stage: old.stage, ..input };
        self.inputs.push(wire);
        self.passed.clear();
        self.within.clear();
        true
    }

    /// Nodes that hold a gate, in order, with their indices.
    pub fn gates(&self) -> impl DoubleEndedIterator<Item = (u32, Node<'_>)> {
        let holders = self.nodes.iter().enumerate().filter(|(_, kept)| kept.part == 0);
        holders.map(|(i, kept)| (i as u32, self.seen(kept)))
    }

    /// Specs of some wires.
    pub fn specs(&self, wires: &[u32]) -> Vec<Spec> {
        wires.iter().map(|&w| self.node(w).spec).collect()
    }

    /// Specs of a gate's outputs.
    pub fn output_specs(&self, index: u32) -> Vec<Spec> {
        (index..index + self.node(index).parts).map(|i| self.node(i).spec).collect()
    }

    /// Which nodes the outputs need. Inputs always count as needed.
    pub fn live(&self) -> Vec<bool> {
        let mut live = self.reached();
        self.inputs.iter().for_each(|&input| live[input as usize] = true);
        live
    }

    /// Which nodes the outputs need.
    pub fn reached(&self) -> Vec<bool> {
        self.reached_from(&self.outputs)
    }

    /// Which nodes some wires need.
    pub fn reached_from(&self, wires: &[u32]) -> Vec<bool> {
        let mut live = vec![false; self.len()];
        for &wire in wires {
            live[wire as usize] = true;
        }
        for index in (0..self.len() as u32).rev() {
            if live[index as usize] {
                live[self.holder(index) as usize] = true;
                for &input in self.inputs_of(index) {
                    live[input as usize] = true;
                }
            }
        }
        live
    }

    /// Which outputs depend on the flagged inputs.
    pub fn dependents(&self, flagged: &[bool]) -> Vec<bool> {
        let mut depends = vec![false; self.len()];
        for (&input, &flag) in self.inputs.iter().zip(flagged) {
            depends[input as usize] = flag;
        }
        for index in 0..self.len() as u32 {
            depends[index as usize] |= self.inputs_of(index).iter().any(|&i| depends[i as usize]);
        }
        self.outputs.iter().map(|&o| depends[o as usize]).collect()
    }

    /// Floating-point operations of one forward pass, as the rooms count them. A `scan` counts all its steps, a `while` one.
    pub fn flops(&self) -> u64 {
        self.gates().map(|(index, _)| self.flops_of(index)).fold(0, u64::saturating_add)
    }

    /// Those of one gate; 0 for the further outputs of a gate.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let spec = Spec::new(&[4, 4], DType::F32).unwrap();
    /// let program = trace(|x: Wire| x.matmul(x.t()).exp(), &(spec,))?;
    /// let circuit = program.circuit();
    /// let costs: Vec<_> = circuit.gates().map(|(i, _)| (circuit.flops_of(i), circuit.bytes_of(i))).collect();
    /// // the input, the transposed view, the product, the exponential
    /// assert_eq!(costs, [(0, 0), (0, 0), (2 * 4 * 4 * 4, 64), (16, 64)]);
    /// # Ok::<(), Diagnostic>(())
    /// ```
    pub fn flops_of(&self, index: u32) -> u64 {
        let node = self.node(index);
        if node.part > 0 {
            return 0;
        }
        (node.gate.flops)(node.attrs, &self.specs(self.inputs_of(index)), &self.output_specs(index))
    }

    /// Bytes of what a gate computes, all its outputs together; 0 for inputs, constants and views, which compute nothing.
    pub fn bytes_of(&self, index: u32) -> u64 {
        let node = self.node(index);
        if node.part > 0 || matches!(node.gate.class, Class::Input | Class::Constant | Class::View(_)) {
            return 0;
        }
        self.output_specs(index).iter().map(|spec| spec.bytes() as u64).fold(0, u64::saturating_add)
    }

    /// Adds an input that no gate reads, for the caller to list among the inputs.
    pub fn unread_input(&mut self, gate: &'static GateDef, spec: Option<Spec>) -> Option<u32> {
        let (attrs, site) = (Attrs::NONE, Site::Unknown);
        Some(self.push(Entry { gate, attrs, inputs: &[], outputs: &[spec?], stage: 0, site }))
    }

    /// Adds a gate of another circuit, on other inputs, and gives the index of its first output.
    pub fn repeat(&mut self, from: &Circuit, index: u32, inputs: &[u32]) -> u32 {
        self.repeat_with(from, index, from.node(index).attrs.clone(), inputs)
    }

    /// The same with other attributes.
    pub fn repeat_with(&mut self, from: &Circuit, index: u32, attrs: Attrs, inputs: &[u32]) -> u32 {
        let first = self.nodes.len();
        let first_input = self.operands.len() as u32;
        self.operands.extend_from_slice(inputs);
        let parts = index as usize..(index + from.node(index).parts) as usize;
        for kept in &from.nodes[parts] {
            let spec = self.specs.number(from.specs.list[kept.spec as usize]);
            self.nodes.push(Kept { first_input, inputs: inputs.len() as u32, spec, ..kept.clone() });
        }
        self.nodes[first].attrs = attrs;
        first as u32
    }

    /// Adds a gate with one output, for a stage and from a place.
    pub fn add(
        &mut self,
        gate: &'static GateDef,
        attrs: Attrs,
        inputs: &[u32],
        output: Spec,
        (stage, site): (u32, Site),
    ) -> u32 {
        self.push(Entry { gate, attrs, inputs, outputs: &[output], stage, site })
    }

    /// An empty circuit with room for as many gates as another has.
    pub fn with_room_for(other: &Circuit) -> Circuit {
        let mut circuit = Circuit::default();
        circuit.nodes.reserve(other.nodes.len());
        circuit.operands.reserve(other.operands.len());
        circuit
    }

    /// Drops the gates that no output needs; inputs stay.
    pub fn without_dead(&mut self) {
        let live = self.live();
        let mut map = vec![u32::MAX; self.nodes.len()];
        let (mut nodes, mut operands) = (0, 0);
        for index in 0..self.nodes.len() {
            let first = index - self.nodes[index].part as usize;
            if !live[first] {
                continue;
            }
            let (from, count) = (self.nodes[index].first_input as usize, self.nodes[index].inputs as usize);
            let node = &mut self.nodes[index];
            if node.part == 0 {
                node.first_input = operands as u32;
                for at in from..from + count {
                    self.operands[operands] = map[self.operands[at] as usize];
                    operands += 1;
                }
            } else {
                node.first_input = (operands - count) as u32;
            }
            map[index] = nodes as u32;
            self.nodes.swap(nodes, index);
            nodes += 1;
        }
        self.nodes.truncate(nodes);
        self.operands.truncate(operands);
        self.renumber(&map);
    }

    /// Gives what points to nodes from outside their new numbers; what points to none goes.
    fn renumber(&mut self, map: &[u32]) {
        let new = |&old: &u32| Some(map[old as usize]).filter(|&new| new != u32::MAX);
        let renumbered = |wires: &[u32]| wires.iter().filter_map(new).collect::<Vec<u32>>();
        self.inputs = renumbered(&self.inputs);
        self.outputs = renumbered(&self.outputs);
        for stage in &mut self.stages {
            stage.inputs = renumbered(&stage.inputs);
            stage.outputs = renumbered(&stage.outputs);
        }
        self.passed.clear();
        self.within.clear();
        let names = std::mem::take(&mut self.names);
        self.names = names.into_iter().filter_map(|(old, name)| Some((new(&old)?, name))).collect();
    }

    /// Adds a gate and gives the index of its first output.
    pub(super) fn push(&mut self, gate: Entry<'_>) -> u32 {
        let first = self.nodes.len() as u32;
        let first_input = self.operands.len() as u32;
        self.operands.extend_from_slice(gate.inputs);
        for (part, &spec) in gate.outputs.iter().enumerate() {
            let spec = self.specs.number(spec);
            self.nodes.push(Kept {
                gate: gate.gate,
                attrs: if part == 0 { gate.attrs.clone() } else { Attrs::NONE },
                spec,
                part: part as u32,
                parts: gate.outputs.len() as u32,
                stage: gate.stage,
                site: gate.site,
                first_input,
                inputs: gate.inputs.len() as u32,
            });
        }
        first
    }
}

/// What [`Circuit::push`] adds.
pub(super) struct Entry<'a> {
    pub gate: &'static GateDef,
    pub attrs: Attrs,
    pub inputs: &'a [u32],
    pub outputs: &'a [Spec],
    pub stage: u32,
    pub site: Site,
}

/// The same gates, joined alike: names, stages and places do not count.
impl PartialEq for Circuit {
    fn eq(&self, other: &Self) -> bool {
        let same = |i: u32| {
            let (a, b) = (self.node(i), other.node(i));
            std::ptr::eq(a.gate, b.gate)
                && a.attrs == b.attrs
                && a.spec == b.spec
                && a.part == b.part
                && self.inputs_of(i) == other.inputs_of(i)
        };
        self.len() == other.len()
            && self.inputs == other.inputs
            && self.outputs == other.outputs
            && (0..self.len() as u32).all(same)
    }
}

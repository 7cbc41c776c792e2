//! From drafts to steps: which values need memory, from when to when, and what each step reads and writes.

use super::lower::{Alone, BEFORE, Draft, Lowering, Source};
use super::{
    Array, Copied, KernelStep, Place, Plan, Step, Strips, ValueId, coded, control, memory::Life,
    memory::Places, overwrite::Overwrites, product, scalars, sweep,
};
use crate::base::{DType, Spec, Strided};
use crate::circuit::{Circuit, Class};
use std::collections::HashMap;

/// Marks a node without a value in memory.
pub(super) const NONE: ValueId = ValueId::MAX;

/// What the writers of steps need to know.
pub(super) struct Emitter<'a> {
    pub lowering: Lowering<'a>,
    pub memory: Places,
    /// Steps that run in turns.
    pub strips: Vec<Strips>,
    /// The value that holds a root; scalars of one step share one.
    values: Vec<ValueId>,
    /// For scalars: where in their value they are, in bytes.
    pub offsets: Vec<u32>,
    /// How the scalars of a step lie in their bank.
    pub banks: HashMap<u32, scalars::Layout>,
    /// Outputs that a step of scalars writes: step, root, value.
    pub stores: Vec<(u32, u32, ValueId)>,
    /// The largest number of ports of a sweep so far.
    pub ports: usize,
    /// Code of groups of gates.
    pub library: coded::Library,
}

/// Where everything has come to lie: what another layout can be derived from.
pub(super) struct Survey {
    /// The step that computes each root.
    pub step: Vec<u32>,
    /// The value of each root; `NONE` for those that never leave their step.
    pub values: Vec<ValueId>,
    /// For values of the arena: when they are needed.
    pub lives: Vec<Option<Life>>,
}

/// Writes the plan.
pub(super) fn emit(
    lowering: Lowering<'_>,
    strips: Vec<Strips>,
    wanted: &[u32],
    shares: bool,
) -> (Plan, Survey) {
    let circuit = lowering.circuit;
    let mut emitter = Emitter {
        memory: Places::new(shares, strips.clone()),
        values: vec![NONE; lowering.step.len()],
        offsets: vec![0; lowering.step.len()],
        lowering,
        strips,
        banks: HashMap::new(),
        stores: Vec::new(),
        ports: 0,
        library: coded::Library::new(),
    };
    let constants = emitter.outside_values();
    let last = emitter.last_uses(wanted);
    let copied = emitter.output_values(wanted);
    emitter.inside_values(&last);
    let overwrites = Overwrites::of(&emitter.lowering, &emitter.strips, wanted, &copied);
    let mut steps = Vec::new();
    for (number, draft) in std::mem::take(&mut emitter.lowering.drafts).iter().enumerate() {
        steps.push(emitter.step(number as u32, draft));
    }
    for (output, wire) in copied {
        let spec = circuit.node(wire).spec;
        let to = emitter.memory.outside(Place::Output(output), bytes(spec));
        steps.push(Step::Copy(Copied { from: emitter.array(wire), to }));
    }
    let (values, lives, arena) = emitter.memory.finish();
    let survey = Survey { step: emitter.lowering.step, values: emitter.values, lives };
    let plan = Plan {
        inputs: circuit.specs(&circuit.inputs),
        outputs: circuit.specs(wanted),
        constants,
        values,
        steps,
        strips: emitter.strips,
        overwrites,
        arena,
        ports: emitter.ports,
    };
    (plan, survey)
}

/// Bytes of an array.
pub(super) fn bytes(spec: Spec) -> usize {
    spec.dtype.bytes() * spec.shape.elements()
}

impl Emitter<'_> {
    fn circuit(&self) -> &Circuit {
        self.lowering.circuit
    }

    /// A wire's elements in memory.
    pub fn array(&self, wire: u32) -> Array {
        self.seen(self.lowering.source(wire))
    }

    fn seen(&self, from: Source) -> Array {
        let dtype = self.lowering.spec(from.root).dtype;
        let mut view = from.view;
        view.offset += self.offsets[from.root as usize] as usize / dtype.bytes();
        Array { value: self.value(from.root), view, dtype }
    }

    /// The value that holds a root.
    pub fn value(&self, root: u32) -> ValueId {
        let value = self.values[root as usize];
        assert!(value != NONE, "what another step reads has a value in memory");
        value
    }

    /// Whether a root is kept in memory.
    pub fn is_kept(&self, root: u32) -> bool {
        self.values[root as usize] != NONE
    }

    /// Gives the scalars of a step their common value.
    pub fn set_scalar(&mut self, node: u32, value: ValueId, offset: u32) {
        (self.values[node as usize], self.offsets[node as usize]) = (value, offset);
    }

    /// Inputs and constants.
    fn outside_values(&mut self) -> Vec<crate::base::Tensor> {
        let circuit = self.lowering.circuit;
        for (i, &input) in circuit.inputs.iter().enumerate() {
            let place = Place::Input(i as u32);
            self.values[input as usize] = self.memory.outside(place, bytes(circuit.node(input).spec));
        }
        let mut constants = Vec::new();
        // Single numbers are literals more often than not; equal ones are one value.
        let mut singles: HashMap<(DType, u64), ValueId> = HashMap::new();
        for (index, node) in circuit.gates() {
            if matches!(node.gate.class, Class::Constant) && self.lowering.live[index as usize] {
                let tensor = node.attrs.tensor("value");
                let mut new = || {
                    constants.push(tensor.clone());
                    self.memory.outside(Place::Constant(constants.len() as u32 - 1), bytes(node.spec))
                };
                self.values[index as usize] = match tensor.slice().single() {
                    Some(bits) => *singles.entry((node.spec.dtype, bits)).or_insert_with(new),
                    None => new(),
                };
            }
        }
        constants
    }

    /// The last step that reads each root from memory; 0 where none does.
    fn last_uses(&self, wanted: &[u32]) -> Vec<u32> {
        let lowering = &self.lowering;
        let mut last = vec![0; lowering.step.len()];
        let mut read = |root: u32, step: u32| {
            let made = lowering.step[root as usize];
            if made != BEFORE && made != step {
                last[root as usize] = last[root as usize].max(step);
            }
        };
        for (number, draft) in (0..).zip(&lowering.drafts) {
            lowering.reads(draft).into_iter().for_each(|root| read(root, number));
        }
        for &wire in wanted.iter().filter(|&&wire| lowering.scalars_of(wire).is_none()) {
            read(lowering.root[wire as usize], lowering.drafts.len() as u32);
        }
        last
    }

    /// Outputs that are computed in place; gives those that have to be copied there at the end.
    fn output_values(&mut self, wanted: &[u32]) -> Vec<(u32, u32)> {
        let mut copied = Vec::new();
        for (i, &wire) in wanted.iter().enumerate() {
            let root = self.lowering.root[wire as usize];
            let made = self.lowering.step[root as usize];
            let spec = self.lowering.spec(root);
            if let Some(step) = self.lowering.scalars_of(wire) {
                let value = self.memory.outside(Place::Output(i as u32), bytes(spec));
                self.stores.push((step, root, value));
                continue;
            }
            let in_place = made != BEFORE
                && self.values[root as usize] == NONE
                && self.lowering.view(wire).is_whole(spec.shape.elements());
            if in_place {
                self.values[root as usize] = self.memory.outside(Place::Output(i as u32), bytes(spec));
            } else {
                copied.push((i as u32, wire));
            }
        }
        copied
    }

    /// Values of the arena: what one step makes and another reads.
    fn inside_values(&mut self, last: &[u32]) {
        for root in 0..last.len() as u32 {
            let made = self.lowering.step[root as usize];
            let is_read = last[root as usize] > 0 && made != BEFORE && !self.is_kept(root);
            if is_read && !matches!(self.lowering.drafts[made as usize], Draft::Scalars(_)) {
                let spec = self.lowering.spec(root);
                self.values[root as usize] = self.memory.inside(bytes(spec), made, last[root as usize]);
            }
        }
        self.scalar_values(last);
    }

    /// Scalars live in their step's bank as long as any of them is read.
    fn scalar_values(&mut self, last: &[u32]) {
        let drafts = std::mem::take(&mut self.lowering.drafts);
        let any = drafts.iter().any(|draft| matches!(draft, Draft::Scalars(_)));
        let mut seen = scalars::Seen::new(if any { self.lowering.step.len() } else { 0 });
        for (number, draft) in drafts.iter().enumerate() {
            if let Draft::Scalars(members) = draft {
                let layout = scalars::lay_out(self, &mut seen, members, number as u32, last);
                self.banks.insert(number as u32, layout);
            }
        }
        self.lowering.drafts = drafts;
    }

    fn step(&mut self, number: u32, draft: &Draft) -> Step {
        match draft {
            Draft::Sweep(sweep) => Step::Sweep(sweep::emit(self, sweep, number)),
            Draft::Scalars(_) => Step::Scalars(scalars::emit(self, number)),
            Draft::Copy { root, from } => {
                Step::Copy(Copied { from: self.seen(*from), to: self.value(*root) })
            }
            Draft::Product(alone) => {
                let (a, b) = (self.seen(alone.inputs[0]), self.seen(alone.inputs[1]));
                let is_sum = matches!(self.circuit().node(alone.node).gate.class, Class::Reduce(..));
                Step::Product(product::emit(a, b, self.output(alone.node, number), is_sum))
            }
            Draft::Kernel(alone) => self.kernel(alone, number),
            Draft::Control(alone) => Step::Control(Box::new(control::emit(self, alone, number))),
        }
    }

    /// Where a gate of its own step writes. A result that nobody reads goes to scratch.
    pub fn output(&mut self, node: u32, step: u32) -> ValueId {
        if !self.is_kept(node) {
            let spec = self.circuit().node(node).spec;
            self.values[node as usize] = self.memory.scratch(bytes(spec), step);
        }
        self.value(node)
    }

    fn kernel(&mut self, alone: &Alone, number: u32) -> Step {
        let node = self.lowering.circuit.node(alone.node);
        let kernel = node.gate.class.kernel().expect("the classes without a kernel have steps of their own");
        let inputs = match node.gate.class {
            Class::Contract(_, readable, _) => self.readable(&alone.inputs, readable),
            _ => self.row_major(&alone.inputs),
        };
        let (gate, attrs, spec) = (node.gate.name, node.attrs.clone(), node.spec);
        let specs: Vec<Spec> = inputs.iter().map(Array::spec).collect();
        let flops = (node.gate.flops)(&attrs, &specs, &[spec]);
        let fewest = match node.gate.class {
            Class::Contract(_, _, Some(fewest)) => fewest(&attrs, &specs).min(flops),
            _ => flops,
        };
        // What moves or picks elements reads no more of anything than it writes.
        let most = match node.gate.class {
            Class::Move(_) | Class::Index(_) => bytes(spec),
            _ => usize::MAX,
        };
        let read = specs.iter().map(|&spec| bytes(spec).min(most) as u64).sum();
        Step::Kernel(KernelStep {
            gate,
            kernel,
            attrs,
            inputs,
            output: self.output(alone.node, number),
            spec,
            flops,
            fewest,
            read,
        })
    }

    /// Inputs whose elements lie one after the other, in their own shapes.
    pub fn row_major(&self, inputs: &[Source]) -> Vec<Array> {
        self.readable(inputs, |_| false)
    }

    /// Inputs whose elements lie one after the other, or as a gate reads them where they lie.
    fn readable(&self, inputs: &[Source], readable: fn(&Strided) -> bool) -> Vec<Array> {
        let of = |&source: &Source| {
            let array = self.seen(source);
            if array.view.is_contiguous() {
                return Array { view: Strided::whole(array.view.shape).moved_to(array.view.offset), ..array };
            }
            assert!(readable(&array.view), "gates over whole arrays get row-major inputs, or what they read");
            array
        };
        inputs.iter().map(of).collect()
    }
}

//! Floor 4: a circuit becomes a plan: steps in order, each with its kernel and its places in memory.

use crate::base::{DType, Shape, Spec, Tensor};
use crate::circuit::{Attrs, Circuit, Class, Control, Kernel};
use std::collections::HashMap;
use std::ops::Range;

/// A finished program.
pub struct Plan {
    /// What comes in.
    pub inputs: Vec<Spec>,
    /// What is computed, in order.
    pub steps: Vec<Step>,
    /// What the steps read, one after the other.
    pub reads: Vec<(Source, ShapeId)>,
    /// Where the steps write, one after the other; `None` for outputs that nobody reads.
    pub writes: Vec<(Option<u32>, ShapeId)>,
    /// The shapes that occur, each once.
    pub shapes: Vec<Shape>,
    /// Places for intermediate values, reused when their value is no longer needed: dtype and number of elements.
    pub slots: Vec<(DType, usize)>,
    /// Numbers that are part of the program.
    pub constants: Vec<Tensor>,
    /// Where the outputs are found.
    pub outputs: Vec<(Source, Spec)>,
}

/// Where a value is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// An input of the program.
    Input(u32),
    /// A constant of the program.
    Constant(u32),
    /// A place for intermediate values.
    Slot(u32),
}

/// Which of a plan's shapes. Shapes are large and few, steps many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShapeId(u32);

/// One gate.
pub struct Step {
    /// What to do.
    pub work: Work,
    /// Attributes of the gate.
    pub attrs: Attrs,
    /// Which of the plan's reads are its inputs.
    pub inputs: Range<u32>,
    /// Which of the plan's writes are its outputs.
    pub outputs: Range<u32>,
}

/// What a step does.
pub enum Work {
    /// Calls a kernel.
    Kernel(Kernel),
    /// Runs inner programs. They compute what the gate gives and somebody reads, and the states of a loop in any case.
    Control(Control, Vec<Plan>),
}

impl Plan {
    /// A shape.
    pub fn shape(&self, id: ShapeId) -> Shape {
        self.shapes[id.0 as usize]
    }

    /// The inputs of a step.
    pub fn inputs_of(&self, step: &Step) -> &[(Source, ShapeId)] {
        &self.reads[step.inputs.start as usize..step.inputs.end as usize]
    }

    /// The outputs of a step.
    pub fn outputs_of(&self, step: &Step) -> &[(Option<u32>, ShapeId)] {
        &self.writes[step.outputs.start as usize..step.outputs.end as usize]
    }

    /// Bytes of all slots: the memory for intermediate values, inner programs included.
    pub fn slot_bytes(&self) -> usize {
        let own: usize = self.slots.iter().map(|(dtype, n)| dtype.bytes() * n).sum();
        let of = |step: &Step| match &step.work {
            Work::Control(_, plans) => plans.iter().map(Plan::slot_bytes).sum(),
            Work::Kernel(_) => 0usize,
        };
        own + self.steps.iter().map(of).sum::<usize>()
    }
}

/// Where values are and which places are free, while steps are laid out.
#[derive(Default)]
struct Places {
    of: Vec<Option<Source>>,
    slots: Vec<(DType, usize)>,
    free: HashMap<(DType, usize), Vec<u32>>,
    shapes: Vec<Shape>,
    ids: HashMap<Shape, ShapeId>,
}

impl Places {
    fn take(&mut self, spec: Spec) -> u32 {
        let key = (spec.dtype, spec.shape.elements());
        self.free.get_mut(&key).and_then(Vec::pop).unwrap_or_else(|| {
            self.slots.push(key);
            self.slots.len() as u32 - 1
        })
    }

    fn give_back(&mut self, wire: u32) {
        if let Some(Source::Slot(slot)) = self.of[wire as usize] {
            self.free.entry(self.slots[slot as usize]).or_default().push(slot);
        }
    }

    /// Neighbours often have the same shape, which saves the search.
    fn shape(&mut self, shape: Shape) -> ShapeId {
        let last = self.shapes.len() as u32;
        if self.shapes.last() == Some(&shape) {
            return ShapeId(last - 1);
        }
        *self.ids.entry(shape).or_insert_with(|| {
            self.shapes.push(shape);
            ShapeId(last)
        })
    }

    fn source(&self, wire: u32) -> Source {
        self.of[wire as usize].expect("a wire's inputs have smaller numbers and are live when it is")
    }
}

/// Lays out the live gates of a circuit.
pub fn build(circuit: &Circuit) -> Plan {
    build_for(circuit, &circuit.outputs)
}

/// Lays out the gates that some wires need; those are the outputs of the plan.
fn build_for(circuit: &Circuit, wanted: &[u32]) -> Plan {
    let live = circuit.reached_from(wanted);
    let last_use = last_uses(circuit, &live, wanted);
    let mut places = Places { of: vec![None; circuit.len()], ..Places::default() };
    for (i, &input) in circuit.inputs.iter().enumerate() {
        places.of[input as usize] = Some(Source::Input(i as u32));
    }
    let (mut steps, mut constants) = (Vec::new(), Vec::new());
    let (mut reads, mut writes) = (Vec::new(), Vec::new());
    for (index, node) in circuit.gates() {
        if !live[index as usize] {
            continue;
        }
        let work = match node.gate.class {
            Class::Input => continue,
            Class::Constant => {
                places.of[index as usize] = Some(Source::Constant(constants.len() as u32));
                constants.push(node.attrs.tensor("value").clone());
                continue;
            }
            Class::Control(kind) => {
                let reads: Vec<bool> = (index..index + node.parts).map(|i| live[i as usize]).collect();
                Work::Control(kind, inner_plans(kind, &node.attrs, &reads))
            }
            class => Work::Kernel(
                class.kernel().expect("every class but input, constant and control has a kernel"),
            ),
        };
        let (first_read, first_write) = (reads.len() as u32, writes.len() as u32);
        let inputs = circuit.inputs_of(index);
        reads.extend(inputs.iter().map(|&w| (places.source(w), places.shape(circuit.node(w).spec.shape))));
        for part in index..index + node.parts {
            let spec = circuit.node(part).spec;
            let slot = live[part as usize].then(|| places.take(spec));
            places.of[part as usize] = slot.map(Source::Slot);
            writes.push((slot, places.shape(spec.shape)));
        }
        for (i, &wire) in inputs.iter().enumerate() {
            if last_use[wire as usize] == index && !inputs[..i].contains(&wire) {
                places.give_back(wire);
            }
        }
        let (inputs, outputs) = (first_read..reads.len() as u32, first_write..writes.len() as u32);
        steps.push(Step { work, attrs: node.attrs.clone(), inputs, outputs });
    }
    let outputs = wanted.iter().map(|&o| (places.source(o), circuit.node(o).spec)).collect();
    let Places { slots, shapes, .. } = places;
    Plan { inputs: circuit.specs(&circuit.inputs), steps, reads, writes, shapes, slots, constants, outputs }
}

/// The programs that a control gate runs, given which of its outputs somebody reads.
fn inner_plans(kind: Control, attrs: &Attrs, reads: &[bool]) -> Vec<Plan> {
    let wanted = |circuit: &Circuit, states: usize| -> Vec<u32> {
        let all = circuit.outputs.iter().zip(reads).enumerate();
        all.filter(|(i, (_, read))| *i < states || **read).map(|(_, (&output, _))| output).collect()
    };
    match kind {
        // What follows are the rules of a custom gate: they are for the passes, nobody runs them.
        Control::Call => attrs.circuits().take(1).map(|c| build_for(c, &wanted(c, 0))).collect(),
        Control::Cond => attrs.circuits().map(|c| build_for(c, &wanted(c, 0))).collect(),
        Control::Scan => attrs.circuits().map(|c| build_for(c, &wanted(c, attrs.index("states")))).collect(),
        Control::While => attrs.circuits().map(|c| build(c)).collect(),
    }
}

/// The last gate that reads each wire; outputs are read after the end.
fn last_uses(circuit: &Circuit, live: &[bool], wanted: &[u32]) -> Vec<u32> {
    let mut last = vec![0; circuit.len()];
    for (index, _) in circuit.gates().filter(|(i, _)| live[*i as usize]) {
        circuit.inputs_of(index).iter().for_each(|&w| last[w as usize] = index);
    }
    wanted.iter().for_each(|&o| last[o as usize] = u32::MAX);
    last
}

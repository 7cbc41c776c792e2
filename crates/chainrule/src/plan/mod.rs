//! Floor 4: a circuit becomes a plan: steps in order, each with its kernel and its places in memory.

use crate::base::{DType, Shape, Spec, Tensor};
use crate::circuit::{Attrs, Circuit, Class, Control, Kernel};
use std::collections::HashMap;

/// A finished program.
pub struct Plan {
    /// What comes in.
    pub inputs: Vec<Spec>,
    /// What is computed, in order.
    pub steps: Vec<Step>,
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

/// One gate.
pub struct Step {
    /// What to do.
    pub work: Work,
    /// Attributes of the gate.
    pub attrs: Attrs,
    /// Its inputs.
    pub inputs: Vec<(Source, Shape)>,
    /// Where its outputs go; `None` for those that nobody reads.
    pub outputs: Vec<(Option<u32>, Shape)>,
}

/// What a step does.
pub enum Work {
    /// Calls a kernel.
    Kernel(Kernel),
    /// Runs inner programs. They compute what the gate gives and somebody reads, and the states of a loop in any case.
    Control(Control, Vec<Plan>),
}

impl Plan {
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
            class => Work::Kernel(class.kernel().expect("every class but input, constant and control has a kernel")),
        };
        let reads = circuit.inputs_of(index);
        let inputs = reads.iter().map(|&w| (places.source(w), circuit.node(w).spec.shape)).collect();
        let mut outputs = Vec::with_capacity(node.parts as usize);
        for part in index..index + node.parts {
            let spec = circuit.node(part).spec;
            let slot = live[part as usize].then(|| places.take(spec));
            places.of[part as usize] = slot.map(Source::Slot);
            outputs.push((slot, spec.shape));
        }
        let mut done: Vec<u32> = reads.iter().copied().filter(|&w| last_use[w as usize] == index).collect();
        done.sort_unstable();
        done.dedup();
        done.into_iter().for_each(|w| places.give_back(w));
        steps.push(Step { work, attrs: node.attrs.clone(), inputs, outputs });
    }
    let outputs = wanted.iter().map(|&o| (places.source(o), circuit.node(o).spec)).collect();
    Plan { inputs: circuit.specs(&circuit.inputs), steps, slots: places.slots, constants, outputs }
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

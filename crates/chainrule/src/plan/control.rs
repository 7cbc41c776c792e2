//! Steps that run inner plans: calls, branches, loops.

use super::emit::{Emitter, bytes};
use super::{
    Array, Plan, ValueId,
    lower::{Alone, lower},
};
use crate::base::Spec;
use crate::circuit::{Attrs, Circuit, Control};

/// A step that runs inner plans. They compute what the gate gives and somebody reads, and the states of a loop in any case.
pub struct ControlStep {
    /// How.
    pub kind: Control,
    /// The inner plans: one, or a test and a body, or two branches.
    pub plans: Vec<Plan>,
    /// Inputs of the gate, row-major.
    pub inputs: Vec<Array>,
    /// Outputs of the gate; `None` where nobody reads it.
    pub outputs: Vec<Option<ValueId>>,
    /// Where the inner plans have their arenas, one at a time: no two of them run at once.
    pub room: ValueId,
    /// For loops.
    pub turns: Loop,
}

/// How a loop goes.
#[derive(Default)]
pub struct Loop {
    /// Number of turns of a `scan`.
    pub length: usize,
    /// Bytes that the sequences of a `scan` move on from turn to turn: those read, and those written.
    pub moves: [Vec<usize>; 2],
    /// Whether it goes from the last turn to the first.
    pub reverse: bool,
    /// Inputs that are the same at every turn, in front; of a `while`, those of the test and then those of the body.
    pub constants: [usize; 2],
    /// For each state, room for two versions of it, which change roles.
    pub states: Vec<[ValueId; 2]>,
}

/// Writes a control step.
pub(super) fn emit(emitter: &mut Emitter<'_>, alone: &Alone, number: u32) -> ControlStep {
    let (circuit, index) = (emitter.lowering.circuit, alone.node);
    let node = circuit.node(index);
    let crate::circuit::Class::Control(kind) = node.gate.class else {
        unreachable!("only control gates have control steps")
    };
    let parts = index..index + node.parts;
    let read: Vec<bool> = parts.clone().map(|i| emitter.lowering.live[i as usize]).collect();
    let plans = inner_plans(kind, node.attrs, &read);
    let room = emitter.memory.scratch(plans.iter().map(|plan| plan.arena).max().unwrap_or(0), number);
    let inputs: Vec<Array> = emitter.row_major(&alone.inputs);
    let outputs = parts.zip(&read).map(|(part, &read)| read.then(|| emitter.output(part, number))).collect();
    let turns = turns(emitter, kind, node.attrs, &inputs, &circuit.output_specs(index), number);
    ControlStep { kind, plans, inputs, outputs, room, turns }
}

fn turns(
    emitter: &mut Emitter<'_>,
    kind: Control,
    attrs: &Attrs,
    inputs: &[Array],
    outputs: &[Spec],
    number: u32,
) -> Loop {
    let (constants, states) = match kind {
        Control::Call | Control::Cond => return Loop::default(),
        Control::Scan => ([attrs.index("constants"), 0], attrs.index("states")),
        Control::While => {
            let constants = [attrs.index("test_constants"), attrs.index("body_constants")];
            (constants, inputs.len() - constants[0] - constants[1])
        }
    };
    let is_scan = kind == Control::Scan;
    let length = if is_scan { attrs.index("length") } else { 0 };
    let first = constants[0] + constants[1];
    let each = |total: usize| total.checked_div(length).unwrap_or(0);
    let read = inputs[first + states..].iter().map(|sequence| each(bytes(sequence.spec())));
    let written = outputs[states..].iter().map(|&spec| each(bytes(spec)));
    let moves = if is_scan { [read.collect(), written.collect()] } else { Default::default() };
    let mut room = |spec: Spec| [0; 2].map(|_| emitter.memory.scratch(bytes(spec), number));
    let states = inputs[first..first + states].iter().map(|state| room(state.spec())).collect();
    Loop { length, moves, reverse: is_scan && attrs.flag("reverse"), constants, states }
}

/// The programs that a control gate runs, given which of its outputs somebody reads.
fn inner_plans(kind: Control, attrs: &Attrs, reads: &[bool]) -> Vec<Plan> {
    let wanted = |circuit: &Circuit, states: usize| -> Vec<u32> {
        let all = circuit.outputs.iter().zip(reads).enumerate();
        all.filter(|(i, (_, read))| *i < states || **read).map(|(_, (&output, _))| output).collect()
    };
    let lower = |circuit: &Circuit, wanted: &[u32]| lower(circuit, wanted, &[]).0;
    match kind {
        // What follows are the rules of a custom gate: they are for the passes, nobody runs them.
        Control::Call => attrs.circuits().take(1).map(|c| lower(c, &wanted(c, 0))).collect(),
        Control::Cond => attrs.circuits().map(|c| lower(c, &wanted(c, 0))).collect(),
        Control::Scan => attrs.circuits().map(|c| lower(c, &wanted(c, attrs.index("states")))).collect(),
        Control::While => attrs.circuits().map(|c| lower(c, &c.outputs)).collect(),
    }
}

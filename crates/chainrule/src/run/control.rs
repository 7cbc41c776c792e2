//! Steps that run inner programs: calls, loops, branches.

use super::{Workspace, execute};
use crate::base::{Data, Slice};
use crate::circuit::{Control, Operand};
use crate::plan::{Plan, Step};

/// Runs a control step. `outputs` holds a place for each output that somebody reads.
pub fn run(
    kind: Control,
    step: &Step,
    plans: &[Plan],
    workspaces: &mut [Workspace],
    operands: &[Operand<'_>],
    outputs: &mut [Option<Data>],
) {
    let inputs: Vec<Slice<'_>> = operands.iter().map(|o| o.data).collect();
    match kind {
        Control::Call => call(&plans[0], &mut workspaces[0], &inputs, outputs),
        Control::Cond => {
            let branch = usize::from(!inputs[0].typed::<bool>()[0]);
            call(&plans[branch], &mut workspaces[branch], &inputs[1..], outputs);
        }
        Control::Scan => scan(step, &plans[0], &mut workspaces[0], &inputs, outputs),
        Control::While => repeat(step, plans, workspaces, &inputs, outputs),
    }
}

fn call(plan: &Plan, workspace: &mut Workspace, inputs: &[Slice<'_>], outputs: &mut [Option<Data>]) {
    execute(plan, workspace, inputs);
    // The inner program gives exactly what somebody reads.
    for (i, output) in outputs.iter_mut().flatten().enumerate() {
        output.as_slice_mut().copy_from(workspace.output(plan, inputs, i));
    }
}

/// The state that a loop carries: the current one and the next, which change places.
struct Carry {
    current: Vec<Data>,
    next: Vec<Data>,
}

impl Carry {
    fn new(start: &[Slice<'_>]) -> Carry {
        let current: Vec<Data> = start.iter().map(|s| s.to_data()).collect();
        Carry { next: current.clone(), current }
    }

    fn finish(self, outputs: &mut [Option<Data>]) {
        for (output, state) in outputs.iter_mut().zip(self.current) {
            if output.is_some() {
                *output = Some(state);
            }
        }
    }
}

fn scan(
    step: &Step,
    plan: &Plan,
    workspace: &mut Workspace,
    inputs: &[Slice<'_>],
    outputs: &mut [Option<Data>],
) {
    let attrs = &step.attrs;
    let (constants, states, length) =
        (attrs.index("constants"), attrs.index("states"), attrs.index("length"));
    let reverse = attrs.flag("reverse");
    let (fixed, rest) = inputs.split_at(constants);
    let (start, sequences) = rest.split_at(states);
    let mut carry = Carry::new(start);
    for turn in 0..length {
        let t = if reverse { length - 1 - turn } else { turn };
        let part = |s: &Slice<'_>| s.len() / length;
        {
            let now = sequences.iter().map(|s| s.part(t * part(s), (t + 1) * part(s)));
            let arguments: Vec<Slice<'_>> =
                fixed.iter().copied().chain(carry.current.iter().map(Data::as_slice)).chain(now).collect();
            execute(plan, workspace, &arguments);
            for (i, next) in carry.next.iter_mut().enumerate() {
                next.as_slice_mut().copy_from(workspace.output(plan, &arguments, i));
            }
            // Behind the states the inner program gives exactly what somebody reads.
            for (i, output) in outputs.iter_mut().skip(states).flatten().enumerate() {
                let each = output.len() / length;
                let now = workspace.output(plan, &arguments, states + i);
                output.as_slice_mut().part(t * each, (t + 1) * each).copy_from(now);
            }
        }
        std::mem::swap(&mut carry.current, &mut carry.next);
    }
    carry.finish(outputs);
}

fn repeat(
    step: &Step,
    plans: &[Plan],
    workspaces: &mut [Workspace],
    inputs: &[Slice<'_>],
    outputs: &mut [Option<Data>],
) {
    let test_constants = step.attrs.index("test_constants");
    let body_constants = step.attrs.index("body_constants");
    let (test_fixed, rest) = inputs.split_at(test_constants);
    let (body_fixed, start) = rest.split_at(body_constants);
    let mut carry = Carry::new(start);
    loop {
        {
            let state = || carry.current.iter().map(Data::as_slice);
            let arguments: Vec<Slice<'_>> = test_fixed.iter().copied().chain(state()).collect();
            execute(&plans[0], &mut workspaces[0], &arguments);
            if !workspaces[0].output(&plans[0], &arguments, 0).typed::<bool>()[0] {
                break;
            }
            let arguments: Vec<Slice<'_>> = body_fixed.iter().copied().chain(state()).collect();
            execute(&plans[1], &mut workspaces[1], &arguments);
            for (i, next) in carry.next.iter_mut().enumerate() {
                next.as_slice_mut().copy_from(workspaces[1].output(&plans[1], &arguments, i));
            }
        }
        std::mem::swap(&mut carry.current, &mut carry.next);
    }
    carry.finish(outputs);
}

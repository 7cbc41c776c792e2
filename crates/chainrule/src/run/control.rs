//! Steps that run inner plans: calls, branches, loops.

use super::{Address, Workspace};
use crate::circuit::Control;
use crate::numeric::team::Team;
use crate::plan::{ControlStep, Plan};

/// # Safety
/// `values` are the addresses of the plan's values.
pub unsafe fn run(step: &ControlStep, values: &[Address], inner: &mut [Workspace], team: Team) {
    // SAFETY: handed on.
    unsafe {
        match step.kind {
            Control::Call => call(step, values, &mut inner[0], 0, 0, team),
            Control::Cond => {
                let branch = usize::from(!input(step, values, 0).cast::<bool>().read());
                call(step, values, &mut inner[branch], branch, 1, team);
            }
            Control::Scan => scan(step, values, &mut inner[0], team),
            Control::While => repeat(step, values, inner, team),
        }
    }
}

/// # Safety
/// As `run`.
unsafe fn input(step: &ControlStep, values: &[Address], i: usize) -> Address {
    let array = &step.inputs[i];
    // SAFETY: the input lies within its value.
    unsafe { values[array.value as usize].add(array.view.offset * array.dtype.bytes()) }
}

/// # Safety
/// As `run`; input number `first` is the plan's first.
unsafe fn call(
    step: &ControlStep,
    values: &[Address],
    inner: &mut Workspace,
    plan: usize,
    first: usize,
    team: Team,
) {
    inner.inputs.clear();
    inner.outputs.clear();
    // SAFETY: the inner plan takes the gate's inputs and gives exactly the outputs that somebody reads.
    unsafe {
        inner.inputs.extend((first..step.inputs.len()).map(|i| input(step, values, i)));
        inner.outputs.extend(step.outputs.iter().flatten().map(|&output| values[output as usize]));
        inner.execute(&step.plans[plan], team);
    }
}

/// Where a loop finds its states before a turn, and where the turn leaves them: in their history, if that is kept, else first
/// at the inputs and then by turns in the two rooms of each state. The last turn of a `scan` leaves them where they are read.
///
/// # Safety
/// As `run`.
unsafe fn state(step: &ControlStep, values: &[Address], i: usize, turn: usize) -> Address {
    let turns = &step.turns;
    let is_last = turn > 0 && turn == turns.length;
    if let (true, Some(output)) = (is_last, step.outputs[i]) {
        return values[output as usize];
    }
    if let (false, Some(history)) = (is_last, turns.history[i]) {
        // SAFETY: the history has room for one state a turn.
        return unsafe { values[history as usize].add(place(step, turn) * turns.moves[1][i]) };
    }
    if turn == 0 {
        // SAFETY: handed on.
        return unsafe { input(step, values, turns.constants[0] + turns.constants[1] + i) };
    }
    values[turns.states[i][turn % 2] as usize]
}

/// Which slice of its sequences a turn sees.
fn place(step: &ControlStep, turn: usize) -> usize {
    if step.turns.reverse { step.turns.length - 1 - turn } else { turn }
}

/// # Safety
/// As `run`; so many turns are done, and their last did not leave the states where they are read.
unsafe fn give_states(step: &ControlStep, values: &[Address], turns: usize) {
    for (i, output) in step.outputs.iter().take(step.turns.states.len()).enumerate() {
        if let Some(output) = output {
            // SAFETY: an output has the spec of its state.
            unsafe { copy_state(step, i, state(step, values, i, turns), values[*output as usize]) }
        }
    }
}

/// # Safety
/// There is a state of this number, and room for one.
unsafe fn copy_state(step: &ControlStep, i: usize, from: Address, to: Address) {
    let spec = step.inputs[step.turns.constants[0] + step.turns.constants[1] + i].spec();
    // SAFETY: handed on.
    unsafe { std::ptr::copy_nonoverlapping(from, to, spec.dtype.bytes() * spec.shape.elements()) }
}

/// # Safety
/// As `run`.
unsafe fn scan(step: &ControlStep, values: &[Address], inner: &mut Workspace, team: Team) {
    let turns = &step.turns;
    let (constants, states) = (turns.constants[0], turns.states.len());
    if turns.length == 0 {
        // The history is empty; the states are those that came in.
        for (i, output) in step.outputs.iter().take(states).enumerate() {
            if let Some(output) = output {
                // SAFETY: handed on; an output has the spec of its state.
                unsafe { copy_state(step, i, input(step, values, constants + i), values[*output as usize]) }
            }
        }
        return;
    }
    for i in (0..states).filter(|&i| turns.history[i].is_some()) {
        // SAFETY: the history has room for the first state.
        unsafe { copy_state(step, i, input(step, values, constants + i), state(step, values, i, 0)) }
    }
    for turn in 0..turns.length {
        let t = place(step, turn);
        inner.inputs.clear();
        inner.outputs.clear();
        // SAFETY: the inner plan takes constants, states and one element of each sequence, and gives the states and one
        // element of each sequence that somebody reads; the states before and after a turn do not overlap.
        unsafe {
            inner.inputs.extend((0..constants).map(|i| input(step, values, i)));
            inner.inputs.extend((0..states).map(|i| state(step, values, i, turn)));
            let element =
                |(i, &each): (usize, &usize)| input(step, values, constants + states + i).add(t * each);
            inner.inputs.extend(turns.moves[0].iter().enumerate().map(element));
            inner.outputs.extend((0..states).map(|i| state(step, values, i, turn + 1)));
            for (output, &each) in step.outputs[2 * states..].iter().zip(&turns.moves[1][states..]) {
                inner.outputs.extend(output.map(|output| values[output as usize].add(t * each)));
            }
            if turn == 0 {
                inner.prepare(&step.plans[0]);
            }
            inner.execute(&step.plans[0], team);
        }
    }
}

/// # Safety
/// As `run`.
unsafe fn repeat(step: &ControlStep, values: &[Address], inner: &mut [Workspace], team: Team) {
    let [test_constants, body_constants] = step.turns.constants;
    let states = step.turns.states.len();
    let mut turn = 0;
    loop {
        let mut go_on = false;
        // SAFETY: the test takes its constants and the states and gives one truth value; the body takes its own and gives
        // the next states.
        unsafe {
            let fill = |inner: &mut Workspace, constants: std::ops::Range<usize>| {
                inner.inputs.clear();
                inner.outputs.clear();
                inner.inputs.extend(constants.map(|i| input(step, values, i)));
                inner.inputs.extend((0..states).map(|i| state(step, values, i, turn)));
            };
            fill(&mut inner[0], 0..test_constants);
            inner[0].outputs.push((&raw mut go_on).cast());
            run_one(&mut inner[0], &step.plans[0], team);
            if !go_on {
                break;
            }
            fill(&mut inner[1], test_constants..test_constants + body_constants);
            inner[1].outputs.extend((0..states).map(|i| state(step, values, i, turn + 1)));
            run_one(&mut inner[1], &step.plans[1], team);
        }
        turn += 1;
    }
    // SAFETY: handed on.
    unsafe { give_states(step, values, turn) }
}

/// # Safety
/// Inputs and outputs have been filled in.
unsafe fn run_one(inner: &mut Workspace, plan: &Plan, team: Team) {
    // SAFETY: handed on.
    unsafe { inner.execute(plan, team) }
}

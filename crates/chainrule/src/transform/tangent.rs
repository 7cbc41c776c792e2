//! Forward mode as a circuit: tangents of the outputs from tangents of the inputs.

use super::{adjoint::room, levels};
use crate::circuit::{Local, OpenNode, Wire, at_site, record};
use crate::gates::{scale, support::operands::zeros_like};

/// The tangents of `outputs` when the wires `at` have these. `None` is zero. Where one of `at` depends on another, its own
/// tangent adds to the one that it is passed.
pub fn jvp(outputs: &[Wire], at: &[Wire], tangents: &[Option<Wire>]) -> Vec<Option<Wire>> {
    let mut levels = levels::between(at, outputs);
    levels::mark_needed(&mut levels, outputs);
    let mut moving: Vec<Vec<Option<Wire>>> = levels.iter().map(|l| vec![None; l.marked.len()]).collect();
    for (&wire, &tangent) in at.iter().zip(tangents) {
        if let Some((level, index)) = levels::find(&levels, wire) {
            moving[level][index] = plus(moving[level][index], tangent);
        }
    }
    for depth in 0..levels.len() {
        let level = &levels[depth];
        for (outer, input) in &level.captures {
            let outside = levels::find(&levels, *outer).and_then(|(l, i)| moving[l][i]);
            if let Some(place) = moving[depth].get_mut(input.index as usize) {
                *place = plus(*place, outside);
            }
        }
        for index in (0..level.marked.len()).filter(|&i| level.marked[i]) {
            let Some(gate) = level.gate(index) else { continue };
            let tangents: Vec<_> = gate.inputs.iter().map(|w| moving[depth][w.index as usize]).collect();
            if tangents.iter().all(Option::is_none) {
                continue;
            }
            let pushed = at_site(gate.site, || push_forward(&gate, &tangents));
            for (output, tangent) in gate.outputs.iter().zip(pushed) {
                if let Some(place) = moving[depth].get_mut(output.index as usize) {
                    *place = plus(*place, tangent.filter(|_| output.dtype().is_float()));
                }
            }
        }
    }
    outputs
        .iter()
        .map(|&w| levels::find(&levels, w).and_then(|(level, index)| moving[level][index]))
        .collect()
}

fn plus(a: Option<Wire>, b: Option<Wire>) -> Option<Wire> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a + b),
        (a, b) => a.or(b),
    }
}

/// One gate's step: the tangents of its outputs.
fn push_forward(gate: &OpenNode, tangents: &[Option<Wire>]) -> Vec<Option<Wire>> {
    let room = room(gate);
    match gate.gate.local {
        Local::Partials(local) => {
            // A local gradient of 0 passes nothing on: a masked upstream is one, in the derivative of a backward pass.
            let terms = tangents.iter().enumerate().filter_map(|(i, t)| t.map(|t| scale(local(&room, i), t)));
            vec![terms.reduce(|a, b| a + b)]
        }
        Local::Linear(_) => {
            let moving = |(&input, &tangent): (&Wire, &Option<Wire>)| match tangent {
                Some(tangent) => tangent,
                None if input.dtype().is_float() => zeros_like(input),
                None => input,
            };
            let inputs: Vec<Wire> = gate.inputs.iter().zip(tangents).map(moving).collect();
            vec![Some(record(gate.gate, gate.attrs.clone(), &inputs))]
        }
        Local::Pair { jvp, .. } => jvp(&room, tangents),
        Local::Flat | Local::Stopped => vec![None; gate.outputs.len()],
    }
}

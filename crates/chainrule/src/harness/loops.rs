//! Loops with random bodies: the plan, with what has left the loop, against the reference and against the steps one by one.

use super::circuits::{Step, by_reference, grow_to};
use super::{all_near, run};
use crate::base::{Spec, Tensor};
use crate::circuit::{Circuit, Sampler, Wire, outermost};
use crate::gates::{INPUT, scan, scan_reverse, support::operands::zeros_like};
use crate::transform::{adjoint, hoist::hoisted, tangent};
use proptest::prelude::*;

/// Constants, a state and a sequence of four slices.
const INPUTS: [&[usize]; 4] = [&[3, 2], &[2], &[2, 3], &[4, 2, 3]];

/// What a step makes of constants, state and slice: the next state, and what is collected.
fn step(genome: &[Step], inputs: &[Wire]) -> (Wire, [Wire; 2]) {
    let wires = grow_to(40, genome, inputs);
    let last = wires[wires.len() - 1];
    let folded = wires.iter().rev().take(3).map(|w| w.sum()).reduce(|a, b| a + b).unwrap_or(last);
    let next = (inputs[2] * 0.5 + inputs[3] * 0.1 + folded.sigmoid()).sigmoid();
    (next, [last, next * inputs[2]])
}

fn looped(genome: &[Step], w: &[Wire], reverse: bool) -> Wire {
    let one = |state: Wire, x: Wire| step(genome, &[w[0], w[1], state, x]);
    let (last, collected) = if reverse { scan_reverse(one, w[2], w[3]) } else { scan(one, w[2], w[3]) };
    last.sum() + collected.into_iter().map(|c| c.sigmoid().sum()).fold(last.square().sum(), |a, b| a + b)
}

fn unrolled(genome: &[Step], w: &[Wire], reverse: bool) -> Wire {
    let (mut state, mut sum) = (w[2], None::<Wire>);
    for turn in 0..4 {
        let t = if reverse { 3 - turn } else { turn };
        let x = w[3].slice_axis(0, t, t + 1).reshape(&[2, 3]);
        let (next, collected) = step(genome, &[w[0], w[1], state, x]);
        state = next;
        let more = collected[0].sigmoid().sum() + collected[1].sigmoid().sum();
        sum = Some(sum.map_or(more, |sum| sum + more));
    }
    state.sum() + state.square().sum() + sum.unwrap_or(state)
}

/// The value, the gradient, and the tangent of the gradient along the inputs themselves.
fn derivatives(loss: Wire, inputs: &[Wire]) -> Vec<Wire> {
    let found = adjoint::vjp(&[loss], inputs, &[Some(zeros_like(loss) + 1.0)]);
    let filled = found.into_iter().zip(inputs).map(|(f, &x)| f.unwrap_or_else(|| zeros_like(x)));
    let gradient: Vec<Wire> = filled.collect();
    let along: Vec<Option<Wire>> = inputs.iter().map(|&w| Some(w)).collect();
    let moved = tangent::jvp(&gradient, inputs, &along).into_iter().zip(&gradient);
    let moved: Vec<Wire> = moved.map(|(m, &g)| m.unwrap_or_else(|| zeros_like(g))).collect();
    [vec![loss], gradient, moved].concat()
}

fn trace(at: &[Tensor], f: impl FnOnce(&[Wire]) -> Vec<Wire>) -> Result<Circuit, String> {
    let specs: Vec<Spec> = at.iter().map(Tensor::spec).collect();
    let traced = outermost(&INPUT, &specs, f, |out: &Vec<Wire>| out.clone()).map_err(|e| e.to_string())?;
    Ok(traced.circuit)
}

fn check(genome: &[Step], seed: u64, reverse: bool) -> Result<(), String> {
    let mut sampler = Sampler::new(seed);
    let at: Vec<Tensor> = INPUTS.iter().map(|dims| sampler.reals(dims, -1.0, 1.0)).collect();
    let circuit = trace(&at, |w| derivatives(looped(genome, w, reverse), w))?;
    let found = run(&hoisted(&circuit), &at);
    all_near("what left the loop", &found, &run(&circuit, &at), 1e-9)?;
    all_near("plan against reference", &found, &by_reference(&circuit, &at), 1e-9)?;
    let apart = trace(&at, |w| derivatives(unrolled(genome, w, reverse), w))?;
    all_near("loop against steps", &found, &run(&apart, &at), 1e-9)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_loops_agree(
        genome in prop::collection::vec(any::<Step>(), 1..12), seed in 0u64..1000, reverse in any::<bool>()
    ) {
        check(&genome, seed, reverse).map_err(TestCaseError::fail)?;
    }
}

//! Calls after the first: nothing is allocated, and threads change no bit.

use super::{CASES, Subject, Verdict};
use crate::base::Tensor;
use crate::circuit::{Class, GateDef};
use crate::gates::ALL;
use crate::numeric::counted::allocations;
use crate::numeric::team::{Team, sharing_everything};
use crate::plan::Plan;
use crate::run::Workspace;

/// Runs a plan several times; what the last run gave, and how often this thread asked for memory in it.
fn run_again(team: Team, plan: &Plan, inputs: &[Tensor]) -> (Vec<Tensor>, usize) {
    let mut outputs: Vec<Tensor> = plan.outputs.iter().map(|&spec| Tensor::zeros(spec)).collect();
    let mut workspace = Workspace::new(plan);
    let mut run = || {
        let mut call = workspace.call(plan);
        inputs.iter().for_each(|t| call.input(t));
        outputs.iter_mut().for_each(|t| call.output(t));
        assert!(call.run(team), "inputs are those of the circuit");
    };
    (0..3).for_each(|_| run());
    let count = allocations(run);
    (outputs, count)
}

fn check(gate: &'static GateDef, seed: u64) -> Verdict {
    let subject = Subject::draw(gate, seed);
    let circuit = subject.trace(&subject.inputs, |w| subject.record(w))?;
    // Even the smallest work is shared.
    sharing_everything(|| {
        let plan = Plan::new(&circuit);
        let (alone, allocations) = run_again(Team::ALONE, &plan, &subject.inputs);
        let (shared, by_many) = run_again(Team::new(3), &plan, &subject.inputs);
        let bits = |tensors: &[Tensor]| -> Vec<u64> {
            tensors.iter().flat_map(Tensor::to_f64).map(f64::to_bits).collect()
        };
        match (allocations, by_many) {
            _ if bits(&alone) != bits(&shared) => {
                Err(format!("{alone:?} alone, {shared:?} by three threads"))
            }
            (0, 0) => Ok(()),
            counts => Err(format!("asks for memory {counts:?} times, alone and with others")),
        }
    })
}

#[test]
fn every_gate_allocates_nothing_and_gives_the_same_bits_on_threads() {
    let gates = ALL.iter().filter(|gate| !matches!(gate.class, Class::Input));
    let verdict = |gate: &&'static GateDef| {
        let case = |seed| check(gate, seed).map_err(|why| format!("{}: case {seed}: {why}", gate.name));
        (0..CASES).find_map(|seed| case(seed).err())
    };
    let failures: Vec<String> = gates.filter_map(verdict).collect();
    assert!(failures.is_empty(), "{} gates fail:\n{}", failures.len(), failures.join("\n"));
}

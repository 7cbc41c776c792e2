//! Which part of a training step each gate belongs to.

use chainrule::Circuit;
use chainrule_explorer::run::Pass;

/// The part of every node. `reports` are the outputs that are no state: the loss and what goes with it.
///
/// What passes a gradient back belongs to the backward pass, unless a gradient is taken of it in turn; what the reports need
/// to the forward pass; the rest to the update.
pub fn passes(circuit: &Circuit, reports: &[u32]) -> Vec<Pass> {
    let (served, upstreams) = (circuit.served(), circuit.upstreams());
    let reported = circuit.reached_from(reports);
    let of = |i: usize| match (&served[i], upstreams[i]) {
        (_, Some(_)) => Pass::Forward,
        (Some(_), None) => Pass::Backward,
        (None, None) if reported[i] => Pass::Forward,
        _ => Pass::Update,
    };
    let mut passes: Vec<Pass> = (0..circuit.len()).map(of).collect();
    circuit.inputs.iter().for_each(|&input| passes[input as usize] = Pass::Forward);
    passes
}

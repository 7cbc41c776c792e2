//! A part of a circuit whose inner values are not kept for the backward pass, which computes them again.
//!
//! Layout. Inputs: the operands, then what the function captured. The derivatives are checkpoints too, so that at any order
//! the inner values live no longer than the gate that needs them.

use super::INPUT;
use super::support::bodies::{
    closed, flowing, pick, place, poison_wanted, poisoned, repeated, some, specs, spread, takes,
};
use super::support::{batch, no_element};
use crate::base::Spec;
use crate::circuit::{
    Arity, Attrs, Case, Circuit, Class, Control, Doc, Fault, GateDef, Kind, Local, Outputs, Reads, Room,
    Sampler, Wire, Wires, at_site, caller_site, inline, inner, outermost, record_many,
};
use std::sync::Arc;

/// See the module.
pub static CHECKPOINT: GateDef = GateDef {
    name: "checkpoint",
    doc: Doc {
        summary: "Runs a circuit whose inner values are computed again on the way back, instead of kept.",
        formula: "y = f(x)",
        local: "that of f",
        kinks: "those of f",
        source: "Griewank and Walther 2008, \"Evaluating Derivatives\", chapter 12; Chen et al. 2016, arXiv 1604.06174",
    },
    call: None,
    arity: Arity::AtLeast(0),
    attrs: &[("circuit", Kind::Circuit)],
    shape: shape_rule,
    class: Class::Control(Control::Call),
    element: no_element,
    local: Local::Pair { vjp, jvp },
    reads: Reads::INPUTS,
    batch: batch_rule,
    flops: |a, _, _| a.circuit("circuit").flops(),
    identities: &[],
    sample,
};

fn shape_rule(attrs: &Attrs, inputs: &[Spec]) -> Result<Outputs, Fault> {
    let circuit = attrs.circuit("circuit");
    takes(circuit, "circuit", inputs)?;
    Ok(Outputs::Many(circuit.specs(&circuit.outputs)))
}

/// Records the gate.
fn held(circuit: Circuit, inputs: &[Wire]) -> Vec<Wire> {
    record_many(&CHECKPOINT, Attrs::new([("circuit", Arc::new(circuit).into())]), inputs)
}

/// Records what a rule makes of the circuit, itself a checkpoint, and says which derivatives are there. `None` after a
/// mistake.
fn derived(
    room: &Room<'_>,
    given: &[Option<Wire>],
    rule: impl FnOnce(&Circuit, &[Wire], &[Option<Wire>]) -> Vec<Option<Wire>>,
) -> Option<Vec<Option<Wire>>> {
    let all = [room.inputs, &given.iter().flatten().copied().collect::<Vec<_>>()].concat();
    let (circuit, there) = closed(&specs(&all)?, |wires| {
        let (x, arriving) = wires.split_at(room.inputs.len());
        let found = rule(room.attrs.circuit("circuit"), x, &spread(&some(given), arriving));
        (found.iter().flatten().copied().collect(), some(&found))
    })?;
    Some(if there.contains(&true) { spread(&there, &held(circuit, &all)) } else { vec![None; there.len()] })
}

fn vjp(room: &Room<'_>, upstreams: &[Option<Wire>], wants: &[bool]) -> Vec<Option<Wire>> {
    let upstreams = flowing(room.outputs, upstreams);
    let made = derived(room, &upstreams, |circuit, x, ups| {
        place(wants, (room.passes.vjp)(&inline(circuit, x), &pick(x, wants), ups))
    });
    made.unwrap_or_else(|| poison_wanted(wants))
}

fn jvp(room: &Room<'_>, tangents: &[Option<Wire>]) -> Vec<Option<Wire>> {
    let made =
        derived(room, tangents, |circuit, x, tangents| (room.passes.jvp)(&inline(circuit, x), x, tangents));
    made.unwrap_or_else(|| vec![Some(Wire::POISON); room.outputs.len()])
}

fn batch_rule(room: &Room<'_>, batched: &[bool]) -> Vec<Wire> {
    let size = batch::size(room, batched);
    let many = |wires: &[Wire]| {
        let arguments: Vec<(Wire, bool)> = wires.iter().copied().zip(batched.iter().copied()).collect();
        let outputs = (room.passes.batch)(room.attrs.circuit("circuit"), &arguments);
        (outputs.into_iter().map(|(w, b)| repeated(w, b, size)).collect(), ())
    };
    match specs(room.inputs).and_then(|specs| closed(&specs, many)) {
        Some((circuit, ())) => held(circuit, room.inputs),
        None => Vec::new(),
    }
}

fn sample(s: &mut Sampler) -> Case {
    let dims = s.dims(0, 2);
    let inputs = vec![s.reals(&dims, -1.0, 1.0), s.reals(&dims, -1.0, 1.0)];
    let specs = [inputs[0].spec(), inputs[1].spec()];
    let f = |w: &[Wire]| vec![(w[0] * w[1]).sin() * w[0], w[1].exp()];
    let traced =
        outermost(&INPUT, &specs, f, |out| out.clone()).expect("the sample's circuit has no mistake");
    Case { attrs: Attrs::new([("circuit", Arc::new(traced.circuit).into())]), inputs }
}

/// Runs a function whose inner values are not kept for the backward pass: it computes them again. That takes the time of the
/// function once more, and no memory between the two passes but for what goes in and comes out. Values and gradients stay
/// what they were, but for the order in which the gradients of several uses of one wire add up. The function may use wires
/// from outside.
///
/// ```
/// use chainrule::prelude::*;
/// let spec = Spec::new(&[1000], DType::F64).unwrap();
/// let deep = |x: Wire| (0..16).fold(x, |x, _| x.cumsum(0).sin());
/// let bytes = |kept: bool| {
///     let loss = move |x: Wire| {
///         let y = (0..4).fold(x, |x, _| if kept { deep(x) } else { checkpoint(deep, x) });
///         y.sum().gradient(&x)
///     };
///     Ok::<_, Diagnostic>(compile(loss, &(spec,))?.memory().arena)
/// };
/// assert!(bytes(false)? < bytes(true)? / 2);
/// # Ok::<(), Diagnostic>(())
/// ```
#[track_caller]
pub fn checkpoint<In: Wires, Out: Wires>(f: impl Fn(In) -> Out, input: In) -> Out {
    let site = caller_site();
    let poison = || poisoned(&f(poisoned(&input)));
    let given = input.leaves();
    let Some(specs) = specs(&given) else { return poison() };
    let fill = |wires: &[Wire]| input.fill(wires).expect("one wire was made for each leaf");
    let Some(traced) = inner(&INPUT, &specs, |w| f(fill(w)), |out: &Out| out.leaves()) else {
        return poison();
    };
    let inputs = [&given[..], &traced.captured].concat();
    let outputs = at_site(site, || held(traced.circuit, &inputs));
    traced.result.fill(&outputs).unwrap_or_else(poison)
}

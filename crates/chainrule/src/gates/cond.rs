//! One of two circuits, chosen when the circuit runs; the other is not run.
//!
//! Layout. Inputs: the predicate, then the operands; both branches take all operands, also those that only the other
//! one reads.

use super::INPUT;
use super::support::bodies::{
    choose, closed, flowing, gives, grow, pick, pick_or_zero, place, poison_wanted, poisoned, repeated, some,
    specs, spread, takes,
};
use super::support::{batch, no_element};
use crate::base::{DType, Site, Spec};
use crate::circuit::{
    Arity, Attrs, Case, Circuit, Class, Control, Doc, Fault, GateDef, Kind, Local, Outputs, Reads, Room,
    Sampler, Traced, Wire, Wires, at_site, caller_site, inline, inner, mistake, outermost, record_many,
};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// See the module.
pub static COND: GateDef = GateDef {
    name: "cond",
    doc: Doc {
        summary: "Runs one of two circuits, by a truth value; the other is not run.",
        formula: "y = yes(x) if p else no(x)",
        local: "that of the branch that was taken",
        kinks: "none in the predicate: it has no gradient. In a batch whose examples differ in p both branches run; \
                a NaN or infinity in the branch not taken never reaches the gradient",
        source: "",
    },
    call: None,
    arity: Arity::AtLeast(1),
    attrs: &[("yes", Kind::Circuit), ("no", Kind::Circuit)],
    shape: shape_rule,
    class: Class::Control(Control::Cond),
    element: no_element,
    local: Local::Pair { vjp, jvp },
    reads: Reads::INPUTS,
    batch: batch_rule,
    flops: |a, _, _| a.circuits().map(|c| c.flops()).max().unwrap_or(0),
    identities: &[],
    sample,
};

const BRANCHES: [&str; 2] = ["yes", "no"];

fn shape_rule(attrs: &Attrs, inputs: &[Spec]) -> Result<Outputs, Fault> {
    let (yes, no) = (attrs.circuit("yes"), attrs.circuit("no"));
    let (predicate, operands) = (inputs[0], &inputs[1..]);
    if predicate != Spec::scalar(DType::Bool) {
        return Err(Fault::new(
            format!("the predicate is {predicate}, not one truth value"),
            "compare it, as in x > 0",
        ));
    }
    for name in BRANCHES {
        takes(attrs.circuit(name), &format!("branch `{name}`"), operands)?;
    }
    let outputs = yes.specs(&yes.outputs);
    gives(no, "branch `no`", &outputs)?;
    Ok(Outputs::Many(outputs))
}

fn is_predicate(spec: Spec) -> Result<(), Fault> {
    if spec == Spec::scalar(DType::Bool) {
        return Ok(());
    }
    Err(Fault::new(format!("the predicate is {spec}, not one truth value"), "compare it, as in x > 0"))
}

/// Records the gate.
#[track_caller]
fn branch(predicate: Wire, yes: Circuit, no: Circuit, operands: &[Wire]) -> Vec<Wire> {
    let attrs = Attrs::new([("yes", Arc::new(yes).into()), ("no", Arc::new(no).into())]);
    record_many(&COND, attrs, &[&[predicate], operands].concat())
}

/// Traces what a rule makes of each branch: derivatives, of which some are there. Gives both with those outputs that are
/// there in at least one, zeros in the other, and says which those are.
fn both(
    room: &Room<'_>,
    operands: &[Wire],
    like: &[Wire],
    rule: impl Fn(&Circuit, &[Wire]) -> Vec<Option<Wire>>,
) -> Option<(Circuit, Circuit, Vec<bool>)> {
    let specs = specs(operands)?;
    let mut there = vec![false; like.len()];
    // The first round finds out which are there, the second makes both give the same.
    for name in BRANCHES {
        let find = |wires: &[Wire]| (Vec::new(), some(&rule(room.attrs.circuit(name), wires)));
        grow(&mut there, &closed(&specs, find)?.1);
    }
    let make = |name: &str| {
        closed(&specs, |wires| (pick_or_zero(&rule(room.attrs.circuit(name), wires), like, &there), ()))
    };
    Some((make("yes")?.0, make("no")?.0, there))
}

fn vjp(room: &Room<'_>, upstreams: &[Option<Wire>], wants: &[bool]) -> Vec<Option<Wire>> {
    let (operands, wants) = (&room.inputs[1..], &wants[1..]);
    let upstreams = flowing(room.outputs, upstreams);
    let given: Vec<Wire> = upstreams.iter().flatten().copied().collect();
    let all = [operands, &given].concat();
    let made = both(room, &all, operands, |circuit, wires| {
        let (x, given) = wires.split_at(operands.len());
        let ups = spread(&some(&upstreams), given);
        place(wants, (room.passes.vjp)(&inline(circuit, x), &pick(x, wants), &ups))
    });
    let Some((yes, no, there)) = made else { return [vec![None], poison_wanted(wants)].concat() };
    if !there.contains(&true) {
        return vec![None; room.inputs.len()];
    }
    [vec![None], spread(&there, &branch(room.inputs[0], yes, no, &all))].concat()
}

fn jvp(room: &Room<'_>, tangents: &[Option<Wire>]) -> Vec<Option<Wire>> {
    let (operands, tangents) = (&room.inputs[1..], &tangents[1..]);
    let given: Vec<Wire> = tangents.iter().flatten().copied().collect();
    let all = [operands, &given].concat();
    let made = both(room, &all, room.outputs, |circuit, wires| {
        let (x, given) = wires.split_at(operands.len());
        (room.passes.jvp)(&inline(circuit, x), x, &spread(&some(tangents), given))
    });
    let Some((yes, no, there)) = made else { return vec![Some(Wire::POISON); room.outputs.len()] };
    if !there.contains(&true) {
        return vec![None; room.outputs.len()];
    }
    spread(&there, &branch(room.inputs[0], yes, no, &all))
}

fn batch_rule(room: &Room<'_>, batched: &[bool]) -> Vec<Wire> {
    let (predicate, operands, flags) = (room.inputs[0], &room.inputs[1..], &batched[1..]);
    let size = batch::size(room, batched);
    let many = |name: &str, wires: &[Wire], flags: &[bool]| -> Vec<Wire> {
        let arguments: Vec<(Wire, bool)> = wires.iter().copied().zip(flags.iter().copied()).collect();
        let outputs = (room.passes.batch)(room.attrs.circuit(name), &arguments);
        outputs.into_iter().map(|(w, b)| repeated(w, b, size)).collect()
    };
    if batched[0] {
        let [yes, no] = BRANCHES.map(|name| {
            let masked = |(&w, &b): (&Wire, &bool)| mask(predicate, name == "yes", w, b, size);
            let (masked, flags): (Vec<Wire>, Vec<bool>) = operands.iter().zip(flags).map(masked).unzip();
            many(name, &masked, &flags)
        });
        return yes.into_iter().zip(no).map(|(y, n)| choose(predicate, y, n)).collect();
    }
    let trace = |name: &str| closed(&specs(operands)?, |wires| (many(name, wires, flags), ()));
    let (Some((yes, ())), Some((no, ()))) = (trace("yes"), trace("no")) else { return Vec::new() };
    branch(predicate, yes, no, operands)
}

/// An operand as one branch of a batch sees it. Its value is what it was; its gradient is masked where the branch is not
/// taken, so that what the branch would make of foreign values (0 times infinity is NaN) goes nowhere.
fn mask(predicate: Wire, taken: bool, wire: Wire, batched: bool, size: usize) -> (Wire, bool) {
    if !wire.dtype().is_float() {
        return (wire, batched);
    }
    let wire = repeated(wire, batched, size);
    let held = super::stop_gradient(wire);
    (if taken { choose(predicate, wire, held) } else { choose(predicate, held, wire) }, true)
}

fn sample(s: &mut Sampler) -> Case {
    let dims = s.dims(0, 2);
    let inputs = vec![s.bools(&[]), s.reals(&dims, -1.0, 1.0), s.reals(&dims, -1.0, 1.0)];
    let specs = [inputs[1].spec(), inputs[2].spec()];
    let trace = |f: fn(&[Wire]) -> Vec<Wire>| {
        let traced =
            outermost(&INPUT, &specs, f, |out| out.clone()).expect("the sample's branches have no mistake");
        Arc::new(traced.circuit)
    };
    let yes = trace(|w| vec![w[0] * w[1], w[0].sigmoid()]);
    let no = trace(|w| vec![w[1].exp(), w[1]]);
    Case { attrs: Attrs::new([("yes", yes.into()), ("no", no.into())]), inputs }
}

/// Runs `yes` or `no` on the operands, by a truth value that is known when the circuit runs; the other is not run.
/// Both may use wires from outside.
///
/// ```
/// use chainrule::prelude::*;
/// let spec = Spec::scalar(DType::F64);
/// let f = |x: Wire| cond(x.gt(0.0), |x: Wire| x * x, |x: Wire| -x, x);
/// let program = trace(|x: Wire| f(x).gradient(&x), &(spec,))?;
/// assert_eq!(program.run((3.0.into(),))?.item()?, 6.0);
/// assert_eq!(program.run(((-3.0).into(),))?.item()?, -1.0);
/// # Ok::<(), Diagnostic>(())
/// ```
#[track_caller]
pub fn cond<T: Wires, R: Wires>(
    predicate: Wire,
    yes: impl Fn(T) -> R,
    no: impl Fn(T) -> R,
    operands: T,
) -> R {
    cond_at("cond", caller_site(), predicate, &yes, &no, operands)
}

/// The same under the name of another function, said to come from its caller.
pub(super) fn cond_at<T: Wires, R: Wires>(
    name: &str,
    site: Site,
    predicate: Wire,
    yes: &dyn Fn(T) -> R,
    no: &dyn Fn(T) -> R,
    operands: T,
) -> R {
    let poison = || poisoned(&yes(poisoned(&operands)));
    let given = operands.leaves();
    let Some(specs) = specs(&given) else { return poison() };
    if let Some(Err(fault)) = predicate.spec().map(is_predicate) {
        at_site(site, || mistake(name, fault));
        return poison();
    }
    let fill = |wires: &[Wire]| operands.fill(wires).expect("one wire was made for each leaf");
    let yes_traced = inner(&INPUT, &specs, |wires| yes(fill(wires)), |out: &R| out.leaves());
    let no_traced = inner(&INPUT, &specs, |wires| no(fill(wires)), |out: &R| out.leaves());
    let (Some(yes_traced), Some(no_traced)) = (yes_traced, no_traced) else { return poison() };
    let of = |traced: &Traced<R>| traced.circuit.specs(&traced.circuit.outputs);
    if of(&yes_traced) != of(&no_traced) {
        let what = format!("one branch gives {:?}, the other {:?}", of(&yes_traced), of(&no_traced));
        at_site(site, || mistake(name, Fault::new(what, "both give the same tree, in shapes and dtypes")));
        return poison();
    }
    let (all, yes_circuit, no_circuit) = aligned(&given, &yes_traced, &no_traced);
    let outputs = at_site(site, || branch(predicate, yes_circuit, no_circuit, &all));
    yes_traced.result.fill(&outputs).unwrap_or_else(poison)
}

/// Both branches with all operands as inputs: the declared ones, then what one or the other has captured.
fn aligned<R>(given: &[Wire], yes: &Traced<R>, no: &Traced<R>) -> (Vec<Wire>, Circuit, Circuit) {
    let mut seen = HashSet::new();
    let captured =
        yes.captured.iter().chain(&no.captured).copied().filter(|&w| seen.insert(w)).collect::<Vec<_>>();
    let align = |traced: &Traced<R>| {
        let mut circuit = traced.circuit.clone();
        let own = circuit.inputs.split_off(given.len());
        let own: HashMap<Wire, u32> = traced.captured.iter().copied().zip(own).collect();
        for wire in &captured {
            let input = own.get(wire).copied().or_else(|| circuit.unread_input(&INPUT, wire.spec()));
            circuit.inputs.extend(input);
        }
        circuit
    };
    let (yes, no) = (align(yes), align(no));
    ([given, &captured].concat(), yes, no)
}

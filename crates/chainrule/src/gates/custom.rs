//! A circuit with gradient rules of the user's own.
//!
//! Layout. `function` takes the inputs. `vjp` takes inputs, outputs and the upstreams of the float outputs, and gives what
//! is passed back to the float inputs. `jvp` takes inputs, outputs and the tangents of the float inputs, and gives those of
//! the float outputs. One of the two rules may be missing: it is the transpose of the other.

use super::INPUT;
use super::support::bodies::{
    closed, gives, pick, pick_or_zero, place, poisoned, repeated, specs, spread, stacked, takes,
};
use super::support::operands::zeros_like;
use super::support::{batch, no_element};
use crate::base::{Site, Spec};
use crate::circuit::{
    Arity, Attr, Attrs, Case, Circuit, Class, Control, Doc, Fault, GateDef, Kind, Local, Outputs, Reads,
    Room, Sampler, Wire, Wires, at_site, inline, inner, mistake, outermost, record_many,
};
use std::sync::Arc;

/// See the module.
pub static CUSTOM: GateDef = GateDef {
    name: "custom",
    doc: Doc {
        summary: "A function with gradient rules of the user's own. They are circuits too: higher orders differentiate them.",
        formula: "y = f(x)",
        local: "as the rules say; where only one of vjp and jvp is given, the other is its transpose",
        kinks: "what the rules say, which are taken at their word",
        source: "",
    },
    call: None,
    arity: Arity::AtLeast(0),
    attrs: &[("function", Kind::Circuit), ("vjp", Kind::Circuit), ("jvp", Kind::Circuit)],
    shape: shape_rule,
    class: Class::Control(Control::Call),
    element: no_element,
    local: Local::Pair { vjp, jvp },
    reads: Reads::BOTH,
    batch: batch_rule,
    flops: |a, _, _| a.circuit("function").flops(),
    identities: &[],
    sample,
};

fn shape_rule(attrs: &Attrs, inputs: &[Spec]) -> Result<Outputs, Fault> {
    let function = attrs.circuit("function");
    takes(function, "function", inputs)?;
    let outputs = function.specs(&function.outputs);
    let (from, to) = (floats(inputs), floats(&outputs));
    let both = [inputs, &outputs[..]].concat();
    if attrs.get("vjp").is_none() && attrs.get("jvp").is_none() {
        return Err(Fault::new("no rule", "give a vjp, a jvp or both"));
    }
    for (name, given, made) in [("vjp", &to, &from), ("jvp", &from, &to)] {
        if attrs.get(name).is_some() {
            takes(attrs.circuit(name), &format!("{name} rule"), &[&both[..], given].concat())?;
            gives(attrs.circuit(name), &format!("{name} rule"), made)?;
        }
    }
    Ok(Outputs::Many(outputs))
}

fn floats(specs: &[Spec]) -> Vec<Spec> {
    specs.iter().filter(|s| s.dtype.is_float()).copied().collect()
}

fn are_floats(wires: &[Wire]) -> Vec<bool> {
    wires.iter().map(|w| w.dtype().is_float()).collect()
}

fn rule<'a>(room: &Room<'a>, name: &str) -> Option<&'a Arc<Circuit>> {
    room.attrs.get(name).map(|_| room.attrs.circuit(name))
}

fn vjp(room: &Room<'_>, upstreams: &[Option<Wire>], _: &[bool]) -> Vec<Option<Wire>> {
    let (inputs, outputs) = (are_floats(room.inputs), are_floats(room.outputs));
    let upstreams = pick_or_zero(upstreams, room.outputs, &outputs);
    if rule(room, "vjp").is_some() {
        return spread(&inputs, &apply(room, "vjp", &upstreams));
    }
    transposed(room, "jvp", &pick(room.inputs, &inputs), &upstreams, &inputs)
}

fn jvp(room: &Room<'_>, tangents: &[Option<Wire>]) -> Vec<Option<Wire>> {
    let (inputs, outputs) = (are_floats(room.inputs), are_floats(room.outputs));
    let tangents = pick_or_zero(tangents, room.inputs, &inputs);
    if rule(room, "jvp").is_some() {
        return spread(&outputs, &apply(room, "jvp", &tangents));
    }
    transposed(room, "vjp", &pick(room.outputs, &outputs), &tangents, &outputs)
}

/// Records a rule.
fn apply(room: &Room<'_>, name: &str, given: &[Wire]) -> Vec<Wire> {
    match rule(room, name) {
        Some(rule) => inline(rule, &[room.inputs, room.outputs, given].concat()),
        None => Vec::new(),
    }
}

/// The transpose of a rule: the rule is linear in what it is given, so its adjoint there is the other mode. Where it is
/// taken does not matter, hence at zero.
fn transposed(
    room: &Room<'_>,
    name: &str,
    like: &[Wire],
    arriving: &[Wire],
    to: &[bool],
) -> Vec<Option<Wire>> {
    let at: Vec<Wire> = like.iter().map(|&w| zeros_like(w).identity()).collect();
    let arriving: Vec<Option<Wire>> = arriving.iter().map(|&w| Some(w)).collect();
    let found = (room.passes.vjp)(&apply(room, name, &at), &at, &arriving);
    place(to, found)
}

/// The function and its rules, each batched. Every input is given the batch axis, so that what is passed back has it too.
fn batch_rule(room: &Room<'_>, batched: &[bool]) -> Vec<Wire> {
    let size = batch::size(room, batched);
    let inputs = batch::inputs(room, batched);
    let many = |circuit: &Circuit| {
        let all: Option<Vec<Spec>> =
            circuit.inputs.iter().map(|&i| stacked(circuit.node(i).spec, size).ok()).collect();
        let (circuit, ()) = closed(&all?, |wires| {
            let arguments: Vec<(Wire, bool)> = wires.iter().map(|&w| (w, true)).collect();
            let outputs = (room.passes.batch)(circuit, &arguments);
            (outputs.into_iter().map(|(w, b)| repeated(w, b, size)).collect(), ())
        })?;
        Some(Attr::from(Arc::new(circuit)))
    };
    let circuits = room.attrs.list().iter().map(|&(name, _)| Some((name, many(room.attrs.circuit(name))?)));
    match circuits.collect::<Option<Vec<_>>>() {
        Some(circuits) => record_many(&CUSTOM, Attrs::from_list(circuits), &inputs),
        None => Vec::new(),
    }
}

/// x times x with both rules, beside a whole number.
fn sample(s: &mut Sampler) -> Case {
    let dims = s.dims(0, 2);
    let inputs = vec![s.reals(&dims, -1.0, 1.0), s.ints(&[], 0, 3)];
    let (x, n) = (inputs[0].spec(), inputs[1].spec());
    let trace = |specs: &[Spec], f: fn(&[Wire]) -> Vec<Wire>| {
        let traced =
            outermost(&INPUT, specs, f, |out| out.clone()).expect("the sample's circuits have no mistake");
        Arc::new(traced.circuit)
    };
    let attrs = Attrs::new([
        ("function", trace(&[x, n], |w| vec![w[0] * w[0], w[1] + 1]).into()),
        ("vjp", trace(&[x, n, x, n, x], |w| vec![w[4] * w[0] * 2.0]).into()),
        ("jvp", trace(&[x, n, x, n, x], |w| vec![w[0] * w[4] * 2.0]).into()),
    ]);
    Case { attrs, inputs }
}

/// A rule for reverse mode: from inputs, outputs and upstream to what is passed back to each input.
type VjpRule<'a, In, Out> = &'a dyn Fn(In, Out, Out) -> In;
/// A rule for forward mode: from inputs, outputs and the tangents of the inputs to the tangents of the outputs.
type JvpRule<'a, In, Out> = &'a dyn Fn(In, Out, In) -> Out;

/// Traces the function and its rules and records the gate. What the function gives for poisoned inputs after a mistake.
pub fn custom<In: Wires, Out: Wires>(
    function: &dyn Fn(In) -> Out,
    vjp: Option<VjpRule<'_, In, Out>>,
    jvp: Option<JvpRule<'_, In, Out>>,
    (input, site): (&In, Site),
) -> Out {
    recorded(function, vjp, jvp, (input, site)).unwrap_or_else(|| poisoned(&function(poisoned(input))))
}

fn recorded<In: Wires, Out: Wires>(
    function: &dyn Fn(In) -> Out,
    vjp: Option<VjpRule<'_, In, Out>>,
    jvp: Option<JvpRule<'_, In, Out>>,
    (input, site): (&In, Site),
) -> Option<Out> {
    let arguments = input.leaves();
    let takes = specs(&arguments)?;
    let (circuit, out) = alone(site, "function", &takes, |w| function(fill(input, w)))?;
    let outputs = circuit.specs(&circuit.outputs);
    let given = |specs: &[Spec]| [&takes[..], &outputs[..], &floats(specs)[..]].concat();
    // Rules are given whole trees; whole numbers and truth values have no gradient, so that zeros stand in their place.
    let split = |w: &[Wire]| -> (In, Out, Vec<Wire>) {
        let (inputs, rest) = w.split_at(takes.len());
        let (made, rest) = rest.split_at(outputs.len());
        (fill(input, inputs), fill(&out, made), rest.to_vec())
    };
    let mut circuits = vec![("function", Attr::from(Arc::new(circuit)))];
    if let Some(vjp) = vjp {
        let rule = |w: &[Wire]| {
            let (x, y, ups) = split(w);
            let up = widened(&y, &ups);
            vjp(x, y, up)
        };
        circuits.push(("vjp", rule_circuit((site, "vjp"), &given(&outputs), rule, &takes)?));
    }
    if let Some(jvp) = jvp {
        let rule = |w: &[Wire]| {
            let (x, y, tangents) = split(w);
            let tangent = widened(&x, &tangents);
            jvp(x, y, tangent)
        };
        circuits.push(("jvp", rule_circuit((site, "jvp"), &given(&takes), rule, &outputs)?));
    }
    let made = at_site(site, || record_many(&CUSTOM, Attrs::from_list(circuits), &arguments));
    out.fill(&made)
}

/// A tree like another with the given wires at the float leaves, and zeros at the rest.
fn widened<T: Wires>(like: &T, floats: &[Wire]) -> T {
    let mut rest = floats.iter().copied();
    like.map(&mut |&w: &Wire| {
        if w.dtype().is_float() { rest.next().unwrap_or(Wire::POISON) } else { zeros_like(w) }
    })
}

/// The circuit of a rule; it gives one wire for each leaf of `like`, of which those that are floats count.
fn rule_circuit<T: Wires>(
    (site, name): (Site, &str),
    takes: &[Spec],
    rule: impl FnOnce(&[Wire]) -> T,
    like: &[Spec],
) -> Option<Attr> {
    let (mut circuit, _) = alone(site, &format!("{name} rule"), takes, rule)?;
    if circuit.outputs.len() != like.len() {
        let what = format!("the {name} rule gives {} wires, not {}", circuit.outputs.len(), like.len());
        at_site(site, || mistake("custom", Fault::new(what, "a rule gives one wire for each leaf")));
        return None;
    }
    circuit.outputs =
        circuit.outputs.iter().zip(like).filter(|(_, s)| s.dtype.is_float()).map(|(&o, _)| o).collect();
    Some(Arc::new(circuit).into())
}

/// Traces a function that may use nothing but its arguments.
fn alone<T: Wires>(
    site: Site,
    what: &str,
    specs: &[Spec],
    f: impl FnOnce(&[Wire]) -> T,
) -> Option<(Circuit, T)> {
    let traced = inner(&INPUT, specs, f, |out| out.leaves())?;
    if !traced.captured.is_empty() {
        let text = format!("the {what} uses wires from outside");
        let hint = "pass them as arguments, so that the rules say what their gradients are";
        at_site(site, || mistake("custom", Fault::new(text, hint)));
        return None;
    }
    Some((traced.circuit, traced.result))
}

fn fill<T: Wires>(tree: &T, wires: &[Wire]) -> T {
    tree.fill(wires).expect("one wire was made for each leaf")
}

//! A loop that turns as long as a test says so.
//!
//! Layout. Inputs: what the test has captured, what the body has captured, then the states.

use super::INPUT;
use super::cond::cond_at;
use super::scan::{keeps_states, turns};
use super::support::bodies::{
    choose, closed, gives, grow, pick_or_zero, poison_wanted, poisoned, repeated, some, specs, spread, takes,
};
use super::support::{batch, no_element};
use crate::base::{DType, Spec};
use crate::circuit::{
    Arity, Attrs, Case, Circuit, Class, Control, Doc, Fault, GateDef, Kind, Local, Outputs, Reads, Room,
    Sampler, Wire, Wires, caller_site, inline, inner, mistake, outermost, record_many,
};
use std::sync::Arc;

/// See the module.
pub static WHILE: GateDef = GateDef {
    name: "while",
    doc: Doc {
        summary: "Repeats a step as long as a test of the state says true.",
        formula: "while test(s): s = step(s); gives s",
        local: "forward mode: the same loop, carrying tangents beside the states; no reverse mode, since it is not known \
                how many states a backward pass would have to keep: use while_bounded",
        kinks: "the number of turns is piecewise constant: it has no gradient",
        source: "",
    },
    call: None,
    arity: Arity::AtLeast(0),
    attrs: &[
        ("test", Kind::Circuit),
        ("body", Kind::Circuit),
        ("test_constants", Kind::Int),
        ("body_constants", Kind::Int),
    ],
    shape: shape_rule,
    class: Class::Control(Control::While),
    element: no_element,
    local: Local::Pair { vjp, jvp },
    reads: Reads::INPUTS,
    batch: batch_rule,
    flops: |a, _, _| a.circuits().map(|c| c.flops()).fold(0, u64::saturating_add),
    identities: &[],
    sample,
};

fn shape_rule(attrs: &Attrs, inputs: &[Spec]) -> Result<Outputs, Fault> {
    let (of_test, of_body) = (attrs.int("test_constants"), attrs.int("body_constants"));
    let fits = |n: i64| (0..=inputs.len() as i64).contains(&n);
    if !fits(of_test) || !fits(of_body) || !fits(of_test + of_body) {
        return Err(Fault::new("the counts of constants don't fit the inputs", ""));
    }
    let (fixed, states) = inputs.split_at((of_test + of_body) as usize);
    let (of_test, of_body) = fixed.split_at(of_test as usize);
    takes(attrs.circuit("test"), "test", &[of_test, states].concat())?;
    takes(attrs.circuit("body"), "step", &[of_body, states].concat())?;
    gives(attrs.circuit("test"), "test", &[Spec::scalar(DType::Bool)])?;
    gives(attrs.circuit("body"), "step", states)?;
    Ok(Outputs::Many(states.to_vec()))
}

/// A loop that is to be recorded, or was.
#[derive(Clone)]
struct Loop {
    test: Circuit,
    body: Circuit,
    of_test: Vec<Wire>,
    of_body: Vec<Wire>,
    start: Vec<Wire>,
}

impl Loop {
    fn of(room: &Room<'_>) -> Loop {
        let attrs = room.attrs;
        let (of_test, rest) = room.inputs.split_at(attrs.index("test_constants"));
        let (of_body, start) = rest.split_at(attrs.index("body_constants"));
        let (test, body) = (Circuit::clone(attrs.circuit("test")), Circuit::clone(attrs.circuit("body")));
        Loop { test, body, of_test: of_test.to_vec(), of_body: of_body.to_vec(), start: start.to_vec() }
    }

    #[track_caller]
    fn record(self) -> Vec<Wire> {
        let attrs = Attrs::new([
            ("test", Arc::new(self.test).into()),
            ("body", Arc::new(self.body).into()),
            ("test_constants", self.of_test.len().into()),
            ("body_constants", self.of_body.len().into()),
        ]);
        record_many(&WHILE, attrs, &[self.of_test, self.of_body, self.start].concat())
    }
}

fn vjp(_: &Room<'_>, _: &[Option<Wire>], wants: &[bool]) -> Vec<Option<Wire>> {
    if !wants.contains(&true) {
        return vec![None; wants.len()];
    }
    let what = "no gradient passes back through a loop of unknown length";
    let hint = "use while_bounded, which stops after a number of turns at the latest, or forward mode";
    mistake("while", Fault::new(what, hint));
    poison_wanted(wants)
}

fn jvp(room: &Room<'_>, tangents: &[Option<Wire>]) -> Vec<Option<Wire>> {
    let own = Loop::of(room);
    let states = own.start.len();
    let (fixed, of_start) = tangents.split_at(tangents.len() - states);
    let of_body = &fixed[own.of_test.len()..];
    let given: Vec<Wire> = of_body.iter().flatten().copied().collect();
    let mut moving = some(of_start);
    let poison = || vec![Some(Wire::POISON); states];
    loop {
        let of_body_too = [own.of_body.clone(), given.clone()].concat();
        let start = [own.start.clone(), pick_or_zero(of_start, &own.start, &moving)].concat();
        let (Some(fixed), Some(of_test), Some(carried)) =
            (specs(&of_body_too), specs(&own.of_test), specs(&start))
        else {
            return poison();
        };
        let body = closed(&[fixed, carried.clone()].concat(), |wires| {
            let (fixed, now) = wires.split_at(of_body_too.len());
            let (fixed, fixed_tangents) = fixed.split_at(own.of_body.len());
            let (now, now_tangents) = now.split_at(states);
            let at = [fixed, now].concat();
            let along = [spread(&some(of_body), fixed_tangents), spread(&moving, now_tangents)].concat();
            let outputs = inline(&own.body, &at);
            let found = (room.passes.jvp)(&outputs, &at, &along);
            ([outputs, pick_or_zero(&found, &own.start, &moving)].concat(), some(&found))
        });
        let Some((body, found)) = body else { return poison() };
        if grow(&mut moving, &found) {
            continue;
        }
        let test = closed(&[of_test, carried].concat(), |w| {
            (inline(&own.test, &w[..own.of_test.len() + states]), ())
        });
        let Some((test, ())) = test else { return poison() };
        let last = Loop { test, body, of_body: of_body_too, start, ..own }.record();
        return if last.is_empty() && states > 0 { poison() } else { spread(&moving, &last[states..]) };
    }
}

fn batch_rule(room: &Room<'_>, batched: &[bool]) -> Vec<Wire> {
    let own = Loop::of(room);
    let (size, states) = (batch::size(room, batched), own.start.len());
    let (fixed, of_start) = batched.split_at(batched.len() - states);
    let (of_test, of_body) = fixed.split_at(own.of_test.len());
    let mut carried = of_start.to_vec();
    let many = |circuit: &Circuit, wires: &[Wire], flags: &[bool]| {
        (room.passes.batch)(circuit, &wires.iter().copied().zip(flags.iter().copied()).collect::<Vec<_>>())
    };
    loop {
        let starts = own.start.iter().zip(of_start).zip(&carried);
        let start: Vec<Wire> =
            starts.map(|((&w, &b), &c)| if c { repeated(w, b, size) } else { w }).collect();
        let (test_flags, body_flags) = ([of_test, &carried].concat(), [of_body, &carried].concat());
        let both = [own.of_test.clone(), own.of_body.clone()].concat();
        let (Some(of_test), Some(both_specs), Some(state)) =
            (specs(&own.of_test), specs(&both), specs(&start))
        else {
            return Vec::new();
        };
        let mut differs = false;
        let test = closed(&[of_test, state.clone()].concat(), |wires| {
            let (goes_on, batched) = many(&own.test, wires, &test_flags)[0];
            differs = batched;
            // The loop turns while one example has not finished.
            (vec![if batched { goes_on.cast(DType::I64).sum().gt(0.0) } else { goes_on }], ())
        });
        // Examples stop at different times, so that every state differs between them.
        if differs && grow(&mut carried, &vec![true; states]) {
            continue;
        }
        let body = closed(&[both_specs, state].concat(), |wires| {
            let (fixed, now) = wires.split_at(both.len());
            let (for_test, for_body) = fixed.split_at(own.of_test.len());
            let outputs = many(&own.body, &[for_body, now].concat(), &body_flags);
            let next =
                outputs.iter().zip(&carried).map(|(&(w, b), &c)| if c { repeated(w, b, size) } else { w });
            let goes_on = differs.then(|| many(&own.test, &[for_test, now].concat(), &test_flags)[0].0);
            // An example that has finished keeps its state.
            let keep =
                |(next, &now): (Wire, &Wire)| goes_on.map_or(next, |goes_on| choose(goes_on, next, now));
            (next.zip(now).map(keep).collect(), outputs.iter().map(|(_, b)| *b).collect::<Vec<bool>>())
        });
        let (Some((test, ())), Some((body, found))) = (test, body) else { return Vec::new() };
        if grow(&mut carried, &found) {
            continue;
        }
        let last = Loop { test, body, of_body: both, start, ..own }.record();
        return last.into_iter().zip(&carried).map(|(w, &b)| repeated(w, b, size)).collect();
    }
}

/// Doubles a number until it passes a limit: whole numbers, since the harness wants both modes of what has gradients.
fn sample(s: &mut Sampler) -> Case {
    let inputs = vec![s.ints(&[], 1, 50), s.ints(&[], 1, 3), s.ints(&[], 1, 9)];
    let specs: Vec<Spec> = inputs[1..].iter().map(|t| t.spec()).collect();
    let trace = |f: fn(&[Wire]) -> Vec<Wire>| {
        let traced =
            outermost(&INPUT, &specs, f, |out| out.clone()).expect("the sample's bodies have no mistake");
        Arc::new(traced.circuit)
    };
    let attrs = Attrs::new([
        ("test", trace(|w| vec![w[1].lt(w[0])]).into()),
        ("body", trace(|w| vec![w[1] + w[1] + w[0]]).into()),
        ("test_constants", 1usize.into()),
        ("body_constants", 1usize.into()),
    ]);
    Case { attrs, inputs }
}

/// Repeats `step` as long as `test` says true. Both may use wires from outside. Forward mode and batches are at home here;
/// for gradients in reverse mode use [`while_bounded`].
///
/// ```
/// use chainrule::prelude::*;
/// let spec = Spec::scalar(DType::F64);
/// let halvings = trace(|x: Wire| while_loop(|x: Wire| x.gt(1.0), |x: Wire| 0.5 * x, x), &(spec,))?;
/// assert_eq!(halvings.run((12.0.into(),))?.item()?, 0.75);
/// # Ok::<(), Diagnostic>(())
/// ```
#[track_caller]
pub fn while_loop<S: Wires>(test: impl Fn(S) -> Wire, step: impl Fn(S) -> S, start: S) -> S {
    let states = start.leaves();
    let Some(started) = specs(&states) else { return poisoned(&start) };
    let fill = |wires: &[Wire]| start.fill(wires).expect("one wire was made for each leaf");
    let test = inner(&INPUT, &started, |wires| test(fill(wires)), |goes_on| vec![*goes_on]);
    let body = inner(&INPUT, &started, |wires| step(fill(wires)), |next: &S| next.leaves());
    let (Some(mut test), Some(mut body)) = (test, body) else { return poisoned(&start) };
    if !keeps_states("while", &started, &body.circuit.specs(&body.circuit.outputs), &start.paths()) {
        return poisoned(&start);
    }
    // What was captured comes after the states; the gate has it in front.
    test.circuit.inputs.rotate_left(states.len());
    body.circuit.inputs.rotate_left(states.len());
    let own = Loop {
        test: test.circuit,
        body: body.circuit,
        of_test: test.captured,
        of_body: body.captured,
        start: states,
    };
    start.fill(&own.record()).unwrap_or_else(|| poisoned(&start))
}

/// Repeats `step` as long as `test` says true, `limit` times at most; then it stops, whatever the test says. A loop of
/// known length, so that it has all derivatives; once the test has said false, the turns that remain cost next to nothing.
///
/// ```
/// use chainrule::prelude::*;
/// // Newton's square root
/// let spec = Spec::scalar(DType::F64);
/// let root = |a: Wire| {
///     let far = |x: Wire| (x * x - a).gt(1e-12).or((a - x * x).gt(1e-12));
///     while_bounded(50, far, |x: Wire| 0.5 * (x + a / x), 1.0 + 0.0 * a)
/// };
/// let program = trace(|a: Wire| root(a).gradient(&a), &(spec,))?;
/// assert!((program.run((4.0.into(),))?.item()? - 0.25).abs() < 1e-9);
/// # Ok::<(), Diagnostic>(())
/// ```
#[track_caller]
pub fn while_bounded<S: Wires>(limit: usize, test: impl Fn(S) -> Wire, step: impl Fn(S) -> S, start: S) -> S {
    let site = caller_site();
    let turn = |state: S| {
        let goes_on = test(state.map(&mut |&w: &Wire| w));
        cond_at("while_bounded", site, goes_on, &step, &|state| state, state)
    };
    turns("while_bounded", limit, turn, start)
}

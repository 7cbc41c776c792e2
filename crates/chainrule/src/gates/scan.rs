//! A loop with a known number of turns: a circuit run for each slice of some sequences, carrying a state.
//!
//! Layout. Inputs: constants, then states, then sequences; the body takes the same with one slice of each sequence.
//! The body gives the next states, then the states that it was given (the history), then what is collected; the gate
//! gives the last states, then history and collected values stacked. What is collected are the user's values, and then
//! inner ones that are dear to compute. These and the history are what the backward pass reads; where nobody reads them,
//! the plan leaves them out, so that they cost nothing.

use super::INPUT;
use super::support::bodies::{
    closed, flowing, grow, pick, pick_or_zero, place, poison_wanted, poisoned, repeated, some, specs, spread,
    stacked, takes, unstacked,
};
use super::support::kept::kept;
use super::support::operands::zeros_like;
use super::support::{batch, no_element};
use crate::base::Spec;
use crate::circuit::{
    Arity, Attrs, Case, Circuit, Class, Control, Doc, Fault, GateDef, Kind, Local, Outputs, Reads, Room,
    Sampler, Wire, Wires, inline, inline_between, inner, mistake, note_within, noted, outermost, record_many,
};
use std::sync::Arc;

/// See the module.
pub static SCAN: GateDef = GateDef {
    name: "scan",
    doc: Doc {
        summary: "Runs a circuit for each slice of some sequences, carrying a state from turn to turn.",
        formula: "(s[t+1], y[t]) = f(s[t], x[t]) for t = 0 .. n-1; gives s[n] and all y",
        local: "the same loop in the other direction over the vjp of f, carrying the gradient of the state; \
                gradients of captured values add up over the turns",
        kinks: "no turns: the state is given back as it was, and so is its gradient",
        source: "Blelloch 1990 for the name; Werbos 1990 for backpropagation through time",
    },
    call: None,
    arity: Arity::AtLeast(0),
    attrs: &[
        ("body", Kind::Circuit),
        ("constants", Kind::Int),
        ("states", Kind::Int),
        ("length", Kind::Int),
        ("reverse", Kind::Flag),
    ],
    shape: shape_rule,
    class: Class::Control(Control::Scan),
    element: no_element,
    local: Local::Pair { vjp, jvp },
    reads: Reads::BOTH,
    batch: batch_rule,
    flops: |a, _, _| a.circuit("body").flops().saturating_mul(a.index("length") as u64),
    identities: &[],
    sample,
};

fn shape_rule(attrs: &Attrs, inputs: &[Spec]) -> Result<Outputs, Fault> {
    let body = attrs.circuit("body");
    let (constants, states) = (attrs.int("constants"), attrs.int("states"));
    let fits = |n: i64| (0..=inputs.len() as i64).contains(&n);
    if attrs.int("length") < 0 || !fits(constants) || !fits(states) || !fits(constants + states) {
        return Err(Fault::new("the counts of turns, constants and states don't fit the inputs", ""));
    }
    let (constants, states, length) = (constants as usize, states as usize, attrs.index("length"));
    let slice = |s: &Spec| unstacked(*s).filter(|_| s.shape[0] == length);
    let Some(slices) = inputs[constants + states..].iter().map(slice).collect::<Option<Vec<Spec>>>() else {
        return Err(Fault::new(
            format!("a sequence is not {length} long"),
            "all sequences have one slice a turn",
        ));
    };
    takes(body, "step", &[&inputs[..constants + states], &slices[..]].concat())?;
    let carried = &inputs[constants..constants + states];
    let gives = body.specs(&body.outputs);
    if gives.len() < 2 * states || gives[..states] != *carried {
        return Err(Fault::new(
            "the step gives other states than it takes",
            "a state keeps its shape and dtype",
        ));
    }
    if body.outputs[states..2 * states] != body.inputs[constants..constants + states] {
        return Err(Fault::new("the step does not give its states as history", ""));
    }
    let collected = gives[states..].iter().map(|&s| stacked(s, length)).collect::<Result<Vec<_>, _>>()?;
    Ok(Outputs::Many([carried, &collected].concat()))
}

/// A loop that is to be recorded.
struct Loop {
    constants: Vec<Wire>,
    start: Vec<Wire>,
    sequences: Vec<Wire>,
    length: usize,
    reverse: bool,
}

/// What the body of a loop is given in one turn.
struct Turn<'a> {
    constants: &'a [Wire],
    states: &'a [Wire],
    slices: &'a [Wire],
}

/// What a recorded loop gives.
struct Results {
    /// Any of its outputs.
    any: Option<Wire>,
    last: Vec<Wire>,
    history: Vec<Wire>,
    collected: Vec<Wire>,
}

impl Loop {
    /// Traces a body that gives the next states, what is collected, and what else the caller wants to know.
    fn trace<R>(&self, step: impl FnOnce(Turn<'_>) -> (Vec<Wire>, Vec<Wire>, R)) -> Option<(Circuit, R)> {
        let slices = specs(&self.sequences)?.into_iter().map(unstacked).collect::<Option<Vec<_>>>()?;
        let all = [specs(&self.constants)?, specs(&self.start)?, slices].concat();
        closed(&all, |wires| {
            let (constants, rest) = wires.split_at(self.constants.len());
            let (states, slices) = rest.split_at(self.start.len());
            let (next, collected, more) = step(Turn { constants, states, slices });
            ([&next, states, &collected].concat(), more)
        })
    }

    /// Records the gate, which besides gives out what its backward pass may read. Constants and sequences that the body
    /// does not read are left out.
    #[track_caller]
    fn record(mut self, mut body: Circuit) -> Option<Results> {
        let read = body.reached();
        let (constants, states) = (self.constants.len(), self.start.len());
        let keeps: Vec<bool> = body
            .inputs
            .iter()
            .enumerate()
            .map(|(i, &w)| read[w as usize] || (constants..constants + states).contains(&i))
            .collect();
        body.inputs = body.inputs.iter().zip(&keeps).filter(|(_, k)| **k).map(|(w, _)| *w).collect();
        self.constants = pick(&self.constants, &keeps[..constants]);
        self.sequences = pick(&self.sequences, &keeps[constants + states..]);
        let given = body.outputs.len();
        for inner in kept(&body, self.constants.len()) {
            if !body.outputs[2 * states..].contains(&inner) {
                body.outputs.push(inner);
            }
        }
        let attrs = Attrs::new([
            ("body", Arc::new(body).into()),
            ("constants", self.constants.len().into()),
            ("states", states.into()),
            ("length", self.length.into()),
            ("reverse", self.reverse.into()),
        ]);
        let mut last = record_many(&SCAN, attrs, &[self.constants, self.start, self.sequences].concat());
        if last.len() < 2 * states {
            return None;
        }
        let any = last.first().copied();
        last.truncate(given);
        let mut history = last.split_off(states);
        let collected = history.split_off(states);
        Some(Results { any, last, history, collected })
    }
}

/// A recorded scan, as its rules see it: inputs and outputs by what they are.
struct Parts<'a> {
    body: &'a Circuit,
    constants: &'a [Wire],
    start: &'a [Wire],
    sequences: &'a [Wire],
    length: usize,
    reverse: bool,
}

impl<'a> Parts<'a> {
    fn of(room: &Room<'a>) -> Parts<'a> {
        let attrs = room.attrs;
        let (constants, rest) = room.inputs.split_at(attrs.index("constants"));
        let (start, sequences) = rest.split_at(attrs.index("states"));
        let (body, length, reverse) = (attrs.circuit("body"), attrs.index("length"), attrs.flag("reverse"));
        Parts { body, constants, start, sequences, length, reverse }
    }

    /// The inputs of the body to which gradients flow: the wanted ones, and the states that depend on them in some turn,
    /// since earlier turns need their gradients.
    fn at(&self, wants: &[bool]) -> Vec<bool> {
        let mut at = wants.to_vec();
        let first = self.constants.len();
        let states = first..first + self.start.len();
        loop {
            let next = self.body.dependents(&at);
            if !grow(&mut at[states.clone()], &next) {
                break;
            }
        }
        let inputs = self.body.inputs.iter().map(|&i| self.body.node(i).spec.dtype.is_float());
        at.iter().zip(inputs).map(|(&at, float)| at && float).collect()
    }

    /// The inner values that the gate gives out and that are worth reading: which node of the body, and which output.
    fn kept(&self) -> Vec<(u32, usize)> {
        let first = 2 * self.start.len();
        let place = |node: u32| self.body.outputs[first..].iter().position(|&output| output == node);
        let given = |node: u32| Some((node, first + place(node)?));
        kept(self.body, self.constants.len()).into_iter().filter_map(given).collect()
    }

    /// One list over all inputs in three: constants, states, sequences.
    fn split<'b, T>(&self, list: &'b [T]) -> (&'b [T], &'b [T], &'b [T]) {
        let (constants, rest) = list.split_at(self.constants.len());
        let (states, sequences) = rest.split_at(self.start.len());
        (constants, states, sequences)
    }
}

fn vjp(room: &Room<'_>, upstreams: &[Option<Wire>], wants: &[bool]) -> Vec<Option<Wire>> {
    let parts = Parts::of(room);
    let upstreams = &flowing(room.outputs, upstreams)[..];
    let at = parts.at(wants);
    let mut carried: Vec<bool> =
        upstreams.iter().zip(parts.split(&at).1).map(|(up, &at)| at && up.is_some()).collect();
    // Which states carry a gradient shows when the body's vjp is traced, and may in turn show that others do.
    loop {
        let Some((back, Backward { body, passed, inner })) =
            backward(room, &parts, upstreams, (wants, &at), &carried)
        else {
            return poison_wanted(wants);
        };
        let (constants, start, sequences) = parts.split(&passed);
        if grow(&mut carried, start) {
            continue;
        }
        let Some(results) = back.record(body) else { return poison_wanted(wants) };
        if let (Some(&gate), Some(back)) = (room.outputs.first(), results.any) {
            note_within(gate, back, &inner);
        }
        let summed = carried.iter().filter(|c| **c).count();
        let (wanted_constants, _, _) = parts.split(wants);
        let sums = spread(wanted_constants, &results.last[summed..]);
        let sums = sums.into_iter().zip(constants).map(|(sum, &found)| sum.filter(|_| found));
        let through = spread(&carried, &results.last[..summed]);
        return sums.chain(through).chain(spread(sequences, &results.collected)).collect();
    }
}

/// The body of a backward loop.
struct Backward {
    body: Circuit,
    /// Which inputs of the forward body get something passed back.
    passed: Vec<bool>,
    /// Nodes of the forward body, each with the node of this one that holds its gradient.
    inner: Vec<(u32, u32)>,
}

/// The loop that runs the vjp of the body, with its body.
/// It carries the gradients of the `carried` states and the sums of those of the wanted constants.
fn backward(
    room: &Room<'_>,
    parts: &Parts<'_>,
    upstreams: &[Option<Wire>],
    (wants, at): (&[bool], &[bool]),
    carried: &[bool],
) -> Option<(Loop, Backward)> {
    let states = parts.start.len();
    let (wanted_constants, _, _) = parts.split(wants);
    let given: Vec<Wire> = upstreams[states..].iter().flatten().copied().collect();
    let kept = parts.kept();
    let values: Vec<Wire> = kept.iter().map(|&(_, output)| room.outputs[output]).collect();
    let from = pick_or_zero(&upstreams[..states], parts.start, carried);
    let sums = pick(parts.constants, wanted_constants).into_iter().map(zeros_like);
    let back = Loop {
        constants: parts.constants.to_vec(),
        start: from.into_iter().chain(sums).collect(),
        sequences: [&room.outputs[states..2 * states], parts.sequences, &values, &given].concat(),
        length: parts.length,
        reverse: !parts.reverse,
    };
    let (body, (passed, pairs, upstreams)) = back.trace(|turn| {
        let (now, given) = turn.slices.split_at(states + parts.sequences.len());
        let (values, given) = given.split_at(kept.len());
        let arguments = [turn.constants, now].concat();
        let wires = inlined(parts.body, &arguments);
        let outputs: Vec<Wire> = parts.body.outputs.iter().map(|&o| wires[o as usize]).collect();
        let pairs =
            kept.iter().zip(values).map(|(&(node, _), value)| (wires[node as usize].index, value.index));
        let pairs: Vec<(u32, u32)> = pairs.collect();
        let (through, sums) = turn.states.split_at(carried.iter().filter(|c| **c).count());
        let ups = [spread(carried, through), spread(&some(&upstreams[states..]), given)].concat();
        let found = place(at, (room.passes.vjp)(&outputs, &pick(&arguments, at), &ups));
        let (to_constants, to_states, to_sequences) = parts.split(&found);
        let mut next = pick_or_zero(to_states, parts.start, carried);
        let wanted = to_constants.iter().zip(wanted_constants).filter(|(_, w)| **w).map(|(f, _)| *f);
        next.extend(wanted.zip(sums).map(|(found, &sum)| found.map_or(sum, |found| sum + found)));
        (next, to_sequences.iter().flatten().copied().collect(), (some(&found), pairs, noted(&wires)))
    })?;
    // Derivatives were taken of the body as it is; the values that it would compute again are read instead.
    let (body, new) = body.redirected(&pairs);
    let inner = (0..).zip(upstreams).filter_map(|(node, up)| Some((node, new[up? as usize]?))).collect();
    Some((back, Backward { body, passed, inner }))
}

/// Records the gates of a body; gives the wire of each of its nodes.
fn inlined(body: &Circuit, arguments: &[Wire]) -> Vec<Wire> {
    let mut known = vec![None; body.len()];
    body.inputs.iter().zip(arguments).for_each(|(&input, &wire)| known[input as usize] = Some(wire));
    let wires = inline_between(body, &known, &body.outputs);
    wires.into_iter().map(|wire| wire.unwrap_or(Wire::POISON)).collect()
}

fn jvp(room: &Room<'_>, tangents: &[Option<Wire>]) -> Vec<Option<Wire>> {
    let parts = Parts::of(room);
    let states = parts.start.len();
    let mut moving = some(parts.split(tangents).1);
    loop {
        let Some((forward, body, found)) = forward(room, &parts, tangents, &moving) else {
            return vec![Some(Wire::POISON); room.outputs.len()];
        };
        if grow(&mut moving, &found[..states]) {
            continue;
        }
        let Some(results) = forward.record(body) else { return vec![Some(Wire::POISON); room.outputs.len()] };
        let last = spread(&moving, &results.last[states..]);
        let history = spread(&moving, &results.history[states..]);
        return [last, history, spread(&found[2 * states..], &results.collected)].concat();
    }
}

/// The loop that carries the state and the tangents of the `moving` states, and which outputs of the body have tangents.
fn forward(
    room: &Room<'_>,
    parts: &Parts<'_>,
    tangents: &[Option<Wire>],
    moving: &[bool],
) -> Option<(Loop, Circuit, Vec<bool>)> {
    let states = parts.start.len();
    let (of_constants, of_start, of_sequences) = parts.split(tangents);
    let given = |list: &[Option<Wire>]| list.iter().flatten().copied().collect::<Vec<Wire>>();
    let dual = Loop {
        constants: [parts.constants.to_vec(), given(of_constants)].concat(),
        start: [parts.start.to_vec(), pick_or_zero(of_start, parts.start, moving)].concat(),
        sequences: [parts.sequences.to_vec(), given(of_sequences)].concat(),
        length: parts.length,
        reverse: parts.reverse,
    };
    let (body, found) = dual.trace(|turn| {
        let (constants, constant_tangents) = turn.constants.split_at(parts.constants.len());
        let (state, state_tangents) = turn.states.split_at(states);
        let (slices, slice_tangents) = turn.slices.split_at(parts.sequences.len());
        let at = [constants, state, slices].concat();
        let along = [
            spread(&some(of_constants), constant_tangents),
            spread(moving, state_tangents),
            spread(&some(of_sequences), slice_tangents),
        ]
        .concat();
        let outputs = inline(parts.body, &at);
        let found = (room.passes.jvp)(&outputs, &at, &along);
        let next = [outputs[..states].to_vec(), pick_or_zero(&found[..states], parts.start, moving)].concat();
        (next, given(&found[2 * states..]), some(&found))
    })?;
    Some((dual, body, found))
}

fn batch_rule(room: &Room<'_>, batched: &[bool]) -> Vec<Wire> {
    let parts = Parts::of(room);
    let (size, states) = (batch::size(room, batched), parts.start.len());
    let (fixed, start, over) = parts.split(batched);
    let mut carried = start.to_vec();
    // Outside the batch axis stands before that of time, inside there is no time.
    let inside = |(&wire, &b): (&Wire, &bool)| if b { wire.move_axis(0, 1) } else { wire };
    loop {
        let starts = parts.start.iter().zip(start).zip(&carried);
        let many = Loop {
            constants: parts.constants.to_vec(),
            start: starts.map(|((&w, &b), &c)| if c { repeated(w, b, size) } else { w }).collect(),
            sequences: parts.sequences.iter().zip(over).map(inside).collect(),
            length: parts.length,
            reverse: parts.reverse,
        };
        let traced = many.trace(|turn| {
            let flags = [fixed, &carried, over].concat();
            let wires = [turn.constants, turn.states, turn.slices].concat();
            let outputs = (room.passes.batch)(parts.body, &wires.into_iter().zip(flags).collect::<Vec<_>>());
            let next = outputs[..states]
                .iter()
                .zip(&carried)
                .map(|(&(w, b), &c)| if c { repeated(w, b, size) } else { w });
            let collected = outputs[2 * states..].iter().map(|(w, _)| *w).collect();
            (next.collect(), collected, outputs.iter().map(|(_, b)| *b).collect::<Vec<bool>>())
        });
        let Some((body, found)) = traced else { return Vec::new() };
        if grow(&mut carried, &found[..states]) {
            continue;
        }
        let Some(results) = many.record(body) else { return Vec::new() };
        let last = results.last.iter().zip(&carried).map(|(&w, &b)| repeated(w, b, size));
        let stacks =
            results.history.iter().zip(&carried).chain(results.collected.iter().zip(&found[2 * states..]));
        let outside = |(&w, &b): (&Wire, &bool)| if b { w.move_axis(1, 0) } else { repeated(w, false, size) };
        return last.chain(stacks.map(outside)).collect();
    }
}

/// A damped step that reads a captured weight, with a state that counts beside it.
fn sample(s: &mut Sampler) -> Case {
    let (length, dims) = (s.size(0, 4), s.dims(0, 2));
    let sequence = [&[length], &dims[..]].concat();
    let inputs = vec![
        s.reals(&dims, -1.0, 1.0),
        s.ints(&[], 0, 3),
        s.reals(&dims, -1.0, 1.0),
        s.reals(&sequence, -1.0, 1.0),
    ];
    let specs = [inputs[0].spec(), inputs[1].spec(), inputs[2].spec(), inputs[0].spec()];
    let body = |w: &[Wire]| {
        let (weight, count, state, x) = (w[0], w[1], w[2], w[3]);
        let next = (state * weight + x).sigmoid();
        vec![count + 1, next, count, state, next * x, count * 2]
    };
    let traced =
        outermost(&INPUT, &specs, body, |out| out.clone()).expect("the sample's body has no mistake");
    let attrs = Attrs::new([
        ("body", Arc::new(traced.circuit).into()),
        ("constants", 1usize.into()),
        ("states", 2usize.into()),
        ("length", length.into()),
        ("reverse", s.coin().into()),
    ]);
    Case { attrs, inputs }
}

/// Runs `step` for each slice along the first axis of `over`, in order, carrying a state. Gives the last state, and what
/// the steps gave besides, stacked. The step may use wires from outside; gradients flow to them too.
///
/// ```
/// use chainrule::prelude::*;
/// // y[t] = 0.5 y[t-1] + x[t]
/// let spec = Spec::new(&[3], DType::F64).unwrap();
/// let filter = trace(
///     |x: Wire| {
///         let zero = constant(0.0);
///         scan(|y: Wire, x: Wire| { let y = 0.5 * y + x; (y, y) }, zero, x).1
///     },
///     &(spec,),
/// )?;
/// assert_eq!(filter.run(([1.0, 1.0, 1.0].into(),))?.to_f64(), [1.0, 1.5, 1.75]);
/// # Ok::<(), Diagnostic>(())
/// ```
#[track_caller]
pub fn scan<S: Wires, X: Wires, Y: Wires>(step: impl Fn(S, X) -> (S, Y), start: S, over: X) -> (S, Y) {
    scan_along(step, start, over, false)
}

/// The same from the last slice to the first. What the steps gave is stacked in the order of the slices.
///
/// ```
/// use chainrule::prelude::*;
/// let spec = Spec::new(&[3], DType::F64).unwrap();
/// let sums = trace(
///     |x: Wire| chainrule::scan_reverse(|s: Wire, x: Wire| (s + x, s + x), constant(0.0), x).1,
///     &(spec,),
/// )?;
/// assert_eq!(sums.run(([1.0, 2.0, 3.0].into(),))?.to_f64(), [6.0, 5.0, 3.0]);
/// # Ok::<(), Diagnostic>(())
/// ```
#[track_caller]
pub fn scan_reverse<S: Wires, X: Wires, Y: Wires>(
    step: impl Fn(S, X) -> (S, Y),
    start: S,
    over: X,
) -> (S, Y) {
    scan_along(step, start, over, true)
}

#[track_caller]
fn scan_along<S: Wires, X: Wires, Y: Wires>(
    step: impl Fn(S, X) -> (S, Y),
    start: S,
    over: X,
    reverse: bool,
) -> (S, Y) {
    let poison = || (poisoned(&start), poisoned(&step(poisoned(&start), poisoned(&over)).1));
    let Some(sequences) = specs(&over.leaves()) else { return poison() };
    let lengths: Vec<Option<usize>> = sequences.iter().map(|s| s.shape.iter().next()).collect();
    match lengths[..] {
        [Some(length), ref others @ ..] if others.iter().all(|&o| o == Some(length)) => {
            steps("scan", &step, &start, &over, length, reverse).unwrap_or_else(poison)
        }
        _ => {
            let shapes: Vec<_> = sequences.iter().map(|s| s.shape).collect();
            let what = format!("sequences have no common first axis: {shapes:?}");
            let hint =
                "every sequence has one slice a turn along its first axis; without sequences, use iterate";
            mistake("scan", Fault::new(what, hint));
            poison()
        }
    }
}

/// Runs `step` a known number of times.
///
/// ```
/// use chainrule::prelude::*;
/// let spec = Spec::scalar(DType::F64);
/// let power = trace(|x: Wire| iterate(10, |y: Wire| y * x, constant(1.0)).gradient(&x), &(spec,))?;
/// assert_eq!(power.run((1.0.into(),))?.item()?, 10.0);
/// # Ok::<(), Diagnostic>(())
/// ```
#[track_caller]
pub fn iterate<S: Wires>(times: usize, step: impl Fn(S) -> S, start: S) -> S {
    turns("iterate", times, step, start)
}

/// The same under the name of another function.
#[track_caller]
pub(super) fn turns<S: Wires>(name: &str, times: usize, step: impl Fn(S) -> S, start: S) -> S {
    let nothing: [Wire; 0] = [];
    let one = |state: S, _: [Wire; 0]| (step(state), []);
    let done: Option<(S, [Wire; 0])> = steps(name, &one, &start, &nothing, times, false);
    done.map_or_else(|| poisoned(&start), |(state, _)| state)
}

#[track_caller]
fn steps<S: Wires, X: Wires, Y: Wires>(
    name: &str,
    step: &impl Fn(S, X) -> (S, Y),
    start: &S,
    over: &X,
    length: usize,
    reverse: bool,
) -> Option<(S, Y)> {
    let (states, sequences) = (start.leaves(), over.leaves());
    let slices = specs(&sequences)?.into_iter().map(unstacked).collect::<Option<Vec<_>>>()?;
    let started = specs(&states)?;
    let call = |wires: &[Wire]| {
        let (state, slices) = wires.split_at(states.len());
        let (next, collected) = step(fill(start, state), fill(over, slices));
        (state.to_vec(), next, collected)
    };
    let traced = inner(&INPUT, &[started.clone(), slices].concat(), call, |(history, next, collected)| {
        [next.leaves(), history.clone(), collected.leaves()].concat()
    })?;
    let (_, next, collected) = &traced.result;
    let mut body = traced.circuit;
    let (next, paths) = (body.specs(&body.outputs[..next.leaves().len()]), start.paths());
    if !keeps_states(name, &started, &next, &paths) {
        return None;
    }
    // Declared inputs come first and what was captured after them; a scan has its constants in front.
    body.inputs.rotate_left(states.len() + sequences.len());
    let all = Loop { constants: traced.captured, start: states, sequences, length, reverse };
    let results = all.record(body)?;
    Some((fill(start, &results.last), fill(collected, &results.collected)))
}

/// Whether a step gives back the states that it takes; if not, that is reported.
#[track_caller]
pub(super) fn keeps_states(gate: &str, started: &[Spec], next: &[Spec], paths: &[String]) -> bool {
    let hint = "a step gives back its state in the shape and dtype that it started with";
    if started.len() != next.len() {
        let what = format!("the state starts with {} wires and becomes {}", started.len(), next.len());
        mistake(gate, Fault::new(what, hint));
        return false;
    }
    let mut pairs = started.iter().zip(next).zip(paths);
    let Some(((from, to), path)) = pairs.find(|((from, to), _)| from != to) else { return true };
    let name = if path.is_empty() { String::new() } else { format!(" {path}") };
    mistake(gate, Fault::new(format!("state{name} starts as {from} and becomes {to}"), hint));
    false
}

fn fill<T: Wires>(tree: &T, wires: &[Wire]) -> T {
    tree.fill(wires).expect("one wire was made for each leaf")
}

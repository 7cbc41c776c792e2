//! Local gradients against differences, and both modes against each other.

use super::{Subject, Verdict, all_near, cast_floats, dot, near, run};
use crate::base::{DType, Tensor};
use crate::circuit::{Circuit, OpenNode, Wire, open_node};
use crate::gates::support::operands::zeros_like;
use crate::transform::{adjoint, tangent};

/// Step of central differences; with Richardson's extrapolation the error is about `STEP^4`.
const STEP: f64 = 1e-3;

/// The derivative at 0 of a smooth function of one number.
fn slope(f: impl Fn(f64) -> f64) -> f64 {
    let central = |h: f64| (f(h) - f(-h)) / (2.0 * h);
    (4.0 * central(STEP / 2.0) - central(STEP)) / 3.0
}

/// Inputs moved along a direction; only those that `moving` names.
fn moved(inputs: &[Tensor], direction: &[Tensor], moving: &[usize], t: f64) -> Vec<Tensor> {
    let mut inputs = inputs.to_vec();
    for &i in moving {
        let step = direction[i].to_f64();
        let values: Vec<f64> = inputs[i].to_f64().iter().zip(step).map(|(x, d)| x + t * d).collect();
        inputs[i] = Tensor::from_f64(inputs[i].spec(), &values);
    }
    inputs
}

/// Wires of the circuit that is traced: first the gate's inputs, then noise (upstreams, directions).
fn split(wires: &[Wire], inputs: usize) -> (&[Wire], &[Wire]) {
    wires.split_at(inputs)
}

/// The vjp as a circuit of inputs and upstreams: zero where there is no path.
fn vjp_circuit(
    s: &Subject,
    inputs: &[Tensor],
    upstreams: &[Tensor],
    moving: &[usize],
) -> Result<Circuit, String> {
    s.trace(&[inputs, upstreams].concat(), |wires| {
        let (x, up) = split(wires, inputs.len());
        passed_back(&s.record(x), x, up, moving)
    })
}

fn passed_back(outputs: &[Wire], x: &[Wire], up: &[Wire], moving: &[usize]) -> Vec<Wire> {
    let at: Vec<Wire> = moving.iter().map(|&i| x[i]).collect();
    let ups: Vec<Option<Wire>> =
        outputs.iter().zip(up).map(|(o, &u)| Some(u).filter(|_| o.dtype().is_float())).collect();
    let found = adjoint::vjp(outputs, &at, &ups);
    found.into_iter().zip(at).map(|(found, at)| found.unwrap_or_else(|| zeros_like(at))).collect()
}

/// The outputs that gradients flow from, and random upstreams for all.
fn upstreams(s: &Subject) -> Result<(Circuit, Vec<Tensor>, Vec<usize>), String> {
    let circuit = s.trace(&s.inputs, |w| s.record(w))?;
    let outputs = run(&circuit, &s.inputs);
    let floats = (0..outputs.len()).filter(|&i| outputs[i].dtype().is_float()).collect();
    Ok((circuit, s.noise(&outputs, 1), floats))
}

/// `<u, f>` over the outputs that gradients flow from.
fn weighted(outputs: &[Tensor], up: &[Tensor], floats: &[usize]) -> f64 {
    floats.iter().map(|&i| dot(&outputs[i..=i], &up[i..=i])).sum()
}

/// Each input alone and all together: vjp and jvp against differences, and `<u, Jv> = <J'u, v>`; in f32 too.
pub fn check_first(s: &Subject) -> Verdict {
    let (circuit, up, floats) = upstreams(s)?;
    let direction = s.noise(&s.inputs, 2);
    let every = s.float_inputs();
    let alone = every.iter().map(|&i| vec![i]);
    for moving in alone.chain([every.clone()]).filter(|m| !m.is_empty()) {
        let stopped = matches!(s.gate.local, crate::circuit::Local::Stopped);
        let difference =
            slope(|t| weighted(&run(&circuit, &moved(&s.inputs, &direction, &moving, t)), &up, &floats));
        let wanted = if stopped { 0.0 } else { difference };
        let along: Vec<Tensor> = moving.iter().map(|&i| direction[i].clone()).collect();

        let backward = vjp_circuit(s, &s.inputs, &up, &moving)?;
        let gradients = run(&backward, &[&s.inputs[..], &up].concat());
        let by_vjp = dot(&gradients, &along);
        near(&format!("vjp to inputs {moving:?} against differences"), by_vjp, wanted, 1e-7)?;

        let forward = s.trace(&[&s.inputs[..], &along].concat(), |wires| {
            let (x, v) = split(wires, s.inputs.len());
            let at: Vec<Wire> = moving.iter().map(|&i| x[i]).collect();
            let outputs = s.record(x);
            let found = tangent::jvp(&outputs, &at, &v.iter().map(|&w| Some(w)).collect::<Vec<_>>());
            found.into_iter().zip(outputs).map(|(t, o)| t.unwrap_or_else(|| zeros_like(o))).collect()
        })?;
        let by_jvp = weighted(&run(&forward, &[&s.inputs[..], &along].concat()), &up, &floats);
        near(&format!("jvp of inputs {moving:?} against vjp"), by_jvp, by_vjp, 1e-10)?;

        let (narrow, narrow_up) = (cast_floats(&s.inputs, DType::F32), cast_floats(&up, DType::F32));
        let fits = floats.len() == up.len() && !s.holds_circuits();
        if fits && vjp_dtypes_follow(&circuit, &s.trace(&narrow, |w| s.record(w))?) {
            let in_f32 =
                run(&vjp_circuit(s, &narrow, &narrow_up, &moving)?, &[&narrow[..], &narrow_up].concat());
            near(&format!("vjp to inputs {moving:?} in f32"), dot(&in_f32, &along), by_vjp, 2e-3)?;
        }
    }
    Ok(())
}

/// Whether the outputs turn f32 when the inputs do; a cast's do not.
fn vjp_dtypes_follow(wide: &Circuit, narrow: &Circuit) -> bool {
    let dtypes = |c: &Circuit| c.specs(&c.outputs).iter().map(|s| s.dtype).collect::<Vec<_>>();
    dtypes(wide).iter().zip(dtypes(narrow)).all(|(w, n)| (*w == DType::F64) == (n == DType::F32))
}

/// Two uses of one gate's inputs: gradients add up. The same wire at every input of one shape: likewise.
pub fn check_fan_out(s: &Subject) -> Verdict {
    let (_, up, floats) = upstreams(s)?;
    let moving = s.float_inputs();
    if moving.is_empty() || floats.is_empty() {
        return Ok(());
    }
    let once = run(&vjp_circuit(s, &s.inputs, &up, &moving)?, &[&s.inputs[..], &up].concat());
    let twice = s.trace(&[&s.inputs[..], &up].concat(), |wires| {
        let (x, up) = split(wires, s.inputs.len());
        let outputs = [s.record(x), s.record(x)].concat();
        passed_back(&outputs, x, &[up, up].concat(), &moving)
    })?;
    let twice = run(&twice, &[&s.inputs[..], &up].concat());
    let doubled: Vec<Tensor> = once
        .iter()
        .map(|t| Tensor::from_f64(t.spec(), &t.to_f64().iter().map(|x| 2.0 * x).collect::<Vec<_>>()))
        .collect();
    all_near("gradients of two uses", &twice, &doubled, 1e-12)
}

/// The derivative of the vjp along a direction, by forward over reverse and reverse over reverse, against differences.
pub fn check_second(s: &Subject) -> Verdict {
    let (_, up, floats) = upstreams(s)?;
    let moving = s.float_inputs();
    if moving.is_empty() || floats.is_empty() {
        return Ok(());
    }
    let first = vjp_circuit(s, &s.inputs, &up, &moving)?;
    let direction = s.noise(&s.inputs, 3);
    let weights: Vec<Tensor> = s.noise(&moving.iter().map(|&i| s.inputs[i].clone()).collect::<Vec<_>>(), 4);
    let value =
        |t: f64| dot(&run(&first, &[&moved(&s.inputs, &direction, &moving, t)[..], &up].concat()), &weights);
    let wanted = slope(value);
    let along: Vec<Tensor> = moving.iter().map(|&i| direction[i].clone()).collect();

    let all = [&s.inputs[..], &up, &weights, &along].concat();
    let circuit = s.trace(&all, |wires| {
        let (x, rest) = split(wires, s.inputs.len());
        let (up, rest) = split(rest, up.len());
        let (weights, along) = split(rest, weights.len());
        let gradients = passed_back(&s.record(x), x, up, &moving);
        let at: Vec<Wire> = moving.iter().map(|&i| x[i]).collect();
        let tangents = tangent::jvp(&gradients, &at, &along.iter().map(|&w| Some(w)).collect::<Vec<_>>());
        let second = adjoint::vjp(&gradients, &at, &weights.iter().map(|&w| Some(w)).collect::<Vec<_>>());
        let zero = |found: Vec<Option<Wire>>| -> Vec<Wire> {
            found.into_iter().zip(&at).map(|(f, &at)| f.unwrap_or_else(|| zeros_like(at))).collect()
        };
        [zero(tangents), zero(second)].concat()
    })?;
    let found = run(&circuit, &all);
    let (tangents, second) = found.split_at(moving.len());
    near("forward over reverse against differences", dot(tangents, &weights), wanted, 1e-5)?;
    near(
        "reverse over reverse against forward over reverse",
        dot(second, &along),
        dot(tangents, &weights),
        1e-9,
    )
}

/// The vjp rule reads nothing but what the room declares.
pub fn check_reads(s: &Subject) -> Verdict {
    let (circuit, up, floats) = upstreams(s)?;
    if floats.is_empty()
        || matches!(s.gate.local, crate::circuit::Local::Flat | crate::circuit::Local::Stopped)
    {
        return Ok(());
    }
    let outputs = run(&circuit, &s.inputs);
    let all = [&s.inputs[..], &outputs, &up].concat();
    let wants: Vec<bool> = s.inputs.iter().map(|t| t.dtype().is_float()).collect();
    let rule = s.trace(&all, |wires| {
        let (x, rest) = split(wires, s.inputs.len());
        let (y, up) = split(rest, outputs.len());
        // The rule is given outputs that are wires of their own, so that what it reads shows.
        let Some(node) = open_node(s.record(x)[0]) else { return Vec::new() };
        let node = OpenNode { outputs: y.to_vec(), ..node };
        let ups = up.iter().map(|&u| Some(u)).collect();
        adjoint::pass_back(&node, ups, &wants).into_iter().flatten().collect()
    })?;
    let mut used = vec![false; rule.len()];
    let mut open: Vec<u32> = rule.outputs.clone();
    while let Some(wire) = open.pop() {
        if !std::mem::replace(&mut used[wire as usize], true) {
            open.extend(rule.inputs_of(wire));
            open.push(rule.holder(wire));
        }
    }
    let reads = |range: std::ops::Range<usize>| rule.inputs[range].iter().any(|&i| used[i as usize]);
    let (x, y) = (reads(0..s.inputs.len()), reads(s.inputs.len()..s.inputs.len() + outputs.len()));
    if (x && !s.gate.reads.inputs) || (y && !s.gate.reads.output) {
        return Err(format!("the vjp reads inputs: {x}, output: {y}; the room declares {:?}", s.gate.reads));
    }
    Ok(())
}

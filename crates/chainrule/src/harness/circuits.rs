//! Random circuits, seeded and shrinkable: a genome of small steps is grown into a circuit.

use super::{all_near, cast_floats, dot, near, run, run_by, run_plan};
use crate::base::{DType, Spec, Tensor};
use crate::circuit::{Circuit, Plain, Sampler, Wire, outermost};
use crate::gates::INPUT;
use crate::gates::support::operands::zeros_like;
use crate::numeric::team::Team;
use crate::plan::Plan;
use crate::reference;
use crate::run::evaluate;
use crate::transform::{adjoint, simplify::simplify, tangent};
use proptest::prelude::*;

/// One step: what to do, and two operands, each modulo what there is.
pub(super) type Step = (u8, u8, u8);

const INPUTS: [&[usize]; 4] = [&[], &[3], &[2, 3], &[3, 2]];

/// What a step does with two earlier wires. Results stay small and smooth, so that differences are meaningful.
const RECIPES: [fn(Wire, Wire) -> Wire; 20] = [
    |a, b| with(a, b, |a, b| a + b),
    |a, b| with(a, b, |a, b| a - b),
    |a, b| with(a, b, |a, b| a * b * 0.5),
    |a, b| with(a, b, |a, b| a / (1.5 + b.sigmoid())),
    |a, b| with(a, b, Wire::maximum),
    |a, b| with(a, b, |a, b| a.gt(b).select(a * 0.5, b)),
    |a, _| a.sigmoid().exp(),
    |a, _| -a,
    |a, _| a.sigmoid(),
    |a, _| a.sum() * 0.3,
    |a, _| if a.shape().rank() > 0 { a.sum_axes(&[0]) * 0.5 } else { a },
    |a, _| a.t(),
    |a, _| a.reshape(&[a.shape().elements()]),
    |a, _| a.broadcast_to(&[&[2], &a.shape().dims()[..]].concat()),
    |a, b| if fits_matmul(a, b) { a.matmul(b) * 0.3 } else { a.identity() },
    |a, b| with(a, b, |a, b| a * b.stop_gradient().sigmoid()),
    // What laws and constants make simple.
    |a, b| with(a, b, |a, b| (a + b).sin() - (b + a).sin() * 0.5),
    |a, _| -(-(a * 1.0)) - 0.0,
    |a, _| a.t().t().reshape(&[a.shape().elements(), 1]).reshape(&a.shape().dims()),
    |a, _| a * ((zeros_like(a) + 2.0).sqrt() - 0.5),
];

/// Joins two wires that broadcast; of others the first with the sum of the second.
fn with(a: Wire, b: Wire, f: fn(Wire, Wire) -> Wire) -> Wire {
    if a.shape().broadcast(b.shape()).is_some() { f(a, b) } else { f(a, b.sum()) }
}

fn fits_matmul(a: Wire, b: Wire) -> bool {
    let (a, b) = (a.shape().dims(), b.shape().dims());
    a.len() == 2 && b.len() == 2 && a[1] == b[0]
}

/// Grows a genome on the inputs, where wires have at most so many elements; the scalar at the end depends on the last wires.
fn grow(most: usize, genome: &[Step], inputs: &[Wire]) -> Wire {
    let wires = grow_to(most, genome, inputs);
    wires.iter().rev().take(4).map(|w| w.sigmoid().sum()).reduce(|a, b| a + b).unwrap_or(wires[0])
}

/// The inputs, and what a genome makes of them, where wires have at most so many elements.
pub(super) fn grow_to(most: usize, genome: &[Step], inputs: &[Wire]) -> Vec<Wire> {
    let mut wires = inputs.to_vec();
    for &(what, a, b) in genome {
        let of = |i: u8| wires[i as usize % wires.len()];
        let next = RECIPES[what as usize % RECIPES.len()](of(a), of(b));
        // Ranks and sizes stay small: a wire that has grown is folded.
        let folded =
            if next.shape().rank() > 3 || next.shape().elements() > most { next.sum() * 0.1 } else { next };
        wires.push(folded);
    }
    wires
}

fn inputs(seed: u64) -> Vec<Tensor> {
    let mut sampler = Sampler::new(seed);
    INPUTS.iter().map(|dims| sampler.reals(dims, -1.5, 1.5)).collect()
}

pub(super) fn trace(tensors: &[Tensor], f: impl FnOnce(&[Wire]) -> Vec<Wire>) -> Result<Circuit, String> {
    let specs: Vec<Spec> = tensors.iter().map(Tensor::spec).collect();
    let traced = outermost(&INPUT, &specs, f, |out: &Vec<Wire>| out.clone()).map_err(|e| e.to_string())?;
    Ok(traced.circuit)
}

/// The value and the gradient of every input; zero where there is no path.
fn gradients(genome: &[Step], inputs: &[Wire]) -> Vec<Wire> {
    gradients_of(grow(40, genome, inputs), inputs)
}

pub(super) fn gradients_of(loss: Wire, inputs: &[Wire]) -> Vec<Wire> {
    let found = adjoint::vjp(&[loss], inputs, &[Some(zeros_like(loss) + 1.0)]);
    let filled = found.into_iter().zip(inputs).map(|(f, &x)| f.unwrap_or_else(|| zeros_like(x)));
    std::iter::once(loss).chain(filled).collect()
}

pub(super) fn by_reference(circuit: &Circuit, tensors: &[Tensor]) -> Vec<Tensor> {
    let plain: Vec<Plain> = tensors.iter().map(|t| Plain { spec: t.spec(), data: t.to_f64() }).collect();
    let outputs = reference::run(circuit, &plain);
    outputs.into_iter().map(|p| Tensor::from_f64(p.spec.with_dtype(DType::F64), &p.data)).collect()
}

fn check(genome: &[Step], seed: u64) -> Result<(), String> {
    let at = inputs(seed);
    let circuit = trace(&at, |w| gradients(genome, w))?;
    let parsed = crate::parse_circuit(&circuit.to_string()).map_err(|e| e.to_string())?;
    if parsed != circuit || parsed.to_string() != circuit.to_string() {
        return Err(format!("parsed back as another circuit:\n{circuit}\n{parsed}"));
    }
    let found = run(&circuit, &at);
    all_near("plan against reference", &found, &by_reference(&circuit, &at), 1e-10)?;

    let simple = simplify(&circuit, evaluate);
    if run(&simple, &at) != found {
        return Err(format!("simplified it gives other numbers:\n{circuit}\n{simple}"));
    }
    if simplify(&simple, evaluate).len() != simple.len()
        || crate::parse_circuit(&simple.to_string()) != Ok(simple.clone())
    {
        return Err(format!("a simple circuit stays what it is, also as a text:\n{simple}"));
    }

    if run_plan(&Plan::smallest(&circuit), &at) != found || run_plan(&Plan::frugal(&circuit), &at) != found {
        return Err("values that are computed again instead of kept change the results".into());
    }

    if run_plan(&Plan::unfused(&circuit), &at) != found || run_plan(&Plan::roomy(&circuit), &at) != found {
        return Err("sharing steps or places changes the results".into());
    }

    let narrow = cast_floats(&at, DType::F32);
    let in_f32 = run(&trace(&narrow, |w| gradients(genome, w))?, &narrow);
    let rounded = run(&circuit, &cast_floats(&narrow, DType::F64));
    all_near("f32 against f64", &in_f32, &rounded, 2e-3)?;

    let mut sampler = Sampler::new(seed + 1);
    let direction: Vec<Tensor> = INPUTS.iter().map(|dims| sampler.reals(dims, -1.0, 1.0)).collect();
    let forward = trace(&[&at[..], &direction].concat(), |w| {
        let (x, v) = w.split_at(at.len());
        let loss = grow(40, genome, x);
        let tangents: Vec<Option<Wire>> = v.iter().map(|&t| Some(t)).collect();
        vec![tangent::jvp(&[loss], x, &tangents)[0].unwrap_or_else(|| zeros_like(loss))]
    })?;
    let along = run(&forward, &[&at[..], &direction].concat())[0].to_f64()[0];
    near("forward against reverse", along, dot(&found[1..], &direction), 1e-10)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_circuit_texts_are_refused_not_feared(
        genome in prop::collection::vec(any::<Step>(), 1..6), at in any::<prop::sample::Index>(), with in ".{0,3}", cut in 0usize..4
    ) {
        let circuit = trace(&inputs(1), |w| gradients(&genome, w)).map_err(TestCaseError::fail)?;
        let text = circuit.to_string();
        let from = at.index(text.len());
        let damaged = [&text[..from], &with, &text[(from + cut).min(text.len())..]].concat();
        if let Ok(parsed) = crate::parse_circuit(&damaged) {
            prop_assert_eq!(crate::parse_circuit(&parsed.to_string()), Ok(parsed));
        }
    }

    #[test]
    fn random_circuits_agree(genome in prop::collection::vec(any::<Step>(), 1..24), seed in 0u64..1000) {
        check(&genome, seed).map_err(TestCaseError::fail)?;
    }
}

/// Without kinks among the recipes, so that differences are exact wherever the inputs are.
#[test]
fn gradients_of_smooth_random_circuits_agree_with_differences() -> Result<(), String> {
    let smooth: Vec<u8> = (0..RECIPES.len() as u8).filter(|r| ![4, 5, 15].contains(r)).collect();
    for seed in 0..60 {
        let mut s = Sampler::new(seed);
        let genome: Vec<Step> = (0..16)
            .map(|_| (smooth[s.size(0, smooth.len() - 1)], s.size(0, 255) as u8, s.size(0, 255) as u8))
            .collect();
        let at = inputs(seed);
        let circuit = trace(&at, |w| gradients(&genome, w))?;
        let found = run(&circuit, &at);
        let direction: Vec<Tensor> = INPUTS.iter().map(|dims| s.reals(dims, -1.0, 1.0)).collect();
        let value = |t: f64| {
            let step = |(x, d): (&Tensor, &Tensor)| {
                let values: Vec<f64> = x.to_f64().iter().zip(d.to_f64()).map(|(x, d)| x + t * d).collect();
                Tensor::from_f64(x.spec(), &values)
            };
            let moved: Vec<Tensor> = at.iter().zip(&direction).map(step).collect();
            run(&circuit, &moved)[0].to_f64()[0]
        };
        let central = |h: f64| (value(h) - value(-h)) / (2.0 * h);
        let slope = (4.0 * central(5e-4) - central(1e-3)) / 3.0;
        near(&format!("seed {seed}"), dot(&found[1..], &direction), slope, 1e-8)?;
    }
    Ok(())
}

/// Arrays that are large enough for the work to be shared and for sums to have many blocks.
#[test]
fn neither_threads_nor_sharing_change_a_bit() -> Result<(), String> {
    for seed in 0..40 {
        let mut s = Sampler::new(seed);
        let genome: Vec<Step> = (0..16).map(|_| [0; 3].map(|_| s.size(0, 255) as u8).into()).collect();
        let wide = if seed % 2 == 0 { DType::F64 } else { DType::F32 };
        let (m, n) = (s.size(100, 260), s.size(100, 260));
        let inputs: [&[usize]; 4] = [&[], &[n], &[m, n], &[n, m]];
        let at = cast_floats(&inputs.map(|dims| s.reals(dims, -1.5, 1.5)), wide);
        let circuit = trace(&at, |w| gradients_of(grow(200_000, &genome, w), w))?;
        one_result(&circuit, &at).map_err(|why| format!("seed {seed}: {why}"))?;
    }
    Ok(())
}

/// The results of a circuit, if no number of threads, and no plan that shares fewer steps or places or keeps fewer values,
/// changes a bit of them.
pub(super) fn one_result(circuit: &Circuit, at: &[Tensor]) -> Result<Vec<u64>, String> {
    let plan = Plan::new(circuit);
    let bits = |plan: &Plan, threads| -> Vec<u64> {
        let found = run_by(Team::new(threads), plan, at);
        found.iter().flat_map(|t| t.to_f64()).map(f64::to_bits).collect()
    };
    let usual = bits(&plan, 1);
    for threads in [2, 3, 8] {
        if bits(&plan, threads) != usual {
            return Err(format!("{threads} threads and one differ:\n{plan}"));
        }
    }
    for (what, other) in [
        ("unfused", Plan::unfused(circuit)),
        ("roomy", Plan::roomy(circuit)),
        ("frugal", Plan::frugal(circuit)),
        ("smallest", Plan::smallest(circuit)),
    ] {
        if bits(&other, 1) != usual || bits(&other, 3) != usual {
            return Err(format!("the {what} plan changes the results:\n{plan}\n{other}"));
        }
    }
    Ok(usual)
}

/// What only the next gate reads stays in registers: a long chain is one sweep, and needs two.
#[test]
fn a_chain_is_one_sweep() -> Result<(), String> {
    let start = [Tensor::from(vec![0.5; 5000])];
    let circuit = trace(&start, |w| vec![(0..1000).fold(w[0], |x, _| x.sigmoid())])?;
    let plan = Plan::new(&circuit);
    assert!(matches!(&plan.steps[..], [crate::plan::Step::Sweep(sweep)] if sweep.ops.len() == 1001));
    assert!(plan.arena <= 2 * 8 * 1024, "{} bytes", plan.arena);
    Ok(())
}

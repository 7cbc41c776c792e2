//! The every-gate harness: checks each gate of the catalogue against its own definition, with no test to write.
//!
//! Upstreams and tangents are random: an output seeded with 1 would not notice a vjp that forgets the upstream factor.
//! `alarm.rs` holds deliberately wrong gates that this harness must reject.

mod alarm;
mod batching;
mod circuits;
mod derivatives;
mod facts;
mod integers;
mod laws;
mod loops;
mod steady;
mod strips;
mod texts;
mod trees;
mod values;

use crate::base::{DType, Tensor};
use crate::circuit::{Attrs, Circuit, Class, GateDef, Sampler, Wire, outermost, record_many};
use crate::gates::{ALL, INPUT};
use crate::numeric::team::Team;
use crate::plan::Plan;
use crate::run::Workspace;

/// Random cases for each gate.
const CASES: u64 = 24;

type Verdict = Result<(), String>;
type Check = fn(&Subject) -> Verdict;

/// All checks on one gate.
fn examine(gate: &'static GateDef, cases: u64) -> Verdict {
    if matches!(gate.class, Class::Input) {
        return facts::check(gate);
    }
    facts::check(gate)?;
    for seed in 0..cases {
        let subject = Subject::draw(gate, seed);
        let checks: [(&str, Check); 7] = [
            ("facts", facts::check_case),
            ("values", values::check),
            ("first derivatives", derivatives::check_first),
            ("fan-out", derivatives::check_fan_out),
            ("second derivatives", derivatives::check_second),
            ("reads", derivatives::check_reads),
            ("batching", batching::check),
        ];
        for (name, check) in checks {
            check(&subject).map_err(|why| {
                format!("{}: {name}: case {seed}, {:?} {:?}: {why}", gate.name, subject.attrs, subject.inputs)
            })?;
        }
    }
    Ok(())
}

/// A gate at one point.
struct Subject {
    gate: &'static GateDef,
    attrs: Attrs,
    inputs: Vec<Tensor>,
    seed: u64,
}

impl Subject {
    fn draw(gate: &'static GateDef, seed: u64) -> Subject {
        let case = (gate.sample)(&mut Sampler::new(seed));
        Subject { gate, attrs: case.attrs, inputs: case.inputs, seed }
    }

    /// The gate alone, or whatever `f` makes of the inputs.
    fn trace(&self, inputs: &[Tensor], f: impl FnOnce(&[Wire]) -> Vec<Wire>) -> Result<Circuit, String> {
        let specs: Vec<_> = inputs.iter().map(Tensor::spec).collect();
        let traced =
            outermost(&INPUT, &specs, f, |out: &Vec<Wire>| out.clone()).map_err(|e| e.to_string())?;
        Ok(traced.circuit)
    }

    /// Records the gate.
    fn record(&self, wires: &[Wire]) -> Vec<Wire> {
        record_many(self.gate, self.attrs.clone(), wires)
    }

    /// Whether the gate holds circuits: those are traced for one dtype.
    fn holds_circuits(&self) -> bool {
        matches!(self.gate.class, Class::Control(_))
    }

    /// Which inputs gradients flow to.
    fn float_inputs(&self) -> Vec<usize> {
        (0..self.inputs.len()).filter(|&i| self.inputs[i].dtype().is_float()).collect()
    }

    /// Random numbers in the shape of some tensors.
    fn noise(&self, like: &[Tensor], salt: u64) -> Vec<Tensor> {
        let mut sampler = Sampler::new(self.seed.wrapping_mul(1000).wrapping_add(salt));
        like.iter().map(|t| sampler.reals(&t.shape().dims(), -1.0, 1.0)).collect()
    }
}

/// Runs a circuit by its plan.
fn run(circuit: &Circuit, inputs: &[Tensor]) -> Vec<Tensor> {
    run_plan(&Plan::new(circuit), inputs)
}

fn run_plan(plan: &Plan, inputs: &[Tensor]) -> Vec<Tensor> {
    run_by(Team::ALONE, plan, inputs)
}

fn run_by(team: Team, plan: &Plan, inputs: &[Tensor]) -> Vec<Tensor> {
    let mut outputs: Vec<Tensor> = plan.outputs.iter().map(|&spec| Tensor::zeros(spec)).collect();
    let mut workspace = Workspace::new(plan);
    let mut call = workspace.call(plan);
    inputs.iter().for_each(|t| call.input(t));
    outputs.iter_mut().for_each(|t| call.output(t));
    assert!(call.run(team), "inputs are those of the circuit");
    outputs
}

/// Floats in another dtype, the rest as it is.
fn cast_floats(tensors: &[Tensor], dtype: DType) -> Vec<Tensor> {
    tensors.iter().map(|t| if t.dtype().is_float() { t.cast(dtype) } else { t.clone() }).collect()
}

/// The sum of products of all numbers.
fn dot(a: &[Tensor], b: &[Tensor]) -> f64 {
    let of = |(a, b): (&Tensor, &Tensor)| a.to_f64().iter().zip(b.to_f64()).map(|(x, y)| x * y).sum::<f64>();
    a.iter().zip(b).map(of).sum()
}

/// Whether two numbers agree, relative to the larger of them and of 1.
fn near(what: &str, got: f64, wanted: f64, tolerance: f64) -> Verdict {
    let scale = 1.0f64.max(got.abs()).max(wanted.abs());
    if (got - wanted).abs() <= tolerance * scale || got == wanted || (got.is_nan() && wanted.is_nan()) {
        Ok(())
    } else {
        Err(format!("{what}: {got} instead of {wanted}"))
    }
}

/// Whether two lists of tensors agree number by number.
fn all_near(what: &str, got: &[Tensor], wanted: &[Tensor], tolerance: f64) -> Verdict {
    if got.len() != wanted.len() {
        return Err(format!("{what}: {} tensors instead of {}", got.len(), wanted.len()));
    }
    for (got, wanted) in got.iter().zip(wanted) {
        if got.shape() != wanted.shape() {
            return Err(format!("{what}: shape {} instead of {}", got.shape(), wanted.shape()));
        }
        for (&a, b) in got.to_f64().iter().zip(wanted.to_f64()) {
            near(what, a, b, tolerance)?;
        }
    }
    Ok(())
}

#[test]
fn every_gate_passes() {
    let failures: Vec<String> = ALL.iter().filter_map(|gate| examine(gate, CASES).err()).collect();
    assert!(failures.is_empty(), "{} gates fail:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn names_are_unique() {
    for (i, gate) in ALL.iter().enumerate() {
        assert!(ALL[..i].iter().all(|other| other.name != gate.name), "two gates are called {}", gate.name);
    }
}

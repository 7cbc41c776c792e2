//! A row made ready: its functions, and the tensors they work on.

use crate::inputs::{Inputs, Result, specs, write};
use crate::networks as nets;
use crate::optimisers::Method;
use chainrule::prelude::*;
use chainrule::{Function, Program};
use std::path::Path;

type List = Vec<Wire>;
type Loss = Box<dyn Fn(&[Wire], &[Wire]) -> Wire>;
type Pure = Function<(List, List), List>;

/// What is timed.
enum Work {
    /// Writes into `results`.
    Pure(Pure),
    /// Changes `state`.
    Step(Function<(List, List), (Wire, List)>),
}

/// A row.
pub struct Subject {
    names: Vec<String>,
    weights: Vec<Tensor>,
    state: Vec<Tensor>,
    /// Weights and data.
    input: (Vec<Tensor>, Vec<Tensor>),
    results: Vec<Tensor>,
    report: Tensor,
    method: Method,
    loss: Loss,
    work: Work,
    value: Option<Pure>,
    /// Floating-point operations of what is timed, as the circuit counts them.
    pub flops: u64,
    /// Bytes of intermediate values of what is timed.
    pub bytes: usize,
    /// Seconds to trace and differentiate, and to compile.
    pub seconds: [f64; 2],
}

fn parts(inputs: &Inputs) -> Result<(Loss, Method)> {
    let heads = inputs.number("heads");
    let circuit = inputs.data(&["kind", "a", "b"]);
    Ok(match inputs.row() {
        "neuron" => (Box::new(nets::neuron), Method::Gradient),
        "moons" => (Box::new(nets::moons), Method::Descent { rate: 0.1 }),
        "mlp64" | "mlp512" => (Box::new(nets::mlp), Method::Adam { rate: 1e-3 }),
        "cnn" => (Box::new(nets::cnn), Method::Momentum { rate: 0.01, decay: 0.9 }),
        "gpt" => (Box::new(move |w, d| nets::gpt(w, d, heads)), Method::Adam { rate: 1e-4 }),
        "lstm" => (Box::new(nets::lstm), Method::Gradient),
        "logreg_grad" => (Box::new(nets::logistic), Method::Gradient),
        "logreg_hvp" => (Box::new(nets::logistic), Method::Hvp),
        "logreg_hess" => (Box::new(nets::logistic), Method::Hessian),
        "gates" => (Box::new(move |w, _| nets::gates(w, &circuit)), Method::Gradient),
        row if row.starts_with("chain") => (Box::new(nets::chain), Method::Gradient),
        row => return Err(format!("no row is called {row}").into()),
    })
}

/// The weights, one number each where the row is made of single numbers.
fn weights(inputs: &Inputs) -> Result<Vec<Tensor>> {
    let weights = inputs.weights();
    if inputs.row() != "gates" {
        return Ok(weights);
    }
    Ok(weights[0].as_slice::<f64>()?.iter().map(|&v| Tensor::scalar(v)).collect())
}

impl Subject {
    /// Traces and compiles what the row times.
    pub fn new(inputs: &Inputs) -> Result<Subject> {
        let (loss, method) = parts(inputs)?;
        let weights = weights(inputs)?;
        let direction: &[&str] = if matches!(method, Method::Hvp) { &["x", "y", "v"] } else { &["x", "y"] };
        let data = inputs.data(direction);
        let state = method.start(&weights);
        let start = std::time::Instant::now();
        let (work, flops, bytes, seconds) =
            if matches!(method, Method::Gradient | Method::Hvp | Method::Hessian) {
                let program = trace_pure(&loss, method, &weights, &data)?;
                let traced = start.elapsed().as_secs_f64();
                let function = program.compile();
                let seconds = [traced, start.elapsed().as_secs_f64() - traced];
                let bytes = function.memory().arena;
                (Work::Pure(function), program.circuit().flops(), bytes, seconds)
            } else {
                let program = trace_step(&loss, method, &weights, &state, &data)?;
                let traced = start.elapsed().as_secs_f64();
                let function = program.compile();
                let seconds = [traced, start.elapsed().as_secs_f64() - traced];
                let bytes = function.memory().arena;
                (Work::Step(function), program.circuit().flops(), bytes, seconds)
            };
        let (results, report) = match &work {
            Work::Pure(f) => (f.outputs().iter().map(|&s| Tensor::zeros(s)).collect(), Tensor::scalar(0f32)),
            Work::Step(f) => (Vec::new(), Tensor::zeros(f.outputs()[0])),
        };
        let names = inputs.names().into_iter().map(String::from).collect();
        let input = (weights.clone(), data);
        let value = None;
        Ok(Subject {
            names,
            weights,
            state,
            input,
            results,
            report,
            method,
            loss,
            work,
            value,
            flops,
            bytes,
            seconds,
        })
    }

    /// The state before the first step.
    pub fn reset(&mut self) {
        self.state = self.method.start(&self.weights);
    }

    /// What is timed.
    pub fn call(&mut self) -> Result<()> {
        match &self.work {
            Work::Pure(f) => f.run_into(&self.input, &mut self.results)?,
            Work::Step(f) => f.step(&mut self.state, &self.input.1, &mut self.report)?,
        }
        Ok(())
    }

    /// Compiles the value alone; gives its operations.
    pub fn prepare_value(&mut self) -> Result<u64> {
        let loss = &self.loss;
        let specs = (specs(&self.input.0), specs(&self.input.1));
        let program = trace(|w: List, d: List| vec![loss(&w, &d)], &specs)?;
        let function = program.compile();
        self.results = function.outputs().iter().map(|&s| Tensor::zeros(s)).collect();
        self.value = Some(function);
        Ok(program.circuit().flops())
    }

    /// Runs what `prepare_value` or `prepare_gradient` compiled last.
    pub fn call_value(&mut self) -> Result<()> {
        let function = self.value.as_ref().ok_or("the value was not prepared")?;
        Ok(function.run_into(&self.input, &mut self.results)?)
    }

    /// Compiles the value and its gradient, without an update; gives its operations.
    pub fn prepare_gradient(&mut self) -> Result<u64> {
        let program = trace_pure(&self.loss, Method::Gradient, &self.weights, &self.input.1)?;
        let function = program.compile();
        self.results = function.outputs().iter().map(|&s| Tensor::zeros(s)).collect();
        self.value = Some(function);
        Ok(program.circuit().flops())
    }

    /// Writes what is compared with the peers: the gradient and some losses, or what the row gives.
    pub fn check(&mut self, folder: &Path) -> Result<()> {
        match self.method {
            Method::Hvp | Method::Hessian => {
                self.call()?;
                let name = if matches!(self.method, Method::Hvp) { "hvp" } else { "hessian" };
                return write(folder, name, &self.results[0]);
            }
            Method::Gradient => {}
            _ => {
                self.reset();
                let mut losses = Vec::new();
                for _ in 0..4 {
                    self.call()?;
                    losses.push(self.report.item()? as f32);
                }
                write(folder, "losses", &Tensor::from_data(chainrule::Data::F32(losses), &[4])?)?;
            }
        }
        self.prepare_gradient()?;
        self.call_value()?;
        if matches!(self.method, Method::Gradient) {
            write(folder, "loss", &self.results[0])?;
        }
        if self.names.len() < self.weights.len() {
            let all = self.results[1..].iter().map(Tensor::item).collect::<chainrule::Result<Vec<f64>>>()?;
            let length = all.len();
            return write(folder, &format!("grad.{}", self.names[0]), &Tensor::new(all, &[length])?);
        }
        self.names
            .iter()
            .zip(&self.results[1..])
            .try_for_each(|(n, t)| write(folder, &format!("grad.{n}"), t))
    }

    /// What is timed, in short.
    pub fn debug(&self) -> String {
        match &self.work {
            Work::Pure(f) => format!("{f:?}"),
            Work::Step(f) => format!("{f:?}"),
        }
    }
}

fn trace_pure(
    loss: &Loss,
    method: Method,
    weights: &[Tensor],
    data: &[Tensor],
) -> Result<Program<(List, List), List>> {
    let function = |w: List, d: List| {
        let value = loss(&w, &d);
        match method {
            Method::Hvp => value.hvp(&w, &vec![d[d.len() - 1]]),
            Method::Hessian => vec![value.hessian(w[0])],
            _ => [vec![value], value.gradient(&w)].concat(),
        }
    };
    Ok(trace(function, &(specs(weights), specs(data)))?)
}

fn trace_step(
    loss: &Loss,
    method: Method,
    weights: &[Tensor],
    state: &[Tensor],
    data: &[Tensor],
) -> Result<Program<(List, List), (Wire, List)>> {
    let n = weights.len();
    let function = |state: List, d: List| {
        let w = state[..n].to_vec();
        let value = loss(&w, &d);
        (value, method.update(&state, &value.gradient(&w)))
    };
    Ok(trace(function, &(specs(state), specs(data)))?)
}

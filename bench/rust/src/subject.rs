//! A row made ready: its functions, and the tensors they work on.

use crate::inputs::{numbers, specs, tensor};
use crate::networks as nets;
use crate::optimisers::Method;
use chainrule::prelude::*;
use chainrule::{Function, PlanReport, Program};
use chainrule_bench_server::{Inputs, Numbers, Result, Row, timed};

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
    flops: u64,
    /// Bytes of intermediate values of what is timed.
    bytes: usize,
    /// Seconds to trace and differentiate, and to compile.
    seconds: [f64; 2],
}

fn parts(inputs: &Inputs) -> Result<(Loss, Method)> {
    let heads = inputs.number("heads");
    let circuit = data(inputs, &["kind", "a", "b"])?;
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
    let weights: Vec<Tensor> = inputs.weights().map(tensor).collect::<Result<_>>()?;
    if inputs.row() != "gates" {
        return Ok(weights);
    }
    Ok(weights[0].as_slice::<f64>()?.iter().map(|&v| Tensor::scalar(v)).collect())
}

/// Arrays that are not differentiated.
fn data(inputs: &Inputs, names: &[&str]) -> Result<Vec<Tensor>> {
    inputs.data(names).into_iter().map(tensor).collect()
}

impl Row for Subject {
    /// Traces and compiles what the row times.
    fn new(inputs: &Inputs) -> Result<Subject> {
        let (loss, method) = parts(inputs)?;
        let weights = weights(inputs)?;
        let direction: &[&str] = if matches!(method, Method::Hvp) { &["x", "y", "v"] } else { &["x", "y"] };
        let data = data(inputs, direction)?;
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
        let names = inputs.weights().map(|array| array.name[2..].to_string()).collect();
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

    fn prepared(&self) -> String {
        let [trace, compile] = self.seconds;
        let (flops, arena) = (self.flops, self.bytes);
        format!(r#""trace": {trace:e}, "compile": {compile:e}, "flops": {flops}, "arena": {arena}"#)
    }

    fn reset(&mut self) {
        self.state = self.method.start(&self.weights);
    }

    fn call(&mut self) -> Result<()> {
        match &self.work {
            Work::Pure(f) => f.run_into(&self.input, &mut self.results)?,
            Work::Step(f) => f.step(&mut self.state, &self.input.1, &mut self.report)?,
        }
        Ok(())
    }

    /// The gradient and some losses, or what the row gives.
    fn outputs(&mut self) -> Result<Vec<(String, Numbers)>> {
        let mut found = Vec::new();
        match self.method {
            Method::Hvp | Method::Hessian => {
                self.call()?;
                let name = if matches!(self.method, Method::Hvp) { "hvp" } else { "hessian" };
                return Ok(vec![(name.into(), numbers(&self.results[0])?)]);
            }
            Method::Gradient => {}
            _ => found.push(("losses".into(), Numbers::F32(self.losses()?))),
        }
        self.prepare_gradient()?;
        self.call_value()?;
        if matches!(self.method, Method::Gradient) {
            found.push(("loss".into(), numbers(&self.results[0])?));
        }
        let gradients = &self.results[1..];
        if self.names.len() < self.weights.len() {
            let all = gradients.iter().map(Tensor::item).collect::<chainrule::Result<Vec<f64>>>()?;
            found.push((format!("grad.{}", self.names[0]), Numbers::F64(all)));
        } else {
            for (name, gradient) in self.names.iter().zip(gradients) {
                found.push((format!("grad.{name}"), numbers(gradient)?));
            }
        }
        Ok(found)
    }

    fn answer(&mut self, request: &[&str]) -> Result<String> {
        let (seconds, flops) = match *request {
            ["value", seconds] => (seconds, self.prepare_value()?),
            ["gradient", seconds] => (seconds, self.prepare_gradient()?),
            _ => return Err(format!("unknown request: {}", request.join(" ")).into()),
        };
        let time = timed(seconds.parse()?, || self.call_value())?;
        Ok(format!(r#"{{"flops": {flops}, "time": {time}}}"#))
    }
}

impl Subject {
    /// Of the first four steps.
    fn losses(&mut self) -> Result<Vec<f32>> {
        self.reset();
        let step = |_| {
            self.call()?;
            Ok(self.report.item()? as f32)
        };
        (0..4).map(step).collect()
    }

    /// Compiles the value alone; gives its operations.
    fn prepare_value(&mut self) -> Result<u64> {
        let loss = &self.loss;
        let specs = (specs(&self.input.0), specs(&self.input.1));
        let program = trace(|w: List, d: List| vec![loss(&w, &d)], &specs)?;
        let function = program.compile();
        self.results = function.outputs().iter().map(|&s| Tensor::zeros(s)).collect();
        self.value = Some(function);
        Ok(program.circuit().flops())
    }

    /// Runs what `prepare_value` or `prepare_gradient` compiled last.
    fn call_value(&mut self) -> Result<()> {
        let function = self.value.as_ref().ok_or("the value was not prepared")?;
        Ok(function.run_into(&self.input, &mut self.results)?)
    }

    /// Compiles the value and its gradient, without an update; gives its operations.
    fn prepare_gradient(&mut self) -> Result<u64> {
        let program = trace_pure(&self.loss, Method::Gradient, &self.weights, &self.input.1)?;
        let function = program.compile();
        self.results = function.outputs().iter().map(|&s| Tensor::zeros(s)).collect();
        self.value = Some(function);
        Ok(program.circuit().flops())
    }

    /// What each step of the plan takes.
    pub fn profile(&self, calls: usize) -> Result<PlanReport> {
        let report = match &self.work {
            Work::Pure(f) => f.profile(&self.input, calls)?,
            Work::Step(f) => f.profile(&(self.state.clone(), self.input.1.clone()), calls)?,
        };
        Ok(report)
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

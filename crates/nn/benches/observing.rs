//! What observing a training costs: `cargo bench -p chainrule-nn --bench observing`.

use chainrule::{DType, Options, Spec, Tensor, Tree, Wire, Wires, trace};
use chainrule_explorer::run::{Head, Writer};
use chainrule_nn::layers::{CharLstm, CharLstmOptions, Mlp};
use chainrule_nn::model::Tensors;
use chainrule_nn::observe::{At, Cadence, Observer, Settings};
use chainrule_nn::optimiser::{Optimiser, Rule, State};
use chainrule_nn::rng::{Purpose, Rng};
use std::time::Instant;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    for rows in [64, 512] {
        perceptron(rows)?;
    }
    recurrent()
}

/// The network of `bench/definitions.md`: 784-256-128-10, cross-entropy, Adam.
fn perceptron(rows: usize) -> Outcome<()> {
    let net = Mlp::new(&[784, 256, 128, 10], DType::F32, &Rng::new(1, Purpose::Start))?;
    let mut rng = Rng::new(2, Purpose::Split);
    let x: Vec<f32> = (0..rows * 784).map(|_| rng.normal() as f32).collect();
    let y = (0..rows as i64).map(|i| i % 10).collect();
    let batch = (Tensor::new(x, &[rows, 784])?, Tensor::new(y, &[rows])?);
    let loss = |net: &Mlp<Wire>, x: Wire, y: Wire| net.forward(x).cross_entropy(y).mean();
    cost::<Mlp<Wire>>(&format!("MLP, batch {rows}"), net, batch, loss, 200_000 / rows as u64)
}

/// An LSTM that reads characters: what happens inside of its loop is watched.
fn recurrent() -> Outcome<()> {
    const ROWS: [usize; 2] = [32, 32];
    let options = CharLstmOptions { vocabulary: 27, width: 32, hidden: 128 };
    let net = CharLstm::new(options, DType::F32, &Rng::new(1, Purpose::Start))?;
    let tokens = |shift: i64| (0..1024).map(|i| (i * 7 + shift) % 27).collect();
    let batch = (Tensor::new(tokens(0), &ROWS)?, Tensor::new(tokens(7), &ROWS)?);
    let loss = |net: &CharLstm<Wire>, x: Wire, y: Wire| net.forward(x).cross_entropy(y).mean();
    cost::<CharLstm<Wire>>("LSTM of 128 over 32 turns, batch 32", net, batch, loss, 1000)
}

/// Prints what observing a training by Adam costs.
fn cost<N: Wires>(
    name: &str,
    net: Tensors<N>,
    batch: (Tensor, Tensor),
    loss: impl Fn(&N, Wire, Wire) -> Wire,
    steps: u64,
) -> Outcome<()> {
    let optimiser = Optimiser::new(Rule::ADAM);
    let names = net.paths();
    let mut state = optimiser.start::<N>(net);
    let form: State<N> = state.map(&mut |_: &Tensor| Wire::default());
    let specs: Vec<Spec> = state.leaves().iter().map(Tensor::spec).collect();
    let specs = form.fill(&specs).ok_or("a tree has as many leaves as itself")?;
    let step = |state: State<N>, (x, y): (Wire, Wire)| {
        let loss = loss(&state.0, x, y);
        let gradients = loss.gradient(&state.0);
        let rate = chainrule::constant(1e-3).cast(DType::F32);
        (loss, optimiser.update(state, &gradients, rate))
    };
    let program = trace(step, &(specs, (batch.0.spec(), batch.1.spec())))?;
    let one = Options::default().threads(1);
    let plain = program.compile_with(&one)?;
    let mut loss = Tensor::scalar(0f32);
    let folder = tempfile::tempdir()?;
    let mut time = |cadence: Cadence, steps: u64| -> Outcome<(f64, f64, f64, u64)> {
        let settings = Settings { cadence, options: one, ..Settings::default() };
        let writer = Writer::create(&folder.path().join("a.run.jsonl"), 200)?;
        let mut observer = Observer::new(&program, &names, settings).telling(writer);
        observer.begin(Head::default())?;
        let begun = Instant::now();
        for step in 1..=steps {
            observer.step(&plain, &mut state, &batch, &mut loss, At { step, rate: 1e-3 })?;
        }
        let (share, compiled) = observer.cost();
        Ok((begun.elapsed().as_secs_f64() - compiled, share, compiled, observer.history().observed))
    };
    time(Cadence::Budget(0.0), steps / 4)?;
    let (never, ..) = time(Cadence::Budget(0.0), steps)?;
    let (always, ..) = time(Cadence::Every(1), steps / 10)?;
    let (budget, share, compiled, observed) = time(Cadence::default(), steps)?;
    let each = |seconds: f64, steps: u64| 1e3 * seconds / steps as f64;
    println!(
        "{name}: {:.3} ms a step unobserved, {:.3} ms observed; within the budget {:.3} ms, of which observing \
         took {:.2} % ({observed} of {steps} steps; compiling the second plan {:.0} ms, once)",
        each(never, steps),
        each(always, steps / 10),
        each(budget, steps),
        100.0 * share,
        1e3 * compiled
    );
    Ok(())
}

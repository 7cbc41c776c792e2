//! What observing a training costs: `cargo bench -p chainrule-nn --bench observing`.

use chainrule::{DType, Options, Spec, Tensor, Tree, Wire, trace};
use chainrule_explorer::run::{Head, Writer};
use chainrule_nn::layers::Mlp;
use chainrule_nn::observe::{At, Cadence, Observer, Settings};
use chainrule_nn::optimiser::{Optimiser, Rule, State};
use chainrule_nn::rng::{Purpose, Rng};
use std::time::Instant;

type Net = Mlp<Wire>;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for rows in [64, 512] {
        perceptron(rows)?;
    }
    Ok(())
}

/// The network of `bench/definitions.md`: 784-256-128-10, cross-entropy, Adam.
fn perceptron(rows: usize) -> Result<(), Box<dyn std::error::Error>> {
    let optimiser = Optimiser::new(Rule::ADAM);
    let net = Mlp::new(&[784, 256, 128, 10], DType::F32, &Rng::new(1, Purpose::Start))?;
    let names = net.paths();
    let mut state = optimiser.start::<Net>(net);
    let form: State<Net> = state.map(&mut |_: &Tensor| Wire::default());
    let specs: Vec<Spec> = state.leaves().iter().map(Tensor::spec).collect();
    let specs = form.fill(&specs).ok_or("a tree has as many leaves as itself")?;
    let (images, labels) = (Spec::new(&[rows, 784], DType::F32)?, Spec::new(&[rows], DType::I64)?);
    let step = |state: State<Net>, (x, y): (Wire, Wire)| {
        let loss = state.0.forward(x).cross_entropy(y).mean();
        let gradients = loss.gradient(&state.0);
        let rate = chainrule::constant(1e-3).cast(DType::F32);
        (loss, optimiser.update(state, &gradients, rate))
    };
    let program = trace(step, &(specs, (images, labels)))?;
    let one = Options::default().threads(1);
    let plain = program.compile_with(&one)?;
    let mut rng = Rng::new(2, Purpose::Split);
    let x: Vec<f32> = (0..rows * 784).map(|_| rng.normal() as f32).collect();
    let batch =
        (Tensor::new(x, &[rows, 784])?, Tensor::new((0..rows as i64).map(|i| i % 10).collect(), &[rows])?);
    let mut loss = Tensor::scalar(0f32);
    let folder = tempfile::tempdir()?;
    let mut time =
        |cadence: Cadence, steps: u64| -> Result<(f64, f64, f64, u64), Box<dyn std::error::Error>> {
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
    let steps = 200_000 / rows as u64;
    time(Cadence::Budget(0.0), steps / 4)?;
    let (never, ..) = time(Cadence::Budget(0.0), steps)?;
    let (always, ..) = time(Cadence::Every(1), steps / 10)?;
    let (budget, share, compiled, observed) = time(Cadence::default(), steps)?;
    let each = |seconds: f64, steps: u64| 1e3 * seconds / steps as f64;
    println!(
        "MLP, batch {rows}: {:.3} ms a step unobserved, {:.3} ms observed; within the budget {:.3} ms, of which observing \
         took {:.2} % ({observed} of {steps} steps; compiling the second plan {:.0} ms, once)",
        each(never, steps),
        each(always, steps / 10),
        each(budget, steps),
        100.0 * share,
        1e3 * compiled
    );
    Ok(())
}

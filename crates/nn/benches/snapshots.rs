//! What keeping the state for a way back takes of a training: `cargo bench -p chainrule-nn --bench snapshots`.
//!
//! Two measures that do not drown in noise. The first is the trainer's own, of a whole training: of each step with a snapshot what it
//! took longer than the usual one, summed, against all steps. The second takes one snapshot's cost alone: the same step over and
//! over, every other one with a snapshot before it, the difference of the medians, divided by the spacing that was used. Beside
//! them stands what the memory alone would take: all bytes of the state read once, and written once to where none were.

use chainrule::{Options, Tensor};
use chainrule_nn::Result;
use chainrule_nn::architecture::{Architecture, Interface};
use chainrule_nn::data::{self, Examples, Part};
use chainrule_nn::model::{AnyModel, Batch, Model, Tensors};
use chainrule_nn::optimiser::{Optimiser, Rule};
use chainrule_nn::snapshots::Snapshots;
use chainrule_nn::trainer::{Length, OnNan, Report, Settings, State, Trainer};
use std::hint::black_box;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

type Any = Box<dyn AnyModel>;

/// Steps with a snapshot and without that are compared.
const PAIRS: usize = 400;

fn main() -> Result<()> {
    let digits: Arc<dyn Examples> = Arc::new(data::digits()?);
    let mlp = Architecture::Layers { hidden: vec![256, 128] };
    let cnn = Architecture::Convolutions { channels: vec![16, 32], hidden: vec![64] };
    training("digits, MLP 64-256-128-10", &mlp, &Part::whole(digits.clone()), 32, 4000)?;
    training("digits, CNN 16-32", &cnn, &Part::whole(digits), 32, 3000)?;
    match data::fashion_mnist(Path::new(data::idx::FASHION_MNIST)) {
        Ok((train, _)) => {
            let clothes: Arc<dyn Examples> = Arc::new(train);
            let mlp = Architecture::Layers { hidden: vec![128] };
            training("fashion-mnist, MLP 784-128-10", &mlp, &Part::whole(clothes), 64, 4000)
        }
        Err(why) => {
            println!("fashion-mnist left out: {why}");
            Ok(())
        }
    }
}

/// Trains for some steps and prints what snapshots took.
fn training(name: &str, architecture: &Architecture, train: &Part, batch: usize, steps: usize) -> Result<()> {
    let model = architecture.model(&Interface::of(train), batch)?;
    let settings = Settings {
        on_nan: OnNan::Report,
        threads: Some(1),
        ..Settings::new(Length::Steps(steps), batch, 1e-3, Optimiser::new(Rule::ADAM), 1)
    };
    let mut trainer: Trainer<Any> =
        Trainer::new(architecture.model(&Interface::of(train), batch)?, settings, train)?;
    let begun = Instant::now();
    trainer.fit(train, &mut |_| ControlFlow::Continue(()))?;
    let seconds = begun.elapsed().as_secs_f64();
    let kept = trainer.snapshots().unwrap_or_default();
    let spacing = steps as f64 / kept.snapshots.max(1) as f64;
    let (usual, extra) = alone(&model, &trainer, train, batch)?;
    let bound = memory(kept.bytes as usize);
    println!(
        "{name}, batch {batch}: {steps} steps in {seconds:.2} s, {} snapshots of {:.2} MB (one in {spacing:.0} steps)",
        kept.snapshots,
        kept.bytes as f64 / 1e6
    );
    println!(
        "  as the trainer measured: {:.2} ms in all, {:.3} % of its steps",
        1e3 * kept.seconds,
        100.0 * kept.share
    );
    println!(
        "  one alone: {:.1} us on top of a step of {:.1} us, {:.3} % at that spacing; memory alone {:.1} us, {:.3} %",
        1e6 * extra,
        1e6 * usual,
        100.0 * extra / (spacing * usual),
        1e6 * bound,
        100.0 * bound / (spacing * usual)
    );
    Ok(())
}

/// Seconds of a step, and what it takes longer with a snapshot before it.
fn alone(model: &Any, trainer: &Trainer<Any>, train: &Part, rows: usize) -> Result<(f64, f64)> {
    let plain = trainer.program().compile_with(&Options::default().threads(1))?;
    let (net, seen) = model.start(1)?;
    let mut state: Tensors<State<Any>> =
        (trainer.settings().optimiser.start::<<Any as Model>::Net>(net), seen);
    let mut batch = Batch::zeros(&Batch::specs(rows, train)?);
    batch.load(train, &(0..rows).collect::<Vec<usize>>())?;
    (batch.weight, batch.rate) = (Tensor::full(batch.weight.spec(), 1.0), Tensor::scalar(1e-3f32));
    let reported = |i: usize| Tensor::zeros(plain.outputs()[i]);
    let mut report = Report { loss: reported(0), count: reported(1), output: reported(2) };
    let mut snapshots: Snapshots<State<Any>, ()> = Snapshots::every(1);
    let mut seconds = [Vec::new(), Vec::new()];
    for step in 0..2 * PAIRS {
        let is_fresh = step % 2 == 1;
        snapshots.space(if is_fresh { 1 } else { usize::MAX });
        let begun = Instant::now();
        snapshots.before(step as u64 + 1, &state, ());
        plain.step(&mut state, &batch, &mut report)?;
        seconds[usize::from(is_fresh)].push(begun.elapsed().as_secs_f64());
    }
    let [usual, fresh] = seconds.map(median);
    Ok((usual, fresh - usual))
}

/// Seconds that reading so many bytes takes, and writing as many to where none were: the least that a snapshot can take.
fn memory(bytes: usize) -> f64 {
    let from = vec![1u8; bytes.max(1)];
    let once = |_| {
        let begun = Instant::now();
        drop(black_box(black_box(&from).clone()));
        begun.elapsed().as_secs_f64()
    };
    median((0..PAIRS).map(once).collect())
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}

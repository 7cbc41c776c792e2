//! What is watched in the networks that people train, and that they are found sound.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use chainrule::{DType, Program, Spec, Tensor, Tree, Wire, Wires, trace};
use chainrule_explorer::health::{self, Severity, Thresholds, Verdict};
use chainrule_nn::birth::Search;
use chainrule_nn::data;
use chainrule_nn::layers::{CharLstmOptions, CharMlpOptions, GptOptions};
use chainrule_nn::model::{Batch, Classifier, ImageClassifier, Mode, Model, Tensors};
use chainrule_nn::observe::{self, At, Cadence, Counted, Guard, Observer, Settings, Watching};
use chainrule_nn::optimiser::{self, Optimiser, Rule};
use chainrule_nn::trainer::{self, Length, Trainer};

type State<M> = (optimiser::State<<M as Model>::Net>, <M as Model>::Seen);
type Step<M> = Program<(State<M>, Batch<Wire>), (Wire, State<M>)>;

const ROWS: usize = 12;
const CONTEXT: usize = 6;
const VOCABULARY: usize = 11;

fn form<T: Wires>(tensors: &T::With<Tensor>) -> T {
    tensors.map(&mut |_: &Tensor| Wire::default())
}

/// Trains a model with Adam, observed at every step, on the same batch again and again.
fn train<M: Model>(model: &M, x: Tensor, y: Tensor, steps: u64) -> (Watching, Vec<Verdict>) {
    let (net, seen) = model.start(1).unwrap();
    let names = net.paths();
    let optimiser = Optimiser::new(Rule::ADAM);
    let mut state: Tensors<State<M>> = (optimiser.start::<M::Net>(net), seen);
    let batch = Batch {
        x,
        y,
        weight: Tensor::full(Spec::new(&[ROWS], DType::F32).unwrap(), 1.0),
        rate: Tensor::scalar(2e-3f32),
        key: Tensor::scalar(7i64),
    };
    let specs: Vec<Spec> = state.leaves().iter().map(Tensor::spec).collect();
    let state_specs = form::<State<M>>(&state).fill(&specs).unwrap();
    let record = |(state, seen): State<M>, batch: Batch<Wire>| {
        let outcome = model.record(&state.0, &seen, &batch, Mode::Training);
        let loss = outcome.loss.mean();
        let gradients = loss.gradient(&state.0);
        (loss, (optimiser.update(state, &gradients, batch.rate), outcome.seen))
    };
    let program: Step<M> = trace(record, &(state_specs, batch.map(&mut |t: &Tensor| t.spec()))).unwrap();
    let plain = program.compile();
    let settings = Settings { cadence: Cadence::Every(1), ..Settings::default() };
    let mut observer = Observer::new(&program, &names, settings);
    let mut loss = Tensor::scalar(0f32);
    for step in 1..=steps {
        observer.step(&plain, &mut state, &batch, &mut loss, At { step, rate: 2e-3 }).unwrap();
    }
    (observer.watching().clone(), health::check(observer.history(), &Thresholds::default()))
}

/// Each token is followed by the next one.
fn text() -> (Tensor, Tensor) {
    let tokens = |shift: usize| -> Vec<i64> {
        (0..ROWS * CONTEXT).map(|i| ((i / CONTEXT * 3 + i % CONTEXT + shift) % VOCABULARY) as i64).collect()
    };
    let tensor = |values| Tensor::new(values, &[ROWS, CONTEXT]).unwrap();
    (tensor(tokens(0)), tensor(tokens(1)))
}

#[track_caller]
fn is_sound(watching: &Watching, verdicts: &[Verdict]) {
    assert!(watching.parameters.iter().all(|p| p.watch.path && p.gradient.is_some()));
    let bad: Vec<&Verdict> = verdicts.iter().filter(|v| v.severity > Severity::Watch).collect();
    assert!(bad.is_empty(), "{bad:#?}");
}

fn names(watching: &Watching) -> Vec<&str> {
    watching.activations.iter().map(|a| a.watch.name.as_str()).collect()
}

#[test]
fn a_transformer() {
    let (x, y) = text();
    let model =
        GptOptions { vocabulary: VOCABULARY, context: CONTEXT, layers: 2, width: 16, heads: 2, dropout: 0.1 };
    let (watching, verdicts) = train(&model, x, y, 30);
    is_sound(&watching, &verdicts);
    let names = names(&watching);
    assert!(names.iter().any(|name| name.contains("layers.1.attention")), "{names:?}");
}

#[test]
fn a_recurrent_network() {
    let (x, y) = text();
    let (watching, verdicts) =
        train(&CharLstmOptions { vocabulary: VOCABULARY, width: 8, hidden: 12 }, x, y, 30);
    is_sound(&watching, &verdicts);
}

#[test]
fn the_last_characters_through_a_layer() {
    let (x, y) = text();
    let y = Tensor::new(y.as_slice::<i64>().unwrap().iter().step_by(CONTEXT).copied().collect(), &[ROWS])
        .unwrap();
    let model = CharMlpOptions { vocabulary: VOCABULARY, context: CONTEXT, width: 6, hidden: 20 };
    let (watching, verdicts) = train(&model, x, y, 30);
    is_sound(&watching, &verdicts);
    let tanh = watching.activations.iter().find(|a| a.watch.op == "tanh").unwrap();
    assert_eq!(tanh.counted, Counted::Flat { is_sigmoid: false });
}

#[test]
fn a_network_of_convolutions() {
    let labels: Vec<i64> = (0..ROWS as i64).map(|i| i % 3).collect();
    let pixel = |i: usize| if i % 64 / 22 == labels[i / 64] as usize { 1.0 } else { 0.1 * (i % 7) as f32 };
    let x = Tensor::new((0..ROWS * 64).map(pixel).collect(), &[ROWS, 64]).unwrap();
    let image = chainrule_nn::data::Image { channels: 1, height: 8, width: 8 };
    let model = ImageClassifier { image, channels: vec![6, 8], widths: vec![32, 10, 3] };
    let (watching, verdicts) = train(&model, x, Tensor::new(labels.clone(), &[ROWS]).unwrap(), 30);
    is_sound(&watching, &verdicts);
    let counted: Vec<Counted> =
        watching.activations.iter().filter(|a| a.watch.op == "relu").map(|a| a.counted).collect();
    assert_eq!(counted, [Counted::Dead(1); 4], "channels twice, columns twice");
}

#[test]
fn the_program_of_a_trainer_can_be_observed_also_where_it_works_by_parts() {
    let points = data::moons(40, 0.1, 1);
    for parts in [1, 2] {
        let settings = trainer::Settings::new(Length::Epochs(1), 8, 0.1, Optimiser::new(Rule::Sgd), 1);
        let settings = trainer::Settings { parts, ..settings };
        let trainer = Trainer::new(Classifier { widths: vec![2, 5, 2] }, settings, &points).unwrap();
        let program = trainer.program();
        let names = trainer.net().paths();
        let observer = Observer::new(program, &names, Settings::default());
        let _: Guard<_, _, _, Vec<usize>> = Guard::new(Some(observer), Search::default());
        let reports = observe::reports(&program.output_paths());
        assert_eq!(reports, 3);
        let watching = Watching::new(program.circuit(), &names, reports);
        assert_eq!(watching.parameters.len(), 4);
        // By parts the gradients are taken inside of a loop, and their sums are what is watched.
        assert!(watching.parameters.iter().all(|p| p.watch.path && p.gradient.is_some()));
    }
}

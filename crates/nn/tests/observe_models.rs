//! What is watched in the networks that people train, and that they are found sound.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use chainrule::{DType, Program, Spec, Tensor, Tree, Wire, Wires, trace};
use chainrule_explorer::health::{self, Rule, Severity, Thresholds, Verdict};
use chainrule_nn::birth::Search;
use chainrule_nn::data;
use chainrule_nn::layers::{CharLstmOptions, CharMlpOptions, GptOptions, Gru, Lstm, Rnn};
use chainrule_nn::model::{Batch, Classifier, ImageClassifier, Mode, Model, Tensors};
use chainrule_nn::observe::{self, At, Cadence, Counted, Guard, Observer, Settings, Watching};
use chainrule_nn::optimiser::{self, Optimiser, Rule as Update};
use chainrule_nn::rng::{Purpose, Rng};
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
    train_from(model, (net, seen), (x, y), steps)
}

/// The same from other first weights.
fn train_from<M: Model>(
    model: &M,
    (net, seen): (Tensors<M::Net>, Tensors<M::Seen>),
    (x, y): (Tensor, Tensor),
    steps: u64,
) -> (Watching, Vec<Verdict>) {
    let names = net.paths();
    let optimiser = Optimiser::new(Update::ADAM);
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
    let copied = form::<State<M>>(&state).fill(&state.leaves()).unwrap();
    let mut alone: (Tensors<State<M>>, Tensor) = (copied, loss.clone());
    for step in 1..=steps {
        observer.step(&plain, &mut state, &batch, &mut loss, At { step, rate: 2e-3 }).unwrap();
        plain.step(&mut alone.0, &batch, &mut alone.1).unwrap();
    }
    assert!(bits(&state) == bits(&alone.0) && loss == alone.1, "observing changes no bit");
    (observer.watching().clone(), health::check(observer.history(), &Thresholds::default()))
}

fn bits<T: Tree<Leaf = Tensor>>(state: &T) -> Vec<Vec<u64>> {
    state.leaves().iter().map(|t| t.to_f64().iter().map(|x| x.to_bits()).collect()).collect()
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

const LSTM: CharLstmOptions = CharLstmOptions { vocabulary: VOCABULARY, width: 8, hidden: 12 };

#[test]
fn a_recurrent_network() {
    let (x, y) = text();
    let (watching, verdicts) = train(&LSTM, x, y, 30);
    is_sound(&watching, &verdicts);
    let names = names(&watching);
    for gate in ["input", "forget", "cell", "output", "tanh"] {
        let name = format!("lstm.{gate}");
        let watched = watching.activations.iter().find(|a| a.watch.name == name);
        let watched = watched.unwrap_or_else(|| panic!("{name} among {names:?}"));
        let is_sigmoid = !["cell", "tanh"].contains(&gate);
        assert_eq!(watched.counted, Counted::Flat { is_sigmoid }, "{name}");
        assert!(watched.gradient.is_some() && watched.time.is_some(), "{name}");
    }
    let mut numbers: Vec<u32> = watching.activations.iter().map(|a| a.watch.w).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), watching.activations.len(), "each has a number of its own");
}

#[test]
fn gates_of_a_recurrent_network_that_are_flat_are_called_out() {
    let (x, y) = text();
    let (mut net, seen) = LSTM.start(1).unwrap();
    // Forget gates that are wide open and cells that are thrown to either side; the other gates are left as they are.
    let bias = net.lstm.gates.bias_ih.spec();
    let biased = (0..bias.shape.elements()).map(|i| match i / 12 {
        1 => 9.0,
        2 => {
            if i % 2 == 0 {
                9.0
            } else {
                -9.0
            }
        }
        _ => 0.0,
    });
    net.lstm.gates.bias_ih = Tensor::from_f64(bias, &biased.collect::<Vec<f64>>());
    let (_, verdicts) = train_from(&LSTM, (net, seen), (x, y), 10);
    let flat = |name: &str| verdicts.iter().find(|v| v.rule == Rule::Saturation && v.at == name);
    for name in ["lstm.forget", "lstm.cell"] {
        let verdict = flat(name).unwrap_or_else(|| panic!("{name} in {verdicts:#?}"));
        assert!(verdict.severity == Severity::Serious && verdict.value > 0.9, "{verdict:?}");
    }
    assert!(flat("lstm.input").is_none() && flat("lstm.output").is_none(), "{verdicts:#?}");
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
        let settings = trainer::Settings::new(Length::Epochs(1), 8, 0.1, Optimiser::new(Update::Sgd), 1);
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
        let hidden = watching.activations.iter().find(|a| a.watch.op == "relu").unwrap();
        assert_eq!((hidden.place.loops.len(), hidden.counted), (parts - 1, Counted::Dead(parts)));
        assert_eq!((hidden.watch.name.as_str(), hidden.time), ("layers.0.relu", None));
    }
}

/// Trains a cell that reads long sequences, of which the last state alone is looked at.
fn reading<C: Wires>(cell: C::With<Tensor>, last: impl Fn(&C, Wire) -> Wire) -> Vec<Verdict> {
    const TURNS: usize = 40;
    let form: C = form::<C>(&cell);
    let specs: Vec<Spec> = cell.leaves().iter().map(Tensor::spec).collect();
    let x = Spec::new(&[TURNS, ROWS, 3], DType::F32).unwrap();
    let step = |cell: C, x: Wire| {
        let loss = (last(&cell, x) - 0.3).square().mean();
        let gradients = loss.gradient(&cell);
        (loss, cell.zip(&gradients, |w, g| w - 0.01 * g))
    };
    let program = trace(step, &(form.fill(&specs).unwrap(), x)).unwrap();
    let plain = program.compile();
    let names = cell.paths();
    let settings = Settings { cadence: Cadence::Every(1), ..Settings::default() };
    let mut observer: Observer<C, Wire, Wire> = Observer::new(&program, &names, settings);
    let (mut state, mut loss) = (cell, Tensor::scalar(0f32));
    for step in 1..=8 {
        let x = Tensor::from_f64(
            x,
            &(0..x.shape.elements()).map(|i| ((i as f64) * 0.7).sin()).collect::<Vec<_>>(),
        );
        observer.step(&plain, &mut state, &x, &mut loss, At { step, rate: 0.01 }).unwrap();
    }
    health::check(observer.history(), &Thresholds::default())
}

#[test]
fn what_vanishes_on_its_way_through_the_turns_is_called_out() {
    let rng = || Rng::new(3, Purpose::Start);
    let forgets = |verdicts: &[Verdict], name: &str| {
        let of =
            |v: &&Verdict| v.rule == Rule::Vanishing && v.at == name && v.why.contains("at the first turn");
        verdicts.iter().any(|v| of(&v))
    };
    // Small weights from state to state: each turn passes back a third.
    let mut rnn = Rnn::new(3, 16, DType::F32, &mut rng()).unwrap();
    rnn.gates.weight_hh = Tensor::from_f64(rnn.gates.weight_hh.spec(), &vec![0.02; 16 * 16]);
    let verdicts = reading::<Rnn<Wire>>(rnn, |cell, x| cell.forward(x).1);
    assert!(forgets(&verdicts, "tanh"), "{verdicts:#?}");
    // One that turns its state by an orthogonal matrix, hardly bent, passes it back whole.
    let mut rnn = Rnn::new(3, 16, DType::F32, &mut rng()).unwrap();
    let turned: Vec<f64> = (0..256).map(|i| f64::from(u8::from(i % 16 == (i / 16 + 1) % 16))).collect();
    rnn.gates.weight_hh = Tensor::from_f64(rnn.gates.weight_hh.spec(), &turned);
    rnn.gates.weight_ih = Tensor::full(rnn.gates.weight_ih.spec(), 0.003);
    for bias in [&mut rnn.gates.bias_ih, &mut rnn.gates.bias_hh] {
        *bias = Tensor::full(bias.spec(), 0.0);
    }
    let verdicts = reading::<Rnn<Wire>>(rnn, |cell, x| cell.forward(x).1);
    assert!(!forgets(&verdicts, "tanh"), "{verdicts:#?}");
    // An LSTM whose forget gates are open remembers, one whose gates are shut does not.
    for (bias, is_forgetful) in [(4.0, false), (-4.0, true)] {
        let mut lstm = Lstm::new(3, 16, DType::F32, &mut rng()).unwrap();
        let biased = (0..64).map(|i| if i / 16 == 1 { bias } else { 0.0 }).collect::<Vec<f64>>();
        lstm.gates.bias_ih = Tensor::from_f64(lstm.gates.bias_ih.spec(), &biased);
        let verdicts = reading::<Lstm<Wire>>(lstm, |cell, x| cell.forward(x).1.0);
        assert_eq!(forgets(&verdicts, "cell"), is_forgetful, "{bias}: {verdicts:#?}");
    }
    let gru = Gru::new(3, 16, DType::F32, &mut rng()).unwrap();
    reading::<Gru<Wire>>(gru, |cell, x| cell.forward(x).1);
}

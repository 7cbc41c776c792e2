//! A training that is steered: back and on again it ends as one that went straight, bit for bit; and what is seen of it on the way.

mod common;

use chainrule::{Program, Tensor, Tree, Wire};
use chainrule_explorer::run::{Book, Feed, Head, Plane, Record, Shared, locked};
use chainrule_nn::architecture::{Architecture, Interface};
use chainrule_nn::data::{Dataset, Examples, Goal, Image, Part, Targets, moons};
use chainrule_nn::observe::{self, Cadence};
use chainrule_nn::optimiser::{Optimiser, Rule};
use chainrule_nn::trainer::{Course, End, Length, Settings, Steering, Trained, Trainer};
use common::{Any, parts, settings, trainer};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

/// Epochs of a training.
const EPOCHS: usize = 5;

/// Examples that are loaded on a thread of their own.
struct Slow(Part);

impl Examples for Slow {
    fn rows(&self) -> usize {
        self.0.rows()
    }

    fn inputs(&self) -> chainrule::Spec {
        self.0.inputs()
    }

    fn targets(&self) -> chainrule::Spec {
        self.0.targets()
    }

    fn goal(&self) -> Goal {
        self.0.goal()
    }

    fn image(&self) -> Option<Image> {
        self.0.image()
    }

    fn load(&self, rows: &[usize], x: &mut Tensor, y: &mut Tensor) -> chainrule_nn::Result<()> {
        self.0.load(rows, x, y)
    }

    fn is_slow(&self) -> bool {
        true
    }
}

/// Goes back at these steps to those.
#[derive(Default)]
struct Script {
    turns: Vec<(usize, usize)>,
    /// How many steps were asked about, and the weights that were held.
    asked: usize,
    held: Vec<usize>,
}

impl Steering for Script {
    fn between(&mut self, made: usize, held: &[usize], _: &dyn Fn() -> Vec<Tensor>) -> Course {
        self.asked += 1;
        assert!(held.iter().all(|&step| step <= made), "{held:?} after {made}");
        match self.turns.first() {
            Some(&(at, to)) if at == made => {
                self.turns.remove(0);
                Course::Back(to)
            }
            _ => Course::On,
        }
    }

    fn holds(&mut self, made: usize, weights: Vec<Tensor>) {
        assert!(!weights.is_empty());
        self.held.push(made);
    }

    fn back(&mut self, made: usize) {
        self.held.retain(|&step| step <= made);
    }
}

/// Trains to the end, watched by a book.
fn run(train: &dyn Examples, script: Option<&mut Script>) -> (Vec<Tensor>, f64, Shared) {
    let (_, held) = parts();
    let mut trainer = trainer(settings(EPOCHS), train);
    let book = Shared::default();
    let watching = observe::Settings { cadence: Cadence::Every(3), ..observe::Settings::default() };
    trainer.watch(watching, Feed::new(Arc::clone(&book)), Head::default()).expect("a book takes all");
    let steering = script.map(|script| script as &mut dyn Steering);
    let given = Trained { train, validation: Some(&held), keeper: None, steering };
    let end = trainer.fit_with(given, &mut |_| ControlFlow::Continue(())).expect("it trains");
    assert_eq!(end, End::Done);
    let loss = trainer.evaluate(&held).expect("it can be evaluated").loss;
    (trainer.net().leaves(), loss, book)
}

/// Steps with the bits of their losses.
type Losses = Vec<(u64, u64)>;

/// What a book says of losses, validations and weights, but for times and for which steps were observed.
fn said(book: &Book) -> (Losses, Losses) {
    let dots = book.curve.dots(0, 10_000).iter().map(|dot| (dot.s, dot.loss.to_bits())).collect();
    (dots, book.tries.items().iter().map(|tried| (tried.s, tried.loss.to_bits())).collect())
}

#[test]
fn back_and_on_again_is_as_straight_on() {
    let (part, _) = parts();
    let slow = Slow(part.clone());
    let straight = run(&part, None);
    assert_eq!(straight.2.lock().expect("nobody panics").last.as_ref().map(|last| last.s), Some(35));
    for train in [&part as &dyn Examples, &slow] {
        // Within an epoch, over its border, back to the beginning, and to a step that is not held, which changes nothing.
        let turns = vec![(15, 10), (14, 10), (12, 7), (23, 20), (30, 0), (34, 30)];
        let mut script = Script { turns, ..Script::default() };
        let steered = run(train, Some(&mut script));
        assert!(script.turns.is_empty() && script.asked > 60, "{} {:?}", script.asked, script.turns);
        assert_eq!(script.held, [0, 10, 20, 30]);
        assert_eq!((steered.0, steered.1.to_bits()), (straight.0.clone(), straight.1.to_bits()));
        assert_eq!(said(&locked(&steered.2)), said(&locked(&straight.2)));
        assert_eq!(locked(&steered.2).backs, 5);
    }
}

#[test]
fn few_states_are_held_of_a_long_training() {
    let (part, _) = parts();
    let long = Settings { length: Length::Steps(1200), every: Some(5000), ..settings(EPOCHS) };
    let mut trainer = trainer(long, &part);
    let mut script = Script::default();
    let given = Trained { train: &part, validation: None, keeper: None, steering: Some(&mut script) };
    trainer.fit_with(given, &mut |_| ControlFlow::Continue(())).expect("it trains");
    assert_eq!(script.asked, 1200);
    // Every 10th up to 160, then every 20th, 40th, 80th.
    assert!((20..60).contains(&script.held.len()), "{:?}", script.held);
    assert!(script.held.windows(2).all(|pair| pair[0] < pair[1]));
}

/// A training on points of the plane, with what it told, if it was watched.
fn plane(is_watched: bool) -> (Any, Vec<Record>) {
    let data = moons(60, 0.1, 3);
    let optimiser = Optimiser::new(Rule::ADAM);
    let mut trainer = trainer(Settings::new(Length::Epochs(20), 16, 0.05, optimiser, 1), &data);
    let records: Arc<Mutex<Vec<Record>>> = Arc::default();
    if is_watched {
        let told = Arc::clone(&records);
        let sink = move |record: &Record| {
            told.lock().expect("nobody panics").push(record.clone());
            Ok(())
        };
        trainer.watch(observe::Settings::default(), sink, Head::default()).expect("a list takes all");
        assert!(trainer.watch_plane(&data).expect("they can be read"));
    }
    trainer.fit(&data, &mut |_| ControlFlow::Continue(())).expect("it trains");
    let told = records.lock().expect("nobody panics").clone();
    (trainer, told)
}

#[test]
fn the_plane_is_what_the_network_predicts_there_and_drawing_it_changes_nothing() {
    let (unwatched, _) = plane(false);
    let (mut trainer, told) = plane(true);
    assert_eq!(trainer.net().leaves(), unwatched.net().leaves());
    let points = told.iter().find_map(|r| if let Record::Points(points) = r { Some(points) } else { None });
    let points = points.expect("the examples lie in the plane");
    assert_eq!((points.row.len(), &points.names[..]), (60, &["x".to_string(), "y".to_string()][..]));
    let planes = told.iter().filter_map(|r| if let Record::Plane(plane) = r { Some(plane) } else { None });
    let planes: Vec<&Plane> = planes.map(|plane| &**plane).collect();
    assert_eq!((planes[0].s, planes[planes.len() - 1].s), (1, 80));
    let last = planes[planes.len() - 1];
    let place =
        |[low, high]: [f64; 2], i: usize| (low + (high - low) * i as f64 / (last.n - 1) as f64) as f32;
    let features = (0..last.n * last.n).flat_map(|i| [place(last.x, i % last.n), place(last.y, i / last.n)]);
    let labels = vec![0; last.n * last.n];
    let grid = Dataset {
        columns: points.names.clone(),
        features: features.collect(),
        targets: Targets::Classes { names: points.classes.clone(), labels },
        image: None,
    };
    let mut classes = Vec::new();
    let mut take = |_: &[usize], logits: &[f32], _: &_| {
        classes.extend(logits.as_chunks::<2>().0.iter().map(|[a, b]| u8::from(b > a)));
        Ok(())
    };
    trainer.predict(&grid, &mut take).expect("it predicts");
    let drawn: Vec<u8> = last.places().expect("it is whole").iter().map(|(class, _)| *class).collect();
    assert_eq!(drawn, classes);
    // It has learnt something: both classes are there.
    assert!(classes.contains(&0) && classes.contains(&1));
    let (digits, _) = parts();
    assert!(!common::trainer(settings(EPOCHS), &digits).watch_plane(&digits).expect("nothing is read"));
}

#[test]
fn the_circuit_of_one_example_has_its_loss() {
    let (part, _) = parts();
    let trainer = trainer(settings(EPOCHS), &part);
    let single = trainer.single(&part).expect("the model is sound");
    assert_eq!(single.names.first().map(String::as_str), Some("layers.0.weight"));
    let program = Program::<Vec<Wire>, Vec<Wire>>::from_circuit(single.circuit.clone());
    for row in [0, 42, 99] {
        let mut inputs = trainer.weights_now();
        inputs.extend(single.example(&part, row).expect("it is in memory"));
        let loss = program.run(inputs).expect("they fit")[0].item().expect("one number");
        let alone = Part::new(Arc::new(part.clone()), vec![row]);
        let evaluated =
            common::trainer(settings(EPOCHS), &part).evaluate(&alone).expect("it can be evaluated").loss;
        assert!((loss - evaluated).abs() < 1e-5, "{loss} {evaluated}");
    }
}

#[test]
fn steps_of_short_batches_are_told_too() {
    let (part, _) = parts();
    let source = "input x[batch, 64]\ninput y: i64[batch]\nparam w[64, 10] = zeros\nlogits = x @ w\n\
                  loss = mean(cross_entropy(logits, y)) + 0.001 * sum(w^2)\n";
    let architecture = Architecture::Formula { source: source.into() };
    let model = architecture.model(&Interface::of(&part), 16).expect("it fits");
    let mut trainer = Trainer::new(model, settings(EPOCHS), &part).expect("the settings make sense");
    let book = Shared::default();
    let settings = observe::Settings::default();
    trainer.watch(settings, Feed::new(Arc::clone(&book)), Head::default()).expect("a book takes all");
    trainer.fit(&part, &mut |_| ControlFlow::Continue(())).expect("it trains");
    // 100 examples in batches of 16: the last one of each epoch has 4.
    let steps: Vec<u64> = locked(&book).curve.dots(0, 1000).iter().map(|dot| dot.s).collect();
    assert_eq!(steps, (1..=35).collect::<Vec<u64>>());
}

//! The observer changes no bit of a training, and what it tells is true.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use chainrule::{DType, Function, Program, Spec, Tensor, Tree, Wire, stage, trace};
use chainrule_explorer::run::{Field, Head, Histogram, Pass, Reader, Record, Role, Sum, Summary, Writer};
use chainrule_nn::layers::Mlp;
use chainrule_nn::observe::{At, Cadence, Counted, Observer, Settings, Watching};
use chainrule_nn::optimiser::{Optimiser, Rule, State};
use chainrule_nn::rng::{Purpose, Rng};
use std::path::Path;
use std::sync::{Arc, Mutex};

type Net = Mlp<Wire>;
type Batch = (Wire, Wire);
type Step = Program<(State<Net>, Batch), (Wire, State<Net>)>;
type Tensors = <State<Net> as Tree>::With<Tensor>;

const ROWS: usize = 16;

fn start(rule: Rule) -> Tensors {
    let net = Mlp::new(&[3, 20, 10, 2], DType::F32, &Rng::new(1, Purpose::Start)).unwrap();
    Optimiser::new(rule).start::<Net>(net)
}

fn names(state: &Tensors) -> Vec<String> {
    state.0.paths()
}

fn step(rule: Rule, state: &Tensors) -> Step {
    let form: State<Net> = state.map(&mut |_: &Tensor| Wire::default());
    let specs: Vec<Spec> = state.leaves().iter().map(Tensor::spec).collect();
    let batch = (Spec::new(&[ROWS, 3], DType::F32).unwrap(), Spec::new(&[ROWS], DType::I64).unwrap());
    trace(
        |state: State<Net>, (x, y): Batch| {
            let loss = state.0.forward(x).cross_entropy(y).mean();
            let gradients = loss.gradient(&state.0);
            let rate = chainrule::constant(0.05).cast(DType::F32);
            (loss, Optimiser::new(rule).update(state, &gradients, rate))
        },
        &(form.fill(&specs).unwrap(), batch),
    )
    .unwrap()
}

fn batch(number: u64) -> (Tensor, Tensor) {
    let mut rng = Rng::new(number, Purpose::Split);
    let labels: Vec<i64> = (0..ROWS as i64).map(|i| i % 2).collect();
    let x: Vec<f32> =
        labels.iter().flat_map(|&l| [0, 1, 2].map(|_| (l as f64 + rng.normal()) as f32)).collect();
    (Tensor::new(x, &[ROWS, 3]).unwrap(), Tensor::new(labels, &[ROWS]).unwrap())
}

/// A list that outlives the observer which tells it.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<Record>>>);

impl Told {
    fn sink(&self) -> impl FnMut(&Record) -> std::io::Result<()> + Send + 'static {
        let list = self.0.clone();
        move |record: &Record| {
            list.lock().unwrap().push(record.clone());
            Ok(())
        }
    }

    fn sums(&self) -> Vec<Sum> {
        let list = self.0.lock().unwrap();
        list.iter()
            .filter_map(|r| if let Record::Sum(sum) = r { Some((**sum).clone()) } else { None })
            .collect()
    }
}

fn bits(state: &Tensors) -> Vec<Vec<u64>> {
    state.leaves().iter().map(|t| t.to_f64().iter().map(|x| x.to_bits()).collect()).collect()
}

fn observed(program: &Step, cadence: Cadence, told: &Told) -> Observer<State<Net>, Batch, Wire> {
    let names = names(&start(Rule::Sgd));
    Observer::new(program, &names, Settings { cadence, ..Settings::default() }).telling(told.sink())
}

#[test]
fn observing_changes_no_bit_of_a_training() {
    for rule in [Rule::Sgd, Rule::ADAM] {
        let program = step(rule, &start(rule));
        let plain: Function<(State<Net>, Batch), (Wire, State<Net>)> = program.compile();
        let (mut alone, mut loss) = (start(rule), Tensor::scalar(0f32));
        let (mut seen, mut seen_loss) = (start(rule), Tensor::scalar(0f32));
        let mut observer = observed(&program, Cadence::Every(3), &Told::default());
        for number in 1..=20 {
            plain.step(&mut alone, &batch(number), &mut loss).unwrap();
            let at = At { step: number, rate: 0.05 };
            let value = observer.step(&plain, &mut seen, &batch(number), &mut seen_loss, at).unwrap();
            assert_eq!(loss, seen_loss);
            assert_eq!(value, loss.item().unwrap());
            assert_eq!(bits(&alone), bits(&seen), "step {number}");
        }
        let history = observer.history();
        assert_eq!((history.observed, history.losses.len()), (7, 20));
        assert!(history.losses[19].1 < history.losses[0].1);
    }
}

#[test]
fn what_is_told_is_what_happened() {
    let (rule, told) = (Rule::Sgd, Told::default());
    let program = step(rule, &start(rule));
    let plain = program.compile();
    let mut observer = observed(&program, Cadence::Every(1), &told);
    observer.begin(Head::default()).unwrap();
    let (before, mut after, mut loss) = (start(rule), start(rule), Tensor::scalar(0f32));
    observer.step(&plain, &mut after, &batch(1), &mut loss, At { step: 1, rate: 0.05 }).unwrap();
    observer.end("done").unwrap();
    let sums = told.sums();
    let inputs = &program.circuit().inputs;
    let sum = |w: u32, f: Field| sums.iter().find(|s| s.w == w && s.f == f).unwrap().clone();
    for (i, name) in names(&before).iter().enumerate() {
        let (old, new) = (&before.0.leaves()[i], &after.0.leaves()[i]);
        assert_eq!(
            sum(inputs[i], Field::Parameter),
            Summary::of(old).record(1, inputs[i], Field::Parameter),
            "{name}"
        );
        let update = sum(inputs[i], Field::Update);
        assert_eq!(update, Summary::of_difference(new, old).record(1, inputs[i], Field::Update), "{name}");
        // With gradient descent the update is -rate times the gradient.
        let gradient = sum(inputs[i], Field::Gradient);
        assert!(
            (update.l2 - 0.05 * gradient.l2).abs() <= 1e-4 * update.l2,
            "{name}: {} {}",
            update.l2,
            gradient.l2
        );
        let held = Histogram::decoded(&gradient.h).unwrap().total();
        assert_eq!(held + gradient.zero, gradient.n);
    }
    // What the first layer gives, once more with the network alone.
    let relu = observer.watching().activations[0].clone();
    assert_eq!((relu.watch.name.as_str(), relu.counted), ("layers.0.relu", Counted::Dead(1)));
    let value = sum(relu.watch.w, Field::Value);
    let (x, _) = batch(1);
    let specs = (before.0.map(&mut |t: &Tensor| t.spec()), x.spec());
    let layer = |net: Net, x: Wire| net.layers[0].forward(x).relu();
    let own = chainrule::compile(layer, &specs).unwrap().run((start(rule).0, x)).unwrap();
    let own = own.as_slice::<f32>().unwrap();
    let dead = (0..20).filter(|&unit| own.iter().skip(unit).step_by(20).all(|&x| x == 0.0)).count();
    assert_eq!((value.units, value.dead), (Some(20), Some(dead as u64)));
    assert_eq!(value.zero, own.iter().filter(|x| **x == 0.0).count() as u64);
    let list = told.0.lock().unwrap();
    assert!(matches!(&list[0], Record::Run(head) if head.v == 2 && head.t > 0.0));
    let Record::Graph(graph) = &list[1] else { panic!("{:?}", list[1]) };
    assert!(graph.modules.iter().any(|m| m.path == "layers.1"));
    assert_eq!(graph.loss, Some(program.circuit().outputs[0]));
    let roles = |role| graph.watch.iter().filter(|w| w.role == role).count();
    assert_eq!((roles(Role::Parameter), roles(Role::Activation)), (6, 3));
    let passes: Vec<Pass> = graph.gates.iter().map(|gate| gate.pass).collect();
    for pass in [Pass::Forward, Pass::Backward, Pass::Update] {
        assert!(passes.contains(&pass), "{pass:?}");
    }
    let source = &graph.gates.iter().find(|gate| gate.op == "relu").unwrap().src;
    assert!(source.contains("observe.rs:"), "{source}");
    assert!(matches!(list.last(), Some(Record::End(end)) if end.why == "done" && end.s == 1));
}

#[test]
fn convolutions_have_channels_and_outputs_are_not_judged() {
    use chainrule::Conv;
    let spec = |dims: &[usize]| Spec::new(dims, DType::F32).unwrap();
    let program = trace(
        |w: (Wire, Wire), x: Wire| {
            let h = stage("conv", || (x.conv2d(w.0, Conv::default()) + 0.5).relu());
            let loss = stage("out", || h.mean_axes(&[2, 3]).matmul(w.1).tanh()).square().sum();
            let (a, b) = loss.gradient(&w);
            (loss, (w.0 - a, w.1 - b))
        },
        &((spec(&[5, 3, 3, 3]), spec(&[5, 2])), spec(&[4, 3, 8, 8])),
    )
    .unwrap();
    let watching = Watching::new(program.circuit(), &["k".into(), "w".into()], 1);
    let counted: Vec<_> = watching.activations.iter().map(|a| (a.watch.name.as_str(), a.counted)).collect();
    assert_eq!(counted, [("conv.relu", Counted::Dead(1)), ("out.tanh", Counted::Nothing)]);
}

#[test]
fn a_run_file_holds_all_of_it_and_little_more_than_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.run.jsonl");
    let program = step(Rule::Sgd, &start(Rule::Sgd));
    let plain = program.compile();
    let names = names(&start(Rule::Sgd));
    let settings = Settings { cadence: Cadence::Every(1), ..Settings::default() };
    let mut observer = Observer::new(&program, &names, settings).telling(Writer::create(&path, 6).unwrap());
    observer.begin(Head::default()).unwrap();
    let (mut state, mut loss) = (start(Rule::Sgd), Tensor::scalar(0f32));
    for number in 1..=30 {
        let at = At { step: number, rate: 0.05 };
        observer.step(&plain, &mut state, &batch(number), &mut loss, at).unwrap();
    }
    observer.end("done").unwrap();
    let records =
        Reader::open(Path::new(&path)).unwrap().collect::<chainrule::Result<Vec<Record>>>().unwrap();
    let count = |of: fn(&Record) -> bool| records.iter().filter(|r| of(r)).count();
    assert_eq!(count(|r| matches!(r, Record::Step(_))), 30);
    let sums = count(|r| matches!(r, Record::Sum(_)));
    let wires = 6 * 3 + 3 * 2;
    assert!(sums % wires == 0 && (3..=6).contains(&(sums / wires)), "{sums}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_that_says_so() {
    let program = step(Rule::Sgd, &start(Rule::Sgd));
    let full = Writer::create(Path::new("/dev/full"), 6).unwrap();
    let names = names(&start(Rule::Sgd));
    let mut observer = Observer::new(&program, &names, Settings::default()).telling(full);
    let error = observer.begin(Head::default()).unwrap_err();
    assert_eq!(error.kind, chainrule_nn::Kind::File);
    let text = error.to_string().to_lowercase();
    assert!(text.starts_with("the run file: can't be written: no space left on device; hint: "), "{text}");
}

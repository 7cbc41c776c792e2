//! Small networks, each built to break one rule of health, are trained and called out by `doctor`; sound ones are not.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use chainrule::{DType, Program, Spec, Tensor, Wire, constant, random, scan, stage, trace};
use chainrule_explorer::run::{Head, Record, Writer};
use chainrule_nn::birth::{self, Search};
use chainrule_nn::observe::{At, Cadence, Observer, Settings};
use common::{Run, file, folder, run};
use serde_json::Value;

const ROWS: usize = 32;
const WIDTH: usize = 8;

type Net = Vec<Wire>;
type Step = Program<(Net, (Wire, Wire)), (Wire, Net)>;

/// A network: its weights with how large they are at first, its forward pass, and how fast it learns.
struct Network {
    weights: Vec<(&'static str, Vec<usize>, f64)>,
    loss: fn(&[Wire], Wire, Wire) -> Wire,
    rate: f64,
    steps: u64,
    /// What is done to the first weights.
    adjust: fn(usize, &mut [f64]),
}

fn normals(key: i64, count: usize) -> Vec<f64> {
    (0..count).map(|i| random::normal(key, i as u64)).collect()
}

fn spec(dims: &[usize]) -> Spec {
    Spec::new(dims, DType::F32).unwrap()
}

impl Network {
    fn step(&self) -> Step {
        let specs = self.weights.iter().map(|(_, dims, _)| spec(dims)).collect::<Vec<Spec>>();
        trace(
            |net: Net, (x, y): (Wire, Wire)| {
                let loss = (self.loss)(&net, x, y);
                let gradients = loss.gradient_or_zero(&net);
                (loss, net.iter().zip(&gradients).map(|(w, g)| *w - self.rate * *g).collect())
            },
            &(specs, (spec(&[ROWS, WIDTH]), spec(&[ROWS, 1]))),
        )
        .unwrap()
    }

    fn start(&self) -> Vec<Tensor> {
        let one = |(i, (_, dims, scale)): (usize, &(&str, Vec<usize>, f64))| {
            let mut values = normals(100 + i as i64, dims.iter().product());
            values.iter_mut().for_each(|x| *x *= scale);
            (self.adjust)(i, &mut values);
            Tensor::from_f64(spec(dims), &values)
        };
        self.weights.iter().enumerate().map(one).collect()
    }

    /// Trains it, observed at every step, on what a plane divides, and leaves a run file. A NaN is traced to its birth.
    fn train(&self, name: &str) -> String {
        let path = folder().join(name);
        let program = self.step();
        let plain = program.compile();
        let names: Vec<String> = self.weights.iter().map(|(name, ..)| name.to_string()).collect();
        let settings = Settings { cadence: Cadence::Every(1), ..Settings::default() };
        let mut observer =
            Observer::new(&program, &names, settings).telling(Writer::create(&path, 100).unwrap());
        observer.begin(Head::default()).unwrap();
        let (mut net, mut loss) = (self.start(), Tensor::scalar(0f32));
        let mut end = "done";
        for step in 1..=self.steps {
            let x = normals(step as i64, ROWS * WIDTH);
            let y: Vec<f64> = x.chunks(WIDTH).map(|row| f64::from(row[0] + row[1] > 0.0)).collect();
            let batch = (Tensor::from_f64(spec(&[ROWS, WIDTH]), &x), Tensor::from_f64(spec(&[ROWS, 1]), &y));
            let before = net.clone();
            let at = At { step, rate: self.rate };
            if !observer.step(&plain, &mut net, &batch, &mut loss, at).unwrap().is_finite() {
                let born = birth::find(&program, &before, &batch, step, Search::default()).unwrap().unwrap();
                observer.record(&Record::Birth(Box::new(born))).unwrap();
                end = "nan";
                break;
            }
        }
        observer.end(end).unwrap();
        path.to_str().unwrap().to_string()
    }
}

/// Squares of differences of a sigmoid and the label, by logits.
fn entropy(logits: Wire, y: Wire) -> Wire {
    // log(1 + exp(z)) - y z
    (logits.softplus() - y * logits).mean()
}

/// Two layers with relu, which learn.
fn sound() -> Network {
    Network {
        weights: vec![
            ("first.weight", vec![WIDTH, 16], 0.5),
            ("first.bias", vec![16], 0.0),
            ("second.weight", vec![16, 1], 0.1),
        ],
        loss: |w, x, y| {
            let h = stage("first", || (x.matmul(w[0]) + w[1]).relu());
            entropy(stage("second", || h.matmul(w[2])), y)
        },
        rate: 0.05,
        steps: 60,
        adjust: |_, _| {},
    }
}

fn doctor(path: &str) -> (Run, Vec<(String, String, String)>) {
    let json = run(&["doctor", path, "--json"]);
    let answer: Value = serde_json::from_str(&json.out).unwrap_or_else(|why| panic!("{why}: {}", json.err));
    let text = |v: &Value| v.as_str().unwrap().to_string();
    let verdicts = answer["verdicts"].as_array().unwrap().iter();
    let verdicts: Vec<_> =
        verdicts.map(|v| (text(&v["rule"]), text(&v["at"]), text(&v["severity"]))).collect();
    assert_eq!(answer["sound"].as_bool(), Some(json.code == Some(0)), "{}", json.out);
    let printed = run(&["doctor", path]);
    assert_eq!(printed.code, json.code);
    for (rule, at, severity) in &verdicts {
        let line =
            printed.out.lines().any(|l| l.trim_start().starts_with(severity) && l.contains(rule.as_str()));
        assert!(line && printed.out.contains(at.as_str()), "{rule} at {at}\n{}", printed.out);
    }
    (printed, verdicts)
}

/// The network breaks this rule at this layer, and `doctor` says so.
#[track_caller]
fn is_called_out(name: &str, network: &Network, rule: &str, at: &str) -> String {
    let (printed, verdicts) = doctor(&network.train(name));
    assert_eq!(printed.code, Some(1), "{}", printed.out);
    let found = verdicts.iter().any(|(r, a, severity)| r == rule && a == at && severity != "watch");
    assert!(found, "{rule} at {at}:\n{}", printed.out);
    printed.out
}

#[track_caller]
fn is_sound(name: &str, network: &Network) {
    let (printed, verdicts) = doctor(&network.train(name));
    assert_eq!((printed.code, printed.err.as_str()), (Some(0), ""), "{}", printed.out);
    assert!(verdicts.iter().all(|(_, _, severity)| severity == "watch"), "{}", printed.out);
}

#[test]
fn sound_networks_are_let_be() {
    is_sound("sound.run.jsonl", &sound());
    let smooth = Network {
        loss: |w, x, y| {
            let h = stage("first", || (x.matmul(w[0]) + w[1]).tanh());
            entropy(stage("second", || h.matmul(w[2])), y)
        },
        rate: 0.1,
        ..sound()
    };
    is_sound("sound-tanh.run.jsonl", &smooth);
    // A sigmoid at the end that is sure of itself is no saturation.
    let sure = Network {
        loss: |w, x, y| {
            let h = stage("first", || (x.matmul(w[0]) + w[1]).relu());
            (stage("second", || (h.matmul(w[2]) * 20.0).sigmoid()) - y).square().mean()
        },
        rate: 0.003,
        ..sound()
    };
    is_sound("sound-sure.run.jsonl", &sure);
}

#[test]
fn vanishing_gradients_are_called_out() {
    let layers = ["l0", "l1", "l2", "l3", "l4", "l5", "l6", "l7"];
    let network = Network {
        weights: layers
            .iter()
            .map(|&name| (name, vec![WIDTH, WIDTH], 0.3))
            .chain([("out", vec![WIDTH, 1], 0.3)])
            .collect(),
        loss: |w, x, y| {
            let (out, layers) = w.split_last().unwrap();
            let h = layers.iter().fold(x, |h, w| h.matmul(*w).sigmoid());
            entropy(h.matmul(*out), y)
        },
        rate: 0.5,
        steps: 30,
        ..sound()
    };
    let text = is_called_out("vanishing.run.jsonl", &network, "vanishing", "l0");
    assert!(text.contains(" < 1.0e-4\n") && text.contains("try: relu or gelu"), "{text}");
}

/// An LSTM that reads the features one after the other, and says in the end what it thinks.
fn recurrent() -> Network {
    const CELLS: usize = 12;
    /// A turn collects nothing.
    const NOTHING: [Wire; 0] = [];
    fn loss(w: &[Wire], x: Wire, y: Wire) -> Wire {
        let zeros = constant(0.0).cast(DType::F32).broadcast_to(&[ROWS, CELLS]);
        let turn = |(h, c): (Wire, Wire), x: Wire| {
            let gates = (x.matmul(w[0]) + h.matmul(w[1]) + w[2]).split(4, -1);
            let c = gates[1].sigmoid() * c + gates[0].sigmoid() * gates[2].tanh();
            ((gates[3].sigmoid() * c.tanh(), c), NOTHING)
        };
        let x = x.transpose(&[1, 0]).reshape(&[WIDTH, ROWS, 1]);
        let ((h, _), _) = stage("lstm", || scan(turn, (zeros, zeros), x));
        entropy(h.matmul(w[3]), y)
    }
    Network {
        weights: vec![
            ("lstm.of_input", vec![1, 4 * CELLS], 0.5),
            ("lstm.of_state", vec![CELLS, 4 * CELLS], 0.2),
            ("lstm.bias", vec![4 * CELLS], 0.0),
            ("out", vec![CELLS, 1], 0.3),
        ],
        loss,
        rate: 0.3,
        steps: 60,
        adjust: |_, _| {},
    }
}

#[test]
fn what_happens_inside_of_a_loop_is_judged_too() {
    is_sound("lstm.run.jsonl", &recurrent());
    let adjusted = |adjust: fn(usize, &mut [f64])| Network { adjust, rate: 0.01, ..recurrent() };
    // Forget gates wide open, and input gates that are shut or open for good.
    let flat = adjusted(|i, values| {
        if i == 2 {
            values[..12].iter_mut().zip(1..).for_each(|(x, i)| *x = if i % 2 == 0 { 12.0 } else { -12.0 });
            values[12..24].fill(12.0);
        }
    });
    let text = is_called_out("lstm-flat.run.jsonl", &flat, "saturation", "lstm.sigmoid");
    assert!(text.contains("100 % of its elements lie where sigmoid is flat"), "{text}");
    // Forget gates that are shut, and nothing to come back through the states: the end does not teach the beginning.
    let forgetful = adjusted(|i, values| match i {
        1 => values.iter_mut().for_each(|x| *x *= 0.1),
        2 => values[12..24].fill(-6.0),
        _ => {}
    });
    let text = is_called_out("lstm-forgetful.run.jsonl", &forgetful, "vanishing", "lstm.tanh");
    assert!(text.contains("at the first turn of its loop") && text.contains("try: an LSTM or GRU"), "{text}");
}

#[test]
fn exploding_gradients_are_called_out() {
    // Least squares at a rate above 2 over the curvature: every step overshoots more.
    let network = Network {
        weights: vec![("w", vec![WIDTH, 1], 1.0)],
        loss: |w, x, y| (x.matmul(w[0]) - y).square().mean(),
        rate: 3.0,
        steps: 25,
        ..sound()
    };
    is_called_out("exploding.run.jsonl", &network, "exploding", "");
    is_called_out("rising.run.jsonl", &network, "loss", "");
}

#[test]
fn dead_units_are_called_out() {
    let network = Network {
        // 12 of 16 units start so low that they are never on.
        adjust: |i, values| {
            if i == 1 {
                values[..12].fill(-100.0);
            }
        },
        ..sound()
    };
    let text = is_called_out("dead.run.jsonl", &network, "dead_units", "first.relu");
    assert!(text.contains("critical  dead_units     0.75 > 0.5"), "{text}");
    assert!(text.contains("75 % of its 16 units are 0 for every row"), "{text}");
}

#[test]
fn saturation_is_called_out() {
    let network = Network {
        weights: vec![
            ("first.weight", vec![WIDTH, 16], 10.0),
            ("first.bias", vec![16], 0.0),
            ("second.weight", vec![16, 1], 0.3),
        ],
        loss: |w, x, y| {
            let h = stage("first", || (x.matmul(w[0]) + w[1]).tanh());
            entropy(h.matmul(w[2]), y)
        },
        ..sound()
    };
    is_called_out("saturation.run.jsonl", &network, "saturation", "first.tanh");
}

#[test]
fn updates_out_of_proportion_are_called_out() {
    let slow = Network { rate: 1e-8, ..sound() };
    let text = is_called_out("slow.run.jsonl", &slow, "update_ratio", "first.weight");
    assert!(text.contains("try: a larger rate"), "{text}");
    let fast = Network { rate: 100.0, ..sound() };
    let text = is_called_out("fast.run.jsonl", &fast, "update_ratio", "second.weight");
    assert!(text.contains("try: a smaller rate"), "{text}");
}

#[test]
fn a_loss_that_does_not_fall_is_called_out() {
    // The sign of the step is wrong.
    let network = Network { rate: -0.05, ..sound() };
    is_called_out("climbing.run.jsonl", &network, "loss", "");
    let network = Network { rate: 0.0, ..sound() };
    is_called_out("still.run.jsonl", &network, "loss", "");
}

#[test]
fn parameters_without_a_path_or_a_gradient_are_called_out() {
    let mut weights = sound().weights;
    weights.push(("idle.weight", vec![4, 4], 1.0));
    weights.push(("rounded.weight", vec![1, 1], 1.0));
    let network = Network {
        weights,
        loss: |w, x, y| {
            let h = stage("first", || (x.matmul(w[0]) + w[1]).relu());
            entropy(h.matmul(w[2]) + w[4].round() * 0.01, y)
        },
        ..sound()
    };
    is_called_out("unused.run.jsonl", &network, "unused", "idle.weight");
    is_called_out("zero.run.jsonl", &network, "zero_gradient", "rounded.weight");
}

#[test]
fn a_nan_is_called_out_with_its_birth() {
    let network = Network {
        weights: vec![("w", vec![WIDTH, 1], 0.0), ("scale", vec![1], 0.0)],
        // The scale sinks below 0, and then has no logarithm.
        loss: |w, x, y| {
            let scale = stage("scale", || w[1].log());
            entropy(x.matmul(w[0]), y) + scale.sum() * 0.1
        },
        rate: 0.5,
        adjust: |i, values| {
            if i == 1 {
                values.fill(0.4);
            }
        },
        ..sound()
    };
    let text = is_called_out("nan.run.jsonl", &network, "non_finite", "scale.log");
    assert!(
        text.contains("NaN born at step ") && text.contains(", forward, in scale.log at [0]: "),
        "{text}"
    );
    assert!(text.contains("doctor.rs:") && text.contains("try: log(x + eps)"), "{text}");
}

#[test]
fn thresholds_can_be_changed() {
    let path = sound().train("thresholds.run.jsonl");
    assert_eq!(run(&["doctor", &path, "--set", "fall=0.99"]).code, Some(1));
    assert_eq!(run(&["doctor", &path, "--set", "fall=0.0", "--set", "logs=3"]).code, Some(0));
    for (given, said) in [
        ("fall", "`fall` is no NAME=NUMBER"),
        ("fell=1", "there is no threshold `fell`"),
        ("fall=x", "`x` is no number"),
        ("logs=1.5", "`1.5` is no count"),
    ] {
        let err = run(&["doctor", &path, "--set", given]).fails(2);
        assert!(err.contains(said), "{err}");
    }
}

#[test]
fn files_that_are_no_run_files_are_refused() {
    assert!(run(&["doctor", "none.run.jsonl"]).fails(3).contains("can't be read"));
    assert!(run(&["doctor", "."]).fails(3).contains("it is a directory"));
    let empty = file("empty.run.jsonl", b"");
    assert!(run(&["doctor", empty]).fails(2).contains("the file is empty"));
    let odd = file("odd.run.jsonl", b"{\"a\": 1}\n");
    assert!(run(&["doctor", odd]).fails(2).contains("is no record"));
    let path = sound().train("damaged.run.jsonl");
    let mut bytes = std::fs::read(&path).unwrap();
    // Cut off in the last line it is read as far as it goes.
    std::fs::write(&path, &bytes[..bytes.len() - 5]).unwrap();
    let (printed, _) = doctor(&path);
    assert!(printed.code == Some(0) && printed.out.contains("cut off in its last line"), "{}", printed.out);
    let middle = bytes.len() / 2;
    bytes[middle] = 0;
    std::fs::write(&path, &bytes).unwrap();
    let err = run(&["doctor", &path]).fails(2);
    assert!(err.contains("is no record") && err.contains("delete this line"), "{err}");
}

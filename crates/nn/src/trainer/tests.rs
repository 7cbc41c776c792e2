use super::*;
use crate::data::{Dataset, Targets};
use crate::error::Kind;
use crate::layers::{Linear, Mlp};
use crate::metrics::Measured;
use crate::model::{Classifier, Regressor};
use crate::optimiser::{Optimiser, Rule};
use crate::rng::{Purpose, Rng};
use crate::schedule::Schedule;
use chainrule::{DType, Spec, Tensor};
use std::ops::ControlFlow;

/// Two clouds of points, one a class.
fn data(rows: usize) -> Dataset {
    let mut rng = Rng::new(3, Purpose::Split);
    let labels: Vec<usize> = (0..rows).map(|i| i % 2).collect();
    let features =
        labels.iter().flat_map(|&l| [l as f64 * 2.0 - 1.0, 0.5].map(|m| (m + 0.4 * rng.normal()) as f32));
    Dataset {
        columns: vec!["width".into(), "height".into()],
        features: features.collect(),
        targets: Targets::Classes { names: vec!["a".into(), "b".into()], labels: labels.clone() },
        image: None,
    }
}

fn settings(rule: Rule, rate: f64) -> Settings {
    Settings::new(Length::Epochs(3), 8, rate, Optimiser::new(rule), 1)
}

fn trainer(settings: Settings, data: &Dataset) -> Trainer<Classifier> {
    Trainer::new(Classifier { widths: vec![2, 5, 2] }, settings, data).unwrap()
}

fn go_on(_: &Event<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn close(a: &Mlp<Tensor>, b: &Mlp<Tensor>, most: f64) {
    for (a, b) in a.leaves().iter().zip(b.leaves()) {
        a.to_f64().iter().zip(b.to_f64()).for_each(|(a, b)| assert!((a - b).abs() < most, "{a} {b}"));
    }
}

#[test]
fn rows_that_fill_up_a_batch_change_nothing() {
    // 11 rows in batches of 16 padded, and in one batch of 11: the same weights.
    let data = data(11);
    let all: Vec<usize> = (0..11).collect();
    let mut exact = trainer(Settings { batch: 11, ..settings(Rule::Sgd, 0.5) }, &data);
    let mut padded = trainer(Settings { batch: 8, ..settings(Rule::Sgd, 0.5) }, &data);
    for _ in 0..5 {
        let a = exact.step(&data, &all[..7], None, 0.5).unwrap();
        let b = padded.step(&data, &all[..7], None, 0.5).unwrap();
        assert!((a.loss - b.loss).abs() < 1e-6 && a.right == b.right && a.count == 7.0, "{a:?} {b:?}");
    }
    close(exact.net(), padded.net(), 1e-6);
    let mut logits = 0;
    let mut count = |_: &[usize], some: &[f32], _: &_| {
        logits += some.len();
        Ok(())
    };
    exact.predict(&data, &mut count).unwrap();
    assert_eq!(logits, 22);
}

#[test]
fn parts_of_a_batch_add_up_to_it() {
    let data = data(30);
    let run = |parts| {
        let mut trainer = trainer(Settings { parts, ..settings(Rule::Sgd, 0.5) }, &data);
        let mut losses = Vec::new();
        let mut watch = |event: &Event<'_>| {
            if let Event::Step(progress) = event {
                losses.push((progress.batch_loss, progress.accuracy));
            }
            ControlFlow::Continue(())
        };
        trainer.fit(&data, &mut watch).unwrap();
        (losses, trainer)
    };
    // The last batch of an epoch has 6 of 8 rows.
    let (whole, at_once) = run(1);
    let (divided, by_parts) = run(4);
    close(at_once.net(), by_parts.net(), 1e-5);
    for ((a, right), (b, same)) in whole.iter().zip(&divided) {
        assert!((a - b).abs() < 1e-5 && right == same, "{a} {b}");
    }
    let refused = Settings { parts: 3, ..settings(Rule::Sgd, 0.5) };
    let said = Trainer::new(Classifier { widths: vec![2, 2] }, refused, &data).err().unwrap().to_string();
    assert!(said.starts_with("--parts: a batch of 8 can't be divided into 3 equal parts"), "{said}");
}

#[test]
fn the_seed_decides_everything_and_the_network_learns() {
    let data = data(50);
    let run = |seed| {
        let settings = Settings { seed, length: Length::Epochs(20), ..settings(Rule::ADAM, 0.05) };
        let mut trainer = trainer(settings, &data);
        assert_eq!(trainer.fit(&data, &mut go_on).unwrap(), End::Done);
        (trainer.net().leaves(), trainer.evaluate(&data).unwrap())
    };
    let (weights, evaluation) = run(1);
    assert!(evaluation.accuracy().unwrap() > 0.95, "{evaluation:?}");
    assert_eq!(run(1).0, weights);
    assert_ne!(run(2).0, weights);
}

#[test]
fn progress_counts_steps_and_epochs_and_a_stopped_training_goes_on() {
    let data = data(20);
    let counted = |length| {
        let mut seen = Vec::new();
        let mut trainer = trainer(Settings { length, ..settings(Rule::MOMENTUM, 0.1) }, &data);
        let mut watch = |event: &Event<'_>| {
            let Event::Step(p) = event else { panic!("there is nothing to validate with") };
            seen.push((p.epoch, p.step, p.steps, p.epoch_ends));
            if p.step % 4 == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        assert_eq!(trainer.fit(&data, &mut watch).unwrap(), End::Stopped);
        assert_eq!(
            trainer.fit(&data, &mut watch).unwrap(),
            if length == Length::Epochs(3) { End::Stopped } else { End::Done }
        );
        trainer.fit(&data, &mut watch).unwrap();
        (seen, trainer.net().leaves())
    };
    let expected: Vec<_> = (1..=9usize).map(|s| (s.div_ceil(3), s, 9, s % 3 == 0)).collect();
    let (seen, stopped) = counted(Length::Epochs(3));
    assert_eq!(seen, expected);
    let mut whole = trainer(settings(Rule::MOMENTUM, 0.1), &data);
    whole.fit(&data, &mut go_on).unwrap();
    assert_eq!(whole.net().leaves(), stopped);
    let (seen, _) = counted(Length::Steps(5));
    assert_eq!(seen.last(), Some(&(2, 5, 5, true)));
}

#[test]
fn a_loss_that_leaves_the_numbers_is_reported_with_its_step() {
    let data = data(20);
    let mut trainer = trainer(settings(Rule::Sgd, 1e30), &data);
    let error = trainer.fit(&data, &mut go_on).unwrap_err();
    assert_eq!(error.kind, Kind::Diverged);
    let text = error.to_string();
    assert!(text.starts_with("train: the loss is ") && text.contains(" at step "), "{text}");
    assert!(text.ends_with("hint: a lower rate than 1000000000000000000000000000000 may help"), "{text}");
}

#[test]
fn gradient_norms_are_those_of_the_mean_loss() {
    let data = Dataset {
        columns: vec!["a".into()],
        features: vec![1.0, -1.0],
        targets: Targets::Classes { names: vec!["p".into(), "q".into()], labels: vec![0, 1] },
        image: None,
    };
    let mut trainer =
        Trainer::new(Classifier { widths: vec![1, 2] }, settings(Rule::Sgd, 1.0), &data).unwrap();
    let zeros = |dims: &[usize]| Tensor::zeros(Spec::new(dims, DType::F32).unwrap());
    trainer.set_net(Mlp { layers: vec![Linear { weight: zeros(&[2, 1]), bias: Some(zeros(&[2])) }] });
    // Even predictions: upstream of the logits is (p - onehot) / 2 = +-1/4; the weight's gradient -1/2 and 1/2.
    let (norms, rows) = trainer.network().gradient_norms(&data).unwrap();
    assert_eq!(rows, 2);
    assert_eq!(norms[0].0, "layers.0.weight");
    assert!((norms[0].1 - 0.5f64.sqrt()).abs() < 1e-6 && norms[1].1 < 1e-6, "{norms:?}");
}

#[test]
fn numbers_are_learnt_in_their_own_units() {
    let mut rng = Rng::new(5, Purpose::Split);
    let features: Vec<f32> = (0..200).map(|_| rng.normal() as f32).collect();
    let values = features.chunks(2).map(|row| 5000.0 + 300.0 * row[0] - 100.0 * row[1]).collect();
    let data = Dataset {
        columns: vec!["a".into(), "b".into()],
        targets: Targets::Numbers { names: vec!["price".into()], values },
        features,
        image: None,
    };
    let settings = Settings { length: Length::Epochs(100), ..settings(Rule::ADAM, 0.05) };
    let mut trainer = Trainer::new(Regressor { widths: vec![2, 1] }, settings, &data).unwrap();
    trainer.fit(&data, &mut go_on).unwrap();
    let Measured::Numbers(errors) = trainer.evaluate(&data).unwrap().measured else {
        panic!("it is a number")
    };
    let (name, errors) = &errors[0];
    assert!(name == "price" && errors.explained > 0.999 && errors.absolute < 5.0, "{errors:?}");
}

#[test]
fn the_best_weights_are_kept_and_patience_ends() {
    // Learning at a huge rate gets worse after a while: what is kept is the best of all validations.
    let (train, held) = (data(40), data(50));
    let settings = Settings {
        length: Length::Epochs(1000),
        patience: Some(3),
        schedule: Schedule::Plateau { patience: 2, factor: 0.5 },
        ..settings(Rule::ADAM, 0.3)
    };
    let mut trainer = trainer(settings, &train);
    let (mut losses, mut rates) = (Vec::new(), Vec::new());
    let mut watch = |event: &Event<'_>| {
        match event {
            Event::Validated(_, evaluation, is_best) => losses.push((evaluation.loss, *is_best)),
            Event::Step(progress) => rates.push(progress.rate),
            Event::Kept(_) => panic!("nothing is kept"),
        }
        ControlFlow::Continue(())
    };
    let given = Trained { train: &train, validation: Some(&held), keeper: None, steering: None };
    assert_eq!(trainer.fit_with(given, &mut watch).unwrap(), End::Patience);
    let best = losses.iter().map(|(loss, _)| *loss).fold(f64::INFINITY, f64::min);
    assert_eq!(trainer.evaluate(&held).unwrap().loss, best);
    assert!(losses[losses.len() - 3..].iter().all(|(_, is_best)| !is_best), "{losses:?}");
    assert_eq!(losses[losses.len() - 4], (best, true));
    assert_eq!((rates[0], rates[rates.len() - 1]), (0.3, 0.15));
}

/// The same examples, said to be slow.
struct Slow(Dataset);

impl Examples for Slow {
    fn rows(&self) -> usize {
        self.0.rows()
    }
    fn inputs(&self) -> Spec {
        self.0.inputs()
    }
    fn targets(&self) -> Spec {
        self.0.targets()
    }
    fn goal(&self) -> crate::data::Goal {
        self.0.goal()
    }
    fn load(&self, rows: &[usize], x: &mut Tensor, y: &mut Tensor) -> Result<()> {
        self.0.load(rows, x, y)
    }
    fn is_slow(&self) -> bool {
        true
    }
}

#[test]
fn examples_that_are_loaded_ahead_are_the_same() {
    let data = data(29);
    let mut at_once = trainer(settings(Rule::ADAM, 0.1), &data);
    at_once.fit(&data, &mut go_on).unwrap();
    let slow = Slow(data);
    let model = Classifier { widths: vec![2, 5, 2] };
    let mut ahead = Trainer::new(model, settings(Rule::ADAM, 0.1), &slow).unwrap();
    // Stopped in the middle of an epoch, it goes on where it was.
    let mut stop = |event: &Event<'_>| match event {
        Event::Step(progress) if progress.step == 6 => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    assert_eq!(ahead.fit(&slow, &mut stop).unwrap(), End::Stopped);
    assert_eq!(ahead.fit(&slow, &mut go_on).unwrap(), End::Done);
    assert_eq!(at_once.net().leaves(), ahead.net().leaves());
}

#[test]
fn settings_without_sense_are_refused() {
    let refused = |settings| {
        Trainer::new(Classifier { widths: vec![2, 2] }, settings, &data(4)).err().unwrap().to_string()
    };
    assert!(refused(Settings { batch: 0, ..settings(Rule::Sgd, 1.0) }).starts_with("--batch: "));
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(refused(settings(Rule::Sgd, rate)).starts_with("--rate: "), "{rate}");
    }
    for shrink in [-1.0, f64::NAN, f64::INFINITY] {
        let optimiser = Optimiser::new(Rule::Sgd).shrinking(shrink);
        let text = refused(Settings { optimiser, ..settings(Rule::Sgd, 1.0) });
        assert!(text.starts_with("--decay: weights can't shrink by "), "{text}");
    }
    let text = refused(Settings { length: Length::Epochs(usize::MAX), ..settings(Rule::Sgd, 1.0) });
    assert!(text.starts_with("--epochs: ") && text.contains("more steps than can be counted"), "{text}");
    for (flag, settings) in [
        ("--every", Settings { every: Some(0), ..settings(Rule::Sgd, 1.0) }),
        ("--patience", Settings { patience: Some(0), ..settings(Rule::Sgd, 1.0) }),
    ] {
        assert!(refused(settings).starts_with(flag), "{flag}");
    }
}

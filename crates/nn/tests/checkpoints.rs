//! A training that goes on from a checkpoint ends as one that was never stopped, bit for bit; bad checkpoints are named.

mod common;

use chainrule::{Tensor, Tree};
use chainrule_nn::checkpoint::Keeper;
use chainrule_nn::data::{Examples, Part, digits};
use chainrule_nn::optimiser::{Clip, Optimiser, Rule};
use chainrule_nn::trainer::{End, Event, Settings, Trained};
use common::{Any, parts, settings, trainer};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

/// Epochs of a training.
const EPOCHS: usize = 3;

/// Trains until a step, or to the end.
fn run(trainer: &mut Any, keeper: Option<&mut Keeper>, until: usize) -> End {
    let (train, held) = parts();
    let mut watch = |event: &Event<'_>| match event {
        Event::Step(progress) if progress.step == until => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    let given = Trained { train: &train, validation: Some(&held), keeper, steering: None };
    trainer.fit_with(given, &mut watch).expect("it trains")
}

/// What a training has come to.
fn outcome(trainer: &mut Any) -> (Vec<Tensor>, f64) {
    let (_, held) = parts();
    let loss = trainer.evaluate(&held).expect("it can be evaluated").loss;
    (trainer.net().leaves(), loss)
}

#[test]
fn every_step_is_a_place_to_go_on_from() {
    let (train, _) = parts();
    let mut whole = trainer(settings(EPOCHS), &train);
    assert_eq!(run(&mut whole, None, usize::MAX), End::Done);
    let whole = outcome(&mut whole);
    for stop in 1..=20 {
        let folder = tempfile::tempdir().expect("there is room for it");
        let mut keeper = Keeper::new(folder.path(), Some(1000), 2).expect("the folder is empty");
        let mut first = trainer(settings(EPOCHS), &train);
        assert_eq!(run(&mut first, Some(&mut keeper), stop), End::Stopped);
        let (mut keeper, saved) = Keeper::resume(folder.path(), Some(2), 2).expect("it can be read");
        let mut second = trainer(settings(EPOCHS), &train);
        second.resume(&saved.expect("a stopped training keeps a checkpoint"), &train).expect("it fits");
        assert_eq!(run(&mut second, Some(&mut keeper), usize::MAX), End::Done);
        assert_eq!(outcome(&mut second), whole, "stopped after step {stop}");
        let names: Vec<_> = std::fs::read_dir(folder.path()).expect("it is there").collect();
        assert!(names.len() <= 2, "{names:?}");
    }
}

#[test]
fn what_does_not_fit_is_refused_and_nothing_is_changed() {
    let (train, _) = parts();
    let folder = tempfile::tempdir().expect("there is room for it");
    let mut keeper = Keeper::new(folder.path(), Some(4), 9).expect("the folder is empty");
    run(&mut trainer(settings(EPOCHS), &train), Some(&mut keeper), 8);
    let newest = folder.path().join("step-000000008.safetensors");
    let bytes = std::fs::read(&newest).expect("it was kept");
    let refusal = |settings: Settings, train: &Part| {
        let mut other = trainer(settings, train);
        let before = outcome(&mut other);
        let (_, saved) = Keeper::resume(folder.path(), None, 3).expect("it can be read");
        let error = other.resume(&saved.expect("it is there"), train).err().map(|error| error.to_string());
        assert!(error.is_none() || outcome(&mut other) == before);
        error.unwrap_or_default()
    };
    assert_eq!(refusal(settings(EPOCHS), &train), "");
    let said = refusal(Settings { batch: 8, seed: 6, ..settings(EPOCHS) }, &train);
    assert!(said.contains("--batch was 16 in the training that it belongs to, and is 8 now"), "{said}");
    assert!(said.contains("--seed was 5 in the training that it belongs to, and is 6 now"), "{said}");
    let all: Arc<dyn Examples> = Arc::new(digits().expect("they are embedded"));
    let said = refusal(settings(EPOCHS), &Part::new(all, (1..101).collect()));
    let what = "checkpoint: the examples have other numbers than in the training that it belongs to";
    assert!(said.contains(what), "{said}");
    let other = settings(EPOCHS);
    let other = Settings {
        optimiser: Optimiser { average: None, clip: Clip::None, ..Optimiser::new(Rule::ADAM) },
        batch: usize::MAX,
        ..other
    };
    let said = refusal(other, &train);
    for what in [
        "--batch was 16 in the training that it belongs to, and is all now",
        "--optimiser was nadam (beta1 0.9, beta2 0.999, epsilon 1e-8, growth 0.004) in the training that it belongs to, \
         and is adam (beta1 0.9, beta2 0.999, epsilon 1e-8) now",
        "--clip was norm(1.0) in",
        "--average was 0.9 in the training that it belongs to, and is none now",
        "--decay was 0.1 in the training that it belongs to, and is 0 now",
    ] {
        assert!(said.contains(what), "{said}");
    }

    let refused = Keeper::new(folder.path(), None, 3).expect_err("it is not empty").to_string();
    assert!(refused.contains("holds checkpoints up to step 8") && refused.contains("--resume"), "{refused}");
    for cut in [0, 1, 100, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(&newest, &bytes[..cut]).expect("it can be written");
        let said = refusal(settings(EPOCHS), &train);
        let what = "step-000000008.safetensors: checkpoint: is damaged or cut short, or no safetensors file; hint: remove it \
                    to go on from the one before it";
        assert!(said.contains(what), "{said}");
    }
    for at in [bytes.len() - 1, bytes.len() / 2, bytes.len() - 2000] {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        std::fs::write(&newest, &flipped).expect("it can be written");
        let said = refusal(settings(EPOCHS), &train);
        assert!(said.contains("step-000000008.safetensors: "), "{at}: {said}");
    }
    let foreign =
        chainrule_nn::weights::encode(trainer(settings(EPOCHS), &train).net(), &[]).expect("they are f32");
    std::fs::write(&newest, foreign).expect("it can be written");
    assert!(refusal(settings(EPOCHS), &train).contains("is no checkpoint of a training"));
}

#[test]
fn a_folder_that_can_not_be_made_is_named() {
    let error = Keeper::new(Path::new("/proc/none/such"), None, 3).expect_err("nothing can be made there");
    assert!(error.to_string().starts_with("/proc/none/such: can't be made: "), "{error}");
    assert!(Keeper::new(Path::new("unused"), None, 0).is_err());
}

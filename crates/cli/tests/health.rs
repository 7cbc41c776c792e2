//! Trainings that are watched: the run file, the doctor's word on it, and the gate at which a number was lost.

mod common;

use common::{empty_folder, run};

fn train(arguments: &[&str]) -> common::Run {
    run(&[&["train", "digits", "--layers", "24,16"], arguments].concat())
}

#[test]
fn a_watched_training_is_sound_and_the_same_to_the_bit() {
    let place = empty_folder("watched");
    let path = |name: &str| place.join(name).display().to_string();
    let plain = train(&["--epochs", "6", "--save", &path("plain")]);
    let watched = train(&["--epochs", "6", "--save", &path("watched"), "--run", &path("d.run.jsonl")]);
    assert_eq!((plain.code, watched.code), (Some(0), Some(0)), "{}", watched.err);
    assert!(watched.out.contains("\nobserving took "), "{}", watched.out);
    let read = |name| std::fs::read(path(name)).expect("it was saved");
    assert!(read("plain") == read("watched"), "observing changes no bit");
    let doctor = run(&["doctor", &path("d.run.jsonl"), "--json"]);
    assert_eq!(doctor.code, Some(0), "{}{}", doctor.out, doctor.err);
    let answer: serde_json::Value = serde_json::from_str(&doctor.out).expect("it is JSON");
    assert_eq!(answer["steps"], 270, "{answer}");
    let lines = std::fs::read_to_string(path("d.run.jsonl")).expect("it is text");
    assert!(lines.lines().next().is_some_and(|line| line.contains("\"k\":\"run\"")), "{lines}");
    assert!(lines.lines().last().is_some_and(|line| line.contains("\"why\":\"done\"")), "{lines}");
}

#[test]
fn a_lost_number_is_traced_to_its_gate() {
    let place = empty_folder("lost");
    let path = place.join("bad.run.jsonl").display().to_string();
    let broken = ["--optimiser", "sgd", "--rate", "1e38", "--epochs", "2"];
    let lost = train(&[&broken[..], &["--run", &path]].concat());
    assert_eq!(lost.code, Some(1), "{}", lost.err);
    assert!(lost.err.contains("infinity born at step 2, forward, in layers."), "{}", lost.err);
    assert!(lost.err.contains("\n  source  crates/nn/src/model/classifier.rs:"), "{}", lost.err);
    assert!(lost.err.contains("error: train: the loss is "), "{}", lost.err);
    let doctor = run(&["doctor", &path]);
    assert_eq!(doctor.code, Some(1), "{}", doctor.err);
    assert!(doctor.out.contains("  critical  non_finite"), "{}", doctor.out);

    let stopped = train(&[&broken[..], &["--on-nan", "stop"]].concat());
    assert_eq!(stopped.code, Some(1));
    assert!(!stopped.err.contains(" born at step "), "{}", stopped.err);
    let ignored = train(&[&broken[..], &["--on-nan", "ignore"]].concat());
    assert_eq!(ignored.code, Some(1), "what is held out is no number either: {}", ignored.out);
    assert!(ignored.err.contains("the held-out loss is "), "{}", ignored.err);
}

#[test]
fn a_run_file_that_can_not_be_written_is_known_before_the_first_step() {
    let refused = train(&["--epochs", "1", "--run", "none/d.run.jsonl"]).fails(3);
    assert!(refused.starts_with("error: none/d.run.jsonl: can't be written: "), "{refused}");
}

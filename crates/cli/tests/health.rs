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

#[test]
fn gates_of_an_lstm_are_watched_and_its_training_is_the_same_to_the_bit() {
    let place = empty_folder("gates");
    let path = |name: &str| place.join(name).display().to_string();
    let lines: String =
        (0..80).map(|i| format!("{}{}\n", ["ab", "cad", "be"][i % 3], ["a", "dac"][i % 2])).collect();
    std::fs::write(place.join("l.txt"), lines).expect("the folder is writable");
    let source = path("l.txt");
    let words = ["lines", &source, "--network", "lstm", "--width", "6", "--hidden", "10", "--steps", "12"];
    for (parts, axes) in [("1", 3), ("2", 4)] {
        let words = [&["train"], &words[..], &["--batch", "16", "--parts", parts]].concat();
        let plain = run(&[&words[..], &["--save", &path("plain")]].concat());
        let watched =
            run(&[&words[..], &["--save", &path("watched"), "--run", &path("l.run.jsonl")]].concat());
        assert_eq!((plain.code, watched.code), (Some(0), Some(0)), "{}{}", plain.err, watched.err);
        let read = |name| std::fs::read(path(name)).expect("it was saved");
        assert!(read("plain") == read("watched"), "observing changes no bit");
        let text = std::fs::read_to_string(path("l.run.jsonl")).expect("it is text");
        let records: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect();
        let watch = records[1]["watch"].as_array().expect("the circuit says what is watched");
        for name in ["lstm.input", "lstm.forget", "lstm.cell", "lstm.output"] {
            let gate =
                watch.iter().find(|w| w["name"] == name).unwrap_or_else(|| panic!("{name}: {watch:?}"));
            assert_eq!(gate["rank"], axes);
            let sum = |field: &str| {
                let is_it =
                    |r: &&serde_json::Value| r["k"] == "sum" && r["w"] == gate["w"] && r["f"] == field;
                records.iter().find(is_it).unwrap_or_else(|| panic!("no {field} of {name}"))
            };
            assert!(sum("v")["sat"].is_number() && sum("g")["first"].is_number(), "{name}");
        }
        std::fs::remove_file(path("l.run.jsonl")).expect("it is there");
    }
}

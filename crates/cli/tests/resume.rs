//! Trainings that are killed at any moment and resumed end as one that was never stopped, bit for bit.
#![cfg(unix)]

mod common;

use common::{command, empty_folder, names, run};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Kills in all.
const KILLS: usize = 100;

fn arguments(place: &Path, more: &[&str]) -> Vec<String> {
    let text = |path: PathBuf| path.display().to_string();
    let given = [
        "train",
        "digits",
        "--layers",
        "24",
        "--epochs",
        "6",
        "--batch",
        "64",
        "--validation",
        "0.1",
        "--average",
        "0.95",
        "--log",
        "plain",
        "--keep-every",
        "7",
        "--keep",
        "2",
    ];
    let mut all: Vec<String> = given.iter().chain(more).map(|word| (*word).to_string()).collect();
    all.extend(["--checkpoints".into(), text(place.join("kept")), "--save".into(), text(place.join("w"))]);
    all
}

/// What is printed of the result, without what depends on the clock.
fn result(out: &str) -> String {
    let lines = out.lines().skip_while(|line| !line.starts_with("held-out"));
    lines.take_while(|line| !line.starts_with("weights saved")).collect::<Vec<_>>().join("\n")
}

/// Numbers that a test needs no better source for.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

#[test]
fn a_hundred_kills_change_nothing() {
    let whole = empty_folder("whole");
    let start = Instant::now();
    let arguments_of = |place: &Path, more: &[&str]| arguments(place, more);
    let words = arguments_of(&whole, &[]);
    let undisturbed = run(&words.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(undisturbed.code, Some(0), "{}", undisturbed.err);
    let took = start.elapsed().as_micros() as u64;
    let weights = std::fs::read(whole.join("w")).expect("the weights were saved");
    let (mut kills, mut ends, mut state) = (0, 0, 7);
    while kills < KILLS || ends == 0 {
        let place = empty_folder("killed");
        loop {
            let mut child = command()
                .args(arguments_of(&place, &["--resume"]))
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("the binary was built for this test");
            // Anywhere in the run, its start and its end included; later ones are let through to the end.
            if kills < KILLS {
                std::thread::sleep(Duration::from_micros(next(&mut state) % (took * 5 / 4).max(1)));
                child.kill().expect("it is ours");
            }
            let output = child.wait_with_output().expect("it has ended");
            if output.status.success() {
                let out = String::from_utf8(output.stdout).expect("it prints text");
                assert_eq!(result(&out), result(&undisturbed.out));
                break;
            }
            assert_eq!(output.status.code(), None, "it was killed and did not fail");
            kills += 1;
        }
        ends += 1;
        assert!(std::fs::read(place.join("w")).expect("the weights were saved") == weights);
        let kept = names(&place.join("kept"));
        assert!(kept.len() <= 3 && kept.iter().any(|name| name.starts_with("step-")), "{kept:?}");
    }
}

#[test]
fn a_folder_of_checkpoints_is_not_overwritten() {
    let place = empty_folder("refused");
    let words = arguments(&place, &[]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    assert_eq!(run(&words).code, Some(0));
    let before = names(&place.join("kept"));
    let said = run(&words).fails(2);
    assert!(
        said.starts_with("error: --checkpoints: ") && said.contains("--resume goes on from there"),
        "{said}"
    );
    assert_eq!(names(&place.join("kept")), before);
    let other = [&words[..], &["--resume", "--seed", "1"]].concat();
    let said = run(&other).fails(2);
    assert!(said.contains("--seed was 0 in the training that it belongs to, and is 1 now"), "{said}");
    let newest = place.join("kept").join(before.last().expect("there is one"));
    let bytes = std::fs::read(&newest).expect("it is there");
    std::fs::write(&newest, &bytes[..bytes.len() / 2]).expect("it can be written");
    let said = run(&[&words[..], &["--resume"]].concat()).fails(2);
    assert!(said.contains("checkpoint: is damaged or cut short, or no safetensors file"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_loses_nothing_that_was_saved_before() {
    let place = empty_folder("full");
    let words = arguments(&place, &[]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    assert_eq!(run(&words).code, Some(0));
    let before = names(&place.join("kept"));
    let newest = place.join("kept").join(before.last().expect("there is one"));
    let bytes = std::fs::read(&newest).expect("it is there");
    // Resumed with more epochs the settings differ; so a copy of a middle state goes on with room for no checkpoint.
    let middle = place.join("kept").join(&before[0]);
    std::fs::remove_file(&newest).expect("it is there");
    let said = common::limited("ulimit -f 8", &[&words[..], &["--resume"]].concat()).fails(3);
    assert!(said.contains("can't be written: file too large"), "{said}");
    assert_eq!(names(&place.join("kept")), [before[0].clone()]);
    assert!(std::fs::read(&middle).is_ok());
    // With room again it ends as before.
    let again = run(&[&words[..], &["--resume"]].concat());
    assert_eq!(again.code, Some(0), "{}", again.err);
    assert!(std::fs::read(&newest).expect("it is there again") == bytes);
}

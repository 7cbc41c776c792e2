//! The command `train`: what it prints, what it saves, and that Ctrl-C loses nothing.

mod common;

use common::{Run, command, empty_folder, file, folder, names, run};
use safetensors::SafeTensors;
use std::path::Path;

/// Points of two kinds, one left and one right, with a gap between them.
fn table(name: &str) -> &str {
    let row = |i: usize| match i {
        0..20 => format!("{},{},left\n", i as f64 * 0.1 - 3.0, i % 3),
        _ => format!("{},{},right\n", i as f64 * 0.1 - 1.0, i % 3),
    };
    let text = "size,other,kind\n".to_string() + &(0..40).map(row).collect::<String>();
    file(name, text.as_bytes())
}

fn train(arguments: &[&str]) -> String {
    run(&[&["train"], arguments].concat()).trained()
}

/// Without what depends on the clock.
fn timeless(text: &str) -> String {
    let seconds = |word: &str| word.parse::<f64>().is_ok();
    let line = |line: &str| match line.rsplit_once(" s").and_then(|(front, _)| front.rsplit_once(' ')) {
        Some((front, time)) if seconds(time) => front.to_string(),
        _ => line.to_string(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// The held-out accuracy in percent.
fn accuracy(text: &str) -> f64 {
    let line = text.lines().find(|l| l.starts_with("held-out accuracy ")).expect("it is always reported");
    line.split(' ').nth(2).and_then(|word| word.parse().ok()).expect("it is a number")
}

/// Names and shapes in a file of weights.
fn weights(path: &Path) -> Vec<(String, Vec<usize>)> {
    let bytes = std::fs::read(path).expect("the weights were saved");
    let file = SafeTensors::deserialize(&bytes).expect("it is a safetensors file");
    let mut all: Vec<_> = file.iter().map(|(name, view)| (name.to_string(), view.shape().to_vec())).collect();
    all.sort();
    all
}

fn named(all: &[(&str, &[usize])]) -> Vec<(String, Vec<usize>)> {
    all.iter().map(|(name, shape)| (name.to_string(), shape.to_vec())).collect()
}

#[test]
fn digits_are_learnt_and_the_report_is_whole() {
    let text = train(&["digits", "--epochs", "20", "--layers", "32"]);
    assert!(text.starts_with("data     digits: 1797 examples, 64 features, 10 classes; "), "{text}");
    assert!(text.contains("\nnetwork  layers 64-32-10\n"), "{text}");
    assert!(text.contains("\ntrained 900 steps of 2410 weights in "), "{text}");
    assert!(accuracy(&text) > 80.0, "{text}");
    let confusion: Vec<&str> =
        text.lines().skip_while(|l| !l.starts_with("confusion: ")).skip(2).take(10).collect();
    let count = |line: &&str| -> usize {
        line.split_whitespace().skip(1).filter_map(|n| n.parse::<usize>().ok()).sum()
    };
    assert_eq!(confusion.iter().map(count).sum::<usize>(), 359, "{text}");
    let norms: Vec<&str> =
        text.lines().skip_while(|l| !l.starts_with("gradient norm by layer")).skip(1).collect();
    assert!(
        norms.len() == 2 && norms[0].starts_with("  layers.0  ") && norms[1].starts_with("  layers.1  "),
        "{text}"
    );
}

#[test]
fn the_seed_decides_the_output() {
    let text = |seed| timeless(&train(&["--epochs", "1", "--layers", "16", "--seed", seed]));
    assert_eq!(text("4"), text("4"));
    assert_ne!(text("4"), text("5"));
}

#[test]
fn a_table_of_ones_own() {
    let name = table("own.csv");
    for label in ["kind", "2", "-1"] {
        let text =
            train(&["--data", name, "--label", label, "--layers", "8", "--rate", "0.05", "--epochs", "100"]);
        assert!(
            text.starts_with(
                "data     own.csv: 40 examples, 2 features, 2 classes; 32 to learn from, 8 held out\n"
            ),
            "{text}"
        );
        assert!(text.contains("\n   left  ") && text.contains("\n  right  "), "{text}");
        assert!(accuracy(&text) > 80.0, "{text}");
    }
}

#[test]
fn a_formula_as_the_network() {
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/../../circuits/digits.cr");
    let folder = empty_folder("formula_weights");
    let path = folder.join("w.safetensors");
    let saved = path.display().to_string();
    let text = train(&["--model", model, "--epochs", "2", "--save", &saved]);
    assert!(accuracy(&text) > 60.0, "{text}");
    for name in ["w1", "b1", "w2", "b2"] {
        assert!(text.contains(&format!("\n  {name}  ")), "{text}");
    }
    let expected = [("b1", &[64][..]), ("b2", &[10]), ("w1", &[64, 64]), ("w2", &[64, 10])];
    assert_eq!(weights(&path), named(&expected));
}

#[test]
fn columns_go_by_their_names_in_a_formula() {
    let data = table("columns.csv");
    let model = file(
        "columns.cr",
        b"param w = 0.1\nparam v = 0\ns = w * size + v * other\n\
          logits = stack([0 * s, s], axis=1)\nloss = mean(cross_entropy(logits, y))\n",
    );
    let text =
        train(&["--data", data, "--label", "kind", "--model", model, "--rate", "0.1", "--epochs", "30"]);
    assert!(accuracy(&text) > 80.0, "{text}");
}

#[test]
fn layers_may_be_none_or_several() {
    let data = table("layers.csv");
    for (layers, network) in [("none", "2-2"), ("5", "2-5-2"), ("7,6,5", "2-7-6-5-2")] {
        let text = train(&["--data", data, "--label", "kind", "--layers", layers, "--epochs", "1"]);
        assert!(text.contains(&format!("\nnetwork  layers {network}\n")), "{text}");
    }
}

#[test]
fn every_optimiser_learns_and_so_does_every_schedule() {
    let rules = [
        ("sgd", "0.1"),
        ("momentum", "0.03"),
        ("nesterov", "0.03"),
        ("adagrad", "0.02"),
        ("rmsprop", "0.001"),
        ("adam", "0.003"),
        ("nadam", "0.003"),
        ("lion", "0.001"),
        ("muon", "0.01"),
    ];
    let learns = |optimiser: &str, rate: &str, schedule: &str| {
        let more = ["--optimiser", optimiser, "--schedule", schedule];
        let text = train(&[&["--epochs", "15", "--layers", "32"], &more[..]].concat());
        assert!(text.contains(&format!("\ntraining {optimiser}, rate {rate} ({schedule}), ")), "{text}");
        assert!(accuracy(&text) > 75.0, "{text}");
    };
    rules.iter().for_each(|(optimiser, rate)| learns(optimiser, rate, "cosine"));
    ["constant", "one-cycle"].iter().for_each(|schedule| learns("adam", "0.003", schedule));
}

#[test]
fn convolutions_learn_the_digits() {
    let text = train(&["--channels", "8,16", "--layers", "32", "--epochs", "20"]);
    assert!(text.contains("\nnetwork  convolutions 8-16, layers 64-32-10\n"), "{text}");
    assert!(accuracy(&text) > 90.0, "{text}");
}

#[test]
fn clipping_warming_up_and_averaging_are_said_and_change_the_training() {
    let held_out = |text: &str| text.lines().find(|line| line.starts_with("held-out")).map(str::to_string);
    let short = ["--epochs", "3", "--layers", "8"];
    let plain = train(&short);
    for (more, said) in [
        (["--clip", "0.01"], "decay 0.1, gradients clipped at 0.01, "),
        (["--clip-value", "0.0001"], "decay 0.1, each number of a gradient clipped at 0.0001, "),
        (["--rate-of", "layers.0=0,bias=2"], "decay 0.1, layers.0 0 times the rate, bias 2 times the rate, "),
        (["--decay-of", "layers.1=3"], "decay 0.1, layers.1 decay 3, "),
        (["--average", "0.9"], "decay 0.1, mean of weights 0.9, "),
        (["--warmup", "50"], "(cosine), "),
    ] {
        let text = train(&[&short[..], &more[..]].concat());
        assert!(text.contains(said) && held_out(&text) != held_out(&plain), "{text}");
    }
}

#[test]
fn settings_reach_the_training() {
    let data = table("settings.csv");
    let text = train(&[
        "--data",
        data,
        "--label",
        "kind",
        "--layers",
        "4",
        "--epochs",
        "2",
        "--batch",
        "10",
        "--rate",
        "0.01",
        "--decay",
        "0",
        "--test-share",
        "0.5",
        "--no-shifts",
    ]);
    assert!(text.contains("; 20 to learn from, 20 held out\n"), "{text}");
    assert!(text.contains("\ntraining adam, rate 0.01 (cosine), decay 0, 2 epochs, batch 10\n"), "{text}");
    assert!(text.contains("\ntrained 4 steps of "), "{text}");
}

#[test]
fn weights_are_saved_and_replaced_and_open_elsewhere() {
    let folder = empty_folder("weights");
    let path = folder.join("w.safetensors");
    let saved = path.display().to_string();
    let data = table("weights.csv");
    for epochs in ["1", "2"] {
        let text = train(&[
            "--data", data, "--label", "kind", "--layers", "6,4", "--epochs", epochs, "--save", &saved,
        ]);
        assert!(text.ends_with(&format!("\n\nweights saved to {saved}\n")), "{text}");
        let expected = [
            ("layers.0.bias", &[6][..]),
            ("layers.0.weight", &[6, 2]),
            ("layers.1.bias", &[4]),
            ("layers.1.weight", &[4, 6]),
            ("layers.2.bias", &[2]),
            ("layers.2.weight", &[2, 4]),
        ];
        assert_eq!(weights(&path), named(&expected));
        assert_eq!(names(&folder), ["w.safetensors"]);
    }
    let bytes = std::fs::read(&path).expect("it was just read");
    let (_, header) = SafeTensors::read_metadata(&bytes).expect("it was just opened");
    let notes = header.metadata().as_ref().expect("the file has notes");
    let about: serde_json::Value = serde_json::from_str(&notes["about"]).expect("it is JSON");
    assert_eq!(about["interface"]["columns"], serde_json::json!(["size", "other"]));
    assert_eq!(about["interface"]["goal"]["classes"], serde_json::json!(["left", "right"]));
    assert_eq!(about["architecture"], serde_json::json!({ "kind": "layers", "hidden": [6, 4] }));
}

#[test]
fn several_seeds_give_mean_and_spread() {
    let text = train(&["--seeds", "2", "--seed", "3", "--epochs", "1", "--layers", "16"]);
    let lines: Vec<&str> = text.lines().collect();
    let of = |seed| lines.iter().find(|l| l.starts_with(&format!("seed {seed}: held-out accuracy ")));
    let percent =
        |line: &&str| -> f64 { line.split(' ').nth(4).and_then(|w| w.parse().ok()).expect("it is a number") };
    let [a, b] = [3, 4].map(|seed| percent(of(seed).expect("there is a line for each seed")));
    let last = lines.last().expect("there are lines");
    let mean =
        last.strip_prefix("held-out accuracy over seeds 3 to 4: mean ").expect("mean and spread come last");
    let mean: f64 = mean.split(' ').next().and_then(|w| w.parse().ok()).expect("it is a number");
    assert!((mean - (a + b) / 2.0).abs() < 0.011, "{text}");
    assert!(last.contains(" %, spread "), "{text}");
}

/// Starts a training that would take days, sends it Ctrl-C after its first epoch, and waits for its end.
#[cfg(unix)]
fn interrupted(arguments: &[&str]) -> Run {
    use std::io::{BufRead, BufReader, Read};
    use std::process::{Command, Stdio};
    let endless = ["train", "--layers", "4", "--epochs", "1000000000"];
    let mut child = command()
        .args(endless)
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary was built for this test");
    let mut progress = BufReader::new(child.stderr.take().expect("it is piped"));
    let mut err = String::new();
    progress.read_line(&mut err).expect("it is text");
    assert!(err.starts_with("epoch          1/"), "{err}");
    let kill = Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]).status();
    assert!(kill.expect("every unix has a shell").success());
    progress.read_to_string(&mut err).expect("it is text");
    let ended = child.wait_with_output().expect("it ends");
    Run { err, ..Run::new(ended) }
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_after_the_step_and_saves() {
    let folder = empty_folder("interrupted");
    let path = folder.join("w.safetensors");
    let run = interrupted(&[
        "--data",
        table("interrupted.csv"),
        "--label",
        "kind",
        "--save",
        &path.display().to_string(),
    ]);
    assert_eq!(run.code, Some(130), "{}", run.err);
    run.plain();
    assert!(run.out.contains("\nstopped by Ctrl-C after "), "{}", run.out);
    assert!(run.out.ends_with(&format!("\nweights saved to {}\n", path.display())), "{}", run.out);
    assert_eq!(weights(&path)[1], ("layers.0.weight".to_string(), vec![4, 2]));
    assert_eq!(names(&folder), ["w.safetensors"]);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_all_seeds() {
    let run = interrupted(&["--data", table("interrupted_seeds.csv"), "--label", "kind", "--seeds", "3"]);
    assert_eq!(run.code, Some(130), "{}", run.err);
    assert!(!run.out.contains("seed "), "{}", run.out);
}

#[test]
fn a_packed_table_reads_as_the_plain_one() {
    let packed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../nn/data/digits.csv.gz");
    let bytes = std::fs::read(packed).expect("the digits are part of the project");
    std::fs::write(folder().join("packed.csv.gz"), bytes).expect("the folder for test files is writable");
    let text = train(&["--data", "packed.csv.gz", "--label", "64", "--epochs", "1", "--layers", "16"]);
    assert!(text.starts_with("data     packed.csv.gz: 1797 examples, 64 features, 10 classes; "), "{text}");
}

#[test]
fn threads_change_nothing_that_is_printed() {
    let data = table("by_threads.csv");
    let by = |count| train(&["--data", data, "--label", "kind", "--epochs", "3", "--threads", count]);
    assert_eq!(timeless(&by("1")), timeless(&by("2")));
}

//! The tasks of `train` and what comes after it: predict, evaluate, summary.

mod common;

use common::{command, empty_folder, file, folder, run};
use serde_json::Value;

fn train(arguments: &[&str]) -> String {
    let run = run(&[&["train"], arguments].concat());
    assert_eq!(run.code, Some(0), "{}", run.err);
    run.out
}

/// The share in percent after some words.
fn percent(text: &str, words: &str) -> f64 {
    let rest = text.split(words).nth(1).and_then(|rest| rest.split([' ', ',', '\n']).next());
    rest.and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("{words} in {text}"))
}

/// The JSON of a line of output.
fn json(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|why| panic!("{why} in {line}"))
}

#[test]
fn micrograds_network_learns_the_moons_whole() {
    let text = train(&["moons"]);
    assert!(text.contains("\ntrained 100 steps of 337 weights in "), "{text}");
    assert_eq!(percent(&text, "of what it has learnt: accuracy "), 100.0, "{text}");
    assert!(percent(&text, "held-out accuracy ") >= 97.0, "{text}");
}

#[test]
fn the_spirals_network_learns_it() {
    let text = train(&["spiral"]);
    assert!(
        text.contains("\nnetwork  layers 2-100-3\n") && text.contains("\ntrained 10000 steps of "),
        "{text}"
    );
    assert!(percent(&text, "of what it has learnt: accuracy ") >= 98.0, "{text}");
}

/// Sizes, towns and prices; every seventh size is missing.
fn houses() -> &'static str {
    let row = |i: usize| {
        let (size, town) = (30 + i * 37 % 170, ["bonn", "ulm", "kiel"][i % 3]);
        let price = size * (i % 3 + 2);
        if i.is_multiple_of(7) { format!(",{town},{price}\n") } else { format!("{size},{town},{price}\n") }
    };
    let table = "size,town,price\n".to_string() + &(0..240).map(row).collect::<String>();
    file("houses.csv", table.as_bytes())
}

#[test]
fn numbers_are_predicted_from_columns_of_any_kind() {
    let data = houses();
    let said = run(&["train", "csv", data, "--target", "price"]).fails(2);
    assert!(said.starts_with("error: houses.csv:2:1: csv: row 2, column 1 (size) is missing\n"), "{said}");
    let weights = folder().join("houses.safetensors").display().to_string();
    let arguments =
        ["csv", data, "--target", "price", "--missing", "drop", "--layers", "32", "--save", &weights];
    let text = train(&arguments);
    assert!(text.starts_with("data     houses.csv: 205 examples, 4 features; price; "), "{text}");
    assert!(percent(&text, "variance explained ") > 0.98, "{text}");
    let filled =
        train(&["csv", data, "--target", "price", "--missing", "mean", "--layers", "32", "--epochs", "5"]);
    assert!(filled.starts_with("data     houses.csv: 240 examples, "), "{filled}");

    let some = file("some.csv", b"town,size\nulm,100\nkiel,100\nulm,\n");
    let predicted = run(&["predict", "--model", &weights, some]).ok();
    let lines: Vec<&str> = predicted.lines().collect();
    assert_eq!(lines[0], "row,price");
    let price = |line: &str, row: &str| -> f64 {
        let number = line.strip_prefix(row).and_then(|rest| rest.strip_prefix(','));
        number.and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("{line}"))
    };
    // The last row lacks its size and is left out.
    assert!(lines.len() == 3 && (price(lines[1], "2") - 300.0).abs() < 40.0, "{predicted}");
    assert!((price(lines[2], "3") - 400.0).abs() < 40.0, "{predicted}");
    let measured = run(&["evaluate", "--model", &weights, data, "--json"]).json();
    assert!(measured["r2/price"].as_f64().is_some_and(|explained| explained > 0.98), "{measured}");
    let unknown = file("unknown.csv", b"town,size\nrome,100\n");
    let said = run(&["predict", "--model", &weights, unknown]).fails(2);
    assert!(said.contains("holds \"rome\", which is none of the categories bonn, kiel, ulm"), "{said}");
}

#[test]
fn classes_are_predicted_with_their_shares() {
    let weights = folder().join("digits.safetensors").display().to_string();
    train(&["digits", "--epochs", "8", "--layers", "32", "--save", &weights]);
    let row: Vec<String> = (0..64).map(|i| (i * 7 % 17).to_string()).collect();
    let data = file("one_digit.csv", format!("{}\n", row.join(",")).as_bytes());
    let predicted = run(&["predict", "--model", &weights, data, "--all"]).ok();
    let lines: Vec<Vec<&str>> = predicted.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(lines[0][..5], ["row", "prediction", "share", "0", "1"]);
    let shares: Vec<f64> = lines[1][3..].iter().map(|share| share.parse().expect("a share")).collect();
    assert!(shares.len() == 10 && (shares.iter().sum::<f64>() - 1.0).abs() < 1e-4, "{predicted}");
    let largest = shares.iter().copied().fold(0.0, f64::max);
    assert_eq!(lines[1][2].parse::<f64>().ok(), Some(largest));
    let said = run(&["predict", "--model", &weights]).fails(2);
    assert!(said.starts_with("error: DATA: there is nothing to predict\n"), "{said}");
    let narrow = file("narrow.csv", b"1,2,3\n4,5,6\n");
    let said = run(&["predict", "--model", &weights, narrow]).fails(2);
    assert!(said.contains("the first row has 3 cells where training had 65"), "{said}");
    let said = run(&["predict", "--model", &weights, data, "--sample", "5"]).fails(2);
    assert!(said.starts_with("error: --sample: this network does not write text\n"), "{said}");
}

#[test]
fn files_that_hold_no_network_are_named() {
    let data = file("any.csv", b"1,2\n3,4\n");
    let garbage = file("garbage.safetensors", b"not a network");
    let said = run(&["predict", "--model", garbage, data]).fails(2);
    assert!(
        said.starts_with("error: garbage.safetensors: safetensors: this is no safetensors file"),
        "{said}"
    );
    let said = run(&["evaluate", "--model", "none.safetensors", data]).fails(3);
    assert!(said.starts_with("error: none.safetensors: can't be read"), "{said}");
    let weights = folder().join("flipped.safetensors");
    train(&["digits", "--epochs", "1", "--layers", "none", "--save", &weights.display().to_string()]);
    let mut bytes = std::fs::read(&weights).expect("it was saved");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&weights, bytes).expect("it can be written");
    let said = run(&["predict", "--model", "flipped.safetensors", data]).fails(2);
    assert!(said.contains("its numbers are not those that were written"), "{said}");
}

#[test]
fn text_is_learnt_and_made_up() {
    let verse = "the cat sat on the mat and the rat sat on the cat\n".repeat(40);
    let text = file("verse.txt", verse.as_bytes());
    let weights = folder().join("verse.safetensors").display().to_string();
    let small = [
        "--depth",
        "1",
        "--width",
        "32",
        "--heads",
        "2",
        "--context",
        "16",
        "--steps",
        "200",
        "--rate",
        "0.01",
    ];
    let said = train(&[&["text", text, "--sample", "60", "--save", &weights], &small[..]].concat());
    assert!(said.contains("\nnetwork  GPT of 1 layers, width 32, 2 heads, context 16\n"), "{said}");
    assert!(percent(&said, "perplexity ") < 1.6, "{said}");
    let made_up = said.split("made up by the network:\n\n").nth(1).expect("it was asked for");
    assert!(made_up.contains("sat on the"), "{said}");
    let more = run(&[
        "predict",
        "--model",
        &weights,
        "--sample",
        "30",
        "--prompt",
        "the ca",
        "--temperature",
        "0.1",
    ])
    .ok();
    assert!(more.starts_with("the cat"), "{more}");
    let measured = run(&["evaluate", "--model", &weights, text]).ok();
    assert!(percent(&measured, "accuracy ") > 80.0, "{measured}");
    let said = run(&["predict", "--model", &weights, "--sample", "3", "--prompt", "XYZ"]).fails(2);
    assert!(said.starts_with("error: --prompt: "), "{said}");
}

#[test]
fn lines_are_read_by_three_kinds_of_network() {
    let names: String = (0..300).map(|i| ["anna\n", "ada\n", "eva\n"][i % 3]).collect();
    let names = file("names.txt", names.as_bytes());
    let kinds: [(&str, &[&str]); 3] = [
        ("mlp", &["--rate", "0.1"]),
        ("gpt", &["--depth", "1", "--width", "16", "--heads", "2", "--optimiser", "adam"]),
        ("lstm", &["--width", "8", "--hidden", "16", "--optimiser", "adam", "--rate", "0.02"]),
    ];
    for (network, more) in kinds {
        let short =
            ["lines", names, "--network", network, "--steps", "400", "--sample", "20", "--batch", "16"];
        let said = train(&[&short[..], more].concat());
        let made_up: Vec<&str> =
            said.split("made up by the network:\n\n").nth(1).expect("it was asked for").lines().collect();
        assert_eq!(made_up.len(), 20, "{said}");
        let right = made_up.iter().filter(|name| ["anna", "ada", "eva"].contains(name)).count();
        assert!(right >= 14, "{network}: {said}");
    }
}

#[test]
fn arrays_and_images_are_read() {
    use std::io::Write;
    let npy = |name: &str, descr: &str, shape: &str, data: &[u8]| {
        let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
        while (10 + header.len() + 1) % 64 != 0 {
            header.push(' ');
        }
        header.push('\n');
        let path = folder().join(name);
        let mut out = std::fs::File::create(&path).expect("the folder is writable");
        out.write_all(b"\x93NUMPY\x01\x00").expect("it can be written");
        out.write_all(&(header.len() as u16).to_le_bytes()).expect("it can be written");
        out.write_all(header.as_bytes()).expect("it can be written");
        out.write_all(data).expect("it can be written");
    };
    std::fs::create_dir_all(folder().join("arrays")).expect("the folder is writable");
    let x: Vec<u8> =
        (0..200).flat_map(|i| [(i % 2) as f32, 1.0].into_iter().flat_map(f32::to_le_bytes)).collect();
    let y: Vec<u8> = (0..200i64).flat_map(|i| (i % 2).to_le_bytes()).collect();
    npy("arrays/x.npy", "<f4", "(200, 2)", &x);
    npy("arrays/y.npy", "<i8", "(200,)", &y);
    let text = train(&["arrays", "arrays/x.npy", "--layers", "8", "--epochs", "20"]);
    assert_eq!(percent(&text, "held-out accuracy "), 100.0, "{text}");
    let said = run(&["train", "images", "arrays"]).fails(2);
    assert!(said.contains("arrays: image: has 0 folders, but each class is one"), "{said}");
}

#[test]
fn summaries_add_up() {
    let text = run(&["summary", "digits", "--channels", "32,64", "--layers", "128"]).ok();
    assert!(text.contains("\nconvolutions.1  ") && text.contains("\n  layers.0  "), "{text}");
    let json = run(&["summary", "digits", "--layers", "none", "--json"]).json();
    assert_eq!(json[0]["parameters"], 650);
    let weights = folder().join("summary.safetensors").display().to_string();
    train(&["digits", "--epochs", "1", "--layers", "4", "--save", &weights]);
    let saved = run(&["summary", "--model", &weights]).ok();
    assert!(saved.contains("layers.0   f32[1, 4]"), "{saved}");
}

#[test]
fn json_lines_tell_the_whole_training() {
    let run =
        run(&["train", "digits", "--epochs", "3", "--layers", "8", "--validation", "0.1", "--log", "json"]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    let lines: Vec<Value> = run.out.lines().map(json).collect();
    let events: Vec<&str> = lines.iter().filter_map(|line| line["event"].as_str()).collect();
    assert_eq!(events, ["step", "validation", "step", "validation", "step", "validation", "end"]);
    assert!(lines[1]["metrics"]["accuracy"].is_number() && lines[6]["why"] == "done", "{lines:?}");
}

#[test]
fn patience_ends_a_training_and_the_best_weights_are_kept() {
    let text = train(&["digits", "--epochs", "200", "--layers", "32", "--patience", "2", "--every", "20"]);
    assert!(text.contains(", until it got no better\nkept are the weights after step "), "{text}");
    assert!(text.starts_with("data     digits: 1797 examples, 64 features, 10 classes; 1293 to learn from, 145 to try on, 359 held out\n"), "{text}");
}

#[test]
fn tensorboard_gets_its_events() {
    let place = empty_folder("events");
    train(&["digits", "--epochs", "1", "--layers", "4", "--tensorboard", &place.display().to_string()]);
    let names = common::names(&place);
    assert!(names.len() == 1 && names[0].starts_with("events.out.tfevents."), "{names:?}");
    let bytes = std::fs::read(place.join(&names[0])).expect("it was written");
    let holds = |tag: &[u8]| bytes.windows(tag.len()).any(|window| window == tag);
    assert!(holds(b"train/loss") && holds(b"train/rate") && holds(b"train/accuracy"));
}

#[test]
fn options_come_from_a_file_and_the_command_line_comes_first() {
    let place = empty_folder("configured");
    let config =
        "task = \"digits\"\nepochs = 2\nlayers = [16, 8]\nshifts = false\noptimiser = \"momentum\"\n";
    std::fs::write(place.join("chainrule.toml"), config).expect("the folder is writable");
    let here = |arguments: &[&str]| {
        let output = command().current_dir(&place).arg("train").args(arguments).output();
        common::Run::new(output.expect("the binary was built for this test"))
    };
    let text = here(&[]).trained();
    assert!(text.contains("\nnetwork  layers 64-16-8-10\n"), "{text}");
    assert!(
        text.contains("\ntraining momentum, rate 0.03 (cosine), decay 0.0005, 2 epochs, batch 32\n"),
        "{text}"
    );
    let text = here(&["--steps", "10", "--layers", "none", "--shifts"]);
    assert_eq!(text.code, Some(0), "{}", text.err);
    assert!(
        text.out.contains("\nnetwork  layers 64-10\n") && text.out.contains(", 10 steps, batch 32, shifts\n")
    );
    let text = here(&["moons", "--epochs", "3"]).out;
    assert!(text.starts_with("data     moons: "), "{text}");
    std::fs::write(place.join("other.toml"), "epohcs = 3\nsave = true\n").expect("the folder is writable");
    let said = here(&["--config", "other.toml"]).fails(2);
    assert!(
        said.contains("error: other.toml: there is no option epohcs\n  = hint: did you mean epochs?"),
        "{said}"
    );
    assert!(said.contains("error: other.toml: save can't be true"), "{said}");
    std::fs::write(place.join("other.toml"), "rate = \"fast\"\nschedule = \"late\"\nresume = true\n")
        .expect("the folder is writable");
    let said = here(&["--config", "other.toml"]).fails(2);
    assert!(said.contains("error: other.toml: rate can't be \"fast\": invalid float literal\n"), "{said}");
    assert!(said.contains("error: other.toml: schedule can't be \"late\": it is one of cosine, "), "{said}");
    std::fs::write(place.join("other.toml"), "epochs = 3\nbatch =\n").expect("the folder is writable");
    let said = here(&["--config", "other.toml"]).fails(2);
    assert!(said.starts_with("error: other.toml:2: toml: "), "{said}");
    assert!(here(&["--config", "none.toml"]).fails(3).starts_with("error: none.toml: can't be read"));
}

#[test]
fn optimisers_have_numbers_from_the_command_line_and_from_a_file() {
    let place = empty_folder("muon");
    let config = "task = \"digits\"\nsteps = 5\nlayers = [8]\noptimiser = \"muon\"\nmomentum = 0.8\nnewton-schulz = 3\n";
    std::fs::write(place.join("chainrule.toml"), config).expect("the folder is writable");
    let here = |arguments: &[&str]| {
        let output = command().current_dir(&place).arg("train").args(arguments).output();
        common::Run::new(output.expect("the binary was built for this test"))
    };
    for (arguments, said) in [
        (&[][..], "muon (momentum 0.8, 3 iterations), rate 0.01"),
        (&["--momentum", "0.95", "--newton-schulz", "5"], "muon, rate 0.01"),
        (&["--no-nesterov"], "muon (momentum 0.8, 3 iterations, not ahead), rate 0.01"),
    ] {
        let run = here(arguments);
        assert_eq!(run.code, Some(0), "{}", run.err);
        assert!(run.out.contains(&format!("\ntraining {said}")), "{}", run.out);
    }
    let said = here(&["--optimiser", "momentum"]).fails(2);
    assert!(said.starts_with("error: --newton-schulz: means nothing to momentum\n  = hint: "), "{said}");
}

#[test]
fn what_means_nothing_is_refused() {
    for (arguments, flag) in [
        (&["digits", "--label", "x"][..], "--label"),
        (&["moons", "--context", "3"], "--context"),
        (&["digits", "--network", "gpt"], "--network"),
        (&["digits", "--sample", "5"], "--sample"),
        (&["moons", "--test-share", "0.5"], "--test-share"),
        (&["digits", "verse.txt"], "SOURCE"),
        (&["text"], "SOURCE"),
        (&["digits", "--rate", "-1"], "--rate"),
        (&["digits", "--momentum", "0.5"], "--momentum"),
        (&["digits", "--optimiser", "momentum", "--newton-schulz", "3"], "--newton-schulz"),
        (&["digits", "--optimiser", "nesterov", "--no-nesterov"], "--no-nesterov"),
        (&["digits", "--optimiser", "muon", "--momentum", "1"], "--momentum"),
        (&["digits", "--optimiser", "muon", "--newton-schulz", "0"], "--newton-schulz"),
    ] {
        let said = run(&[&["train"], arguments].concat()).fails(2);
        assert!(said.starts_with(&format!("error: {flag}: ")), "{said}");
    }
}

#[test]
fn clothes_are_learnt_where_they_are_installed() {
    if !std::path::Path::new("/usr/share/datasets/fashion-mnist").is_dir() {
        eprintln!("skipped: apt-get install dataset-fashion-mnist brings the clothes that this test needs");
        return;
    }
    let weights = folder().join("clothes.safetensors").display().to_string();
    let text = train(&["fashion-mnist", "--layers", "32", "--epochs", "1", "--save", &weights]);
    assert!(text.starts_with("data     fashion-mnist: 70000 examples, 784 features, 10 classes; 60000 to learn from, 10000 held out\n"), "{text}");
    assert!(percent(&text, "held-out accuracy ") > 82.0, "{text}");
    let measured = run(&["evaluate", "--model", &weights, "fashion-mnist", "--json"]).json();
    let again = measured["accuracy"].as_f64().expect("it is a number");
    assert!((100.0 * again - percent(&text, "held-out accuracy ")).abs() < 0.006, "{measured}");
}

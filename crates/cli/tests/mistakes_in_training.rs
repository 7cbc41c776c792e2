//! What `train` says to bad tables, networks, settings and places: before the first step, and nothing is left behind.

mod common;

use common::{Run, command, empty_folder, file, names, run};

const TABLE: &str = "a,b,kind\n1,2,0\n2,3,1\n1,2,0\n2,3,1\n1,2,0\n2,3,1\n1,2,0\n2,3,1\n1,2,0\n2,3,1\n";

fn train(arguments: &[&str]) -> Run {
    run(&[&["train", "--epochs", "1", "--layers", "4"], arguments].concat())
}

fn says(arguments: &[&str], code: i32, text: &str) {
    let said = train(arguments).fails(code);
    assert_eq!(said, text, "{arguments:?}\n{said}");
}

/// Bytes as gzip packs them when it does not compress: one stored block.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).expect("one block holds it");
    let mut crc = !0u32;
    for byte in bytes {
        crc = (0..8).fold(crc ^ u32::from(*byte), |c, _| c >> 1 ^ if c & 1 == 1 { 0xEDB8_8320 } else { 0 });
    }
    let mut packed = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    packed.extend([length.to_le_bytes(), (!length).to_le_bytes()].concat());
    packed.extend(bytes);
    packed.extend([(!crc).to_le_bytes(), u32::from(length).to_le_bytes()].concat());
    packed
}

#[test]
fn cells_are_named_with_row_and_column() {
    for (name, cell, what, hint) in [
        (
            "text.csv",
            "four",
            "holds the text \"four\", not a number",
            "give numbers, or name it as the label",
        ),
        ("nan.csv", "NaN", "holds NaN", "every feature must be a finite number"),
        ("infinite.csv", "-inf", "holds -inf", "every feature must be a finite number"),
        ("large.csv", "1e40", "holds 1e40, too large for f32", "use another unit"),
        ("missing.csv", "", "is missing", "fill it in, leave the row out, or say --missing mean"),
    ] {
        let data = file(name, format!("{TABLE}1,{cell},0\n").as_bytes());
        let expected = format!("error: {name}:12:2: csv: row 12, column 2 (b) {what}\n  = hint: {hint}\n");
        says(&["--data", data, "--label", "kind"], 2, &expected);
    }
}

#[test]
fn a_misspelt_label_is_near_to_a_column() {
    let data = file("near.csv", TABLE.as_bytes());
    says(
        &["--data", data, "--label", "knid"],
        2,
        "error: --label: there is no column \"knid\"\n  = hint: did you mean kind?\n",
    );
    says(
        &["--data", data, "--label", "colour"],
        2,
        "error: --label: there is no column \"colour\"\n  = hint: the columns of near.csv are a, b, kind\n",
    );
    let said = train(&["--data", data]).fails(2);
    assert!(said.contains("say --label COLUMN for a class, or --target COLUMN for a number"), "{said}");
}

#[test]
fn numbers_of_threads_that_are_none() {
    let data = file("threads.csv", TABLE.as_bytes());
    for count in ["0", "100000"] {
        let said = train(&["--data", data, "--label", "kind", "--threads", count]).fails(2);
        assert!(said.starts_with(&format!("error: --threads: {count} threads can't be had\n")), "{said}");
    }
    let arguments = ["train", "--epochs", "1", "--layers", "4", "--data", data, "--label", "kind"];
    for bad in ["none", "0", "-1", "2.5"] {
        let output = command().args(arguments).env("CHAINRULE_THREADS", bad).output();
        let said = Run::new(output.expect("the binary was built for this test")).fails(2);
        assert!(said.starts_with(&format!("error: CHAINRULE_THREADS: threads: is {bad:?}\n")), "{said}");
    }
}

#[test]
fn tables_that_are_none() {
    let hint = "  = hint: give a table: one example a row, one of its columns the class\n";
    for (name, content) in [("empty.csv", vec![]), ("empty.csv.gz", vec![]), ("nothing.csv.gz", stored(b""))]
    {
        let expected = format!("error: {name}: csv: the file is empty\n{hint}");
        says(&["--data", file(name, &content), "--label", "kind"], 2, &expected);
    }
    says(
        &["--data", "none.csv", "--label", "y"],
        3,
        "error: none.csv: can't be read: no such file or directory\n",
    );
    empty_folder("folder.csv");
    says(
        &["--data", "folder.csv", "--label", "y"],
        3,
        "error: folder.csv: can't be read: it is a directory\n  = hint: give a file\n",
    );
}

#[test]
fn a_packed_table_that_is_cut_anywhere() {
    let whole = stored(TABLE.as_bytes());
    let arguments = ["--data", file("whole.csv.gz", &whole), "--label", "kind"];
    assert_eq!(train(&arguments).code, Some(0));
    for length in [2, 9, 12, whole.len() / 2, whole.len() - 9, whole.len() - 1] {
        let said = train(&["--data", file("cut.csv.gz", &whole[..length]), "--label", "kind"]).fails(2);
        assert!(said.starts_with("error: cut.csv.gz: gzip: is damaged or cut short ("), "{length}: {said}");
        assert!(said.ends_with("\n  = hint: fetch or make the file again\n"), "{said}");
    }
}

#[test]
fn convolutions_and_settings_that_can_not_be() {
    let data = file("no_images.csv", TABLE.as_bytes());
    says(
        &["--data", data, "--label", "kind", "--channels", "4"],
        2,
        "error: --channels: the examples are no images\n  = hint: leave them out, or train on images, as the digits are\n",
    );
    says(
        &["--channels", "4,4,4,4"],
        2,
        "error: --channels: an image of 8 by 8 can't be halved 4 times\n  = hint: give fewer convolutions\n",
    );
    says(
        &["--clip", "0"],
        2,
        "error: --clip: gradients can't be clipped at 0\n  = hint: give a number above 0, as in 1\n",
    );
    says(
        &["--decay-of", "gain=0"],
        2,
        "error: --decay-of: no weight has gain in its path\n  = hint: the weights are layers.0.weight, layers.0.bias, \
         layers.1.weight, layers.1.bias\n",
    );
    says(
        &["--average", "1"],
        2,
        "error: --average: 1 is no part of a mean that can stay\n  = hint: give a number below 1, as in 0.999\n",
    );
    says(
        &["--warmup", "5", "--schedule", "one-cycle"],
        2,
        "error: --warmup: means nothing to this --schedule\n  = hint: leave one of them out: the cosine alone warms up\n",
    );
    says(
        &["--folder", "x"],
        2,
        "error: --folder: means nothing to digits\n  = hint: leave it out, or choose another task\n",
    );
    let none = train(&["fashion-mnist", "--folder", "nowhere"]).fails(2);
    assert!(none.contains("train-images-idx3-ubyte.gz: idx: is not there"), "{none}");
    assert!(none.contains("apt-get install dataset-fashion-mnist"), "{none}");
    assert!(
        train(&["--channels", "0"]).fails(2).contains("a convolution without channels lets nothing through")
    );
}

#[test]
fn networks_that_can_not_be_trained() {
    let mistakes = file("mistakes.cr", b"a = sigmiod(x)\nb = a +\nc = a * (b\n");
    let run = run(&["train", "--model", mistakes]).fails(2);
    assert_eq!(run.matches("error: ").count(), 3, "{run}");
    assert_eq!(run.matches(" --> mistakes.cr:").count(), 3, "{run}");
    for (name, content, code, said) in [
        ("empty_model.cr", &b""[..], 2, "error: formula: the formula is empty\n"),
        (
            "unfit.cr",
            b"param W[3, classes] = he\nlogits = x @ W\nloss = mean(cross_entropy(logits, y))\n",
            2,
            "error: matmul: ",
        ),
        (
            "no_loss.cr",
            b"param W[features, classes] = he\nlogits = x @ W\n",
            2,
            "error: --model: the formula does not bind loss\n",
        ),
    ] {
        let said_so = common::run(&["train", "--model", file(name, content)]).fails(code);
        assert!(said_so.starts_with(said), "{said_so}");
    }
    empty_folder("folder.cr");
    let said = common::run(&["train", "--model", "folder.cr"]).fails(3);
    assert_eq!(said, "error: folder.cr: can't be read: it is a directory\n  = hint: name a file\n");
}

#[test]
fn settings_without_sense() {
    let data = file("sense.csv", TABLE.as_bytes());
    for (setting, value, said) in [
        ("--batch", "0", "error: --batch: 0 examples a step teach nothing\n"),
        ("--rate", "0", "error: --rate: 0 is no learning rate\n"),
        ("--rate", "nan", "error: --rate: NaN is no learning rate\n"),
        ("--decay", "inf", "error: --decay: weights can't shrink by inf\n"),
        ("--seeds", "0", "error: --seeds: 0 runs tell nothing\n"),
        ("--test-share", "1", "error: --test-share: 1 is no share\n"),
        (
            "--test-share",
            "0.01",
            "error: --test-share: a share of 0.01 of 10 examples leaves none to hold out\n",
        ),
    ] {
        let text = train(&["--data", data, "--label", "kind", setting, value]).fails(2);
        assert!(text.starts_with(said), "{text}");
    }
    let huge = u64::MAX.to_string();
    let said = run(&["train", "--data", data, "--label", "kind", "--epochs", &huge]).fails(2);
    assert!(said.starts_with("error: --epochs: "), "{said}");
    let said = train(&["--data", data, "--label", "kind", "--seeds", &huge, "--batch", "0"]).fails(2);
    assert!(said.starts_with("error: --batch: "), "{said}");
    let said = run(&["train", "--data", data, "--label", "kind", "--layers", "4000000,4000000"]).fails(2);
    assert!(said.starts_with("error: --layers: [4000000, 4000000] has more than "), "{said}");
}

#[test]
fn a_loss_that_leaves_the_numbers_is_code_1_and_saves_nothing() {
    let place = empty_folder("diverged");
    let path = place.join("w.safetensors").display().to_string();
    let data = file("diverged.csv", TABLE.as_bytes());
    for epochs in ["1", "50"] {
        let run = run(&[
            "train",
            "--data",
            data,
            "--label",
            "kind",
            "--layers",
            "4,4",
            "--optimiser",
            "sgd",
            "--rate",
            "1e38",
            "--epochs",
            epochs,
            "--save",
            &path,
        ]);
        assert_eq!(run.code, Some(1), "{}{}", run.out, run.err);
        assert!(run.err.contains("error: train: the "), "{}", run.err);
        assert!(run.err.contains("a lower rate than "), "{}", run.err);
    }
    assert_eq!(names(&place), [""; 0]);
}

#[test]
fn places_that_can_not_be_written_are_known_before_the_first_step() {
    let place = empty_folder("places");
    let data = file("places.csv", TABLE.as_bytes());
    std::fs::write(place.join("file"), b"kept").expect("the folder is writable");
    std::fs::create_dir(place.join("folder")).expect("the folder is writable");
    let mut places = vec![
        ("folder", "it is a directory"),
        ("file/w.safetensors", "places/file is no folder"),
        ("none/w.safetensors", "no such file or directory"),
    ];
    if cfg!(target_os = "linux") {
        places.extend([
            ("/dev/full", "no space left on device"),
            ("/proc/w.safetensors", "the folder takes no new files"),
        ]);
    }
    for (name, why) in places {
        let path = if name.starts_with('/') { name.to_string() } else { format!("places/{name}") };
        let hint = "give a path in a folder that can be written and has room";
        // As root, and where the system has other words, the reason may differ; the rest does not.
        let said = train(&["--data", data, "--label", "kind", "--save", &path]).fails(3);
        assert_eq!(said, format!("error: {path}: can't be written: {why}\n  = hint: {hint}\n"));
    }
    assert_eq!(names(&place), ["file", "folder"]);
    assert_eq!(names(&place.join("folder")), [""; 0]);
    assert_eq!(std::fs::read(place.join("file")).ok().as_deref(), Some(&b"kept"[..]));
}

#[test]
fn weights_do_not_replace_what_they_are_made_from() {
    let data = file("source.csv", TABLE.as_bytes());
    let expected = "\
error: --save: ./source.csv is read by this training; it would be replaced
  = hint: give a file of its own, as in weights.safetensors
";
    says(&["--data", data, "--label", "kind", "--save", "./source.csv"], 2, expected);
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_without_room_keeps_what_was_there() {
    let place = empty_folder("no_room");
    let data = file("no_room.csv", TABLE.as_bytes());
    let path = place.join("w.safetensors");
    std::fs::write(&path, b"old").expect("the folder is writable");
    let name = path.display().to_string();
    // 8 blocks of 512 bytes; the weights of the default layers need more.
    let arguments = ["train", "--data", data, "--label", "kind", "--epochs", "1", "--save", &name];
    let said = common::limited("ulimit -f 8", &arguments).fails(3);
    assert!(said.starts_with(&format!("error: {name}: can't be written: file too large\n")), "{said}");
    assert_eq!(std::fs::read(&path).ok().as_deref(), Some(&b"old"[..]));
    assert_eq!(names(&place), ["w.safetensors"]);
}

#[cfg(unix)]
#[test]
fn weights_go_through_a_pipe_too() {
    use std::process::{Command, Stdio};
    let place = empty_folder("pipe");
    let data = file("pipe.csv", TABLE.as_bytes());
    let pipe = place.join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("every unix makes pipes").success());
    let reader = Command::new("cat").arg(&pipe).stdout(Stdio::piped()).spawn().expect("every unix has cat");
    let run = train(&["--data", data, "--label", "kind", "--save", &pipe.display().to_string()]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let bytes = reader.wait_with_output().expect("the pipe was closed").stdout;
    assert_eq!(safetensors::SafeTensors::deserialize(&bytes).map(|f| f.len()).ok(), Some(4));
}

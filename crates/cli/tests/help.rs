//! Help texts, and output that is not for a terminal.

mod common;

use common::{command, run};

/// A folder with what examples read: flowers, and a network that knows them.
fn files_of_examples() -> std::path::PathBuf {
    let place = common::empty_folder("examples");
    let row = |i: usize| format!("{},{},{}\n", i % 7, i % 5, ["rose", "tulip"][usize::from(i % 7 > 3)]);
    let table = "length,width,kind\n".to_string() + &(0..70).map(row).collect::<String>();
    for name in ["flowers.csv", "more_flowers.csv", "new.csv"] {
        std::fs::write(place.join(name), &table).expect("the folder is writable");
    }
    let train =
        ["train", "csv", "flowers.csv", "--label", "kind", "--epochs", "5", "--save", "flowers.safetensors"];
    let trained =
        command().current_dir(&place).args(train).output().expect("the binary was built for this test");
    assert!(trained.status.success());
    place
}

#[test]
fn every_help_text_has_an_example_that_works() {
    let whole = run(&["--help"]).ok();
    let commands: Vec<&str> = whole
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    let place = files_of_examples();
    assert!(commands.contains(&"explain") && commands.contains(&"gates"), "{commands:?}");
    for name in commands {
        let help = run(&[name, "--help"]).ok();
        let example =
            help.split_once("Example:\n").unwrap_or_else(|| panic!("{name} --help has an example")).1;
        let line = example.lines().next().map(str::trim).unwrap_or_default();
        assert!(line.starts_with(&format!("chainrule {name}")), "{line}");
        // They need minutes, or a run that somebody else has left, or serve until they are stopped.
        if !["train", "doctor", "view"].contains(&name) {
            let output = std::process::Command::new("sh")
                .current_dir(&place)
                .args(["-c", &line.replacen("chainrule", env!("CARGO_BIN_EXE_chainrule"), 1)])
                .output()
                .expect("a shell runs it");
            assert_eq!(output.status.code(), Some(0), "{line}\n{}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

#[test]
fn pipes_get_no_codes_and_drawings_are_whole() {
    let neuron = ["explain", "sigmoid(w0*x0 + w1*x1 + w2)", "w0=2", "x0=-1", "w1=-3", "x1=-2", "w2=-3"];
    let plain = run(&neuron).ok();
    assert!(!plain.contains('\u{1b}'));
    assert!(plain.contains("┤ σ ├"), "{plain}");
    assert!(plain.lines().all(|line| line.chars().count() <= 110));
    let wrong = run(&["explain", "sigmiod(x)", "x=1"]);
    assert!(!wrong.err.contains('\u{1b}'));
    // where colours are forced, the letters are the same
    let output = command()
        .args(neuron)
        .env("CLICOLOR_FORCE", "1")
        .output()
        .expect("the binary was built for this test");
    let coloured = String::from_utf8(output.stdout).expect("the program prints UTF-8");
    assert!(coloured.contains("\u{1b}["), "{coloured}");
    let mut letters = String::new();
    for (i, part) in coloured.split('\u{1b}').enumerate() {
        let rest = if i == 0 { part } else { part.split_once('m').map_or("", |(_, rest)| rest) };
        letters.push_str(rest);
    }
    assert_eq!(letters, plain);
    let output = command().args(neuron).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").output();
    assert!(output.is_ok());
}

#[test]
fn the_catalogue_tells_what_the_rooms_state() {
    let sigmoid = run(&["gates", "sigmoid"]).ok();
    assert!(sigmoid.starts_with("sigmoid: "), "{sigmoid}");
    assert!(sigmoid.contains("\n  local gradient  ds/dx = (1 - s) s\n"), "{sigmoid}");
    let list = run(&["gates"]).ok();
    let markdown = run(&["gates", "--markdown"]).ok();
    for name in ["add", "maximum", "matmul", "sum"] {
        assert!(list.contains(&format!("\n  {name} ")), "{name}");
        assert!(markdown.contains(&format!("\n### {name}\n")), "{name}");
    }
}

//! The console blocks of README.md, docs/cli.md and docs/pictures.md are what the command prints. `BLESS=1` renews them.

use std::{fs, path::Path, process::Command};

/// What `$ chainrule ..` prints, run by a shell.
fn output(line: &str) -> String {
    let command = line.replacen("chainrule", env!("CARGO_BIN_EXE_chainrule"), 1);
    let result = Command::new("sh").args(["-c", &command]).output().expect("a shell runs it");
    String::from_utf8(result.stdout).expect("the command prints text")
}

#[test]
fn documents_show_what_the_command_prints() {
    for file in ["README.md", "docs/cli.md", "docs/pictures.md"] {
        check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file));
    }
}

fn check(path: &Path) {
    let written = fs::read_to_string(path).expect("the document is there");
    let mut renewed = String::new();
    let mut rest = written.as_str();
    let mut blocks = 0;
    while let Some((before, block)) = rest.split_once("```console\n$ ") {
        let (block, after) = block.split_once("```").expect("a block ends");
        let line = block.lines().next().expect("a block has a command");
        renewed += &format!("{before}```console\n$ {line}\n{}```", output(line));
        rest = after;
        blocks += 1;
    }
    renewed += rest;
    assert!(blocks > 0, "the document has a console block");
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, renewed).expect("the document can be written");
    } else {
        assert_eq!(written, renewed, "renew it with BLESS=1 if this is meant");
    }
}

#[test]
fn the_catalogue_is_that_of_the_rooms() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/gates.md");
    let printed = output("chainrule gates --markdown");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &printed).expect("docs/gates.md can be written");
    }
    let written = fs::read_to_string(&path).expect("docs/gates.md is there");
    assert_eq!(written, printed, "renew it with cargo xtask gates");
}

//! Configuration files that are random or damaged: what is said of them is short, no panic, and no more memory than is stated.

#![allow(clippy::unwrap_used, unsafe_code, reason = "tests may panic, and count memory")]

#[allow(dead_code, reason = "each fuzz test uses some of them")]
#[path = "../../../nn/tests/fuzz/damage.rs"]
mod damage;
#[allow(dead_code, reason = "as above")]
#[path = "../../../nn/tests/fuzz/harness.rs"]
mod harness;
#[allow(dead_code, reason = "as above")]
#[path = "../../../nn/tests/fuzz/memory.rs"]
mod memory;

use super::{COMMAND, Train, words};
use crate::Cli;
use clap::{Args, Command, Parser};
use harness::{Damage, Reader};
use serde_json::Value;
use std::path::Path;

const SEED: &str = "task = \"csv\"\nsource = \"flowers.csv\"\nlabel = \"kind\"\nlayers = [16, 8]\nepochs = 3\n\
                    rate = 0.01\nshifts = false\noptimiser = \"adam\"\nsave = \"w.safetensors\"\n";
const TOKENS: &str =
    "# a comment\ntask = \"text\"\ndecay-of = [\"bias=0\", \"norm=0\"]\nseed = 5\nweb = true\n";

/// What a configuration file adds to `train`.
fn read(text: &str) -> Result<Vec<String>, String> {
    let command = Train::augment_args(Command::new(COMMAND));
    let given = command.try_get_matches_from([COMMAND]).unwrap();
    words(text, Path::new("chainrule.toml"), &given).map_err(|failure| {
        let mistakes: Vec<String> = failure.mistakes().map(|(mistake, _)| format!("{mistake:?}")).collect();
        mistakes.join("\n")
    })
}

/// A JSON value as TOML has it.
fn toml(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(toml).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let field =
                |(name, value): (&String, &Value)| format!("{} = {}", Value::from(&name[..]), toml(value));
            format!("{{ {} }}", fields.iter().map(field).collect::<Vec<_>>().join(", "))
        }
        plain => plain.to_string(),
    }
}

fn within(seed: &[u8], damages: &[Damage]) -> Vec<u8> {
    let table: super::Table = str::from_utf8(seed).unwrap().parse().unwrap();
    let mut tree = serde_json::to_value(&table).unwrap();
    damages.iter().for_each(|damage| damage::within(&mut tree, damage));
    let lines = tree.as_object().into_iter().flatten();
    let lines = lines.map(|(name, value)| format!("{} = {}\n", Value::from(&name[..]), toml(value)));
    lines.collect::<String>().into_bytes()
}

fn reader() -> Reader {
    fn check(bytes: &[u8]) -> Result<(), String> {
        let text = str::from_utf8(bytes).map_err(|why| why.to_string())?;
        let words = read(text)?;
        // Options that can't stand together are told apart by clap, as on the command line.
        let all = ["chainrule", COMMAND].map(String::from).into_iter().chain(words);
        memory::apart(|| Cli::try_parse_from(all).map(drop).ok());
        Ok(())
    }
    let seeds = [SEED, TOKENS].map(|text| text.as_bytes().to_vec()).to_vec();
    let telling = b"=\"'[]{}#,.\n-_+0e9\\tfn\xff\xc3";
    Reader {
        name: "chainrule.toml",
        disk: true,
        seeds,
        telling,
        within: Some(within),
        factor: 200,
        read: check,
    }
}

#[test]
fn no_file_makes_it_panic_or_take_more_than_is_stated() {
    reader().run();
}

#[test]
fn crowded_files_take_no_more_than_is_stated_and_say_little() {
    let keys: String = (0..100_000).map(|i| format!("{i}=1\n")).collect();
    let said = reader().crowded(keys.as_bytes()).unwrap();
    assert!(said.contains("there is no option"), "{said}");
    let list = format!("layers=[{}1]", "1,".repeat(1 << 18));
    assert_eq!(reader().crowded(list.as_bytes()), None);
    let lists = format!("layers=[{}1]", "[],".repeat(1 << 17));
    let said = reader().crowded(lists.as_bytes()).unwrap();
    assert!(said.contains("layers can't be [[], []") && said.len() < 2000, "{}", said.len());
    let long = "x".repeat(300_000);
    for (text, wanted) in [
        (format!("{long} = 1"), "there is no option xxx"),
        (format!("epochs = \"{long}\""), "epochs can't be \"xxx"),
        (format!("epochs = {{ {long} = 1 }}"), "epochs can't be { xxx"),
        (format!("optimiser = \"{long}\""), "optimiser can't be \"xxx"),
        (format!("shifts = \"{long}\""), "shifts is not \"xxx"),
        (format!("{}1", "a=[".repeat(100_000)), "chainrule.toml"),
        (format!("{}=1", "a.".repeat(150_000)), "chainrule.toml"),
        (format!("{long} = 1\n{long} = 2"), "duplicate key"),
    ] {
        let said = reader().crowded(text.as_bytes()).unwrap();
        assert!(said.contains(wanted) && said.len() < 2000, "{wanted}: {}", &said[..said.len().min(500)]);
    }
}

#[test]
fn a_task_is_not_taken_for_an_option() {
    let said = read("task = \"--help\"").unwrap_err();
    assert!(said.contains("task can't be") && said.contains("give a name or a path"), "{said}");
    assert_eq!(read("task = \"moons\"\nepochs = 2"), Ok(vec!["moons".into(), "--epochs=2".into()]));
}

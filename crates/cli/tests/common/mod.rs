//! Runs the built binary as a user would, with its output in pipes.
#![allow(dead_code)]

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What came of one run.
pub struct Run {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Run {
    pub fn new(output: Output) -> Run {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program prints UTF-8");
        Run { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// The JSON of a run that succeeded.
    pub fn json(&self) -> Value {
        assert_eq!(self.code, Some(0), "{}", self.err);
        serde_json::from_str(&self.out).expect("--json prints JSON")
    }

    /// What it printed, if it succeeded.
    pub fn ok(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (Some(0), ""));
        self.out
    }

    /// What it printed, if it trained to the end; its progress is plain text, as all that goes to a pipe.
    pub fn trained(self) -> String {
        assert_eq!(self.code, Some(0), "{}", self.err);
        assert!(self.err.lines().all(|line| line.starts_with("epoch ")), "{}", self.err);
        self.plain();
        self.out
    }

    /// No colours, and no marks that make a line start again.
    pub fn plain(&self) {
        for text in [&self.out, &self.err] {
            assert!(!text.contains(['\x1b', '\r', '\x08']), "{text:?}");
        }
    }

    /// What it complained about, if it failed with this code and printed nothing else.
    pub fn fails(self, code: i32) -> String {
        assert_eq!((self.code, self.out.as_str()), (Some(code), ""), "{}", self.err);
        self.err
    }
}

/// The program, not yet run, in the folder for test files.
pub fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chainrule"));
    command.current_dir(folder()).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command
}

pub fn run(arguments: &[&str]) -> Run {
    Run::new(command().args(arguments).output().expect("the binary was built for this test"))
}

/// The program in a shell that first sets a limit.
#[cfg(target_os = "linux")]
pub fn limited(limit: &str, arguments: &[&str]) -> Run {
    let program = command();
    let script = format!("{limit} && exec \"$0\" \"$@\"");
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).arg(program.get_program()).args(arguments).current_dir(folder());
    Run::new(shell.output().expect("every unix has a shell"))
}

/// A folder for files that tests write; each test writes names of its own.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
}

/// An empty folder in that folder, for one test alone.
pub fn empty_folder(name: &str) -> PathBuf {
    let path = folder().join(name);
    // The first time there is none to remove.
    std::fs::remove_dir_all(&path).ok();
    std::fs::create_dir_all(&path).expect("the folder for test files is writable");
    path
}

/// The names of all files in a folder, hidden ones too.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.expect("it can be listed").file_name();
    let mut names: Vec<String> = entries.map(|e| name(e).to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Writes a file into the folder and gives its name.
pub fn file<'a>(name: &'a str, content: &[u8]) -> &'a str {
    std::fs::write(folder().join(name), content).expect("the folder for test files is writable");
    name
}

/// Flat numbers of a JSON answer; NaN and infinities are strings there.
pub fn numbers(value: &Value) -> Vec<f64> {
    let number = |v: &Value| match v {
        Value::String(word) => word.parse().expect("only NaN and infinities are strings"),
        other => other.as_f64().expect("flat numbers"),
    };
    value.as_array().expect("a flat list").iter().map(number).collect()
}

/// The only number of a flat list.
pub fn number(value: &Value) -> f64 {
    let [number] = numbers(value)[..] else { panic!("one number, not {value}") };
    number
}

/// The gradient of a scalar by name.
pub fn gradient(answer: &Value, name: &str) -> f64 {
    number(&answer["gradients"][name]["value"])
}

/// How many floats lie between two of one sign.
pub fn ulps(a: f64, b: f64) -> u64 {
    assert_eq!(a.is_sign_negative(), b.is_sign_negative(), "{a} {b}");
    a.abs().to_bits().abs_diff(b.abs().to_bits())
}

//! Chores of the workspace: `cargo xtask tidy | bless | gates [--check]`.

mod bless;
mod catalogue;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const USAGE: &str = "\
usage: cargo xtask <command>

  tidy             check the laws of the house: floors, rooms, sizes, words, text
  bless            run the golden tests and renew what they expect
  gates [--check]  write docs/gates.md from the gates themselves, or check that it is up to date
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        ["tidy"] => tidy::run(&root()),
        ["bless"] => bless::run(&root()),
        ["gates"] => catalogue::write(&root()),
        ["gates", "--check"] => catalogue::check(&root()),
        ["--help" | "-h" | "help"] => {
            print!("{USAGE}");
            Ok(true)
        }
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(what) => {
            eprintln!("xtask: {what}");
            ExitCode::from(3)
        }
    }
}

/// The folder of the workspace. Cargo says where this crate is when it runs us.
fn root() -> PathBuf {
    let here =
        std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from("crates/xtask"), PathBuf::from);
    here.ancestors().nth(2).map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// The cargo that runs us, so that both use one toolchain.
fn cargo(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).args(arguments);
    command
}

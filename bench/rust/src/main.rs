//! The rows of bench/definitions.md on Chainrule. `chainrule-bench FOLDER` serves a row; `chainrule-bench FOLDER SECONDS` runs
//! it for so long, for a profiler; `chainrule-bench FOLDER profile CALLS` prints what each step of its plan takes, beside the least;
//! `chainrule-bench FOLDER slowest CALLS` the longest of them alone, equal ones together.

mod inputs;
mod networks;
mod optimisers;
mod subject;

use chainrule_bench_server::{Inputs, Result, Row, run, timed};
use std::path::Path;
use subject::Subject;

/// How many steps are printed as the slowest.
const SLOWEST: usize = 8;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [folder] => {
            run::<Subject>(Path::new(folder), &format!(r#""chainrule": "{}""#, env!("CARGO_PKG_VERSION")))
        }
        [folder, seconds] => {
            let mut subject = Subject::new(&Inputs::read(Path::new(folder))?)?;
            println!("{{{}}}\n{}", subject.prepared(), subject.debug());
            println!("{}", timed(seconds.parse()?, || subject.call())?);
            Ok(())
        }
        [folder, what, calls] if what == "profile" => {
            println!("{}", Subject::new(&Inputs::read(Path::new(folder))?)?.profile(calls.parse()?)?);
            Ok(())
        }
        [folder, what, calls] if what == "slowest" => {
            let subject = Subject::new(&Inputs::read(Path::new(folder))?)?;
            subject.profile(calls.parse()?)?.slowest(SLOWEST).iter().for_each(|step| print!("{step}"));
            Ok(())
        }
        _ => Err("usage: chainrule-bench FOLDER [SECONDS | profile CALLS | slowest CALLS]".into()),
    }
}

//! The rows of bench/definitions.md on Chainrule. `chainrule-bench FOLDER` serves a row; `chainrule-bench FOLDER SECONDS` runs
//! it for so long, for a profiler.

mod inputs;
mod networks;
mod optimisers;
mod subject;

use chainrule_bench_server::{Inputs, Result, Row, run, timed};
use std::path::Path;
use subject::Subject;

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
        _ => Err("usage: chainrule-bench FOLDER [SECONDS]".into()),
    }
}

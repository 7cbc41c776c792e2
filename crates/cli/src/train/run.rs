//! One training or several, and what is printed of them.

use super::report::{header, line, results, results_json, several};
use super::{Job, Trained};
use crate::commands::train::keeping::Log;
use crate::failure::{Failure, Result};
use crate::{output, render};
use chainrule_nn::trainer::End;

/// Trains once; whether Ctrl-C ended it. A page that shows it is served on until Ctrl-C, however it ended.
///
/// # Errors
/// As [`Job::train`].
pub fn one(job: &Job<'_>, seed: u64) -> Result<bool> {
    let told = learn(job, seed);
    let Some(live) = job.live.get() else { return told };
    if let Err(failure) = &told {
        render::failure(failure);
    }
    live.wait();
    told.map_err(Failure::reported)
}

/// Trains once and prints what came of it; whether Ctrl-C ended it.
fn learn(job: &Job<'_>, seed: u64) -> Result<bool> {
    let json = job.keeping.log == Some(Log::Json);
    let trained = job.train(seed, &mut |parts, name| {
        if json { Ok(()) } else { output::print(&format!("{}\n", header(job, parts, name))) }
    })?;
    output::print(&if json { results_json(&trained) } else { results(&trained) })?;
    trained.saved?;
    if let Some(path) = job.keeping.save.as_ref().filter(|_| !json) {
        output::print(&format!("\nweights saved to {}\n", path.display()))?;
    }
    Ok(trained.end == End::Stopped)
}

/// Trains once for each seed; whether Ctrl-C ended it.
///
/// # Errors
/// As [`Job::train`].
pub fn all(job: &Job<'_>, seeds: impl Iterator<Item = u64>) -> Result<bool> {
    let json = job.keeping.log == Some(Log::Json);
    let mut runs: Vec<(u64, Trained)> = Vec::new();
    let mut stopped = false;
    for seed in seeds {
        let is_first = runs.is_empty();
        let trained = job.train(seed, &mut |parts, name| match is_first && !json {
            true => output::print(&format!("{}\n", header(job, parts, name))),
            false => Ok(()),
        })?;
        stopped = trained.end == End::Stopped;
        if stopped {
            break;
        }
        output::print(&if json { results_json(&trained) } else { line(seed, &trained) })?;
        runs.push((seed, trained));
    }
    if !runs.is_empty() && !json {
        output::print(&several(&runs))?;
    }
    Ok(stopped)
}

//! One row of bench/definitions.md on Chainrule, as a server: a request a line on stdin, an answer in JSON on stdout.
//! bench/peers/common.py speaks the same language. `chainrule-bench FOLDER` serves; `chainrule-bench FOLDER SECONDS` runs
//! the row for so long, for a profiler.

mod inputs;
mod networks;
mod optimisers;
mod subject;

use inputs::{Inputs, Result};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};
use subject::Subject;

/// Seconds a call: median and least over chunks of calls that fill the time.
fn timed(seconds: f64, mut call: impl FnMut() -> Result<()>) -> Result<String> {
    let start = Instant::now();
    call()?;
    let once = start.elapsed().as_secs_f64();
    let chunk = ((seconds / 10.0 / once.max(1e-9)) as usize).max(1);
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    let mut times = Vec::new();
    while times.is_empty() || Instant::now() < end {
        let start = Instant::now();
        for _ in 0..chunk {
            call()?;
        }
        times.push(start.elapsed().as_secs_f64() / chunk as f64);
    }
    times.sort_by(f64::total_cmp);
    let (middle, calls) = (times.len() / 2, times.len() * chunk);
    let median = if times.len() % 2 == 1 { times[middle] } else { (times[middle - 1] + times[middle]) / 2.0 };
    Ok(format!(r#"{{"median": {median:e}, "least": {:e}, "calls": {calls}}}"#, times[0]))
}

/// A figure of this process in bytes.
fn status(name: &str) -> usize {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<usize>().ok()).unwrap_or(0) * 1024
}

fn prepare(folder: &Path) -> Result<(Subject, String)> {
    let mut subject = Subject::new(&Inputs::read(folder)?)?;
    subject.call()?;
    let answer = format!(
        r#"{{"trace": {:e}, "compile": {:e}, "flops": {}, "arena": {}}}"#,
        subject.seconds[0], subject.seconds[1], subject.flops, subject.bytes
    );
    Ok((subject, answer))
}

fn answer(subject: &mut Subject, idle: usize, request: &[&str]) -> Result<String> {
    match *request {
        ["time", seconds] => {
            subject.reset();
            timed(seconds.parse()?, || subject.call())
        }
        ["value", seconds] => {
            let flops = subject.prepare_value()?;
            let time = timed(seconds.parse()?, || subject.call_value())?;
            Ok(format!(r#"{{"flops": {flops}, "time": {time}}}"#))
        }
        ["gradient", seconds] => {
            let flops = subject.prepare_gradient()?;
            let time = timed(seconds.parse()?, || subject.call_value())?;
            Ok(format!(r#"{{"flops": {flops}, "time": {time}}}"#))
        }
        ["memory"] => Ok(format!(r#"{{"bytes": {}}}"#, status("VmHWM").saturating_sub(idle))),
        ["check", folder] => {
            subject.check(Path::new(folder))?;
            Ok("{}".into())
        }
        _ => Err(format!("unknown request: {}", request.join(" ")).into()),
    }
}

fn serve(folder: &Path) -> Result<()> {
    let idle = status("VmRSS");
    let mut out = std::io::stdout().lock();
    writeln!(out, r#"{{"versions": {{"chainrule": "{}"}}}}"#, env!("CARGO_PKG_VERSION"))?;
    let mut subject = None;
    for line in std::io::stdin().lines() {
        let line = line?;
        let request: Vec<&str> = line.split_whitespace().collect();
        let text = match (&request[..], &mut subject) {
            (["prepare"], _) => {
                let (prepared, text) = prepare(folder)?;
                subject = Some(prepared);
                text
            }
            (["quit"], _) => break,
            (request, Some(subject)) => answer(subject, idle, request)?,
            _ => return Err("prepare comes first".into()),
        };
        writeln!(out, "{text}")?;
        out.flush()?;
    }
    Ok(())
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [folder] => serve(Path::new(folder)),
        [folder, seconds] => {
            let (mut subject, text) = prepare(Path::new(folder))?;
            println!("{text}\n{}", subject.debug());
            println!("{}", timed(seconds.parse()?, || subject.call())?);
            Ok(())
        }
        _ => Err("usage: chainrule-bench FOLDER [SECONDS]".into()),
    }
}

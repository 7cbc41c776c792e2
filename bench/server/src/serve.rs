//! The server.

use crate::{Inputs, Numbers, Result};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

/// A row made ready.
pub trait Row: Sized {
    /// Makes it ready: compiles what there is to compile.
    ///
    /// # Errors
    /// A row that this program does not have.
    fn new(inputs: &Inputs) -> Result<Self>;

    /// What else there is to say of it once it is ready: the members of a JSON object.
    fn prepared(&self) -> String {
        String::new()
    }

    /// What is timed.
    ///
    /// # Errors
    /// What the program says.
    fn call(&mut self) -> Result<()>;

    /// Back to the first weights.
    fn reset(&mut self);

    /// What is compared, by name.
    ///
    /// # Errors
    /// What the program says.
    fn outputs(&mut self) -> Result<Vec<(String, Numbers)>>;

    /// Requests that this program alone answers.
    ///
    /// # Errors
    /// A request that nobody knows.
    fn answer(&mut self, request: &[&str]) -> Result<String> {
        Err(format!("unknown request: {}", request.join(" ")).into())
    }
}

/// What is compared of the loss: that of a call where weights stay, those of the first four calls where they are updated.
///
/// # Errors
/// What a call says; updated networks are of f32.
pub fn losses(is_updated: bool, mut call: impl FnMut() -> Result<Numbers>) -> Result<(String, Numbers)> {
    if !is_updated {
        return Ok(("loss".into(), call()?));
    }
    let one = |_| match call()? {
        Numbers::F32(one) => Ok(one[0]),
        _ => Err("networks are of f32".into()),
    };
    Ok(("losses".into(), Numbers::F32((0..4).map(one).collect::<Result<_>>()?)))
}

/// Serves a row; the versions are `"name": "version"` pairs.
///
/// # Errors
/// What the row says, and a channel that breaks.
pub fn run<R: Row>(folder: &Path, versions: &str) -> Result<()> {
    let idle = status("VmRSS");
    let mut out = std::io::stdout().lock();
    writeln!(out, r#"{{"versions": {{{versions}}}}}"#)?;
    out.flush()?;
    let mut row: Option<R> = None;
    for line in std::io::stdin().lines() {
        let line = line?;
        let request: Vec<&str> = line.split_whitespace().collect();
        let text = match (&request[..], &mut row) {
            (["prepare"], _) => {
                let mut fresh = R::new(&Inputs::read(folder)?)?;
                fresh.call()?;
                format!("{{{}}}", row.insert(fresh).prepared())
            }
            (["quit"], _) => break,
            (["memory"], _) => format!(r#"{{"bytes": {}}}"#, status("VmHWM").saturating_sub(idle)),
            (request, Some(row)) => answer(row, request)?,
            _ => return Err("prepare comes first".into()),
        };
        writeln!(out, "{text}")?;
        out.flush()?;
    }
    Ok(())
}

fn answer<R: Row>(row: &mut R, request: &[&str]) -> Result<String> {
    match *request {
        ["time", seconds] => {
            row.reset();
            timed(seconds.parse()?, || row.call())
        }
        ["check", folder] => {
            for (name, numbers) in row.outputs()? {
                numbers.write(Path::new(folder), &name)?;
            }
            Ok("{}".into())
        }
        _ => row.answer(request),
    }
}

/// Seconds a call: median and least over chunks of calls that fill the time.
///
/// # Errors
/// What the call says.
pub fn timed(seconds: f64, mut call: impl FnMut() -> Result<()>) -> Result<String> {
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

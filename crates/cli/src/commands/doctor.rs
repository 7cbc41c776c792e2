//! `chainrule doctor`: what is wrong with a training, from the run file that it left.

use crate::failure::{self, Failure, Result, argument};
use crate::output;
use chainrule_explorer::health::{self, Severity, Threshold, Thresholds, Verdict};
use chainrule_explorer::run::{Birth, History, Reader};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Say what is wrong with a training, layer by layer, from the run file that it left
#[derive(clap::Args)]
#[command(after_help = EXAMPLE)]
pub struct Doctor {
    /// A run file, as `train --run` writes it
    #[arg(value_name = "RUN")]
    run: PathBuf,

    /// Change a threshold, as in --set vanishing=1e-5; docs/runs.md lists them
    #[arg(long = "set", value_name = "NAME=NUMBER")]
    thresholds: Vec<String>,

    /// Print everything as data
    #[arg(long)]
    json: bool,
}

const EXAMPLE: &str = "\
Example:
  chainrule doctor digits.run.jsonl

Exit code 1 if something is wrong; what is only worth a look is not.";

/// Runs it.
pub fn run(args: &Doctor) -> Result<()> {
    let thresholds = thresholds(&args.thresholds)?;
    let (history, is_cut) = read(&args.run)?;
    let verdicts = health::check(&history, &thresholds);
    let report = Report { path: &args.run, history: &history, is_cut, verdicts: &verdicts };
    output::print(&if args.json { report.line() } else { report.text() })?;
    if health::is_sound(&verdicts) { Ok(()) } else { Err(Failure::no()) }
}

fn thresholds(given: &[String]) -> Result<Thresholds> {
    let mut thresholds = Thresholds::default();
    let mut failures = Vec::new();
    for text in given {
        if let Err(mistake) = set(&mut thresholds, text) {
            failures.push(mistake);
        }
    }
    Failure::from_all(failures).map_or(Ok(thresholds), Err)
}

fn set(thresholds: &mut Thresholds, text: &str) -> Result<()> {
    let mistake = |what: String, hint: String| Err(Failure::from(argument("--set", what, hint)));
    let Some((name, number)) = text.split_once('=') else {
        return mistake(format!("`{text}` is no NAME=NUMBER"), "write it as in vanishing=1e-5".into());
    };
    let mut named = thresholds.named();
    let names = named.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let Some((_, threshold)) = named.iter_mut().find(|(known, _)| *known == name) else {
        return mistake(format!("there is no threshold `{name}`"), format!("they are {names}"));
    };
    match (threshold, number.parse::<usize>(), number.parse::<f64>()) {
        (Threshold::Count(count), Ok(given), _) => **count = given,
        (Threshold::Number(number), _, Ok(given)) if given.is_finite() => **number = given,
        (Threshold::Count(_), ..) => {
            return mistake(format!("`{number}` is no count"), format!("give {name} a whole number"));
        }
        (Threshold::Number(_), ..) => {
            return mistake(format!("`{number}` is no number"), format!("give {name} a finite number"));
        }
    }
    Ok(())
}

/// The run, and whether its last line is cut off.
fn read(path: &Path) -> Result<(History, bool)> {
    if path.is_dir() {
        return Err(Failure::file(failure::content(path, "can't be read: it is a directory", "name a file")));
    }
    let mut reader = Reader::open(path).map_err(|why| failure::file(path, "read", &why))?;
    let mut history = History::default();
    for record in &mut reader {
        history.push(&record?);
    }
    Ok((history, reader.is_cut()))
}

/// Everything that is said.
struct Report<'a> {
    path: &'a Path,
    history: &'a History,
    is_cut: bool,
    verdicts: &'a [Verdict],
}

#[derive(Serialize)]
struct Answer<'a> {
    run: String,
    steps: u64,
    observed: u64,
    observing: Option<f64>,
    end: Option<&'a str>,
    cut: bool,
    sound: bool,
    verdicts: &'a [Verdict],
    births: &'a [Birth],
}

impl Report<'_> {
    fn line(&self) -> String {
        let answer = Answer {
            run: self.path.display().to_string(),
            steps: self.history.last.as_ref().map_or(0, |step| step.s),
            observed: self.history.observed,
            observing: self.history.observing(),
            end: self.history.end.as_ref().map(|end| end.why.as_str()),
            cut: self.is_cut,
            sound: health::is_sound(self.verdicts),
            verdicts: self.verdicts,
            births: &self.history.births,
        };
        serde_json::to_string(&answer).expect("maps with texts as keys can be written as JSON") + "\n"
    }

    fn text(&self) -> String {
        let mut text = self.head();
        // By layer, the one with the worst verdict first.
        let mut layers: Vec<&str> = Vec::new();
        for verdict in self.verdicts {
            if !layers.contains(&verdict.at.as_str()) {
                layers.push(&verdict.at);
            }
        }
        for layer in layers {
            text += &format!("\n{}\n", if layer.is_empty() { "the whole network" } else { layer });
            let of_layer = self.verdicts.iter().filter(|verdict| verdict.at == layer);
            of_layer.for_each(|verdict| text += &lines(verdict));
        }
        for birth in &self.history.births {
            text += &format!("\n{birth}\n");
        }
        text + "\n" + &self.count()
    }

    /// What the file holds, and what it does not.
    fn head(&self) -> String {
        let history = self.history;
        let steps = history.last.as_ref().map_or(0, |step| step.s);
        let mut facts = vec![format!("{steps} steps"), format!("{} observed", history.observed)];
        if let (Some((_, first)), Some((_, last))) = (history.losses.first(), history.losses.last()) {
            facts.push(format!("loss {} to {}", short(*first), short(*last)));
        }
        if let Some(share) = history.observing() {
            facts.push(format!("observing took {:.1} % of the time", 100.0 * share));
        }
        facts.push(match &history.end {
            Some(end) => end.why.clone(),
            None if self.is_cut => "cut off in its last line".into(),
            None => "without an end: it still runs, or was killed".into(),
        });
        let mut text = format!("{}: {}\n", self.path.display(), facts.join(", "));
        if history.observed == 0 {
            text += "No step was observed, so that nothing can be said of layers.\n";
        }
        text
    }

    fn count(&self) -> String {
        let wrong = self.verdicts.iter().filter(|v| v.severity > Severity::Watch).count();
        let things = |n: usize| if n == 1 { "1 thing is".to_string() } else { format!("{n} things are") };
        match (wrong, self.verdicts.len() - wrong) {
            (0, 0) => "Nothing is wrong.\n".into(),
            (0, watch) => format!("Nothing is wrong; {} worth a look.\n", things(watch)),
            (wrong, 0) => format!("{} wrong.\n", things(wrong)),
            (wrong, watch) => format!("{} wrong; {} worth a look.\n", things(wrong), things(watch)),
        }
    }
}

/// A verdict in three lines.
fn lines(verdict: &Verdict) -> String {
    let Verdict { rule, severity, value, threshold, why, try_this, .. } = verdict;
    let than = if value > threshold { '>' } else { '<' };
    let numbers = if value == threshold {
        String::new()
    } else {
        format!("{} {than} {}", short(*value), short(*threshold))
    };
    let first = format!("  {severity:<8}  {rule:<13}  {numbers}");
    format!("{}\n            {why}\n            try: {try_this}\n", first.trim_end())
}

fn short(x: f64) -> String {
    if x == 0.0 || !x.is_finite() || (1e-3..1e4).contains(&x.abs()) {
        let text = format!("{x:.4}");
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').into() } else { text }
    } else {
        format!("{x:.1e}")
    }
}

//! What is told while training goes on: on standard error a bar on a terminal and plain lines elsewhere, or JSON Lines on standard
//! output; and events for TensorBoard.

use crate::commands::train::keeping::Log;
use crate::failure::Result;
use crate::output;
use chainrule_nn::metrics::Evaluation;
use chainrule_nn::tensorboard::{Events, now};
use chainrule_nn::trainer::{Event, Progress};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use std::io::IsTerminal;
use std::path::Path;
use std::time::Instant;

/// How many plain lines a whole training prints, about.
const LINES: usize = 10;
/// Steps between two looks of the bar; drawing it costs more than a small step.
const EVERY: usize = 16;
/// How many points a curve in TensorBoard has, about.
const POINTS: usize = 2000;

/// Tells how training goes.
pub struct Teller {
    log: Log,
    bar: Option<ProgressBar>,
    events: Option<Events>,
    epochs: usize,
    by_steps: bool,
    start: Instant,
    /// Losses of the steps since the last line, and how many: of a training by steps, whose epochs may be long.
    since: (f64, usize),
    /// The first thing that could not be told.
    failed: Option<crate::failure::Failure>,
}

impl Teller {
    /// For so many epochs, or for steps.
    ///
    /// # Errors
    /// The folder for TensorBoard can't be written.
    pub fn new(
        log: Option<Log>,
        tensorboard: Option<&Path>,
        epochs: usize,
        by_steps: bool,
    ) -> Result<Teller> {
        let terminal = std::io::stderr().is_terminal();
        let log = log.unwrap_or(if terminal { Log::Bar } else { Log::Plain });
        let bar = (log == Log::Bar).then(|| {
            let bar = ProgressBar::new(0);
            // The template is a constant that a test parses.
            if let Ok(style) = style() {
                bar.set_style(style);
            }
            bar
        });
        let events = tensorboard.map(Events::create).transpose()?;
        Ok(Teller {
            log,
            bar,
            events,
            epochs,
            by_steps,
            start: Instant::now(),
            since: (0.0, 0),
            failed: None,
        })
    }

    /// What has happened.
    pub fn hear(&mut self, event: &Event<'_>) {
        let told = match event {
            Event::Step(progress) => self.step(progress),
            Event::Validated(progress, evaluation, is_best) => self.validated(progress, evaluation, *is_best),
            Event::Kept(_) => Ok(()),
        };
        if let (Err(failure), None) = (told, &self.failed) {
            self.failed = Some(failure);
        }
    }

    /// Whether something could not be told, so that training should stop.
    pub fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    fn step(&mut self, progress: &Progress) -> Result<()> {
        self.since = (self.since.0 + progress.batch_loss, self.since.1 + 1);
        if let Some(bar) = &self.bar
            && (progress.epoch_ends || progress.step % EVERY == 1)
        {
            bar.set_length(progress.steps as u64);
            bar.set_position(progress.step as u64);
            bar.set_message(self.line(progress));
        }
        let told = self.is_told(progress);
        if self.log == Log::Plain && told {
            output::tell(&self.line(progress));
        }
        if told {
            self.since = (0.0, 0);
        }
        if self.log == Log::Json && (told || progress.epoch_ends) {
            output::print(&format!("{}\n", step_json(progress)))?;
        }
        let apart = progress.steps.div_ceil(POINTS).max(1);
        if let Some(events) = &mut self.events
            && (progress.step.is_multiple_of(apart) || progress.step == progress.steps)
        {
            let (step, time) = (progress.step as i64, now());
            events.scalar("train/loss", step, progress.batch_loss as f32, time)?;
            events.scalar("train/rate", step, progress.rate as f32, time)?;
            if let Some(accuracy) = progress.accuracy {
                events.scalar("train/accuracy", step, accuracy as f32, time)?;
            }
            if told {
                events.flush()?;
            }
        }
        Ok(())
    }

    fn validated(&mut self, progress: &Progress, evaluation: &Evaluation, is_best: bool) -> Result<()> {
        let best = if is_best { "  best so far" } else { "" };
        let line = format!("step {}  validation: {}{best}", progress.step, numbers(evaluation));
        match self.log {
            Log::Bar => self.bar.iter().for_each(|bar| bar.println(&line)),
            Log::Plain => output::tell(&line),
            Log::Json => {
                let told = json!({
                    "event": "validation",
                    "step": progress.step,
                    "best": is_best,
                    "metrics": metrics(evaluation),
                });
                output::print(&format!("{told}\n"))?;
            }
        }
        if let Some(events) = &mut self.events {
            for (name, value) in evaluation.numbers() {
                events.scalar(&format!("validation/{name}"), progress.step as i64, value as f32, now())?;
            }
            events.flush()?;
        }
        Ok(())
    }

    /// Takes the bar away.
    ///
    /// # Errors
    /// What could not be told.
    pub fn finish(mut self) -> Result<()> {
        self.bar.iter().for_each(ProgressBar::finish_and_clear);
        if let Some(events) = &mut self.events {
            events.flush()?;
        }
        self.failed.map_or(Ok(()), Err)
    }

    /// Whether a step gets a plain line: the last one of the first epoch, of the last, and some between.
    fn is_told(&self, progress: &Progress) -> bool {
        if self.by_steps {
            let apart = progress.steps.div_ceil(LINES).max(1);
            return progress.step.is_multiple_of(apart) || progress.step == progress.steps;
        }
        let epoch = progress.epoch;
        let apart = self.epochs.div_ceil(LINES).max(1);
        progress.epoch_ends && (epoch == 1 || epoch == self.epochs || epoch.is_multiple_of(apart))
    }

    fn line(&self, progress: &Progress) -> String {
        let speed = progress.seen as f64 / self.start.elapsed().as_secs_f64().max(1e-9);
        let (name, at, of) = match self.by_steps {
            true => ("step", progress.step, progress.steps),
            false => ("epoch", progress.epoch, self.epochs),
        };
        let loss = if self.by_steps { self.since.0 / self.since.1.max(1) as f64 } else { progress.loss };
        format!(
            "{name} {at:>width$}/{of}  loss {loss:.4}{}  rate {:.2e}  {speed:.0} examples/s",
            progress.accuracy.map_or(String::new(), |share| format!("  accuracy {:5.1} %", 100.0 * share)),
            progress.rate,
            width = of.to_string().len(),
        )
    }
}

fn step_json(progress: &Progress) -> Value {
    json!({
        "event": "step",
        "epoch": progress.epoch,
        "step": progress.step,
        "steps": progress.steps,
        "loss": progress.loss,
        "accuracy": progress.accuracy,
        "rate": progress.rate,
    })
}

/// The metrics as data.
pub fn metrics(evaluation: &Evaluation) -> Value {
    evaluation
        .numbers()
        .into_iter()
        .map(|(name, value)| (name, json!(value)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// The metrics in a line.
fn numbers(evaluation: &Evaluation) -> String {
    let all = evaluation.numbers();
    all.iter().map(|(name, value)| format!("{name} {value:.4}")).collect::<Vec<_>>().join(", ")
}

fn style() -> std::result::Result<ProgressStyle, indicatif::style::TemplateError> {
    Ok(ProgressStyle::with_template("{bar:24} {msg}  {eta} left")?.progress_chars("━╸─"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_has_a_style() {
        assert!(style().is_ok());
    }

    #[test]
    fn plain_lines_are_few_and_end_with_the_last_step() {
        for count in [1, 2, 7, 10, 99, 1000] {
            for by_steps in [false, true] {
                let teller = Teller::new(Some(Log::Plain), None, count, by_steps).unwrap();
                let progress = |step| Progress {
                    epoch: step,
                    step,
                    steps: count,
                    epoch_ends: true,
                    batch_loss: 0.0,
                    loss: 0.0,
                    accuracy: None,
                    rate: 0.0,
                    seen: 0,
                };
                let told: Vec<usize> = (1..=count).filter(|&i| teller.is_told(&progress(i))).collect();
                assert!(told.len() <= LINES + 2 && told.last() == Some(&count), "{told:?}");
            }
        }
    }
}

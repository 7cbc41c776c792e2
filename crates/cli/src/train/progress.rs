//! Progress on standard error: a bar on a terminal, a plain line now and then elsewhere.

use crate::output;
use chainrule_nn::trainer::Progress;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::time::Instant;

/// How many plain lines a whole training prints, about.
const LINES: usize = 10;
/// Steps between two looks of the bar; drawing it costs more than a small step.
const EVERY: usize = 16;

/// Shows how training goes.
pub struct Watch {
    bar: Option<ProgressBar>,
    epochs: usize,
    start: Instant,
}

impl Watch {
    /// For so many epochs.
    pub fn new(epochs: usize) -> Watch {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(0);
            // The template is a constant that a test parses.
            if let Ok(style) = style() {
                bar.set_style(style);
            }
            bar
        });
        Watch { bar, epochs, start: Instant::now() }
    }

    /// After a step.
    pub fn show(&mut self, progress: &Progress) {
        match &self.bar {
            Some(bar) if progress.epoch_ends || progress.step % EVERY == 1 => {
                bar.set_length(progress.steps as u64);
                bar.set_position(progress.step as u64);
                bar.set_message(self.line(progress));
            }
            None if progress.epoch_ends && self.is_told(progress.epoch) => {
                output::tell(&self.line(progress));
            }
            _ => {}
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.iter().for_each(ProgressBar::finish_and_clear);
    }

    /// Whether an epoch gets a plain line: the first, the last, and some between.
    fn is_told(&self, epoch: usize) -> bool {
        epoch == 1 || epoch == self.epochs || epoch.is_multiple_of(self.epochs.div_ceil(LINES).max(1))
    }

    fn line(&self, progress: &Progress) -> String {
        let speed = progress.seen as f64 / self.start.elapsed().as_secs_f64().max(1e-9);
        format!(
            "epoch {:>width$}/{}  loss {:.4}{}  rate {:.2e}  {speed:.0} examples/s",
            progress.epoch,
            self.epochs,
            progress.loss,
            progress.accuracy.map_or(String::new(), |share| format!("  accuracy {:5.1} %", 100.0 * share)),
            progress.rate,
            width = self.epochs.to_string().len(),
        )
    }
}

fn style() -> Result<ProgressStyle, indicatif::style::TemplateError> {
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
    fn plain_lines_are_few_and_end_with_the_last_epoch() {
        for epochs in [1, 2, 7, 10, 99, 1000] {
            let watch = Watch { bar: None, epochs, start: Instant::now() };
            let told: Vec<usize> = (1..=epochs).filter(|&e| watch.is_told(e)).collect();
            assert!(
                told.len() <= LINES + 2 && told.first() == Some(&1) && told.last() == Some(&epochs),
                "{told:?}"
            );
        }
    }
}

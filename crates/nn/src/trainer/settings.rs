//! How to train.

use crate::error::{Error, Result};
use crate::optimiser::Optimiser;
use crate::schedule::Schedule;
use chainrule::Options;

/// How long training goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// So often each example is seen.
    Epochs(usize),
    /// So many steps.
    Steps(usize),
}

/// What becomes of a loss that is NaN or infinite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnNan {
    /// Training stops, and goes back to look for the gate at which a number was lost. Until then every so many steps the state
    /// is kept, which takes its memory once more and less than 1 % of the time.
    Report,
    /// Training stops.
    Stop,
    /// Training goes on.
    Ignore,
}

/// How to train.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// How long.
    pub length: Length,
    /// Examples a step.
    pub batch: usize,
    /// Into how many parts a batch is divided that are worked on one after another, so that a step takes less memory: the
    /// gradients of the parts are added up.
    pub parts: usize,
    /// The learning rate at the start.
    pub rate: f64,
    /// How it changes.
    pub schedule: Schedule,
    /// How weights follow their gradients.
    pub optimiser: Optimiser,
    /// Decides first weights, order, shifts and dropout.
    pub seed: u64,
    /// Whether images are moved by up to a pixel, anew in each epoch.
    pub shifts: bool,
    /// Steps between two validations; none: one after each epoch, or after each tenth of the steps.
    pub every: Option<usize>,
    /// After how many validations in a row that were no better than the best one training stops; none: never.
    pub patience: Option<usize>,
    /// What becomes of a loss that is no number.
    pub on_nan: OnNan,
    /// How many threads share a step, the same bits whatever it is; as [`chainrule::threads`] says if nothing is given.
    pub threads: Option<usize>,
}

impl Settings {
    /// Plain ones: a constant rate, one part, no shifts.
    pub fn new(length: Length, batch: usize, rate: f64, optimiser: Optimiser, seed: u64) -> Settings {
        Settings {
            length,
            batch,
            parts: 1,
            rate,
            schedule: Schedule::Constant,
            optimiser,
            seed,
            shifts: false,
            every: None,
            patience: None,
            on_nan: OnNan::Stop,
            threads: None,
        }
    }

    /// How functions are compiled.
    pub(super) fn options(&self) -> Options {
        self.threads.map_or(Options::default(), |count| Options::default().threads(count))
    }

    /// How many steps there will be with so many examples.
    pub fn steps(&self, rows: usize) -> usize {
        match self.length {
            Length::Epochs(epochs) => epochs.saturating_mul(self.by_epoch(rows)),
            Length::Steps(steps) => steps,
        }
    }

    /// Steps in which all examples are seen.
    pub(super) fn by_epoch(&self, rows: usize) -> usize {
        rows.div_ceil(self.batch.min(rows).max(1)).max(1)
    }

    /// Steps between two validations.
    pub(super) fn every(&self, rows: usize) -> usize {
        let usual = match self.length {
            Length::Epochs(_) => self.by_epoch(rows),
            Length::Steps(steps) => steps.div_ceil(10),
        };
        self.every.unwrap_or(usual).max(1)
    }

    /// Whether the numbers make sense for so many examples.
    ///
    /// # Errors
    /// Those that do not, by the names that the command line has for them.
    pub(super) fn check(&self, rows: usize) -> Result<()> {
        let refuse = |flag: &str, what: String, hint: &str| Err(Error::argument(flag, what, hint));
        if let Length::Epochs(epochs) = self.length
            && epochs.checked_mul(rows.max(1)).is_none()
        {
            let what = format!("{epochs} epochs are more steps than can be counted");
            return refuse("--epochs", what, "give a smaller number; Ctrl-C ends a long training");
        }
        if self.batch == 0 {
            return refuse("--batch", "0 examples a step teach nothing".into(), "give 1 or more");
        }
        let batch = self.batch.min(rows.max(1));
        if self.parts == 0 || !batch.is_multiple_of(self.parts) {
            let what = format!("a batch of {batch} can't be divided into {} equal parts", self.parts);
            return refuse("--parts", what, "give a number that divides the batch");
        }
        if !(self.rate > 0.0 && self.rate.is_finite()) {
            let what = format!("{} is no learning rate", self.rate);
            return refuse("--rate", what, "give a number above 0, as in 0.001");
        }
        if self.every == Some(0) {
            return refuse("--every", "0 steps are no distance".into(), "give 1 or more");
        }
        if self.patience == Some(0) {
            return refuse("--patience", "without patience nothing is learnt".into(), "give 1 or more");
        }
        self.schedule.check()?;
        self.optimiser.check()
    }
}

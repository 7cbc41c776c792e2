//! How far training is.

use crate::metrics::Evaluation;

/// How far training is, after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// The epoch, from 1.
    pub epoch: usize,
    /// Steps made in all.
    pub step: usize,
    /// Steps that there will be.
    pub steps: usize,
    /// Whether this step was the last of its epoch, or of the training.
    pub epoch_ends: bool,
    /// The loss of the step.
    pub batch_loss: f64,
    /// The mean loss of this epoch's examples so far.
    pub loss: f64,
    /// The share of them that was predicted right when their turn came; none for numbers.
    pub accuracy: Option<f64>,
    /// The learning rate of the step.
    pub rate: f64,
    /// Examples seen in this run of the program.
    pub seen: usize,
}

/// What the watcher of a training is told.
#[derive(Debug)]
pub enum Event<'a> {
    /// A step was made.
    Step(&'a Progress),
    /// The network was tried on examples that it does not learn from; and whether it was never better.
    Validated(&'a Progress, &'a Evaluation, bool),
    /// All that is needed to go on from here was written.
    Kept(&'a Progress),
}

/// Why training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// All steps were made.
    Done,
    /// The watcher asked for it.
    Stopped,
    /// It got no better for as many validations as there was patience for.
    Patience,
}

/// More predictions than are made in an epoch.
const MOST_ASKED: usize = 1 << 53;

/// Where training is, beside weights and the optimiser's memory: enough to go on from.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Position {
    /// Steps made.
    pub step: usize,
    /// Of the epoch under way: the sum of losses, what they weigh together, and how many predictions were right.
    pub loss: f64,
    pub count: f64,
    pub right: usize,
    pub asked: usize,
    /// The best loss of a validation, and the step after which it was measured.
    pub best: Option<(f64, usize)>,
    /// Validations since then.
    pub waited: usize,
    /// What a rate that waits on plateaus has come down to.
    pub pace: f64,
    /// Validations since the rate came down or the loss was best.
    pub flat: usize,
}

impl Position {
    /// Before the first step.
    pub fn start() -> Position {
        Position { pace: 1.0, ..Position::default() }
    }

    /// Whether a training of so many steps can have come here. A loss may be any number where those that are none are ignored.
    pub fn is_possible(&self, steps: usize) -> bool {
        let counted = [self.waited, self.flat, self.best.map_or(0, |(_, step)| step)];
        self.step <= steps
            && counted.iter().all(|&n| n <= self.step)
            && self.right <= self.asked
            && self.asked <= MOST_ASKED
            && [self.count, self.pace].iter().all(|&x| x >= 0.0 && x.is_finite())
    }

    /// Forgets the losses of an epoch.
    pub fn begin_epoch(&mut self) {
        (self.loss, self.count, self.right, self.asked) = (0.0, 0.0, 0, 0);
    }

    /// The mean loss of the epoch so far.
    pub fn mean_loss(&self) -> f64 {
        self.loss / if self.count > 0.0 { self.count } else { 1.0 }
    }
}

//! The loop over steps, epochs and validations.

use super::steering::Holds;
use super::{Course, Done, End, Event, Length, OnNan, Progress, Settings, Steering, Trainer};
use crate::batches::shuffled;
use crate::checkpoint::Keeper;
use crate::data::{Ahead, Examples, Goal, ahead};
use crate::error::Result;
use crate::metrics::Evaluation;
use crate::model::Model;
use crate::schedule::Schedule;
use chainrule_explorer::run::{Record, Try};
use std::ops::ControlFlow;
use std::time::Instant;

/// What a training is given beside its settings.
pub struct Trained<'a> {
    /// Examples to learn from.
    pub train: &'a dyn Examples,
    /// Examples to try the network on while it learns, so that the best weights are kept.
    pub validation: Option<&'a dyn Examples>,
    /// Where checkpoints go.
    pub keeper: Option<&'a mut Keeper>,
    /// Someone who has it wait, and go back.
    pub steering: Option<&'a mut dyn Steering>,
}

/// Called after each step and validation; may stop the training there.
pub type Watch<'a> = &'a mut dyn FnMut(&Event<'_>) -> ControlFlow<()>;

/// Which examples each step has: those of an epoch in an order of its own.
struct Order {
    rows: usize,
    batch: usize,
    by_epoch: usize,
    seed: u64,
    epoch: Option<(usize, Vec<usize>)>,
}

impl Order {
    fn new(settings: &Settings, rows: usize) -> Order {
        let (batch, by_epoch) = (settings.batch.min(rows).max(1), settings.by_epoch(rows));
        Order { rows, batch, by_epoch, seed: settings.seed, epoch: None }
    }

    fn at(&mut self, step: usize) -> &[usize] {
        let (epoch, i) = (step / self.by_epoch, step % self.by_epoch);
        if self.epoch.as_ref().is_none_or(|(of, _)| *of != epoch) {
            self.epoch = Some((epoch, shuffled(self.rows, self.seed, epoch)));
        }
        let order = self.epoch.as_ref().map_or(&[][..], |(_, order)| order);
        &order[i * self.batch..self.rows.min((i + 1) * self.batch)]
    }
}

/// A validation as a record.
fn tried(step: usize, evaluation: &Evaluation) -> Record {
    Record::Try(Try { s: step as u64, loss: evaluation.loss, acc: evaluation.accuracy() })
}

impl<M: Model> Trainer<M> {
    /// Trains on examples: see [`Trainer::fit_with`].
    ///
    /// # Errors
    /// As [`Trainer::fit_with`].
    pub fn fit(&mut self, train: &dyn Examples, watch: Watch<'_>) -> Result<End> {
        self.fit_with(Trained { train, validation: None, keeper: None, steering: None }, watch)
    }

    /// Trains from where it is to the end of what the settings say.
    ///
    /// # Errors
    /// Examples that can't be read, a loss that becomes NaN or infinite, checkpoints that can't be written.
    pub fn fit_with(&mut self, given: Trained<'_>, watch: Watch<'_>) -> Result<End> {
        let mut given = given;
        let mut holds = Holds::new();
        loop {
            if let Some(end) = self.stretch(&mut given, &mut holds, watch)? {
                return Ok(end);
            }
        }
    }

    /// Trains until it ends, or has gone back, which gives none.
    fn stretch(
        &mut self,
        given: &mut Trained<'_>,
        holds: &mut Holds<M>,
        watch: Watch<'_>,
    ) -> Result<Option<End>> {
        let train = given.train;
        if !train.is_slow() {
            return self.walk(given, None, holds, watch);
        }
        let mut order = Order::new(&self.settings, train.rows());
        let steps = self.position.step..self.settings.steps(train.rows());
        let batch = order.batch;
        ahead(train, batch, steps.map(move |step| order.at(step).to_vec()), |batches| {
            self.walk(given, Some(batches), holds, watch)
        })?
    }

    /// Asks whoever steers, and goes back if that is wanted. Gives whether it has.
    fn steer(&mut self, given: &mut Trained<'_>, holds: &mut Holds<M>) -> bool {
        let Some(steering) = &mut given.steering else { return false };
        if holds.take(self) {
            steering.holds(self.position.step, self.weights_now());
        }
        match steering.between(self.position.step, &holds.steps(), &|| self.weights_now()) {
            Course::Back(step) if holds.bring(self, step) => {
                steering.back(step);
                true
            }
            _ => false,
        }
    }

    /// The loop over steps; `loaded` has the examples of each, where they are loaded on a thread of their own.
    fn walk(
        &mut self,
        given: &mut Trained<'_>,
        mut loaded: Option<&mut Ahead>,
        holds: &mut Holds<M>,
        watch: Watch<'_>,
    ) -> Result<Option<End>> {
        let (train, rows) = (given.train, given.train.rows());
        let (steps, by_epoch) = (self.settings.steps(rows), self.settings.by_epoch(rows));
        let mut order = Order::new(&self.settings, rows);
        let mut examples = 0;
        while self.position.step < steps {
            if self.steer(given, holds) {
                return Ok(None);
            }
            if self.position.step.is_multiple_of(by_epoch) {
                self.position.begin_epoch();
            }
            let chosen = order.at(self.position.step);
            examples += chosen.len();
            let ready = match &mut loaded {
                Some(batches) => Some(batches.next().expect("there is a batch for each step to come")?),
                None => None,
            };
            let rate = self.rate(steps);
            if self.position.step + 1 == self.last_whole(rows, steps) {
                self.ask();
            }
            let begun = Instant::now();
            let done = self.step(train, chosen, ready, rate)?;
            self.count(done);
            self.draw_plane(begun.elapsed().as_secs_f64(), self.position.step == steps)?;
            if !done.loss.is_finite() && self.settings.on_nan != OnNan::Ignore {
                return Err(self.lost(train, done.loss)?);
            }
            let progress = self.progress(&train.goal(), rows, done.loss, rate, examples);
            let mut stop = watch(&Event::Step(&progress)).is_break();
            let mut patient = true;
            if let Some(validation) = given.validation.filter(|_| self.is_due(rows, steps)) {
                let (evaluation, is_best) = self.validate(validation)?;
                self.record(&tried(self.position.step, &evaluation))?;
                stop |= watch(&Event::Validated(&progress, &evaluation, is_best)).is_break();
                patient = self.settings.patience.is_none_or(|most| self.position.waited < most);
            }
            let end = match (self.position.step == steps, patient, stop) {
                (true, ..) => Some(End::Done),
                (_, false, _) => Some(End::Patience),
                (_, _, true) => Some(End::Stopped),
                _ => None,
            };
            if let Some(keeper) = &mut given.keeper
                && (end.is_some() || self.position.step.is_multiple_of(keeper.every(by_epoch)))
            {
                keeper.keep(self.position.step, &self.checkpoint(train)?)?;
                stop |= watch(&Event::Kept(&progress)).is_break();
            }
            if let Some(end) = end.or(stop.then_some(End::Stopped)) {
                self.told(if end == End::Stopped { "interrupted" } else { "done" })?;
                return Ok(Some(end));
            }
        }
        Ok(Some(End::Done))
    }

    /// The learning rate of the step to come.
    fn rate(&self, steps: usize) -> f64 {
        self.settings.rate * self.settings.schedule.factor(self.position.step, steps) * self.position.pace
    }

    /// The last step that can be observed: a short batch that is not filled up is another circuit.
    fn last_whole(&self, rows: usize, steps: usize) -> usize {
        let is_short = !self.fills
            && steps.is_multiple_of(self.settings.by_epoch(rows))
            && !rows.is_multiple_of(self.settings.batch.min(rows).max(1));
        steps - usize::from(is_short)
    }

    /// Whether a validation follows the step that was just made.
    fn is_due(&self, rows: usize, steps: usize) -> bool {
        self.position.step == steps || self.position.step.is_multiple_of(self.settings.every(rows))
    }

    /// Takes a step into account.
    fn count(&mut self, done: Done) {
        let by = &mut self.position;
        by.step += 1;
        by.loss += done.loss * done.count;
        by.count += done.count;
        by.right += done.right;
        by.asked += done.asked;
    }

    fn progress(&self, goal: &Goal, rows: usize, batch_loss: f64, rate: f64, seen: usize) -> Progress {
        let (at, by_epoch) = (&self.position, self.settings.by_epoch(rows));
        let steps = self.settings.steps(rows);
        let asked = !matches!(goal, Goal::Numbers(_));
        Progress {
            epoch: (at.step - 1) / by_epoch + 1,
            step: at.step,
            steps,
            epoch_ends: at.step.is_multiple_of(by_epoch) || at.step == steps,
            batch_loss,
            loss: at.mean_loss(),
            accuracy: asked.then(|| at.right as f64 / at.asked.max(1) as f64),
            rate,
            seen,
        }
    }

    /// Tries the network on examples that it does not learn from, keeps the best weights and lowers the rate on a plateau.
    fn validate(&mut self, validation: &dyn Examples) -> Result<(Evaluation, bool)> {
        // The weights of now are tried, not the best ones so far.
        let before = self.best.take();
        let evaluation = self.evaluate(validation)?;
        let at = &mut self.position;
        let is_best = at.best.is_none_or(|(loss, _)| evaluation.loss < loss);
        if is_best {
            at.best = Some((evaluation.loss, at.step));
            (at.waited, at.flat) = (0, 0);
        } else {
            (at.waited, at.flat) = (at.waited + 1, at.flat + 1);
        }
        if let Schedule::Plateau { patience, factor } = self.settings.schedule
            && self.position.flat >= patience.max(1)
        {
            self.position.pace *= factor;
            self.position.flat = 0;
        }
        self.best = if is_best { Some(self.copied()) } else { before };
        Ok((evaluation, is_best))
    }

    /// How many epochs there are.
    pub fn epochs(&self, rows: usize) -> usize {
        match self.settings.length {
            Length::Epochs(epochs) => epochs,
            Length::Steps(steps) => steps.div_ceil(self.settings.by_epoch(rows)),
        }
    }
}

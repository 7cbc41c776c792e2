//! A training that is watched, and knows the way back to where a number was lost.

use super::step::{Report, State};
use super::{OnNan, Trainer};
use crate::birth::Search;
use crate::data::Examples;
use crate::error::{Error, Result};
use crate::model::{Batch, Model};
use crate::observe::{self, Guard, Observer};
use chainrule::{Tree, Wire};
use chainrule_explorer::run::{Birth, Head, Record, Sink};

/// What gives the batch of a step again.
pub(super) struct Given {
    pub rows: Vec<usize>,
    pub rate: f64,
}

/// The guard of a model's steps.
pub(super) type Guarded<M> = Guard<State<M>, Batch<Wire>, Report<Wire>, Given>;

impl<M: Model> Trainer<M> {
    /// From now on steps are observed and `sink` is told: see [`observe`]. Observing changes no number.
    ///
    /// # Errors
    /// What is told first can't be taken in, such as by a full disk.
    pub fn watch(
        &mut self,
        settings: observe::Settings,
        sink: impl Sink + Send + 'static,
        head: Head,
    ) -> Result<()> {
        let names = self.state.0.0.paths();
        let mut observer = Observer::new(self.program(), &names, settings).telling(sink);
        observer.begin(head)?;
        self.guard = Some(Guard::new(Some(observer), Search::default()));
        Ok(())
    }

    /// The share of the time that observing has taken; none if nothing is observed.
    pub fn observing(&mut self) -> Option<f64> {
        self.observer().map(|observer| observer.cost().0)
    }

    /// What the snapshots have cost that a way back needs; none where no way back is wanted.
    pub fn snapshots(&self) -> Option<observe::Kept> {
        self.guard.as_ref().map(Guard::kept)
    }

    /// The observer, if there is one.
    pub(super) fn observer(&mut self) -> Option<&mut Observer<State<M>, Batch<Wire>, Report<Wire>>> {
        self.guard.as_mut().and_then(Guard::observer)
    }

    /// The observer is told something, if there is one.
    pub(super) fn record(&mut self, record: &Record) -> Result<()> {
        self.observer().map_or(Ok(()), |observer| observer.record(record))
    }

    /// Where a number was lost, if that ended the training and the gate was found.
    pub fn born(&self) -> Option<&Birth> {
        self.born.as_ref()
    }

    /// The observer is told how it ended, if there is one.
    pub(super) fn told(&mut self, why: &str) -> Result<()> {
        self.observer().map_or(Ok(()), |observer| observer.end(why))
    }

    /// The step to come is one to look at.
    pub(super) fn ask(&mut self) {
        self.observer().into_iter().for_each(Observer::ask);
    }

    /// The error that ends a training whose loss is no number. Where that is wanted, the gate at which it began is looked for.
    ///
    /// # Errors
    /// Examples that can't be read again.
    pub(super) fn lost(&mut self, train: &dyn Examples, loss: f64) -> Result<Error> {
        if self.settings.on_nan == OnNan::Report {
            self.born = self.birth(train)?;
        }
        self.told("nan")?;
        let what = format!("the loss is {loss} at step {}", self.position.step);
        Ok(Error::diverged(what, self.settings.rate))
    }

    fn birth(&mut self, train: &dyn Examples) -> Result<Option<Birth>> {
        let Trainer { guard: Some(guard), steppers, settings, normaliser, .. } = self else {
            return Ok(None);
        };
        let Some(mut entry) = steppers.last_entry() else { return Ok(None) };
        let stepper = entry.get_mut();
        let zeros = stepper.batch.clone();
        let load = |step: u64, given: &Given| {
            let mut batch = zeros.clone();
            let step = usize::try_from(step).unwrap_or(usize::MAX).saturating_sub(1);
            batch.load(train, &given.rows)?;
            batch.prepare(train, given.rows.len(), settings, normaliser, (step, given.rate));
            Ok(batch)
        };
        guard.birth(&stepper.program, &stepper.function, &mut stepper.report, load)
    }
}

//! The trainer: forward pass, backward pass and update are one circuit, compiled once and run for every batch.

mod example;
mod fit;
mod guarded;
mod plane;
mod progress;
mod settings;
mod steering;
mod step;
#[cfg(test)]
mod tests;

pub use example::Single;
pub use fit::Trained;
pub(crate) use progress::Position;
pub use progress::{End, Event, Progress};
pub use settings::{Length, OnNan, Settings};
pub use steering::{Course, Steering};
pub use step::{Report, State, StepProgram};

use crate::birth::Search;
use crate::data::{Examples, Loaded};
use crate::error::Result;
use crate::metrics::Evaluation;
use crate::model::{Batch, Mode, Model, Tensors, replace, specs};
use crate::normalise::Normaliser;
use crate::observe::{At, Guard};
use crate::optimiser::Clock;
use crate::predict::{Compiled, Network, Taken};
use chainrule::{Tensor, Tree, Wire, trace};
use chainrule_explorer::run::Birth;
use guarded::{Given, Guarded};
use std::collections::BTreeMap;
use std::time::Instant;
use step::{Done, Stepper};

/// Examples that are predicted together, at least.
const AT_ONCE: usize = 64;

/// Trains a model.
pub struct Trainer<M: Model> {
    model: M,
    settings: Settings,
    normaliser: Normaliser,
    state: Tensors<State<M>>,
    /// The weights with which a validation was best.
    best: Option<Tensors<M::Net>>,
    position: Position,
    /// One for each size of batch: a single one where short batches can be filled up.
    steppers: BTreeMap<usize, Stepper<M>>,
    /// Whether they can: the loss has one number for each row.
    fills: bool,
    compiled: Option<Compiled<M>>,
    guard: Option<Guarded<M>>,
    planes: Option<plane::Planes<M>>,
    born: Option<Birth>,
}

impl<M: Model> Trainer<M> {
    /// A trainer with first weights, for examples like these: the normaliser is fitted to them.
    ///
    /// # Errors
    /// Settings that make no sense, weights that are too large, mistakes in the model, examples that can't be read.
    pub fn new(model: M, settings: Settings, train: &dyn Examples) -> Result<Trainer<M>> {
        settings.check(train.rows())?;
        let (net, seen) = model.start(settings.seed)?;
        let state = (settings.optimiser.start::<M::Net>(net), seen);
        let mut trainer = Trainer {
            model,
            settings,
            normaliser: Normaliser::fit(train)?,
            state,
            best: None,
            position: Position::start(),
            steppers: BTreeMap::new(),
            fills: true,
            compiled: None,
            guard: None,
            planes: None,
            born: None,
        };
        // Mistakes in the model are found now, not after the data was read and the first lines were printed.
        trainer.stepper(trainer.settings.batch.min(train.rows()), train)?;
        trainer.fills = trainer.loss_by_row(train)?;
        if trainer.settings.on_nan == OnNan::Report {
            trainer.guard = Some(Guard::new(None, Search::default()));
        }
        Ok(trainer)
    }

    /// The weights to predict with: those of the best validation; else their running mean, if the optimiser keeps one; else
    /// those of the last step.
    pub fn net(&self) -> &Tensors<M::Net> {
        self.best.as_ref().unwrap_or_else(|| latest(&self.settings, &self.state.0))
    }

    /// What the model has seen.
    pub fn seen(&self) -> &Tensors<M::Seen> {
        &self.state.1
    }

    /// Goes on from other weights, as if no step had been made.
    pub fn set_net(&mut self, net: Tensors<M::Net>) {
        self.state.0 = self.settings.optimiser.start::<M::Net>(net);
        (self.best, self.position) = (None, Position::start());
        self.guard.iter_mut().for_each(Guard::forget);
    }

    /// What is subtracted from features, and what they are divided by.
    pub fn normaliser(&self) -> &Normaliser {
        &self.normaliser
    }

    /// How it trains.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The compiled step for batches of so many rows.
    fn stepper(&mut self, rows: usize, data: &dyn Examples) -> Result<&mut Stepper<M>> {
        if !self.steppers.contains_key(&rows) {
            let stepper = Stepper::new(&self.model, &self.settings, &self.state, rows, data)?;
            self.steppers.insert(rows, stepper);
        }
        Ok(self.steppers.get_mut(&rows).expect("it was there or was inserted just now"))
    }

    /// The traced step for whole batches.
    pub fn program(&self) -> &StepProgram<M> {
        let largest = self.steppers.last_key_value().expect("new has traced one");
        &largest.1.program
    }

    /// One step with these examples, which may have been loaded already.
    fn step(
        &mut self,
        data: &dyn Examples,
        chosen: &[usize],
        ready: Option<&Loaded>,
        rate: f64,
    ) -> Result<Done> {
        let rows = if self.fills { self.settings.batch.min(data.rows()) } else { chosen.len() };
        self.stepper(rows, data)?;
        let is_whole = self.steppers.last_key_value().is_some_and(|(most, _)| *most == rows);
        let stepper = self.steppers.get_mut(&rows).expect("the line above has compiled it");
        let step = self.position.step;
        match ready {
            Some(ready) => stepper.batch.take(ready, chosen.len()),
            None => stepper.batch.load(data, chosen)?,
        }
        stepper.batch.prepare(data, chosen.len(), &self.settings, &self.normaliser, (step, rate));
        match &mut self.guard {
            Some(guard) if is_whole => {
                let given = Given { rows: chosen.to_vec(), rate };
                let at = At { step: step as u64 + 1, rate };
                let Stepper { function, batch, report, .. } = stepper;
                guard.step(function, &mut self.state, batch, given, report, at)?;
            }
            guard => {
                let begun = Instant::now();
                stepper.function.step(&mut self.state, &stepper.batch, &mut stepper.report)?;
                let (loss, seconds) = (stepper.report.loss.item()?, begun.elapsed().as_secs_f64());
                // What can't be made again, since it is another circuit, is no part of the way back.
                guard.iter_mut().for_each(Guard::forget);
                if let Some(observer) = guard.as_mut().and_then(Guard::observer) {
                    observer.unobserved(At { step: step as u64 + 1, rate }, loss, seconds)?;
                }
            }
        }
        stepper.done(&data.goal(), chosen.len())
    }

    /// Whether the loss has a number for each row.
    fn loss_by_row(&self, data: &dyn Examples) -> Result<bool> {
        let rows = self.settings.batch.min(data.rows());
        let loss = |net: M::Net, seen: M::Seen, batch: Batch<Wire>| {
            self.model.record(&net, &seen, &batch, Mode::Training).loss
        };
        let (net, seen) = (&self.state.0.0, &self.state.1);
        let specs = (specs::<M::Net>(net), specs::<M::Seen>(seen), Batch::specs(rows, data)?);
        let program = trace(loss, &specs)?;
        let circuit = program.circuit();
        Ok(circuit.specs(&circuit.outputs)[0].shape.rank() > 0)
    }

    /// The network as it is to be used.
    pub fn network(&mut self) -> Network<'_, M> {
        Network {
            model: &self.model,
            net: self.best.as_ref().unwrap_or_else(|| latest(&self.settings, &self.state.0)),
            seen: &self.state.1,
            normaliser: &self.normaliser,
            options: self.settings.options(),
            at_once: self.settings.batch.max(AT_ONCE),
            compiled: &mut self.compiled,
        }
    }

    /// See [`Network::predict`].
    ///
    /// # Errors
    /// As there.
    pub fn predict(&mut self, data: &dyn Examples, taken: Taken<'_>) -> Result<()> {
        self.network().predict(data, taken)
    }

    /// See [`Network::evaluate`].
    ///
    /// # Errors
    /// As there.
    pub fn evaluate(&mut self, data: &dyn Examples) -> Result<Evaluation> {
        self.network().evaluate(data)
    }

    /// A copy of the weights to predict with as they are now.
    fn copied(&self) -> Tensors<M::Net> {
        replace::<M::Net>(latest(&self.settings, &self.state.0), Tensor::clone)
    }

    /// Where it is.
    pub(crate) fn position(&self) -> &Position {
        &self.position
    }

    /// How many steps were made.
    pub fn steps_made(&self) -> usize {
        self.position.step
    }

    /// After which step a validation was best.
    pub fn best_step(&self) -> Option<usize> {
        self.position.best.map(|(_, step)| step)
    }

    /// Everything that steps change.
    pub(crate) fn state(&self) -> &Tensors<State<M>> {
        &self.state
    }

    /// Whether a validation has named best weights.
    pub(crate) fn has_best(&self) -> bool {
        self.position.best.is_some()
    }

    /// They.
    pub(crate) fn best_net(&self) -> Option<&Tensors<M::Net>> {
        self.best.as_ref()
    }

    /// Goes on from another place.
    pub(crate) fn go_on(&mut self, state: Tensors<State<M>>, best: Option<Tensors<M::Net>>, at: Position) {
        (self.state, self.best, self.position) = (state, best, at);
        self.guard.iter_mut().for_each(Guard::forget);
    }

    /// How many numbers training changes.
    pub fn weights(&self) -> usize {
        self.state.0.0.leaves().iter().map(|tensor| tensor.shape().elements()).sum()
    }
}

/// The running mean of the weights, if the optimiser keeps one; else those of the last step.
fn latest<'a, N>(settings: &Settings, (weights, moments, _): &'a (N, Vec<N>, Clock<Tensor>)) -> &'a N {
    settings.optimiser.average.and_then(|_| moments.last()).unwrap_or(weights)
}

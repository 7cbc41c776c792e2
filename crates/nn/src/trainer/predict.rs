//! Predictions, and what they and their gradients amount to.

use super::{Trainer, mean};
use crate::data::{Examples, Goal};
use crate::error::Result;
use crate::metrics::{Evaluation, Evaluator};
use crate::model::{Batch, Mode, Model, replace, specs};
use chainrule::{Function, Spec, Tensor, Tree, Wire, trace};

/// Most examples whose gradient is reported by layer.
const REPORTED: usize = 1024;
/// Examples that are predicted together, at least.
const AT_ONCE: usize = 64;

type Forward<M> = Function<(<M as Model>::Net, <M as Model>::Seen, Batch<Wire>), Wire>;

/// A compiled forward pass.
pub(super) struct Predictor<M: Model> {
    function: Forward<M>,
    batch: Batch<Tensor>,
}

/// What is done with the predictions of some rows: their numbers in the units of the targets, and the batch they came from.
pub type Taken<'a> = &'a mut dyn FnMut(&[usize], &[f32], &Batch<Tensor>) -> Result<()>;

impl<M: Model> Trainer<M> {
    /// Whether the loss has a number for each row.
    pub(super) fn loss_by_row(&self, data: &dyn Examples) -> Result<bool> {
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

    /// Predicts examples in their order, some at a time.
    ///
    /// # Errors
    /// Examples that can't be read, or have other inputs than those that the model was made for.
    pub fn predict(&mut self, data: &dyn Examples, taken: Taken<'_>) -> Result<()> {
        let rows = self.settings.batch.max(AT_ONCE).min(data.rows()).max(1);
        let batch = Batch::specs(rows, data)?;
        let fits = |predictor: &Predictor<M>| {
            [predictor.batch.x.spec(), predictor.batch.y.spec()] == [batch.x, batch.y]
        };
        if !self.predictor.as_ref().is_some_and(fits) {
            let model = &self.model;
            let forward = |net: M::Net, seen: M::Seen, batch: Batch<Wire>| {
                model.record(&net, &seen, &batch, Mode::Predicting).output
            };
            let specs = (specs::<M::Net>(self.net()), specs::<M::Seen>(self.seen()), batch.clone());
            let function = trace(forward, &specs)?.compile_with(&self.settings.options())?;
            self.predictor = Some(Predictor { function, batch: Batch::zeros(&batch) });
        }
        let mut predictor = self.predictor.take().expect("it was there or was made just now");
        let done = self.predicted(&mut predictor, data, rows, taken);
        self.predictor = Some(predictor);
        done
    }

    fn predicted(
        &self,
        predictor: &mut Predictor<M>,
        data: &dyn Examples,
        rows: usize,
        taken: Taken<'_>,
    ) -> Result<()> {
        let units = matches!(data.goal(), Goal::Numbers(_)).then_some(&self.normaliser.targets);
        let all: Vec<usize> = (0..data.rows()).collect();
        for chosen in all.chunks(rows) {
            predictor.batch.load(data, chosen)?;
            predictor.batch.normalise(data, chosen.len(), &self.normaliser);
            let net = replace::<M::Net>(self.net(), Tensor::clone);
            let seen = replace::<M::Seen>(self.seen(), Tensor::clone);
            let output = predictor.function.run((net, seen, predictor.batch.clone()))?;
            let mut numbers = output.to_vec::<f32>()?;
            numbers.truncate(numbers.len() / rows * chosen.len());
            units.iter().for_each(|units| units.undo(&mut numbers));
            taken(chosen, &numbers, &predictor.batch)?;
        }
        Ok(())
    }

    /// How good the predictions on examples are.
    ///
    /// # Errors
    /// As [`Trainer::predict`].
    pub fn evaluate(&mut self, data: &dyn Examples) -> Result<Evaluation> {
        let goal = data.goal();
        let mut evaluator = Evaluator::new(&goal);
        let units = self.normaliser.targets.clone();
        self.predict(data, &mut |rows, predicted, batch| {
            if let Goal::Numbers(names) = &goal {
                let mut targets = batch.y.to_vec::<f32>()?;
                targets.truncate(rows.len() * names.len());
                units.undo(&mut targets);
                evaluator.numbers(predicted, &targets);
            } else {
                let labels = batch.y.as_slice::<i64>()?;
                evaluator.labels(predicted, &labels[..predicted.len() / goal.names().len().max(1)]);
            }
            Ok(())
        })?;
        Ok(evaluator.finish())
    }

    /// The Euclidean norm of the loss's gradient by weight, over the first examples (at most 1024), unshifted; and how
    /// many these were.
    ///
    /// # Errors
    /// As [`Trainer::predict`].
    pub fn gradient_norms(&self, data: &dyn Examples) -> Result<(Vec<(String, f64)>, usize)> {
        let chosen: Vec<usize> = (0..data.rows().min(REPORTED)).collect();
        let batch_specs: Batch<Spec> = Batch::specs(chosen.len(), data)?;
        let mut batch = Batch::zeros(&batch_specs);
        batch.load(data, &chosen)?;
        batch.normalise(data, chosen.len(), &self.normaliser);
        let norms = |net: M::Net, seen: M::Seen, batch: Batch<Wire>| {
            let loss = self.model.record(&net, &seen, &batch, Mode::Predicting).loss;
            let (loss, _) = mean(loss, &batch);
            loss.gradient(&net).map(&mut |g: &Wire| (*g * *g).sum().sqrt())
        };
        let specs = (specs::<M::Net>(self.net()), specs::<M::Seen>(self.seen()), batch_specs);
        let function = trace(norms, &specs)?.compile_with(&self.settings.options())?;
        let net = replace::<M::Net>(self.net(), Tensor::clone);
        let seen = replace::<M::Seen>(self.seen(), Tensor::clone);
        let norms = function.run((net, seen, batch))?;
        let values = norms.leaves().iter().map(Tensor::item).collect::<chainrule::Result<Vec<f64>>>()?;
        Ok((self.net().paths().into_iter().zip(values).collect(), chosen.len()))
    }
}

//! Predictions, and what they and their gradients amount to.

use crate::data::{Examples, Goal};
use crate::error::Result;
use crate::metrics::{Evaluation, Evaluator};
use crate::model::{Batch, Mode, Model, Tensors, replace, specs};
use crate::normalise::Normaliser;
use chainrule::{DType, Function, Options, Spec, Tensor, Tree, Wire, constant, trace};

/// Most examples whose gradient is reported by layer.
const REPORTED: usize = 1024;

/// A network with all that is needed to use it.
pub struct Network<'a, M: Model> {
    /// What it is.
    pub model: &'a M,
    /// Its weights.
    pub net: &'a Tensors<M::Net>,
    /// What it has seen.
    pub seen: &'a Tensors<M::Seen>,
    /// What features and targets are normalised by.
    pub normaliser: &'a Normaliser,
    /// How functions are compiled.
    pub options: Options,
    /// How many examples are predicted together.
    pub at_once: usize,
    /// The compiled forward pass, if there is one from before.
    pub compiled: &'a mut Option<Compiled<M>>,
}

/// A compiled forward pass, from weights, what was seen, and a batch.
pub(crate) type Forward<M> = Function<(<M as Model>::Net, <M as Model>::Seen, Batch<Wire>), Wire>;

/// A compiled forward pass.
pub struct Compiled<M: Model> {
    function: Forward<M>,
    batch: Batch<Tensor>,
}

/// What is done with the predictions of some rows: their numbers in the units of the targets, and the batch they came from.
pub type Taken<'a> = &'a mut dyn FnMut(&[usize], &[f32], &Batch<Tensor>) -> Result<()>;

impl<M: Model> Network<'_, M> {
    /// Predicts examples in their order, some at a time.
    ///
    /// # Errors
    /// Examples that can't be read, or have other inputs than those that the model was made for.
    pub fn predict(&mut self, data: &dyn Examples, taken: Taken<'_>) -> Result<()> {
        let rows = self.at_once.min(data.rows()).max(1);
        self.compile(rows, data)?;
        let compiled = self.compiled.as_mut().expect("the line above has compiled it");
        let units = matches!(data.goal(), Goal::Numbers(_)).then_some(&self.normaliser.targets);
        let all: Vec<usize> = (0..data.rows()).collect();
        for chosen in all.chunks(rows) {
            compiled.batch.load(data, chosen)?;
            compiled.batch.normalise(data, chosen.len(), self.normaliser);
            let net = replace::<M::Net>(self.net, Tensor::clone);
            let seen = replace::<M::Seen>(self.seen, Tensor::clone);
            let output = compiled.function.run((net, seen, compiled.batch.clone()))?;
            let mut numbers = output.to_vec::<f32>()?;
            numbers.truncate(numbers.len() / rows * chosen.len());
            units.iter().for_each(|units| units.undo(&mut numbers));
            taken(chosen, &numbers, &compiled.batch)?;
        }
        Ok(())
    }

    /// A forward pass for so many examples.
    fn compile(&mut self, rows: usize, data: &dyn Examples) -> Result<()> {
        let batch = Batch::specs(rows, data)?;
        let fits =
            |compiled: &Compiled<M>| [compiled.batch.x.spec(), compiled.batch.y.spec()] == [batch.x, batch.y];
        if !self.compiled.as_ref().is_some_and(fits) {
            let forward = |net: M::Net, seen: M::Seen, batch: Batch<Wire>| {
                self.model.record(&net, &seen, &batch, Mode::Predicting).output
            };
            let specs = (specs::<M::Net>(self.net), specs::<M::Seen>(self.seen), batch.clone());
            let function = trace(forward, &specs)?.compile_with(&self.options)?;
            *self.compiled = Some(Compiled { function, batch: Batch::zeros(&batch) });
        }
        Ok(())
    }

    /// How good the predictions on examples are.
    ///
    /// # Errors
    /// As [`Network::predict`].
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

    /// The Euclidean norm of the loss's gradient by weight, over the first examples (at most 1024); and how many these were.
    ///
    /// # Errors
    /// As [`Network::predict`].
    pub fn gradient_norms(&self, data: &dyn Examples) -> Result<(Vec<(String, f64)>, usize)> {
        // An example of tokens is many places, each as heavy as a row of numbers.
        let most = if data.inputs().dtype == DType::I64 { self.at_once.min(REPORTED) } else { REPORTED };
        let chosen: Vec<usize> = (0..data.rows().min(most)).collect();
        let batch_specs: Batch<Spec> = Batch::specs(chosen.len(), data)?;
        let mut batch = Batch::zeros(&batch_specs);
        batch.load(data, &chosen)?;
        batch.normalise(data, chosen.len(), self.normaliser);
        let norms = |net: M::Net, seen: M::Seen, batch: Batch<Wire>| {
            let loss = self.model.record(&net, &seen, &batch, Mode::Predicting).loss;
            let (loss, _) = mean(loss, &batch);
            loss.gradient(&net).map(&mut |g: &Wire| (*g * *g).sum().sqrt())
        };
        let specs = (specs::<M::Net>(self.net), specs::<M::Seen>(self.seen), batch_specs);
        let function = trace(norms, &specs)?.compile_with(&self.options)?;
        let net = replace::<M::Net>(self.net, Tensor::clone);
        let seen = replace::<M::Seen>(self.seen, Tensor::clone);
        let norms = function.run((net, seen, batch))?;
        let values = norms.leaves().iter().map(Tensor::item).collect::<chainrule::Result<Vec<f64>>>()?;
        Ok((self.net.paths().into_iter().zip(values).collect(), chosen.len()))
    }
}

/// Losses added up, each as heavy as its example, and what they weigh together.
pub(crate) fn weighed(loss: Wire, batch: &Batch<Wire>) -> (Wire, Wire) {
    let weight = match loss.shape().rank() {
        // Of each place that asks for something.
        2 => batch.weight.unsqueeze(1) * batch.y.ge(0).cast(DType::F32),
        _ => batch.weight,
    };
    let count = weight.sum();
    match loss.shape().rank() {
        0 => (loss * count, count),
        _ => ((loss * weight).sum(), count),
    }
}

/// The mean over examples or places; the loss of a whole batch as it is.
pub(crate) fn mean(loss: Wire, batch: &Batch<Wire>) -> (Wire, Wire) {
    let (sum, count) = weighed(loss, batch);
    (if loss.shape().rank() == 0 { loss } else { sum / count.maximum(constant(1.0).cast(DType::F32)) }, count)
}

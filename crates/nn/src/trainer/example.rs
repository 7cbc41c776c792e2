//! The network at one example, as a circuit to look at.

use super::Trainer;
use crate::data::Examples;
use crate::error::Result;
use crate::model::{Batch, Mode, Model, specs};
use crate::normalise::Normaliser;
use crate::predict::mean;
use chainrule::{Circuit, Spec, Tensor, Tree, Wire, constant, trace};

/// The forward pass to the loss of one example. Its inputs are the weights, what the model has seen, and the example.
#[derive(Clone, Debug)]
pub struct Single {
    /// The circuit; its output is the loss.
    pub circuit: Circuit,
    /// Names of its inputs.
    pub names: Vec<String>,
    batch: Batch<Spec>,
    normaliser: Normaliser,
}

impl<M: Model> Trainer<M> {
    /// The network at one of these examples.
    ///
    /// # Errors
    /// Mistakes in the model.
    pub fn single(&self, data: &dyn Examples) -> Result<Single> {
        let batch = Batch::specs(1, data)?;
        let (net, seen) = (&self.state.0.0, &self.state.1);
        let (weight, rate, key) =
            (Tensor::full(batch.weight, 1.0), Tensor::zeros(batch.rate), Tensor::zeros(batch.key));
        let loss = |net: M::Net, seen: M::Seen, (x, y): (Wire, Wire)| {
            let batch = Batch {
                x,
                y,
                weight: constant(weight.clone()),
                rate: constant(rate.clone()),
                key: constant(key.clone()),
            };
            let outcome = self.model.record(&net, &seen, &batch, Mode::Predicting);
            // Of one example the loss is itself; where it is one for each place, their mean.
            match outcome.loss.shape().elements() {
                1 => outcome.loss.reshape(&[]),
                _ => mean(outcome.loss, &batch).0,
            }
        };
        let given = (specs::<M::Net>(net), specs::<M::Seen>(seen), (batch.x, batch.y));
        let mut circuit = trace(loss, &given)?.circuit().clone();
        let seen = seen.paths().into_iter().map(|path| format!("seen.{path}"));
        let own = ["x", "y"].map(String::from);
        let names: Vec<String> = net.paths().into_iter().chain(seen).chain(own).collect();
        circuit.names.extend(circuit.inputs.iter().copied().zip(names.iter().cloned()).collect::<Vec<_>>());
        if let Some(&output) = circuit.outputs.first() {
            circuit.names.entry(output).or_insert_with(|| "loss".into());
        }
        Ok(Single { circuit, names, batch, normaliser: self.normaliser.clone() })
    }
}

impl Single {
    /// What the last two inputs are for an example: as the network is given it, normalised.
    ///
    /// # Errors
    /// It can't be read.
    pub fn example(&self, data: &dyn Examples, row: usize) -> Result<[Tensor; 2]> {
        let mut batch = Batch::zeros(&self.batch);
        batch.load(data, &[row])?;
        batch.normalise(data, 1, &self.normaliser);
        Ok([batch.x, batch.y])
    }

    /// The specs of its inputs.
    pub fn specs(&self) -> Vec<Spec> {
        self.circuit.specs(&self.circuit.inputs)
    }
}

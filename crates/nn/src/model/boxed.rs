//! Models whose kind is known only when the program runs: weights and state by name.

use super::{Batch, Mode, Model, Outcome, Start, Tensors, form};
use crate::error::Result;
use crate::parameters::Parameters;
use chainrule::{Tensor, Tree, Wire, Wires};

/// Any model, its weights in the order of their paths.
pub trait AnyModel: Send {
    /// As [`Model::start`].
    ///
    /// # Errors
    /// As [`Model::start`].
    fn start(&self, seed: u64) -> Result<(Parameters<Tensor>, Parameters<Tensor>)>;

    /// As [`Model::record`].
    fn record(&self, net: &[Wire], seen: &[Wire], batch: &Batch<Wire>, mode: Mode) -> Outcome;
}

/// A model with the forms of its trees.
struct Known<M: Model> {
    model: M,
    net: M::Net,
    seen: M::Seen,
}

/// A model whose kind is forgotten.
///
/// # Errors
/// As [`Model::start`].
pub fn boxed<M>(model: M) -> Result<Box<dyn AnyModel>>
where
    M: Model + Send + 'static,
    M::Net: Send,
    M::Seen: Send,
{
    let (net, seen) = model.start(0)?;
    Ok(Box::new(Known { net: form(&net), seen: form(&seen), model }))
}

impl<M> AnyModel for Known<M>
where
    M: Model + Send,
    M::Net: Send,
    M::Seen: Send,
{
    fn start(&self, seed: u64) -> Result<(Parameters<Tensor>, Parameters<Tensor>)> {
        let (net, seen) = self.model.start(seed)?;
        Ok((named::<M::Net>(&net), named::<M::Seen>(&seen)))
    }

    fn record(&self, net: &[Wire], seen: &[Wire], batch: &Batch<Wire>, mode: Mode) -> Outcome {
        let filled = "the trainer gives one wire for each leaf of what start made";
        let net = self.net.fill(net).expect(filled);
        let seen = self.seen.fill(seen).expect(filled);
        let outcome = self.model.record(&net, &seen, batch, mode);
        Outcome { output: outcome.output, loss: outcome.loss, seen: outcome.seen.leaves() }
    }
}

fn named<N: Wires>(tensors: &Tensors<N>) -> Parameters<Tensor> {
    Parameters { names: tensors.paths(), values: tensors.leaves() }
}

impl Model for Box<dyn AnyModel> {
    type Net = Parameters<Wire>;
    type Seen = Parameters<Wire>;

    fn start(&self, seed: u64) -> Result<Start<Self>> {
        (**self).start(seed)
    }

    fn record(
        &self,
        net: &Parameters<Wire>,
        seen: &Parameters<Wire>,
        batch: &Batch<Wire>,
        mode: Mode,
    ) -> Outcome<Parameters<Wire>> {
        let outcome = (**self).record(&net.values, &seen.values, batch, mode);
        let seen = Parameters { names: seen.names.clone(), values: outcome.seen };
        Outcome { output: outcome.output, loss: outcome.loss, seen }
    }
}

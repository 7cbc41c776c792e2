//! What can be trained: weights, and how they give predictions and a loss.

mod boxed;
mod classifier;
mod text;

pub use boxed::{AnyModel, boxed};
pub use classifier::{Classifier, ImageClassifier, Regressor};

use crate::error::Result;
use chainrule::{Spec, Tensor, Tree, Wire, Wires};

/// The weights of a network as tensors.
pub type Tensors<N> = <N as Tree>::With<Tensor>;

/// The form of a tree of tensors, with wires of no trace for leaves.
pub(crate) fn form<N: Wires>(tensors: &Tensors<N>) -> N {
    tensors.map(&mut |_: &Tensor| Wire::default())
}

/// The specs of a tree of tensors.
pub(crate) fn specs<N: Wires>(tensors: &Tensors<N>) -> N::With<Spec> {
    let specs: Vec<Spec> = tensors.leaves().iter().map(Tensor::spec).collect();
    form::<N>(tensors).fill(&specs).expect("there is one spec for each leaf")
}

/// The same tree with each tensor replaced.
pub(crate) fn replace<N: Wires>(tensors: &Tensors<N>, f: impl FnMut(&Tensor) -> Tensor) -> Tensors<N> {
    let replaced: Vec<Tensor> = tensors.leaves().iter().map(f).collect();
    form::<N>(tensors).fill(&replaced).expect("there is one tensor for each leaf")
}

/// What a step of training is given.
#[derive(Tree, Clone, Debug)]
pub struct Batch<T> {
    /// Inputs, `[rows, ..]`: f32 features or i64 tokens.
    pub x: T,
    /// Targets, `[rows, ..]`: i64 classes, f32 numbers, or i64 tokens with -1 where nothing is asked.
    pub y: T,
    /// 1 for each example, 0 for rows that only fill up the last batch: f32 `[rows]`.
    pub weight: T,
    /// The learning rate, f32.
    pub rate: T,
    /// The random key of the step, i64, for dropout.
    pub key: T,
}

/// What a forward pass is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Dropout drops, batch norm looks at the batch.
    Training,
    /// Neither.
    Predicting,
}

/// What a model makes of a batch.
pub struct Outcome<S = Vec<Wire>> {
    /// Predictions: a number for each row and class (the largest one is the prediction), `[rows, classes]`; one for each number
    /// that is asked for, `[rows, names]`; or one for each place and token, `[rows, places, tokens]`.
    pub output: Wire,
    /// What is to be made small: one number for the whole batch, one for each row, or one for each row and place.
    pub loss: Wire,
    /// What the model has seen, after this batch.
    pub seen: S,
}

impl Outcome {
    /// That of a model that keeps nothing of what it sees.
    pub fn new(output: Wire, loss: Wire) -> Outcome {
        Outcome { output, loss, seen: Vec::new() }
    }
}

/// First weights, and what a model has seen before the first batch.
pub type Start<M> = (Tensors<<M as Model>::Net>, Tensors<<M as Model>::Seen>);

/// A network that can be trained.
pub trait Model {
    /// Its weights.
    type Net: Wires;
    /// What it keeps of the batches that it sees, beside its weights: running statistics of batch norms. `Vec<Wire>`, left
    /// empty, for models that keep nothing.
    type Seen: Wires;

    /// First weights.
    ///
    /// # Errors
    /// They are too large.
    fn start(&self, seed: u64) -> Result<Start<Self>>;

    /// Records the forward pass. Where the loss is one number for each row, the trainer takes the mean over the rows that
    /// count, so that short batches can be filled up.
    fn record(
        &self,
        net: &Self::Net,
        seen: &Self::Seen,
        batch: &Batch<Wire>,
        mode: Mode,
    ) -> Outcome<Self::Seen>;
}

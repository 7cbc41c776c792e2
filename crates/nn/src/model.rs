//! What can be trained: weights, and how they give predictions and a loss.

use crate::error::Result;
use crate::layers::{ConvNet, Mlp};
use crate::rng::{Purpose, Rng};
use chainrule::{DType, Spec, Tensor, Tree, Wire, Wires};

/// The weights of a network as tensors.
pub type Tensors<N> = <N as Tree>::With<Tensor>;

/// The form of a tree of tensors, with wires of no trace for leaves.
fn form<N: Wires>(tensors: &Tensors<N>) -> N {
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
    /// Features, `[rows, columns]`.
    pub x: T,
    /// Classes, i64 `[rows]`.
    pub y: T,
    /// 1 for each example, 0 for rows that only fill up the last batch: `[rows]`.
    pub weight: T,
    /// The learning rate.
    pub rate: T,
}

/// What a model makes of a batch.
pub struct Outcome {
    /// A number for each row and class; the largest one is the prediction.
    pub logits: Wire,
    /// What is to be made small.
    pub loss: Wire,
}

/// A network that can be trained.
pub trait Model {
    /// Its weights.
    type Net: Wires;

    /// First weights.
    ///
    /// # Errors
    /// They are too large.
    fn start(&self, seed: u64) -> Result<Tensors<Self::Net>>;

    /// Records the forward pass. The loss is one number for the whole batch, or one for each row, of which the trainer
    /// then takes the mean.
    fn record(&self, net: &Self::Net, batch: &Batch<Wire>) -> Outcome;

    /// Whether the loss has one number for each row, so that rows which only fill up a batch can be left out of it.
    fn loss_by_row(&self) -> bool;
}

/// Linear layers with relu between them and softmax cross-entropy at the end.
#[derive(Clone, Debug, PartialEq)]
pub struct Classifier {
    /// Features, hidden layers, classes.
    pub widths: Vec<usize>,
}

impl Model for Classifier {
    type Net = Mlp<Wire>;

    fn start(&self, seed: u64) -> Result<Mlp<Tensor>> {
        Mlp::new(&self.widths, DType::F32, &Rng::new(seed, Purpose::Start))
    }

    fn record(&self, net: &Mlp<Wire>, batch: &Batch<Wire>) -> Outcome {
        let logits = net.forward(batch.x);
        Outcome { logits, loss: logits.cross_entropy(batch.y) }
    }

    fn loss_by_row(&self) -> bool {
        true
    }
}

/// Convolutions, then linear layers, and softmax cross-entropy at the end.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageClassifier {
    /// Height and width of the images.
    pub image: (usize, usize),
    /// Channels of the convolutions.
    pub channels: Vec<usize>,
    /// Hidden layers, classes.
    pub widths: Vec<usize>,
}

impl Model for ImageClassifier {
    type Net = ConvNet<Wire>;

    fn start(&self, seed: u64) -> Result<ConvNet<Tensor>> {
        let rng = Rng::new(seed, Purpose::Start);
        ConvNet::new(self.image, &self.channels, &self.widths, DType::F32, &rng)
    }

    fn record(&self, net: &ConvNet<Wire>, batch: &Batch<Wire>) -> Outcome {
        let logits = net.forward(batch.x);
        Outcome { logits, loss: logits.cross_entropy(batch.y) }
    }

    fn loss_by_row(&self) -> bool {
        true
    }
}

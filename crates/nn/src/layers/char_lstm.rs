//! A network that reads a text from its start and guesses each next character.

use super::{Embedding, Linear, Lstm};
use crate::error::Result;
use crate::init::{Fan, Init};
use crate::rng::Rng;
use chainrule::{DType, Tensor, Tree, Wire, stage};

/// Characters as rows of numbers, read one after the other by an LSTM.
#[derive(Tree, Clone, Debug)]
pub struct CharLstm<T> {
    /// `[vocabulary, width]`.
    pub embedding: Embedding<T>,
    /// What remembers.
    pub lstm: Lstm<T>,
    /// From its states to a number for each character.
    pub output: Linear<T>,
}

/// How large a [`CharLstm`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CharLstmOptions {
    /// How many different characters.
    pub vocabulary: usize,
    /// How many numbers stand for one.
    pub width: usize,
    /// How many states the LSTM has.
    pub hidden: usize,
}

impl CharLstm<Tensor> {
    /// Random weights, as PyTorch's embedding and LSTM draw them.
    ///
    /// # Errors
    /// A layer is larger than a tensor can be.
    pub fn new(options: CharLstmOptions, dtype: DType, rng: &Rng) -> Result<CharLstm<Tensor>> {
        let CharLstmOptions { vocabulary, width, hidden } = options;
        let fan = Fan { inputs: hidden, outputs: vocabulary };
        Ok(CharLstm {
            embedding: Embedding::new(vocabulary, width, dtype, &mut rng.fold(0))?,
            lstm: Lstm::new(width, hidden, dtype, &mut rng.fold(1))?,
            output: Linear::new(fan, Init::Glorot, dtype, &mut rng.fold(2))?,
        })
    }
}

impl CharLstm<Wire> {
    /// Characters, i64 `[n, t]`, become the logits of the one that follows each, `[n, t, vocabulary]`; from states of zeros.
    #[track_caller]
    pub fn forward(&self, characters: Wire) -> Wire {
        // The LSTM goes along the first axis.
        let x = stage("embedding", || self.embedding.forward(characters.transpose(&[1, 0])));
        let (states, _) = stage("lstm", || self.lstm.forward(x));
        stage("output", || self.output.forward(states.transpose(&[1, 0, 2])))
    }
}

//! A row of numbers for each of a set of words.

use super::spec;
use crate::error::Result;
use crate::init::{self, Fan, Init};
use crate::rng::Rng;
use chainrule::{DType, Tensor, Tree, Wire};

/// A table of rows.
#[derive(Tree, Clone, Debug)]
pub struct Embedding<T> {
    /// `[words, width]`.
    pub weight: T,
}

impl Embedding<Tensor> {
    /// A table of normal numbers with mean 0 and deviation 1, as PyTorch's.
    ///
    /// # Errors
    /// It is larger than a tensor can be.
    pub fn new(words: usize, width: usize, dtype: DType, rng: &mut Rng) -> Result<Embedding<Tensor>> {
        let fan = Fan { inputs: words, outputs: width };
        Ok(Embedding { weight: init::tensor(Init::Normal(1.0), spec(&[words, width], dtype)?, fan, rng) })
    }
}

impl Embedding<Wire> {
    /// The rows of words: `[..]` whole numbers become `[.., width]`.
    #[track_caller]
    pub fn forward(&self, words: Wire) -> Wire {
        self.weight.take(words, 0)
    }
}

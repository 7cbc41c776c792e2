//! The layer that multiplies by a matrix and adds a vector.

use super::spec;
use crate::error::Result;
use crate::init::{self, Fan, Init};
use crate::rng::Rng;
use chainrule::{DType, Tensor, Tree, Wire};

/// `x weight^T + bias`, stored as PyTorch stores it.
#[derive(Tree, Clone, Debug)]
pub struct Linear<T> {
    /// `[out, in]`.
    pub weight: T,
    /// `[out]`.
    pub bias: Option<T>,
}

impl Linear<Tensor> {
    /// A layer with random weights and a bias of zeros.
    ///
    /// # Errors
    /// The layer is larger than a tensor can be.
    pub fn new(fan: Fan, init: Init, dtype: DType, rng: &mut Rng) -> Result<Linear<Tensor>> {
        Ok(Linear {
            weight: init::tensor(init, spec(&[fan.outputs, fan.inputs], dtype)?, fan, rng),
            bias: Some(Tensor::zeros(spec(&[fan.outputs], dtype)?)),
        })
    }
}

impl<T> Linear<T> {
    /// The same without its bias.
    pub fn without_bias(self) -> Self {
        Linear { bias: None, ..self }
    }
}

impl Linear<Wire> {
    /// Rows of inputs become rows of outputs.
    #[track_caller]
    pub fn forward(&self, x: Wire) -> Wire {
        let product = x.matmul(self.weight.mt());
        match self.bias {
            Some(bias) => product + bias,
            None => product,
        }
    }
}

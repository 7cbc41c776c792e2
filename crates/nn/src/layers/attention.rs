//! Attention with several heads.

use super::Linear;
use crate::error::{Error, Result};
use crate::init::{Fan, Init};
use crate::rng::Rng;
use chainrule::{DType, Tensor, Tree, Wire, attention, stage};

/// Queries look at keys and values, each head in its own part of the width (Vaswani and others 2017).
#[derive(Tree, Clone, Debug)]
pub struct MultiHeadAttention<T> {
    /// Inputs to queries, `[width, width]`.
    pub query: Linear<T>,
    /// Inputs to keys.
    pub key: Linear<T>,
    /// Inputs to values.
    pub value: Linear<T>,
    /// All heads to the output.
    pub output: Linear<T>,
    /// How many heads share the width.
    pub heads: usize,
}

impl MultiHeadAttention<Tensor> {
    /// Random weights of Glorot's size.
    ///
    /// # Errors
    /// The heads don't divide the width, or a weight is larger than a tensor can be.
    pub fn new(width: usize, heads: usize, dtype: DType, rng: &Rng) -> Result<MultiHeadAttention<Tensor>> {
        if heads == 0 || !width.is_multiple_of(heads) {
            let what = format!("{heads} heads can't share a width of {width}");
            return Err(Error::argument("heads", what, "choose a number that divides the width"));
        }
        let fan = Fan { inputs: width, outputs: width };
        let linear = |i: u64| Linear::new(fan, Init::Glorot, dtype, &mut rng.fold(i));
        Ok(MultiHeadAttention {
            query: linear(0)?,
            key: linear(1)?,
            value: linear(2)?,
            output: linear(3)?,
            heads,
        })
    }
}

impl<T> MultiHeadAttention<T> {
    /// The same without biases.
    pub fn without_bias(self) -> Self {
        MultiHeadAttention {
            query: self.query.without_bias(),
            key: self.key.without_bias(),
            value: self.value.without_bias(),
            output: self.output.without_bias(),
            heads: self.heads,
        }
    }
}

impl MultiHeadAttention<Wire> {
    /// Queries from `x [n, t, width]`, keys and values from `seen [n, s, width]`. A mask (bool, broadcast to
    /// `[n, heads, t, s]`) says which keys a query may see; causal: none after its own place.
    #[track_caller]
    pub fn forward(&self, x: Wire, seen: Wire, mask: Option<Wire>, causal: bool) -> Wire {
        let parts = [("query", &self.query, x), ("key", &self.key, seen), ("value", &self.value, seen)];
        let [q, k, v] = parts.map(|(name, layer, x)| self.split(stage(name, || layer.forward(x))));
        let y = attention(q, k, v, mask, causal).transpose(&[0, 2, 1, 3]);
        stage("output", || self.output.forward(y.reshape(&x.shape().dims())))
    }

    /// `[n, t, width]` to `[n, heads, t, width / heads]`.
    #[track_caller]
    fn split(&self, x: Wire) -> Wire {
        let mut dims = x.shape().dims();
        let width = dims.pop().unwrap_or(1);
        dims.extend([self.heads, width / self.heads.max(1)]);
        x.reshape(&dims).transpose(&[0, 2, 1, 3])
    }
}

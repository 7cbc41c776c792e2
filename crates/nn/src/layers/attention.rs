//! Attention with several heads.

use super::{Dropout, Linear};
use crate::error::{Error, Result};
use crate::init::{Fan, Init};
use crate::rng::Rng;
use chainrule::{DType, Tensor, Tree, Wire, attention_with, part};

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
    /// Of the weights with which queries see keys, where there is a key for it.
    pub dropout: Dropout,
}

/// What places may see of each other, and the key for what is dropped.
#[derive(Tree, Clone, Debug)]
pub struct Sight<T> {
    /// Which keys a query may see: bool, broadcast to `[n, heads, t, s]`.
    pub mask: Option<T>,
    /// An i64 scalar; nothing is dropped without it.
    pub key: Option<T>,
    /// Whether a query sees no key after its own place.
    pub causal: bool,
}

impl Sight<Wire> {
    /// Every place sees every other.
    pub const ALL: Sight<Wire> = Sight { mask: None, key: None, causal: false };
    /// Every place sees itself and those before it.
    pub const CAUSAL: Sight<Wire> = Sight { mask: None, key: None, causal: true };
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
            dropout: Dropout::default(),
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
            ..self
        }
    }
}

impl MultiHeadAttention<Wire> {
    /// Queries from `x [n, t, width]`, keys and values from `seen [n, s, width]`, give `[n, t, width]`.
    #[track_caller]
    pub fn forward(&self, x: Wire, seen: Wire, sight: &Sight<Wire>) -> Wire {
        let q = self.split(part("query", || self.query.forward(x)));
        let k = self.split(part("key", || self.key.forward(seen)));
        let v = self.split(part("value", || self.value.forward(seen)));
        let dropped = |weights| self.dropout.forward(weights, sight.key);
        let y = attention_with(q, k, v, sight.mask, sight.causal, dropped).transpose(&[0, 2, 1, 3]);
        part("output", || self.output.forward(y.reshape(&x.shape().dims())))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Purpose;
    use chainrule::{Spec, trace};

    #[test]
    fn weights_are_dropped_by_key_alone() {
        let net = MultiHeadAttention::new(4, 2, DType::F64, &Rng::new(0, Purpose::Start)).unwrap();
        let net = MultiHeadAttention { dropout: Dropout { rate: 0.5 }, ..net };
        let (x, key) = (Spec::new(&[1, 3, 4], DType::F64).unwrap(), Spec::scalar(DType::I64));
        let program = trace(
            |net: MultiHeadAttention<Wire>, x: Wire, key: Wire| {
                let dropped = net.forward(x, x, &Sight { key: Some(key), ..Sight::CAUSAL });
                (net.forward(x, x, &Sight::CAUSAL), dropped)
            },
            &(net.map(&mut |t: &Tensor| t.spec()), x, key),
        )
        .unwrap();
        let run = |key: i64| {
            let x = Tensor::from_f64(x, &(0..12).map(|i| f64::from(i).cos()).collect::<Vec<_>>());
            let (plain, dropped) = program.run((net.clone(), x, key.into())).unwrap();
            (plain.to_f64(), dropped.to_f64())
        };
        assert_eq!(run(1), run(1));
        // The first place sees itself alone, with a weight of 1: a head of it is there twice as large, or not at all.
        let keys: Vec<Vec<f64>> = (0..20).map(|key| run(key).1[..4].to_vec()).collect();
        assert!(keys.iter().any(|y| y.iter().all(|v| *v == 0.0)), "{keys:?}");
        let plain = &run(0).0[..4];
        let doubled = |y: &Vec<f64>| y.iter().zip(plain).all(|(y, p)| (y - 2.0 * p).abs() < 1e-12);
        assert!(keys.iter().any(doubled), "{keys:?} {plain:?}");
    }
}

//! Attention and a small network in turn, each after a norm and added to what came in (Xiong and others 2020: pre-norm).

use super::dropout::folded;
use super::{Dropout, LayerNorm, Linear, MultiHeadAttention};
use crate::error::Result;
use crate::init::{Fan, Init};
use crate::rng::Rng;
use chainrule::{DType, Tensor, Tree, Wire, stage};

/// Two linear layers with gelu between: a network that sees one place alone.
#[derive(Tree, Clone, Debug)]
pub struct FeedForward<T> {
    /// `[wide, width]`.
    pub up: Linear<T>,
    /// `[width, wide]`.
    pub down: Linear<T>,
}

/// One turn of attention and network.
#[derive(Tree, Clone, Debug)]
pub struct TransformerBlock<T> {
    /// Before the attention.
    pub attention_norm: LayerNorm<T>,
    /// Places look at each other.
    pub attention: MultiHeadAttention<T>,
    /// Before the network.
    pub mlp_norm: LayerNorm<T>,
    /// Each place for itself.
    pub mlp: FeedForward<T>,
    /// Of what attention and network give. (PyTorch and nanoGPT also drop weights of the attention and hidden values.)
    pub dropout: Dropout,
}

/// Blocks, and a norm after the last.
#[derive(Tree, Clone, Debug)]
pub struct Transformer<T> {
    /// The blocks, first one first.
    pub layers: Vec<TransformerBlock<T>>,
    /// After them.
    pub norm: LayerNorm<T>,
}

/// How large a transformer is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TransformerOptions {
    /// How many blocks.
    pub layers: usize,
    /// How many numbers stand for a place.
    pub width: usize,
    /// How many heads share them; a divisor.
    pub heads: usize,
    /// How many hidden values the network of a block has; usually 4 times the width.
    pub wide: usize,
    /// How much is dropped while there is a key.
    pub dropout: f64,
}

/// What places may see, and the key for what is dropped.
#[derive(Tree, Clone, Debug)]
pub struct Sight<T> {
    /// Which keys a query may see: bool, broadcast to `[n, heads, t, s]`.
    pub mask: Option<T>,
    /// i64; nothing is dropped without it.
    pub key: Option<T>,
    /// None after its own place.
    pub causal: bool,
}

impl<T> FeedForward<T> {
    /// The same without biases.
    pub fn without_bias(self) -> Self {
        FeedForward { up: self.up.without_bias(), down: self.down.without_bias() }
    }
}

impl FeedForward<Wire> {
    /// `[.., width]` to the same.
    #[track_caller]
    pub fn forward(&self, x: Wire) -> Wire {
        let hidden = stage("up", || self.up.forward(x)).gelu();
        stage("down", || self.down.forward(hidden))
    }
}

impl TransformerBlock<Tensor> {
    /// Random weights of Glorot's size.
    ///
    /// # Errors
    /// The heads don't divide the width, or a weight is larger than a tensor can be.
    pub fn new(options: TransformerOptions, dtype: DType, rng: &Rng) -> Result<TransformerBlock<Tensor>> {
        let TransformerOptions { width, heads, wide, dropout, .. } = options;
        let linear = |inputs: usize, outputs: usize, i: u64| {
            Linear::new(Fan { inputs, outputs }, Init::Glorot, dtype, &mut rng.fold(i))
        };
        Ok(TransformerBlock {
            attention_norm: LayerNorm::new(width, dtype)?,
            attention: MultiHeadAttention::new(width, heads, dtype, &rng.fold(0))?,
            mlp_norm: LayerNorm::new(width, dtype)?,
            mlp: FeedForward { up: linear(width, wide, 1)?, down: linear(wide, width, 2)? },
            dropout: Dropout { rate: dropout },
        })
    }
}

impl<T> TransformerBlock<T> {
    /// The same without biases, those of the norms neither.
    pub fn without_bias(self) -> Self {
        TransformerBlock {
            attention_norm: self.attention_norm.without_bias(),
            attention: self.attention.without_bias(),
            mlp_norm: self.mlp_norm.without_bias(),
            mlp: self.mlp.without_bias(),
            dropout: self.dropout,
        }
    }
}

impl TransformerBlock<Wire> {
    /// `[n, t, width]` to the same.
    #[track_caller]
    pub fn forward(&self, x: Wire, sight: &Sight<Wire>) -> Wire {
        let dropped = |x: Wire, i: usize| self.dropout.forward(x, folded(sight.key, i));
        let y = stage("attention_norm", || self.attention_norm.forward(x));
        let y = stage("attention", || self.attention.forward(y, y, sight.mask, sight.causal));
        let x = x + dropped(y, 0);
        let y = stage("mlp_norm", || self.mlp_norm.forward(x));
        x + dropped(stage("mlp", || self.mlp.forward(y)), 1)
    }
}

impl Transformer<Tensor> {
    /// Random weights of Glorot's size.
    ///
    /// # Errors
    /// The heads don't divide the width, or a weight is larger than a tensor can be.
    pub fn new(options: TransformerOptions, dtype: DType, rng: &Rng) -> Result<Transformer<Tensor>> {
        let block = |i: usize| TransformerBlock::new(options, dtype, &rng.fold(i as u64));
        let layers = (0..options.layers).map(block).collect::<Result<_>>()?;
        Ok(Transformer { layers, norm: LayerNorm::new(options.width, dtype)? })
    }
}

impl<T> Transformer<T> {
    /// The same without biases, those of the norms neither.
    pub fn without_bias(self) -> Self {
        let layers = self.layers.into_iter().map(TransformerBlock::without_bias).collect();
        Transformer { layers, norm: self.norm.without_bias() }
    }
}

impl Transformer<Wire> {
    /// `[n, t, width]` to the same. Each block has a key of its own.
    #[track_caller]
    pub fn forward(&self, x: Wire, sight: &Sight<Wire>) -> Wire {
        let mut x = x;
        for (i, layer) in self.layers.iter().enumerate() {
            let sight = Sight { key: folded(sight.key, i), ..sight.clone() };
            x = stage(&format!("layers.{i}"), || layer.forward(x, &sight));
        }
        stage("norm", || self.norm.forward(x))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Purpose;
    use chainrule::{Spec, trace};

    const OPTIONS: TransformerOptions =
        TransformerOptions { layers: 3, width: 4, heads: 2, wide: 8, dropout: 0.5 };

    #[derive(Tree)]
    struct Net<T> {
        encoder: Transformer<T>,
    }

    #[test]
    fn parameters_are_named_by_their_way() {
        let encoder = Transformer::new(OPTIONS, DType::F32, &Rng::new(0, Purpose::Start)).unwrap();
        let paths = Net { encoder: encoder.clone() }.paths();
        assert_eq!(paths.len(), 3 * (2 + 8 + 2 + 4) + 2);
        for path in
            ["encoder.layers.2.attention.query.weight", "encoder.layers.0.mlp.down.bias", "encoder.norm.bias"]
        {
            assert!(paths.iter().any(|p| p == path), "{path}");
        }
        assert_eq!(encoder.without_bias().paths().len(), 3 * 8 + 1);
    }

    #[test]
    fn a_key_drops_and_another_drops_others() {
        let net = Transformer::new(OPTIONS, DType::F64, &Rng::new(0, Purpose::Start)).unwrap();
        let specs = (net.map(&mut |t: &Tensor| t.spec()), Spec::new(&[2, 3, 4], DType::F64).unwrap());
        let keys = (Spec::scalar(DType::I64), Spec::scalar(DType::I64));
        let program = trace(
            |net: Transformer<Wire>, x: Wire, a: Wire, b: Wire| {
                let of = |key| net.forward(x, &Sight { mask: None, key, causal: false });
                [of(None), of(Some(a)), of(Some(b))]
            },
            &(specs.0, specs.1, keys.0, keys.1),
        )
        .unwrap();
        let run = |a: i64, b: i64| {
            let x = Tensor::from_f64(specs.1, &(0..24).map(|i| f64::from(i).sin()).collect::<Vec<_>>());
            program.run((net.clone(), x, a.into(), b.into())).unwrap()
        };
        let [plain, first, second] = run(1, 2);
        assert!(plain != first && first != second);
        let [again, same, twin] = run(1, 1);
        assert!(plain == again && first == same && same == twin);
    }
}

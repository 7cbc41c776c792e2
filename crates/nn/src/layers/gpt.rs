//! A language model that reads characters: nanoGPT's (Karpathy 2022), with learned positions and no biases.

use super::dropout::folded;
use super::{Dropout, Embedding, Sight, Transformer, TransformerOptions};
use crate::error::{Error, Result};
use crate::init::{self, Init};
use crate::rng::Rng;
use chainrule::{DType, Tensor, Tree, Wire, stage};

/// nanoGPT's deviation of first weights.
const DEVIATION: f64 = 0.02;

/// What comes next, from what came before. Logits are the products of the last values with the rows of the embedding.
#[derive(Tree, Clone, Debug)]
pub struct Gpt<T> {
    /// `[vocabulary, width]`: what each token means, going in and coming out.
    pub tokens: Embedding<T>,
    /// `[context, width]`: what each place means.
    pub positions: Embedding<T>,
    /// The blocks.
    pub transformer: Transformer<T>,
    /// Of what goes into the first block.
    pub dropout: Dropout,
}

/// How large a [`Gpt`] is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GptOptions {
    /// How many different tokens.
    pub vocabulary: usize,
    /// How many tokens it can see.
    pub context: usize,
    /// How many blocks.
    pub layers: usize,
    /// How many numbers stand for a token.
    pub width: usize,
    /// How many heads share them; a divisor.
    pub heads: usize,
    /// How much is dropped while there is a key.
    pub dropout: f64,
}

impl Gpt<Tensor> {
    /// Normal weights with deviation 0.02; those whose results are added to what came in, two a block, by the root of their number
    /// smaller, so that the sum does not grow with depth (Radford and others 2019).
    ///
    /// # Errors
    /// No vocabulary or context, heads that don't divide the width, or a weight that is larger than a tensor can be.
    pub fn new(options: GptOptions, dtype: DType, rng: &Rng) -> Result<Gpt<Tensor>> {
        let GptOptions { vocabulary, context, layers, width, heads, dropout } = options;
        if vocabulary == 0 || context == 0 {
            let what = format!("a vocabulary of {vocabulary} and a context of {context} say nothing");
            return Err(Error::argument("context", what, "give 1 or more of both"));
        }
        let blocks = TransformerOptions { layers, width, heads, wide: 4 * width, dropout };
        let mut net = Gpt {
            tokens: Embedding::new(vocabulary, width, dtype, &mut rng.fold(0))?,
            positions: Embedding::new(context, width, dtype, &mut rng.fold(1))?,
            transformer: Transformer::new(blocks, dtype, &rng.fold(2))?.without_bias(),
            dropout: Dropout { rate: dropout },
        };
        let added = DEVIATION / ((2 * layers.max(1)) as f64).sqrt();
        init::redraw(&mut net, &rng.fold(3), |path| match path {
            _ if path.ends_with("norm.weight") => None,
            _ if path.ends_with("output.weight") || path.ends_with("down.weight") => {
                Some(Init::Normal(added))
            }
            _ => Some(Init::Normal(DEVIATION)),
        });
        Ok(net)
    }
}

impl Gpt<Wire> {
    /// Tokens, i64 `[n, t]` with t at most the context, become the logits of the token that follows each: `[n, t, vocabulary]`.
    /// With a key (i64) values are dropped.
    #[track_caller]
    pub fn forward(&self, tokens: Wire, key: Option<Wire>) -> Wire {
        let time = tokens.shape().dims().last().copied().unwrap_or(1);
        let x = stage("tokens", || self.tokens.forward(tokens));
        let x = x + stage("positions", || self.positions.weight.slice_axis(0, 0, time as i64));
        let x = self.dropout.forward(x, folded(key, 0));
        let sight = Sight { mask: None, key: folded(key, 1), causal: true };
        let x = stage("transformer", || self.transformer.forward(x, &sight));
        stage("logits", || x.matmul(self.tokens.weight.mt()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Purpose;
    use chainrule::{Spec, trace};

    const OPTIONS: GptOptions =
        GptOptions { vocabulary: 50, context: 6, layers: 2, width: 32, heads: 4, dropout: 0.1 };

    fn net() -> Gpt<Tensor> {
        Gpt::new(OPTIONS, DType::F64, &Rng::new(1, Purpose::Start)).unwrap()
    }

    #[test]
    fn first_weights_are_those_of_nano_gpt() {
        let net = net();
        let deviation = |t: &Tensor| {
            let values = t.to_f64();
            (values.iter().map(|v| v * v).sum::<f64>() / values.len() as f64).sqrt()
        };
        for (path, weight) in net.paths().iter().zip(net.leaves()) {
            let wanted = match path {
                _ if path.ends_with("norm.weight") => 1.0,
                _ if path.ends_with("output.weight") || path.ends_with("down.weight") => 0.01,
                _ => 0.02,
            };
            let found = deviation(&weight);
            assert!((found / wanted - 1.0).abs() < 0.15, "{path}: {found} for {wanted}");
        }
    }

    #[test]
    fn no_token_sees_those_after_it() {
        let net = net();
        let specs = (net.map(&mut |t: &Tensor| t.spec()), Spec::new(&[1, 5], DType::I64).unwrap());
        let program = trace(|net: Gpt<Wire>, x: Wire| net.forward(x, None), &specs).unwrap();
        let run = |x: [i64; 5]| {
            let x = Tensor::new(x.to_vec(), &[1, 5]).unwrap();
            program.run((net.clone(), x)).unwrap().to_f64()
        };
        let (a, b) = (run([3, 1, 4, 1, 5]), run([3, 1, 4, 9, 2]));
        assert_eq!(a[..3 * 50], b[..3 * 50]);
        assert_ne!(a[3 * 50..], b[3 * 50..]);
        let long = (specs.0, Spec::new(&[1, 7], DType::I64).unwrap());
        assert!(trace(|net: Gpt<Wire>, x: Wire| net.forward(x, None), &long).is_err());
        assert!(
            Gpt::new(GptOptions { context: 0, ..OPTIONS }, DType::F64, &Rng::new(1, Purpose::Start)).is_err()
        );
    }
}

//! A network that guesses the next character from the last few (Bengio and others 2003, as Karpathy's makemore lectures have it).

use super::{Embedding, Linear};
use crate::error::Result;
use crate::init::{self, Fan, Init};
use crate::rng::Rng;
use chainrule::{DType, Tensor, Tree, Wire, stage};

/// The last characters as rows of numbers, side by side, through one hidden layer.
#[derive(Tree, Clone, Debug)]
pub struct CharMlp<T> {
    /// `[vocabulary, width]`.
    pub embedding: Embedding<T>,
    /// From all characters that are seen to hidden values.
    pub hidden: Linear<T>,
    /// To a number for each character.
    pub output: Linear<T>,
}

/// How large a [`CharMlp`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CharMlpOptions {
    /// How many different characters.
    pub vocabulary: usize,
    /// How many characters it sees: 3 in the lectures.
    pub context: usize,
    /// How many numbers stand for one: 10 in the lectures.
    pub width: usize,
    /// How many hidden values: 200 in the lectures.
    pub hidden: usize,
}

impl CharMlp<Tensor> {
    /// Hidden weights that bring tanh what it can take (5/3 over the root of the inputs), outputs near 0, so that the first guesses
    /// are even.
    ///
    /// # Errors
    /// A layer is larger than a tensor can be.
    pub fn new(options: CharMlpOptions, dtype: DType, rng: &Rng) -> Result<CharMlp<Tensor>> {
        let CharMlpOptions { vocabulary, context, width, hidden } = options;
        let inputs = context.saturating_mul(width);
        let linear = |inputs: usize, outputs: usize, deviation: f64, i: u64| {
            Linear::new(Fan { inputs, outputs }, Init::Normal(deviation), dtype, &mut rng.fold(i))
        };
        let mut net = CharMlp {
            embedding: Embedding::new(vocabulary, width, dtype, &mut rng.fold(0))?,
            hidden: linear(inputs, hidden, 5.0 / 3.0 / (inputs.max(1) as f64).sqrt(), 1)?,
            output: linear(hidden, vocabulary, 0.01, 2)?,
        };
        init::redraw(&mut net, &rng.fold(3), |path| (path == "hidden.bias").then_some(Init::Normal(0.01)));
        Ok(net)
    }
}

impl CharMlp<Wire> {
    /// Characters, i64 `[n, context]`, become the logits of the next one, `[n, vocabulary]`.
    #[track_caller]
    pub fn forward(&self, characters: Wire) -> Wire {
        let rows = characters.shape().dims().first().copied().unwrap_or(1);
        let x = stage("embedding", || self.embedding.forward(characters));
        let inputs = x.shape().elements() / rows.max(1);
        let hidden = stage("hidden", || self.hidden.forward(x.reshape(&[rows, inputs])).tanh());
        stage("output", || self.output.forward(hidden))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Purpose;
    use chainrule::{Spec, trace};

    #[test]
    fn first_guesses_are_even_and_no_hidden_value_is_stuck() {
        let options = CharMlpOptions { vocabulary: 27, context: 3, width: 10, hidden: 200 };
        let net = CharMlp::new(options, DType::F32, &Rng::new(0, Purpose::Start)).unwrap();
        // The lectures' count.
        assert_eq!(net.leaves().iter().map(|t| t.shape().elements()).sum::<usize>(), 11_897);
        let specs = (
            net.map(&mut |t: &Tensor| t.spec()),
            Spec::new(&[32, 3], DType::I64).unwrap(),
            Spec::new(&[32], DType::I64).unwrap(),
        );
        let program =
            trace(|net: CharMlp<Wire>, x: Wire, y: Wire| net.forward(x).cross_entropy(y).mean(), &specs)
                .unwrap();
        let some = |n: usize| Tensor::from((0..n as i64).map(|i| i * 7 % 27).collect::<Vec<_>>());
        let loss = program.run((net, some(96).reshape(&[32, 3]).unwrap(), some(32))).unwrap();
        assert!((loss.item().unwrap() - 27f64.ln()).abs() < 0.1, "{loss:?}");
    }
}

//! Text that a network makes up, letter by letter.

use crate::architecture::Interface;
use crate::data::{Examples, Goal};
use crate::error::{Error, Result};
use crate::model::Model;
use crate::predict::Network;
use crate::rng::Rng;
use chainrule::{DType, Shape, Spec, Tensor};

/// How a text goes on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Manner {
    /// How many tokens there will be at most.
    pub count: usize,
    /// How boldly: logits are divided by it, so that 1 draws as the network says and smaller numbers prefer the likeliest.
    pub temperature: f64,
    /// The token after which nothing comes.
    pub end: Option<i64>,
}

/// One example without a target.
struct Prompt {
    tokens: Vec<i64>,
    goal: Goal,
}

impl Examples for Prompt {
    fn rows(&self) -> usize {
        1
    }

    fn inputs(&self) -> Spec {
        Spec { shape: Shape::new(&[self.tokens.len()]).unwrap_or_default(), dtype: DType::I64 }
    }

    fn targets(&self) -> Spec {
        if let Goal::Tokens(_) = self.goal { self.inputs() } else { Spec::scalar(DType::I64) }
    }

    fn goal(&self) -> Goal {
        self.goal.clone()
    }

    fn load(&self, _: &[usize], x: &mut Tensor, _: &mut Tensor) -> Result<()> {
        x.as_slice_mut::<i64>()?.copy_from_slice(&self.tokens);
        Ok(())
    }
}

/// Goes on from some tokens; what is given comes first in what is returned.
///
/// # Errors
/// A network that does not read tokens, a temperature that is not above 0.
pub fn sample<M: Model>(
    network: &mut Network<'_, M>,
    interface: &Interface,
    start: &[i64],
    manner: Manner,
    rng: &mut Rng,
) -> Result<Vec<i64>> {
    if !interface.tokens {
        let hint = "train on a text first";
        return Err(Error::argument("--sample", "the network does not read text", hint));
    }
    if !(manner.temperature > 0.0 && manner.temperature.is_finite()) {
        let what = format!("{} is no temperature", manner.temperature);
        return Err(Error::argument("--temperature", what, "give a number above 0, as in 0.8"));
    }
    let (context, width) = (interface.context(), interface.goal.names().len());
    let mut tokens = start.to_vec();
    for _ in 0..manner.count {
        let (read, at) = window(&tokens, context, &interface.goal);
        let prompt = Prompt { tokens: read, goal: interface.goal.clone() };
        let mut logits = Vec::new();
        network.predict(&prompt, &mut |_, output, _| {
            logits = output[at * width..(at + 1) * width].to_vec();
            Ok(())
        })?;
        let token = drawn(&logits, manner.temperature, rng.uniform()) as i64;
        tokens.push(token);
        if manner.end == Some(token) {
            break;
        }
    }
    Ok(tokens)
}

/// The tokens that are read, and the row of logits that says what comes after them.
fn window(tokens: &[i64], context: usize, goal: &Goal) -> (Vec<i64>, usize) {
    let last = &tokens[tokens.len().saturating_sub(context)..];
    let mut read = vec![0; context];
    if let Goal::Tokens(_) = goal {
        // What is not yet known comes after, where no place before it looks.
        read[..last.len()].copy_from_slice(last);
        (read, last.len().saturating_sub(1))
    } else {
        read[context - last.len()..].copy_from_slice(last);
        (read, 0)
    }
}

/// The token at a uniform number from 0 to 1 of the softmax's distribution.
fn drawn(logits: &[f32], temperature: f64, at: f64) -> usize {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let shares: Vec<f64> =
        logits.iter().map(|&logit| (f64::from(logit - largest) / temperature).exp()).collect();
    let mut left = at * shares.iter().sum::<f64>();
    let past = |share: &f64| {
        left -= share;
        left < 0.0
    };
    shares.iter().position(past).unwrap_or(logits.len().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_drawn_as_the_softmax_says() {
        let logits = [0.0, 3f32.ln(), f32::NEG_INFINITY];
        assert_eq!([0.0, 0.24, 0.26, 0.99].map(|at| drawn(&logits, 1.0, at)), [0, 0, 1, 1]);
        // 3 to the power of 2: a tenth of the way is the edge.
        assert_eq!([0.09, 0.11].map(|at| drawn(&logits, 0.5, at)), [0, 1]);
    }

    #[test]
    fn a_network_reads_the_last_tokens_where_it_expects_them() {
        let (places, one) = (Goal::Tokens(vec![]), Goal::Classes(vec![]));
        assert_eq!(window(&[5], 3, &places), (vec![5, 0, 0], 0));
        assert_eq!(window(&[5, 6, 7, 8], 3, &places), (vec![6, 7, 8], 2));
        assert_eq!(window(&[5], 3, &one), (vec![0, 0, 5], 0));
        assert_eq!(window(&[], 2, &one), (vec![0, 0], 0));
    }
}

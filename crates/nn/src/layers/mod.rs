//! Layers: structs of weights with a method that records what they compute. Pools and activations have no weights and are functions
//! of the engine. Each layer names its parts as stages, as their weights are named, so that pictures and summaries show them.

mod attention;
mod char_lstm;
mod char_mlp;
mod conv;
mod conv_net;
mod dropout;
mod embedding;
mod gpt;
mod linear;
mod mlp;
mod norm;
mod recurrent;
mod residual;
mod transformer;

pub use attention::MultiHeadAttention;
pub use char_lstm::{CharLstm, CharLstmOptions};
pub use char_mlp::{CharMlp, CharMlpOptions};
pub use conv::{Conv1d, Conv2d};
pub use conv_net::ConvNet;
pub use dropout::Dropout;
pub use embedding::Embedding;
pub use gpt::{Gpt, GptOptions};
pub use linear::Linear;
pub use mlp::Mlp;
pub use norm::{BatchNorm, EPSILON, GroupNorm, LayerNorm, Running};
pub use recurrent::{Gates, Gru, Lstm, Rnn};
pub use residual::{BatchResidual, Convolutions, Residual};
pub use transformer::{FeedForward, Sight, Transformer, TransformerBlock, TransformerOptions};

use crate::error::{Error, Result};
use chainrule::{DType, Spec};

/// The spec of a weight.
fn spec(dims: &[usize], dtype: DType) -> Result<Spec> {
    Spec::new(dims, dtype).map_err(|why| Error::argument("--layers", why, "make the layers smaller"))
}

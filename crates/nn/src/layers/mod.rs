//! Layers: structs of weights with a method that records what they compute. Pools, activations and dropout have no weights and are
//! functions of the engine.

mod attention;
mod conv;
mod conv_net;
mod embedding;
mod linear;
mod mlp;
mod norm;
mod recurrent;

pub use attention::MultiHeadAttention;
pub use conv::{Conv1d, Conv2d};
pub use conv_net::ConvNet;
pub use embedding::Embedding;
pub use linear::Linear;
pub use mlp::Mlp;
pub use norm::{BatchNorm, EPSILON, GroupNorm, LayerNorm, Running};
pub use recurrent::{Gates, Gru, Lstm, Rnn};

use crate::error::{Error, Result};
use chainrule::{DType, Spec};

/// The spec of a weight.
fn spec(dims: &[usize], dtype: DType) -> Result<Spec> {
    Spec::new(dims, dtype).map_err(|why| Error::argument("--layers", why, "make the layers smaller"))
}

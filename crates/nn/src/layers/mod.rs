//! Layers: structs of weights with a method that records what they compute.

mod linear;
mod mlp;

pub use linear::Linear;
pub use mlp::Mlp;

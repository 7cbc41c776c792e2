//! Gradients kept from being too large.

use chainrule::{DType, Wire};

/// What is done to gradients before the rule sees them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Clip {
    /// Nothing.
    None,
    /// All gradients together have at most this Euclidean norm: where it is more, all are scaled down (Pascanu and others 2013).
    Norm(f64),
    /// Each number lies between minus this and this.
    Value(f64),
}

/// Keeps the division finite where all gradients are 0, as in PyTorch.
const EPSILON: f64 = 1e-6;

impl Clip {
    /// The gradients of all weights after it.
    #[track_caller]
    pub(super) fn applied(self, gradients: &[Wire]) -> Vec<Wire> {
        match self {
            Clip::None => gradients.to_vec(),
            Clip::Value(most) => gradients.iter().map(|g| g.clamp(-most, most)).collect(),
            Clip::Norm(most) => {
                let squares = gradients.iter().map(|g| g.square().sum().cast(DType::F64));
                let Some(total) = squares.reduce(|a, b| a + b) else { return Vec::new() };
                let factor = (total.sqrt() + EPSILON).reciprocal() * most;
                let factor = factor.clamp(0.0, 1.0);
                gradients.iter().map(|g| *g * factor.cast(g.dtype())).collect()
            }
        }
    }
}

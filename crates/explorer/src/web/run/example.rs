//! One example of a training, as a circuit to look at.

use chainrule::formula::Built;
use chainrule::{Diagnostic, Tensor};
use std::sync::Arc;

/// The network at one example.
pub struct Example {
    /// The forward pass to the loss of this example alone.
    pub built: Arc<Built>,
    /// A value for each input.
    pub values: Vec<Tensor>,
    /// Steps after which the weights were so.
    pub step: u64,
}

/// Gives the examples of a training.
pub trait Examples: Send + Sync {
    /// The network at an example, by its number among those that are learnt from, with the weights of a step or of the nearest
    /// before it that are held; without a step, the newest.
    ///
    /// # Errors
    /// There is no such example, or it can't be read.
    fn example(&self, row: usize, step: Option<u64>) -> Result<Example, Diagnostic>;
}

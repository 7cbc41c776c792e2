//! Values dropped at random while a network learns.

use chainrule::Wire;

/// Drops each value with a probability while there is a key, and does nothing without one. It has no weights: it is a setting
/// of the layers that hold it.
///
/// ```
/// use chainrule::prelude::*;
/// use chainrule_nn::layers::Dropout;
/// let dropout = Dropout { rate: 0.5 };
/// let specs = (Spec::new(&[1000], DType::F64).unwrap(), Spec::scalar(DType::I64));
/// let both = compile(|x: Wire, key: Wire| (dropout.forward(x, Some(key.fold(0))), dropout.forward(x, None)), &specs)?;
/// let (learning, after) = both.run((Tensor::full(specs.0, 1.0), 7i64.into()))?;
/// assert!(learning.to_f64().iter().all(|&y| y == 0.0 || y == 2.0));
/// assert!(after.to_f64().iter().all(|&y| y == 1.0));
/// # Ok::<(), Diagnostic>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Dropout {
    /// The probability, at least 0 and less than 1.
    pub rate: f64,
}

impl Dropout {
    /// Each value 0 with probability `rate`, else divided by `1 - rate`. Which ones depends on the key alone, an i64 scalar:
    /// give each step and each place its own, as with `key.fold(i)`.
    #[track_caller]
    pub fn forward(&self, x: Wire, key: Option<Wire>) -> Wire {
        match key {
            Some(key) if self.rate != 0.0 => x.dropout(self.rate, key),
            _ => x,
        }
    }
}

/// A key for part `i` of something that has one.
#[track_caller]
pub(super) fn folded(key: Option<Wire>, i: usize) -> Option<Wire> {
    key.map(|key| key.fold(i as i64))
}

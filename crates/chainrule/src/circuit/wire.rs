//! A value that is yet to be computed.

use super::builder;
use crate::base::{DType, Shape, Spec};

/// One value in a circuit that is being traced. `Copy`; used with operators and methods, which record gates.
///
/// A wire that a mistake produced is *poisoned*: whatever uses it is poisoned too, and nothing more is reported through it.
/// It has no order, so that `a.max(b)` does not compile to a comparison of places: that is `a.maximum(b)`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Wire {
    pub(crate) trace: u32,
    pub(crate) index: u32,
}

impl Default for Wire {
    /// A wire of no trace: it stands where a tree of wires is needed for its form alone.
    fn default() -> Self {
        Wire::POISON
    }
}

impl Wire {
    /// What a mistake produces.
    pub(crate) const POISON: Wire = Wire { trace: 0, index: u32::MAX };

    /// Whether a mistake led here.
    pub fn is_poisoned(self) -> bool {
        self == Wire::POISON || builder::spec_of(self).is_none()
    }

    /// Shape and dtype; `None` for a poisoned wire, or outside of its trace.
    pub fn spec(self) -> Option<Spec> {
        builder::spec_of(self)
    }

    /// The shape. That of a poisoned wire answers 1 to any index.
    pub fn shape(self) -> Shape {
        self.spec().map_or(Shape::POISON, |s| s.shape)
    }

    /// The dtype; `f64` for a poisoned wire.
    pub fn dtype(self) -> DType {
        self.spec().map_or(DType::F64, |s| s.dtype)
    }
}

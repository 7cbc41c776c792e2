//! Floor 0: shapes, dtypes, tensors, errors and limits. Imports nothing from the rest of the crate.

mod diagnostic;
mod dtype;
pub mod limits;
#[cfg(feature = "ndarray")]
mod ndarray;
mod shape;
mod strided;
#[macro_use]
mod tensor;
mod brief;

pub use diagnostic::{Diagnostic, Mistake, Place, Result, Site};
pub use dtype::{DType, Element};
pub use shape::{Shape, Spec, coordinates};
pub use strided::Strided;
pub use tensor::{Data, Slice, SliceMut, Tensor};

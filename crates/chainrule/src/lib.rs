//! x
pub mod base;
pub mod circuit;
pub use base::*;
pub use circuit::*;

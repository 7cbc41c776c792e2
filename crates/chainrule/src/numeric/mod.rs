//! Pure functions on slices: the arithmetic below every gate.
//!
//! Nothing here knows of gates, circuits or tensors, and nothing imports from the rest of the crate. Sizes
//! that do not fit the slices are bugs of the caller and are asserted; a result depends on shape and data
//! alone, never on threads, addresses or earlier calls. Functions that need room for intermediate values take
//! a scratch slice, or room that the thread keeps (`scratch`).
//!
//! Layouts are row-major. "Outer x len x inner" means an array seen as three axes: everything before the axis
//! in question, the axis itself, and everything after it.

pub mod code;
pub mod conv;
#[cfg(test)]
pub mod counted;
pub mod cumulate;
pub mod gemm;
pub mod index;
pub mod linalg;
pub mod movement;
pub mod number;
pub mod philox;
pub mod reduce;
pub mod scratch;
pub mod simple;
pub mod sort;
pub mod special;
pub mod speed;
pub mod team;
pub mod tile;
pub mod vector;
pub mod window;
pub mod work;

pub use number::{Float, Number};

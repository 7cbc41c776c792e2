//! Values that were given on the command line or in files, and how they become tensors.

mod arrays;
#[cfg(test)]
mod damage;
mod lists;
mod named;
pub mod network;
pub mod prepared;
mod values;

pub use named::{Given, collect, value};
use values::Value;

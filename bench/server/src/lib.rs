//! One row of bench/definitions.md as a server: a request a line on stdin, an answer in JSON on stdout.
//! bench/peers/common.py speaks the same language.

mod inputs;
mod serve;

pub use inputs::{Array, Inputs, Numbers};
pub use serve::{Row, losses, run, timed};

/// What can go wrong here: a text for the terminal.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

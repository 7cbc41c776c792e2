//! Networks on top of chainrule: data, layers, optimisers, the trainer, weights in files.
//!
//! A training step is one circuit: the forward pass, the gradient of the loss and the update of every weight.

pub mod architecture;
pub mod atomic;
mod batches;
pub mod birth;
pub mod checkpoint;
pub mod data;
mod error;
pub mod formula;
pub mod init;
pub mod layers;
pub mod metrics;
pub mod model;
pub mod normalise;
pub mod observe;
pub mod optimiser;
pub mod parameters;
pub mod predict;
pub mod rng;
pub mod sample;
pub mod saved;
pub mod schedule;
pub mod shift;
pub mod snapshots;
pub mod split;
pub mod summary;
pub mod tensorboard;
pub mod torch;
pub mod trainer;
pub mod weights;

pub use error::{Error, Kind, Result};

/// The page about networks is executed.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/networks.md")]
struct Networks;

/// The Rust of the page about data is executed.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/data.md")]
struct Data;

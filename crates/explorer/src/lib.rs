//! How people see training. Reads circuits and run files, and links nothing of how circuits are planned or run.
//!
//! [`run`] is the file that a training leaves behind, `health` the rules that say from it what is wrong.

pub mod health;
pub mod html;
pub mod layout;
pub mod run;
pub mod scene;
pub mod svg;
#[cfg(feature = "web")]
pub mod web;

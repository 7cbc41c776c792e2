//! Training from the command line: what is trained, how it is shown, what is reported.

mod job;
mod progress;
mod report;

pub use job::{Job, Network, Trained};
pub use report::{header, line, results, several};

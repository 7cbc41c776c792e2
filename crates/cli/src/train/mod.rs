//! Training as the command line does it: data, network, progress, report.

mod job;
mod material;
pub mod report;
pub mod run;
mod tell;
mod usual;

pub use job::{Job, Trained};
pub use material::Material;
pub use tell::metrics;
pub use usual::Usual;

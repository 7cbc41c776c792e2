//! Training as the command line does it: data, network, progress, report.

mod job;
#[cfg(feature = "web")]
pub mod live;
#[cfg(not(feature = "web"))]
#[path = "unseen.rs"]
pub mod live;
mod material;
pub mod report;
pub mod run;
mod tell;
mod usual;

pub use job::{Job, Trained};
pub use material::Material;
pub use tell::metrics;
pub use usual::Usual;

//! The subcommands, one file each.

pub mod check;
pub mod doctor;
pub mod evaluate;
pub mod explain;
pub mod gates;
pub mod grad;
pub mod html;
pub mod plan;
pub mod predict;
mod step;
pub mod summary;
pub mod svg;
pub mod train;
#[cfg(feature = "web")]
pub mod view;

//! Floor 6: what users see.

mod catalogue;
mod check;
mod custom;
mod derivative;
mod flow;
mod function;
mod jit;
mod options;
mod program;
mod threads;
mod vmap;
mod watching;
mod within;

pub use catalogue::{CatalogueEntry, catalogue};
pub use check::{CheckOptions, CheckedInput, GradientCheck, check_gradient};
pub use custom::{custom_jvp, custom_rules, custom_vjp};
pub use derivative::{jvp, vjp};
pub use flow::{Flow, StageFlow, WireFlow, flow};
pub use function::Function;
pub use jit::{Jit, jit};
pub use options::Options;
pub use program::{Program, Traced, compile, trace};
pub use threads::threads;
pub use vmap::vmap;
pub use watching::WatchingStep;
pub use within::{Turn, turns};

pub use crate::plan::{Cost, Machine, Memory, PlanReport, StepReport};

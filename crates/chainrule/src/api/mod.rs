//! Floor 6: what users see.

mod custom;
mod derivative;
mod function;
mod program;
mod vmap;

pub use custom::{custom_jvp, custom_rules, custom_vjp};
pub use derivative::{jvp, vjp};
pub use function::Function;
pub use program::{Program, Traced, compile, trace};
pub use vmap::vmap;

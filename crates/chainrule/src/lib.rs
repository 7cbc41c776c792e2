//! Chainrule: a backpropagation engine. You describe a computation, and it computes the exact gradient of a loss with
//! respect to every weight, bias and input, and shows you how.
//!
//! ```
//! use chainrule::prelude::*;
//!
//! // f(x, y, z) = (x + y) z, with its gradients, traced once from an ordinary function
//! let spec = Spec::scalar(DType::F64);
//! let program = trace(
//!     |x: Wire, y: Wire, z: Wire| {
//!         let f = (x + y) * z;
//!         (f, f.gradient(&(x, y, z)))
//!     },
//!     &(spec, spec, spec),
//! )?;
//! let (f, (dx, dy, dz)) = program.run(((-2.0).into(), 5.0.into(), (-4.0).into()))?;
//! assert_eq!(f.item()?, -12.0);
//! assert_eq!((dx.item()?, dy.item()?, dz.item()?), (-4.0, -4.0, 3.0));
//! # Ok::<(), Diagnostic>(())
//! ```

// The floors, lowest first. Imports point downward; `cargo xtask tidy` checks it.
mod base;
mod circuit;
#[macro_use]
mod gates;
mod api;
pub mod formula;
mod functions;
#[cfg(test)]
mod harness;
mod numeric;
mod plan;
mod reference;
mod run;
mod transform;

pub use api::*;
pub use base::*;
#[cfg(feature = "derive")]
pub use chainrule_derive::Tree;
pub use circuit::{
    Circuit, Inside, Leaf, Node, PassedBack, PassedWithin, Path, Stage, Tree, Wire, Wires, name,
    note_gradient, part, stage,
};
pub use functions::{Conv, Pool, attention, attention_with, einsum, stack};
pub use gates::{
    Comparable, Power, Triangle, checkpoint, concat, cond, constant, iota, iterate, recurrence, scan,
    scan_reverse, while_bounded, while_loop,
};

/// Reads the text form of a circuit, as its `Display` prints it.
///
/// # Errors
/// The first place where the text is no circuit.
pub fn parse_circuit(text: &str) -> Result<Circuit> {
    Circuit::parse(text, gates::ALL)
}

/// Counter-based random numbers (Philox-4x32-10), the same on every machine: element `index` of the stream of a key.
pub mod random {
    pub use crate::numeric::philox::{fold, normal, uniform_bits, uniform_f32, uniform_f64};
}

/// What most programs use.
pub mod prelude {
    pub use crate::{DType, Diagnostic, Result, Shape, Spec, Tensor, Tree, Wire, Wires};
    pub use crate::{
        check_gradient, checkpoint, compile, cond, constant, custom_jvp, custom_rules, custom_vjp, iterate,
        jit, jvp, scan, stage, trace, vjp, vmap, while_bounded, while_loop,
    };
}

/// The README's Rust is executed.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

/// So is the worked example of how a circuit becomes a plan.
#[cfg(doctest)]
#[doc = include_str!("../../../ARCHITECTURE.md")]
struct Architecture;

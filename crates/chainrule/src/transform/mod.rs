//! Floor 3: circuit to circuit. The derivative is a circuit, so any order and any mix of these passes comes free.

pub mod adjoint;
pub mod batch;
pub mod hoist;
mod levels;
pub mod simplify;
pub mod tangent;

use crate::circuit::Passes;

/// The passes, for the rules of control gates.
pub static PASSES: Passes = Passes { vjp: adjoint::vjp, jvp: tangent::jvp, batch: batch::batch };

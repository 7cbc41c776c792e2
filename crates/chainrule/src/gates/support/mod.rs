//! What rooms share: shape rules, batching rules, kernel loops, axes.

pub mod along;
pub mod arguments;
pub mod axes;
pub mod batch;
pub mod bodies;
pub mod indices;
pub mod kept;
#[macro_use]
pub mod kernel;
pub mod matrices;
#[macro_use]
pub mod operands;
pub mod reduce;
pub mod sample;
pub mod shape;
pub mod sums;
pub mod window;

use crate::base::{Slice, Spec};
use crate::circuit::{Attrs, Fault, Plain};
use crate::numeric::scratch;

/// Calls `f` with bools or u8 as i64.
pub fn widened(x: Slice<'_>, f: impl FnOnce(&[i64])) {
    fn of<T: Copy + Into<i64>>(x: &[T], f: impl FnOnce(&[i64])) {
        scratch::filled(x.len(), 0, |wide| {
            wide.iter_mut().zip(x).for_each(|(to, &x)| *to = x.into());
            f(wide);
        });
    }
    match x {
        Slice::Bool(x) => of(x, f),
        x => of(x.typed::<u8>(), f),
    }
}

/// For gates of which an element costs about one operation.
pub fn flops_per_output(_: &Attrs, _: &[Spec], outputs: &[Spec]) -> u64 {
    outputs.iter().map(|s| s.shape.elements() as u64).sum()
}

/// For gates that look at each input once.
pub fn flops_per_input(_: &Attrs, inputs: &[Spec], _: &[Spec]) -> u64 {
    inputs.iter().map(|s| s.shape.elements() as u64).sum()
}

/// For gates that only move numbers.
pub fn no_flops(_: &Attrs, _: &[Spec], _: &[Spec]) -> u64 {
    0
}

/// For gates that the reference runs another way.
pub fn no_element(_: &Attrs, _: &[Plain], _: &[usize]) -> f64 {
    unreachable!("the reference runs inputs and control gates itself")
}

/// A fault whose hint is to cast.
pub fn wants(wanted: &str, got: impl std::fmt::Display) -> Fault {
    Fault::new(format!("takes {wanted}, not {got}"), "cast it first")
}

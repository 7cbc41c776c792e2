//! One gate over whole arrays.

use super::{Address, slice, slice_mut};
use crate::base::{Shape, Slice, Strided};
use crate::circuit::{Job, Operand};
use crate::numeric::scratch;
use crate::numeric::team::Team;
use crate::plan::{Array, KernelStep};

/// Inputs that a step has room for without asking for memory.
const FEW: usize = 8;

/// # Safety
/// `values` are the addresses of the plan's values.
pub unsafe fn run(step: &KernelStep, values: &[Address], team: Team) {
    let operand = |array: &Array| {
        // SAFETY: inputs are within their values, by the plan.
        let data = unsafe { of(array, values) };
        Operand { shape: array.view.shape, view: array.view, data }
    };
    // SAFETY: the output has room for its elements and overlaps no input, by the plan.
    let output =
        unsafe { slice_mut(step.spec.dtype, values[step.output as usize], step.spec.shape.elements()) };
    let nothing = Operand { shape: Shape::SCALAR, view: Strided::whole(Shape::SCALAR), data: Slice::U8(&[]) };
    let mut few = [nothing; FEW];
    let call = |inputs: &mut [Operand<'_>]| {
        inputs.iter_mut().zip(&step.inputs).for_each(|(to, array)| *to = operand(array));
        (step.kernel)(&mut Job { attrs: &step.attrs, inputs, shape: step.spec.shape, output, team });
    };
    if step.inputs.len() <= FEW {
        return call(&mut few[..step.inputs.len()]);
    }
    scratch::filled(step.inputs.len(), nothing, call);
}

/// # Safety
/// The array lies within its value, and no stride is negative.
unsafe fn of<'a>(array: &Array, values: &[Address]) -> Slice<'a> {
    // SAFETY: the caller's promise.
    unsafe {
        let first = values[array.value as usize].add(array.view.offset * array.dtype.bytes());
        slice(array.dtype, first, array.view.reach())
    }
}

//! One gate on tensors, by the kernel that a plan would use: for numbers that are known when a circuit is compiled.

use super::{Address, address, address_mut, movement};
use crate::base::{DType, Spec, Strided, Tensor};
use crate::circuit::{Attrs, Class, GateDef, Job, Operand, Outputs, Tiles};
use crate::numeric::team::Team;
use crate::numeric::tile::{Lone, Ports};

/// What a gate gives, to the bit as in a run; `None` for gates of several steps or outputs, and for inputs that do not fit.
pub fn evaluate(gate: &'static GateDef, attrs: &Attrs, inputs: &[Tensor], spec: Spec) -> Option<Tensor> {
    let specs: Vec<Spec> = inputs.iter().map(Tensor::spec).collect();
    if !gate.arity.fits(inputs.len()) || (gate.shape)(attrs, &specs) != Ok(Outputs::One(spec)) {
        return None;
    }
    let mut output = Tensor::zeros(spec);
    match gate.class {
        Class::Elementwise(tiles) => elementwise(tiles, attrs, inputs, &mut output)?,
        Class::View(rule) => {
            let view = rule(attrs, spec.shape, Strided::whole(specs[0].shape))?;
            let (from, to) = (address(inputs[0].slice()), address_mut(&mut output.slice_mut()));
            // SAFETY: the shape rule has accepted the input, so that its view rule names places within it; the output is
            // new, and has one place for each element.
            unsafe { movement::gather(from, &view, spec.dtype.bytes(), 0, spec.shape.elements(), to) }
        }
        class => {
            let whole = |t: &'_ Tensor| Strided::whole(t.shape());
            let operands: Vec<Operand<'_>> = inputs
                .iter()
                .map(|t| Operand { shape: t.shape(), view: whole(t), data: t.slice() })
                .collect();
            let output = output.slice_mut();
            let team = Team::ALONE;
            (class.kernel()?)(&mut Job { attrs, inputs: &operands, shape: spec.shape, output, team });
        }
    }
    Some(output)
}

fn elementwise(tiles: Tiles, attrs: &Attrs, inputs: &[Tensor], output: &mut Tensor) -> Option<()> {
    let len = output.shape().elements();
    if inputs.len() > 3 || inputs.iter().any(|tensor| tensor.shape().elements() != len) {
        return None;
    }
    let dtypes: Vec<DType> = inputs.iter().map(Tensor::dtype).collect();
    let mut from = [std::ptr::null(); 3];
    from.iter_mut().zip(inputs).for_each(|(to, tensor)| *to = address(tensor.slice()).cast_const());
    let to: Address = address_mut(&mut output.slice_mut());
    // SAFETY: the kernel is made for these dtypes and, by the shape rule, for that of the output; all tensors have `len`
    // elements, and the output is new, so that it overlaps nothing.
    unsafe { tiles(attrs, &dtypes).run(&Ports { inputs: from, output: to, len, lone: Lone::NONE }) }
    Some(())
}

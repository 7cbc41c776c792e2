//! Unit directions: what Jacobians are seeded with.

use super::support::{batch, no_flops};
use crate::base::{DType, Shape, Spec, Strided};
use crate::circuit::{
    Arity, Attrs, Case, Class, Doc, Fault, GateDef, Job, Kind, Local, Outputs, Reads, Wire, open_node, record,
};

/// See the module.
pub static BASIS: GateDef = GateDef {
    name: "basis",
    doc: Doc {
        summary: "One direction for each element of a shape: 1 there, 0 elsewhere. Jacobians are seeded with them.",
        formula: "y[e, ..] = 1 at element e, 0 elsewhere",
        local: "none: it has no inputs",
        kinks: "a product with directions is a column or a row of its other side: an infinity or a NaN elsewhere in it does \
                not reach the result, as it does not reach the derivative",
        source: "",
    },
    call: None,
    arity: Arity::Exactly(0),
    attrs: &[("shape", Kind::Ints), ("dtype", Kind::DType)],
    shape: |a, _| {
        let dtype = a.dtype("dtype");
        if !dtype.is_float() {
            return Err(super::support::wants("floats", dtype));
        }
        let one = a.shape("shape")?;
        let all = [vec![one.elements()], one.dims()].concat();
        let shape = Shape::new(&all).map_err(|e| Fault::new(e, "ask for vjp or jvp instead"))?;
        Ok(Outputs::One(Spec { shape, dtype }))
    },
    class: Class::Source(kernel),
    element: |a, _, at| {
        let flat = at[1..].iter().zip(a.indices("shape")).fold(0, |flat, (&i, length)| flat * length + i);
        f64::from(u8::from(at[0] == flat))
    },
    local: Local::Flat,
    reads: Reads::NOTHING,
    batch: batch::never,
    flops: no_flops,
    identities: &[],
    sample: |s| {
        let dtype = if s.coin() { DType::F64 } else { DType::F32 };
        Case { attrs: attrs(&s.dims(0, 2), dtype), inputs: Vec::new() }
    },
};

fn attrs(dims: &[usize], dtype: DType) -> Attrs {
    Attrs::new([("shape", dims.into()), ("dtype", dtype.into())])
}

fn kernel(job: &mut Job<'_>) {
    let elements = job.shape[0];
    for_dtype!(job.attrs.dtype("dtype"), [f32 f64], T => {
        let output = job.output::<T>();
        output.fill(0.0);
        output.iter_mut().step_by(elements + 1).for_each(|one| *one = 1.0);
    })
}

/// One direction for each element of a spec of floats.
#[track_caller]
pub fn basis(of: Spec) -> Wire {
    record(&BASIS, attrs(&of.shape.dims(), of.dtype), &[])
}

/// The place of a wire's elements in a basis, if it is a view of one: the number of directions, and the view.
pub fn seen_in_basis(wire: Wire) -> Option<(usize, Strided)> {
    let mut node = open_node(wire)?;
    let mut views = Vec::new();
    while let Class::View(rule) = node.gate.class {
        views.push((rule, node.attrs, node.outputs[0].shape()));
        node = open_node(node.inputs[0])?;
    }
    if !std::ptr::eq(node.gate, &BASIS) {
        return None;
    }
    let whole = node.outputs[0].shape();
    let see = |view, (rule, attrs, shape): &(crate::circuit::View, Attrs, Shape)| rule(attrs, *shape, view);
    Some((whole[0], views.iter().rev().try_fold(Strided::whole(whole), see)?))
}

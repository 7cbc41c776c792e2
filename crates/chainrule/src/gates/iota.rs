//! Counting along an axis.

use super::support::{along, arguments, axes, batch, no_flops};
use crate::base::{DType, Element, Shape, Spec, limits};
use crate::circuit::{
    Arity, Attrs, Call, Case, Class, Doc, Fault, GateDef, Job, Kind, Local, Outputs, Reads, Wire, mistake,
    record,
};

/// See the module.
pub static IOTA: GateDef = GateDef {
    name: "iota",
    doc: Doc {
        summary: "Counts 0, 1, 2, .. along an axis; the same along all others.",
        formula: "y[.., i, ..] = i",
        local: "none: it has no inputs",
        kinks: "integers wrap; f32 is rounded beyond 2^24",
        source: "",
    },
    call: Some(Call {
        signature: "shape, axis=0, dtype=i64",
        build: |a| match (arguments::counts(a, "shape"), arguments::dtype(a, DType::I64)) {
            (Some(shape), Some(dtype)) => iota(&shape, a.int("axis", 0), dtype),
            _ => Wire::POISON,
        },
    }),
    arity: Arity::Exactly(0),
    attrs: &[("shape", Kind::Ints), ("axis", Kind::Int), ("dtype", Kind::DType)],
    shape: |a, _| {
        let spec = Spec { shape: a.shape("shape")?, dtype: a.dtype("dtype") };
        along::checked(a, &[spec])?;
        if spec.dtype == DType::Bool {
            Err(super::support::wants("numbers", spec.dtype))
        } else {
            Ok(Outputs::One(spec))
        }
    },
    class: Class::Source(kernel),
    element: |a, _, at| {
        let count = at[a.index("axis")] as f64;
        if a.dtype("dtype") == DType::U8 { count.rem_euclid(256.0) } else { count }
    },
    local: Local::Flat,
    reads: Reads::NOTHING,
    batch: batch::never,
    flops: no_flops,
    identities: &[],
    sample: |s| {
        let dims = s.dims(1, 3);
        let axis = s.size(0, dims.len() - 1);
        let dtype = if s.coin() { DType::F64 } else { DType::I64 };
        Case { attrs: attrs(&dims, axis, dtype), inputs: Vec::new() }
    },
};

fn attrs(dims: &[usize], axis: usize, dtype: DType) -> Attrs {
    Attrs::new([("shape", dims.into()), ("axis", axis.into()), ("dtype", dtype.into())])
}

fn kernel(job: &mut Job<'_>) {
    let (_, length, inner) = job.shape.around(job.attrs.index("axis"));
    for_dtype!(job.attrs.dtype("dtype"), [f32 f64 i32 i64 u8], T => {
        for (i, row) in job.output::<T>().chunks_exact_mut(inner.max(1)).enumerate() {
            row.fill(T::from_i64((i % length) as i64));
        }
    })
}

/// Counts 0, 1, 2, .. along an axis of a shape; the same along all others. A negative axis counts from the end.
///
/// ```
/// use chainrule::{iota, prelude::*};
/// let program = trace(|x: Wire| x * iota(&[2, 3], -1, DType::F64), &(Spec::scalar(DType::F64),))?;
/// assert_eq!(program.run((1.0.into(),))?.to_f64(), [0.0, 1.0, 2.0, 0.0, 1.0, 2.0]);
/// # Ok::<(), Diagnostic>(())
/// ```
#[track_caller]
pub fn iota(dims: &[usize], axis: i64, dtype: DType) -> Wire {
    let checked =
        Shape::new(dims).map_err(|e| Fault::new(e, "")).and_then(|shape| axes::axis(shape.rank(), axis));
    match checked {
        Ok(axis) if dims.iter().product::<usize>() > limits::FOLDED => {
            // Counted once, and seen all over the shape. A small one becomes a constant, and what is computed from it too.
            let lone: Vec<usize> = (0..dims.len()).map(|i| if i == axis { dims[i] } else { 1 }).collect();
            record(&IOTA, attrs(&lone, axis, dtype), &[]).broadcast_to(dims)
        }
        Ok(axis) => record(&IOTA, attrs(dims, axis, dtype), &[]),
        Err(fault) => mistake("iota", fault),
    }
}

//! A value with a window at a computed place replaced.

use super::dynamic_slice::{fits, offset, plain_offsets, sample_window};
use super::gather::gather;
use super::support::{arguments, batch, indices, no_flops, operands};
use crate::base::{DType, Shape, Spec};
use crate::circuit::{
    Arity, Attrs, Call, Case, Class, Doc, Fault, GateDef, Job, Local, Outputs, Plain, Reads, Room, Wire,
    record,
};
use crate::numeric::movement::copy_into_strided;

/// See the module.
pub static DYNAMIC_UPDATE_SLICE: GateDef = GateDef {
    name: "dynamic_update_slice",
    doc: Doc {
        summary: "The value with a window replaced that begins at computed places, one i64 scalar for each axis. Starts are \
                  clamped, so that the window lies within the value.",
        formula: "y[s_0 + i, ..] = u[i, ..] in the window, y = x elsewhere, with s = clamp(start, 0, length - size)",
        local: "passed back to x: the upstream with zeros in the window; to u: the upstream's window (dynamic_slice)",
        kinks: "",
        source: "clamping as XLA does it, openxla.org/xla/operation_semantics",
    },
    call: Some(Call {
        signature: "x, update, starts",
        build: |a| a.wire("x").dynamic_update_slice(a.wire("update"), &arguments::whole_list(a, "starts")),
    }),
    arity: Arity::AtLeast(2),
    attrs: &[],
    shape: shape_rule,
    class: Class::Move(kernel),
    element,
    local: Local::Linear(|r, up, i| match i {
        0 => up.dynamic_update_slice(operands::zeros_like(r.inputs[1]), &r.inputs[2..]),
        _ => up.dynamic_slice(&r.inputs[2..], &r.inputs[1].shape().dims()),
    }),
    reads: Reads::INPUTS,
    batch: batch_rule,
    flops: no_flops,
    identities: &[],
    sample: |s| {
        let (dims, sizes, starts) = sample_window(s);
        let values = vec![s.reals(&dims, -2.0, 2.0), s.reals(&sizes, -2.0, 2.0)];
        Case { attrs: Attrs::NONE, inputs: [values, starts].concat() }
    },
};

fn shape_rule(_: &Attrs, inputs: &[Spec]) -> Result<Outputs, Fault> {
    if inputs[0].dtype != inputs[1].dtype {
        let what = format!("dtypes differ: {} and {}", inputs[0].dtype, inputs[1].dtype);
        return Err(Fault::new(what, "cast one of them"));
    }
    fits(inputs[0].shape, inputs[1].shape, &inputs[2..])?;
    Ok(Outputs::One(inputs[0]))
}

fn element(_: &Attrs, x: &[Plain], at: &[usize]) -> f64 {
    let window = x[1].spec.shape;
    let starts = plain_offsets(x[0].spec.shape, window, &x[2..]);
    let inside = |axis: usize| at[axis].checked_sub(starts[axis]).filter(|&i| i < window[axis]);
    match (0..at.len()).map(inside).collect::<Option<Vec<usize>>>() {
        Some(from) => x[1].at(&from),
        None => x[0].at(at),
    }
}

fn kernel(job: &mut Job<'_>) {
    let (x, update) = (job.inputs[0], job.inputs[1]);
    let offset = offset(x.shape, update.shape, &job.inputs[2..]);
    let (dims, steps) = (update.shape.lengths(), x.shape.steps());
    job.output.copy_from(x.data);
    for_dtype!(x.data.dtype(), [f32 f64 i32 i64 u8 bool], T => {
        copy_into_strided(update.typed::<T>(), job.output(), offset, dims, &steps[..dims.len()])
    })
}

/// With the same starts for all examples a window of one more axis; else each example's window is a mask, filled by picking
/// from its update.
fn batch_rule(r: &Room<'_>, batched: &[bool]) -> Vec<Wire> {
    let (x, update, count) =
        (batch::input(r, batched, 0), batch::input(r, batched, 1), batch::size(r, batched));
    if !batched[2..].contains(&true) {
        let starts = [&[operands::literal(0.0, DType::I64)], &r.inputs[2..]].concat();
        return vec![x.dynamic_update_slice(update, &starts)];
    }
    let (dims, window) = (x.shape().dims(), update.shape().dims());
    let starts = indices::clamped_starts(&r.inputs[2..], &dims[1..], &window[1..], count);
    // Where an element of x stands in the window, if it does.
    let along =
        |(axis, &start): (usize, &Wire)| indices::coordinate(&dims, axis + 1) - indices::spread(start, &dims);
    let places: Vec<Wire> = starts.iter().enumerate().map(along).collect();
    let inside =
        places.iter().zip(&window[1..]).map(|(&place, &size)| place.ge(0).and(place.lt(size as i64)));
    let Some(inside) = inside.reduce(Wire::and) else { return vec![update] };
    let strides = Shape::new(&window[1..]).map(Shape::strides).unwrap_or_default();
    let each: usize = window[1..].iter().product();
    let flat = indices::flat(&places, &strides, &dims).reshape(&[count, dims[1..].iter().product()]);
    let replaced = gather(update.reshape(&[count, each]), flat, 1, 1, false).reshape(&dims);
    vec![inside.select(replaced, x)]
}

impl Wire {
    /// This value with the window that begins at `starts`, one i64 scalar for each axis, replaced by `update`. Starts are
    /// clamped, so that the window lies within this value.
    #[track_caller]
    pub fn dynamic_update_slice(self, update: Wire, starts: &[Wire]) -> Wire {
        record(&DYNAMIC_UPDATE_SLICE, Attrs::NONE, &[&[self, update], starts].concat())
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn each_example_has_its_own_start() {
        let specs = (
            Spec::new(&[4], DType::F64).unwrap(),
            Spec::new(&[3, 2], DType::F64).unwrap(),
            Spec::new(&[3], DType::I64).unwrap(),
        );
        let program = trace(
            |x: Wire, u: Wire, i: Wire| {
                let y = vmap(move |u: Wire, i: Wire| x.dynamic_update_slice(u, &[i]))((u, i));
                let (dx, du) = (y * y).sum().gradient(&(x, u));
                (y, dx, du)
            },
            &specs,
        );
        let u = Tensor::new(vec![10.0, 20.0, 30.0, 40.0, 50.0, 60.0], &[3, 2]).unwrap();
        let x = Tensor::from([1.0, 2.0, 3.0, 4.0]);
        let (y, dx, du) = program.unwrap().run((x, u, vec![1i64, -5, 7].into())).unwrap();
        assert_eq!(y.to_f64(), [1.0, 10.0, 20.0, 4.0, 30.0, 40.0, 3.0, 4.0, 1.0, 2.0, 50.0, 60.0]);
        assert_eq!(dx.to_f64(), [4.0, 4.0, 6.0, 16.0]);
        assert_eq!(du.to_f64(), [20.0, 40.0, 60.0, 80.0, 100.0, 120.0]);
    }
}

//! Elements picked along the last axis by index, and its transpose, which puts them back.

use super::support::{axes, batch, flops_per_input, no_flops, wants};
use crate::base::{DType, Element, Shape, Spec};
use crate::circuit::{
    Attrs, Call, Case, Class, Doc, Fault, GateDef, Job, Local, Outputs, Reads, Sampler, Wire, record,
};
use crate::numeric::Number;

/// See the module.
pub static PICK: GateDef = GateDef {
    name: "pick",
    doc: Doc {
        summary: "Elements picked along the last axis by index, row by row; both have the same rows.",
        formula: "y[.., j] = x[.., index[.., j]]",
        local: "passed back: spread of upstream, which adds up where an element is picked twice",
        kinks: "an index outside the axis gives NaN (with nan_outside = false, and for integers, 0) and passes nothing back",
        source: "",
    },
    call: Some(Call { signature: "x, index", build: |a| a.wire("x").pick(a.wire("index")) }),
    attrs: &["nan_outside"],
    shape: |_, inputs| {
        let (x, index) = (inputs[0], inputs[1]);
        rows(x, index)?;
        Ok(Outputs::One(x.with_shape(index.shape)))
    },
    class: Class::Index(pick_kernel),
    element: |a, x, at| {
        let (index, last) = (x[1].at(at), at.len() - 1);
        let inside = index >= 0.0 && index < x[0].spec.shape[last] as f64;
        let outside = if a.flag("nan_outside") && x[0].spec.dtype.is_float() { f64::NAN } else { 0.0 };
        if inside { x[0].at(&[&at[..last], &[index as usize]].concat()) } else { outside }
    },
    local: Local::Linear(|r, up, _| {
        let from = r.inputs[0].shape();
        up.spread(r.inputs[1], from[from.rank() - 1])
    }),
    reads: Reads::INPUTS,
    batch: |r, batched| vec![record(&PICK, r.attrs.clone(), &batch::inputs(r, batched))],
    flops: no_flops,
    sample: |s| {
        let (rows, length, picked) = (s.dims(0, 2), s.size(1, 4), s.size(0, 4));
        let index = s.ints(&[&rows[..], &[picked]].concat(), 0, length as i64 - 1);
        let attrs = Attrs::new([("nan_outside", s.coin().into())]);
        Case { attrs, inputs: vec![s.reals(&[&rows[..], &[length]].concat(), -2.0, 2.0), index] }
    },
};

/// See the module.
pub static SPREAD: GateDef = GateDef {
    name: "spread",
    doc: Doc {
        summary: "Zeros along a last axis of the given length, to which elements are added by index, row by row.",
        formula: "y[.., i] = sum of x[.., j] over all j with index[.., j] = i",
        local: "passed back: pick of upstream",
        kinks: "an index outside the axis adds nothing, and is passed back 0",
        source: "",
    },
    call: Some(Call {
        signature: "x, index, length",
        build: |a| {
            record(
                &SPREAD,
                Attrs::new([("length", a.int("length", 0).into())]),
                &[a.wire("x"), a.wire("index")],
            )
        },
    }),
    attrs: &["length"],
    shape: |a, inputs| {
        let (x, index) = (inputs[0], inputs[1]);
        rows(x, index)?;
        if x.dtype == DType::Bool {
            return Err(wants("numbers", x.dtype));
        }
        if x.shape != index.shape {
            let what = format!("shapes differ: {} and an index of {}", x.shape, index.shape);
            return Err(Fault::new(what, "every element needs one index"));
        }
        let length = usize::try_from(a.int("length"));
        let length = length.map_err(|_| {
            Fault::new(format!("an axis of length {}", a.int("length")), "lengths are 0 or more")
        })?;
        let dims = [axes::without(x.shape, &[x.shape.rank() - 1]), vec![length]].concat();
        Ok(Outputs::One(x.with_shape(Shape::new(&dims).map_err(|e| Fault::new(e, ""))?)))
    },
    class: Class::Index(spread_kernel),
    element: |_, x, at| {
        let (row, last) = at.split_at(at.len() - 1);
        let count = x[1].spec.shape[row.len()];
        let place = |j| [row, &[j]].concat();
        (0..count).filter(|&j| x[1].at(&place(j)) == last[0] as f64).map(|j| x[0].at(&place(j))).sum()
    },
    local: Local::Linear(|r, up, _| {
        record(&PICK, Attrs::new([("nan_outside", false.into())]), &[up, r.inputs[1]])
    }),
    reads: Reads::INPUTS,
    batch: |r, batched| vec![record(&SPREAD, r.attrs.clone(), &batch::inputs(r, batched))],
    flops: flops_per_input,
    sample: spread_sample,
};

/// Both have an axis to index along and the same axes before it.
fn rows(x: Spec, index: Spec) -> Result<(), Fault> {
    if index.dtype != DType::I64 {
        return Err(Fault::new(format!("the index is {}, not i64", index.dtype), "cast it first"));
    }
    let rank = x.shape.rank();
    let fits = rank > 0
        && rank == index.shape.rank()
        && x.shape.iter().take(rank - 1).eq(index.shape.iter().take(rank - 1));
    if fits {
        return Ok(());
    }
    let what = format!("rows don't fit: {} and an index of {}", x.shape, index.shape);
    Err(Fault::new(what, "all axes but the last must be equal"))
}

fn spread_sample(s: &mut Sampler) -> Case {
    let (dims, length) = (s.dims(1, 3), s.size(1, 4));
    let index = s.ints(&dims, 0, length as i64 - 1);
    Case { attrs: Attrs::new([("length", length.into())]), inputs: vec![s.reals(&dims, -2.0, 2.0), index] }
}

/// The last axis, at least 1 so that it can cut slices that are empty anyway.
fn row_length(shape: Shape) -> usize {
    shape[shape.rank() - 1].max(1)
}

fn pick_kernel(job: &mut Job<'_>) {
    let (x, index) = (job.inputs[0], job.inputs[1]);
    for_dtype!(x.data.dtype(), [f32 f64 i32 i64 u8 bool], T => {
        let nan = job.attrs.flag("nan_outside") && T::DTYPE.is_float();
        let outside = T::from_f64(if nan { f64::NAN } else { 0.0 });
        pick_rows::<T>(x.typed(), x.shape, index.typed(), index.shape, job.output(), outside)
    })
}

fn pick_rows<T: Element>(x: &[T], shape: Shape, index: &[i64], places: Shape, output: &mut [T], outside: T) {
    let (length, count) = (shape[shape.rank() - 1], row_length(places));
    for (row, (to, index)) in output.chunks_mut(count).zip(index.chunks(count)).enumerate() {
        let from = &x[row * length..(row + 1) * length];
        for (to, &i) in to.iter_mut().zip(index) {
            // A negative index becomes larger than any length.
            *to = from.get(i as usize).copied().unwrap_or(outside);
        }
    }
}

fn spread_kernel(job: &mut Job<'_>) {
    let (x, index) = (job.inputs[0], job.inputs[1]);
    let to = job.shape;
    for_dtype!(x.data.dtype(), [f32 f64 i32 i64 u8], T => {
        spread_rows::<T>(x.typed(), index.typed(), index.shape, job.output(), to)
    })
}

fn spread_rows<T: Number>(x: &[T], index: &[i64], places: Shape, output: &mut [T], shape: Shape) {
    let (length, count) = (shape[shape.rank() - 1], row_length(places));
    output.fill(T::ZERO);
    for (row, (x, index)) in x.chunks(count).zip(index.chunks(count)).enumerate() {
        let to = &mut output[row * length..(row + 1) * length];
        for (&value, &i) in x.iter().zip(index) {
            if let Some(to) = to.get_mut(i as usize) {
                *to = to.plus(value);
            }
        }
    }
}

impl Wire {
    /// Elements picked along the last axis by an index (i64) with the same axes before the last.
    #[track_caller]
    pub fn pick(self, index: Wire) -> Wire {
        record(&PICK, Attrs::new([("nan_outside", true.into())]), &[self, index])
    }

    /// The transpose of [`Wire::pick`]: elements added to zeros along a last axis of this length.
    #[track_caller]
    pub fn spread(self, index: Wire, length: usize) -> Wire {
        record(&SPREAD, Attrs::new([("length", length.into())]), &[self, index])
    }
}

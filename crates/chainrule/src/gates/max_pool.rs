//! The largest element under each window of a plane: routes its gradient to exactly one element.

use super::support::operands::zeros_like;
use super::support::wants;
use super::support::window::{self, Window};
use crate::base::DType;
use crate::base::Spec;
use crate::circuit::{
    Arity, Attrs, Class, Doc, Fault, GateDef, Job, Local, Outputs, Plain, Reads, Room, Wire, record,
};
use crate::numeric::window::{max_pool as pool, max_pool_index, max_pool_transpose as route};

/// See the module.
pub static MAX_POOL: GateDef = GateDef {
    name: "max_pool",
    doc: Doc {
        summary: "The largest element under each window of a plane; axes before the last two count planes. \
                  Padding never wins. The whole gradient goes to the element that won.",
        formula: "y[.., i, j] = max of x[.., i stride + a - pad_low, j stride + b - pad_low] over the window's places a, b",
        local: "dy/dx = 1 for the largest element under the window, else 0",
        kinks: "ties: the first element, row by row, gets the whole gradient. NaN is passed on; the first NaN wins",
        source: "",
    },
    call: None,
    arity: Arity::Exactly(1),
    attrs: window::ATTRS,
    shape: |a, x| numbers(x[0]).and(window::shape(a, x[0])).map(Outputs::One),
    class: Class::Window(|job| {
        let (x, pooling) = (job.inputs[0], window::pooling(job.attrs, job.inputs[0].shape));
        let team = job.team;
        for_dtype!(x.data.dtype(), [f32 f64 i32 i64 u8], T => {
            window::by_planes(team, &pooling, [x.typed::<T>()], job.output(), |some, [x], output| pool(some, x, output))
        })
    }),
    element: |a, x, at| x[0].at(&largest(a, &x[0], at)),
    local: Local::Pair {
        vjp: |r, up, _| {
            vec![up[0].map(|up| record(&MAX_POOL_TRANSPOSE, r.attrs.clone(), &[r.inputs[0], up]))]
        },
        jvp: |r, tangents| vec![tangents[0].map(|t| picked(r, t))],
    },
    reads: Reads::INPUTS,
    batch: window::batch,
    flops: window::flops,
    identities: &[],
    sample: |s| window::sample(s, true),
};

/// See the module.
pub static MAX_POOL_INDEX: GateDef = GateDef {
    name: "max_pool_index",
    doc: Doc {
        summary: "Where the largest element under each window of a plane is, as row times width plus column.",
        formula: "y[.., i, j] = the place in its plane of the element that max_pool gives",
        local: "zero almost everywhere",
        kinks: "ties: the first, row by row; the first NaN before all",
        source: "",
    },
    call: None,
    arity: Arity::Exactly(1),
    attrs: window::ATTRS,
    shape: |a, x| numbers(x[0]).and(window::shape(a, x[0])).map(|s| Outputs::One(s.with_dtype(DType::I64))),
    class: Class::Window(index_kernel),
    element: |a, x, at| {
        let (place, last) = (largest(a, &x[0], at), at.len() - 1);
        (place[last - 1] * x[0].spec.shape[last] + place[last]) as f64
    },
    local: Local::Flat,
    reads: Reads::NOTHING,
    batch: window::batch,
    flops: window::flops,
    identities: &[],
    sample: |s| window::sample(s, true),
};

fn numbers(x: Spec) -> Result<(), Fault> {
    if x.dtype == DType::Bool { Err(wants("numbers", x.dtype)) } else { Ok(()) }
}

fn index_kernel(job: &mut Job<'_>) {
    let x = job.inputs[0];
    let pooling = window::pooling(job.attrs, x.shape);
    let (team, output) = (job.team, job.output::<i64>());
    for_dtype!(x.data.dtype(), [f32 f64 i32 i64 u8], T => {
        window::by_planes(team, &pooling, [x.typed::<T>()], output, |some, [x], output| max_pool_index(some, x, output))
    });
}

/// See the module.
pub static MAX_POOL_TRANSPOSE: GateDef = GateDef {
    name: "max_pool_transpose",
    doc: Doc {
        summary: "What a max pool of x passes back: each upstream value goes to the element that won under its window.",
        formula: "y[.., i, j] = sum of up over the windows of which x[.., i, j] is the largest element",
        local: "passed back to up: what it has where the winners are; to x: zero almost everywhere",
        kinks: "ties: the first, row by row; the first NaN before all",
        source: "",
    },
    call: None,
    arity: Arity::Exactly(2),
    attrs: window::ATTRS,
    shape: |a, inputs| {
        let (x, up) = (inputs[0], inputs[1]);
        if !x.dtype.is_float() {
            return Err(wants("floats", x.dtype));
        }
        let pooled = window::shape(a, x)?;
        if pooled != up {
            return Err(Fault::new(format!("{up} is not what is passed back to windows {pooled}"), ""));
        }
        Ok(Outputs::One(x))
    },
    class: Class::Window(|job| {
        let (x, up, pooling) = (job.inputs[0], job.inputs[1], window::pooling(job.attrs, job.shape));
        let team = job.team;
        for_dtype!(x.data.dtype(), [f32 f64], T => {
            let read = [x.typed::<T>(), up.typed()];
            window::by_planes(team, &pooling, read, job.output(), |some, [x, up], to| route(some, x, up, to))
        })
    }),
    element: |a, inputs, at| {
        let [x, up] = inputs else { return f64::NAN };
        let windows = crate::base::coordinates(up.spec.shape);
        windows.filter(|window| largest(a, x, window) == at).map(|window| up.at(&window)).sum()
    },
    local: Local::Pair {
        vjp: |r, up, wants| {
            let Some(up) = up[0] else { return vec![None, None] };
            let zero = wants[0].then(|| zeros_like(r.inputs[0]));
            vec![zero, wants[1].then(|| picked(r, up))]
        },
        jvp: |r, tangents| {
            vec![tangents[1].map(|t| record(&MAX_POOL_TRANSPOSE, r.attrs.clone(), &[r.inputs[0], t]))]
        },
    },
    reads: Reads::INPUTS,
    batch: |r, batched| {
        let size = if batched[0] { r.inputs[0].shape()[0] } else { r.inputs[1].shape()[0] };
        let whole = |i: usize| {
            let (x, dims) = (r.inputs[i], r.inputs[i].shape().dims());
            if batched[i] { x } else { x.broadcast_to(&[&[size], &dims[..]].concat()) }
        };
        vec![record(r.gate, r.attrs.clone(), &[whole(0), whole(1)])]
    },
    flops: |a, x, _| window::flops(a, &[], &x[1..]),
    identities: &[],
    sample: |s| {
        let mut case = window::sample(s, true);
        let pooled = window::shape(&case.attrs, case.inputs[0].spec()).expect("a sample fits").shape.dims();
        case.inputs.push(s.reals(&pooled, -2.0, 2.0));
        case
    },
};

/// Coordinates of the element that wins.
fn largest(attrs: &Attrs, x: &Plain, at: &[usize]) -> Vec<usize> {
    let mut best: Option<Vec<usize>> = None;
    for place in Window::of(attrs).under(x.spec.shape, at) {
        let value = x.at(&place);
        let wins = |best: &Vec<usize>| !x.at(best).is_nan() && (value > x.at(best) || value.is_nan());
        if best.as_ref().is_none_or(wins) {
            best = Some(place);
        }
    }
    best.expect("padding is less than the window, so that it holds an element")
}

/// What the winners have in an array like the first input.
fn picked(r: &Room<'_>, from: Wire) -> Wire {
    let winners = record(&MAX_POOL_INDEX, r.attrs.clone(), &[r.inputs[0]]);
    from.flat_planes().take_along(winners.flat_planes(), -1).reshape(&winners.shape().dims())
}

impl Wire {
    /// The last two axes as one.
    fn flat_planes(self) -> Wire {
        let mut dims = self.shape().dims();
        let width = dims.pop().unwrap_or(1);
        dims.last_mut().into_iter().for_each(|height| *height *= width);
        self.reshape(&dims)
    }
}

//! The average under each window of a plane, and its transpose.

use super::support::wants;
use super::support::window::{self, Window};
use crate::base::{Shape, Spec};
use crate::circuit::{Arity, Attr, Attrs, Class, Doc, Fault, GateDef, Kind, Local, Outputs, Reads, record};
use crate::numeric::window::{average_pool, average_pool_transpose};

/// See the module.
pub static AVG_POOL: GateDef = GateDef {
    name: "avg_pool",
    doc: Doc {
        summary: "The average under each window of a plane; axes before the last two count planes. Padding counts as \
                  zeros with count_padding, else the average is over the elements alone.",
        formula: "y[.., i, j] = sum of x under the window / (places of the window, or elements under it)",
        local: "dy/dx = 1 / what the sum was divided by, for the elements under the window",
        kinks: "",
        source: "",
    },
    call: None,
    arity: Arity::Exactly(1),
    attrs: &[
        ("window", Kind::Ints),
        ("stride", Kind::Ints),
        ("pad_low", Kind::Ints),
        ("pad_high", Kind::Ints),
        ("count_padding", Kind::Flag),
    ],
    shape: |a, x| floats(x[0]).and(window::shape(a, x[0])).map(Outputs::One),
    class: Class::Window(|job| {
        let (x, pooling) = (job.inputs[0], window::pooling(job.attrs, job.inputs[0].shape));
        let padding = job.attrs.flag("count_padding");
        let team = job.team;
        for_dtype!(x.data.dtype(), [f32 f64], T => {
            let pool = |some: &_, [x]: [&[T]; 1], output: &mut [T]| average_pool(some, x, output, padding);
            window::by_planes(team, &pooling, [x.typed()], job.output(), pool)
        })
    }),
    element: |a, x, at| {
        let places: Vec<Vec<usize>> = Window::of(a).under(x[0].spec.shape, at).collect();
        places.iter().map(|place| x[0].at(place)).sum::<f64>() / divisor(a, places.len())
    },
    local: Local::Linear(|r, up, _| {
        let from = r.inputs[0].shape();
        let size = Attr::Ints(from.iter().skip(from.rank() - 2).map(|d| d as i64).collect());
        let attrs = r.attrs.list().iter().cloned().chain([("size", size)]).collect();
        record(&AVG_POOL_TRANSPOSE, Attrs::from_list(attrs), &[up])
    }),
    reads: Reads::NOTHING,
    batch: window::batch,
    flops: window::flops,
    identities: &[],
    sample: |s| window::sample(s, false),
};

/// See the module.
pub static AVG_POOL_TRANSPOSE: GateDef = GateDef {
    name: "avg_pool_transpose",
    doc: Doc {
        summary: "What an average pool passes back: each element shared out among the elements under its window.",
        formula: "y[.., i, j] = sum of x over the windows that (i, j) is under, each divided as avg_pool divides",
        local: "passed back: avg_pool of upstream",
        kinks: "",
        source: "",
    },
    call: None,
    arity: Arity::Exactly(1),
    attrs: &[
        ("window", Kind::Ints),
        ("stride", Kind::Ints),
        ("pad_low", Kind::Ints),
        ("pad_high", Kind::Ints),
        ("count_padding", Kind::Flag),
        ("size", Kind::Ints),
    ],
    shape: |a, x| {
        floats(x[0])?;
        let from = planes_of_size(a, x[0])?;
        if window::shape(a, from)?.shape != x[0].shape {
            let what = format!("{} are not the windows on planes {}", x[0].shape, from.shape);
            return Err(Fault::new(what, "size is that of the planes that were pooled"));
        }
        Ok(Outputs::One(from))
    },
    class: Class::Window(|job| {
        let (up, pooling) = (job.inputs[0], window::pooling(job.attrs, job.shape));
        let padding = job.attrs.flag("count_padding");
        let team = job.team;
        for_dtype!(up.data.dtype(), [f32 f64], T => {
            let back = |some: &_, [up]: [&[T]; 1], to: &mut [T]| average_pool_transpose(some, up, to, padding);
            window::by_planes(team, &pooling, [up.typed()], job.output(), back)
        })
    }),
    element: |a, x, at| {
        let (window, up) = (Window::of(a), &x[0]);
        let planes = planes_of_size(a, up.spec).expect("the shape rule has made the same").shape;
        let mut sum = 0.0;
        for windows in crate::base::coordinates(up.spec.shape) {
            let places: Vec<Vec<usize>> = window.under(planes, &windows).collect();
            if places.iter().any(|place| place == at) {
                sum += up.at(&windows) / divisor(a, places.len());
            }
        }
        sum
    },
    local: Local::Linear(|r, up, _| {
        let attrs = r.attrs.list().iter().filter(|(name, _)| *name != "size").cloned().collect();
        record(&AVG_POOL, Attrs::from_list(attrs), &[up])
    }),
    reads: Reads::NOTHING,
    batch: window::batch,
    flops: |a, x, y| window::flops(a, y, x),
    identities: &[],
    sample: |s| {
        let mut case = window::sample(s, false);
        let (attrs, from) = (&case.attrs, case.inputs[0].spec());
        let pooled = window::shape(attrs, from).expect("a sample fits").shape.dims();
        let size: Vec<usize> = from.shape.iter().skip(from.shape.rank() - 2).collect();
        let attrs = attrs.list().iter().cloned().chain([("size", size.into())]).collect();
        case.attrs = Attrs::from_list(attrs);
        case.inputs = vec![s.reals(&pooled, -2.0, 2.0)];
        case
    },
};

fn floats(x: Spec) -> Result<(), Fault> {
    if x.dtype.is_float() { Ok(()) } else { Err(wants("floats", x.dtype)) }
}

/// The spec of the planes that were pooled.
fn planes_of_size(attrs: &Attrs, pooled: Spec) -> Result<Spec, Fault> {
    let (shape, size) = (pooled.shape, attrs.shape("size")?);
    if shape.rank() < 2 || size.rank() != 2 {
        return Err(Fault::new(
            format!("planes of size {size} from {shape}"),
            "size has two axes, and so have planes",
        ));
    }
    let dims: Vec<usize> = shape.iter().take(shape.rank() - 2).chain(size.iter()).collect();
    Ok(pooled.with_shape(Shape::new(&dims).map_err(|e| Fault::new(e, ""))?))
}

/// What a sum over `elements` under a window is divided by.
fn divisor(attrs: &Attrs, elements: usize) -> f64 {
    let window: usize = attrs.indices("window").iter().product();
    if attrs.flag("count_padding") { window as f64 } else { elements as f64 }
}

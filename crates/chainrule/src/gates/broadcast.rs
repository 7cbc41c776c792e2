//! Repetition along axes: a copy, whose gradients add up.

use super::support::{axes, batch, no_flops};
use crate::base::Shape;
use crate::circuit::{
    Arity, Attrs, Call, Case, Class, Doc, Fault, GateDef, Identity, Kind, Local, Outputs, Reads, Then, When,
    Wire, record,
};

/// See the module.
pub static BROADCAST: GateDef = GateDef {
    name: "broadcast",
    doc: Doc {
        summary: "Repetition along axes, as NumPy does it: axes are matched from the last, and those of length 1 repeat. \
                  A copy: the gradients of all copies add up.",
        formula: "y[.., i, ..] = x[.., 0, ..]",
        local: "passed back: upstream summed over the copies",
        kinks: "",
        source: "",
    },
    call: Some(Call {
        signature: "x, shape",
        build: |a| {
            record(
                &BROADCAST,
                Attrs::new([("shape", a.ints("shape").unwrap_or_default().into())]),
                &[a.wire("x")],
            )
        },
    }),
    arity: Arity::Exactly(1),
    attrs: &[("shape", Kind::Ints)],
    shape: |a, x| {
        let shape = a.shape("shape")?;
        if x[0].shape.broadcast(shape) != Some(shape) {
            let what = format!("{} does not repeat to {shape}", x[0].shape);
            return Err(Fault::new(what, "the last axes must be equal, or 1 where they repeat"));
        }
        Ok(Outputs::One(x[0].with_shape(shape)))
    },
    class: Class::View(|_, to, from| Some(from.broadcast(to))),
    element: |_, x, at| {
        let shape = x[0].spec.shape;
        let skip = at.len() - shape.rank();
        let from: Vec<usize> =
            shape.iter().zip(&at[skip..]).map(|(d, &i)| if d == 1 { 0 } else { i }).collect();
        x[0].at(&from)
    },
    local: Local::Linear(|r, up, _| {
        let from = r.inputs[0].shape();
        let added = up.shape().rank() - from.rank();
        let repeated = |axis: usize| axis < added || (from[axis - added] == 1 && up.shape()[axis] != 1);
        let axes: Vec<usize> = (0..up.shape().rank()).filter(|&a| repeated(a)).collect();
        up.sum_axes(&axes).reshape(&from.dims())
    }),
    reads: Reads::NOTHING,
    batch: |r, batched| {
        let (x, size, to) = (r.inputs[0], batch::size(r, batched), r.attrs.indices("shape"));
        let inner = &x.shape().dims()[1..];
        let ones = vec![1; to.len() - inner.len()];
        let aligned = x.reshape(&[&[size], &ones[..], inner].concat());
        vec![aligned.broadcast_to(&[vec![size], to].concat())]
    },
    flops: no_flops,
    identities: &[
        Identity::any("x repeated to its own shape = x", When::Idle, Then::Input(0), "nothing is computed"),
        Identity::any(
            "a repetition of a repetition is one",
            When::Twice,
            Then::Joined(|outer, _| Some(outer.clone())),
            "nothing is computed",
        ),
        Identity::any(
            "a repetition that repeats nothing is a reshape",
            When::Single,
            Then::Reshaped,
            "nothing is computed",
        ),
    ],
    sample: |s| {
        let to = s.dims(1, 4);
        let skip = s.size(0, to.len());
        let from: Vec<usize> = to[skip..].iter().map(|&d| if s.coin() { d } else { 1 }).collect();
        Case { attrs: Attrs::new([("shape", to.into())]), inputs: vec![s.reals(&from, -2.0, 2.0)] }
    },
};

impl Wire {
    /// Repeated to a shape. To the shape that it has: the same wire.
    #[track_caller]
    pub fn broadcast_to(self, dims: &[usize]) -> Wire {
        if self.is_poisoned() || self.shape().iter().eq(dims.iter().copied()) {
            return self;
        }
        record(&BROADCAST, Attrs::new([("shape", dims.into())]), &[self])
    }

    /// Reduced axes given back with length 1, so that it broadcasts against what it was reduced from.
    pub(crate) fn keep_axes(self, from: Shape, axes: &[usize]) -> Wire {
        self.reshape(&axes::kept(from, axes))
    }
}

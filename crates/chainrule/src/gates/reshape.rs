//! The same elements in another shape.

use super::support::{batch, no_flops};
use crate::circuit::{
    Arity, Attrs, Call, Case, Class, Doc, Fault, GateDef, Identity, Kind, Local, Outputs, Reads, Then, When,
    Wire, mistake, record,
};

/// See the module.
pub static RESHAPE: GateDef = GateDef {
    name: "reshape",
    doc: Doc {
        summary: "The same elements, row by row, in another shape.",
        formula: "y = x, seen in another shape",
        local: "passed back: upstream in the shape of x",
        kinks: "",
        source: "",
    },
    call: Some(Call {
        signature: "x, shape",
        build: |a| a.wire("x").reshape_infer(&a.ints("shape").unwrap_or_default()),
    }),
    arity: Arity::Exactly(1),
    attrs: &[("shape", Kind::Ints)],
    shape: |a, x| {
        let shape = a.shape("shape")?;
        if shape.elements() != x[0].shape.elements() {
            let what = format!("{} elements of {} do not fit {shape}", x[0].shape.elements(), x[0].shape);
            return Err(Fault::new(what, "the product of the axes must stay the same"));
        }
        Ok(Outputs::One(x[0].with_shape(shape)))
    },
    class: Class::View(|_, to, from| from.reshape(to)),
    element: |a, x, at| {
        let to = a.indices("shape");
        let flat = at.iter().zip(&to).fold(0, |flat, (&i, &d)| flat * d + i);
        x[0].data[flat]
    },
    local: Local::Linear(|r, up, _| up.reshape(&r.inputs[0].shape().dims())),
    reads: Reads::NOTHING,
    batch: |r, batched| {
        let dims = [vec![batch::size(r, batched)], r.attrs.indices("shape")].concat();
        vec![r.inputs[0].reshape(&dims)]
    },
    flops: no_flops,
    identities: &[
        Identity::any("x in its own shape = x", When::Idle, Then::Input(0), "nothing is computed"),
        Identity::any(
            "a reshape of a reshape is one",
            When::Twice,
            Then::Joined(|outer, _| Some(outer.clone())),
            "nothing is computed",
        ),
    ],
    sample: |s| {
        let dims = s.dims(1, 3);
        let flat = vec![dims.iter().product::<usize>()];
        let (from, to) = if s.coin() { (dims, flat) } else { (flat, dims) };
        Case { attrs: Attrs::new([("shape", to.into())]), inputs: vec![s.reals(&from, -2.0, 2.0)] }
    },
};

impl Wire {
    /// The same elements in another shape. To the shape that it has: the same wire.
    #[track_caller]
    pub fn reshape(self, dims: &[usize]) -> Wire {
        if self.is_poisoned() || self.shape().iter().eq(dims.iter().copied()) {
            return self;
        }
        record(&RESHAPE, Attrs::new([("shape", dims.into())]), &[self])
    }

    /// The same with one axis of -1 that is worked out from the others.
    #[track_caller]
    pub fn reshape_infer(self, dims: &[i64]) -> Wire {
        let given = dims.iter().filter(|&&d| d != -1);
        let known = given.fold(1, |n: i64, &d| n.saturating_mul(d));
        let elements = self.shape().elements() as i64;
        let unknown = dims.iter().filter(|&&d| d == -1).count();
        let fits = known > 0 && elements % known == 0;
        if dims.iter().any(|&d| d < -1) || unknown > 1 || (unknown == 1 && !fits) {
            if self.is_poisoned() {
                return self;
            }
            let what = format!("{elements} elements do not fit {dims:?}");
            return mistake(
                "reshape",
                Fault::new(what, "at most one axis may be -1, and the others must divide the elements"),
            );
        }
        let axis = |&d: &i64| if d == -1 { elements / known } else { d } as usize;
        self.reshape(&dims.iter().map(axis).collect::<Vec<_>>())
    }

    /// A new axis of length 1 before `axis`.
    #[track_caller]
    pub fn unsqueeze(self, axis: usize) -> Wire {
        let mut dims = self.shape().dims();
        dims.insert(axis.min(dims.len()), 1);
        self.reshape(&dims)
    }
}

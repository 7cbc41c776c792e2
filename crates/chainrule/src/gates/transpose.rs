//! Axes in another order.

use super::support::no_flops;
use crate::base::{Shape, Spec};
use crate::circuit::{
    Arity, Attrs, Call, Case, Class, Doc, Fault, GateDef, Identity, Kind, Local, Outputs, Reads, Then, When,
    Wire, record,
};

/// See the module.
pub static TRANSPOSE: GateDef = GateDef {
    name: "transpose",
    doc: Doc {
        summary: "Axes in another order; without an order, reversed.",
        formula: "y[i_order[0], i_order[1], ..] = x[i_0, i_1, ..]",
        local: "passed back: upstream with the inverse order",
        kinks: "",
        source: "",
    },
    call: Some(Call {
        signature: "x, order=none",
        build: |a| {
            let x = a.wire("x");
            match a.ints("order") {
                Some(order) => record(&TRANSPOSE, Attrs::new([("order", order.into())]), &[x]),
                None => x.t(),
            }
        },
    }),
    arity: Arity::Exactly(1),
    attrs: &[("order", Kind::Ints)],
    shape: |a, x| {
        let (order, rank) = (a.ints("order"), x[0].shape.rank());
        let mut sorted = order.to_vec();
        sorted.sort_unstable();
        if !sorted.iter().copied().eq(0..rank as i64) {
            let what = format!("{order:?} is no order of the {rank} axes of {}", x[0].shape);
            return Err(Fault::new(what, "name each axis once"));
        }
        let dims: Vec<usize> = a.indices("order").iter().map(|&axis| x[0].shape[axis]).collect();
        Ok(Outputs::One(x[0].with_shape(Shape::new(&dims).map_err(|e| Fault::new(e, ""))?)))
    },
    class: Class::View(|a, to, from| Some(from.permute(&a.indices("order"), to))),
    element: |a, x, at| {
        let mut from = vec![0; at.len()];
        for (&axis, &i) in a.indices("order").iter().zip(at) {
            from[axis] = i;
        }
        x[0].at(&from)
    },
    local: Local::Linear(|r, up, _| up.transpose(&inverse(&r.attrs.indices("order")))),
    reads: Reads::NOTHING,
    batch: |r, _| {
        let order = r.attrs.indices("order").into_iter().map(|a| a + 1);
        vec![r.inputs[0].transpose(&std::iter::once(0).chain(order).collect::<Vec<_>>())]
    },
    flops: no_flops,
    identities: &[
        Identity::any(
            "axes in their own order = x",
            When::Attrs(in_order),
            Then::Input(0),
            "nothing is computed",
        ),
        Identity::any(
            "a transpose of a transpose is one",
            When::Twice,
            Then::Joined(joined),
            "nothing is computed",
        ),
    ],
    sample: |s| {
        let dims = s.dims(1, 4);
        let mut order: Vec<usize> = (0..dims.len()).collect();
        order.rotate_left(s.size(0, dims.len() - 1));
        order.swap(0, dims.len() - 1);
        Case { attrs: Attrs::new([("order", order.into())]), inputs: vec![s.reals(&dims, -2.0, 2.0)] }
    },
};

fn in_order(attrs: &Attrs, _: Spec) -> bool {
    attrs.ints("order").iter().copied().eq(0..attrs.ints("order").len() as i64)
}

/// The order of a transpose after another.
fn joined(outer: &Attrs, inner: &Attrs) -> Option<Attrs> {
    let first = inner.ints("order");
    let order: Vec<i64> = outer.indices("order").iter().map(|&axis| first[axis]).collect();
    Some(Attrs::new([("order", order.into())]))
}

/// The order that undoes an order.
pub(super) fn inverse(order: &[usize]) -> Vec<usize> {
    let mut inverse = vec![0; order.len()];
    for (to, &from) in order.iter().enumerate() {
        inverse[from] = to;
    }
    inverse
}

impl Wire {
    /// Axes in another order: axis `i` of the result is axis `order[i]` of this.
    #[track_caller]
    pub fn transpose(self, order: &[usize]) -> Wire {
        if order.iter().copied().eq(0..self.shape().rank()) {
            return self;
        }
        record(&TRANSPOSE, Attrs::new([("order", order.into())]), &[self])
    }

    /// Axes in reverse order.
    #[track_caller]
    pub fn t(self) -> Wire {
        self.transpose(&(0..self.shape().rank()).rev().collect::<Vec<_>>())
    }

    /// One axis moved to another place, the others in order.
    #[track_caller]
    pub fn move_axis(self, from: usize, to: usize) -> Wire {
        let mut order: Vec<usize> = (0..self.shape().rank()).filter(|&a| a != from).collect();
        order.insert(to.min(order.len()), from);
        self.transpose(&order)
    }
}

//! Axes from the last element to the first.

use super::support::{axes, no_flops};
use crate::base::Spec;
use crate::circuit::{
    Arity, Attrs, Call, Case, Class, Doc, Fault, GateDef, Identity, Kind, Local, Outputs, Reads, Then, When,
    Wire, mistake, record,
};

/// See the module.
pub static REVERSE: GateDef = GateDef {
    name: "reverse",
    doc: Doc {
        summary: "Axes from the last element to the first; without axes, all.",
        formula: "y[i] = x[n - 1 - i] along each axis",
        local: "passed back: the upstream, reversed",
        kinks: "",
        source: "",
    },
    call: Some(Call {
        signature: "x, axis=none",
        build: |a| {
            let x = a.wire("x");
            x.reverse(&a.ints("axis").unwrap_or_else(|| (0..x.shape().rank() as i64).collect()))
        },
    }),
    arity: Arity::Exactly(1),
    attrs: &[("axes", Kind::Ints)],
    shape: shape_rule,
    class: Class::View(|a, _, from| Some(from.reverse(&a.indices("axes")))),
    element: |a, x, at| {
        let mut from = at.to_vec();
        a.indices("axes").iter().for_each(|&axis| from[axis] = x[0].spec.shape[axis] - 1 - at[axis]);
        x[0].at(&from)
    },
    local: Local::Linear(|r, up, _| record(&REVERSE, r.attrs.clone(), &[up])),
    reads: Reads::NOTHING,
    batch: |r, _| {
        let axes: Vec<i64> = r.attrs.ints("axes").iter().map(|a| a + 1).collect();
        vec![r.inputs[0].reverse(&axes)]
    },
    flops: no_flops,
    identities: &[
        Identity::any(
            "no axes reversed = x",
            When::Attrs(|a, _| a.ints("axes").is_empty()),
            Then::Input(0),
            "nothing is computed",
        ),
        Identity::any(
            "a reverse of a reverse is one",
            When::Twice,
            Then::Joined(joined),
            "nothing is computed",
        ),
    ],
    sample: |s| {
        let dims = s.dims(1, 3);
        let axes: Vec<usize> = (0..dims.len()).filter(|_| s.coin()).collect();
        Case { attrs: Attrs::new([("axes", axes.into())]), inputs: vec![s.reals(&dims, -2.0, 2.0)] }
    },
};

/// The axes that one of the two reverses, and not both.
fn joined(outer: &Attrs, inner: &Attrs) -> Option<Attrs> {
    let (one, other) = (outer.ints("axes"), inner.ints("axes"));
    let mut axes: Vec<i64> = one.iter().filter(|axis| !other.contains(axis)).copied().collect();
    axes.extend(other.iter().filter(|axis| !one.contains(axis)));
    axes.sort_unstable();
    Some(Attrs::new([("axes", axes.into())]))
}

fn shape_rule(attrs: &Attrs, inputs: &[Spec]) -> Result<Outputs, Fault> {
    let axes = axes::axes(inputs[0].shape.rank(), attrs.ints("axes"))?;
    if axes != attrs.indices("axes") {
        let what = format!("axes {:?}", attrs.ints("axes"));
        return Err(Fault::new(what, "list axes from the lowest to the highest, counted from 0"));
    }
    Ok(Outputs::One(inputs[0]))
}

impl Wire {
    /// Some axes from the last element to the first. No axes: the same wire.
    #[track_caller]
    pub fn reverse(self, axes: &[i64]) -> Wire {
        if self.is_poisoned() {
            return self;
        }
        match axes::axes(self.shape().rank(), axes) {
            Err(fault) => mistake("reverse", fault),
            Ok(axes) if axes.is_empty() => self,
            Ok(axes) => record(&REVERSE, Attrs::new([("axes", axes.into())]), &[self]),
        }
    }
}

//! Numbers that are part of the circuit.

use super::support::{batch, no_flops};
use crate::base::Tensor;
use crate::circuit::{Arity, Attrs, Case, Class, Doc, GateDef, Kind, Local, Outputs, Reads, Wire, record};

/// See the module.
pub static CONSTANT: GateDef = GateDef {
    name: "constant",
    doc: Doc {
        summary: "Numbers that are part of the circuit.",
        formula: "y = value",
        local: "none: constants have no gradient",
        kinks: "",
        source: "",
    },
    call: None,
    arity: Arity::Exactly(0),
    attrs: &[("value", Kind::Tensor)],
    shape: |a, _| Ok(Outputs::One(a.tensor("value").spec())),
    class: Class::Constant,
    element: |a, _, at| {
        let value = a.tensor("value");
        crate::circuit::Plain { spec: value.spec(), data: value.to_f64() }.at(at)
    },
    local: Local::Flat,
    reads: Reads::NOTHING,
    batch: batch::never,
    flops: no_flops,
    identities: &[],
    sample: |s| {
        let dims = s.dims(0, 3);
        Case { attrs: Attrs::new([("value", s.reals(&dims, -2.0, 2.0).into())]), inputs: Vec::new() }
    },
};

/// A constant in the circuit that is being traced.
#[track_caller]
pub fn constant(value: impl Into<Tensor>) -> Wire {
    record(&CONSTANT, Attrs::new([("value", value.into().into())]), &[])
}

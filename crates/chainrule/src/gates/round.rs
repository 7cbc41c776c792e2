//! Rounding to the nearest whole number.

use super::support::{batch, flops_per_output, shape};
use crate::circuit::{
    Arity, Attrs, Call, Class, Doc, GateDef, Identity, Local, Reads, Then, When, Wire, record,
};

/// See the module.
pub static ROUND: GateDef = GateDef {
    name: "round",
    doc: Doc {
        summary: "The nearest whole number; halves go to the even one.",
        formula: "y = round(x)",
        local: "zero almost everywhere",
        kinks: "x half-way between whole numbers: jumps; gradient 0 there too",
        source: "",
    },
    call: Some(Call { signature: "x", build: |a| a.wire("x").round() }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::floats,
    class: Class::Elementwise(map1!([f32 f64] |x| x.round_ties_even())),
    element: element!(|x| x.round_ties_even()),
    local: Local::Flat,
    reads: Reads::NOTHING,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[Identity::any(
        "round(round(x)) = round(x)",
        When::Twice,
        Then::Input(0),
        "whole numbers, -0, infinities and NaN stay",
    )],
    sample: |s| s.elementwise(&[(-3.0, 3.0, &[-2.5, -1.5, -0.5, 0.5, 1.5, 2.5])]),
};

impl Wire {
    /// The nearest whole number; halves go to the even one.
    #[track_caller]
    pub fn round(self) -> Wire {
        record(&ROUND, Attrs::NONE, &[self])
    }
}

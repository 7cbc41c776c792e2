//! Rounding down.

use super::support::{batch, flops_per_output, shape};
use crate::circuit::{
    Arity, Attrs, Call, Class, Doc, GateDef, Identity, Local, Reads, Then, When, Wire, record,
};

/// See the module.
pub static FLOOR: GateDef = GateDef {
    name: "floor",
    doc: Doc {
        summary: "The largest whole number not above x.",
        formula: "y = floor(x)",
        local: "zero almost everywhere",
        kinks: "whole x: jumps; gradient 0 there too",
        source: "",
    },
    call: Some(Call { signature: "x", build: |a| a.wire("x").floor() }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::floats,
    class: Class::Elementwise(map1!([f32 f64] |x| x.floor())),
    element: element!(|x| x.floor()),
    local: Local::Flat,
    reads: Reads::NOTHING,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[Identity::any(
        "floor(floor(x)) = floor(x)",
        When::Twice,
        Then::Input(0),
        "whole numbers, -0, infinities and NaN stay",
    )],
    sample: |s| s.elementwise(&[(-3.0, 3.0, &[-2.0, -1.0, 0.0, 1.0, 2.0])]),
};

impl Wire {
    /// The largest whole number not above this.
    #[track_caller]
    pub fn floor(self) -> Wire {
        record(&FLOOR, Attrs::NONE, &[self])
    }
}

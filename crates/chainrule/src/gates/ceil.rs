//! Rounding up.

use super::support::{batch, flops_per_output, shape};
use crate::circuit::{
    Arity, Attrs, Call, Class, Doc, GateDef, Identity, Local, Reads, Then, When, Wire, record,
};

/// See the module.
pub static CEIL: GateDef = GateDef {
    name: "ceil",
    doc: Doc {
        summary: "The smallest whole number not below x.",
        formula: "y = ceil(x)",
        local: "zero almost everywhere",
        kinks: "whole x: jumps; gradient 0 there too",
        source: "",
    },
    call: Some(Call { signature: "x", build: |a| a.wire("x").ceil() }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::floats,
    class: Class::Elementwise(map1!([f32 f64] |x| x.ceil())),
    element: element!(|x| -(-x).floor()),
    local: Local::Flat,
    reads: Reads::NOTHING,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[Identity::any(
        "ceil(ceil(x)) = ceil(x)",
        When::Twice,
        Then::Input(0),
        "whole numbers, -0, infinities and NaN stay",
    )],
    sample: |s| s.elementwise(&[(-3.0, 3.0, &[-2.0, -1.0, 0.0, 1.0, 2.0])]),
};

impl Wire {
    /// The smallest whole number not below this.
    #[track_caller]
    pub fn ceil(self) -> Wire {
        record(&CEIL, Attrs::NONE, &[self])
    }
}

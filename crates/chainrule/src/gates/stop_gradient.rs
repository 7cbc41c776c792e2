//! A value through which no gradient passes.

use super::support::{batch, no_flops, shape};
use crate::circuit::{
    Arity, Attrs, Call, Class, Doc, GateDef, Identity, Local, Reads, Then, When, Wire, record,
};

/// See the module.
pub static STOP_GRADIENT: GateDef = GateDef {
    name: "stop_gradient",
    doc: Doc {
        summary: "The same value, through which no gradient and no tangent passes.",
        formula: "y = x",
        local: "dy/dx = 0, by decree",
        kinks: "",
        source: "",
    },
    call: Some(Call { signature: "x", build: |a| stop_gradient(a.wire("x")) }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::same,
    class: Class::Elementwise(map1!([f32 f64 i32 i64 u8 bool] |x| x)),
    element: element!(|x| x),
    local: Local::Stopped,
    reads: Reads::NOTHING,
    batch: batch::elementwise,
    flops: no_flops,
    identities: &[Identity::any(
        "y = x",
        When::Always,
        Then::Input(0),
        "nothing is computed; gradients were recorded before",
    )],
    sample: |s| s.elementwise(&[(-2.0, 2.0, &[])]),
};

/// The same value, through which no gradient passes.
#[track_caller]
pub fn stop_gradient(x: Wire) -> Wire {
    record(&STOP_GRADIENT, Attrs::NONE, &[x])
}

//! One over a number.

use super::support::{batch, flops_per_output, shape};
use crate::circuit::{Arity, Attrs, Call, Class, Doc, GateDef, Local, Reads, Wire, record};

/// See the module.
pub static RECIPROCAL: GateDef = GateDef {
    name: "reciprocal",
    doc: Doc {
        summary: "One over the input.",
        formula: "y = 1 / x",
        local: "dy/dx = -y^2",
        kinks: "x = 0: infinite with the sign of the zero, as IEEE 754 says; the gradient is minus infinity",
        source: "",
    },
    call: Some(Call { signature: "x", build: |a| a.wire("x").reciprocal() }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::floats,
    class: Class::Elementwise(map1!([f32 f64] |x| 1.0 / x, as Inverse)),
    element: element!(|x| 1.0 / x),
    local: Local::Partials(|r, _| -(r.output() * r.output())),
    reads: Reads::OUTPUT,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[],
    sample: |s| s.elementwise(&[(0.4, 2.0, &[])]),
};

impl Wire {
    /// One over this.
    #[track_caller]
    pub fn reciprocal(self) -> Wire {
        record(&RECIPROCAL, Attrs::NONE, &[self])
    }
}

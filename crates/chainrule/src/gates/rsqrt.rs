//! One over the square root.

use super::support::{batch, flops_per_output, shape};
use crate::circuit::{Arity, Attrs, Call, Class, Doc, GateDef, Local, Reads, Wire, record};

/// See the module.
pub static RSQRT: GateDef = GateDef {
    name: "rsqrt",
    doc: Doc {
        summary: "One over the square root, as normalising layers use it.",
        formula: "y = 1 / sqrt(x)",
        local: "dy/dx = -y^3 / 2",
        kinks: "x = 0: infinite, with gradient minus infinity; x < 0: NaN, and so is the gradient",
        source: "",
    },
    call: Some(Call { signature: "x", build: |a| a.wire("x").rsqrt() }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::floats,
    class: Class::Elementwise(map1!([f32 f64] |x| 1.0 / x.sqrt(), as InverseRoot)),
    element: element!(|x| 1.0 / x.sqrt()),
    local: Local::Partials(|r, _| -0.5 * r.output() * r.output() * r.output()),
    reads: Reads::OUTPUT,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[],
    sample: |s| s.elementwise(&[(0.2, 3.0, &[])]),
};

impl Wire {
    /// One over the square root.
    #[track_caller]
    pub fn rsqrt(self) -> Wire {
        record(&RSQRT, Attrs::NONE, &[self])
    }
}

//! The square root.

use super::support::{batch, flops_per_output, shape};
use crate::circuit::{Arity, Attrs, Call, Class, Doc, GateDef, Local, Reads, Wire, record};

/// See the module.
pub static SQRT: GateDef = GateDef {
    name: "sqrt",
    doc: Doc {
        summary: "The square root. Its slope is steep near 0: small inputs get large gradients.",
        formula: "y = sqrt(x)",
        local: "dy/dx = 1 / (2y)",
        kinks: "x = 0: the gradient is infinite, as IEEE 754 says; x < 0: NaN, and so is the gradient",
        source: "",
    },
    call: Some(Call { signature: "x", build: |a| a.wire("x").sqrt() }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::floats,
    class: Class::Elementwise(map1!([f32 f64] |x| x.sqrt(), as Root)),
    element: element!(|x| x.sqrt()),
    local: Local::Partials(|r, _| 0.5 / r.output()),
    reads: Reads::OUTPUT,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[],
    sample: |s| s.elementwise(&[(0.2, 3.0, &[])]),
};

impl Wire {
    /// The square root.
    #[track_caller]
    pub fn sqrt(self) -> Wire {
        record(&SQRT, Attrs::NONE, &[self])
    }
}

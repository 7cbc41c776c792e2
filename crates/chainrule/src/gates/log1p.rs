//! The natural logarithm of 1 + x, accurate near 0.

use super::support::{batch, flops_per_output, shape};
use crate::circuit::{Arity, Attrs, Call, Class, Doc, GateDef, Local, Reads, Wire, record};
use crate::numeric::vector;

/// See the module.
pub static LOG1P: GateDef = GateDef {
    name: "log1p",
    doc: Doc {
        summary: "ln(1 + x) without the digits that 1 + x loses where x is near 0.",
        formula: "y = ln(1 + x)",
        local: "dy/dx = 1 / (1 + x)",
        kinks: "x = -1: minus infinity, with gradient infinity; x < -1: NaN",
        source: "polynomials of FreeBSD's msun, error at most 1.6 ulp in f32 and 2.5 in f64",
    },
    call: Some(Call { signature: "x", build: |a| a.wire("x").log1p() }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::floats,
    class: Class::Elementwise(map1!([f32 f64] |x| vector::log1p::<L, _>(x))),
    element: element!(|x| x.ln_1p()),
    local: Local::Partials(|r, _| 1.0 / (1.0 + r.inputs[0])),
    reads: Reads::INPUTS,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[],
    sample: |s| s.elementwise(&[(-0.8, 3.0, &[])]),
};

impl Wire {
    /// The natural logarithm of 1 plus this, accurate near 0.
    #[track_caller]
    pub fn log1p(self) -> Wire {
        record(&LOG1P, Attrs::NONE, &[self])
    }
}

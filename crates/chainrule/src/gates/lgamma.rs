//! The logarithm of the gamma function.

use super::support::{batch, flops_per_output, shape};
use crate::circuit::{Arity, Attrs, Call, Class, Doc, GateDef, Local, Reads, Wire, record};
use crate::numeric::Float;

/// See the module.
pub static LGAMMA: GateDef = GateDef {
    name: "lgamma",
    doc: Doc {
        summary: "ln|gamma(x)|: factorials as a smooth function, on a scale that does not overflow.",
        formula: "y = ln|gamma(x)|; gamma(n) = (n - 1)!",
        local: "dy/dx = digamma(x)",
        kinks: "x = 0, -1, -2, ...: infinite; no gradient there (NaN, or at 0 infinite)",
        source: "DLMF 5.2; FreeBSD's msun, by way of the crate libm",
    },
    call: Some(Call { signature: "x", build: |a| a.wire("x").lgamma() }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::floats,
    class: Class::Elementwise(map1!([f32 f64] |x| Float::lgamma(x))),
    element: element!(|x| Float::lgamma(x)),
    local: Local::Partials(|r, _| r.inputs[0].polygamma(0)),
    reads: Reads::INPUTS,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[],
    sample: |s| s.elementwise(&[(0.5, 4.0, &[])]),
};

impl Wire {
    /// The logarithm of the absolute value of the gamma function.
    #[track_caller]
    pub fn lgamma(self) -> Wire {
        record(&LGAMMA, Attrs::NONE, &[self])
    }
}

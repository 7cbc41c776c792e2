//! The hyperbolic tangent.

use super::support::{batch, flops_per_output, shape};
use crate::circuit::{Arity, Attrs, Call, Class, Doc, GateDef, Local, Reads, Wire, record};
use crate::numeric::vector;

/// See the module.
pub static TANH: GateDef = GateDef {
    name: "tanh",
    doc: Doc {
        summary: "The hyperbolic tangent: squashes to -1..1. Where it saturates, its gradient vanishes.",
        formula: "y = tanh(x)",
        local: "dy/dx = 1 - y^2",
        kinks: "",
        source: "DLMF 4.34; polynomials of SLEEF, error at most 2.6 ulp in f32 and 3.5 in f64",
    },
    call: Some(Call { signature: "x", build: |a| a.wire("x").tanh() }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::floats,
    class: Class::Elementwise(map1!([f32 f64] |x| vector::tanh::<L, _>(x))),
    element: element!(|x| 1.0 - 2.0 / (1.0 + (2.0 * x).exp())),
    local: Local::Partials(|r, _| 1.0 - r.output() * r.output()),
    reads: Reads::OUTPUT,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[],
    sample: |s| s.elementwise(&[(-2.0, 2.0, &[])]),
};

impl Wire {
    /// The hyperbolic tangent.
    #[track_caller]
    pub fn tanh(self) -> Wire {
        record(&TANH, Attrs::NONE, &[self])
    }
}

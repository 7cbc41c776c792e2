//! The hyperbolic cosine.

use super::support::{batch, flops_per_output, shape};
use crate::circuit::{Arity, Attrs, Call, Class, Doc, GateDef, Local, Reads, Wire, record};
use crate::numeric::vector;

/// See the module.
pub static COSH: GateDef = GateDef {
    name: "cosh",
    doc: Doc {
        summary: "The hyperbolic cosine, (e^x + e^-x) / 2.",
        formula: "y = cosh(x)",
        local: "dy/dx = sinh(x)",
        kinks: "",
        source: "DLMF 4.34; polynomials of SLEEF, error at most 1.6 ulp in f32 and 2.5 in f64",
    },
    call: Some(Call { signature: "x", build: |a| a.wire("x").cosh() }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::floats,
    class: Class::Elementwise(map1!([f32 f64] |x| vector::cosh::<L, _>(x))),
    element: element!(|x| (x.exp() + (-x).exp()) / 2.0),
    local: Local::Partials(|r, _| r.inputs[0].sinh()),
    reads: Reads::INPUTS,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[],
    sample: |s| s.elementwise(&[(-2.0, 2.0, &[])]),
};

impl Wire {
    /// The hyperbolic cosine.
    #[track_caller]
    pub fn cosh(self) -> Wire {
        record(&COSH, Attrs::NONE, &[self])
    }
}

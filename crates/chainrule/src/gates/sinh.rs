//! The hyperbolic sine.

use super::support::{batch, flops_per_output, shape};
use crate::circuit::{Arity, Attrs, Call, Class, Doc, GateDef, Local, Reads, Wire, record};
use crate::numeric::vector;

/// See the module.
pub static SINH: GateDef = GateDef {
    name: "sinh",
    doc: Doc {
        summary: "The hyperbolic sine, (e^x - e^-x) / 2.",
        formula: "y = sinh(x)",
        local: "dy/dx = cosh(x)",
        kinks: "",
        source: "DLMF 4.34; polynomials of SLEEF, error at most 2.6 ulp in f32 and 3.5 in f64",
    },
    call: Some(Call { signature: "x", build: |a| a.wire("x").sinh() }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::floats,
    class: Class::Elementwise(map1!([f32 f64] |x| vector::sinh::<L, _>(x))),
    element: element!(|x| (x.exp() - (-x).exp()) / 2.0),
    local: Local::Partials(|r, _| r.inputs[0].cosh()),
    reads: Reads::INPUTS,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[],
    sample: |s| s.elementwise(&[(-2.0, 2.0, &[])]),
};

impl Wire {
    /// The hyperbolic sine.
    #[track_caller]
    pub fn sinh(self) -> Wire {
        record(&SINH, Attrs::NONE, &[self])
    }
}

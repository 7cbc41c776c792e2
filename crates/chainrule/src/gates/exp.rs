//! The exponential function.

use super::support::{batch, flops_per_output, shape};
use crate::circuit::{Arity, Attrs, Call, Class, Doc, GateDef, Local, Reads, Wire, record};
use crate::numeric::vector;

/// See the module.
pub static EXP: GateDef = GateDef {
    name: "exp",
    doc: Doc {
        summary: "The exponential function.",
        formula: "y = e^x",
        local: "dy/dx = y",
        kinks: "",
        source: "polynomials of SLEEF, error at most 1.1 ulp in f32 and 1.5 in f64",
    },
    call: Some(Call { signature: "x", build: |a| a.wire("x").exp() }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::floats,
    class: Class::Elementwise(map1!([f32 f64] |x| vector::exp::<L, _>(x))),
    element: element!(|x| x.exp()),
    local: Local::Partials(|r, _| r.output()),
    reads: Reads::OUTPUT,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[],
    sample: |s| s.elementwise(&[(-2.0, 2.0, &[])]),
};

impl Wire {
    /// e to this power.
    #[track_caller]
    pub fn exp(self) -> Wire {
        record(&EXP, Attrs::NONE, &[self])
    }
}

//! The exponential function minus 1, accurate near 0.

use super::support::{batch, flops_per_output, shape};
use crate::circuit::{Arity, Attrs, Call, Class, Doc, GateDef, Local, Reads, Wire, record};
use crate::numeric::vector;

/// See the module.
pub static EXPM1: GateDef = GateDef {
    name: "expm1",
    doc: Doc {
        summary: "e^x - 1 without the digits that cancel where x is near 0.",
        formula: "y = e^x - 1",
        local: "dy/dx = e^x",
        kinks: "",
        source: "the local gradient is not y + 1, which has no digits left where x is far below 0; polynomials of SLEEF, error at most 1.3 ulp in f32 and 2.5 in f64",
    },
    call: Some(Call { signature: "x", build: |a| a.wire("x").expm1() }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::floats,
    class: Class::Elementwise(map1!([f32 f64] |x| vector::expm1::<L, _>(x))),
    element: element!(|x| x.exp_m1()),
    local: Local::Partials(|r, _| r.inputs[0].exp()),
    reads: Reads::INPUTS,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[],
    sample: |s| s.elementwise(&[(-2.0, 2.0, &[])]),
};

impl Wire {
    /// e to this power, minus 1, accurate near 0.
    #[track_caller]
    pub fn expm1(self) -> Wire {
        record(&EXPM1, Attrs::NONE, &[self])
    }
}

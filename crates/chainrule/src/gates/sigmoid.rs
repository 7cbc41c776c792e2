//! The logistic function.

use super::support::{batch, flops_per_output, shape};
use crate::circuit::{Arity, Attrs, Call, Class, Doc, GateDef, Local, Reads, Wire, record};
use crate::numeric::vector;

/// See the module.
pub static SIGMOID: GateDef = GateDef {
    name: "sigmoid",
    doc: Doc {
        summary: "The logistic function, as one gate.",
        formula: "s = 1 / (1 + e^-x)",
        local: "ds/dx = (1 - s) s",
        kinks: "",
        source: "computed from e^-|x|, so that no sign of x overflows; polynomials of SLEEF, error at most 2.5 ulp in f32 and 3.5 in f64",
    },
    call: Some(Call { signature: "x", build: |a| a.wire("x").sigmoid() }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::floats,
    class: Class::Elementwise(map1!([f32 f64] |x| vector::sigmoid::<L, _>(x))),
    element: element!(|x| 1.0 / (1.0 + (-x).exp())),
    local: Local::Partials(|r, _| (1.0 - r.output()) * r.output()),
    reads: Reads::OUTPUT,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[],
    sample: |s| s.elementwise(&[(-4.0, 4.0, &[])]),
};

impl Wire {
    /// The logistic function.
    #[track_caller]
    pub fn sigmoid(self) -> Wire {
        record(&SIGMOID, Attrs::NONE, &[self])
    }
}

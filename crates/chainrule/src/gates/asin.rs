//! The arc sine.

use super::support::{batch, flops_per_output, shape};
use crate::circuit::{Arity, Attrs, Call, Class, Doc, GateDef, Local, Reads, Wire, record};
use crate::numeric::vector;

/// See the module.
pub static ASIN: GateDef = GateDef {
    name: "asin",
    doc: Doc {
        summary: "The angle, from -pi/2 to pi/2, that has this sine.",
        formula: "y = arcsin(x)",
        local: "dy/dx = 1 / sqrt((1 - x)(1 + x))",
        kinks: "x = 1 or -1: the gradient is infinite; beyond: NaN",
        source: "DLMF 4.24; the range of Cephes, a polynomial of our own, error at most 2.5 ulp in f32 and 3.5 in f64; the product keeps the digits that 1 - x^2 loses near 1",
    },
    call: Some(Call { signature: "x", build: |a| a.wire("x").asin() }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::floats,
    class: Class::Elementwise(map1!([f32 f64] |x| vector::asin::<L, _>(x))),
    element: element!(|x| x.asin()),
    local: Local::Partials(|r, _| ((1.0 - r.inputs[0]) * (1.0 + r.inputs[0])).rsqrt()),
    reads: Reads::INPUTS,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[],
    sample: |s| s.elementwise(&[(-0.8, 0.8, &[])]),
};

impl Wire {
    /// The angle, from -pi/2 to pi/2, that has this sine.
    #[track_caller]
    pub fn asin(self) -> Wire {
        record(&ASIN, Attrs::NONE, &[self])
    }
}

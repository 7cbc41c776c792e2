//! The arc tangent.

use super::support::{batch, flops_per_output, shape};
use crate::circuit::{Arity, Attrs, Call, Class, Doc, GateDef, Local, Reads, Wire, record};
use crate::numeric::vector;

/// See the module.
pub static ATAN: GateDef = GateDef {
    name: "atan",
    doc: Doc {
        summary: "The angle, from -pi/2 to pi/2, that has this tangent.",
        formula: "y = arctan(x)",
        local: "dy/dx = 1 / (1 + x^2)",
        kinks: "",
        source: "DLMF 4.24; the range of Cephes, a polynomial of our own, error at most 2 ulp in f32 and 2.5 in f64",
    },
    call: Some(Call { signature: "x", build: |a| a.wire("x").atan() }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::floats,
    class: Class::Elementwise(map1!([f32 f64] |x| vector::atan::<L, _>(x))),
    element: element!(|x| x.atan()),
    local: Local::Partials(|r, _| 1.0 / (1.0 + r.inputs[0] * r.inputs[0])),
    reads: Reads::INPUTS,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[],
    sample: |s| s.elementwise(&[(-3.0, 3.0, &[])]),
};

impl Wire {
    /// The angle, from -pi/2 to pi/2, that has this tangent.
    #[track_caller]
    pub fn atan(self) -> Wire {
        record(&ATAN, Attrs::NONE, &[self])
    }
}

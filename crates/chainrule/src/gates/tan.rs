//! The tangent.

use super::support::{batch, flops_per_output, shape};
use crate::circuit::{Arity, Attrs, Call, Class, Doc, GateDef, Local, Reads, Wire, record};
use crate::numeric::vector;

/// See the module.
pub static TAN: GateDef = GateDef {
    name: "tan",
    doc: Doc {
        summary: "The tangent of an angle in radians.",
        formula: "y = tan(x)",
        local: "dy/dx = 1 + y^2",
        kinks: "x = pi/2 + k pi: a pole; no float is exactly there, so the value is large and finite",
        source: "DLMF 4.20; polynomials of FreeBSD's msun and Cephes, error at most 3.2 ulp in f32 and 4.5 in f64",
    },
    call: Some(Call { signature: "x", build: |a| a.wire("x").tan() }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::floats,
    class: Class::Elementwise(map1!([f32 f64] |x| vector::tan::<L, _>(x), if vector::is_far(x) => x.tan())),
    element: element!(|x| x.tan()),
    local: Local::Partials(|r, _| 1.0 + r.output() * r.output()),
    reads: Reads::OUTPUT,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[],
    sample: |s| s.elementwise(&[(-1.2, 1.2, &[])]),
};

impl Wire {
    /// The tangent.
    #[track_caller]
    pub fn tan(self) -> Wire {
        record(&TAN, Attrs::NONE, &[self])
    }
}

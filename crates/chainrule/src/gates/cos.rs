//! The cosine.

use super::support::{batch, flops_per_output, shape};
use crate::circuit::{Arity, Attrs, Call, Class, Doc, GateDef, Local, Reads, Wire, record};
use crate::numeric::vector;

/// See the module.
pub static COS: GateDef = GateDef {
    name: "cos",
    doc: Doc {
        summary: "The cosine of an angle in radians.",
        formula: "y = cos(x)",
        local: "dy/dx = -sin(x)",
        kinks: "",
        source: "DLMF 4.20; polynomials of FreeBSD's msun and Cephes, error at most 1.9 ulp in f32 and 2.5 in f64",
    },
    call: Some(Call { signature: "x", build: |a| a.wire("x").cos() }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::floats,
    class: Class::Elementwise(map1!([f32 f64] |x| vector::cos::<L, _>(x), if vector::is_far(x) => x.cos())),
    element: element!(|x| x.cos()),
    local: Local::Partials(|r, _| -r.inputs[0].sin()),
    reads: Reads::INPUTS,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[],
    sample: |s| s.elementwise(&[(-4.0, 4.0, &[])]),
};

impl Wire {
    /// The cosine.
    #[track_caller]
    pub fn cos(self) -> Wire {
        record(&COS, Attrs::NONE, &[self])
    }
}

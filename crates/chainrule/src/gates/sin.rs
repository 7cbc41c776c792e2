//! The sine.

use super::support::{batch, flops_per_output, shape};
use crate::circuit::{Arity, Attrs, Call, Class, Doc, GateDef, Local, Reads, Wire, record};
use crate::numeric::vector;

/// See the module.
pub static SIN: GateDef = GateDef {
    name: "sin",
    doc: Doc {
        summary: "The sine of an angle in radians.",
        formula: "y = sin(x)",
        local: "dy/dx = cos(x)",
        kinks: "",
        source: "DLMF 4.20; polynomials of FreeBSD's msun and Cephes, error at most 1.9 ulp in f32 and 2.5 in f64",
    },
    call: Some(Call { signature: "x", build: |a| a.wire("x").sin() }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::floats,
    class: Class::Elementwise(map1!([f32 f64] |x| vector::sin::<L, _>(x), if vector::is_far(x) => x.sin())),
    element: element!(|x| x.sin()),
    local: Local::Partials(|r, _| r.inputs[0].cos()),
    reads: Reads::INPUTS,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[],
    sample: |s| s.elementwise(&[(-4.0, 4.0, &[])]),
};

impl Wire {
    /// The sine.
    #[track_caller]
    pub fn sin(self) -> Wire {
        record(&SIN, Attrs::NONE, &[self])
    }
}

//! The natural logarithm.

use super::support::{batch, flops_per_output, shape};
use crate::circuit::{Arity, Attrs, Call, Class, Doc, GateDef, Local, Reads, Wire, record};
use crate::numeric::vector;

/// See the module.
pub static LOG: GateDef = GateDef {
    name: "log",
    doc: Doc {
        summary: "The natural logarithm: turns products into sums, and so relative changes of x into changes of y.",
        formula: "y = ln(x)",
        local: "dy/dx = 1 / x",
        kinks: "x = 0: minus infinity, with gradient infinity; x < 0: NaN, though 1 / x is still what the rule gives",
        source: "polynomials of FreeBSD's msun, error at most 0.9 ulp in f32 and 1.5 in f64",
    },
    call: Some(Call { signature: "x", build: |a| a.wire("x").log() }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::floats,
    class: Class::Elementwise(map1!([f32 f64] |x| vector::log::<L, _>(x))),
    element: element!(|x| x.ln()),
    local: Local::Partials(|r, _| 1.0 / r.inputs[0]),
    reads: Reads::INPUTS,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[],
    sample: |s| s.elementwise(&[(0.2, 3.0, &[])]),
};

impl Wire {
    /// The natural logarithm.
    #[track_caller]
    pub fn log(self) -> Wire {
        record(&LOG, Attrs::NONE, &[self])
    }
}

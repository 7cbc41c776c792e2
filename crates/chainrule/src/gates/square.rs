//! A number times itself.

use super::support::{batch, flops_per_output, shape};
use crate::circuit::{Arity, Attrs, Call, Class, Doc, GateDef, Local, Reads, Wire, record};

/// See the module.
pub static SQUARE: GateDef = GateDef {
    name: "square",
    doc: Doc {
        summary: "A number times itself. Large inputs get large gradients, which is why squared errors mind outliers. \
                  Integers wrap.",
        formula: "y = x^2",
        local: "dy/dx = 2x",
        kinks: "",
        source: "",
    },
    call: Some(Call { signature: "x", build: |a| a.wire("x").square() }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::numbers,
    class: Class::Elementwise(map1_numbers!(float: |x| x * x, as Square, int: |x| x.wrapping_mul(x))),
    element: element!(|x| x * x),
    local: Local::Partials(|r, _| 2.0 * r.inputs[0]),
    reads: Reads::INPUTS,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[],
    sample: |s| s.elementwise(&[(-2.0, 2.0, &[])]),
};

impl Wire {
    /// This times itself.
    #[track_caller]
    pub fn square(self) -> Wire {
        record(&SQUARE, Attrs::NONE, &[self])
    }
}

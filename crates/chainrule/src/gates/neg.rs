//! Negation.

use super::support::{batch, flops_per_output, shape};
use crate::circuit::{
    Arity, Attrs, Call, Class, Doc, GateDef, Identity, Local, Reads, Then, When, Wire, record,
};

/// See the module.
pub static NEG: GateDef = GateDef {
    name: "neg",
    doc: Doc {
        summary: "Negation; integers wrap.",
        formula: "y = -x",
        local: "dy/dx = -1",
        kinks: "",
        source: "",
    },
    call: Some(Call { signature: "x", build: |a| -a.wire("x") }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::numbers,
    class: Class::Elementwise(map1_numbers!(float: |x| -x, as Negative, int: |x| x.wrapping_neg())),
    element: element!(|x| -x),
    local: Local::Linear(|_, up, _| -up),
    reads: Reads::NOTHING,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[Identity::any(
        "-(-x) = x",
        When::Twice,
        Then::Inner,
        "flips a sign twice, that of 0 and NaN too; integers wrap back",
    )],
    sample: |s| s.elementwise(&[(-2.0, 2.0, &[])]),
};

impl std::ops::Neg for Wire {
    type Output = Wire;
    #[track_caller]
    fn neg(self) -> Wire {
        record(&NEG, Attrs::NONE, &[self])
    }
}

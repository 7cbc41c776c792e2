//! The sign.

use super::support::{batch, flops_per_output, shape};
use crate::circuit::{
    Arity, Attrs, Call, Class, Doc, GateDef, Identity, Local, Reads, Then, When, Wire, record,
};
use crate::numeric::Number;

/// See the module.
pub static SIGN: GateDef = GateDef {
    name: "sign",
    doc: Doc {
        summary: "The sign: -1, 0 or 1. A flat function: it stops the gradient. NaN stays NaN.",
        formula: "y = 1 if x > 0, -1 if x < 0, else x",
        local: "zero almost everywhere",
        kinks: "x = 0: jumps; gradient 0 there too",
        source: "",
    },
    call: Some(Call { signature: "x", build: |a| a.wire("x").sign() }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::numbers,
    class: Class::Elementwise(map1_numbers!(float: |x| sign(x), int: |x| sign(x))),
    element: element!(|x| if x == 0.0 { 0.0 } else { x.signum() }),
    local: Local::Flat,
    reads: Reads::NOTHING,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[Identity::any(
        "sign(sign(x)) = sign(x)",
        When::Twice,
        Then::Input(0),
        "-1, 0, 1 and NaN stay",
    )],
    sample: |s| s.elementwise(&[(-2.0, 2.0, &[0.0])]),
};

/// A zero keeps its sign bit, so that one over it goes to the same infinity.
fn sign<T: Number>(x: T) -> T {
    if x > T::ZERO {
        T::ONE
    } else if x < T::ZERO {
        T::ZERO.minus(T::ONE)
    } else {
        x
    }
}

impl Wire {
    /// -1, 0 or 1.
    #[track_caller]
    pub fn sign(self) -> Wire {
        record(&SIGN, Attrs::NONE, &[self])
    }
}

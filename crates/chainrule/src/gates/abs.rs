//! The absolute value.

use super::support::operands::zeros_like;
use super::support::{batch, flops_per_output, shape};
use crate::circuit::{
    Arity, Attrs, Call, Class, Doc, GateDef, Identity, Local, Reads, Room, Then, When, Wire, record,
};
use crate::numeric::Number;

/// See the module.
pub static ABS: GateDef = GateDef {
    name: "abs",
    doc: Doc {
        summary: "The absolute value. Passes the gradient where x > 0, turns its sign where x < 0. The smallest integer wraps.",
        formula: "y = |x|",
        local: "dy/dx = 1 if x > 0, -1 if x < 0",
        kinks: "x = 0: a corner; gradient 0, half-way between the slopes of both sides",
        source: "",
    },
    call: Some(Call { signature: "x", build: |a| a.wire("x").abs() }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::numbers,
    class: Class::Elementwise(map1_numbers!(float: |x| x.abs(), as Size, int: |x| size(x))),
    element: element!(|x| if x < 0.0 { -x } else { x }),
    local: Local::Pair {
        vjp: |r, up, _| vec![up[0].map(|up| signed(r, up))],
        jvp: |r, tangents| vec![tangents[0].map(|t| signed(r, t))],
    },
    reads: Reads::INPUTS,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[Identity::any(
        "|(|x|)| = |x|",
        When::Twice,
        Then::Input(0),
        "the sign is off already; the smallest integer wraps to itself",
    )],
    sample: |s| s.elementwise(&[(-2.0, 2.0, &[0.0])]),
};

/// A gradient or tangent times the sign of the input, chosen rather than multiplied: 0 times infinity is NaN.
fn signed(r: &Room<'_>, through: Wire) -> Wire {
    let x = r.inputs[0];
    x.gt(0.0).select(through, x.lt(0.0).select(-through, zeros_like(through)))
}

fn size<T: Number>(x: T) -> T {
    if x < T::ZERO { T::ZERO.minus(x) } else { x }
}

impl Wire {
    /// The absolute value. At 0 its gradient is 0.
    #[track_caller]
    pub fn abs(self) -> Wire {
        record(&ABS, Attrs::NONE, &[self])
    }
}

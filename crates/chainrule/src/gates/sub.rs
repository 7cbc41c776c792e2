//! Subtraction.

use super::support::{batch, flops_per_output, shape};
use crate::circuit::{Arity, Call, Class, Doc, GateDef, Identity, Local, Reads, Then, When};

/// See the module.
pub static SUB: GateDef = GateDef {
    name: "sub",
    doc: Doc {
        summary: "Subtraction. Integers wrap.",
        formula: "z = x - y",
        local: "dz/dx = 1, dz/dy = -1",
        kinks: "",
        source: "",
    },
    call: Some(Call { signature: "x, y", build: |a| a.wire("x") - a.wire("y") }),
    arity: Arity::Exactly(2),
    attrs: &[],
    shape: shape::numbers,
    class: Class::Elementwise(map2_numbers!(float: |x, y| x - y, as Minus, int: |x, y| x.wrapping_sub(y))),
    element: element!(|x, y| x - y),
    local: Local::Linear(|_, up, i| if i == 0 { up } else { -up }),
    reads: Reads::NOTHING,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[
        Identity::any("x - 0 = x", When::Is(1, 0.0), Then::Input(0), "-0 - 0 = -0"),
        Identity::exact(
            "x - x = 0",
            When::Same(0, 1),
            Then::Number(0.0),
            "of integers; floats have inf - inf",
        ),
    ],
    sample: |s| s.elementwise(&[(-2.0, 2.0, &[]), (-2.0, 2.0, &[])]),
};

operator!(Sub, sub, SUB);

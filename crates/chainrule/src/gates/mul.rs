//! Multiplication: swaps its inputs and scales the gradient.

use super::support::{batch, flops_per_output, shape};
use crate::circuit::{Arity, Call, Class, Doc, GateDef, Identity, Local, Reads, Then, When};

/// See the module.
pub static MUL: GateDef = GateDef {
    name: "mul",
    doc: Doc {
        summary: "Multiplication. Each input gets the gradient that arrives, scaled by the other input. Integers wrap.",
        formula: "z = x * y",
        local: "dz/dx = y, dz/dy = x",
        kinks: "",
        source: "",
    },
    call: Some(Call { signature: "x, y", build: |a| a.wire("x") * a.wire("y") }),
    arity: Arity::Exactly(2),
    attrs: &[],
    shape: shape::numbers,
    class: Class::Elementwise(map2_numbers!(float: |x, y| x * y, as Times, int: |x, y| x.wrapping_mul(y))),
    element: element!(|x, y| x * y),
    local: Local::Partials(|r, i| r.inputs[1 - i]),
    reads: Reads::INPUTS,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[
        Identity::any("x * 1 = x", When::Is(1, 1.0), Then::Input(0), "exact, of -0, infinities and NaN too"),
        Identity::any("1 * y = y", When::Is(0, 1.0), Then::Input(1), "as above"),
        Identity::exact(
            "x * 0 = 0",
            When::Is(1, 0.0),
            Then::Number(0.0),
            "of integers; floats have -0, infinities and NaN",
        ),
        Identity::exact("0 * y = 0", When::Is(0, 0.0), Then::Number(0.0), "as above"),
        Identity::any("x * y = y * x", When::Always, Then::Swapped, "IEEE 754; payloads of two NaN differ"),
    ],
    sample: |s| s.elementwise(&[(-2.0, 2.0, &[]), (-2.0, 2.0, &[])]),
};

operator!(Mul, mul, MUL);

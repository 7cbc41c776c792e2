//! Addition: distributes its gradient to both inputs.

use super::support::{batch, flops_per_output, shape};
use crate::circuit::{Arity, Call, Class, Doc, GateDef, Identity, Local, Reads, Then, When};

/// See the module.
pub static ADD: GateDef = GateDef {
    name: "add",
    doc: Doc {
        summary: "Addition. Distributes the gradient that arrives, unchanged, to both inputs. Integers wrap.",
        formula: "z = x + y",
        local: "dz/dx = 1, dz/dy = 1",
        kinks: "",
        source: "",
    },
    call: Some(Call { signature: "x, y", build: |a| a.wire("x") + a.wire("y") }),
    arity: Arity::Exactly(2),
    attrs: &[],
    shape: shape::numbers,
    class: Class::Elementwise(map2_numbers!(float: |x, y| x + y, as Plus, int: |x, y| x.wrapping_add(y))),
    element: element!(|x, y| x + y),
    local: Local::Linear(|_, up, _| up),
    reads: Reads::NOTHING,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[
        Identity::floats(
            "x + (-0) = x",
            When::Is(1, -0.0),
            Then::Input(0),
            "-0 + -0 = -0. With +0 it is no law: -0 + 0 = 0",
        ),
        Identity::floats("-0 + y = y", When::Is(0, -0.0), Then::Input(1), "as above"),
        Identity::exact("x + 0 = x", When::Is(1, 0.0), Then::Input(0), "integers have one zero"),
        Identity::exact("0 + y = y", When::Is(0, 0.0), Then::Input(1), "as above"),
        Identity::any("x + y = y + x", When::Always, Then::Swapped, "IEEE 754; payloads of two NaN differ"),
    ],
    sample: |s| s.elementwise(&[(-2.0, 2.0, &[]), (-2.0, 2.0, &[])]),
};

operator!(Add, add, ADD);

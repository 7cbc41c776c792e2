//! Division.

use super::support::{batch, flops_per_output, shape};
use crate::base::DType;
use crate::circuit::{Arity, Call, Class, Doc, GateDef, Tiles, Local, Reads};

/// See the module.
pub static DIV: GateDef = GateDef {
    name: "div",
    doc: Doc {
        summary: "Division. Integer division rounds down.",
        formula: "z = x / y",
        local: "dz/dx = 1 / y, dz/dy = -z / y",
        kinks: "y = 0: infinite or NaN as IEEE 754 says; integers give 0",
        source: "",
    },
    call: Some(Call { signature: "x, y", build: |a| a.wire("x") / a.wire("y") }),
    arity: Arity::Exactly(2),
    attrs: &[],
    shape: shape::numbers,
    class: Class::Elementwise(|a, x| match x[0] {
        DType::F32 | DType::F64 => (map2!([f32 f64] |x, y| x / y) as Tiles)(a, x),
        DType::U8 => (map2!([u8] => |x, y| x.checked_div(y).unwrap_or(0)) as Tiles)(a, x),
        _ => (map2!([i32 i64] |x, y| {
            let toward_zero = x.wrapping_div(if y == 0 { 1 } else { y });
            let down = y != 0 && x.wrapping_rem(y) != 0 && (x < 0) != (y < 0);
            if y == 0 { 0 } else if down { toward_zero - 1 } else { toward_zero }
        }) as Tiles)(a, x),
    }),
    element: |_, inputs, at| {
        let (x, y) = (inputs[0].at(at), inputs[1].at(at));
        match inputs[0].spec.dtype.is_float() {
            true => x / y,
            false => {
                if y == 0.0 {
                    0.0
                } else {
                    (x / y).floor()
                }
            }
        }
    },
    local: Local::Partials(|r, i| if i == 0 { 1.0 / r.inputs[1] } else { -(r.output() / r.inputs[1]) }),
    reads: Reads::BOTH,
    batch: batch::elementwise,
    flops: flops_per_output,
    sample: |s| s.elementwise(&[(-2.0, 2.0, &[]), (0.5, 2.0, &[])]),
};

operator!(Div, div, DIV);

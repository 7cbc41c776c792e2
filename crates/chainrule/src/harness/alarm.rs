//! Deliberately wrong gates. Each has one fault, and the harness must notice it.

use super::examine;
use crate::circuit::{Arity, Class, Doc, GateDef, Local, Reads};
use crate::gates::support::{batch, flops_per_output, shape};
use crate::gates::{MATMUL, MUL, SUM, TRANSPOSE};

/// The square of x, right in every rule: each wrong gate differs from it in one.
const fn square() -> GateDef {
    GateDef {
        name: "square",
        doc: Doc { summary: "x times x", formula: "y = x^2", local: "dy/dx = 2x", kinks: "", source: "" },
        call: None,
        arity: Arity::Exactly(1),
        attrs: &[],
        shape: shape::floats,
        class: Class::Elementwise(map1!([f32 f64] |x| x * x)),
        element: element!(|x| x * x),
        local: Local::Partials(|r, _| 2.0 * r.inputs[0]),
        reads: Reads::INPUTS,
        batch: batch::elementwise,
        flops: flops_per_output,
        identities: &[],
        sample: |s| s.elementwise(&[(0.5, 2.0, &[])]),
    }
}

static RIGHT: GateDef = square();

/// A copy of a right room, with its rules for one to be replaced.
macro_rules! copy_of {
    ($name:ident, $gate:ident) => {
        const fn $name() -> GateDef {
            let GateDef {
                name,
                doc,
                call,
                arity,
                attrs,
                shape,
                class,
                element,
                local,
                reads,
                batch,
                flops,
                identities,
                sample,
            } = $gate;
            GateDef {
                name,
                doc,
                call,
                arity,
                attrs,
                shape,
                class,
                element,
                local,
                reads,
                batch,
                flops,
                identities,
                sample,
            }
        }
    };
}

copy_of!(mul, MUL);
copy_of!(sum, SUM);
copy_of!(matmul, MATMUL);
copy_of!(transpose, TRANSPOSE);

/// Wrong gates: what is wrong, and the words by which the harness must say so.
macro_rules! wrong {
    ($($name:ident: $fault:literal, $words:literal, $gate:expr;)*) => {
        $(#[test]
        fn $name() {
            static WRONG: GateDef = $gate;
            match examine(&WRONG, 24) {
                Ok(()) => panic!("the harness did not notice {}", $fault),
                Err(report) => assert!(report.contains($words), "noticed {}, but said: {report}", $fault),
            }
        })*
    };
}

#[test]
fn the_right_gate_passes() {
    assert_eq!(examine(&RIGHT, 24), Ok(()));
}

wrong! {
    kernel_is_off: "a kernel that computes another function", "value in f64",
        GateDef { class: Class::Elementwise(map1!([f32 f64] |x| x * x * 1.0001)), ..square() };
    local_is_off: "a local gradient that is half of what it should be", "against differences",
        GateDef { local: Local::Partials(|r, _| 1.0 * r.inputs[0]), ..square() };
    local_has_the_wrong_sign: "a local gradient of the wrong sign", "against differences",
        GateDef { local: Local::Partials(|r, _| -2.0 * r.inputs[0]), ..square() };
    upstream_is_forgotten: "a vjp that forgets the upstream factor", "vjp to inputs",
        GateDef {
            local: Local::Pair {
                vjp: |r, _, _| vec![Some(2.0 * r.inputs[0])],
                jvp: |r, t| vec![t[0].map(|t| 2.0 * r.inputs[0] * t)],
            },
            ..square()
        };
    modes_disagree: "a jvp that is not the vjp's transpose", "jvp of inputs",
        GateDef {
            local: Local::Pair {
                vjp: |r, up, _| vec![up[0].map(|up| up * (2.0 * r.inputs[0]))],
                jvp: |r, t| vec![t[0].map(|t| 3.0 * r.inputs[0] * t)],
            },
            ..square()
        };
    gradient_is_lost: "a gate that says it is flat and is not", "against differences",
        GateDef { local: Local::Flat, ..square() };
    second_order_is_cut: "a local gradient that can't be differentiated again", "second derivatives",
        GateDef { local: Local::Partials(|r, _| 2.0 * r.inputs[0].stop_gradient()), ..square() };
    linear_is_claimed: "a gate that says it is linear and is not", "jvp of inputs",
        GateDef { local: Local::Linear(|r, up, _| up * (2.0 * r.inputs[0])), ..square() };
    reads_are_wrong: "a rule that reads what the room does not declare", "reads",
        GateDef { reads: Reads::OUTPUT, ..square() };
    swap_is_forgotten: "a product that scales by its own input", "against differences",
        GateDef { local: Local::Partials(|r, i| r.inputs[i]), call: None, ..mul() };
    batch_ignores_the_flag: "a batching rule that returns one example for all", "batching",
        GateDef {
            batch: |r, b| {
                let first = batch::inputs(r, b)[0];
                vec![crate::circuit::record(r.gate, r.attrs.clone(), &[first * 0.0 + 1.0])]
            },
            ..square()
        };
    name_is_shouted: "a name in capitals", "no lower-case name",
        GateDef { name: "SQUARE", ..square() };
    document_is_missing: "a document without a formula", "no formula",
        GateDef { doc: Doc { summary: "x", formula: "", local: "y", kinks: "", source: "" }, ..square() };
    arity_is_wrong: "a gate that takes other inputs than it says", "inputs, where the room says",
        GateDef { arity: Arity::Exactly(2), ..square() };
    attribute_is_unlisted: "attributes that the room does not list", "where the room lists",
        GateDef { attrs: &[], ..sum() };
    transpose_is_forgotten: "a matrix product that does not transpose", "matmul",
        GateDef {
            local: Local::Pair {
                vjp: |r, up, _| vec![up[0].map(|up| up.matmul(r.inputs[1])), up[0].map(|up| r.inputs[0].matmul(up))],
                jvp: |r, t| vec![t[0].map(|t| t.matmul(r.inputs[1]))],
            },
            ..matmul()
        };
    order_is_not_inverted: "a transpose that passes back in its own order", "transpose",
        GateDef { local: Local::Linear(|r, up, _| up.transpose(&r.attrs.indices("order")) * 2.0), ..transpose() };
    value_in_f32_is_rough: "a kernel of low precision in f32", "value in f32",
        GateDef {
            class: Class::Elementwise(|a, x| match x[0] {
                crate::base::DType::F32 => {
                    (map1!([f32] => |x| (x * x * 256.0).round() / 256.0) as crate::circuit::Tiles)(a, x)
                }
                _ => (map1!([f64] => |x| x * x) as crate::circuit::Tiles)(a, x),
            }),
            ..square()
        };
}

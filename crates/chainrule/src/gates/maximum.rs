//! The larger of two: routes its gradient to exactly one input.

use super::support::operands::{broadcast2, zeros_like};
use super::support::{self, batch, flops_per_output, shape};
use crate::circuit::{Arity, Call, Class, Doc, GateDef, Identity, Local, Reads, Then, Tiles, When, Wire};

/// See the module.
pub static MAXIMUM: GateDef = GateDef {
    name: "maximum",
    doc: Doc {
        summary: "The larger of two. The whole gradient goes to the input that won, the other gets 0.",
        formula: "z = max(x, y)",
        local: "dz/dx = 1 if x >= y else 0, dz/dy = 1 - dz/dx",
        kinks: "x = y: the first input gets the whole gradient. NaN is passed on; the first NaN wins",
        source: "",
    },
    call: Some(Call { signature: "x, y", build: |a| a.wire("x").maximum(a.wire("y")) }),
    arity: Arity::Exactly(2),
    attrs: &[],
    shape: shape::numbers,
    // `x != x` only for NaN, which wins where it comes first; a NaN in y wins because no comparison with it holds.
    class: Class::Elementwise(map2_numbers!(
        float: |x, y| if x >= y || x.is_nan() { x } else { y }, as Greater,
        int: |x, y| x.max(y)
    )),
    element: element!(|x, y| if x >= y || x.is_nan() { x } else { y }),
    local: Local::Pair {
        vjp: |r, up, _| {
            let Some(up) = up[0] else { return vec![None, None] };
            let (first, zero) = (first_is_max(r.inputs[0], r.inputs[1]), zeros_like(up));
            vec![Some(first.select(up, zero)), Some(first.select(zero, up))]
        },
        jvp: |r, tangents| {
            let of = |t: Option<Wire>| t.unwrap_or_else(|| zeros_like(r.output()));
            vec![Some(first_is_max(r.inputs[0], r.inputs[1]).select(of(tangents[0]), of(tangents[1])))]
        },
    },
    reads: Reads::INPUTS,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[Identity::any(
        "max(x, x) = x",
        When::Same(0, 1),
        Then::Input(0),
        "the first wins a tie, and NaN is passed on",
    )],
    sample: support::sample::apart,
};

/// Whether the gradient goes to the first input.
pub static FIRST_IS_MAX: GateDef = GateDef {
    name: "first_is_max",
    doc: Doc {
        summary: "Whether maximum takes the first of two: which input gets its gradient.",
        formula: "z = x >= y or x != x",
        local: "zero almost everywhere",
        kinks: "x = y: true. NaN in x: true, in y alone: false",
        source: "",
    },
    call: Some(Call { signature: "x, y", build: |a| first_is_max(a.wire("x"), a.wire("y")) }),
    arity: Arity::Exactly(2),
    attrs: &[],
    shape: shape::question,
    class: Class::Elementwise(|a, x| match x[0].is_float() {
        true => (map2!([f32 f64] -> bool, |x, y| x >= y || x.is_nan(), as FirstIsGreater) as Tiles)(a, x),
        false => (map2!([i32 i64 u8 bool] -> bool, |x, y| x >= y) as Tiles)(a, x),
    }),
    element: element!(|x, y| f64::from(u8::from(x >= y || x.is_nan()))),
    local: Local::Flat,
    reads: Reads::NOTHING,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[Identity::any(
        "first_is_max(x, x) is true",
        When::Same(0, 1),
        Then::Number(1.0),
        "of NaN too",
    )],
    sample: support::sample::apart,
};

#[track_caller]
fn first_is_max(x: Wire, y: Wire) -> Wire {
    broadcast2(&FIRST_IS_MAX, x, y)
}

impl Wire {
    /// The larger of two, element by element. On a tie the gradient goes to `self`.
    #[track_caller]
    pub fn maximum(self, other: Wire) -> Wire {
        broadcast2(&MAXIMUM, self, other)
    }
}

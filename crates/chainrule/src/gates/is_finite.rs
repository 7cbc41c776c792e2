//! Whether it is a number: neither infinite nor NaN. A question, without a gradient.

use super::support::{batch, flops_per_output, sample, shape};
use crate::circuit::{Arity, Attrs, Call, Class, Doc, GateDef, Local, Reads, Tiles, Wire, record};

/// See the module.
pub static IS_FINITE: GateDef = GateDef {
    name: "is_finite",
    doc: Doc {
        summary: "Whether it is a number: neither infinite nor NaN.",
        formula: "y = -inf < x < inf",
        local: "none: truth values have no gradient",
        kinks: "",
        source: "",
    },
    call: Some(Call { signature: "x", build: |a| a.wire("x").is_finite() }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::question,
    class: Class::Elementwise(|a, x| match x[0].is_float() {
        true => (map1!([f32 f64] -> bool, |x| x.is_finite(), as IsFinite) as Tiles)(a, x),
        false => (map1!([i32 i64 u8 bool] -> bool, |_x| true) as Tiles)(a, x),
    }),
    element: element!(|x| f64::from(u8::from(x.abs() <= f64::MAX))),
    local: Local::Flat,
    reads: Reads::NOTHING,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[],
    sample: sample::odd,
};

impl Wire {
    /// Whether it is neither infinite nor NaN; integers always are.
    #[track_caller]
    pub fn is_finite(self) -> Wire {
        record(&IS_FINITE, Attrs::NONE, &[self])
    }
}

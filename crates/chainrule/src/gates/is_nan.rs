//! Whether it is NaN, the result of an operation that has none. A question, without a gradient.

use super::support::{batch, flops_per_output, sample, shape};
use crate::circuit::{Arity, Attrs, Call, Class, Doc, GateDef, Local, Reads, Tiles, Wire, record};

/// See the module.
pub static IS_NAN: GateDef = GateDef {
    name: "is_nan",
    doc: Doc {
        summary: "Whether it is NaN, the result of an operation that has none.",
        formula: "y = x != x",
        local: "none: truth values have no gradient",
        kinks: "",
        source: "",
    },
    call: Some(Call { signature: "x", build: |a| a.wire("x").is_nan() }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::question,
    class: Class::Elementwise(|a, x| match x[0].is_float() {
        true => (map1!([f32 f64] -> bool, |x| x.is_nan(), as IsNan) as Tiles)(a, x),
        false => (map1!([i32 i64 u8 bool] -> bool, |_x| false) as Tiles)(a, x),
    }),
    element: element!(|x| f64::from(u8::from(x.is_nan()))),
    local: Local::Flat,
    reads: Reads::NOTHING,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[],
    sample: sample::odd,
};

impl Wire {
    /// Whether it is NaN; integers never are.
    #[track_caller]
    pub fn is_nan(self) -> Wire {
        record(&IS_NAN, Attrs::NONE, &[self])
    }
}

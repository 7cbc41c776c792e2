//! The same value under another name.

use super::support::{batch, no_flops, shape};
use crate::circuit::{
    Arity, Attrs, Call, Class, Doc, GateDef, Identity, Local, Reads, Then, When, Wire, record,
};

/// See the module.
pub static IDENTITY: GateDef = GateDef {
    name: "identity",
    doc: Doc {
        summary: "The same value under another name.",
        formula: "y = x",
        local: "dy/dx = 1",
        kinks: "",
        source: "",
    },
    call: Some(Call { signature: "x", build: |a| a.wire("x").identity() }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::same,
    class: Class::Elementwise(map1!([f32 f64 i32 i64 u8 bool] |x| x)),
    element: element!(|x| x),
    local: Local::Linear(|_, up, _| up),
    reads: Reads::NOTHING,
    batch: batch::elementwise,
    flops: no_flops,
    identities: &[Identity::any("y = x", When::Always, Then::Input(0), "nothing is computed")],
    sample: |s| s.elementwise(&[(-2.0, 2.0, &[])]),
};

impl Wire {
    /// The same value as a wire of its own, which can have a name of its own.
    #[track_caller]
    pub fn identity(self) -> Wire {
        record(&IDENTITY, Attrs::NONE, &[self])
    }
}

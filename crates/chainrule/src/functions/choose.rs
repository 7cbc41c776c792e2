//! One of two values, under the name that NumPy gives it.

use crate::circuit::{Call, Doc, FunctionDef};

/// See the module.
pub static WHERE: FunctionDef = FunctionDef {
    name: "where",
    doc: Doc {
        summary: "The first value where the condition is true, the second where it is false: another name of select.",
        formula: "z = x if c else y",
        local: "as select: by choice, never by a product with 0",
        kinks: "",
        source: "",
    },
    call: Call { signature: "c, x, y", build: |a| a.wire("c").select(a.wire("x"), a.wire("y")) },
};

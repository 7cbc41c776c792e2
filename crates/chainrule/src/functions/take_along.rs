//! Elements along an axis, picked beside their indices.

use crate::circuit::{Call, Doc, FunctionDef};
use crate::gates::support::arguments;

/// See the module.
pub static TAKE_ALONG: FunctionDef = FunctionDef {
    name: "take_along",
    doc: Doc {
        summary: "Along an axis, the element that each i64 index names, for indices of the value's shape but for that axis.",
        formula: "y[.., i, ..] = x[.., indices[.., i, ..], ..]",
        local: "passed back: the upstream added where its elements came from",
        kinks: "indices as in gather",
        source: "",
    },
    call: Call {
        signature: "x, indices, axis=-1",
        build: |a| a.wire("x").take_along(arguments::whole(a, "indices"), a.int("axis", -1)),
    },
};

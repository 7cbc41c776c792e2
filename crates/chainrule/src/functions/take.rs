//! Elements by their numbers: the name that NumPy gives to gather.

use crate::circuit::{Call, Doc, FunctionDef};
use crate::gates::support::arguments;

/// See the module.
pub static TAKE: FunctionDef = FunctionDef {
    name: "take",
    doc: Doc {
        summary: "Elements along an axis by i64 indices of any shape, which takes the place of the axis. It is gather.",
        formula: "y[.., i.., ..] = x[.., indices[i..], ..]",
        local: "passed back: the upstream added where its elements came from",
        kinks: "negative indices count from the end; one out of range as in gather",
        source: "",
    },
    call: Call {
        signature: "x, indices, axis=0",
        build: |a| a.wire("x").take(arguments::whole(a, "indices"), a.int("axis", 0)),
    },
};

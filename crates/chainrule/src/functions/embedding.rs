//! Rows of a table by their numbers.

use crate::circuit::{Call, Doc, FunctionDef};
use crate::gates::support::arguments;

/// See the module.
pub static EMBEDDING: FunctionDef = FunctionDef {
    name: "embedding",
    doc: Doc {
        summary: "Rows of a table by their numbers: the numbers' axes, then those of a row. It is gather along axis 0.",
        formula: "y[i.., ..] = table[ids[i..], ..]",
        local: "passed back to the table: the upstream of each use of a row, added up",
        kinks: "a number out of range gives a row of NaN without gradient; in a constant it is a mistake",
        source: "",
    },
    call: Call { signature: "table, ids", build: |a| a.wire("table").take(arguments::whole(a, "ids"), 0) },
};

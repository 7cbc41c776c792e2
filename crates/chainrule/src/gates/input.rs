//! A value from outside the circuit.

use super::support::{batch, no_element, no_flops};
use crate::circuit::{Arity, Attrs, Case, Class, Doc, Fault, GateDef, Local, Reads};

/// See the module.
pub static INPUT: GateDef = GateDef {
    name: "input",
    doc: Doc {
        summary: "A value from outside the circuit: data, a weight, or an outer value that an inner circuit uses.",
        formula: "y = the argument",
        local: "none: gradients end here",
        kinks: "",
        source: "",
    },
    call: None,
    arity: Arity::Exactly(0),
    attrs: &[],
    shape: |_, _| Err(Fault::new("an input is recorded as a gate", "inputs are made by opening a trace")),
    class: Class::Input,
    element: no_element,
    local: Local::Flat,
    reads: Reads::NOTHING,
    batch: batch::never,
    flops: no_flops,
    identities: &[],
    sample: |_| Case { attrs: Attrs::NONE, inputs: Vec::new() },
};

//! What a room says in words must be there and fit the rest.

use super::{Subject, Verdict};
use crate::circuit::GateDef;

/// The room's texts.
pub fn check(gate: &'static GateDef) -> Verdict {
    let lower = gate.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if gate.name.is_empty() || !lower {
        return Err(format!("{:?} is no lower-case name", gate.name));
    }
    for (what, text) in
        [("summary", gate.doc.summary), ("formula", gate.doc.formula), ("local", gate.doc.local)]
    {
        if text.trim().is_empty() {
            return Err(format!("{}: the document has no {what}", gate.name));
        }
    }
    if let Some(call) = gate.call {
        for (name, _) in call.parameters() {
            if name.is_empty() || name.contains(char::is_whitespace) {
                return Err(format!("{}: {name:?} is no parameter", gate.name));
            }
        }
    }
    Ok(())
}

/// The attributes of a drawn case are those that the room lists, so that the text form can print and parse them.
pub fn check_case(subject: &Subject) -> Verdict {
    let (inputs, arity) = (subject.inputs.len(), subject.gate.arity);
    if !arity.fits(inputs) {
        return Err(format!("{inputs} inputs, where the room says {arity:?}"));
    }
    let given: Vec<_> = subject.attrs.list().iter().map(|(name, attr)| (*name, attr.kind())).collect();
    if !given.iter().all(|g| subject.gate.attrs.contains(g))
        || given.is_empty() != subject.gate.attrs.is_empty()
    {
        return Err(format!("attributes {given:?}, where the room lists {:?}", subject.gate.attrs));
    }
    let circuit = subject.trace(&subject.inputs, |w| subject.record(w))?;
    let last = circuit.outputs.first().copied().ok_or("no output")?;
    let holder = circuit.holder(last);
    let flops = (subject.gate.flops)(
        &subject.attrs,
        &circuit.specs(circuit.inputs_of(holder)),
        &circuit.output_specs(holder),
    );
    if flops > 1_000_000_000 { Err(format!("{flops} operations for a small case")) } else { Ok(()) }
}

//! The laws that rooms state, applied.

use super::{Candidate, Rewriter, Value, known::bits_of};
use crate::circuit::{Attrs, GateDef, Identity, Then, When};
use crate::gates::RESHAPE;

#[cfg(test)]
thread_local! {
    /// The laws that this thread has applied, each by its gate and text.
    pub static APPLIED: std::cell::RefCell<std::collections::HashSet<(&'static str, &'static str)>> = std::cell::RefCell::default();
}

/// What a law says.
pub enum Found {
    /// A value that is there.
    Value(Value),
    /// A simpler gate of one input, of the same spec.
    Gate(&'static GateDef, Attrs, Value),
}

impl Rewriter<'_> {
    /// What the first law that holds puts in a gate's place.
    pub(super) fn by_law(&mut self, gate: &Candidate<'_>) -> Option<Found> {
        let laws = gate.gate.identities;
        let last = self.spec_of(*gate.inputs.last().filter(|_| !laws.is_empty())?);
        laws.iter().find_map(|law| {
            let holds = self.holds(law, gate) && (law.on)(last.dtype);
            let found = holds.then(|| self.applied(law, gate)).flatten();
            #[cfg(test)]
            if found.is_some() {
                APPLIED.with_borrow_mut(|applied| applied.insert((gate.gate.name, law.law)));
            }
            found
        })
    }

    fn holds(&self, law: &Identity, gate: &Candidate<'_>) -> bool {
        let inputs = &gate.inputs;
        match law.when {
            When::Always => true,
            When::Is(at, number) => self
                .bits(inputs[at])
                .is_some_and(|bits| bits == bits_of(number, self.spec_of(inputs[at]).dtype)),
            When::Same(a, b) => self.are_same(inputs[a], inputs[b]),
            When::Twice => self.inner(gate).is_some(),
            When::Idle => self.spec_of(inputs[0]) == gate.spec,
            When::Single => {
                let from = self.spec_of(inputs[0]);
                from.dtype == gate.spec.dtype && from.shape.elements() == gate.spec.shape.elements()
            }
            When::Attrs(holds) => holds(&gate.attrs, self.spec_of(inputs[0])),
        }
    }

    /// The node that the first input comes from, if it is the same gate.
    fn inner(&self, gate: &Candidate<'_>) -> Option<u32> {
        match gate.inputs[0] {
            Value::Wire(wire) => std::ptr::eq(self.new.node(wire).gate, gate.gate).then_some(wire),
            Value::Known(_) => None,
        }
    }

    fn applied(&mut self, law: &Identity, gate: &Candidate<'_>) -> Option<Found> {
        let value = match law.then {
            Then::Input(at) => gate.inputs[at],
            Then::Inner => Value::Wire(self.new.inputs_of(self.inner(gate)?)[0]),
            Then::Joined(join) => {
                let inner = self.inner(gate)?;
                let attrs = join(&gate.attrs, self.new.node(inner).attrs)?;
                let from = Value::Wire(self.new.inputs_of(inner)[0]);
                return Some(Found::Gate(gate.gate, attrs, from));
            }
            Then::Reshaped if self.spec_of(gate.inputs[0]) == gate.spec => gate.inputs[0],
            Then::Reshaped => {
                let attrs = Attrs::new([("shape", gate.spec.shape.into())]);
                return Some(Found::Gate(&RESHAPE, attrs, gate.inputs[0]));
            }
            Then::Number(number) => self.number(gate.spec, number),
            Then::Swapped => return None,
        };
        (self.spec_of(value) == gate.spec).then_some(Found::Value(value))
    }
}

//! Recording gates, one or a whole circuit at a time.

use super::{Attrs, Circuit, Fault, GateDef, Outputs, Wire, builder, graph::Entry};
use crate::base::{Mistake, Site, Spec, limits};
use std::panic::Location;

/// A gate of an open builder, as the passes read it.
pub struct OpenNode {
    /// The gate.
    pub gate: &'static GateDef,
    /// Its attributes.
    pub attrs: Attrs,
    /// Its inputs.
    pub inputs: Vec<Wire>,
    /// Its outputs.
    pub outputs: Vec<Wire>,
    /// Where it comes from.
    pub site: Site,
}

/// Reads the gate behind a wire of a trace that is still open; `None` for the further outputs of a gate.
pub fn open_node(wire: Wire) -> Option<OpenNode> {
    builder::with_owner(wire, |b| {
        let node = b.circuit.node(wire.index);
        let wire_at = |index| Wire { trace: wire.trace, index };
        (node.part == 0).then(|| OpenNode {
            gate: node.gate,
            attrs: node.attrs.clone(),
            inputs: b.circuit.inputs_of(wire.index).iter().map(|&i| wire_at(i)).collect(),
            outputs: (wire.index..wire.index + node.parts).map(wire_at).collect(),
            site: node.site,
        })
    })?
}

/// Where gates that the caller records now come from: for functions that record them later, in a closure.
#[track_caller]
pub fn caller_site() -> Site {
    let at = Location::caller();
    builder::with_top(|b| b.site).flatten().unwrap_or(Site::Rust(at))
}

/// Reports a mistake of the user's and gives a poisoned wire.
#[track_caller]
pub fn mistake(gate: &str, fault: Fault) -> Wire {
    report(Location::caller(), gate, fault);
    Wire::POISON
}

fn report(at: &'static Location<'static>, gate: &str, fault: Fault) {
    builder::with_top(|b| {
        let place = b.site.unwrap_or(Site::Rust(at)).place(b.circuit.source.as_ref());
        let mistake = Mistake::new(place, gate, fault.what);
        let mistake = if fault.hint.is_empty() { mistake } else { mistake.hint(fault.hint) };
        if !b.mistakes.contains(&mistake) {
            b.mistakes.push(mistake);
        }
    });
}

/// A wire as one of the innermost trace: outer ones are lifted to inputs, stale and foreign ones reported.
#[track_caller]
pub fn resolve(wire: Wire) -> Wire {
    if wire == Wire::POISON {
        return wire;
    }
    match builder::lift(wire) {
        Ok(index) => builder::with_top(|b| Wire { trace: b.trace, index }).unwrap_or(Wire::POISON),
        Err(why) => {
            mistake("wire", Fault::new(why, "use wires only inside the function whose trace made them"))
        }
    }
}

/// Records a gate with one output.
#[track_caller]
pub fn record(gate: &'static GateDef, attrs: Attrs, inputs: &[Wire]) -> Wire {
    let out = record_many(gate, attrs, inputs);
    out.first().copied().unwrap_or(Wire::POISON)
}

/// Records a gate and gives its outputs. Empty if an input is poisoned or the shapes don't fit, which is reported.
#[track_caller]
pub fn record_many(gate: &'static GateDef, attrs: Attrs, inputs: &[Wire]) -> Vec<Wire> {
    let at = Location::caller();
    let inputs: Vec<Wire> = inputs.iter().map(|&w| resolve(w)).collect();
    if inputs.contains(&Wire::POISON) {
        return Vec::new();
    }
    let recorded = builder::with_top(|b| {
        let indices: Vec<u32> = inputs.iter().map(|w| w.index).collect();
        let outputs = (gate.shape)(&attrs, &b.circuit.specs(&indices))?;
        let outputs: &[Spec] = match &outputs {
            Outputs::One(spec) => std::slice::from_ref(spec),
            Outputs::Many(specs) => specs,
        };
        room_for(b.circuit.len(), outputs.len())?;
        room_for(b.circuit.operands(), indices.len())?;
        let (stage, site) = (b.stage, b.site.unwrap_or(Site::Rust(at)));
        let first = b.circuit.push(Entry { gate, attrs, inputs: &indices, outputs, stage, site });
        Ok((first..first + outputs.len() as u32).map(|index| Wire { trace: b.trace, index }).collect())
    });
    match recorded {
        Some(Ok(outputs)) => outputs,
        Some(Err(fault)) => {
            report(at, gate.name, fault);
            Vec::new()
        }
        None => Vec::new(),
    }
}

/// Whether a circuit that holds so many gates, or inputs of gates, can take more.
fn room_for(held: usize, more: usize) -> Result<(), Fault> {
    match held.checked_add(more) {
        Some(all) if all <= limits::GATES => Ok(()),
        _ => Err(Fault::new(
            format!("the circuit has {held} gates, and can't have more than {}", limits::GATES),
            "use a scan for long loops",
        )),
    }
}

/// Records the gates of a finished circuit, with `arguments` as its inputs, and gives its outputs.
pub fn inline(circuit: &Circuit, arguments: &[Wire]) -> Vec<Wire> {
    assert_eq!(
        circuit.inputs.len(),
        arguments.len(),
        "a circuit is inlined with as many arguments as it has inputs"
    );
    let live = circuit.live();
    let mut wires = vec![Wire::POISON; circuit.len()];
    for (&input, &argument) in circuit.inputs.iter().zip(arguments) {
        wires[input as usize] = argument;
    }
    for (index, node) in circuit.gates() {
        let is_input = matches!(node.gate.class, super::Class::Input);
        if is_input || !live[index as usize] {
            continue;
        }
        let inputs: Vec<Wire> = circuit.inputs_of(index).iter().map(|&i| wires[i as usize]).collect();
        let outputs = builder::at_site(node.site, || record_many(node.gate, node.attrs.clone(), &inputs));
        for (part, wire) in outputs.into_iter().enumerate() {
            wires[index as usize + part] = wire;
        }
    }
    circuit.outputs.iter().map(|&o| wires[o as usize]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the limit [`limits::GATES`], which no memory reaches, the check alone.
    #[test]
    fn gates_are_counted_to_the_limit() {
        assert_eq!(room_for(limits::GATES - 2, 2), Ok(()));
        assert_eq!(room_for(limits::GATES, 0), Ok(()));
        for (held, more) in [(limits::GATES, 1), (limits::GATES - 1, 2), (1, usize::MAX)] {
            let refused = room_for(held, more).err().map(|fault| fault.what).unwrap_or_default();
            let wanted = format!("the circuit has {held} gates, and can't have more than 4294967294");
            assert_eq!(refused, wanted);
        }
    }
}

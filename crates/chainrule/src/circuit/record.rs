//! Recording gates, one or a whole circuit at a time.

use super::{Attrs, Circuit, Fault, GateDef, Outputs, Wire, builder, graph::Entry};
use crate::base::{DType, Mistake, Site, Spec, limits};
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

/// The gate behind a wire of a trace that is still open.
pub fn gate_of(wire: Wire) -> Option<&'static GateDef> {
    builder::with_owner(wire, |b| (wire != Wire::POISON).then(|| b.circuit.node(wire.index).gate))?
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
    match record_plain(gate, attrs, inputs) {
        Ok(wire) => wire,
        Err(attrs) => record_many(gate, attrs, inputs).first().copied().unwrap_or(Wire::POISON),
    }
}

/// Records a gate of one output and at most three inputs, all of the innermost trace, as most are: nothing is allocated.
/// Gives the attributes back if it is another, or if there is something to report.
#[track_caller]
fn record_plain(gate: &'static GateDef, attrs: Attrs, inputs: &[Wire]) -> Result<Wire, Attrs> {
    let at = Location::caller();
    let (mut indices, mut specs) = ([0; 3], [Spec::scalar(DType::Bool); 3]);
    if inputs.len() > indices.len() {
        return Err(attrs);
    }
    let mut attrs = Some(attrs);
    let recorded = builder::with_top(|b| {
        let own = |wire: &Wire| wire.trace == b.trace && (wire.index as usize) < b.circuit.len();
        let attrs = attrs.take_if(|_| inputs.iter().all(own))?;
        for (i, wire) in inputs.iter().enumerate() {
            (indices[i], specs[i]) = (wire.index, b.circuit.node(wire.index).spec);
        }
        let (indices, specs) = (&indices[..inputs.len()], &specs[..inputs.len()]);
        let fits = room_for(b.circuit.len(), 1).and(room_for(b.circuit.operands(), inputs.len())).is_ok();
        match (gate.shape)(&attrs, specs) {
            Ok(Outputs::One(spec)) if fits => {
                let (stage, site) = (b.stage, b.site.unwrap_or(Site::Rust(at)));
                let entry = Entry { gate, attrs, inputs: indices, outputs: &[spec], stage, site };
                Some(Ok(Wire { trace: b.trace, index: b.circuit.push(entry) }))
            }
            _ => Some(Err(attrs)),
        }
    });
    recorded.flatten().unwrap_or_else(|| Err(attrs.unwrap_or_default()))
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

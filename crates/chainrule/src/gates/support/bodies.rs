//! What rooms of control gates share: the circuits that they hold, and how rules make new ones from them.

use super::operands::zeros_like;
use crate::base::{Shape, Spec};
use crate::circuit::{Circuit, Fault, Wire, Wires, inner, outermost};
use crate::gates::INPUT;

/// A circuit made by a rule from its own inputs alone. `f` gives the outputs, and what else the rule wants to know.
/// `None` if a mistake was reported on the way.
pub fn closed<R>(specs: &[Spec], f: impl FnOnce(&[Wire]) -> (Vec<Wire>, R)) -> Option<(Circuit, R)> {
    let traced = inner(&INPUT, specs, f, |(outputs, _)| outputs.clone())?;
    assert!(
        traced.captured.is_empty(),
        "rules of control gates use no wires but the inputs of the new circuit"
    );
    Some((traced.circuit, traced.result.1))
}

/// A circuit of gates that were recorded before, which therefore fit.
pub fn again(specs: &[Spec], f: impl FnOnce(&[Wire]) -> Vec<Wire>) -> Circuit {
    let traced = outermost(&INPUT, specs, f, |outputs| outputs.clone());
    traced.expect("gates that were recorded once can be recorded again").circuit
}

/// Specs of wires that are not poisoned.
pub fn specs(wires: &[Wire]) -> Option<Vec<Spec>> {
    wires.iter().map(|w| w.spec()).collect()
}

/// The same tree, all poisoned: what a function gives after a mistake.
pub fn poisoned<T: Wires>(tree: &T) -> T {
    tree.map(&mut |_: &Wire| Wire::POISON)
}

/// What a vjp gives after a mistake: poison where something is wanted, so that nothing more is reported.
pub fn poison_wanted(wants: &[bool]) -> Vec<Option<Wire>> {
    wants.iter().map(|&w| w.then_some(Wire::POISON)).collect()
}

/// The wires of those places that are flagged.
pub fn pick(wires: &[Wire], flags: &[bool]) -> Vec<Wire> {
    wires.iter().zip(flags).filter(|(_, f)| **f).map(|(w, _)| *w).collect()
}

/// The given derivatives of those places that are flagged; zeros where there is none.
pub fn pick_or_zero(found: &[Option<Wire>], like: &[Wire], flags: &[bool]) -> Vec<Wire> {
    let of = |((found, like), _): ((&Option<Wire>, &Wire), &bool)| found.unwrap_or_else(|| zeros_like(*like));
    found.iter().zip(like).zip(flags).filter(|(_, f)| **f).map(of).collect()
}

/// The opposite of [`pick`]: takes the next wire at each flagged place.
pub fn spread(flags: &[bool], wires: &[Wire]) -> Vec<Option<Wire>> {
    let mut next = wires.iter().copied();
    flags.iter().map(|&f| if f { next.next() } else { None }).collect()
}

/// Sets every flag that is set in `more`; whether that changed anything.
pub fn grow(flags: &mut [bool], more: &[bool]) -> bool {
    let before = flags.to_vec();
    flags.iter_mut().zip(more).for_each(|(f, m)| *f |= m);
    before != flags
}

/// The upstreams of those outputs that gradients flow through.
pub fn flowing(outputs: &[Wire], upstreams: &[Option<Wire>]) -> Vec<Option<Wire>> {
    outputs.iter().zip(upstreams).map(|(o, up)| up.filter(|_| o.dtype().is_float())).collect()
}

/// Which derivatives are there.
pub fn some(found: &[Option<Wire>]) -> Vec<bool> {
    found.iter().map(Option::is_some).collect()
}

/// What was found for the flagged places, at those places.
pub fn place(flags: &[bool], found: Vec<Option<Wire>>) -> Vec<Option<Wire>> {
    let mut next = found.into_iter();
    flags.iter().map(|&f| if f { next.next().flatten() } else { None }).collect()
}

/// The spec with an axis of this length in front.
pub fn stacked(spec: Spec, length: usize) -> Result<Spec, Fault> {
    let dims: Vec<usize> = std::iter::once(length).chain(spec.shape.iter()).collect();
    Ok(spec.with_shape(Shape::new(&dims).map_err(|e| Fault::new(e, ""))?))
}

/// The spec without its first axis; `None` if it has no axes.
pub fn unstacked(spec: Spec) -> Option<Spec> {
    let dims: Vec<usize> = spec.shape.iter().skip(1).collect();
    if spec.shape.rank() == 0 { None } else { Some(spec.with_shape(Shape::new(&dims).ok()?)) }
}

/// A wire repeated along a new axis in front, unless it is batched already.
pub fn repeated(wire: Wire, batched: bool, size: usize) -> Wire {
    if batched || wire.is_poisoned() {
        return wire;
    }
    let dims: Vec<usize> = std::iter::once(size).chain(wire.shape().iter()).collect();
    wire.broadcast_to(&dims)
}

/// One of two batches, example by example.
pub fn choose(condition: Wire, x: Wire, y: Wire) -> Wire {
    let mut dims = vec![1; x.shape().rank()];
    dims[..condition.shape().rank()].copy_from_slice(&condition.shape().dims());
    condition.reshape(&dims).select(x, y)
}

/// Whether the inputs of an inner circuit are these; says which is not.
pub fn takes(circuit: &Circuit, what: &str, wanted: &[Spec]) -> Result<(), Fault> {
    agree(&format!("the {what} takes"), &circuit.specs(&circuit.inputs), wanted)
}

/// Whether the outputs of an inner circuit are these; says which is not.
pub fn gives(circuit: &Circuit, what: &str, wanted: &[Spec]) -> Result<(), Fault> {
    agree(&format!("the {what} gives"), &circuit.specs(&circuit.outputs), wanted)
}

fn agree(what: &str, got: &[Spec], wanted: &[Spec]) -> Result<(), Fault> {
    if got == wanted {
        return Ok(());
    }
    let show = |specs: &[Spec]| specs.iter().map(|s| s.to_string()).collect::<Vec<_>>().join(", ");
    let hint = "inner circuits fit the gate that holds them in number, shape and dtype";
    Err(Fault::new(format!("{what} ({}), not ({})", show(got), show(wanted)), hint))
}

//! What is known about a circuit beside what it computes: what the adjoint did in it, and the full names of its stages.
//! Plain data, without a say in any result. The text form and `simplify` leave out what the adjoint did.

use super::{Circuit, Class, Node, Wire, builder};
use std::collections::HashMap;
use std::ops::Range;

/// What the adjoint did at one wire: which gradient arrived there, and which nodes it recorded to pass it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PassedBack {
    /// The wire that the gradient belongs to.
    pub wire: u32,
    /// The wire that holds what arrived: the sum over all uses.
    pub upstream: u32,
    /// The first node that was recorded to pass it back.
    pub from: u32,
    /// The node behind the last one.
    pub to: u32,
}

/// What the adjoint did at one wire within a loop: which wire of the loop that is its backward pass holds the gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PassedWithin {
    /// The loop.
    pub gate: u32,
    /// The wire of its body that the gradient belongs to.
    pub wire: u32,
    /// The loop that is its backward pass.
    pub back: u32,
    /// The wire of that loop's body that holds what arrived.
    pub upstream: u32,
}

/// How many nodes the innermost open circuit has.
pub fn recorded() -> u32 {
    builder::with_top(|b| b.circuit.len() as u32).unwrap_or(0)
}

/// Notes that `upstreams` arrived at the outputs of a gate, and that what is recorded since node `from` passes them back. Gives
/// the notes, to be closed when that is done. Of a gate of an outer circuit nothing is noted: its wires have no number here.
pub fn note(outputs: &[Wire], upstreams: &[Option<Wire>], from: u32) -> Range<usize> {
    let noted = builder::with_top(|b| {
        let (trace, passed) = (b.trace, &mut b.circuit.passed);
        let first = passed.len();
        for (wire, upstream) in outputs.iter().zip(upstreams) {
            if let Some(upstream) = upstream.filter(|u| u.trace == trace && wire.trace == trace) {
                passed.push(PassedBack { wire: wire.index, upstream: upstream.index, from, to: from });
            }
        }
        first..passed.len()
    });
    noted.unwrap_or_default()
}

/// Notes that `gradient` is the gradient of `of`, where a program adds it up in its own way, as over the parts of a batch: for
/// those who look at a circuit, see [`Circuit::upstreams`]. It changes no result.
///
/// ```
/// use chainrule::{note_gradient, prelude::*};
/// let spec = Spec::scalar(DType::F64);
/// let twice = |x: Wire| {
///     let gradient = x + x;
///     note_gradient(x, gradient);
///     gradient
/// };
/// let program = trace(twice, &(spec,))?;
/// let circuit = program.circuit();
/// assert_eq!(circuit.upstreams()[0], Some(circuit.outputs[0]));
/// # Ok::<(), Diagnostic>(())
/// ```
pub fn note_gradient(of: Wire, gradient: Wire) {
    note(&[of], &[Some(gradient)], recorded());
}

/// Notes which wires within the loop `back` hold the gradients of wires within the loop `gate`: `pairs` of the two. Of a loop of
/// an outer circuit nothing is noted: it has no number here.
pub fn note_within(gate: Wire, back: Wire, pairs: &[(u32, u32)]) {
    builder::with_top(|b| {
        if gate.trace == b.trace && back.trace == b.trace {
            let (gate, back) = (b.circuit.holder(gate.index), b.circuit.holder(back.index));
            let of = |&(wire, upstream): &(u32, u32)| PassedWithin { gate, wire, back, upstream };
            b.circuit.within.extend(pairs.iter().map(of));
        }
    });
}

/// The gradients of some wires of the innermost open circuit, as far as they are noted.
pub fn noted(wires: &[Wire]) -> Vec<Option<u32>> {
    let upstreams = builder::with_top(|b| b.circuit.upstreams()).unwrap_or_default();
    wires.iter().map(|wire| upstreams.get(wire.index as usize).copied().flatten()).collect()
}

/// Says of some notes that everything that passes them back is recorded.
pub fn close(notes: Range<usize>) {
    builder::with_top(|b| {
        let to = b.circuit.len() as u32;
        b.circuit.passed[notes].iter_mut().for_each(|passed| passed.to = to);
    });
}

impl Circuit {
    /// The wire that holds the gradient of each wire, where one was asked for; where several were, the last.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let spec = Spec::scalar(DType::F64);
    /// let program = trace(|x: Wire| (x * x).exp().gradient(&x), &(spec,))?;
    /// let circuit = program.circuit();
    /// assert_eq!(circuit.upstreams()[0], Some(circuit.outputs[0]));
    /// # Ok::<(), Diagnostic>(())
    /// ```
    pub fn upstreams(&self) -> Vec<Option<u32>> {
        let mut upstreams = vec![None; self.len()];
        for passed in &self.passed {
            upstreams[passed.wire as usize] = Some(passed.upstream);
        }
        upstreams
    }

    /// For each node that passes a gradient back, the note of the gate for which it does so; where several say so, the last.
    pub fn served(&self) -> Vec<Option<PassedBack>> {
        let mut served = vec![None; self.len()];
        for passed in &self.passed {
            served[passed.from as usize..passed.to as usize].fill(Some(*passed));
        }
        served
    }

    /// Full names of the stages, `block.sigma`; siblings of one name are numbered from the second on: `sigma#2`. That of the
    /// whole circuit is empty.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let twice = |x: Wire| stage("net", || stage("l", || x.exp()) + stage("l", || x.sin()));
    /// let program = trace(twice, &(Spec::scalar(DType::F64),))?;
    /// assert_eq!(program.circuit().stage_paths(), ["", "net", "net.l", "net.l#2"]);
    /// # Ok::<(), Diagnostic>(())
    /// ```
    pub fn stage_paths(&self) -> Vec<String> {
        let mut paths = vec![String::new(); self.stages.len()];
        let mut seen: HashMap<String, usize> = HashMap::new();
        // Those around before those inside: a stage that was put around others has a larger number.
        let mut inside: Vec<Vec<usize>> = vec![Vec::new(); paths.len()];
        let stages = self.stages.iter().enumerate().skip(1).rev();
        stages.for_each(|(index, stage)| inside[stage.parent as usize].push(index));
        let mut open = inside.first().cloned().unwrap_or_default();
        while let Some(index) = open.pop() {
            let stage = &self.stages[index];
            let around = &paths[stage.parent as usize];
            let dot = if around.is_empty() { "" } else { "." };
            let plain = format!("{around}{dot}{}", stage.name);
            let count = seen.entry(plain.clone()).or_insert(0);
            *count += 1;
            paths[index] = if *count == 1 { plain } else { format!("{plain}#{count}") };
            open.extend(&inside[index]);
        }
        paths
    }
}

impl Node<'_> {
    /// Whether its numbers come from outside.
    pub fn is_input(&self) -> bool {
        matches!(self.gate.class, Class::Input)
    }

    /// Whether its numbers are part of the circuit.
    pub fn is_constant(&self) -> bool {
        matches!(self.gate.class, Class::Constant)
    }

    /// Whether each element depends on the same element of the inputs alone.
    pub fn is_elementwise(&self) -> bool {
        matches!(self.gate.class, Class::Elementwise(_))
    }

    /// Whether the gate holds circuits.
    pub fn holds_circuits(&self) -> bool {
        matches!(self.gate.class, Class::Control(_))
    }
}

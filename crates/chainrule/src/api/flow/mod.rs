//! How values and gradients flow through a circuit, as data: what arrives at every wire and what every gate passes back.

mod record;
mod stages;
mod table;

use super::{Program, trace};
use crate::base::{Diagnostic, Mistake, Place, Result, Spec, Tensor};
use crate::circuit::{Attr, Circuit, Tree, Wire, Wires};

/// Everything that happens in a circuit at one point. `Display` is a table for people.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Every wire, in the order of the circuit.
    pub wires: Vec<WireFlow>,
    /// Every stage; number 0 is the whole circuit.
    pub stages: Vec<StageFlow>,
    /// The inputs of the circuit: indices into `wires`.
    pub inputs: Vec<u32>,
    /// The outputs of the circuit: indices into `wires`.
    pub outputs: Vec<u32>,
}

/// What happens at one wire and the gate that computes it.
#[derive(Clone, Debug)]
pub struct WireFlow {
    /// The gate's name.
    pub gate: &'static str,
    /// What the gate knows besides its inputs, such as axes: names and texts. Constants and inner circuits are left out.
    pub attrs: Vec<(&'static str, String)>,
    /// The wire's name, if a person gave it one.
    pub name: Option<String>,
    /// The stage it belongs to: an index into [`Flow::stages`].
    pub stage: u32,
    /// The wires that the gate reads: indices into [`Flow::wires`].
    pub inputs: Vec<u32>,
    /// Whether its number is part of the circuit.
    pub is_constant: bool,
    /// Shape and dtype.
    pub spec: Spec,
    /// Its value.
    pub value: Tensor,
    /// The gradient of the output that arrives here, summed over all uses. None for constants and integers, and where no
    /// path leads to the output.
    pub upstream: Option<Tensor>,
    /// The gate's local gradient for each input; only element-wise gates have one.
    pub locals: Vec<Option<Tensor>>,
    /// What the gate passes back to each input: its upstream gradient times its local gradient. A gate with several outputs
    /// passes back at the first of them.
    pub downstream: Vec<Option<Tensor>>,
}

/// A stage seen from outside: one gate with local gradients of its own.
#[derive(Clone, Debug)]
pub struct StageFlow {
    /// Its name, after those of the stages around it: `block.sigma`. A name that occurs again is numbered: `sigma#2`.
    pub name: String,
    /// The stage around it; itself for number 0.
    pub parent: u32,
    /// The wires that come in, constants left out: indices into [`Flow::wires`].
    pub inputs: Vec<u32>,
    /// The wires that go out: indices into [`Flow::wires`].
    pub outputs: Vec<u32>,
    /// The local gradient of each output for each input, the other inputs held fixed, found by the adjoint of the stage.
    /// None unless the stage is element-wise.
    pub local: Vec<Vec<Option<Tensor>>>,
    /// The same found from the gates inside: the product of their local gradients along every path, summed over the paths.
    pub product_of_parts: Vec<Vec<Option<Tensor>>>,
}

/// The flow through a circuit for these inputs when `upstreams`, one an output, arrive at its outputs.
///
/// ```
/// use chainrule::{flow, parse_circuit, prelude::*};
/// let spec = Spec::scalar(DType::F64);
/// let text = trace(|x: Wire| x * x, &(spec,))?.circuit().to_string();
/// let flow = flow(&parse_circuit(&text)?, &[3.0.into()], &[1.0.into()])?;
/// assert_eq!(flow.wires[0].upstream, Some(6.0.into()));
/// # Ok::<(), Diagnostic>(())
/// ```
///
/// # Errors
/// Tensors that do not fit the circuit.
pub fn flow(circuit: &Circuit, inputs: &[Tensor], upstreams: &[Tensor]) -> Result<Flow> {
    check(circuit, "input", &circuit.inputs, inputs)?;
    check(circuit, "upstream of output", &circuit.outputs, upstreams)?;
    let reached = record::reached(circuit);
    let boundaries = stages::boundaries(circuit, &reached);
    let specs = (circuit.specs(&circuit.inputs), circuit.specs(&circuit.outputs));
    let program = trace(
        |inputs: Vec<Wire>, upstreams: Vec<Wire>| {
            record::picture(circuit, &reached, &boundaries, &inputs, &upstreams)
        },
        &specs,
    )?;
    let (wires, locals) = program.run((inputs.to_vec(), upstreams.to_vec()))?;
    let wires: Vec<WireFlow> = (0u32..).zip(wires).map(|(index, row)| wire(circuit, index, row)).collect();
    let stages = stages::flows(circuit, &wires, boundaries, locals);
    Ok(Flow { wires, stages, inputs: circuit.inputs.clone(), outputs: circuit.outputs.clone() })
}

fn wire(circuit: &Circuit, index: u32, row: record::Row<Tensor>) -> WireFlow {
    let node = circuit.node(index);
    let (value, upstream, locals, downstream) = row;
    let short = |(name, attr): &(&'static str, Attr)| match attr {
        Attr::Tensor(_) | Attr::Circuit(_) => None,
        other => Some((*name, format!("{other:?}"))),
    };
    WireFlow {
        gate: node.gate.name,
        attrs: node.attrs.list().iter().filter_map(short).collect(),
        name: circuit.names.get(&index).cloned(),
        stage: node.stage,
        inputs: circuit.inputs_of(index).to_vec(),
        is_constant: matches!(node.gate.class, crate::circuit::Class::Constant),
        spec: node.spec,
        value,
        upstream,
        locals,
        downstream,
    }
}

/// Reports every tensor that does not fit, by the name of its wire.
fn check(circuit: &Circuit, what: &str, wires: &[u32], given: &[Tensor]) -> Result<()> {
    if wires.len() != given.len() {
        let text = format!("{} tensors for {} wires", given.len(), wires.len());
        return Err(Mistake::new(Place::Argument(what.into()), "flow", text)
            .hint("give one for each")
            .into());
    }
    let mut mistakes = Vec::new();
    for (i, (&wire, tensor)) in wires.iter().zip(given).enumerate() {
        let wanted = circuit.node(wire).spec;
        if tensor.spec() != wanted {
            let name = circuit.names.get(&wire).cloned().unwrap_or_else(|| i.to_string());
            let text = format!("is {}, but the wire is {wanted}", tensor.spec());
            let mistake = Mistake::new(Place::Argument(format!("{what} {name}")), "flow", text);
            mistakes.push(mistake.hint("give it in the shape and dtype of the wire"));
        }
    }
    Diagnostic::from_all(mistakes).map_or(Ok(()), Err)
}

impl<In: Wires, Out: Wires> Program<In, Out> {
    /// How values and gradients flow through it: for these inputs, when these gradients arrive at its outputs.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let spec = Spec::scalar(DType::F64);
    /// let program = trace(|x: Wire, y: Wire| x * y, &(spec, spec))?;
    /// let flow = program.flow(&(3.0.into(), 4.0.into()), &1.0.into())?;
    /// // multiply swaps its inputs
    /// assert_eq!(flow.wires[0].upstream, Some(4.0.into()));
    /// assert_eq!(flow.wires[1].upstream, Some(3.0.into()));
    /// println!("{flow}");
    /// # Ok::<(), Diagnostic>(())
    /// ```
    ///
    /// # Errors
    /// Tensors of another shape or dtype than the function was traced for.
    pub fn flow(&self, at: &In::With<Tensor>, upstream: &Out::With<Tensor>) -> Result<Flow> {
        flow(self.circuit(), &at.leaves(), &upstream.leaves())
    }
}

impl Flow {
    /// The wire of this name.
    ///
    /// ```
    /// use chainrule::{name, prelude::*};
    /// let program = trace(
    ///     |x: Wire| {
    ///         let h = x * x;
    ///         name(h, "h");
    ///         h.exp()
    ///     },
    ///     &(Spec::scalar(DType::F64),),
    /// )?;
    /// let flow = program.flow(&(0.0.into(),), &1.0.into())?;
    /// assert_eq!(flow.named("h").and_then(|h| h.upstream.clone()), Some(1.0.into()));
    /// # Ok::<(), Diagnostic>(())
    /// ```
    pub fn named(&self, name: &str) -> Option<&WireFlow> {
        self.wires.iter().find(|w| w.name.as_deref() == Some(name))
    }
}

#[cfg(test)]
mod tests;

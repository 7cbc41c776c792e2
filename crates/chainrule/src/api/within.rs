//! What happens inside a gate that holds circuits, turn by turn, and one gate taken out of its circuit: for those who
//! look for the cause of something.

use super::{Function, Program};
use crate::base::{Result, Slice, Spec, Tensor};
use crate::circuit::{Attrs, Circuit, Class, Control, Stage, Wire};
use crate::gates::INPUT;
use std::ops::ControlFlow;
use std::sync::Arc;

/// One run of a circuit that a gate holds.
pub struct Turn<'a> {
    /// The circuit.
    pub circuit: &'a Circuit,
    /// Which run of it this is, from 0, where the gate is a loop.
    pub number: Option<usize>,
    /// What it is given.
    pub inputs: &'a [Tensor],
    /// What it gives.
    pub outputs: &'a [Tensor],
}

/// Runs the circuits that a gate holds, one turn after the other as the gate does, until `visit` breaks. Nothing happens for
/// other gates. Each turn is computed as it was traced; the plan may have moved products out of a loop, so that the last
/// digits of a sum can differ.
///
/// ```
/// use chainrule::{turns, prelude::*};
/// use std::ops::ControlFlow;
/// let program = trace(|x: Wire| iterate(3, |x: Wire| x * x, x), &(Spec::scalar(DType::F64),))?;
/// let circuit = program.circuit();
/// let (loop_gate, _) = circuit.gates().find(|(_, node)| node.holds_circuits()).unwrap();
/// let mut seen = Vec::new();
/// turns(circuit, loop_gate, &[2.0.into()], &mut |turn| {
///     seen.push((turn.number, turn.outputs[0].item().unwrap_or(f64::NAN)));
///     ControlFlow::Continue(())
/// })?;
/// assert_eq!(seen, [(Some(0), 4.0), (Some(1), 16.0), (Some(2), 256.0)]);
/// # Ok::<(), Diagnostic>(())
/// ```
///
/// # Errors
/// Inputs that do not fit the gate.
pub fn turns(
    circuit: &Circuit,
    gate: u32,
    inputs: &[Tensor],
    visit: &mut dyn FnMut(&Turn<'_>) -> ControlFlow<()>,
) -> Result<()> {
    let node = circuit.node(gate);
    let attrs = node.attrs;
    match node.gate.class {
        Class::Control(Control::Call) => {
            let body = attrs.circuits().next().expect("a gate of this class holds a circuit");
            once(body, inputs, visit)
        }
        Class::Control(Control::Cond) => {
            let is_true = inputs.first().is_some_and(|p| p.to_f64() == [1.0]);
            once(attrs.circuit(if is_true { "yes" } else { "no" }), inputs.get(1..).unwrap_or(&[]), visit)
        }
        Class::Control(Control::Scan) => scan(attrs, inputs, visit),
        Class::Control(Control::While) => repeat(attrs, inputs, visit),
        _ => Ok(()),
    }
}

type Visit<'a> = &'a mut dyn FnMut(&Turn<'_>) -> ControlFlow<()>;

fn ready(circuit: &Arc<Circuit>) -> Function<Vec<Wire>, Vec<Wire>> {
    Program::from_circuit(circuit.as_ref().clone()).compile()
}

fn once(circuit: &Arc<Circuit>, inputs: &[Tensor], visit: Visit<'_>) -> Result<()> {
    let outputs = ready(circuit).run(inputs.to_vec())?;
    // After one run there is nothing to break off.
    let _ = visit(&Turn { circuit, number: None, inputs, outputs: &outputs });
    Ok(())
}

fn scan(attrs: &Attrs, inputs: &[Tensor], visit: Visit<'_>) -> Result<()> {
    let (body, length) = (attrs.circuit("body"), attrs.index("length"));
    let function = ready(body);
    let (constants, states) = (attrs.index("constants"), attrs.index("states"));
    let (fixed, rest) = inputs.split_at(constants.min(inputs.len()));
    let (start, sequences) = rest.split_at(states.min(rest.len()));
    let mut state = start.to_vec();
    let slices = body.specs(&body.inputs).into_iter().skip(constants + states).collect::<Vec<Spec>>();
    for number in 0..length {
        let t = if attrs.flag("reverse") { length - 1 - number } else { number };
        let now = sequences.iter().zip(&slices).map(|(sequence, spec)| slice(sequence, *spec, t));
        let inputs: Vec<Tensor> = fixed.iter().chain(&state).cloned().chain(now).collect();
        let outputs = function.run(inputs.clone())?;
        if visit(&Turn { circuit: body, number: Some(number), inputs: &inputs, outputs: &outputs }).is_break()
        {
            break;
        }
        state = outputs[..states].to_vec();
    }
    Ok(())
}

fn repeat(attrs: &Attrs, inputs: &[Tensor], visit: Visit<'_>) -> Result<()> {
    let (test, body) = (ready(attrs.circuit("test")), attrs.circuit("body"));
    let function = ready(body);
    let (of_test, rest) = inputs.split_at(attrs.index("test_constants").min(inputs.len()));
    let (of_body, start) = rest.split_at(attrs.index("body_constants").min(rest.len()));
    let mut state = start.to_vec();
    let mut number = 0;
    while test.run([of_test, &state].concat())?[0].to_f64() == [1.0] {
        let inputs = [of_body, &state].concat();
        let outputs = function.run(inputs.clone())?;
        if visit(&Turn { circuit: body, number: Some(number), inputs: &inputs, outputs: &outputs }).is_break()
        {
            break;
        }
        (state, number) = (outputs, number + 1);
    }
    Ok(())
}

/// Slice number `t` of a sequence.
fn slice(sequence: &Tensor, spec: Spec, t: usize) -> Tensor {
    let each = spec.shape.elements();
    let mut one = Tensor::zeros(spec);
    let all: Slice<'_> = sequence.slice();
    one.slice_mut().copy_from(all.part(t * each, (t + 1) * each));
    one
}

impl Circuit {
    /// One gate as a circuit of its own, whose inputs are those of the gate.
    ///
    /// ```
    /// use chainrule::{flow, prelude::*};
    /// let program = trace(|x: Wire, y: Wire| (x * y).sqrt(), &(Spec::scalar(DType::F64), Spec::scalar(DType::F64)))?;
    /// let product = program.circuit().alone(2);
    /// let flow = flow(&product, &[3.0.into(), 4.0.into()], &[1.0.into()])?;
    /// assert_eq!(flow.wires[2].locals, [Some(4.0.into()), Some(3.0.into())]);
    /// # Ok::<(), Diagnostic>(())
    /// ```
    pub fn alone(&self, gate: u32) -> Circuit {
        let gate = self.holder(gate);
        let stage = |s: &Stage| Stage { inputs: Vec::new(), outputs: Vec::new(), ..s.clone() };
        let mut alone = Circuit::default();
        (alone.stages, alone.source) = (self.stages.iter().map(stage).collect(), self.source.clone());
        let specs = self.specs(self.inputs_of(gate));
        alone.inputs = specs.into_iter().filter_map(|spec| alone.unread_input(&INPUT, Some(spec))).collect();
        let inputs = alone.inputs.clone();
        let first = alone.repeat(self, gate, &inputs);
        alone.outputs = (first..first + self.node(gate).parts).collect();
        alone
    }
}

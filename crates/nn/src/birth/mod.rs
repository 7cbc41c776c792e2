//! Where a NaN was born: the first gate of a step whose inputs are finite and whose result is not, with its numbers.

mod describe;
mod search;
mod suggest;

pub use search::Search;

use crate::error::Result;
use crate::observe;
use chainrule::{Circuit, Program, Tensor, Tree, Wires};
use chainrule_explorer::run::{Birth, Pass};
use search::{Bad, Found};
use std::ops::ControlFlow;

/// Deepest nesting of loops and branches that is looked into.
const DEPTH: usize = 16;

/// Looks for the birth in a step, given the state before it and its batch. `None` if all that it gives is finite, and
/// nothing in it is NaN.
///
/// The step is run again, with its values as outputs: the same bits, a few gates at a time.
///
/// ```
/// use chainrule::prelude::*;
/// use chainrule_nn::birth::{self, Search};
/// let spec = Spec::scalar(DType::F64);
/// let program = trace(
///     |w: Wire, x: Wire| {
///         let loss = stage("net", || (w * x).log());
///         (loss, w - 0.1 * loss.gradient(&w))
///     },
///     &(spec, spec),
/// )?;
/// let born = birth::find(&program, &0.0.into(), &1.0.into(), 7, Search::default())?.expect("log(0)");
/// assert_eq!((born.s, born.op.as_str(), born.module.as_str()), (7, "log", "net"));
/// assert!(born.to_string().starts_with("infinity born at step 7, forward, in net.log: "), "{born}");
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
///
/// # Errors
/// Tensors that do not fit the program.
pub fn find<S: Wires, D: Wires, R: Wires>(
    program: &Program<(S, D), (R, S)>,
    state: &S::With<Tensor>,
    batch: &D::With<Tensor>,
    step: u64,
    search: Search,
) -> Result<Option<Birth>>
where
    (S, D): Wires,
    (R, S): Wires,
{
    let inputs = [state.leaves(), batch.leaves()].concat();
    let reports = observe::reports(&program.output_paths());
    let circuit = program.circuit();
    let passes = observe::passes(circuit, &circuit.outputs[..reports]);
    let born = at_depth(circuit, &inputs, &passes, search, 0)?;
    Ok(born.map(|birth| {
        let module = if birth.op == "input" { input_path(program, birth.gate) } else { birth.module.clone() };
        Birth { s: step, module, ..birth }
    }))
}

fn input_path<S: Wires, D: Wires, R: Wires>(program: &Program<(S, D), (R, S)>, wire: u32) -> String
where
    (S, D): Wires,
    (R, S): Wires,
{
    let inputs = &program.circuit().inputs;
    inputs.iter().position(|&i| i == wire).map_or(String::new(), |i| program.input_paths()[i].clone())
}

/// The birth in a circuit, or in the circuits that its gates hold.
fn at_depth(
    circuit: &Circuit,
    inputs: &[Tensor],
    passes: &[Pass],
    search: Search,
    depth: usize,
) -> Result<Option<Birth>> {
    let Some(found) = search::find(circuit, inputs, search)? else { return Ok(None) };
    let outer = describe::birth(circuit, inputs, passes, found)?;
    let gate = circuit.holder(found.wire);
    if !circuit.node(gate).holds_circuits() || depth == DEPTH {
        return Ok(Some(outer));
    }
    Ok(Some(within(circuit, inputs, found, search, depth)?.map_or(outer.clone(), |(inner, turn)| {
        let name = circuit.node(gate).gate.name;
        let here = turn.map_or(name.to_string(), |turn| format!("{name}, turn {turn}"));
        let here = format!("{here}, gate {}", inner.gate);
        // Outside its circuit a gate has no number: the record names the loop, and the gate in it.
        let within = [vec![here], inner.within].concat();
        let module = if inner.module.is_empty() { outer.module } else { inner.module };
        let src = if inner.src.is_empty() { outer.src } else { inner.src };
        // A loop over parts of a batch holds both passes; the loop that the adjoint made is all backward.
        let pass = if outer.pass == Pass::Forward { inner.pass } else { outer.pass };
        let (gate, path) = (outer.gate, outer.path);
        Birth { gate, pass, path, module, src, within, ..inner }
    })))
}

/// The birth within a gate that holds circuits, and the turn. A loop goes on where it was not finite already.
fn within(
    circuit: &Circuit,
    inputs: &[Tensor],
    found: Found,
    search: Search,
    depth: usize,
) -> Result<Option<(Birth, Option<usize>)>> {
    let gate = circuit.holder(found.wire);
    let (_, values) =
        Program::from_circuit(circuit.clone()).watching(circuit.inputs_of(gate))?.run(inputs.to_vec())?;
    let mut born = Ok(None);
    chainrule::turns(circuit, gate, &values, &mut |turn| {
        if !turn.outputs.iter().any(|output| Bad::of(output).is_any()) {
            return ControlFlow::Continue(());
        }
        let passes = observe::passes(turn.circuit, &turn.circuit.outputs);
        let inner = at_depth(turn.circuit, turn.inputs, &passes, search, depth + 1);
        born = inner.map(|birth| birth.map(|birth| (birth, turn.number)));
        ControlFlow::Break(())
    })?;
    born
}

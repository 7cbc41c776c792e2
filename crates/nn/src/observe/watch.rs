//! What is watched in a training step: every parameter with its gradient and its update, what every layer gives and what
//! non-linear gates give, with the gradients that arrive there; within loops too.

use super::level::Level;
use super::passes::passes;
use chainrule::{Circuit, Inside, Place};
use chainrule_explorer::run::{Gate, Graph, Module, Role, Watch, limits};
use std::collections::HashMap;

/// Most activations that are watched; of more, as many as this are taken evenly.
const MOST: usize = 128;

/// A wire to be watched.
#[derive(Clone, Debug, PartialEq)]
pub struct Watched {
    /// What the run file says of it.
    pub watch: Watch,
    /// Where it is: in the circuit, or within loops of it, whose turns are axes in front.
    pub place: Inside,
    /// Where its gradient is, if it has one.
    pub gradient: Option<Inside>,
    /// What else is counted, for an activation.
    pub counted: Counted,
    /// The loop through which its gradient comes, if it does.
    pub time: Option<Time>,
}

/// The turns of a loop in a value from within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    /// Their axis.
    pub axis: usize,
    /// Whether the loop goes from the last slice to the first.
    pub is_reverse: bool,
}

/// What is counted of an activation besides its summary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Counted {
    /// Nothing.
    Nothing,
    /// Units along this axis that are 0 for every row.
    Dead(usize),
    /// Elements beyond 0.97 on a scale from -1 to 1, where a tanh, or a sigmoid brought to that scale, is flat.
    Flat {
        /// Whether it is a sigmoid, from 0 to 1.
        is_sigmoid: bool,
    },
}

/// Everything that is watched.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Watching {
    /// Parameters: input number `i` of the circuit, for each `i`.
    pub parameters: Vec<Watched>,
    /// Activations, in the order of the circuit.
    pub activations: Vec<Watched>,
}

impl Watching {
    /// What to watch in the circuit of a step whose first inputs are the parameters of these names, and whose first outputs,
    /// `reports` of them, are no state.
    pub fn new(circuit: &Circuit, names: &[String], reports: usize) -> Watching {
        let passes = passes(circuit, &circuit.outputs[..reports.min(circuit.outputs.len())]);
        let level = Level::outermost(circuit, names.len(), &passes);
        let upstreams = circuit.upstreams();
        let parameters = names.iter().zip(&circuit.inputs).map(|(name, &wire)| {
            let gradient = upstreams[wire as usize].map(Inside::from);
            let node = circuit.node(wire);
            let (m, op, rank) = (node.stage, node.gate.name.to_string(), node.spec.shape.rank());
            let (role, path) = (Role::Parameter, gradient.is_some());
            let watch = Watch { w: wire, role, name: name.clone(), m, op, path, rank };
            Watched { watch, place: wire.into(), gradient, counted: Counted::Nothing, time: None }
        });
        let parameters = parameters.collect();
        let mut all = Vec::new();
        level.watch(&mut all);
        let every = all.len().div_ceil(MOST).max(1);
        let mut activations: Vec<Watched> = all.into_iter().step_by(every).collect();
        number(&mut activations, circuit.len() as u32);
        Watching { parameters, activations }
    }

    /// Where the values are that a run has to give out, in the order in which [`Observer`](super::Observer) reads them:
    /// gradients of parameters, then each activation and its gradient.
    pub fn places(&self) -> Vec<Inside> {
        let parameters = self.parameters.iter().filter_map(|p| p.gradient.clone());
        let activations = self.activations.iter().flat_map(|a| [Some(a.place.clone()), a.gradient.clone()]);
        parameters.chain(activations.flatten()).collect()
    }
}

/// Gives wires within loops numbers that no wire of the circuit has, and those that share a name one each.
fn number(activations: &mut [Watched], mut next: u32) {
    let mut named: HashMap<String, usize> = HashMap::new();
    for Watched { watch, place, .. } in activations {
        if !place.loops.is_empty() {
            (watch.w, next) = (next, next + 1);
        }
        let count = named.entry(watch.name.clone()).or_insert(0);
        *count += 1;
        if *count > 1 {
            watch.name = format!("{}#{count}", watch.name);
        }
    }
}

/// The circuit of a step as a record.
pub fn graph(circuit: &Circuit, watching: &Watching, reports: usize) -> Graph {
    let reports = &circuit.outputs[..reports.min(circuit.outputs.len())];
    let passes = passes(circuit, reports);
    let modules = (0..).zip(circuit.stage_paths()).map(|(id, path)| Module { id, path, rep: 1 }).collect();
    let gate = |(id, node): (u32, chainrule::Node<'_>)| Gate {
        id,
        op: node.gate.name.to_string(),
        m: node.stage,
        inputs: circuit.inputs_of(id).to_vec(),
        shape: node.spec.shape.dims(),
        src: source(circuit, id),
        pass: passes[id as usize],
    };
    let gates = if circuit.len() > limits::GATES { Vec::new() } else { circuit.gates().map(gate).collect() };
    let watch = watching.parameters.iter().chain(&watching.activations).map(|w| w.watch.clone()).collect();
    Graph { g: 1, modules, gates, watch, loss: reports.first().copied() }
}

/// Where a gate was written: `file:line:column`, or line and column of the formula. Empty where nobody wrote it.
pub fn source(circuit: &Circuit, gate: u32) -> String {
    let place: Place = circuit.node(gate).site.place(circuit.source.as_ref());
    place.to_string().trim_end_matches([' ', ':']).to_string()
}

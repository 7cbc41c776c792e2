//! What is watched in a training step: every parameter with its gradient and its update, what every layer gives and what
//! non-linear gates give, with the gradients that arrive there.

use super::passes::passes;
use chainrule::{Circuit, Place};
use chainrule_explorer::run::{Gate, Graph, Module, Pass, Role, Watch, limits};

/// Most activations that are watched; of more, as many as this are taken evenly.
const MOST: usize = 128;

/// Gates whose units can be dead.
const ZERO_BELOW: [&str; 1] = ["relu"];
/// Gates that are flat at both ends.
const FLAT: [&str; 2] = ["tanh", "sigmoid"];

/// A wire to be watched.
#[derive(Clone, Debug, PartialEq)]
pub struct Watched {
    /// What the run file says of it.
    pub watch: Watch,
    /// The wire of its gradient, if there is one.
    pub gradient: Option<u32>,
    /// What else is counted, for an activation.
    pub counted: Counted,
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
        let step = StepCircuit::new(circuit, names.len(), reports);
        let gradients: Vec<Option<u32>> =
            names.iter().zip(&circuit.inputs).map(|(_, &wire)| step.upstreams[wire as usize]).collect();
        let parameters = names.iter().zip(&circuit.inputs).zip(gradients).map(|((name, &wire), gradient)| {
            let watch = step.watch(wire, Role::Parameter, name.clone(), gradient.is_some());
            Watched { watch, gradient, counted: Counted::Nothing }
        });
        Watching { parameters: parameters.collect(), activations: step.activations() }
    }

    /// The wires whose values a run has to give out, in the order in which [`Observer`](super::Observer) reads them: gradients
    /// of parameters, then each activation and its gradient.
    pub fn wires(&self) -> Vec<u32> {
        let parameters = self.parameters.iter().filter_map(|p| p.gradient);
        let activations = self.activations.iter().flat_map(|a| [Some(a.watch.w), a.gradient]).flatten();
        parameters.chain(activations).collect()
    }
}

/// A step's circuit with what is known of its wires.
struct StepCircuit<'a> {
    circuit: &'a Circuit,
    passes: Vec<Pass>,
    upstreams: Vec<Option<u32>>,
    paths: Vec<String>,
    /// Wires that are followed by another layer on their way to the loss.
    is_hidden: Vec<bool>,
}

impl<'a> StepCircuit<'a> {
    fn new(circuit: &'a Circuit, parameters: usize, reports: usize) -> StepCircuit<'a> {
        let passes = passes(circuit, &circuit.outputs[..reports.min(circuit.outputs.len())]);
        let is_hidden = hidden(circuit, parameters, &passes);
        StepCircuit {
            circuit,
            passes,
            upstreams: circuit.upstreams(),
            paths: circuit.stage_paths(),
            is_hidden,
        }
    }

    fn watch(&self, wire: u32, role: Role, name: String, path: bool) -> Watch {
        let node = self.circuit.node(wire);
        let (m, op, rank) = (node.stage, node.gate.name.to_string(), node.spec.shape.rank());
        Watch { w: wire, role, name, m, op, path, rank }
    }

    /// What layers give, and what non-linear gates in them give.
    fn activations(&self) -> Vec<Watched> {
        let is_given = self.given();
        let is_wanted = |wire: u32| {
            let node = self.circuit.node(wire);
            let own = !self.is_composed(node.stage);
            let counts = ZERO_BELOW.contains(&node.gate.name) || FLAT.contains(&node.gate.name);
            let forward =
                self.passes[wire as usize] == Pass::Forward && self.upstreams[wire as usize].is_some();
            let is_array = node.spec.dtype.is_float() && node.spec.shape.elements() > 1;
            forward && is_array && !node.is_input() && (is_given[wire as usize] || counts && own)
        };
        let wires: Vec<u32> = (0..self.circuit.len() as u32).filter(|&wire| is_wanted(wire)).collect();
        let every = wires.len().div_ceil(MOST).max(1);
        let mut named: std::collections::HashMap<String, usize> = Default::default();
        let one = |&wire: &u32| {
            let name = self.name(wire);
            let count = named.entry(name.clone()).or_insert(0);
            *count += 1;
            let name = if *count == 1 { name } else { format!("{name}#{count}") };
            let watch = self.watch(wire, Role::Activation, name, true);
            Watched { watch, gradient: self.upstreams[wire as usize], counted: self.counted(wire) }
        };
        wires.iter().step_by(every).map(one).collect()
    }

    fn name(&self, wire: u32) -> String {
        let node = self.circuit.node(wire);
        let own = self.circuit.names.get(&wire).map_or(node.gate.name, String::as_str);
        let path = &self.paths[node.stage as usize];
        if path.is_empty() { own.to_string() } else { format!("{path}.{own}") }
    }

    /// Whether a stage is that of a composed function, which knows what it was given, and not a layer's.
    fn is_composed(&self, stage: u32) -> bool {
        let stage = &self.circuit.stages[stage as usize];
        !stage.inputs.is_empty() || !stage.outputs.is_empty()
    }

    /// Which wires leave a layer's stage for the rest of the forward pass.
    fn given(&self) -> Vec<bool> {
        let circuit = self.circuit;
        let mut given = vec![false; circuit.len()];
        let layer = |mut stage: u32| {
            while stage != 0 && self.is_composed(stage) {
                stage = circuit.stages[stage as usize].parent;
            }
            stage
        };
        let is_within = |mut inner: u32, outer: u32| {
            while inner != outer && inner != 0 {
                inner = circuit.stages[inner as usize].parent;
            }
            inner == outer
        };
        for (index, node) in circuit.gates().filter(|(i, _)| self.passes[*i as usize] == Pass::Forward) {
            let reader = layer(node.stage);
            for &operand in circuit.inputs_of(index) {
                let own = layer(circuit.node(operand).stage);
                given[operand as usize] |= own != 0 && !is_within(reader, own);
            }
        }
        given
    }

    fn counted(&self, wire: u32) -> Counted {
        let node = self.circuit.node(wire);
        let rank = node.spec.shape.rank();
        match node.gate.name {
            _ if !self.is_hidden[wire as usize] => Counted::Nothing,
            name if FLAT.contains(&name) => Counted::Flat { is_sigmoid: name == "sigmoid" },
            name if ZERO_BELOW.contains(&name) && rank >= 2 => {
                Counted::Dead(if rank >= 3 && self.is_convolved(wire) { 1 } else { rank - 1 })
            }
            _ => Counted::Nothing,
        }
    }

    /// Whether a convolution gives it, but for a bias and the like.
    fn is_convolved(&self, mut wire: u32) -> bool {
        loop {
            let node = self.circuit.node(wire);
            match self.circuit.inputs_of(wire).first() {
                _ if node.gate.name.starts_with("conv") => return true,
                Some(&input) if node.is_elementwise() || node.gate.name == "reshape" => wire = input,
                _ => return false,
            }
        }
    }
}

/// Which wires meet another parameter on their way to the loss: what a gate reads beside them comes from parameters alone.
fn hidden(circuit: &Circuit, parameters: usize, passes: &[Pass]) -> Vec<bool> {
    let mut is_own = vec![false; circuit.len()];
    let mut is_data = vec![false; circuit.len()];
    for (i, &input) in circuit.inputs.iter().enumerate() {
        (is_own[input as usize], is_data[input as usize]) = (i < parameters, i >= parameters);
    }
    for wire in 0..circuit.len() {
        let inputs = circuit.inputs_of(wire as u32);
        is_own[wire] |= inputs.iter().any(|&i| is_own[i as usize]);
        is_data[wire] |= inputs.iter().any(|&i| is_data[i as usize]);
    }
    let is_weight = |wire: u32| is_own[wire as usize] && !is_data[wire as usize];
    let mut hidden = vec![false; circuit.len()];
    for wire in (0..circuit.len()).rev().filter(|&w| passes[w] == Pass::Forward) {
        let inputs = circuit.inputs_of(wire as u32);
        for &input in inputs.iter().filter(|&&i| !is_weight(i)) {
            hidden[input as usize] |= hidden[wire] || inputs.iter().any(|&other| is_weight(other));
        }
    }
    hidden
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

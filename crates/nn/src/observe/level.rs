//! A circuit among those of a step, its own or the body of a loop, with what is known of its wires: which are activations to be
//! watched, and where their gradients are.

use super::watch::{Counted, Time, Watched};
use chainrule::{Circuit, Inside, Shape};
use chainrule_explorer::run::{Pass, Role, Watch};

/// Gates whose units can be dead.
const ZERO_BELOW: [&str; 1] = ["relu"];
/// Gates that are flat at both ends.
const FLAT: [&str; 2] = ["tanh", "sigmoid"];

/// See the module.
pub struct Level<'a> {
    circuit: &'a Circuit,
    /// The loops around it, the outermost first, how many turns they have, and the module and name that they belong to.
    loops: Vec<u32>,
    turns: Vec<usize>,
    module: u32,
    prefix: String,
    /// Where the gradient of each wire is, for those of the forward pass.
    upstreams: Vec<Option<Inside>>,
    /// Gates of the forward pass.
    is_forward: Vec<bool>,
    /// What wires come from: parameters, data, or both.
    origins: Vec<Origin>,
    /// Wires that are followed by another layer on their way to the loss.
    is_hidden: Vec<bool>,
    paths: Vec<String>,
    /// The loop through which the gradients come, if they do.
    time: Option<Time>,
}

/// What a wire depends on.
#[derive(Clone, Copy, Default)]
struct Origin {
    parameters: bool,
    data: bool,
}

impl Origin {
    fn is_weight(self) -> bool {
        self.parameters && !self.data
    }

    /// As what a loop carries or goes along: that is no constant, even where it starts as one.
    fn turning(self) -> Origin {
        Origin { data: self.data || !self.parameters, ..self }
    }
}

impl<'a> Level<'a> {
    /// The circuit of a step, whose first inputs are parameters.
    pub fn outermost(circuit: &'a Circuit, parameters: usize, passes: &[Pass]) -> Level<'a> {
        let given = |i| Origin { parameters: i < parameters, data: i >= parameters };
        let given: Vec<Origin> = (0..circuit.inputs.len()).map(given).collect();
        let is_forward: Vec<bool> = passes.iter().map(|pass| *pass == Pass::Forward).collect();
        let upstreams = circuit.upstreams().into_iter().zip(&is_forward);
        let upstreams = upstreams.map(|(up, forward)| up.filter(|_| *forward).map(Inside::from)).collect();
        let mut level = Level {
            circuit,
            loops: Vec::new(),
            turns: Vec::new(),
            module: 0,
            prefix: String::new(),
            upstreams,
            is_forward,
            origins: origins(circuit, &given),
            is_hidden: Vec::new(),
            paths: circuit.stage_paths(),
            time: None,
        };
        level.is_hidden = level.hidden(vec![false; circuit.len()]);
        level
    }

    /// The body of a loop of this circuit.
    fn within(&self, gate: u32, body: &'a Circuit) -> Level<'a> {
        let (outer, node) = (self.circuit, self.circuit.node(gate));
        let (constants, states) = (node.attrs.index("constants"), node.attrs.index("states"));
        let operands = outer.inputs_of(gate).iter().map(|&wire| self.origins[wire as usize]).enumerate();
        let given = operands.map(|(i, origin)| if i < constants { origin } else { origin.turning() });
        let given: Vec<Origin> = given.collect();
        let under = |gate: u32, wire: u32| Inside { loops: [&self.loops[..], &[gate]].concat(), wire };
        // Gradients that are taken within the loop itself, or else come back through it.
        let own = body.upstreams();
        let is_through = own.iter().all(Option::is_none);
        let mut upstreams: Vec<Option<Inside>> = own.iter().map(|up| up.map(|up| under(gate, up))).collect();
        if is_through {
            for (wire, back, upstream) in outer.upstreams_within(gate) {
                upstreams[wire as usize] = Some(under(back, upstream));
            }
        }
        let has_gradient =
            |first: u32| (first..first + body.node(first).parts).any(|i| upstreams[i as usize].is_some());
        let time = Time { axis: self.loops.len(), is_reverse: node.attrs.flag("reverse") };
        let mut level = Level {
            circuit: body,
            loops: [&self.loops[..], &[gate]].concat(),
            module: if self.loops.is_empty() { node.stage } else { self.module },
            prefix: self.path(node.stage),
            turns: [&self.turns[..], &[node.attrs.index("length")]].concat(),
            is_forward: (0..body.len() as u32).map(|i| has_gradient(i - body.node(i).part)).collect(),
            upstreams,
            origins: origins(body, &given),
            is_hidden: Vec::new(),
            paths: body.stage_paths(),
            time: is_through.then_some(time),
        };
        let mut hidden = vec![false; body.len()];
        for (&output, part) in body.outputs.iter().zip(gate..) {
            hidden[output as usize] |= self.is_hidden[part as usize];
        }
        // What a state is followed by in one turn, it was followed by in the turn before.
        for _ in 0..2 {
            hidden = level.hidden(hidden);
            for (state, &next) in body.inputs[constants..constants + states].iter().zip(&body.outputs) {
                hidden[next as usize] |= hidden[*state as usize];
            }
        }
        level.is_hidden = level.hidden(hidden);
        level
    }

    /// Adds all activations that are worth watching, those within loops too.
    pub fn watch(&self, all: &mut Vec<Watched>) {
        let is_given = self.given();
        for wire in 0..self.circuit.len() as u32 {
            if self.is_wanted(wire, is_given[wire as usize]) {
                all.push(self.one(wire));
            }
            if let Some(body) = self.circuit.body_of(wire).filter(|_| self.is_forward[wire as usize]) {
                self.within(wire, body).watch(all);
            }
        }
    }

    /// What layers give, and what non-linear gates in them give.
    fn is_wanted(&self, wire: u32, is_given: bool) -> bool {
        let node = self.circuit.node(wire);
        let own = !self.is_composed(node.stage);
        let counts = ZERO_BELOW.contains(&node.gate.name) || FLAT.contains(&node.gate.name);
        let has_gradient = self.upstreams[wire as usize].is_some();
        // With the turns of the loops around it a value may be too large for a tensor.
        let dims: Vec<usize> = self.turns.iter().copied().chain(node.spec.shape.iter()).collect();
        let is_array = node.spec.dtype.is_float() && Shape::new(&dims).is_ok_and(|all| all.elements() > 1);
        has_gradient && is_array && !node.is_input() && (is_given || counts && own)
    }

    fn one(&self, wire: u32) -> Watched {
        let node = self.circuit.node(wire);
        let name = self.circuit.names.get(&wire).map_or(node.gate.name, String::as_str);
        let path = self.path(node.stage);
        let name = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
        let m = if self.loops.is_empty() { node.stage } else { self.module };
        let (op, rank) = (node.gate.name.to_string(), node.spec.shape.rank() + self.loops.len());
        let watch = Watch { w: wire, role: Role::Activation, name, m, op, path: true, rank };
        let place = Inside { loops: self.loops.clone(), wire };
        let gradient = self.upstreams[wire as usize].clone();
        Watched { watch, place, gradient, counted: self.counted(wire), time: self.time }
    }

    /// The full name of a stage.
    fn path(&self, stage: u32) -> String {
        let path = &self.paths[stage as usize];
        let dot = if self.prefix.is_empty() || path.is_empty() { "" } else { "." };
        format!("{}{dot}{path}", self.prefix)
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
        for (index, node) in circuit.gates().filter(|(i, _)| self.is_forward[*i as usize]) {
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
                let axis = if rank >= 3 && self.is_convolved(wire) { 1 } else { rank - 1 };
                Counted::Dead(axis + self.loops.len())
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

    /// Which wires meet another parameter on their way to the loss, or lead to one of those that are known to: what a gate reads
    /// beside them comes from parameters alone.
    fn hidden(&self, mut hidden: Vec<bool>) -> Vec<bool> {
        for wire in (0..self.circuit.len()).rev().filter(|&w| self.is_forward[w]) {
            let inputs = self.circuit.inputs_of(wire as u32);
            let is_weight = |i: u32| self.origins[i as usize].is_weight();
            for &input in inputs.iter().filter(|&&i| !is_weight(i)) {
                hidden[input as usize] |= hidden[wire] || inputs.iter().any(|&other| is_weight(other));
            }
        }
        hidden
    }
}

/// What all wires of a circuit come from, whose inputs come from these.
fn origins(circuit: &Circuit, given: &[Origin]) -> Vec<Origin> {
    let mut origins = vec![Origin::default(); circuit.len()];
    circuit.inputs.iter().zip(given).for_each(|(&input, origin)| origins[input as usize] = *origin);
    for wire in 0..circuit.len() {
        let inputs = circuit.inputs_of(wire as u32).iter().map(|&i| origins[i as usize]);
        let both = |a: Origin, b: Origin| Origin {
            parameters: a.parameters || b.parameters,
            data: a.data || b.data,
        };
        origins[wire] = inputs.fold(origins[wire], both);
    }
    origins
}

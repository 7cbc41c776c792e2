//! The layers of a circuit: modules that have parameters, and what of the forward pass belongs to which.

use crate::run::{Graph, Pass, Role};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// Boxes for layers, at most: of more, modules are taken together. More would not be read in the column where they stand.
const BOXES: usize = 12;

/// A layer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Layer {
    /// Its number, in program order.
    pub id: usize,
    /// Its module; of parameters that stand in none, their names.
    pub name: String,
    /// Watched wires: its parameters,
    pub parameters: Vec<u32>,
    /// and what it gives.
    pub activations: Vec<u32>,
}

/// A box of the network: what is drawn as one.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// What stands in it.
    pub name: String,
    /// The layers in it.
    pub layers: Vec<usize>,
    /// Forward gates in it, in their order.
    pub gates: Vec<u32>,
}

/// A way from box to box, with the wires that go it.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// Box.
    pub from: usize,
    /// Box behind it.
    pub to: usize,
    /// Wires of the circuit.
    pub wires: Vec<u32>,
}

/// All layers, and the network as boxes.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    /// In program order.
    pub list: Vec<Layer>,
    /// The layer of each watched wire.
    of: HashMap<u32, usize>,
    /// In program order.
    pub parts: Vec<Part>,
    /// In the order of their ends.
    pub ways: Vec<Way>,
    /// Shapes of forward wires.
    pub shapes: HashMap<u32, Vec<usize>>,
}

/// The layer that a parameter is counted for, by its name: the module, else what names like `w1` and `b1` share.
fn key(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((module, _)) => module,
        None => {
            let digits = name.trim_start_matches(|c: char| !c.is_ascii_digit());
            if digits.is_empty() || digits.contains(|c: char| !c.is_ascii_digit()) { name } else { digits }
        }
    }
}

/// Whether a module is this one or inside of it.
fn is_within(path: &str, module: &str) -> bool {
    path.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// What a box stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Stands {
    Data,
    Layer(String),
    Stage(String),
}

impl Layers {
    /// Those of a circuit.
    pub fn of(graph: &Graph) -> Layers {
        let mut layers = Layers::default();
        let mut known: HashMap<String, usize> = HashMap::new();
        for watch in graph.watch.iter().filter(|watch| watch.role == Role::Parameter) {
            let key = key(&watch.name);
            let id = *known.entry(key.to_string()).or_insert(layers.list.len());
            if id == layers.list.len() {
                layers.list.push(Layer { id, name: key.into(), parameters: vec![], activations: vec![] });
            }
            if !watch.name.contains('.') {
                let name = &mut layers.list[id].name;
                let is_first = layers.of.values().all(|&of| of != id);
                *name = if is_first { watch.name.clone() } else { format!("{name} {}", watch.name) };
            }
            layers.list[id].parameters.push(watch.w);
            layers.of.insert(watch.w, id);
        }
        let paths: HashMap<u32, &str> = graph.modules.iter().map(|m| (m.id, m.path.as_str())).collect();
        let by_gate = layers.of_gates(graph, &paths);
        for watch in graph.watch.iter().filter(|watch| watch.role == Role::Activation) {
            let path = paths.get(&watch.m).copied().unwrap_or_default();
            let by_module = || layers.of_module(path).or_else(|| layers.beneath(path));
            if let Some(id) = by_gate.get(&watch.w).copied().or_else(by_module) {
                layers.of.insert(watch.w, id);
                layers.list[id].activations.push(watch.w);
            }
        }
        layers.boxes(graph, &paths);
        layers
    }

    /// The layer of a watched wire.
    pub fn layer_of(&self, w: u32) -> Option<usize> {
        self.of.get(&w).copied()
    }

    fn of_module(&self, path: &str) -> Option<usize> {
        self.list.iter().filter(|layer| is_within(path, &layer.name)).map(|layer| layer.id).next_back()
    }

    /// The last layer whose parameters are part of a module, such as those of a cell's gates.
    fn beneath(&self, path: &str) -> Option<usize> {
        let is_part = |layer: &&Layer| !path.is_empty() && is_within(&layer.name, path);
        self.list.iter().filter(is_part).map(|layer| layer.id).next_back()
    }

    /// The only layer whose parameters are part of a module: all that the module does is done for it.
    fn only_beneath(&self, path: &str) -> Option<usize> {
        let mut beneath = self.list.iter().filter(|layer| !path.is_empty() && is_within(&layer.name, path));
        let only = beneath.next()?.id;
        beneath.next().is_none().then_some(only)
    }

    /// The layer of each forward gate: that of its module, else the last one that it has something from.
    fn of_gates(&self, graph: &Graph, paths: &HashMap<u32, &str>) -> HashMap<u32, usize> {
        let mut of: HashMap<u32, usize> = self.of.clone();
        let by_module: HashMap<u32, Option<usize>> =
            paths.iter().map(|(&m, path)| (m, self.of_module(path))).collect();
        for gate in graph.gates.iter().filter(|gate| gate.pass == Pass::Forward && gate.op != "input") {
            let own = by_module.get(&gate.m).copied().flatten();
            if let Some(id) = own.or_else(|| gate.inputs.iter().filter_map(|w| of.get(w).copied()).max()) {
                of.insert(gate.id, id);
            }
        }
        of
    }

    /// The network as boxes: data, layers or modules with several of them, and the stages around.
    fn boxes(&mut self, graph: &Graph, paths: &HashMap<u32, &str>) {
        let names = self.grouped();
        let stand = |id: usize| Stands::Layer(names[id].clone());
        if graph.gates.is_empty() {
            return self.in_a_row(&names);
        }
        // A loop gives several wires, of which the first is listed.
        let listed: Vec<u32> = graph.gates.iter().map(|gate| gate.id).collect();
        let gate_of = |w: u32| listed[..listed.partition_point(|&id| id <= w)].last().copied().unwrap_or(w);
        let mut numbers: HashMap<Stands, usize> = HashMap::new();
        let mut of: HashMap<u32, usize> = HashMap::new();
        let mut ways: BTreeMap<(usize, usize), Vec<u32>> = BTreeMap::new();
        for gate in graph.gates.iter().filter(|gate| gate.pass == Pass::Forward) {
            let path = paths.get(&gate.m).copied().unwrap_or_default();
            let is_parameter = self.of.contains_key(&gate.id) && gate.op == "input";
            let before = gate.inputs.iter().filter_map(|&w| of.get(&gate_of(w)).copied()).max();
            let reads = gate.inputs.iter().filter_map(|w| self.of.get(w).filter(|_| !of.contains_key(w)));
            let layer = self.of_module(path).or_else(|| self.only_beneath(path));
            let stands = match (layer, before) {
                // Parameters are part of who reads them, and what is computed of nothing is part of who reads that.
                _ if is_parameter || gate.inputs.is_empty() && gate.op != "input" => continue,
                (Some(id), _) => Some(stand(id)),
                _ if gate.op == "input" => Some(Stands::Data),
                (None, _) if path.is_empty() => reads.max().map(|&id| stand(id)),
                _ if self.list.iter().any(|layer| is_within(&layer.name, path)) => None,
                _ => Some(Stands::Stage(path.split('.').next().unwrap_or(path).to_string())),
            };
            let number = match (stands, before) {
                (Some(stands), _) => {
                    let next = numbers.len();
                    *numbers.entry(stands).or_insert(next)
                }
                (None, Some(before)) => before,
                (None, None) => continue,
            };
            of.insert(gate.id, number);
            self.shapes.insert(gate.id, gate.shape.clone());
            for w in &gate.inputs {
                // A wire that goes back, as where a module is used twice, would make a circle.
                if let Some(&from) = of.get(&gate_of(*w)).filter(|&&from| from < number) {
                    let wires = ways.entry((number, from)).or_default();
                    if !wires.contains(w) {
                        wires.push(*w);
                    }
                }
            }
        }
        let mut parts: Vec<Part> =
            vec![Part { name: String::new(), layers: vec![], gates: vec![] }; numbers.len()];
        for (stands, number) in numbers {
            parts[number].name = match stands {
                Stands::Data => "data".into(),
                Stands::Layer(name) => {
                    parts[number].layers = (0..names.len()).filter(|&id| names[id] == name).collect();
                    name
                }
                Stands::Stage(name) => name,
            };
        }
        let mut gates: Vec<(u32, usize)> = of.into_iter().collect();
        gates.sort_unstable();
        gates.into_iter().for_each(|(gate, number)| parts[number].gates.push(gate));
        self.ways = ways.into_iter().map(|((to, from), wires)| Way { from, to, wires }).collect();
        self.parts = parts;
        self.without_the_unread();
    }

    /// Takes out boxes that nothing leaves or enters, such as inputs of the optimiser.
    fn without_the_unread(&mut self) {
        let is_used: Vec<bool> = (0..self.parts.len())
            .map(|i| {
                !self.parts[i].layers.is_empty() || self.ways.iter().any(|way| way.from == i || way.to == i)
            })
            .collect();
        let place = |i: usize| is_used[..i].iter().filter(|used| **used).count();
        for way in &mut self.ways {
            (way.from, way.to) = (place(way.from), place(way.to));
        }
        let mut used = is_used.iter();
        self.parts.retain(|_| used.next() == Some(&true));
    }

    /// Of a circuit whose gates are too many to be listed: layer behind layer.
    fn in_a_row(&mut self, names: &[String]) {
        for layer in &self.list {
            let name = &names[layer.id];
            match self.parts.last_mut().filter(|part| part.name == *name) {
                Some(part) => part.layers.push(layer.id),
                None => self.parts.push(Part { name: name.clone(), layers: vec![layer.id], gates: vec![] }),
            }
        }
        self.ways = (1..self.parts.len()).map(|to| Way { from: to - 1, to, wires: Vec::new() }).collect();
    }

    /// What the box of each layer is called: as much of its path as leaves few enough boxes.
    fn grouped(&self) -> Vec<String> {
        let cut = |depth: usize| -> Vec<String> {
            let path = |layer: &Layer| layer.name.split('.').take(depth).collect::<Vec<_>>().join(".");
            self.list.iter().map(path).collect()
        };
        let deepest = self.list.iter().map(|layer| layer.name.split('.').count()).max().unwrap_or(1);
        let few = |names: &Vec<String>| {
            let mut all = names.clone();
            all.sort();
            all.dedup();
            all.len() <= BOXES
        };
        (1..=deepest).rev().map(cut).find(few).unwrap_or_else(|| cut(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_counted_for_their_module_or_their_number() {
        assert_eq!(
            ["net.l1.weight", "w1", "b1", "w", "scale2x"].map(key),
            ["net.l1", "1", "1", "w", "scale2x"]
        );
        assert!(is_within("a.b", "a") && is_within("a", "a") && !is_within("ab", "a"));
    }

    #[test]
    fn a_loop_has_its_box_between_what_it_reads_and_what_reads_any_of_its_wires() {
        use crate::run::{Gate, Module, Watch};
        let gate = |id, op: &str, m, inputs: &[u32]| Gate {
            id,
            op: op.into(),
            m,
            inputs: inputs.to_vec(),
            shape: vec![8, 32],
            ..Gate::default()
        };
        let watch = |w, name: &str| Watch {
            w,
            role: Role::Parameter,
            name: name.into(),
            m: 0,
            op: "input".into(),
            path: true,
            rank: 2,
        };
        let module = |id, path: &str| Module { id, path: path.into(), rep: 1 };
        let graph = Graph {
            modules: vec![Module::default(), module(1, "lstm"), module(2, "output")],
            gates: vec![
                gate(0, "input", 0, &[]),
                gate(1, "input", 0, &[]),
                gate(2, "input", 0, &[]),
                gate(3, "matmul", 1, &[2, 0]),
                // gives 4 to 7, of which the last is read
                gate(4, "scan", 1, &[0, 3]),
                gate(8, "matmul", 2, &[7, 1]),
            ],
            watch: vec![watch(0, "lstm.gates.weight"), watch(1, "output.weight")],
            ..Graph::default()
        };
        let layers = Layers::of(&graph);
        let names: Vec<&str> = layers.parts.iter().map(|part| part.name.as_str()).collect();
        let ways: Vec<(usize, usize)> = layers.ways.iter().map(|way| (way.from, way.to)).collect();
        assert_eq!((names, ways), (vec!["data", "lstm.gates", "output"], vec![(0, 1), (1, 2)]));
    }

    #[test]
    fn what_is_watched_inside_a_loop_belongs_to_the_layer_around_it() {
        use crate::run::{Module, Watch};
        let watch = |w, role, name: &str, m| {
            let (name, op) = (name.to_string(), "sigmoid".to_string());
            Watch { w, role, name, m, op, path: true, rank: 3 }
        };
        let graph = Graph {
            modules: vec![Module::default(), Module { id: 1, path: "lstm".into(), rep: 1 }],
            watch: vec![
                watch(0, Role::Parameter, "lstm.gates.weight_ih", 0),
                watch(1, Role::Parameter, "output.weight", 0),
                watch(70, Role::Activation, "lstm.forget", 1),
            ],
            ..Graph::default()
        };
        let layers = Layers::of(&graph);
        assert_eq!((layers.layer_of(70), &layers.list[0].activations[..]), (Some(0), &[70][..]));
    }
}

//! What is drawn as one block: gates, several gates as one, stages closed or open; what each reads and gives out.

use super::added::StageIds;
use super::quantity::minus;
use super::{Kind, View};
use crate::layout::lists::Lists;
use chainrule::Circuit;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Gates that are drawn as one where a chain of them joins at least three wires.
const CHAINS: [&str; 3] = ["add", "maximum", "minimum"];
/// A sum of at least so many products is one dot product.
const DOT: usize = 5;

/// A stage that alone reads more inputs of the circuit than this takes them in.
const WEIGHTS: usize = 6;

/// The inner stage, or none for a single gate; the gates; whether anything else has read one of them.
pub type Group = (Option<u32>, Vec<u32>, bool);

/// The blocks of a level before they are built, and which of them each gate is in.
type Groups<'n> = (Vec<Group>, Places<'n>);

/// In which group each gate of a level is.
pub struct Places<'n> {
    /// The gates of the level, in order.
    nodes: &'n [u32],
    groups: Vec<usize>,
}

impl Places<'_> {
    /// None for gates of other levels.
    fn of(&self, node: u32) -> Option<usize> {
        self.nodes.binary_search(&node).ok().and_then(|at| self.groups.get(at)).copied()
    }
}

/// A gate that reads a wire, and as which of its inputs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Use {
    pub node: u32,
    pub operand: usize,
}

/// A wire that comes in at one port. Closed and open stages have one port for all uses inside.
#[derive(Clone, Debug)]
pub struct Input {
    pub wire: u32,
    pub uses: Vec<Use>,
}

/// How the gates of a block belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// One gate, or a stage.
    Single,
    /// A chain of one kind of gate.
    Chain,
    /// A sum of products.
    Dot,
}

/// One block.
#[derive(Clone, Debug)]
pub struct Item {
    pub id: String,
    pub kind: Kind,
    /// The wire of the gate, input or constant; the stage; which output.
    pub number: u32,
    pub way: Way,
    /// The gates that it stands for, in order, but for those that are only written beside others.
    pub nodes: Vec<u32>,
    pub ins: Vec<Input>,
    pub outs: Vec<u32>,
    /// What is in an open stage.
    pub inner: Vec<Item>,
}

/// A circuit read for drawing.
pub struct Reading<'a> {
    pub circuit: &'a Circuit,
    pub outputs: Vec<u32>,
    /// For each wire the one that it is only another name for, else itself.
    pub origin: Vec<u32>,
    live: Vec<bool>,
    literals: Vec<bool>,
    /// Gates that are drawn as part of a later one: by which use.
    joined: Vec<Option<Use>>,
    /// The gates that joined, by the last of them.
    chains: HashMap<u32, Way>,
    /// For each gate, the last of those that it joined, or itself.
    roots: Vec<u32>,
    /// For each wire, all its uses.
    uses: Lists<Use>,
    pub open: HashSet<u32>,
    /// Ids of the stages.
    pub ids: &'a StageIds,
    /// Gates of each stage itself.
    pub sizes: Vec<u32>,
}

impl<'a> Reading<'a> {
    /// Reads a circuit; `open` are the stages that are open.
    pub fn new(circuit: &'a Circuit, ids: &'a StageIds, view: &View, open: HashSet<u32>) -> Reading<'a> {
        let mut origin: Vec<u32> = (0..circuit.len() as u32).collect();
        for index in 0..circuit.len() as u32 {
            if let ("identity", [from]) = (circuit.node(index).gate.name, circuit.inputs_of(index)) {
                origin[index as usize] = origin[*from as usize];
            }
        }
        let wanted = if view.outputs.is_empty() { &circuit.outputs } else { &view.outputs };
        let outputs: Vec<u32> = wanted.iter().map(|&w| origin[w as usize]).collect();
        let live = circuit.reached_from(&outputs);
        let literals = literals(circuit);
        let joined = vec![None; circuit.len()];
        let (chains, roots, uses) = Default::default();
        let mut sizes = vec![0; circuit.stages.len()];
        circuit.gates().for_each(|(_, node)| sizes[node.stage as usize] += 1);
        let mut reading = Reading {
            circuit,
            outputs,
            origin,
            live,
            literals,
            joined,
            chains,
            roots,
            uses,
            open,
            ids,
            sizes,
        };
        reading.join(view);
        reading.note_readers();
        reading
    }

    /// The gates that are shown, those that joined others left out.
    fn shown(&self, index: u32) -> bool {
        let node = self.circuit.node(index);
        self.live[index as usize]
            && node.part == 0
            && self.origin[index as usize] == index
            && (!self.is_literal(index) || self.outputs.contains(&index))
    }

    /// Whether it is a gate that is drawn, alone or with others.
    pub fn is_gate(&self, index: u32) -> bool {
        let node = self.circuit.node(index);
        self.shown(index) && !node.is_input() && !node.is_constant()
    }

    /// The inputs of a gate without those that are only other names.
    pub fn operands(&self, index: u32) -> impl ExactSizeIterator<Item = u32> + '_ {
        self.circuit.inputs_of(index).iter().map(|&i| self.origin[i as usize])
    }

    /// What is written in the place of a wire that is a number without a name: text with four digits.
    pub fn literal(&self, wire: u32) -> Option<String> {
        if !self.is_literal(wire) {
            return None;
        }
        let mut at = wire;
        while !self.circuit.node(at).is_constant() {
            at = *self.circuit.inputs_of(at).first()?;
        }
        Some(minus(&format!("{:.4}", self.circuit.node(at).attrs.tensor("value"))))
    }

    /// Whether a wire is a number that is written in the gates that read it.
    pub fn is_literal(&self, wire: u32) -> bool {
        self.literals[wire as usize]
    }

    /// Finds chains of gates that are drawn as one: each but the last is read by the next alone, has no name, and is of the
    /// same stage.
    fn join(&mut self, view: &View) {
        let mut uses = vec![0usize; self.circuit.len()];
        for (index, _) in self.circuit.gates().filter(|(i, _)| self.shown(*i)) {
            self.operands(index).for_each(|o| uses[o as usize] += 1);
        }
        self.outputs.iter().for_each(|&o| uses[o as usize] += 2);
        let mut single: HashSet<u32> = HashSet::new();
        let opened: HashSet<u32> =
            view.open.iter().filter_map(|id| id.strip_prefix(['g', 'c'])?.parse().ok()).collect();
        let circuit = self.circuit;
        for (root, node) in circuit.gates().rev() {
            let name = node.gate.name;
            let is_start = CHAINS.contains(&name)
                && self.shown(root)
                && self.joined[root as usize].is_none()
                && !single.contains(&root);
            if !is_start {
                continue;
            }
            let alone = |index: u32, gate: &str| {
                let inner = self.circuit.node(index);
                let is_same = inner.stage == node.stage && inner.spec == node.spec;
                let is_named = self.circuit.names.contains_key(&index);
                inner.gate.name == gate && uses[index as usize] == 1 && is_same && !is_named
            };
            let (mut chain, mut leaves) = (Vec::new(), Vec::new());
            let mut open = vec![root];
            while let Some(index) = open.pop() {
                for (operand, wire) in self.operands(index).enumerate() {
                    if alone(wire, name) {
                        chain.push((wire, Use { node: index, operand }));
                        open.push(wire);
                    } else {
                        leaves.push((wire, Use { node: index, operand }));
                    }
                }
            }
            let products: Vec<_> = leaves
                .iter()
                .filter(|(w, _)| alone(*w, "mul") && self.operands(*w).all(|o| !self.is_literal(o)))
                .copied()
                .collect();
            let is_dot = name == "add" && products.len() >= DOT && products.len() + 1 >= leaves.len();
            let way = match (is_dot, opened.contains(&root)) {
                (true, false) => Way::Dot,
                (false, true) => Way::Single,
                _ => Way::Chain,
            };
            if chain.is_empty() || way == Way::Single {
                single.extend(chain.iter().map(|(wire, _)| *wire));
                continue;
            }
            let products = if way == Way::Dot { products } else { Vec::new() };
            chain.into_iter().chain(products).for_each(|(wire, by)| self.joined[wire as usize] = Some(by));
            self.chains.insert(root, way);
        }
    }

    fn note_readers(&mut self) {
        self.roots = (0..self.circuit.len() as u32).collect();
        for index in (0..self.circuit.len()).rev() {
            if let Some(part) = self.joined[index] {
                self.roots[index] = self.roots[part.node as usize];
            }
        }
        let gates = self.circuit.gates().filter(|(i, _)| self.shown(*i));
        let uses = gates.flat_map(|(node, _)| {
            let of = move |(operand, wire): (usize, u32)| (wire as usize, Use { node, operand });
            self.operands(node).enumerate().map(of)
        });
        let uses = Lists::new(self.circuit.len(), uses);
        self.uses = uses;
    }

    /// By which use a gate is drawn as part of a later one.
    pub fn joined(&self, index: u32) -> Option<Use> {
        self.joined[index as usize]
    }

    /// The uses of a wire outside a block.
    pub fn uses_outside(&self, wire: u32, block: &Item) -> Vec<Use> {
        let uses = self.uses.of(wire as usize).iter();
        uses.filter(|u| block.nodes.binary_search(&self.roots[u.node as usize]).is_err()).copied().collect()
    }

    /// Everything that is drawn or inside something drawn, of gates that are drawn as one the last.
    pub fn nodes(&self) -> Vec<u32> {
        (0..self.circuit.len() as u32)
            .filter(|&i| self.shown(i) && self.joined[i as usize].is_none())
            .collect()
    }

    /// Whether several gates are drawn as this one, and as what.
    pub fn way(&self, index: u32) -> Way {
        self.chains.get(&index).copied().unwrap_or(Way::Single)
    }

    /// The gates that read a wire; for gates that joined, the last of them.
    pub fn readers(&self, wire: u32) -> impl Iterator<Item = u32> + '_ {
        self.uses.of(wire as usize).iter().map(|u| self.roots[u.node as usize])
    }

    /// All blocks, the outermost first.
    pub fn items(&self) -> Vec<Item> {
        let mut runs = BTreeMap::new();
        let mut items = self.level(&self.nodes(), 0, &mut runs);
        for (number, &wire) in (0u32..).zip(&self.outputs) {
            items.push(Item {
                id: format!("o{number}"),
                kind: Kind::Output,
                number,
                way: Way::Single,
                nodes: Vec::new(),
                ins: vec![Input { wire, uses: Vec::new() }],
                outs: Vec::new(),
                inner: Vec::new(),
            });
        }
        items
    }

    /// The stage directly inside `around` that a gate belongs to, if it is not of `around` itself.
    fn child(&self, node: u32, around: u32) -> Option<u32> {
        let mut stage = self.circuit.node(node).stage;
        let mut child = None;
        while stage != around {
            // An input that stands in the stage that alone reads it.
            if stage == 0 {
                return None;
            }
            child = Some(stage);
            stage = self.circuit.stages[stage as usize].parent;
        }
        child
    }

    /// The blocks inside a stage.
    fn level(&self, nodes: &[u32], stage: u32, runs: &mut BTreeMap<u32, u32>) -> Vec<Item> {
        let (groups, places) = self.groups(nodes, stage);
        let build = |at: usize| {
            let (child, nodes, _) = &groups[at];
            let within = |node: u32| places.of(node) == Some(at);
            self.item(*child, nodes, &within, runs)
        };
        in_order(&groups).into_iter().map(build).collect()
    }

    /// What is one block inside a stage. Gates of one inner stage are one as long as nothing between them has to come between.
    pub fn groups<'n>(&self, nodes: &'n [u32], stage: u32) -> Groups<'n> {
        let mut groups: Vec<Group> = Vec::new();
        let mut places = Places { nodes, groups: Vec::with_capacity(nodes.len()) };
        let mut last: HashMap<u32, usize> = HashMap::new();
        for &node in nodes {
            let child = self.child(node, stage);
            let at = match child.and_then(|c| last.get(&c)).filter(|&&at| !groups[at].2) {
                Some(&at) => at,
                None => {
                    groups.push((child, Vec::new(), false));
                    child.iter().for_each(|&c| _ = last.insert(c, groups.len() - 1));
                    groups.len() - 1
                }
            };
            groups[at].1.push(node);
            places.groups.push(at);
            self.each_leaf(node, |wire, _| {
                let from = places.of(self.circuit.holder(wire));
                from.filter(|&from| from != at).into_iter().for_each(|from| groups[from].2 = true);
            });
        }
        self.take_in(&mut groups, &mut places);
        (groups, places)
    }

    /// Puts inputs of the circuit that one stage alone reads into it, where they are many: the weights of a network.
    fn take_in(&self, groups: &mut [Group], places: &mut Places<'_>) {
        let mut taken: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, (child, nodes, _)) in groups.iter().enumerate() {
            let input = nodes[0];
            if child.is_some() || !self.circuit.node(input).is_input() || self.outputs.contains(&input) {
                continue;
            }
            let mut readers = self.readers(input).map(|reader| places.of(reader));
            let first = readers.next().flatten();
            if let Some(stage) = first.filter(|&f| groups[f].0.is_some() && readers.all(|r| r == Some(f))) {
                taken.entry(stage).or_default().push(at);
            }
        }
        for (stage, inputs) in taken.into_iter().filter(|(_, inputs)| inputs.len() > WEIGHTS) {
            for at in inputs {
                let nodes = std::mem::take(&mut groups[at].1);
                let found = nodes.iter().filter_map(|node| places.nodes.binary_search(node).ok());
                found.for_each(|at| places.groups[at] = stage);
                groups[stage].1.extend(nodes);
            }
            groups[stage].1.sort_unstable();
        }
    }

    fn item(
        &self,
        child: Option<u32>,
        nodes: &[u32],
        within: &dyn Fn(u32) -> bool,
        runs: &mut BTreeMap<u32, u32>,
    ) -> Item {
        let outs = nodes
            .iter()
            .flat_map(|&n| n..n + self.circuit.node(n).parts)
            .filter(|wire| self.outputs.contains(wire) || self.readers(*wire).any(|r| !within(r)));
        let outs: Vec<u32> = outs.collect();
        let Some(stage) = child else {
            let number = nodes[0];
            let node = self.circuit.node(number);
            let kind = match () {
                () if node.is_input() => Kind::Input,
                () if node.is_constant() => Kind::Constant,
                () => Kind::Gate,
            };
            let way = self.way(number);
            let ins = self.leaves(number);
            let (id, nodes) = (format!("g{number}"), nodes.to_vec());
            return Item { id, kind, number, way, nodes, ins, outs, inner: Vec::new() };
        };
        let run = runs.entry(stage).and_modify(|run| *run += 1).or_insert(1);
        let id = self.ids.id(stage);
        let id = if *run == 1 { id } else { format!("{id}-{run}") };
        let mut ins: Vec<Input> = Vec::new();
        let mut join = |wire: u32, here: Use| match ins.iter_mut().find(|i: &&mut Input| i.wire == wire) {
            _ if within(self.circuit.holder(wire)) => {}
            Some(input) => input.uses.push(here),
            None => ins.push(Input { wire, uses: vec![here] }),
        };
        nodes.iter().for_each(|&n| self.each_leaf(n, &mut join));
        let given = &self.circuit.stages[stage as usize].inputs;
        let given: Vec<u32> = given.iter().map(|&w| self.origin[w as usize]).collect();
        ins.sort_by_key(|i| given.iter().position(|&w| w == i.wire).unwrap_or(usize::MAX));
        let is_open = self.open.contains(&stage);
        let inner = if is_open { self.level(nodes, stage, runs) } else { Vec::new() };
        let kind = if is_open { Kind::Frame } else { Kind::Stage };
        Item { id, kind, number: stage, way: Way::Single, nodes: nodes.to_vec(), ins, outs, inner }
    }

    /// What a gate reads, with those that joined it; numbers that are written in it left out.
    pub fn leaves(&self, root: u32) -> Vec<Input> {
        let mut leaves = Vec::new();
        self.each_leaf(root, |wire, here| leaves.push(Input { wire, uses: vec![here] }));
        leaves
    }

    /// The same one by one.
    fn each_leaf(&self, root: u32, mut leaf: impl FnMut(u32, Use)) {
        // Most gates stand alone, and need no memory.
        let mut open = Vec::new();
        let mut next = Some((root, 0));
        while let Some((node, operand)) = next {
            let Some(&wire) = self.circuit.inputs_of(node).get(operand) else {
                next = open.pop();
                continue;
            };
            let wire = self.origin[wire as usize];
            let here = Use { node, operand };
            next = Some((node, operand + 1));
            if self.joined[wire as usize] == Some(here) {
                open.push((node, operand + 1));
                next = Some((wire, 0));
            } else if !self.is_literal(wire) {
                leaf(wire, here);
            }
        }
    }

    /// The numbers that are written in a gate, with the place among its inputs.
    pub fn literals(&self, root: u32) -> Vec<(usize, String)> {
        let chain = self.gates_of(root);
        let all = chain.iter().flat_map(|&n| self.operands(n).enumerate());
        all.filter_map(|(place, wire)| Some((place, self.literal(wire)?))).collect()
    }

    /// The gates that a gate stands for.
    pub fn gates_of(&self, root: u32) -> Vec<u32> {
        if self.way(root) == Way::Single {
            return vec![root];
        }
        let (mut all, mut open) = (Vec::new(), vec![root]);
        while let Some(index) = open.pop() {
            all.push(index);
            let parts = self.operands(index).enumerate();
            open.extend(
                parts
                    .filter(|&(operand, wire)| {
                        self.joined[wire as usize] == Some(Use { node: index, operand })
                    })
                    .map(|(_, wire)| wire),
            );
        }
        all.sort_unstable();
        all
    }
}

/// The groups that hold anything. A group stands where its last gate does: nothing has read it before.
pub fn in_order(groups: &[Group]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..groups.len()).filter(|&at| !groups[at].1.is_empty()).collect();
    order.sort_by_key(|&at| groups[at].1.last().copied());
    order
}

/// Which wires are single numbers without a name, repeated or of another dtype or not.
fn literals(circuit: &Circuit) -> Vec<bool> {
    let mut literals = vec![false; circuit.len()];
    for index in 0..circuit.len() as u32 {
        let node = circuit.node(index);
        let is_number = match (node.gate.name, circuit.inputs_of(index)) {
            ("broadcast" | "cast", [from]) => literals[*from as usize],
            _ => node.is_constant() && node.spec.shape.rank() == 0,
        };
        literals[index as usize] = is_number && !circuit.names.contains_key(&index);
    }
    literals
}

/// How many blocks there are, those inside open stages included.
pub fn count(items: &[Item]) -> usize {
    items.iter().map(|item| 1 + count(&item.inner)).sum()
}

//! Stages that a circuit does not have of its own: parts of a level that is too long to be drawn, sums that are open, and what a
//! reader boxed. They are added to a copy of the circuit, so that all that can be done with a stage can be done with them.

use super::tree::{Reading, Way, in_order};
use super::{MOST, View};
use chainrule::{Circuit, Stage};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// Boxes of one part of a level that is too long.
const PART: usize = 64;
/// So many inputs that several parts read stand beside the parts; more are parts of their own.
const BESIDE: usize = 150;

/// Ids of stages: `s4` for those of the circuit, `p5_90` for the part from wire 5 to wire 90, `c9` for the open sum `g9`.
#[derive(Default)]
pub struct StageIds {
    /// The first stage that was added.
    first: usize,
    added: Vec<String>,
}

impl StageIds {
    /// The id of a stage.
    pub fn id(&self, stage: u32) -> String {
        let added = (stage as usize).checked_sub(self.first).and_then(|at| self.added.get(at));
        added.cloned().unwrap_or_else(|| format!("s{stage}"))
    }

    /// Whether it was added.
    pub fn is_added(&self, stage: u32) -> bool {
        !self.added.is_empty() && stage as usize >= self.first
    }

    /// Which stage has this id, or that of one of its runs: `s4-2`.
    pub fn stage(&self, id: &str) -> Option<u32> {
        let id = id.split('-').next().unwrap_or(id);
        if let Some(at) = self.added.iter().position(|added| added == id) {
            return Some((self.first + at) as u32);
        }
        id.strip_prefix('s').and_then(|number| number.parse().ok())
    }
}

/// A circuit with the stages that are added for a view.
pub struct Shaped<'a> {
    /// The circuit.
    pub circuit: Cow<'a, Circuit>,
    /// Its stages' ids.
    pub ids: StageIds,
    /// Which of those that were added are open because what they stand for is.
    pub open: Vec<u32>,
}

/// Adds what a view needs.
pub fn shape<'a>(circuit: &'a Circuit, view: &View) -> Shaped<'a> {
    let ids = StageIds { first: circuit.stages.len(), added: Vec::new() };
    let mut shaped = Shaped { circuit: Cow::Borrowed(circuit), ids, open: Vec::new() };
    let sums: Vec<u32> = view.open.iter().filter_map(|name| sum(name, circuit)).collect();
    if !is_long(circuit) && sums.is_empty() {
        return shaped;
    }
    let plain = StageIds::default();
    let reading = Reading::new(circuit, &plain, &View { open: Vec::new(), ..view.clone() }, HashSet::new());
    parts(&reading, &mut shaped);
    for root in sums {
        let name = match (reading.way(root), circuit.node(root).gate.name) {
            (Way::Single, _) => continue,
            (Way::Dot, _) => "products",
            (Way::Chain, "add") => "sum",
            (Way::Chain, "maximum") => "max",
            (Way::Chain, _) => "min",
        };
        let around = shaped.circuit.node(root).stage;
        let stage = shaped.add(format!("c{root}"), name.to_string(), around);
        reading.gates_of(root).into_iter().for_each(|gate| shaped.circuit.to_mut().move_to(gate, stage));
        shaped.open.push(stage);
    }
    shaped
}

/// Whether any level may have more boxes than can be drawn, with room for stages whose gates stand in several places.
fn is_long(circuit: &Circuit) -> bool {
    let mut boxes = vec![0usize; circuit.stages.len()];
    circuit.gates().for_each(|(_, node)| boxes[node.stage as usize] += 1);
    circuit.stages.iter().skip(1).for_each(|stage| boxes[stage.parent as usize] += 4);
    boxes.into_iter().any(|boxes| boxes > MOST)
}

/// The last gate of the sum that a name stands for: `g9` as it is called closed, `c9` open.
fn sum(name: &str, circuit: &Circuit) -> Option<u32> {
    let number = name.strip_prefix(['g', 'c'])?.parse::<u32>().ok()?;
    ((number as usize) < circuit.len()).then_some(number)
}

impl Shaped<'_> {
    fn add(&mut self, id: String, name: String, parent: u32) -> u32 {
        let circuit = self.circuit.to_mut();
        circuit.stages.push(Stage { name, parent, inputs: Vec::new(), outputs: Vec::new() });
        self.ids.added.push(id);
        circuit.stages.len() as u32 - 1
    }

    /// Puts a gate, with those that are drawn as one with it, or a stage into a stage.
    fn put(&mut self, reading: &Reading<'_>, unit: &Unit, stage: u32) {
        let circuit = self.circuit.to_mut();
        match unit.stage {
            Some(inner) => circuit.stages[inner as usize].parent = stage,
            None => reading.gates_of(unit.first).into_iter().for_each(|gate| circuit.move_to(gate, stage)),
        }
    }
}

/// What goes into a part whole: a gate, or a stage.
#[derive(Clone)]
struct Unit {
    stage: Option<u32>,
    first: u32,
    last: u32,
    /// How many boxes of the level it is.
    boxes: usize,
}

/// Divides every level with more boxes than can be drawn into parts that can be opened, in program order.
fn parts(reading: &Reading<'_>, shaped: &mut Shaped<'_>) {
    let mut levels = vec![(0u32, reading.nodes())];
    while let Some((stage, nodes)) = levels.pop() {
        if nodes.len() <= MOST {
            continue;
        }
        let (groups, _) = reading.groups(&nodes, stage);
        let order = in_order(&groups);
        if order.len() > MOST {
            divide(
                reading,
                shaped,
                stage,
                order.iter().map(|&at| (groups[at].0, &groups[at].1[..])).collect(),
            );
        }
        levels.extend(groups.into_iter().filter_map(|(child, nodes, _)| Some((child?, nodes))));
    }
}

fn divide(reading: &Reading<'_>, shaped: &mut Shaped<'_>, stage: u32, groups: Vec<(Option<u32>, &[u32])>) {
    let mut runs: HashMap<u32, usize> = HashMap::new();
    groups.iter().filter_map(|(child, _)| *child).for_each(|child| *runs.entry(child).or_default() += 1);
    let is_source =
        |node: u32| reading.circuit.node(node).is_input() || reading.circuit.node(node).is_constant();
    let (mut units, mut sources) = (Vec::new(), Vec::new());
    for (child, nodes) in groups {
        // A stage that stands in several places would have to be in several parts: it stays beside them.
        let stays = child.is_some_and(|child| runs[&child] > 1);
        let (Some(&first), Some(&last), false) = (nodes.first(), nodes.last(), stays) else { continue };
        let unit = Unit { stage: child, first, last, boxes: 1 };
        if child.is_none() && is_source(first) { sources.push(unit) } else { units.push(unit) }
    }
    let mut part_of: HashMap<u32, u32> = HashMap::new();
    chunk(reading, shaped, stage, units, "gates", &mut part_of);
    // Inputs that one part alone reads stand in it.
    sources.retain(|source| {
        let mut readers = reading.readers(source.first).map(|reader| part_of.get(&reader));
        let first = readers.next().flatten();
        let alone = first.filter(|_| !reading.outputs.contains(&source.first) && readers.all(|r| r == first));
        alone.into_iter().for_each(|&part| shaped.put(reading, source, part));
        alone.is_none()
    });
    if sources.len() > BESIDE {
        chunk(reading, shaped, stage, sources, "inputs", &mut HashMap::new());
    }
}

/// Puts units into parts, and parts into parts, until those of the outermost are few enough. Notes in which part each gate is.
fn chunk(
    reading: &Reading<'_>,
    shaped: &mut Shaped<'_>,
    stage: u32,
    mut units: Vec<Unit>,
    what: &str,
    part_of: &mut HashMap<u32, u32>,
) {
    let mut is_first = true;
    while is_first || units.len() > MOST {
        let (mut parts, mut begin) = (Vec::new(), 1);
        // All of about one size.
        let size = units.len().div_ceil(units.len().div_ceil(PART).max(1)).max(1);
        for units in units.chunks(size) {
            let boxes: usize = units.iter().map(|unit| unit.boxes).sum();
            let (first, last) = (units[0].first, units[units.len() - 1].last);
            let name = format!("{what} {begin}-{}", begin + boxes - 1);
            let part = shaped.add(format!("p{first}_{last}"), name, stage);
            units.iter().for_each(|unit| shaped.put(reading, unit, part));
            if is_first {
                part_of
                    .extend(units.iter().filter(|unit| unit.stage.is_none()).map(|unit| (unit.first, part)));
            }
            parts.push(Unit { stage: Some(part), first, last, boxes });
            begin += boxes;
        }
        (units, is_first) = (parts, false);
    }
}

/// The circuit with a stage of this name around some of its boxes: gates, sums and stages by their ids.
///
/// # Errors
/// Nothing has one of the ids, there is no gate among them, or they are not all inside the same stage.
pub fn boxed(circuit: &Circuit, name: &str, ids: &[String]) -> Result<Circuit, String> {
    let plain = StageIds::default();
    let reading = Reading::new(circuit, &plain, &View::default(), HashSet::new());
    let mut shaped = circuit.clone();
    let (mut around, number) = (None, circuit.stages.len() as u32);
    for id in ids {
        let gate = || id.strip_prefix('g')?.parse::<u32>().ok().filter(|&g| (g as usize) < circuit.len());
        let inner = plain.stage(id).filter(|&stage| stage > 0 && stage < number);
        let parent = match (gate(), inner) {
            (Some(gate), _) if reading.is_gate(gate) => {
                reading.gates_of(gate).into_iter().for_each(|gate| shaped.move_to(gate, number));
                circuit.node(gate).stage
            }
            (_, Some(inner)) => {
                shaped.stages[inner as usize].parent = number;
                circuit.stages[inner as usize].parent
            }
            _ => {
                return Err(format!(
                    "{id} is no gate and no stage; hint: box gates and stages that are drawn"
                ));
            }
        };
        if around.replace(parent).is_some_and(|before| before != parent) {
            return Err("they stand in different stages; hint: box what is inside the same one".into());
        }
    }
    let Some(parent) = around else { return Err("there is nothing to box; hint: choose gates first".into()) };
    shaped.stages.push(Stage { name: name.to_string(), parent, inputs: Vec::new(), outputs: Vec::new() });
    Ok(shaped)
}

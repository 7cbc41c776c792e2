//! How much room blocks and labels need, and the layout of one level after the levels inside it.

use super::card::Facts;
use super::cells;
use super::tree::{Input, Item, Use};
use super::words::{self, last_part};
use super::{Direction, Kind, MAP, Quantity};
use crate::layout::{CELLS, Graph, Net, Node, Out, PIXELS, Pin, Placed, arrange, text};
use std::collections::HashMap;

/// Font sizes in px: in boxes, second lines, beside wires, at branches.
pub const BOX: f64 = 15.0;
const SIGN: f64 = 21.0;
pub const DETAIL: f64 = 10.5;
pub const LABEL: f64 = 12.5;
pub const BRANCH: f64 = 11.0;
/// What stands before a gradient: `∂` and an arrow head that points back.
pub const MARK: f64 = 20.0;
/// Between a box and the labels of its wire, and behind them.
pub const BESIDE: f64 = 7.0;
/// Around what is in a frame.
pub const PAD: f64 = 14.0;
/// The bar of a frame with its title.
pub const TITLE: f64 = 24.0;
/// In front of a port, for an arrow head.
const ARROW: f64 = 8.0;

/// A wire on one level.
pub struct Strand {
    pub wire: u32,
    /// Box of this level: an index into the nodes of the layout.
    pub from: usize,
    pub to: Vec<(usize, usize)>,
    pub uses: Vec<Vec<Use>>,
    /// Which ends lead to an output of the circuit.
    pub reaches_output: Vec<bool>,
    /// Whether its numbers are written beside it.
    pub label: bool,
    /// What branches say, if the wire branches.
    pub branches: Vec<Option<Quantity>>,
}

/// A level with places for everything, from its own (0, 0).
pub struct Laid<'i> {
    pub items: &'i [Item],
    pub inner: Vec<Option<Laid<'i>>>,
    pub labels: Vec<(String, Option<String>)>,
    pub nodes: Vec<Node>,
    pub strands: Vec<Strand>,
    pub placed: Placed,
    /// How many nodes stand for wires that come in through the frame: those before the items.
    pub entering: usize,
}

/// What decides sizes besides the circuit.
pub struct Style {
    pub direction: Direction,
    /// Whether wires carry numbers, or shapes.
    pub labels: bool,
    /// Whether lengths are columns and rows.
    pub cells: bool,
    /// Whether arrays on wires have small pictures.
    pub maps: bool,
}

/// Between a text and a picture of an array, and between two pictures.
const MAP_GAP: f64 = 6.0;

/// Whether a wire that has a label has pictures too.
pub fn has_maps(facts: &Facts<'_>, style: &Style, wire: u32) -> bool {
    let shape = facts.reading.circuit.node(wire).spec.shape;
    style.maps && !style.cells && facts.flow.is_some() && shape.rank() > 0 && shape.elements() > 0
}

/// Room of a wire's label: behind its beginning along main, and across, before and after it.
fn label_room(facts: &Facts<'_>, style: &Style, wire: u32) -> (f64, f64, f64) {
    let width = label_width(facts, wire);
    let map = if has_maps(facts, style, wire) { MAP + MAP_GAP } else { 0.0 };
    match style.direction {
        Direction::Lr => (width.max(map) + 2.0 * BESIDE, 18.0 + map, 19.0 + map),
        Direction::Tb => (34.0 + map, 8.0, width.max(2.0 * map) + 2.0 * BESIDE),
    }
}

/// Lays out one level: `ins` and `outs` are the wires that pass its frame.
pub fn level<'i>(facts: &Facts<'_>, style: &Style, items: &'i [Item], frame: Option<&Item>) -> Laid<'i> {
    let inner: Vec<Option<Laid<'i>>> = items
        .iter()
        .map(|item| (item.kind == Kind::Frame).then(|| level(facts, style, &item.inner, Some(item))))
        .collect();
    let labels: Vec<(String, Option<String>)> =
        items.iter().map(|i| words::label(facts.reading, i)).collect();
    let ins: Vec<u32> = frame.map_or(Vec::new(), |f| f.ins.iter().map(|i| i.wire).collect());
    let outs: Vec<u32> = frame.map_or(Vec::new(), |f| f.outs.clone());
    let entering = frame.into_iter().flat_map(|f| &f.ins);
    let mut nodes: Vec<Node> = entering.map(|input| self::entering(facts, style, input)).collect();
    for ((item, inner), label) in items.iter().zip(&inner).zip(&labels) {
        nodes.push(match inner {
            Some(inner) => framed(item, inner, style, label),
            None if style.cells => cells::boxed(item, &label.0),
            None => boxed(facts, item, style, label),
        });
    }
    nodes.extend(outs.iter().map(|&wire| leaving(facts, style, wire)));
    let mut strands = strands(facts, items, &ins, &outs, frame);
    let first_out = ins.len() + items.len();
    for strand in &mut strands {
        room(facts, style, strand, &mut nodes, ins.len(), first_out, items);
    }
    let out_of = |s: &Strand| match s.from.checked_sub(ins.len()).and_then(|i| items.get(i)) {
        Some(item) => item.outs.iter().position(|&w| w == s.wire).unwrap_or(0),
        None => 0,
    };
    let nets = strands.iter().map(|s| Net { from: (s.from, out_of(s)), to: s.to.clone() }).collect();
    let graph = Graph { nodes, nets, metrics: if style.cells { CELLS } else { PIXELS } };
    let placed = arrange(&graph);
    Laid { items, inner, labels, nodes: graph.nodes, strands, placed, entering: ins.len() }
}

/// Where a wire leaves through the frame: its numbers are written behind that.
fn leaving(facts: &Facts<'_>, style: &Style, wire: u32) -> Node {
    let (_, before, after) = label_room(facts, style, wire);
    let (before, after) = match style.cells {
        true => (1.0, 2.0),
        false if !style.labels => (10.0, 10.0),
        false => (before, after),
    };
    Node { outs: vec![Out { at: 0.0, label: 0.0, before, after }], ..wall(style, Pin::Last, 1, 0) }
}

/// Where a wire comes in through the frame: what its branch passes back is written in front of that.
fn entering(facts: &Facts<'_>, style: &Style, input: &Input) -> Node {
    let mut node = wall(style, Pin::First, 0, 1);
    let back = facts.passed(&input.uses).filter(|_| style.direction == Direction::Tb && style.labels);
    if let Some(back) = back {
        node.outs[0].after = branch_width(&back) + 14.0;
    }
    node
}

/// Where a wire passes the frame.
fn wall(style: &Style, pin: Pin, ins: usize, outs: usize) -> Node {
    let (before, after) = if style.cells { (0.0, 1.0) } else { (10.0, 10.0) };
    let out = Out { at: 0.0, label: 0.0, before, after };
    Node { ins: vec![0.0; ins], outs: vec![out; outs], pin, ..Node::default() }
}

fn strands(
    facts: &Facts<'_>,
    items: &[Item],
    ins: &[u32],
    outs: &[u32],
    frame: Option<&Item>,
) -> Vec<Strand> {
    let mut made: HashMap<u32, usize> = HashMap::new();
    let mut all: Vec<Strand> = Vec::new();
    let mut begin = |wire: u32, from: usize, all: &mut Vec<Strand>| {
        made.insert(wire, all.len());
        all.push(Strand {
            wire,
            from,
            to: Vec::new(),
            uses: Vec::new(),
            reaches_output: Vec::new(),
            label: false,
            branches: Vec::new(),
        });
    };
    ins.iter().enumerate().for_each(|(at, &wire)| begin(wire, at, &mut all));
    for (at, item) in items.iter().enumerate() {
        item.outs.iter().for_each(|&wire| begin(wire, ins.len() + at, &mut all));
    }
    for (at, item) in items.iter().enumerate() {
        for (port, input) in item.ins.iter().enumerate() {
            if let Some(&strand) = made.get(&input.wire) {
                all[strand].to.push((ins.len() + at, port));
                all[strand].uses.push(input.uses.clone());
                all[strand].reaches_output.push(item.kind == Kind::Output);
            }
        }
    }
    for (at, wire) in outs.iter().enumerate() {
        if let Some(&strand) = made.get(wire) {
            all[strand].to.push((ins.len() + items.len() + at, 0));
            all[strand].reaches_output.push(facts.reading.outputs.contains(wire));
            all[strand].uses.push(frame.map_or(Vec::new(), |f| facts.reading.uses_outside(*wire, f)));
        }
    }
    all.retain(|s| !s.to.is_empty());
    all
}

/// Makes room for what is written beside a wire.
fn room(
    facts: &Facts<'_>,
    style: &Style,
    strand: &mut Strand,
    nodes: &mut [Node],
    first: usize,
    first_out: usize,
    items: &[Item],
) {
    strand.branches = vec![None; strand.to.len()];
    if !style.labels {
        return;
    }
    let leaves = strand.to.iter().any(|(to, _)| *to >= first_out);
    if strand.from >= first && !leaves {
        let item = &items[strand.from - first];
        let place = item.outs.iter().position(|&w| w == strand.wire).unwrap_or(0);
        let width =
            if style.cells { cells::label(facts, strand.wire) } else { label_width(facts, strand.wire) };
        let out = &mut nodes[strand.from].outs[place];
        let (label, before, after) =
            if style.cells { (width, 1.0, 2.0) } else { label_room(facts, style, strand.wire) };
        *out = Out { label, before, after, ..*out };
        strand.label = width > 0.0;
    }
    if strand.to.len() < 2 || style.cells {
        return;
    }
    for (end, &(to, _)) in strand.to.iter().enumerate() {
        let Some(item) = to.checked_sub(first).and_then(|i| items.get(i)) else { continue };
        if item.kind == Kind::Output {
            continue;
        }
        if let Some(quantity) = facts.passed(&strand.uses[end]) {
            let length = match style.direction {
                Direction::Lr => branch_width(&quantity) + 16.0,
                Direction::Tb => 24.0,
            };
            nodes[to].approach = nodes[to].approach.max(length);
            if style.direction == Direction::Tb {
                nodes[to].beside_ins = nodes[to].beside_ins.max(branch_width(&quantity) + 14.0);
            }
            strand.branches[end] = Some(quantity);
        }
    }
}

/// Width of a gradient at a branch.
pub fn branch_width(quantity: &Quantity) -> f64 {
    text::width(&quantity.text, BRANCH).ceil()
}

/// The name that is written beside a wire before its value: that of a wire in the middle.
pub fn wire_label_name(facts: &Facts<'_>, wire: u32) -> Option<String> {
    let circuit = facts.reading.circuit;
    let is_shown = !circuit.node(wire).is_input() && !facts.reading.outputs.contains(&wire);
    circuit.names.get(&wire).filter(|_| is_shown).map(|name| text::cut(last_part(name), 14))
}

fn label_width(facts: &Facts<'_>, wire: u32) -> f64 {
    let spec = facts.reading.circuit.node(wire).spec;
    let name = wire_label_name(facts, wire).map_or(0.0, |name| text::width(&name, LABEL) + 6.0);
    let above = match facts.written_value(wire) {
        Some(value) => text::width(&value.text, LABEL),
        None if spec.shape.rank() > 0 => text::width(&lengths(facts, wire), LABEL),
        None => 0.0,
    };
    let below = facts.written_upstream(wire).map_or(0.0, |g| MARK + text::width(&g.text, LABEL));
    (name + above).max(below).ceil()
}

/// Lengths of the axes: `64×10`.
pub fn lengths(facts: &Facts<'_>, wire: u32) -> String {
    let shape = facts.reading.circuit.node(wire).spec.shape;
    shape.iter().map(|d| d.to_string()).collect::<Vec<_>>().join("×")
}

/// Font size of the text in a box: signs are larger than words.
pub fn label_size(label: &str) -> f64 {
    if label.chars().count() <= 2 && !label.chars().any(char::is_alphanumeric) { SIGN } else { BOX }
}

/// A block without anything inside.
fn boxed(facts: &Facts<'_>, item: &Item, style: &Style, (label, detail): &(String, Option<String>)) -> Node {
    let (ins, outs) = (item.ins.len(), item.outs.len());
    let text_width =
        text::width(label, label_size(label)).max(detail.as_ref().map_or(0.0, |d| text::width(d, DETAIL)));
    let wide = (text_width + 22.0).max(40.0).ceil();
    let tall: f64 = match item.kind {
        Kind::Input | Kind::Constant | Kind::Output => 24.0,
        _ if detail.is_some() => 46.0,
        _ => 40.0,
    };
    let branch = || {
        let widths = item.ins.iter().filter_map(|i| facts.passed(&i.uses)).map(|q| branch_width(&q));
        widths.fold(0.0, f64::max)
    };
    let spacing = match (style.direction, style.labels) {
        (Direction::Lr, true) if ins <= 3 && outs <= 1 => 40.0,
        (Direction::Lr, true) => 26.0,
        (Direction::Lr, false) => 20.0,
        (Direction::Tb, true) => (branch() + 16.0).max(34.0),
        (Direction::Tb, false) => 22.0,
    };
    let rooms = || item.outs.iter().map(|&w| label_room(facts, style, w));
    let out_spacing = match style.direction {
        Direction::Lr if style.labels => {
            rooms().map(|(_, before, after)| before + after + BESIDE).fold(44.0, f64::max)
        }
        Direction::Tb if style.labels => rooms().map(|room| room.2).fold(20.0, f64::max) + BESIDE,
        _ => 20.0,
    };
    let along = |count: usize, spacing: f64| spacing * count.saturating_sub(1) as f64;
    let ports = along(ins, spacing).max(along(outs, out_spacing)) + 24.0;
    let (main, cross) = match style.direction {
        Direction::Lr => (wide, tall.max(ports)),
        Direction::Tb => (tall, wide.max(ports)),
    };
    let spread = |count: usize, spacing: f64| -> Vec<f64> {
        (0..count).map(|i| (cross - along(count, spacing)) / 2.0 + spacing * i as f64).collect()
    };
    let outs =
        spread(outs, out_spacing).into_iter().map(|at| Out { at, before: 0.0, after: 0.0, label: 0.0 });
    let pin = match item.kind {
        Kind::Output => Pin::Last,
        _ if item.ins.is_empty() => Pin::Source,
        _ => Pin::Free,
    };
    let approach = if item.ins.is_empty() { 0.0 } else { ARROW };
    Node { main, cross, ins: spread(ins, spacing), outs: outs.collect(), approach, beside_ins: 0.0, pin }
}

/// An open stage: a frame around what was laid out inside.
fn framed(item: &Item, inner: &Laid<'_>, style: &Style, label: &(String, Option<String>)) -> Node {
    let (lead, title) = lead(style, &label.0);
    let leaving = inner.nodes.len() - item.outs.len();
    let across = |node: usize| lead.1 + inner.placed.at[node].1;
    let outs = (0..item.outs.len()).map(|i| Out { at: across(leaving + i), ..Out::default() });
    let (pad, below) = if style.cells { (2.0, 1.0) } else { (PAD, PAD / 2.0) };
    let main = lead.0 + inner.placed.size.0 + pad;
    Node {
        main: if style.direction == Direction::Lr { main.max(title) } else { main },
        cross: lead.1 + inner.placed.size.1 + below,
        ins: (0..item.ins.len()).map(across).collect(),
        outs: outs.collect(),
        approach: if style.cells { 1.0 } else { ARROW },
        beside_ins: 0.0,
        pin: Pin::Free,
    }
}

/// Where what is in a frame begins, and how wide the title is.
pub fn lead(style: &Style, title: &str) -> ((f64, f64), f64) {
    let width = text::width(title, LABEL).ceil() + 34.0;
    match style.direction {
        _ if style.cells => ((2.0, 1.0), title.chars().count() as f64 + 4.0),
        Direction::Lr => ((PAD, TITLE), width),
        Direction::Tb => ((PAD, width), width),
    }
}

//! How much room blocks and labels need where letters stand in columns and rows.

use super::Kind;
use super::card::Facts;
use super::measure::lengths;
use super::tree::Item;
use crate::layout::{Node, Out, Pin};

/// Rows between ports: the numbers of two wires fit between them.
const SPACING: f64 = 3.0;
/// Ports of boxes with many of them stand closer.
const MANY: usize = 3;

/// A block without anything inside: a frame of lines around its text, or the text alone.
pub fn boxed(item: &Item, label: &str) -> Node {
    let letters = label.chars().count() as f64;
    let (ins, outs) = (item.ins.len(), item.outs.len());
    if matches!(item.kind, Kind::Input | Kind::Constant | Kind::Output) {
        let pin = if item.kind == Kind::Output { Pin::Last } else { Pin::Source };
        let outs = vec![Out { at: 0.0, before: 0.0, after: 1.0, label: 0.0 }; outs];
        let space = if item.kind == Kind::Output { 2.0 } else { 1.0 };
        return Node { main: letters + space, cross: 1.0, ins: vec![0.0; ins], outs, pin, ..Node::default() };
    }
    let spacing = if ins > MANY { 1.0 } else { SPACING };
    let along = |count: usize, spacing: f64| spacing * count.saturating_sub(1) as f64;
    let cross = along(ins, spacing).max(along(outs, SPACING)) + 3.0;
    let spread = |count: usize, spacing: f64| -> Vec<f64> {
        let first = ((cross - 1.0 - along(count, spacing)) / 2.0).floor();
        (0..count).map(|i| first + spacing * i as f64).collect()
    };
    let outs = spread(outs, SPACING).into_iter().map(|at| Out { at, ..Out::default() });
    let pin = if item.ins.is_empty() { Pin::Source } else { Pin::Free };
    Node {
        main: letters + 4.0,
        cross,
        ins: spread(ins, spacing),
        outs: outs.collect(),
        pin,
        ..Node::default()
    }
}

/// Columns of the numbers beside a wire.
pub fn label(facts: &Facts<'_>, wire: u32) -> f64 {
    let letters = |text: &str| text.chars().count();
    let spec = facts.reading.circuit.node(wire).spec;
    let above = match facts.written_value(wire) {
        Some(value) => letters(&value.text),
        None if spec.shape.rank() > 0 => letters(&lengths(facts, wire)),
        None => 0,
    };
    let below = facts.written_upstream(wire).map_or(0, |g| letters(&g.text));
    (above.max(below) + 1) as f64
}

//! Everything that a circuit is made of, drawn or not, for whoever searches it.

use super::tree::{Item, Reading};
use super::words;
use super::{Kind, View, added, quantity};
use chainrule::{Circuit, Flow};
use serde::Serialize;

/// A block as it would be drawn with everything open.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Found {
    /// Its id.
    pub id: String,
    /// What is written in it.
    pub label: String,
    /// The name of its wire, or the path of the stage.
    pub name: Option<String>,
    /// The engine's name of the gate.
    pub gate: String,
    /// The stage that has to be open for it to be drawn, by its id.
    pub within: Option<String>,
    /// The same stage by its path.
    pub path: Option<String>,
    /// Whether its gradient is exactly 0.
    pub zero: bool,
    /// Whether its value or its gradient is no number or infinite.
    pub special: bool,
}

/// All blocks in program order, those around before those inside.
pub fn index(circuit: &Circuit, flow: Option<&Flow>, view: &View) -> Vec<Found> {
    let shaped = added::shape(circuit, view);
    let paths = shaped.circuit.stage_paths();
    let all = (1..paths.len() as u32).collect();
    let reading = Reading::new(&shaped.circuit, &shaped.ids, view, all);
    let mut found = Vec::new();
    let items = reading.items();
    let mut open: Vec<(&Item, Option<u32>)> = items.iter().rev().map(|item| (item, None)).collect();
    while let Some((item, within)) = open.pop() {
        found.push(one(&reading, flow, &paths, item, within));
        open.extend(item.inner.iter().rev().map(|inner| (inner, Some(item.number))));
    }
    found
}

fn one(
    reading: &Reading<'_>,
    flow: Option<&Flow>,
    paths: &[String],
    item: &Item,
    within: Option<u32>,
) -> Found {
    let wire = item.outs.first().copied();
    let is_stage = matches!(item.kind, Kind::Stage | Kind::Frame);
    let name = wire.and_then(|w| reading.circuit.names.get(&w)).cloned();
    let flowing = flow.zip(wire).map(|(f, w)| &f.wires[w as usize]);
    let gradient = flowing.and_then(|f| f.upstream.as_ref());
    let is_gate = matches!(item.kind, Kind::Gate | Kind::Input | Kind::Constant);
    Found {
        id: item.id.clone(),
        label: words::label(reading, item).0,
        name: if is_stage { paths.get(item.number as usize).cloned() } else { name },
        gate: if is_gate { reading.circuit.node(item.number).gate.name.into() } else { String::new() },
        within: within.map(|stage| reading.ids.id(stage)),
        path: within.and_then(|stage| paths.get(stage as usize).cloned()),
        zero: gradient.is_some_and(|g| g.to_f64().iter().all(|x| *x == 0.0)),
        special: flowing.is_some_and(|f| quantity::is_special(&f.value))
            || gradient.is_some_and(quantity::is_special),
    }
}

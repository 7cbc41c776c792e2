//! What run it is, and how far it is.

use super::layers::Layer;
use super::{Control, Run};
use crate::run::number::Number;
use crate::run::{Alert, BUDGET, Field, Head, Role};
use serde::Serialize;

/// The run.
#[derive(Serialize)]
pub struct Info {
    live: bool,
    head: About,
    state: &'static str,
    end: Option<Ended>,
    steps: Steps,
    t: f64,
    per_second: Option<f64>,
    can: Vec<&'static str>,
    rewinds: Vec<u64>,
    observing: Observing,
    layers: Vec<Layer>,
    wires: Vec<Wire>,
    alerts: Vec<Told>,
    births: usize,
    has_boundary: bool,
    /// Why nothing more comes, as of a file that is damaged.
    trouble: Option<String>,
}

#[derive(Serialize)]
struct About {
    id: String,
    t: f64,
    argv: Vec<String>,
    host: String,
    dtype: String,
}

impl About {
    fn of(head: &Head) -> About {
        let Head { id, t, argv, host, dtype, .. } = head.clone();
        About { id, t, argv, host, dtype }
    }
}

#[derive(Serialize)]
struct Ended {
    s: u64,
    why: String,
}

#[derive(Serialize)]
struct Steps {
    first: Option<u64>,
    last: Option<u64>,
    total: Option<u64>,
}

#[derive(Serialize)]
struct Observing {
    share: Option<f64>,
    budget: f64,
    every: Option<u64>,
}

/// A watched wire.
#[derive(Serialize)]
struct Wire {
    w: u32,
    role: Role,
    name: String,
    m: u32,
    op: String,
    path: bool,
    shape: Option<Vec<usize>>,
    layer: Option<usize>,
    fields: Vec<Field>,
}

/// An alert.
#[derive(Serialize)]
struct Told {
    s: u64,
    rule: String,
    at: String,
    x: Number,
    thr: Number,
}

/// What is known of the run.
pub fn info(run: &Run) -> Info {
    let (is_going, control) = (run.is_going(), run.control());
    let book = run.book();
    let layers = run.layers(&book);
    let state = match control {
        _ if !is_going => "ended",
        Some(control) if control.is_paused() => "paused",
        _ => "running",
    };
    let told = |alert: &Alert| Told {
        s: alert.s,
        rule: alert.rule.clone(),
        at: alert.at.clone(),
        x: Number(alert.x),
        thr: Number(alert.thr),
    };
    Info {
        live: run.is_live(),
        head: About::of(&book.head),
        state,
        end: book.end.as_ref().map(|end| Ended { s: end.s, why: end.why.clone() }),
        steps: Steps {
            first: book.curve.first().map(|dot| dot.s),
            last: book.last.as_ref().map(|last| last.s),
            total: book.head.steps,
        },
        t: book.last.as_ref().map_or(0.0, |last| last.t),
        per_second: book.per_second(),
        can: control.map_or_else(Vec::new, Control::can),
        rewinds: control.map_or_else(Vec::new, Control::held),
        observing: Observing { share: book.observing(), budget: BUDGET, every: book.every },
        layers: layers.as_ref().map_or_else(Vec::new, |layers| layers.list.clone()),
        wires: wires(run, &book),
        alerts: book.alerts.iter().map(told).collect(),
        births: book.births.len(),
        has_boundary: book.points.is_some(),
        trouble: run.file.as_ref().and_then(super::file::Growth::trouble),
    }
}

fn wires(run: &Run, book: &crate::run::Book) -> Vec<Wire> {
    let (Some(graph), Some(layers)) = (&book.graph, run.layers(book)) else { return Vec::new() };
    let first = book.moments().first();
    let shape = |w: u32| {
        let at = graph.gates.binary_search_by_key(&w, |gate| gate.id).ok()?;
        Some(graph.gates[at].shape.clone())
    };
    let wire = |watch: &crate::run::Watch| {
        let seen = first.into_iter().flat_map(|moment| &moment.sums).filter(|sum| sum.w == watch.w);
        Wire {
            w: watch.w,
            role: watch.role,
            name: watch.name.clone(),
            m: watch.m,
            op: watch.op.clone(),
            path: watch.path,
            shape: shape(watch.w),
            layer: layers.layer_of(watch.w),
            fields: seen.map(|sum| sum.f).collect(),
        }
    };
    graph.watch.iter().map(wire).collect()
}

//! Where NaN and infinities were born, each with a small circuit.

use super::Run;
use crate::run::number::Number;
use crate::run::{Birth, Book, Field, Pass, Role, Watch};
use crate::scene::{Scene, birth_scene};
use serde::Serialize;
use std::collections::{HashSet, VecDeque};

/// Observed steps before a birth.
const BEFORE: usize = 20;
/// Gates that are looked at on the search for a watched wire.
const SEARCHED: usize = 10_000;

/// A birth.
#[derive(Serialize)]
pub struct Told {
    #[serde(flatten)]
    birth: Birth,
    /// All of it as the terminal has it.
    text: String,
    before: Vec<Before>,
    before_wire: Option<Near>,
    mini: Scene,
    mini_gate: String,
}

/// A watched wire at a step before.
#[derive(Serialize)]
struct Before {
    s: u64,
    min: Number,
    max: Number,
    nan: u64,
}

/// The watched wire nearest to where it happened.
#[derive(Serialize)]
struct Near {
    w: u32,
    name: String,
}

/// All births.
pub fn births(run: &Run) -> Vec<Told> {
    let book = run.book();
    let told = |birth: &std::sync::Arc<Birth>| {
        let (mini, mini_gate) = birth_scene(birth);
        let near = nearest(&book, birth);
        let before = near.map_or_else(Vec::new, |watch| before(&book, watch, birth.s));
        Told {
            birth: (**birth).clone(),
            text: birth.to_string(),
            before,
            before_wire: near.map(|watch| Near { w: watch.w, name: watch.name.clone() }),
            mini,
            mini_gate,
        }
    };
    book.births.iter().map(told).collect()
}

fn before(book: &Book, watch: &Watch, s: u64) -> Vec<Before> {
    let field = if watch.role == Role::Parameter { Field::Parameter } else { Field::Value };
    let moments = book.moments_until(s);
    let recent = moments[moments.len().saturating_sub(BEFORE)..].iter();
    let one = |moment: &std::sync::Arc<crate::run::Moment>| {
        let sum = moment.sum(watch.w, field)?;
        let nan = sum.nan + sum.pinf + sum.ninf;
        Some(Before { s: moment.s, min: Number(sum.min), max: Number(sum.max), nan })
    };
    recent.filter_map(one).collect()
}

/// The watched wire that the gate reads, or else the nearest that these wires come from.
fn nearest<'b>(book: &'b Book, birth: &Birth) -> Option<&'b Watch> {
    let graph = book.graph.as_ref()?;
    let operands = if birth.pass == Pass::Backward { &birth.of_in } else { &birth.inputs };
    let mut queue: VecDeque<u32> = operands.iter().map(|operand| operand.w).collect();
    let mut seen: HashSet<u32> = queue.iter().copied().collect();
    while let Some(w) = queue.pop_front() {
        if let Some(watch) = graph.watch.iter().find(|watch| watch.w == w) {
            return Some(watch);
        }
        if let Ok(at) = graph.gates.binary_search_by_key(&w, |gate| gate.id)
            && seen.len() < SEARCHED
        {
            queue.extend(graph.gates[at].inputs.iter().filter(|&&input| seen.insert(input)));
        }
    }
    None
}

//! One offline file: the circuit with its stages closed and open, a card for each gate, and both passes step by step. It fetches
//! nothing and computes nothing: every view was drawn by the engine.

use crate::scene::{Block, Card, Entry, Line, Refused, Scene, Step, View, scene};
use crate::svg::{self, Options, Theme, escape};
use chainrule::{Circuit, Flow};
use serde::Serialize;
use std::collections::BTreeSet;

/// With more stages than this, not every choice of open ones is drawn, but each stage open by itself, and all.
const FREELY: usize = 4;
/// Most views in a file.
const VIEWS: usize = 48;

const CSS: &str = include_str!("page.css");
const JS: &str = include_str!("page.js");

/// What the page reads.
#[derive(Serialize)]
struct Data {
    views: Vec<Drawn>,
}

/// A view with what it says. Places are in the picture.
#[derive(Serialize)]
struct Drawn {
    open: Vec<String>,
    svg: String,
    blocks: Vec<Shown>,
    wires: Vec<Ends>,
    steps: Vec<Step>,
    stages: Vec<Entry>,
}

#[derive(Serialize)]
struct Shown {
    id: String,
    opens: bool,
    frame: Option<String>,
    kind: crate::scene::Kind,
    card: Card,
}

#[derive(Serialize)]
struct Ends {
    id: String,
    wire: u32,
    to: Vec<String>,
}

/// The page of a circuit. It begins with the stages open that `view` says.
///
/// # Errors
/// As [`scene`], for the first view; others that do not fit are left out.
pub fn page(circuit: &Circuit, flow: &Flow, view: &View, options: &Options) -> Result<String, Refused> {
    let first = scene(circuit, Some(flow), view)?;
    let begin: BTreeSet<String> = open(&first);
    let mut views = vec![drawn(&first, options)];
    for ids in choices(&first.stages).into_iter().filter(|ids| *ids != begin).take(VIEWS) {
        let open = ids.iter().cloned().chain(sums(view)).collect();
        let other = View { open, depth: 0, keep: None, ..view.clone() };
        if let Ok(scene) = scene(circuit, Some(flow), &other) {
            views.push(drawn(&scene, options));
        }
    }
    let data = serde_json::to_string(&Data { views }).unwrap_or_default();
    // Within a script element nothing else could end it.
    let data = data.replace('<', "\\u003c");
    let theme = match options.theme {
        Theme::Auto => "light dark",
        Theme::Light => "light",
        Theme::Dark => "dark",
    };
    let title = escape(&options.title);
    Ok(format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"{theme}\">\n<title>{title}</title>\n<style>\n{CSS}</style>\n\
         <header><h1>{title}</h1><nav aria-label=\"steps\"></nav></header>\n\
         <main><div id=\"picture\"></div><aside id=\"card\" aria-label=\"gate\"></aside></main>\n\
         <p id=\"said\" role=\"status\" aria-live=\"polite\"></p>\n\
         <script type=\"application/json\" id=\"views\">{data}</script>\n<script>\n{JS}</script>\n</html>\n"
    ))
}

/// Sums that are open: they stay so in every view.
fn sums(view: &View) -> Vec<String> {
    view.open.iter().filter(|id| id.starts_with('g') && id[1..].parse::<u32>().is_ok()).cloned().collect()
}

fn open(scene: &Scene) -> BTreeSet<String> {
    scene.stages.iter().filter(|s| s.open).map(|s| s.id.clone()).collect()
}

/// Sets of open stages, each with the stages around those in it.
fn choices(stages: &[Entry]) -> Vec<BTreeSet<String>> {
    let closed_upwards = |ids: BTreeSet<String>| {
        let mut all = ids;
        // Parents stand before their children.
        for stage in stages.iter().rev() {
            if let Some(parent) = stage.parent.as_ref().filter(|_| all.contains(&stage.id)) {
                all.insert(parent.clone());
            }
        }
        all
    };
    let mut choices: Vec<BTreeSet<String>> = Vec::new();
    let mut add = |ids: BTreeSet<String>| {
        let ids = closed_upwards(ids);
        if !choices.contains(&ids) {
            choices.push(ids);
        }
    };
    let all = stages.iter().map(|s| s.id.clone());
    if stages.len() <= FREELY {
        for bits in 0..1u32 << stages.len() {
            add(all.clone().enumerate().filter(|(i, _)| bits >> i & 1 == 1).map(|(_, id)| id).collect());
        }
        return choices;
    }
    add(BTreeSet::new());
    add(all.clone().collect());
    all.for_each(|id| add([id].into()));
    choices
}

fn drawn(scene: &Scene, options: &Options) -> Drawn {
    let shown = |b: &Block| Shown {
        id: b.id.clone(),
        opens: b.opens && b.id.starts_with('s'),
        frame: b.frame.clone(),
        kind: b.kind,
        card: b.card.clone(),
    };
    let ends = |w: &Line| Ends {
        id: w.id.clone(),
        wire: w.wire,
        to: w.to.iter().map(|(id, _)| id.clone()).collect(),
    };
    Drawn {
        open: open(scene).into_iter().collect(),
        svg: svg::picture(scene, options),
        blocks: scene.blocks.iter().map(shown).collect(),
        wires: scene.wires.iter().map(ends).collect(),
        steps: scene.steps.clone(),
        stages: scene.stages.clone(),
    }
}

//! One offline file: the circuit with its stages closed and open, a card for each gate, and both passes step by step. It fetches
//! nothing and computes nothing: every view was drawn by the engine.

use crate::scene::{Block, Card, Kind, Line, Refused, Scene, Step, View, scene};
use crate::svg::{self, Options, Theme, escape};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chainrule::{Circuit, Flow};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde::Serialize;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::io::Write;

/// Most views in a file, and bytes of all of them together, packed. Those that are fewest steps from the first one come first.
const VIEWS: usize = 512;
const BYTES: usize = 4 << 20;

const CSS: &str = include_str!("page.css");
const JS: &str = include_str!("page.js");

/// What the page reads.
#[derive(Serialize)]
struct Data {
    /// Each card once: most are the same in every view.
    cards: Vec<String>,
    first: Drawn,
    views: Vec<Packed>,
}

/// A view that is unpacked when it is looked at.
#[derive(Serialize)]
struct Packed {
    open: Vec<String>,
    /// Deflated (RFC 1950), in base64.
    packed: String,
}

/// A view with what it says. Places are in the picture.
#[derive(Serialize)]
struct Drawn {
    open: Vec<String>,
    svg: String,
    blocks: Vec<Shown>,
    wires: Vec<Ends>,
    steps: Vec<Step>,
}

#[derive(Serialize)]
struct Shown {
    id: String,
    opens: bool,
    frame: Option<String>,
    kind: Kind,
    /// Which of the cards.
    card: usize,
}

#[derive(Serialize)]
struct Ends {
    id: String,
    wire: u32,
    to: Vec<String>,
}

/// The page of a circuit. It begins with the stages open that `view` says. Every other choice of open stages and sums that fits into
/// the file is there too, nearest first; and each stage by itself.
///
/// # Errors
/// As [`scene`], for the first view; others that do not fit are left out.
pub fn page(circuit: &Circuit, flow: &Flow, view: &View, options: &Options) -> Result<String, Refused> {
    with_at_most((VIEWS, BYTES), circuit, flow, view, options)
}

fn with_at_most(
    (most, most_bytes): (usize, usize),
    circuit: &Circuit,
    flow: &Flow,
    view: &View,
    options: &Options,
) -> Result<String, Refused> {
    let draw = |open: &Open| {
        let view = View { open: open.iter().cloned().collect(), depth: 0, keep: None, ..view.clone() };
        scene(circuit, Some(flow), &view)
    };
    let mut cards = Cards::default();
    let begin = scene(circuit, Some(flow), view)?;
    let first = drawn(&begin, options, &mut cards);
    let (mut views, mut bytes) = (Vec::new(), 0);
    let mut seen: BTreeSet<Open> = [open(&begin)].into();
    let mut waiting: VecDeque<Open> = toggled(&begin).into();
    // Each stage by itself first: whatever else has no place, each can be opened.
    let stages = begin.stages.iter().filter(|stage| !stage.id.starts_with('c'));
    waiting.extend(stages.map(|stage| [stage.id.clone()].into()));
    while let Some(choice) = waiting.pop_front().filter(|_| views.len() < most && bytes < most_bytes) {
        if seen.contains(&choice) {
            continue;
        }
        // Stages around an open one are open too: one view has several names.
        let Ok(next) = draw(&choice) else { continue };
        if !seen.insert(open(&next)) {
            continue;
        }
        let next_view = drawn(&next, options, &mut cards);
        let packed = pack(&serde_json::to_vec(&next_view).unwrap_or_default());
        bytes += packed.len();
        views.push(Packed { open: next_view.open, packed });
        waiting.extend(toggled(&next).into_iter().filter(|open| !seen.contains(open)));
    }
    let data = Data { cards: cards.texts, first, views };
    let data = serde_json::to_string(&data).unwrap_or_default();
    // Within a script element nothing else could end it.
    let data = data.replace('<', "\\u003c");
    let theme = match options.theme {
        Theme::Auto => "light dark",
        Theme::Light => "light",
        Theme::Dark => "dark",
    };
    let title = escape(&options.title);
    let heading = options.title.lines().map(escape).collect::<Vec<_>>().join("\n");
    Ok(format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"{theme}\">\n<title>{title}</title>\n<style>\n{CSS}</style>\n\
         <header><h1>{heading}</h1><nav aria-label=\"steps\"></nav></header>\n\
         <main><div id=\"picture\"></div><aside id=\"card\" aria-label=\"gate\"></aside></main>\n\
         <p id=\"said\" role=\"status\" aria-live=\"polite\"></p>\n\
         <script type=\"application/json\" id=\"views\">{data}</script>\n<script>\n{JS}</script>\n</html>\n"
    ))
}

/// What is open, by names that do not depend on the view: `s4` of a stage, `g9` of a sum.
type Open = BTreeSet<String>;

fn name(block: &Block) -> String {
    let id = block.id.split('-').next().unwrap_or(&block.id);
    match (block.kind, id.strip_prefix('c')) {
        (Kind::Frame, Some(sum)) => format!("g{sum}"),
        _ => id.to_string(),
    }
}

fn open(scene: &Scene) -> Open {
    scene.blocks.iter().filter(|b| b.kind == Kind::Frame).map(name).collect()
}

/// What is open after one block more is opened or closed, for each block where that can be done.
fn toggled(scene: &Scene) -> Vec<Open> {
    let now = open(scene);
    let inside = |block: &Block, frame: &str| {
        let frame_of = |id: &str| scene.blocks.iter().find(|b| b.id == id);
        std::iter::successors(Some(block), |b| b.frame.as_deref().and_then(frame_of))
            .any(|b| name(b) == frame)
    };
    let after = |block: &Block| -> Option<Open> {
        if block.kind == Kind::Frame {
            let closed = scene.blocks.iter().filter(|b| b.kind == Kind::Frame && inside(b, &name(block)));
            let closed: Open = closed.map(name).collect();
            return Some(now.difference(&closed).cloned().collect());
        }
        block.opens.then(|| now.iter().cloned().chain([name(block)]).collect())
    };
    scene.blocks.iter().filter_map(after).collect()
}

/// Cards that are written once.
#[derive(Default)]
struct Cards {
    texts: Vec<String>,
    places: HashMap<String, usize>,
}

impl Cards {
    fn place(&mut self, card: &Card) -> usize {
        let text = serde_json::to_string(card).unwrap_or_default();
        let texts = &mut self.texts;
        *self.places.entry(text).or_insert_with_key(|text| {
            texts.push(text.clone());
            texts.len() - 1
        })
    }
}

fn pack(bytes: &[u8]) -> String {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
    // Memory takes everything.
    packer.write_all(bytes).ok();
    STANDARD.encode(packer.finish().unwrap_or_default())
}

fn drawn(scene: &Scene, options: &Options, cards: &mut Cards) -> Drawn {
    let mut shown = |b: &Block| Shown {
        id: b.id.clone(),
        opens: b.opens,
        frame: b.frame.clone(),
        kind: b.kind,
        card: cards.place(&b.card),
    };
    let ends = |w: &Line| Ends {
        id: w.id.clone(),
        wire: w.wire,
        to: w.to.iter().map(|(id, _)| id.clone()).collect(),
    };
    Drawn {
        open: open(scene).into_iter().collect(),
        svg: svg::picture(scene, options),
        blocks: scene.blocks.iter().map(&mut shown).collect(),
        wires: scene.wires.iter().map(ends).collect(),
        steps: scene.steps.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainrule::formula::{Formula, Options as Building};
    use chainrule::{Tensor, flow};

    /// How many views a page holds, and whether each of them can be reached from each by single steps.
    fn views(source: &str, most: usize) -> Vec<Open> {
        let built = Formula::parse(source).and_then(|f| f.build(&Building::default())).expect("it is sound");
        let values: Vec<Tensor> = built.inputs.iter().map(|i| Tensor::full(i.spec, 0.5)).collect();
        let flow = flow(&built.circuit, &values, &[1.0.into()]).expect("values fit");
        let text = with_at_most((most, BYTES), &built.circuit, &flow, &View::default(), &Options::default());
        let text = text.expect("it is small");
        assert!(text.len() < 2 * BYTES, "{}", text.len());
        let data =
            text.split("id=\"views\">").nth(1).and_then(|t| t.split("</script>").next()).expect("the data");
        let data: serde_json::Value = serde_json::from_str(data).expect("JSON");
        let names = |v: &serde_json::Value| -> Open {
            v["open"].as_array().into_iter().flatten().filter_map(|n| n.as_str().map(String::from)).collect()
        };
        let mut all = vec![names(&data["first"])];
        all.extend(data["views"].as_array().into_iter().flatten().map(names));
        all
    }

    #[test]
    fn every_choice_of_open_stages_is_there() {
        let calls: Vec<String> = (0..6).map(|i| format!("s(x * {i}.5)")).collect();
        let source = format!("stage s(z) = 1 / (1 + exp(-z))\nf = {}", calls.join(" * "));
        assert_eq!(views(&source, VIEWS).len(), 64);
        // a stage within a stage: both closed, one open, both open
        assert_eq!(
            views("stage a(z) = sin(z) * 2\nstage b(z) = a(z) + a(z * 3)\nf = b(x)", VIEWS).len(),
            1 + 4
        );
        // a sum is opened too
        assert_eq!(views("f = x + y + z + w", VIEWS).len(), 2);
    }

    #[test]
    fn formulas_without_stages_have_their_parts() {
        let rows: String = (0..700).map(|i| format!("a{} = sin(a{i})\n", i + 1)).collect();
        let all = views(&format!("a0 = x * 2\n{rows}"), 3);
        assert!(
            all.len() == 4 && all[0].is_empty() && all[1].iter().all(|id| id.starts_with('p')),
            "{all:?}"
        );
    }

    #[test]
    fn where_they_are_too_many_each_stage_still_opens() {
        let calls: Vec<String> = (0..20).map(|i| format!("s(x * {i}.5)")).collect();
        let all = views(&format!("stage s(z) = tanh(z) * 2\nf = {}", calls.join(" * ")), 30);
        assert_eq!(all.len(), 1 + 30);
        (1..=20).for_each(|s| assert!(all.contains(&[format!("s{s}")].into()), "s{s}"));
    }
}

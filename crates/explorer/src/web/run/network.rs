//! The network as boxes, one for each layer, with the gradient that flows back between them.

use super::Run;
use super::layers::{Layers, Part};
use crate::layout::{Graph, Metrics, Net, Node, Out, PIXELS, Pin, arrange, text};
use crate::run::number::Number;
use crate::run::{Book, Field, Moment};
use crate::scene::Quantity;
use serde::Serialize;

/// Sizes of the letters of both lines, the height of a box, and the room beside its texts.
const LETTERS: (f64, f64) = (13.0, 11.0);
const HEIGHT: f64 = 44.0;
const BESIDE: f64 = 12.0;
/// Between boxes: the gradient stands there.
const BETWEEN: f64 = 32.0;
/// Between wires that come in, and bends that are taken out: a chain of layers is to be a straight line.
const PORT: f64 = 16.0;
const BEND: f64 = 40.0;
/// Around everything.
const MARGIN: f64 = 12.0;
/// Letters of a name.
const NAME: usize = 28;

/// What is drawn.
#[derive(Serialize)]
pub struct Network {
    width: f64,
    height: f64,
    boxes: Vec<Box>,
    wires: Vec<Wire>,
}

#[derive(Serialize)]
struct Box {
    /// The layer, if it is one alone.
    layer: Option<usize>,
    /// All layers in it.
    layers: Vec<usize>,
    name: String,
    detail: String,
    x: f64,
    y: f64,
    w: f64,
    h: f64,
}

#[derive(Serialize)]
struct Wire {
    from: usize,
    to: usize,
    points: Vec<(f64, f64)>,
    gradient: Option<Number>,
    thickness: f64,
}

/// The network at a step, laid out from top to bottom: it stands in a narrow column; without a step, at the last.
pub fn network(run: &Run, s: Option<u64>) -> Network {
    let book = run.book();
    let Some(layers) = run.layers(&book) else {
        return Network { width: 0.0, height: 0.0, boxes: vec![], wires: vec![] };
    };
    let details: Vec<String> = layers.parts.iter().map(|part| detail(&book, &layers, part)).collect();
    let graph = graph(&layers, &details);
    let placed = arrange(&graph);
    let moment = book.moments_until(s.unwrap_or(u64::MAX)).last();
    let boxes = (0..layers.parts.len()).map(|i| {
        let (part, node, (x, y)) = (&layers.parts[i], &graph.nodes[i], placed.at[i]);
        Box {
            layer: if let [only] = part.layers[..] { Some(only) } else { None },
            layers: part.layers.clone(),
            name: text::cut(&part.name, NAME),
            detail: details[i].clone(),
            x: y + MARGIN,
            y: x + MARGIN,
            w: node.cross,
            h: node.main,
        }
    });
    let mut wires = Vec::new();
    for (net, ways) in graph.nets.iter().zip(&placed.ways) {
        for (&(to, _), way) in net.to.iter().zip(ways) {
            let points = way.iter().map(|(x, y)| (y + MARGIN, x + MARGIN)).collect();
            let gradient = moment.and_then(|moment| gradient(&layers, moment, net.from.0, to));
            let magnitude = gradient.map(f64::log10).filter(|size| size.is_finite());
            let thickness = Quantity::thickness(magnitude);
            wires.push(Wire { from: net.from.0, to, points, gradient: gradient.map(Number), thickness });
        }
    }
    let (width, height) = (placed.size.1 + 2.0 * MARGIN, placed.size.0 + 2.0 * MARGIN);
    Network { width, height, boxes: boxes.collect(), wires }
}

/// What was observed on the way from box to box: the gradient's norm.
fn gradient(layers: &Layers, moment: &Moment, from: usize, to: usize) -> Option<f64> {
    let way = layers.ways.iter().find(|way| (way.from, way.to) == (from, to))?;
    way.wires.iter().find_map(|&w| moment.sum(w, Field::Gradient)).map(|sum| match sum {
        sum if sum.nan > 0 => f64::NAN,
        sum if sum.pinf + sum.ninf > 0 => f64::INFINITY,
        sum => sum.l2,
    })
}

fn graph(layers: &Layers, details: &[String]) -> Graph {
    let ends = |i: usize| layers.ways.iter().filter(|way| way.to == i).count();
    let text = |i: usize| {
        let name = text::width(&text::cut(&layers.parts[i].name, NAME), LETTERS.0);
        name.max(text::width(&details[i], LETTERS.1))
    };
    // All as wide as the widest, so that a chain of layers is a straight line.
    let wide = ((0..layers.parts.len()).map(text).fold(0.0, f64::max) + 2.0 * BESIDE).ceil();
    let node = |i: usize| {
        let ins = ends(i);
        Node {
            main: HEIGHT,
            cross: wide,
            ins: (0..ins).map(|k| wide / 2.0 + PORT * (k as f64 - (ins as f64 - 1.0) / 2.0)).collect(),
            outs: vec![Out { at: wide / 2.0, ..Out::default() }],
            pin: Pin::Free,
            ..Node::default()
        }
    };
    let nets = (0..layers.parts.len()).filter_map(|from| {
        // The place of a way among all that lead to the same box.
        let place = |at: usize| layers.ways[..at].iter().filter(|way| way.to == layers.ways[at].to).count();
        let own = (0..layers.ways.len()).filter(|&at| layers.ways[at].from == from);
        let to: Vec<(usize, usize)> = own.map(|at| (layers.ways[at].to, place(at))).collect();
        (!to.is_empty()).then_some(Net { from: (from, 0), to })
    });
    let metrics = Metrics { between: BETWEEN, margin: BETWEEN / 2.0, jog: BEND, ..PIXELS };
    Graph { nodes: (0..layers.parts.len()).map(node).collect(), nets: nets.collect(), metrics }
}

/// What comes in and what leaves, without the axis of the batch, and how many weights there are.
fn detail(book: &Book, layers: &Layers, part: &Part) -> String {
    let shape = |w: u32| {
        let dims = layers.shapes.get(&w)?;
        let dims: Vec<String> = dims.iter().skip(1).map(usize::to_string).collect();
        (!dims.is_empty()).then(|| dims.join("×"))
    };
    let at = layers.parts.iter().position(|other| std::ptr::eq(other, part));
    let size = |w: &u32| layers.shapes.get(w).map_or(0, |dims| dims.iter().product::<usize>());
    let entering = layers.ways.iter().filter(|way| Some(way.to) == at).flat_map(|way| &way.wires);
    let leaving = layers.ways.iter().filter(|way| Some(way.from) == at).flat_map(|way| &way.wires);
    let entering = entering.copied().max_by_key(size).and_then(shape);
    let leaving = leaving.copied().max_by_key(size).and_then(shape);
    let wires = part.layers.iter().flat_map(|&id| &layers.list[id].parameters);
    let first = book.moments().first();
    let count = |&w: &u32| first.and_then(|moment| moment.sum(w, Field::Parameter)).map_or(0, |sum| sum.n);
    let weights: u64 = wires.map(count).sum();
    let ways = match (entering, leaving) {
        (Some(entering), Some(leaving)) => format!("{entering} → {leaving}"),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => String::new(),
    };
    match (ways.is_empty(), weights) {
        (_, 0) => ways,
        (true, _) => grouped(weights),
        (false, _) => format!("{ways} · {}", grouped(weights)),
    }
}

/// With commas between thousands.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn thousands_have_commas() {
        assert_eq!(
            [1, 999, 1000, 100_480, 1_234_567].map(super::grouped),
            ["1", "999", "1,000", "100,480", "1,234,567"]
        );
    }
}

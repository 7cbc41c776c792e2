//! What tests of pictures share: circuits from `circuits/`, and what must hold of every scene.
#![allow(dead_code)]

use chainrule::formula::{BuiltInput, Formula, Options};
use chainrule::{Circuit, Flow, Tensor, flow};
use chainrule_explorer::layout::text::width;
use chainrule_explorer::scene::{Block, Direction, Kind, Line, MAP, Scene};
use std::path::Path;

/// A circuit with a flow at numbers that differ from input to input, or at those given.
pub fn circuit(name: &str, given: &[(&str, f64)]) -> (Circuit, Flow) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../circuits");
    let source = std::fs::read_to_string(folder.join(format!("{name}.cr"))).expect("the program is there");
    formula(&source, given)
}

/// The same of a formula.
pub fn formula(source: &str, given: &[(&str, f64)]) -> (Circuit, Flow) {
    let dims = [("batch", 2), ("features", 3), ("classes", 3), ("steps", 6)];
    let dims = dims.map(|(name, length)| (name.to_string(), length)).into();
    let formula = Formula::parse(source).expect("the program is sound");
    let mut built = formula.build(&Options { dims, ..Options::default() }).expect("its shapes fit");
    let names = built.circuit.inputs.iter().copied().zip(built.inputs.iter().map(|i| i.name.clone()));
    let bindings = built.bindings.iter().map(|(name, wire)| (*wire, name.clone()));
    built.circuit.names = bindings.chain(names).collect();
    let values: Vec<Tensor> =
        built.inputs.iter().enumerate().map(|(place, input)| value(place, input, given)).collect();
    let upstream = Tensor::full(built.circuit.node(built.circuit.outputs[0]).spec, 1.0);
    let flow = flow(&built.circuit, &values, &[upstream]).expect("values fit the inputs");
    (built.circuit, flow)
}

fn value(place: usize, input: &BuiltInput, given: &[(&str, f64)]) -> Tensor {
    if let Some((_, value)) = given.iter().find(|(name, _)| *name == input.name) {
        return Tensor::full(input.spec, *value);
    }
    let is_float = input.spec.dtype.is_float();
    let number = |i: usize| {
        let number = (i * 37 + place * 11 + i * i * 5) % 17;
        if is_float { number as f64 / 8.0 - 1.0 } else { (i % 3) as f64 }
    };
    let numbers: Vec<f64> = (0..input.spec.shape.elements()).map(number).collect();
    Tensor::from_f64(input.spec, &numbers)
}

/// Everything that lies over something else where it must not.
pub fn faults(scene: &Scene) -> Vec<String> {
    let solid = || scene.blocks.iter().filter(|b| b.kind != Kind::Frame);
    let mut faults = Vec::new();
    let boxes: Vec<&Block> = scene.blocks.iter().collect();
    for (i, a) in boxes.iter().enumerate() {
        for b in &boxes[..i] {
            let (overlap, nested) = (meet(rect(a), rect(b)), holds(scene, a, b) || holds(scene, b, a));
            if overlap && !nested {
                faults.push(format!("{} lies over {}", a.id, b.id));
            }
        }
    }
    for wire in &scene.wires {
        for pair in wire.pieces.iter().flat_map(|p| p.points.windows(2)) {
            let ((x, y), (u, v)) = (pair[0], pair[1]);
            if x != u && y != v {
                faults.push(format!("{} has a slope", wire.id));
            }
            let line = (x.min(u), y.min(v), x.max(u), y.max(v));
            let under = solid().filter(|b| meet(shrunk(rect(b)), line));
            faults.extend(under.map(|b| format!("{} runs under {}", wire.id, b.id)));
            let passing = boxes.iter().filter(|b| {
                b.kind == Kind::Frame && cuts(rect(b), line) && !wire.id.ends_with(&format!("-{}", b.id))
            });
            faults.extend(
                passing
                    .filter(|b| !wire.id.contains('-') && meet(shrunk(rect(b)), line))
                    .map(|b| format!("{} runs through {}", wire.id, b.id)),
            );
        }
        for (id, _) in &wire.to {
            if !scene.blocks.iter().any(|b| b.id == *id) {
                faults.push(format!("{} leads to {id}, which is not there", wire.id));
            }
        }
    }
    faults.extend(doubles(scene));
    faults.extend(covered(scene));
    faults
}

/// Numbers under boxes, wires or other numbers.
fn covered(scene: &Scene) -> Vec<String> {
    let mut texts: Vec<(String, Rect)> = Vec::new();
    let mut add = |id: String, x: f64, y: f64, size: f64, width: f64| {
        texts.push((id, (x, y - 0.7 * size, x + width, y)));
    };
    for wire in &scene.wires {
        if let Some(place) = &wire.place {
            let name = wire.name.as_ref().map_or(0.0, |name| width(name, 12.5) + 6.0);
            let value = wire.value.as_ref().map_or(0.0, |v| width(&v.text, 12.5));
            add(format!("{} value", wire.id), place.x, place.value_y, 12.5, name + value);
            if let Some(gradient) = &wire.gradient {
                let width = 20.0 + width(&gradient.text, 12.5);
                add(format!("{} gradient", wire.id), place.x, place.gradient_y, 12.5, width);
            }
        }
        for piece in &wire.pieces {
            if let (Some((x, y)), Some(gradient)) = (piece.place, &piece.gradient) {
                add(format!("{} branch", wire.id), x, y, 11.0, width(&gradient.text, 11.0));
            }
        }
    }
    texts.extend(scene.wires.iter().flat_map(|wire| pictures(wire, scene.direction)));
    let mut faults = Vec::new();
    for (i, (id, text)) in texts.iter().enumerate() {
        let boxes = scene.blocks.iter().filter(|b| b.kind != Kind::Frame && meet(*text, rect(b)));
        faults.extend(boxes.map(|b| format!("{id} lies over {}", b.id)));
        faults.extend(
            texts[..i].iter().filter(|(_, t)| meet(*text, *t)).map(|(t, _)| format!("{id} lies over {t}")),
        );
        for wire in &scene.wires {
            for pair in wire.pieces.iter().flat_map(|p| p.points.windows(2)) {
                let ((x, y), (u, v)) = (pair[0], pair[1]);
                let line = (x.min(u), y.min(v), x.max(u), y.max(v));
                if line.0 < text.2
                    && text.0 < line.2.max(line.0 + 0.1)
                    && line.1 < text.3
                    && text.1 < line.3.max(line.1 + 0.1)
                {
                    faults.push(format!("{id} lies over the wire {} {text:?} {line:?}", wire.id));
                }
            }
        }
    }
    faults
}

/// The squares in which the page draws the pictures of an array.
fn pictures(wire: &Line, direction: Direction) -> Vec<(String, Rect)> {
    let (Some(place), Some(maps)) = (&wire.place, &wire.maps) else { return Vec::new() };
    let square = |x: f64, y: f64| (x, y, x + MAP, y + MAP);
    let below = place.gradient_y + 6.0;
    let (value, gradient) = match direction {
        Direction::Lr => (square(place.x, place.value_y - 14.0 - MAP), square(place.x, below)),
        Direction::Tb => (square(place.x, below), square(place.x + MAP + 6.0, below)),
    };
    let gradient = maps.gradient.as_ref().map(|_| (format!("{} gradient's picture", wire.id), gradient));
    [(format!("{} picture", wire.id), value)].into_iter().chain(gradient).collect()
}

/// Stretches of different wires that run over each other.
fn doubles(scene: &Scene) -> Vec<String> {
    let mut all: Vec<(&str, Rect)> = Vec::new();
    for wire in &scene.wires {
        for pair in wire.pieces.iter().flat_map(|p| p.points.windows(2)) {
            let ((x, y), (u, v)) = (pair[0], pair[1]);
            all.push((&wire.id, (x.min(u), y.min(v), x.max(u), y.max(v))));
        }
    }
    let mut faults = Vec::new();
    for (i, (a, r)) in all.iter().enumerate() {
        for (b, s) in all[..i].iter().filter(|(b, _)| b != a) {
            let level =
                r.1 == r.3 && s.1 == s.3 && (r.1 - s.1).abs() < 2.0 && r.0 + 1.0 < s.2 && s.0 + 1.0 < r.2;
            let upright =
                r.0 == r.2 && s.0 == s.2 && (r.0 - s.0).abs() < 2.0 && r.1 + 1.0 < s.3 && s.1 + 1.0 < r.3;
            if level || upright {
                faults.push(format!("{a} runs over {b}: {r:?} {s:?}"));
            }
        }
    }
    faults
}

type Rect = (f64, f64, f64, f64);

fn rect(b: &Block) -> Rect {
    (b.x, b.y, b.x + b.w, b.y + b.h)
}

fn shrunk(r: Rect) -> Rect {
    (r.0 + 0.6, r.1 + 0.6, r.2 - 0.6, r.3 - 0.6)
}

fn meet(a: Rect, b: Rect) -> bool {
    a.0 < b.2 && b.0 < a.2 && a.1 < b.3 && b.1 < a.3
        || (b.0 == b.2 || b.1 == b.3) && a.0 < b.2 && b.0 < a.2 && a.1 <= b.3 && b.1 <= a.3
}

fn cuts(a: Rect, b: Rect) -> bool {
    meet(shrunk(a), b)
}

/// Whether a frame is around a block.
fn holds(scene: &Scene, frame: &Block, block: &Block) -> bool {
    let mut at = block.frame.as_deref();
    while let Some(id) = at {
        if id == frame.id {
            return true;
        }
        at = scene.blocks.iter().find(|b| b.id == id).and_then(|b| b.frame.as_deref());
    }
    false
}

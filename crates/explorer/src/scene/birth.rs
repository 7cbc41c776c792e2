//! The place where a NaN was born, as a small scene: the gate, what it read, and where the NaN went. Made from the record alone, so
//! that it can be drawn on a machine that has neither the network nor the data.

use super::measure::{BESIDE, DETAIL, LABEL, MARK};
use super::pieces;
use super::quantity::minus;
use super::{Block, Card, Direction, Kind, Line, Pass, Piece, Place, Port, Quantity, Row, Scene, Step};
use crate::layout::{Graph, Net, Node, Out, PIXELS, Pin, Placed, arrange, text};
use crate::run::{self, Birth, Operand, PathGate};
use chainrule::{Tensor, catalogue};

/// Around everything.
const MARGIN: f64 = 16.0;
/// Gates on the way of the NaN that are drawn.
const NEXT: usize = 2;
/// Letters in a box, and in its second line.
const LETTERS: (usize, usize) = (22, 26);
/// Operands that are drawn, at most.
const OPERANDS: usize = 6;

/// A box.
struct Spot {
    id: String,
    kind: Kind,
    label: String,
    detail: Option<String>,
    gate: String,
    name: Option<String>,
    card: Card,
    ins: Vec<usize>,
    out: Option<usize>,
}

/// A wire between boxes.
struct Wire {
    number: u32,
    name: String,
    from: usize,
    to: Vec<(usize, usize)>,
    value: Option<Quantity>,
    gradient: Option<Quantity>,
}

/// The scene of a birth, and the id of the block of the gate.
///
/// In the backward pass it is the forward gate whose gradient was lost that stands in the middle: its local gradients and what
/// arrived there are on its card, and what it passed back is below the wires that lead to it.
pub fn birth_scene(birth: &Birth) -> (Scene, String) {
    // Inside a loop the forward gate is not known.
    let is_back = birth.pass == run::Pass::Backward && birth.of != birth.gate;
    let mut picture = Picture { spots: Vec::new(), wires: Vec::new() };
    let operands = if is_back { &birth.of_in } else { &birth.inputs };
    let main = picture.gate(birth, is_back, operands);
    if is_back {
        picture.behind(main, birth.of, "loss", birth.up);
    } else {
        picture.onward(birth, main);
    }
    let id = picture.spots[main].id.clone();
    (picture.scene(is_back), id)
}

/// What an operand's wire shows.
fn shown(operand: &Operand) -> Quantity {
    match operand.v {
        Some(v) => Quantity::value(&Tensor::from(v)),
        None => {
            let both = Tensor::from([operand.min, operand.max]);
            let text = |x: f64| Quantity::value(&Tensor::from(x)).text;
            Quantity {
                text: format!("{} … {}", text(operand.min), text(operand.max)),
                ..Quantity::value(&both)
            }
        }
    }
}

/// What was born.
fn born(kind: run::Kind) -> Quantity {
    let x = if kind == run::Kind::Nan { f64::NAN } else { f64::INFINITY };
    Quantity::value(&Tensor::from(x))
}

/// What is written in the box of a gate.
fn label(op: &str) -> String {
    let text = match op {
        "add" => "+",
        "sub" => "−",
        "mul" | "scale" => "×",
        "div" => "/",
        "neg" => "× −1",
        "reciprocal" => "1 / x",
        "square" => "x^2",
        "matmul" => "@",
        "sum" => "Σ",
        "sigmoid" => "σ",
        "broadcast" => "copy",
        other => other,
    };
    text::cut(text, LETTERS.0)
}

fn second(module: &str) -> Option<String> {
    (!module.is_empty()).then(|| text::cut(module, LETTERS.1))
}

struct Picture {
    spots: Vec<Spot>,
    wires: Vec<Wire>,
}

impl Picture {
    /// The gate with what it read. Gives its place.
    fn gate(&mut self, birth: &Birth, is_back: bool, operands: &[Operand]) -> usize {
        let (wire, op) = if is_back { (birth.of, &birth.of_op) } else { (birth.gate, &birth.op) };
        let operands = &operands[..operands.len().min(OPERANDS)];
        let mut sources: Vec<(u32, usize)> = Vec::new();
        for operand in operands {
            if sources.iter().all(|(w, _)| *w != operand.w) {
                sources.push((operand.w, self.spots.len()));
                self.spots.push(Spot {
                    id: format!("g{}", operand.w),
                    kind: Kind::Input,
                    label: text::cut(&operand.name, LETTERS.0),
                    detail: None,
                    gate: String::new(),
                    name: Some(operand.name.clone()),
                    card: Card {
                        title: operand.name.clone(),
                        numbers: shown(operand).text,
                        ..Card::default()
                    },
                    ins: Vec::new(),
                    out: None,
                });
            }
        }
        let main = self.spots.len();
        self.spots.push(Spot {
            id: format!("g{wire}"),
            kind: Kind::Gate,
            label: label(op),
            detail: second(&birth.module),
            gate: op.clone(),
            name: None,
            card: card(birth, is_back, operands),
            ins: Vec::new(),
            out: None,
        });
        for (port, operand) in operands.iter().enumerate() {
            let from = sources.iter().find(|(w, _)| *w == operand.w).map_or(0, |(_, spot)| *spot);
            let back = birth.local.get(port).zip(birth.up).map(|(local, up)| local * up);
            let gradient = back.filter(|_| is_back).map(|back| Quantity::gradient(&Tensor::from(back)));
            match self.spots[from].out {
                Some(known) => {
                    let line = &mut self.wires[known];
                    line.to.push((main, port));
                    // Copies add up.
                    line.gradient = None;
                    self.spots[main].ins.push(known);
                }
                None => {
                    self.join(operand.w, &operand.name, from, (main, port), Some(shown(operand)));
                    let number = self.wires.len() - 1;
                    self.wires[number].gradient = gradient;
                }
            }
        }
        main
    }

    fn join(&mut self, number: u32, name: &str, from: usize, to: (usize, usize), value: Option<Quantity>) {
        self.spots[from].out = Some(self.wires.len());
        self.spots[to.0].ins.push(self.wires.len());
        self.wires.push(Wire { number, name: name.into(), from, to: vec![to], value, gradient: None });
    }

    /// The way to the loss behind a forward gate, from which its upstream came.
    fn behind(&mut self, main: usize, wire: u32, name: &str, up: Option<f64>) {
        let end = self.spots.len();
        self.spots.push(Spot {
            id: "o0".into(),
            kind: Kind::Output,
            label: name.into(),
            detail: None,
            gate: String::new(),
            name: None,
            card: Card { title: format!("the way to the {name}"), ..Card::default() },
            ins: Vec::new(),
            out: None,
        });
        self.join(wire, "", main, (end, 0), None);
        let number = self.wires.len() - 1;
        self.wires[number].gradient = up.map(|up| Quantity::gradient(&Tensor::from(up)));
    }

    /// The next gates that the NaN came to.
    fn onward(&mut self, birth: &Birth, main: usize) {
        let mut last = (main, birth.gate);
        let next: Vec<&PathGate> =
            birth.path.iter().filter(|gate| gate.gate != birth.gate).take(NEXT).collect();
        for gate in next {
            let spot = self.spots.len();
            self.spots.push(Spot {
                id: format!("g{}", gate.gate),
                kind: Kind::Gate,
                label: label(&gate.op),
                detail: second(&gate.module),
                gate: gate.op.clone(),
                name: None,
                card: general(&gate.op),
                ins: Vec::new(),
                out: None,
            });
            self.join(last.1, "", last.0, (spot, 0), Some(born(birth.kind)));
            last = (spot, gate.gate);
        }
        let end = self.spots.len();
        self.spots.push(Spot {
            id: "o0".into(),
            kind: Kind::Output,
            label: "…".into(),
            detail: None,
            gate: String::new(),
            name: None,
            card: Card { title: "the way to the loss".into(), ..Card::default() },
            ins: Vec::new(),
            out: None,
        });
        self.join(last.1, "", last.0, (end, 0), Some(born(birth.kind)));
    }

    fn scene(self, is_back: bool) -> Scene {
        let nodes: Vec<Node> = self.spots.iter().map(|spot| self.node(spot)).collect();
        let nets = self.wires.iter().map(|wire| Net { from: (wire.from, 0), to: wire.to.clone() }).collect();
        let graph = Graph { nodes, nets, metrics: PIXELS };
        let placed = arrange(&graph);
        let mut step = 0;
        let mut blocks = Vec::new();
        for (i, spot) in self.spots.iter().enumerate() {
            step += u32::from(spot.kind == Kind::Gate);
            blocks.push(self.block(spot, &graph.nodes[i], placed.at[i], step));
        }
        let wires = (0..self.wires.len()).map(|number| self.line(number, &placed)).collect();
        Scene {
            version: 1,
            direction: Direction::Lr,
            left: -MARGIN,
            top: -MARGIN,
            width: placed.size.0 + 2.0 * MARGIN,
            height: placed.size.1 + 2.0 * MARGIN,
            numbers: true,
            steps: self.steps(&blocks, is_back),
            blocks,
            wires,
            stages: Vec::new(),
            crossings: 0,
        }
    }

    fn node(&self, spot: &Spot) -> Node {
        let label = text::width(&spot.label, super::label_size(&spot.label));
        let detail = spot.detail.as_ref().map_or(0.0, |detail| text::width(detail, DETAIL));
        let main = (label.max(detail) + 22.0).max(40.0).ceil();
        let spacing = 40.0;
        let ports = spot.ins.len();
        let along = spacing * ports.saturating_sub(1) as f64;
        let tall: f64 = match spot.kind {
            Kind::Gate if spot.detail.is_some() => 46.0,
            Kind::Gate => 40.0,
            _ => 24.0,
        };
        let cross = tall.max(along + 24.0);
        let out = spot.out.map(|number| {
            let wire = &self.wires[number];
            let above = wire.value.as_ref().map_or(0.0, |value| text::width(&value.text, LABEL));
            let below = wire.gradient.as_ref().map_or(0.0, |back| MARK + text::width(&back.text, LABEL));
            let label = above.max(below).ceil() + 2.0 * BESIDE;
            Out { at: cross / 2.0, label, before: 18.0, after: 19.0 }
        });
        Node {
            main,
            cross,
            ins: (0..ports).map(|port| (cross - along) / 2.0 + spacing * port as f64).collect(),
            outs: out.into_iter().collect(),
            approach: if ports == 0 { 0.0 } else { 8.0 },
            beside_ins: 0.0,
            pin: match spot.kind {
                Kind::Output => Pin::Last,
                Kind::Input => Pin::Source,
                _ => Pin::Free,
            },
        }
    }

    fn block(&self, spot: &Spot, node: &Node, (x, y): (f64, f64), step: u32) -> Block {
        let port = |main: f64, cross: f64, number: usize| {
            let wire = &self.wires[number];
            let name = if wire.name.is_empty() { format!("#{}", wire.number) } else { wire.name.clone() };
            Port { x: x + main, y: y + cross, wire: format!("w{}", wire.number), name }
        };
        let is_gate = spot.kind == Kind::Gate;
        let aria = [spot.card.title.as_str(), spot.card.numbers.as_str()];
        Block {
            id: spot.id.clone(),
            kind: spot.kind,
            label: spot.label.clone(),
            detail: spot.detail.clone(),
            name: spot.name.clone(),
            gate: spot.gate.clone(),
            frame: None,
            opens: false,
            x,
            y,
            w: node.main,
            h: node.cross,
            ins: spot.ins.iter().zip(&node.ins).map(|(&wire, &at)| port(0.0, at, wire)).collect(),
            outs: spot.out.iter().zip(&node.outs).map(|(&wire, out)| port(node.main, out.at, wire)).collect(),
            step: is_gate.then_some(step),
            on_gradient_path: true,
            card: spot.card.clone(),
            aria: aria.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(": "),
        }
    }

    fn line(&self, number: usize, placed: &Placed) -> Line {
        let wire = &self.wires[number];
        let (stretches, dots) = pieces::cut(&placed.ways[number]);
        let (x, y) = placed.ways[number].first().and_then(|way| way.first().copied()).unwrap_or_default();
        let piece = |(points, ends, is_end): pieces::Stretch| Piece {
            points,
            ends,
            is_end,
            gradient: wire.gradient.clone(),
            place: None,
        };
        Line {
            id: format!("w{}", wire.number),
            wire: wire.number,
            name: None,
            from: self.spots[wire.from].id.clone(),
            to: wire.to.iter().map(|&(to, port)| (self.spots[to].id.clone(), port)).collect(),
            spec: None,
            value: wire.value.clone(),
            gradient: wire.gradient.clone(),
            place: Some(Place { x: x + BESIDE, value_y: y - 6.0, gradient_y: y + 15.0 }),
            pieces: stretches.into_iter().map(piece).collect(),
            dots,
            maps: None,
        }
    }

    /// Forward from gate to gate; of a gradient that was lost, back to where it was.
    fn steps(&self, blocks: &[Block], is_back: bool) -> Vec<Step> {
        let step = |pass: Pass, block: &Block| Step {
            pass,
            number: block.step.unwrap_or_default(),
            block: block.id.clone(),
            wires: match pass {
                Pass::Forward => block.outs.iter().map(|port| port.wire.clone()).collect(),
                Pass::Backward => block.ins.iter().map(|port| port.wire.clone()).collect(),
            },
            text: block.aria.clone(),
        };
        let gates = || blocks.iter().filter(|block| block.kind == Kind::Gate);
        let back = gates().rev().filter(|_| is_back).map(|block| step(Pass::Backward, block));
        gates().map(|block| step(Pass::Forward, block)).chain(back).collect()
    }
}

/// What is known of a gate in general.
fn general(op: &str) -> Card {
    let doc = catalogue().into_iter().find(|entry| entry.name == op);
    Card {
        title: op.to_string(),
        formula: doc.as_ref().map_or_else(String::new, |doc| doc.formula.to_string()),
        local: doc.as_ref().map_or_else(String::new, |doc| doc.local.to_string()),
        ..Card::default()
    }
}

/// What is said of the gate: of a lost gradient `local × upstream = passed back`.
fn card(birth: &Birth, is_back: bool, operands: &[Operand]) -> Card {
    let op = if is_back { &birth.of_op } else { &birth.op };
    let up = birth.up.map(|up| Quantity::gradient(&Tensor::from(up))).filter(|_| is_back);
    let row = |(i, operand): (usize, &Operand)| {
        let local = birth.local.get(i).copied().filter(|_| is_back);
        let back = local.zip(birth.up).map(|(local, up)| Quantity::gradient(&Tensor::from(local * up)));
        let local = local.map(|local| Quantity::gradient(&Tensor::from(local)));
        Row { input: operand.name.clone(), wire: operand.w, local, upstream: up.clone(), back }
    };
    let terms: Vec<String> = operands.iter().map(|operand| shown(operand).text).collect();
    let result = if is_back { String::new() } else { format!(" = {}", born(birth.kind).text) };
    Card {
        numbers: minus(&format!("{op}({}){result}", terms.join(", "))),
        rows: operands.iter().enumerate().map(row).collect(),
        upstream: up,
        source: (!birth.src.is_empty()).then(|| birth.src.clone()),
        ..general(op)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Sign, Special};
    use super::*;

    fn operand(w: u32, name: &str, v: f64) -> Operand {
        Operand { w, name: name.into(), v: Some(v), min: v, max: v }
    }

    fn birth(pass: run::Pass, inputs: Vec<Operand>) -> Birth {
        let gate = |gate, op: &str| PathGate { gate, op: op.into(), module: "net".into() };
        Birth {
            s: 3,
            pass,
            gate: 41,
            op: "div".into(),
            kind: run::Kind::Nan,
            at: vec![],
            inputs: inputs.clone(),
            of: if pass == run::Pass::Backward { 17 } else { 41 },
            of_op: if pass == run::Pass::Backward { "log" } else { "div" }.into(),
            of_in: inputs,
            local: vec![f64::INFINITY],
            up: Some(0.0),
            path: vec![gate(41, "div"), gate(42, "mul"), gate(43, "sum"), gate(44, "add")],
            module: "net.l2".into(),
            src: String::new(),
            within: vec![],
            try_this: String::new(),
        }
    }

    fn is_sound(scene: &Scene) {
        for (i, a) in scene.blocks.iter().enumerate() {
            for b in &scene.blocks[..i] {
                let over = a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
                assert!(!over, "{} lies over {}", a.id, b.id);
            }
        }
        for wire in &scene.wires {
            let has = |id: &String| scene.blocks.iter().any(|block| block.id == *id);
            assert!(has(&wire.from) && wire.to.iter().all(|(to, _)| has(to)) && !wire.pieces.is_empty());
        }
    }

    #[test]
    fn a_gradient_that_was_lost_stands_below_the_wire_of_the_forward_gate() {
        let (scene, id) = birth_scene(&birth(run::Pass::Backward, vec![operand(5, "p", 0.0)]));
        is_sound(&scene);
        assert_eq!(id, "g17");
        let wire = scene.wires.iter().find(|wire| wire.wire == 5).expect("the operand");
        assert_eq!(wire.value.as_ref().map(|value| value.text.as_str()), Some("0"));
        assert_eq!(wire.gradient.as_ref().and_then(|back| back.special), Some(Special::Nan));
        let gate = scene.blocks.iter().find(|block| block.id == id).expect("the gate");
        assert_eq!((gate.label.as_str(), gate.card.formula.is_empty()), ("log", false));
        let row = &gate.card.rows[0];
        let texts =
            [&row.local, &row.upstream, &row.back].map(|q| q.as_ref().map(|q| (q.text.clone(), q.sign)));
        assert_eq!(texts[0].as_ref().map(|(text, _)| text.as_str()), Some("+inf"));
        assert_eq!(texts[1], Some(("0".into(), Sign::Zero)));
    }

    #[test]
    fn a_value_that_was_lost_goes_on_through_two_gates() {
        let inputs = vec![operand(5, "p", 0.0), operand(6, "q", 0.0)];
        let (scene, id) = birth_scene(&birth(run::Pass::Forward, inputs));
        is_sound(&scene);
        assert_eq!(id, "g41");
        let gates: Vec<&str> =
            scene.blocks.iter().filter(|b| b.kind == Kind::Gate).map(|b| b.label.as_str()).collect();
        assert_eq!(gates, ["/", "×", "Σ"]);
        let lost = scene.wires.iter().filter(|w| w.value.as_ref().is_some_and(|v| v.special.is_some()));
        assert_eq!(lost.count(), 3);
    }

    #[test]
    fn one_input_that_is_read_twice_is_one_wire_with_two_ends() {
        let inputs = vec![operand(5, "p", f64::INFINITY), operand(5, "p", f64::INFINITY)];
        let (scene, _) = birth_scene(&birth(run::Pass::Forward, inputs));
        is_sound(&scene);
        let wire = scene.wires.iter().find(|wire| wire.wire == 5).expect("the operand");
        assert_eq!(wire.to.len(), 2);
    }
}

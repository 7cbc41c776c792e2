//! What is to be drawn: which boxes there are and what joins them.

use chainrule::{Flow, StageFlow, Tensor, WireFlow};
use std::collections::BTreeMap;

/// More boxes than this are no small circuit.
const BOXES: usize = 60;
/// Labels longer than this are replaced by a summary.
const LABEL: usize = 12;
const DIGITS: usize = 4;

/// What stands at one place.
#[derive(Debug, PartialEq)]
pub enum Kind {
    /// A name.
    Input,
    /// A gate, or a closed stage.
    Gate,
    /// The end of the last wire.
    Output,
}

/// What a box is given at one of its ports.
#[derive(Debug, PartialEq)]
pub enum Port {
    /// The wire out of another box.
    From(usize),
    /// A number written beside the port.
    Literal(String),
}

/// One box.
#[derive(Debug)]
pub struct Figure {
    pub kind: Kind,
    pub text: String,
    pub ports: Vec<Port>,
    /// Above the wire that leaves it.
    pub value: Label,
    /// Below it.
    pub gradient: Label,
}

/// A number beside a wire.
#[derive(Debug, Default)]
pub struct Label {
    pub text: String,
    /// Whether it is above 0, below it, 0 or NaN; none for tensors.
    pub sign: Option<f64>,
}

/// The boxes needed for the output, in an order in which each comes after those that it is joined to; the last is the output.
pub fn sketch(flow: &Flow, opened: bool) -> Option<Vec<Figure>> {
    let &[output] = &flow.outputs[..] else { return None };
    let closed = if opened { BTreeMap::new() } else { closed_stages(flow) };
    let needed = needed(flow, &closed, output);
    // Another name for a wire is no box of its own.
    let output = origin(flow, output);
    let mut figures = Vec::new();
    let mut place: BTreeMap<u32, usize> = BTreeMap::new();
    for wire in needed {
        place.insert(wire, figures.len());
        figures.push(figure(flow, wire, closed.get(&wire).copied(), &place));
        if figures.len() > BOXES {
            return None;
        }
    }
    let last = *place.get(&output)?;
    let text = flow.wires[flow.outputs[0] as usize].name.clone().unwrap_or_else(|| "output".to_string());
    let (value, gradient) = Default::default();
    figures.push(Figure { kind: Kind::Output, text, ports: vec![Port::From(last)], value, gradient });
    Some(figures)
}

/// The wire that is only given another name.
fn origin(flow: &Flow, mut wire: u32) -> u32 {
    while let ("identity", [from]) = (flow.wires[wire as usize].gate, &flow.wires[wire as usize].inputs[..]) {
        wire = *from;
    }
    wire
}

/// Outermost stages with one output, by that output.
fn closed_stages(flow: &Flow) -> BTreeMap<u32, &StageFlow> {
    let outermost = flow.stages.iter().skip(1).filter(|s| s.parent == 0);
    outermost
        .filter_map(|s| if let [out] = s.outputs[..] { Some((origin(flow, out), s)) } else { None })
        .collect()
}

/// The wires that reach the output, but for literals and what is inside closed stages, in order.
fn needed(flow: &Flow, closed: &BTreeMap<u32, &StageFlow>, output: u32) -> Vec<u32> {
    let output = origin(flow, output);
    let mut needed = vec![false; flow.wires.len()];
    needed[output as usize] = true;
    for wire in (0..=output).rev().filter(|&w| flow.literal(w).is_none() || w == output) {
        if needed[wire as usize] {
            inputs(flow, closed.get(&wire).copied(), wire)
                .into_iter()
                .for_each(|i| needed[i as usize] = true);
        }
    }
    let drawn = |w: &u32| needed[*w as usize] && (flow.literal(*w).is_none() || *w == output);
    (0..=output).filter(drawn).collect()
}

fn inputs(flow: &Flow, stage: Option<&StageFlow>, wire: u32) -> Vec<u32> {
    let inputs = stage.map_or(&flow.wires[wire as usize].inputs, |s| &s.inputs);
    inputs.iter().map(|&i| origin(flow, i)).collect()
}

fn figure(flow: &Flow, wire: u32, stage: Option<&StageFlow>, place: &BTreeMap<u32, usize>) -> Figure {
    let inputs = inputs(flow, stage, wire);
    let shown = &flow.wires[wire as usize];
    let port = |&input: &u32| match place.get(&input) {
        Some(&at) => Port::From(at),
        None => Port::Literal(flow.label(input)),
    };
    let is_input = flow.inputs.contains(&wire);
    Figure {
        kind: if is_input { Kind::Input } else { Kind::Gate },
        text: if is_input { flow.label(wire) } else { stage.map_or_else(|| symbol(shown), name) },
        ports: inputs.iter().map(port).collect(),
        value: value(&shown.value),
        gradient: shown.upstream.as_ref().map(gradient).unwrap_or_default(),
    }
}

/// A stage's own name, without those around it and its number.
fn name(stage: &StageFlow) -> String {
    let own = stage.name.rsplit('.').next().unwrap_or(&stage.name);
    own.split('#').next().unwrap_or(own).to_string()
}

/// Arithmetic as one writes it in a formula.
fn symbol(wire: &WireFlow) -> String {
    let attr = |name: &str| wire.attrs.iter().find(|(n, _)| *n == name).map_or("", |(_, text)| text);
    match wire.gate {
        "add" => "+".to_string(),
        "sub" => "-".to_string(),
        "mul" => "*".to_string(),
        "div" => "/".to_string(),
        "neg" => "-x".to_string(),
        "powi" => format!("^{}", attr("n")),
        "maximum" => "max".to_string(),
        "minimum" => "min".to_string(),
        "matmul" => "@".to_string(),
        "cast" => attr("dtype").to_string(),
        other => other.to_string(),
    }
}

fn value(tensor: &Tensor) -> Label {
    label(tensor, |tensor| {
        let lengths: Vec<String> = tensor.shape().iter().map(|d| d.to_string()).collect();
        lengths.join("x")
    })
}

fn gradient(tensor: &Tensor) -> Label {
    label(tensor, |tensor| {
        let squares: f64 = tensor.to_f64().iter().map(|g| g * g).sum();
        format!("norm {:.3}", Tensor::from(squares.sqrt()))
    })
}

/// The numbers where there are few, else a summary.
fn label(tensor: &Tensor, summary: impl Fn(&Tensor) -> String) -> Label {
    let text = format!("{tensor:.DIGITS$}");
    let short = text.chars().count() <= LABEL && !text.contains('…');
    let sign = tensor.to_f64().first().copied().filter(|_| tensor.shape().rank() == 0);
    Label { text: if short { text } else { summary(tensor) }, sign }
}

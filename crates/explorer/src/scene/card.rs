//! What is said about a block, and the steps of both passes.

use super::tree::{Input, Item, Reading, Use};
use super::words::{self, wire_name};
use super::{Block, Card, Check, Kind, Pass, Quantity, Row, Step};
use chainrule::{Flow, StageFlow, Tensor};

/// Longest text of the source that is quoted.
const SOURCE: usize = 120;
/// Inputs named in a sentence.
const NAMED: usize = 4;

/// A circuit read for drawing, with its flow if there is one.
pub struct Facts<'a> {
    pub reading: &'a Reading<'a>,
    pub flow: Option<&'a Flow>,
    /// The flow at another point, to be compared with.
    pub other: Option<&'a Flow>,
}

impl Facts<'_> {
    fn value(&self, wire: u32) -> Option<&Tensor> {
        self.flow.map(|f| &f.wires[wire as usize].value)
    }

    /// What arrives at a wire.
    pub fn upstream(&self, wire: u32) -> Option<&Tensor> {
        self.flow?.wires[wire as usize].upstream.as_ref()
    }

    /// The value of a wire.
    pub fn shown_value(&self, wire: u32) -> Option<Quantity> {
        self.value(wire).map(Quantity::value)
    }

    /// What arrives at a wire.
    pub fn shown_upstream(&self, wire: u32) -> Option<Quantity> {
        self.upstream(wire).map(Quantity::gradient)
    }

    /// The value of a wire as it is written beside it: with that of the other point, where they differ.
    pub fn written_value(&self, wire: u32) -> Option<Quantity> {
        let other = self.other.map(|f| Quantity::value(&f.wires[wire as usize].value));
        self.shown_value(wire).map(|now| beside(now, other))
    }

    /// What arrives at a wire, in the same way.
    pub fn written_upstream(&self, wire: u32) -> Option<Quantity> {
        let other = self.other.and_then(|f| f.wires[wire as usize].upstream.as_ref()).map(Quantity::gradient);
        self.shown_upstream(wire).map(|now| beside(now, other))
    }

    /// What is passed back by some uses of a wire together.
    pub fn passed(&self, uses: &[Use]) -> Option<Quantity> {
        let flow = self.flow?;
        Quantity::sum(
            uses.iter().filter_map(|u| {
                flow.wires[u.node as usize].downstream.get(u.operand).and_then(Option::as_ref)
            }),
        )
    }

    /// What arrives at a wire besides what some uses pass back: from outside, at an output.
    pub fn rest(&self, wire: u32, uses: &[Use]) -> Option<Quantity> {
        let flow = self.flow?;
        let upstream = self.upstream(wire)?;
        let mut rest = upstream.to_f64();
        for used in uses {
            if let Some(Some(back)) = flow.wires[used.node as usize].downstream.get(used.operand) {
                rest.iter_mut().zip(back.to_f64()).for_each(|(rest, b)| *rest -= b);
            }
        }
        Some(Quantity::gradient(&Tensor::from_f64(upstream.spec(), &rest)))
    }

    /// The local gradient of a gate, with those that joined it, for one use: the product along the chain.
    fn local(&self, input: &Input) -> Option<Quantity> {
        let flow = self.flow?;
        let [first] = input.uses[..] else { return None };
        let (mut factors, mut at) = (Vec::new(), first);
        loop {
            factors.push(flow.wires[at.node as usize].locals.get(at.operand)?.as_ref()?);
            match self.reading.joined(at.node) {
                Some(next) => at = next,
                None => break,
            }
        }
        Some(Quantity::product(flow.wires[first.node as usize].spec, &factors))
    }

    /// Everything there is to say about a block.
    pub fn card(&self, item: &Item, label: &str) -> Card {
        let circuit = self.reading.circuit;
        let mut card = Card { title: words::title(self.reading, item, label), ..Card::default() };
        let Some(wire) = item.outs.first().copied().or_else(|| item.ins.first().map(|i| i.wire)) else {
            return card;
        };
        let spec = circuit.node(wire).spec;
        card.spec = if spec.shape.rank() == 0 { spec.dtype.to_string() } else { spec.to_string() };
        card.upstream = self.shown_upstream(wire);
        if item.kind == Kind::Output {
            return card;
        }
        if item.kind == Kind::Gate {
            let node = circuit.node(item.number);
            (card.formula, card.local) = (node.gate.doc.formula.to_string(), node.gate.doc.local.to_string());
            card.source = self.source(item.number);
            card.pattern = words::pattern(self.reading, item, &self.terms(item));
            card.numbers = self.numbers(item, wire);
        }
        if matches!(item.kind, Kind::Gate | Kind::Stage | Kind::Frame) {
            // A stage that was added for the picture has no flow of its own.
            let stage = self
                .flow
                .filter(|_| item.kind != Kind::Gate)
                .and_then(|f| f.stages.get(item.number as usize));
            card.rows = item.ins.iter().map(|input| self.row(item, input, wire, stage)).collect();
            card.checks = stage.map_or(Vec::new(), |s| self.checks(s));
        }
        card
    }

    fn row(&self, item: &Item, input: &Input, out: u32, stage: Option<&StageFlow>) -> Row {
        let local = match stage {
            Some(stage) => self.stage_local(stage, input.wire, out).map(Quantity::gradient),
            None if item.kind == Kind::Gate => self.local(input),
            None => None,
        };
        let back = self.passed(&input.uses);
        let upstream = back.as_ref().and(self.shown_upstream(out));
        Row { input: wire_name(self.reading, input.wire), wire: input.wire, local, upstream, back }
    }

    /// A stage's own local gradient of an output for an input that may have another name inside.
    fn stage_local<'f>(&self, stage: &'f StageFlow, input: u32, output: u32) -> Option<&'f Tensor> {
        let is = |a: u32, b: u32| self.reading.origin[a as usize] == b;
        let row = stage.outputs.iter().position(|&o| is(o, output))?;
        let column = stage.inputs.iter().position(|&i| is(i, input))?;
        stage.local[row][column].as_ref()
    }

    /// Inputs with their names and, where they are single numbers, these.
    fn terms(&self, item: &Item) -> Vec<(String, Option<f64>)> {
        let number = |wire| {
            self.value(wire).filter(|t| t.shape().rank() == 0).and_then(|t| t.to_f64().first().copied())
        };
        item.ins.iter().map(|i| (wire_name(self.reading, i.wire), number(i.wire))).collect()
    }

    fn numbers(&self, item: &Item, wire: u32) -> String {
        let Some(flow) = self.flow else { return String::new() };
        let text = |w: u32| Quantity::value(&flow.wires[w as usize].value).text;
        // With the numbers that are part of the gate, in their places.
        let wires: Vec<u32> = match item.way {
            super::tree::Way::Single => self.reading.operands(item.number).collect(),
            _ => item.ins.iter().map(|i| i.wire).collect(),
        };
        let literals = self.reading.literals(item.number);
        let term = |&w: &u32| self.reading.literal(w).unwrap_or_else(|| text(w));
        let mut terms: Vec<String> = wires.iter().map(term).collect();
        if item.way == super::tree::Way::Chain {
            terms.extend(literals.into_iter().map(|(_, text)| text));
        }
        words::numbers(self.reading, item, &terms, &text(wire))
    }

    /// Where it was written: the line of the formula, or file and line.
    fn source(&self, wire: u32) -> Option<String> {
        let circuit = self.reading.circuit;
        match circuit.node(wire).site.place(circuit.source.as_ref()) {
            chainrule::Place::Text { span, source } => {
                let (before, after) =
                    (source.get(..span.start as usize)?, source.get(span.start as usize..)?);
                let begin = before.rfind('\n').map_or(0, |at| at + 1);
                let end = span.start as usize + after.find('\n').unwrap_or(after.len());
                Some(crate::layout::text::cut(source.get(begin..end)?.trim(), SOURCE))
            }
            chainrule::Place::Rust(at) => Some(format!("{}:{}", at.file(), at.line())),
            _ => None,
        }
    }

    /// The local gradient of an element-wise stage beside the product of its parts.
    fn checks(&self, stage: &StageFlow) -> Vec<Check> {
        let Some(flow) = self.flow else { return Vec::new() };
        let mut checks = Vec::new();
        for (row, &output) in stage.outputs.iter().enumerate() {
            for (column, &input) in stage.inputs.iter().enumerate() {
                let (local, product) = (&stage.local[row][column], &stage.product_of_parts[row][column]);
                let (Some(local), Some(product)) = (local, product) else { continue };
                let paths = paths(flow, input, output);
                let pairs = local.to_f64().into_iter().zip(product.to_f64());
                let apart = pairs.map(|(a, b)| if a == b { 0.0 } else { (a - b).abs() }).fold(0.0, f64::max);
                let is_short = paths == 1.0 && local.shape().rank() == 0;
                checks.push(Check {
                    output: wire_name(self.reading, output),
                    input: wire_name(self.reading, self.reading.origin[input as usize]),
                    local: Quantity::gradient(local),
                    product: Quantity::gradient(product),
                    factors: if is_short { factors(flow, input, output) } else { Vec::new() },
                    paths,
                    apart,
                });
            }
        }
        checks
    }

    /// One sentence about a block.
    pub fn aria(&self, block: &Block, item: &Item, gates: u32) -> String {
        let wire = item.outs.first().copied();
        let value = wire.and_then(|w| self.shown_value(w)).map(|q| format!(", value {}", q.text));
        let gradient = block.card.upstream.as_ref().map(|q| format!(", gradient {}", q.text));
        let place = block.step.map(|step| format!("gate {step} of {gates}, ")).unwrap_or_default();
        let passed: Vec<String> = block
            .card
            .rows
            .iter()
            .filter_map(|row| Some(format!("{} to {}", row.back.as_ref()?.text, row.input)))
            .collect();
        let rest = if passed.is_empty() { String::new() } else { format!("; passes back {}", few(&passed)) };
        let way = block.card.pattern.as_ref().map(|p| format!(" ({})", p.title)).unwrap_or_default();
        format!(
            "{place}{}{}{}{rest}{way}",
            block.card.title,
            value.unwrap_or_default(),
            gradient.unwrap_or_default()
        )
    }

    /// One sentence for each pass.
    pub fn step(&self, pass: Pass, block: &Block, item: &Item) -> Step {
        let wires = match pass {
            Pass::Forward => block.outs.iter().map(|p| p.wire.clone()).collect(),
            Pass::Backward => block.ins.iter().map(|p| p.wire.clone()).collect(),
        };
        let text = match pass {
            Pass::Forward if !block.card.numbers.is_empty() => {
                format!("{}: {}", block.card.title, block.card.numbers)
            }
            Pass::Forward => {
                let names: Vec<String> = item.ins.iter().map(|i| wire_name(self.reading, i.wire)).collect();
                let value = item.outs.first().and_then(|&w| self.shown_value(w));
                let made = value.map(|q| format!(" makes {}", q.text)).unwrap_or_default();
                format!("{}{made} from {}", block.card.title, few(&names))
            }
            Pass::Backward => {
                let one = |row: &Row| {
                    let back = &row.back.as_ref()?.text;
                    Some(match (&row.local, &row.upstream) {
                        (Some(local), Some(up)) => {
                            format!("{}: local {} × upstream {} = {back}", row.input, local.text, up.text)
                        }
                        _ => format!("{}: {back}", row.input),
                    })
                };
                let rows: Vec<String> = block.card.rows.iter().filter_map(one).collect();
                let rows =
                    if rows.is_empty() { "passes nothing back".to_string() } else { few_of(&rows, "; ") };
                format!("{}: {rows}", block.card.title)
            }
        };
        Step { pass, number: block.step.unwrap_or(0), block: block.id.clone(), wires, text }
    }
}

/// Two numbers beside each other, first the one that is looked at.
fn beside(now: Quantity, other: Option<Quantity>) -> Quantity {
    match other {
        Some(other) if other.text != now.text => {
            Quantity { text: format!("{} | {}", now.text, other.text), ..now }
        }
        _ => now,
    }
}

fn few(all: &[String]) -> String {
    few_of(all, ", ")
}

fn few_of(all: &[String], between: &str) -> String {
    let rest = all.len().saturating_sub(NAMED);
    let shown = all[..all.len() - rest].join(between);
    if rest == 0 { shown } else { format!("{shown}{between}and {rest} more") }
}

/// How many paths of local gradients lead from a wire to another. A real number: there may be very many.
fn paths(flow: &Flow, from: u32, to: u32) -> f64 {
    let mut paths = vec![0.0; (to as usize + 1).saturating_sub(from as usize)];
    let Some(first) = paths.first_mut() else { return 0.0 };
    *first = 1.0;
    for index in from + 1..=to {
        let wire = &flow.wires[index as usize];
        let operands = wire.inputs.iter().zip(&wire.locals).filter(|(i, l)| **i >= from && l.is_some());
        paths[(index - from) as usize] = operands.map(|(i, _)| paths[(i - from) as usize]).sum();
    }
    paths.last().copied().unwrap_or(0.0)
}

/// Most factors of a product that is written out: past that nobody reads it, and every picture would carry it.
const FACTORS: usize = 16;

/// The local gradients along the only path, from the output back; those of wires that are only other names left out. None where
/// they are more than [`FACTORS`].
fn factors(flow: &Flow, input: u32, output: u32) -> Vec<Quantity> {
    let (mut factors, mut at) = (Vec::new(), output);
    while at != input {
        let wire = &flow.wires[at as usize];
        let step = wire.inputs.iter().zip(&wire.locals).find_map(|(&from, local)| {
            let local = local.as_ref()?;
            (from == input || (from > input && paths(flow, input, from) == 1.0)).then_some((from, local))
        });
        let Some((from, local)) = step else { break };
        if wire.gate != "identity" {
            if factors.len() == FACTORS {
                return Vec::new();
            }
            factors.push(Quantity::gradient(local));
        }
        at = from;
    }
    factors
}

//! The flow as a table for people: a row for each gate, a heading and a check for each stage.

use super::{Flow, StageFlow, WireFlow};
use crate::base::Tensor;
use std::fmt;

/// Significant digits.
const DIGITS: usize = 5;
const HEADINGS: [&str; 6] = ["wire", "gate", "value", "upstream", "local gradients", "passed back"];
/// Stands for a gradient that does not exist, beside others that do.
const NONE: &str = "·";

enum Line {
    Cells([String; 6]),
    Text(String),
}

impl Flow {
    /// A wire's name; where it has none, its number if it is a literal, else `#` and its index.
    pub fn label(&self, wire: u32) -> String {
        let flow = &self.wires[wire as usize];
        let name = flow.name.clone();
        name.or_else(|| self.literal(wire)).unwrap_or_else(|| format!("#{wire}"))
    }

    /// What stands in the place of a wire that is a literal number, repeated or not, without a name.
    pub fn literal(&self, wire: u32) -> Option<String> {
        let mut origin = &self.wires[wire as usize];
        while let ("broadcast", None, [from]) = (origin.gate, &origin.name, &origin.inputs[..]) {
            origin = &self.wires[*from as usize];
        }
        let is_literal = origin.is_constant && origin.name.is_none() && origin.spec.shape.rank() == 0;
        is_literal.then(|| cell(&origin.value).trim_start().to_string())
    }

    fn lines(&self) -> Vec<Line> {
        let mut lines = vec![Line::Cells(HEADINGS.map(String::from))];
        let mut open: Vec<u32> = Vec::new();
        for (index, wire) in (0u32..).zip(&self.wires) {
            if self.literal(index).is_some() {
                continue;
            }
            let around = self.around(wire.stage);
            while open.last().is_some_and(|s| !around.contains(s)) {
                self.close(&mut open, &mut lines);
            }
            for &stage in around.iter().skip(open.len()) {
                let (indent, name) = ("  ".repeat(open.len()), &self.stages[stage as usize].name);
                lines.push(Line::Text(format!("{indent}stage {name}({})", self.given(stage))));
                open.push(stage);
            }
            self.row(index, wire, open.len(), &mut lines);
        }
        while !open.is_empty() {
            self.close(&mut open, &mut lines);
        }
        lines
    }

    /// The stages around a gate, outermost first, without the whole circuit.
    fn around(&self, mut stage: u32) -> Vec<u32> {
        let mut found = Vec::new();
        while stage != 0 {
            found.push(stage);
            stage = self.stages[stage as usize].parent;
        }
        found.reverse();
        found
    }

    fn labels(&self, wires: &[u32]) -> String {
        wires.iter().map(|&w| self.label(w)).collect::<Vec<_>>().join(", ")
    }

    /// What a stage is given: `z = #4` where its input is the parameter z, which stands for the wire #4.
    fn given(&self, stage: u32) -> String {
        let one = |&input: &u32| {
            let wire = &self.wires[input as usize];
            match (&wire.name, &wire.inputs[..]) {
                (Some(name), [from]) if wire.gate == "identity" => {
                    let parameter = name.rsplit('.').next().unwrap_or(name);
                    format!("{parameter} = {}", self.label(*from))
                }
                _ => self.label(input),
            }
        };
        self.stages[stage as usize].inputs.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    fn row(&self, index: u32, wire: &WireFlow, depth: usize, lines: &mut Vec<Line>) {
        let attrs: String = wire.attrs.iter().map(|(name, text)| format!(" {name}={text}")).collect();
        let gate = format!("{} {}", wire.gate, self.labels(&wire.inputs)).trim_end().to_string() + &attrs;
        let of = |t: &Option<Tensor>| t.as_ref().map_or(String::new(), cell);
        let mut cells = [
            format!("{}{}", "  ".repeat(depth), self.label(index)),
            gate,
            signed(format!("{:.DIGITS$}", wire.value)),
            of(&wire.upstream),
            String::new(),
            String::new(),
        ];
        let all = [&wire.locals, &wire.downstream];
        let scalars = all.iter().all(|l| l.iter().flatten().all(|t| t.shape().rank() == 0));
        if scalars {
            cells[4] = joined(&wire.locals);
            cells[5] = joined(&wire.downstream);
            return lines.push(Line::Cells(cells));
        }
        // Tensors are wide: a line for each input that gets one.
        for (i, input) in wire.inputs.iter().enumerate() {
            let at = |l: &Vec<Option<Tensor>>| l.get(i).cloned().flatten();
            let (local, passed) = (at(&wire.locals), at(&wire.downstream));
            if local.is_some() || passed.is_some() {
                cells[4] = of(&local);
                cells[5] = passed
                    .map_or(String::new(), |p| format!("{}: {}", self.label(*input), cell(&p).trim_start()));
                lines.push(Line::Cells(std::mem::take(&mut cells)));
            }
        }
    }

    /// Leaves the innermost open stage, with its local gradient beside the product of its parts.
    fn close(&self, open: &mut Vec<u32>, lines: &mut Vec<Line>) {
        let Some(stage) = open.pop() else { return };
        let indent = "  ".repeat(open.len() + 1);
        let stage = &self.stages[stage as usize];
        for (row, &output) in stage.outputs.iter().enumerate() {
            for (column, &input) in stage.inputs.iter().enumerate() {
                let (local, product) = (&stage.local[row][column], &stage.product_of_parts[row][column]);
                if let (Some(local), Some(product)) = (local, product) {
                    let names = format!("d {} / d {}", self.label(output), self.label(input));
                    let (parts, check) = (self.parts(stage, input, output), difference(local, product));
                    let local = format!("{indent}local gradient {names} = {local:.DIGITS$}");
                    lines.push(Line::Text(format!("{local}; {parts} = {product:.DIGITS$} ({check})")));
                }
            }
        }
    }

    /// How the product through the parts comes about: its factors, where there is one path.
    fn parts(&self, stage: &StageFlow, input: u32, output: u32) -> String {
        let paths = self.paths(input, output);
        if paths != 1.0 {
            return format!("sum over {paths} paths of products of the parts");
        }
        let mut factors = Vec::new();
        let mut at = output;
        while at != input {
            let wire = &self.wires[at as usize];
            let on_path = |(i, from): (usize, &u32)| {
                let local = wire.locals.get(i)?.as_ref()?;
                (*from == input || self.paths(input, *from) == 1.0)
                    .then(|| (*from, format!("{local:.DIGITS$}")))
            };
            let Some((from, local)) = wire.inputs.iter().enumerate().find_map(on_path) else {
                break;
            };
            factors.push(local);
            at = from;
        }
        let is_short = stage.local.iter().flatten().flatten().all(|t| t.shape().rank() == 0);
        let product = "product of the parts";
        if is_short { format!("{product}: {}", factors.join(" × ")) } else { product.to_string() }
    }

    /// How many paths of local gradients lead from a wire to another. A real number: there may be very many.
    fn paths(&self, from: u32, to: u32) -> f64 {
        let mut paths = vec![0.0; (to as usize + 1).saturating_sub(from as usize)];
        let Some(first) = paths.first_mut() else {
            return 0.0;
        };
        *first = 1.0;
        for index in from + 1..=to {
            let wire = &self.wires[index as usize];
            let operands = wire.inputs.iter().zip(&wire.locals).filter(|(i, l)| **i >= from && l.is_some());
            paths[(index - from) as usize] = operands.map(|(i, _)| paths[(i - from) as usize]).sum();
        }
        paths.last().copied().unwrap_or(0.0)
    }
}

/// With room for a sign, so that numbers line up. Gradients have the shape of what they belong to, and do not state it again.
fn cell(tensor: &Tensor) -> String {
    signed(format!("{tensor:#.DIGITS$}"))
}

fn signed(text: String) -> String {
    if text.starts_with('-') { text } else { format!(" {text}") }
}

fn joined(all: &[Option<Tensor>]) -> String {
    if all.iter().all(Option::is_none) {
        return String::new();
    }
    let one = |t: &Option<Tensor>| t.as_ref().map_or(format!(" {NONE}"), cell);
    let rest = all.iter().skip(1).map(|t| format!(", {}", one(t).trim_start()));
    all.first().map(one).into_iter().chain(rest).collect()
}

/// How far apart two tensors of one shape are.
fn difference(a: &Tensor, b: &Tensor) -> String {
    let pairs = a.to_f64().into_iter().zip(b.to_f64());
    let largest = pairs.map(|(a, b)| if a == b { 0.0 } else { (a - b).abs() }).fold(0.0, f64::max);
    if largest == 0.0 { "equal".to_string() } else { format!("{largest:.1e} apart") }
}

impl fmt::Display for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.lines();
        let mut widths = [0; 6];
        for line in &lines {
            if let Line::Cells(cells) = line {
                widths = std::array::from_fn(|i| widths[i].max(cells[i].chars().count()));
            }
        }
        for line in lines {
            let text = match line {
                Line::Text(text) => text,
                Line::Cells(cells) => {
                    let padded = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
                    padded.collect::<Vec<_>>().join("  ").trim_end().to_string()
                }
            };
            writeln!(f, "{text}")?;
        }
        Ok(())
    }
}

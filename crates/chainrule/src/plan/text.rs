//! What steps do and cost, in words and figures for people.

use super::{Beside, ControlStep, Copied, KernelStep, Op, Plan, Product, Scalars, Step, Sweep, ValueId};
use crate::circuit::Control;
use std::fmt;

/// What a step costs, by its shapes alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Floating-point operations; an element of any element-wise gate counts as one.
    pub flops: u64,
    /// Bytes read and written, each array once.
    pub bytes: u64,
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.report(Beside::default()).fmt(f)
    }
}

impl Plan {
    /// What all steps cost together; the inner plans of a `scan` once a turn, of a `while` once.
    pub fn cost(&self) -> Cost {
        self.steps.iter().map(|step| self.cost_of(step)).fold(Cost::default(), Cost::and)
    }

    /// What a step costs.
    pub fn cost_of(&self, step: &Step) -> Cost {
        match step {
            Step::Sweep(sweep) => self.cost_of_sweep(sweep),
            Step::Scalars(scalars) => Cost {
                flops: scalars.gates(),
                bytes: scalars.loads.iter().map(|load| u64::from(load.bytes)).sum(),
            },
            Step::Product(product) => self.cost_of_product(product),
            Step::Copy(copied) => Cost { flops: 0, bytes: 2 * self.bytes_of(copied.to) },
            Step::Kernel(kernel) => {
                Cost { flops: kernel.flops, bytes: kernel.read + self.bytes_of(kernel.output) }
            }
            Step::Control(control) => {
                let once = control.plans.iter().map(Plan::cost).fold(Cost::default(), Cost::and);
                let turns = if control.kind == Control::Scan { control.turns.length as u64 } else { 1 };
                Cost { flops: once.flops.saturating_mul(turns), bytes: once.bytes.saturating_mul(turns) }
            }
        }
    }

    fn bytes_of(&self, value: ValueId) -> u64 {
        self.values[value as usize].bytes as u64
    }

    fn cost_of_sweep(&self, sweep: &Sweep) -> Cost {
        let of_op = |op: &Op| match op {
            Op::Gate { level: super::Level::Row, .. } => (sweep.elements / sweep.row) as u64,
            Op::Fold { .. } => sweep.elements as u64,
            op => (sweep.elements * op.names().count()) as u64,
        };
        let folded = (sweep.sinks.len() * sweep.elements) as u64;
        let loaded = sweep.once.iter().chain(&sweep.ops).filter_map(|op| match op {
            Op::Load { from, view, bytes, .. } => Some((*from, (view.shape.elements() * bytes) as u64)),
            _ => None,
        });
        let tiles = sweep.elements.div_ceil(sweep.tile.max(1));
        let ports = sweep.ports.iter().filter(|port| port.value != sweep.registers);
        let ports = ports.map(|port| (port.value, (port.step * tiles) as u64));
        let sinks = sweep.sinks.iter().map(|sink| (sink.output, u64::MAX));
        let mut touched: Vec<(ValueId, u64)> = ports.chain(loaded).chain(sinks).collect();
        touched.sort_unstable_by_key(|&(value, _)| value);
        let of_value = |parts: &[(ValueId, u64)]| {
            let bytes = parts.iter().fold(0, |sum: u64, part| sum.saturating_add(part.1));
            bytes.min(self.bytes_of(parts[0].0))
        };
        Cost {
            flops: sweep.ops.iter().map(of_op).sum::<u64>() + folded,
            bytes: touched.chunk_by(|a, b| a.0 == b.0).map(of_value).sum(),
        }
    }

    fn cost_of_product(&self, product: &Product) -> Cost {
        let count: usize = product.batch.iter().map(|(length, _)| length).product();
        let side = |factor: &super::Factor, length: usize| {
            let elements = count * length * product.k;
            self.bytes_of(factor.value).min((elements * product.dtype.bytes()) as u64)
        };
        let read = side(&product.a, product.m) + side(&product.b, product.n);
        let flops = (2 * count * product.m * product.k * product.n) as u64;
        Cost { flops, bytes: read + self.bytes_of(product.output) }
    }
}

/// What a step does.
pub(super) fn describe(step: &Step) -> String {
    match step {
        Step::Sweep(sweep) => sweep_text(sweep),
        Step::Scalars(scalars) => scalars_text(scalars),
        Step::Product(product) => product_text(product),
        Step::Copy(Copied { from, .. }) => format!("copy     {}", from.spec()),
        Step::Kernel(KernelStep { gate, spec, .. }) => format!("gate     {gate} to {spec}"),
        Step::Control(control) => format!("{:8} {}", control_name(control), turns_text(control)),
    }
}

impl Cost {
    fn and(self, other: Cost) -> Cost {
        Cost { flops: self.flops.saturating_add(other.flops), bytes: self.bytes.saturating_add(other.bytes) }
    }
}

fn sweep_text(sweep: &Sweep) -> String {
    let mut names: Vec<String> = Vec::new();
    for op in &sweep.ops {
        match op {
            Op::Fold { fold, .. } => names.push(format!("{fold:?} of rows").to_lowercase()),
            op => names.extend(op.names().map(str::to_string)),
        }
    }
    names.extend(sweep.sinks.iter().map(|sink| {
        let over = if sink.columns == 1 { "all" } else { "columns" };
        format!("{:?} of {over}", sink.fold).to_lowercase()
    }));
    let rows = if sweep.row > 1 { format!(" in rows of {}", sweep.row) } else { String::new() };
    format!("sweep    {}{rows}: {}", sweep.elements, names.join(", "))
}

fn scalars_text(scalars: &Scalars) -> String {
    let names: Vec<String> = scalars.names.iter().map(|&(name, count)| times(count, name)).collect();
    format!("scalars  {} gates in {} runs: {}", scalars.gates(), scalars.runs.len(), names.join(", "))
}

fn times(count: u64, name: &str) -> String {
    if count == 1 { name.to_string() } else { format!("{count} {name}") }
}

fn product_text(product: &Product) -> String {
    let batch: usize = product.batch.iter().map(|(length, _)| length).product();
    let times = match batch {
        1 => String::new(),
        _ if product.is_sum => format!("sum of {batch} times "),
        _ => format!("{batch} times "),
    };
    let sides = [("", &product.a), (" @ ", &product.b)].map(|(before, side)| {
        let transposed = if side.col == 1 || side.row != 1 { "" } else { "^T" };
        format!("{before}#{}{transposed}", side.value)
    });
    format!("product  {times}{}x{}x{}: {}", product.m, product.k, product.n, sides.concat())
}

fn control_name(control: &ControlStep) -> &'static str {
    match control.kind {
        Control::Call => "call",
        Control::Scan => "scan",
        Control::While => "while",
        Control::Cond => "cond",
    }
}

fn turns_text(control: &ControlStep) -> String {
    match control.kind {
        Control::Scan => format!("{} turns, {} states", control.turns.length, control.turns.states.len()),
        _ => String::new(),
    }
}

/// A number for people: `25.7 M`.
pub(super) fn count(n: u64) -> String {
    let scaled = [(1_000_000_000, "G"), (1_000_000, "M"), (1000, "k")];
    match scaled.into_iter().find(|(unit, _)| n >= *unit) {
        Some((unit, name)) => format!("{:.1} {name}", n as f64 / unit as f64),
        None => n.to_string(),
    }
}

/// Bytes for people: `1.2 MB`.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..1000 => format!("{bytes} B"),
        _ => format!("{}B", count(bytes)),
    }
}

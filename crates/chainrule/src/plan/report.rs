//! A plan as data for people: what each step does, what it costs, how long it takes at least, and how long it took.

use super::text::{count, describe, size};
use super::{Cost, Machine, Plan, Step};
use crate::base::DType;
use crate::circuit::Control;
use std::fmt;

/// Seconds that the steps of a plan took, added up over its calls.
#[derive(Clone, Debug, Default)]
pub struct Times {
    /// Of each step.
    pub steps: Vec<f64>,
    /// For each control step, of its plans.
    pub inner: Vec<Vec<Times>>,
}

/// A plan, step by step. Its text is a table.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanReport {
    /// The steps, in order.
    pub steps: Vec<StepReport>,
    /// Floating-point operations of all steps.
    pub flops: u64,
    /// Bytes that all steps read and write.
    pub bytes: u64,
    /// Bytes of the arena, which holds the intermediate values.
    pub arena: usize,
    /// The least seconds of all steps, one after the other.
    pub bound: Option<f64>,
    /// Seconds that a call took, in its steps.
    pub seconds: Option<f64>,
    /// What the bounds are for.
    pub machine: Option<Machine>,
}

/// One step. Figures are for one call of the whole plan: those of a loop, and of what is inside, are for all its turns.
#[derive(Clone, Debug, PartialEq)]
pub struct StepReport {
    /// What it does.
    pub what: String,
    /// Floating-point operations; an element of any element-wise gate counts as one.
    pub flops: u64,
    /// Bytes read and written, each array once.
    pub bytes: u64,
    /// The least seconds that one thread takes: for the operations at the machine's peak, or for the bytes.
    pub bound: Option<f64>,
    /// Seconds that it took.
    pub seconds: Option<f64>,
    /// Plans that it runs: of a loop, of branches.
    pub inner: Vec<PlanReport>,
}

/// What is said about each step besides what it is.
#[derive(Clone, Copy, Default)]
pub struct Beside<'a> {
    /// For bounds.
    pub machine: Option<&'a Machine>,
    /// For times, with the number of calls that they are added up over.
    pub times: Option<(&'a Times, usize)>,
}

impl Plan {
    /// The plan as data.
    pub fn report(&self, beside: Beside<'_>) -> PlanReport {
        let report = self.report_of(beside, 1);
        PlanReport { machine: beside.machine.cloned(), ..report }
    }

    /// The report of a plan that runs so many times a call.
    fn report_of(&self, beside: Beside<'_>, turns: u64) -> PlanReport {
        let mut control = 0;
        let mut steps = Vec::with_capacity(self.steps.len());
        for (number, step) in self.steps.iter().enumerate() {
            let seconds = beside.times.map(|(times, calls)| times.steps[number] / calls as f64);
            let mut inner = Vec::new();
            if let Step::Control(step) = step {
                let turns = if step.kind == Control::Scan { turns * step.turns.length as u64 } else { turns };
                for (i, plan) in step.plans.iter().enumerate() {
                    let times = beside.times.map(|(times, calls)| (&times.inner[control][i], calls));
                    inner.push(plan.report_of(Beside { times, ..beside }, turns));
                }
                control += 1;
            }
            let cost = self.cost_of(step);
            let bound = beside.machine.map(|machine| match step {
                Step::Control(_) => inner.iter().filter_map(|plan| plan.bound).sum(),
                _ => machine.bound(cost, kind(step)) * turns as f64,
            });
            let (flops, bytes) = (cost.flops.saturating_mul(turns), cost.bytes.saturating_mul(turns));
            steps.push(StepReport { what: describe(step), flops, bytes, bound, seconds, inner });
        }
        let total = |of: fn(&StepReport) -> u64| steps.iter().map(of).fold(0, u64::saturating_add);
        let sum = |of: fn(&StepReport) -> Option<f64>| steps.iter().map(of).sum::<Option<f64>>();
        PlanReport {
            flops: total(|step| step.flops),
            bytes: total(|step| step.bytes),
            arena: self.arena,
            bound: beside.machine.and(sum(|step| step.bound)),
            seconds: beside.times.and(sum(|step| step.seconds)),
            machine: None,
            steps,
        }
    }
}

/// The kind of number that a step's operations are in, as far as that matters for their speed.
fn kind(step: &Step) -> DType {
    match step {
        Step::Product(product) => product.dtype,
        Step::Kernel(kernel) => kernel.spec.dtype,
        _ => DType::F32,
    }
}

impl PlanReport {
    fn write(&self, f: &mut fmt::Formatter<'_>, margin: &str) -> fmt::Result {
        let cost = Cost { flops: self.flops, bytes: self.bytes };
        let (steps, arena) = (self.steps.len(), size(self.arena as u64));
        let (flops, bytes) = (count(cost.flops), size(cost.bytes));
        write!(f, "{margin}plan: {steps} steps, {flops} flops, {bytes} moved, arena of {arena}")?;
        if let Some(bound) = self.bound {
            write!(f, ", at least {}", time(bound))?;
        }
        if let Some(seconds) = self.seconds {
            write!(f, ", took {}", time(seconds))?;
        }
        writeln!(f)?;
        self.steps.iter().try_for_each(|step| step.write(f, margin))
    }
}

impl StepReport {
    fn write(&self, f: &mut fmt::Formatter<'_>, margin: &str) -> fmt::Result {
        let (flops, bytes) = (count(self.flops), size(self.bytes));
        write!(f, "{margin}  {:<64} {flops:>8} flops {bytes:>9}", self.what)?;
        for seconds in [self.bound, self.seconds].into_iter().flatten() {
            write!(f, " {:>9}", time(seconds))?;
        }
        if let (Some(bound), Some(seconds)) = (self.bound, self.seconds) {
            write!(f, " {:>6.1}x", seconds / bound.max(1e-12))?;
        }
        writeln!(f)?;
        let margin = format!("{margin}    ");
        self.inner.iter().try_for_each(|plan| plan.write(f, &margin))
    }
}

impl fmt::Display for PlanReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(machine) = &self.machine {
            let columns = if self.seconds.is_some() {
                "the least time, the time of a call, and how many times the least"
            } else {
                "the least time"
            };
            writeln!(f, "{machine}\nlast columns: {columns}")?;
        }
        self.write(f, "")
    }
}

/// Seconds for people: `1.2 us`.
fn time(seconds: f64) -> String {
    let units = [(1.0, "s"), (1e-3, "ms"), (1e-6, "us")];
    let (unit, name) = units.into_iter().find(|(unit, _)| seconds >= *unit).unwrap_or((1e-9, "ns"));
    let digits = if seconds / unit >= 99.95 { 0 } else { 1 };
    format!("{:.digits$} {name}", seconds / unit)
}

//! A plan as data for people: what each step does, what it costs, how long it takes at least, and how long it took.

use super::text::{count, describe, size};
use super::{Cost, Machine, Plan, Step, Strips};
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
    /// How many threads shared the work while it was timed.
    pub threads: usize,
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
    /// The least seconds that one thread takes: for the operations at the machine's peak, or for the bytes. Of a convolution
    /// without those on padding, and by transformed tiles a quarter of the others.
    pub bound: Option<f64>,
    /// Seconds that it took.
    pub seconds: Option<f64>,
    /// The part of the whole call that this is.
    pub share: Option<f64>,
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
        let mut report = PlanReport { machine: beside.machine.cloned(), ..report };
        if let Some(seconds) = report.seconds {
            report.share_of(seconds);
        }
        report
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
                Step::Kernel(kernel) => {
                    machine.bound(Cost { flops: kernel.fewest, ..cost }, kernel.spec.dtype) * turns as f64
                }
                _ => machine.bound(cost, kind(step)) * turns as f64,
            });
            let (flops, bytes) = (cost.flops.saturating_mul(turns), cost.bytes.saturating_mul(turns));
            let what = match Strips::around(&self.strips, number) {
                Some(group) => format!("{}, {}", describe(step), group.describe(number)),
                None => describe(step),
            };
            steps.push(StepReport { what, flops, bytes, bound, seconds, share: None, inner });
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
            threads: 1,
            steps,
        }
    }
}

/// The kind of number that a step's operations are in, as far as that matters for their speed.
fn kind(step: &Step) -> DType {
    match step {
        Step::Product(product) => product.dtype,
        _ => DType::F32,
    }
}

impl PlanReport {
    fn share_of(&mut self, call: f64) {
        for step in &mut self.steps {
            step.share = step.seconds.map(|seconds| seconds / call.max(1e-12));
            step.inner.iter_mut().for_each(|plan| plan.share_of(call));
        }
    }

    /// The steps that take longest, first the longest; without times, those with the longest bounds. Steps that do the same are
    /// one, steps of loops stand for the loop.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let spec = Spec::new(&[64, 64], DType::F32).unwrap();
    /// let f = compile(|x: Wire| x.matmul(x).matmul(x).tanh(), &(spec,))?;
    /// let slowest = f.profile(&(Tensor::zeros(spec),), 10)?.slowest(8);
    /// assert_eq!(slowest.len(), 2);
    /// assert!(slowest.iter().any(|step| step.what == "product  64x64x64 (2 steps)"));
    /// # Ok::<(), Diagnostic>(())
    /// ```
    pub fn slowest(&self, most: usize) -> Vec<StepReport> {
        let mut kinds: Vec<(StepReport, usize)> = Vec::new();
        self.gather(&mut kinds);
        let length = |step: &StepReport| step.seconds.or(step.bound).unwrap_or(0.0);
        kinds.sort_by(|(a, _), (b, _)| length(b).total_cmp(&length(a)));
        kinds.truncate(most);
        let named = |(step, count): (StepReport, usize)| match count {
            1 => step,
            _ => StepReport { what: format!("{} ({count} steps)", step.what), ..step },
        };
        kinds.into_iter().map(named).collect()
    }

    fn gather(&self, kinds: &mut Vec<(StepReport, usize)>) {
        for step in &self.steps {
            if !step.inner.is_empty() {
                step.inner.iter().for_each(|plan| plan.gather(kinds));
                continue;
            }
            let what = step.what.split(": #").next().unwrap_or_default();
            let Some((known, count)) = kinds.iter_mut().find(|(known, _)| known.what == what) else {
                kinds.push((StepReport { what: what.to_string(), ..step.clone() }, 1));
                continue;
            };
            let add = |a: Option<f64>, b: Option<f64>| a.zip(b).map(|(a, b)| a + b);
            known.flops = known.flops.saturating_add(step.flops);
            known.bytes = known.bytes.saturating_add(step.bytes);
            known.bound = add(known.bound, step.bound);
            known.seconds = add(known.seconds, step.seconds);
            known.share = add(known.share, step.share);
            *count += 1;
        }
    }

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
        let mut lines = wrapped(&self.what, WIDTH).into_iter();
        write!(f, "{margin}  {:<WIDTH$} {flops:>8} flops {bytes:>9}", lines.next().unwrap_or_default())?;
        for seconds in [self.bound, self.seconds].into_iter().flatten() {
            write!(f, " {:>9}", time(seconds))?;
        }
        if let (Some(bound), Some(seconds)) = (self.bound, self.seconds) {
            match seconds / bound.max(1e-12) {
                ratio if ratio < 999.95 => write!(f, " {ratio:>6.1}x")?,
                _ => write!(f, " {:>7}", ">999x")?,
            }
        }
        if let Some(share) = self.share {
            write!(f, " {:>4.0} %", 100.0 * share)?;
        }
        writeln!(f)?;
        lines.try_for_each(|line| writeln!(f, "{margin}    {:9}{line}", ""))?;
        let margin = format!("{margin}    ");
        self.inner.iter().try_for_each(|plan| plan.write(f, &margin))
    }
}

impl fmt::Display for StepReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, "")
    }
}

impl fmt::Display for PlanReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(machine) = &self.machine {
            let columns = if self.seconds.is_some() {
                "the least time, the time that it took, how many times the least, its part of the call"
            } else {
                "the least time"
            };
            writeln!(f, "{machine}\nlast columns: {columns}")?;
            if self.threads > 1 {
                writeln!(f, "timed with {} threads; the least times are those of one", self.threads)?;
            }
        }
        self.write(f, "")
    }
}

/// Characters of what a step does, before its figures.
const WIDTH: usize = 64;

/// A list of gates in lines; those after the first are shorter by how far they are moved in.
fn wrapped(what: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in what.split_inclusive(", ") {
        let room = if lines.len() == 1 { width } else { width - 11 };
        let last = lines.len() - 1;
        if !lines[last].is_empty() && lines[last].len() + word.trim_end().len() > room {
            lines.push(word.to_string());
        } else {
            lines[last].push_str(word);
        }
    }
    lines.into_iter().map(|line| line.trim_end().to_string()).collect()
}

/// Seconds for people: `1.2 us`.
fn time(seconds: f64) -> String {
    let units = [(1.0, "s"), (1e-3, "ms"), (1e-6, "us")];
    let (unit, name) = units.into_iter().find(|(unit, _)| seconds >= *unit).unwrap_or((1e-9, "ns"));
    let digits = if seconds / unit >= 99.95 { 0 } else { 1 };
    format!("{:.digits$} {name}", seconds / unit)
}

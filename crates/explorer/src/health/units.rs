//! Rules about activations: units that are dead, elements where a gate is flat.

use super::{Rule, Severity, Thresholds, Verdict, median, percent, recent};
use crate::run::{History, Point};

/// Units of a relu that were 0 for the whole batch at every one of the last observed steps: the least share among those.
pub fn dead(history: &History, limits: &Thresholds) -> Vec<Verdict> {
    let judged = history.activations().filter_map(|series| {
        let points = recent(&series.values, limits.dead_logs, limits.dead_logs);
        let is_enough = |point: &&Point| point.n / point.units.max(1) >= limits.dead_elements as u64;
        let shares: Vec<f64> = points.iter().filter(is_enough).filter_map(|point| point.dead).collect();
        let value = shares.into_iter().reduce(f64::min)?;
        let (threshold, severity) = step(value, &limits.dead)?;
        let units = points.last().map_or(0, |point| point.units);
        Some(Verdict {
            rule: Rule::DeadUnits,
            at: series.watch.name.clone(),
            value,
            threshold,
            severity,
            why: format!(
                "{} of its {units} units are 0 for every row, in each of the last {} observed steps",
                percent(value),
                points.len()
            ),
            try_this: "a smaller rate or a warm-up, He initialisation, or a leaky relu or gelu".into(),
        })
    });
    judged.collect()
}

/// The gate's flat parts hold too many elements, in the median of the last observed steps.
pub fn saturated(history: &History, limits: &Thresholds) -> Vec<Verdict> {
    let judged = history.activations().filter_map(|series| {
        let points = recent(&series.values, limits.logs, limits.least_logs);
        let value = median(points.iter().filter_map(|point: &Point| point.saturated).collect())?;
        let (threshold, severity) = step(value, &limits.saturated)?;
        Some(Verdict {
            rule: Rule::Saturation,
            at: series.watch.name.clone(),
            value,
            threshold,
            severity,
            why: format!("{} of its elements lie where {} is flat", percent(value), series.watch.op),
            try_this:
                "smaller first weights (Glorot), a smaller rate, normalised inputs, or layer norm before it"
                    .into(),
        })
    });
    judged.collect()
}

/// The highest step of a staircase that a value has passed.
fn step(value: f64, staircase: &[f64]) -> Option<(f64, Severity)> {
    let severities = [Severity::Watch, Severity::Serious, Severity::Critical];
    staircase.iter().copied().zip(severities).rfind(|(threshold, _)| value > *threshold)
}

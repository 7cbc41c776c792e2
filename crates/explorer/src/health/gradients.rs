//! Rules about gradients of parameters: vanishing, exploding, zero, and those that no path leads to.

use super::{Rule, Severity, Thresholds, Verdict, is_weight, median, recent};
use crate::run::{History, Point, Series};

/// A weight whose gradient is a tiny part of that of the last one, in the median of the last observed steps: the last one's
/// comes near 0 by chance at some steps.
pub fn vanishing(history: &History, limits: &Thresholds) -> Vec<Verdict> {
    let weights: Vec<&Series> = history.parameters().filter(|s| s.watch.path && is_weight(s)).collect();
    let Some((last, before)) = weights.split_last() else { return Vec::new() };
    let judged = before.iter().filter_map(|series| {
        let pairs = recent(&series.gradients, limits.logs, limits.least_logs).iter();
        let ratios = pairs.map(|point| point.l2 / at(&last.gradients, point.step)).collect();
        let why = |value| format!("its gradient is {value:.1e} of that of {}", last.watch.name);
        // A gradient of exactly 0 is another rule's business.
        vanished(series, limits, ratios, why, LAYERS).filter(|verdict| verdict.value > 0.0)
    });
    judged.collect()
}

/// What to try, of layers and of the turns of a loop.
const LAYERS: &str = "relu or gelu instead of a gate that saturates, He initialisation, layer norm, or a path around the layers \
                      between (residual)";
const TURNS: &str = "an LSTM or GRU instead of a plain recurrence, a forget gate that starts open (bias 1), orthogonal first \
                     weights, or shorter sequences";

/// The verdict where the median of these parts of another gradient is below the limit.
fn vanished(
    series: &Series,
    limits: &Thresholds,
    ratios: Vec<f64>,
    why: impl Fn(f64) -> String,
    try_this: &str,
) -> Option<Verdict> {
    let count = ratios.len();
    let value = median(ratios).filter(|&ratio| ratio < limits.vanishing)?;
    Some(Verdict {
        rule: Rule::Vanishing,
        at: series.watch.name.clone(),
        value,
        threshold: limits.vanishing,
        severity: Severity::Serious,
        why: format!("{} in the median of {count} observed steps", why(value)),
        try_this: try_this.into(),
    })
}

/// A gradient within a loop that is a tiny part, at the first turn, of what it is at the last, in the median of the last observed
/// steps: what the first turns do is not learnt from the loss at the end.
pub fn vanishing_through_turns(history: &History, limits: &Thresholds) -> Vec<Verdict> {
    let judged = history.activations().filter_map(|series| {
        let points = recent(&series.gradients, limits.logs, limits.least_logs);
        let ratios = points.iter().filter_map(|point| point.turns).filter(|(_, last)| *last > 0.0);
        let ratios = ratios.map(|(first, last)| first / last).collect();
        let why =
            |value| format!("its gradient at the first turn of its loop is {value:.1e} of that at the last,");
        vanished(series, limits, ratios, why, TURNS)
    });
    judged.collect()
}

/// The norm at a step; NaN where it was not observed.
fn at(points: &[Point], step: u64) -> f64 {
    points.binary_search_by_key(&step, |point| point.step).map_or(f64::NAN, |i| points[i].l2)
}

/// The norm of the gradient of all parameters at each observed step.
fn norms(history: &History) -> Vec<f64> {
    // Sums of squares in the order of the steps; parameters are mostly observed at the same ones.
    let mut squares: Vec<(u64, f64)> = Vec::new();
    for series in history.parameters() {
        let mut at = 0;
        for point in &series.gradients {
            while squares.get(at).is_some_and(|(step, _)| *step < point.step) {
                at += 1;
            }
            match squares.get_mut(at) {
                Some((step, sum)) if *step == point.step => *sum += point.l2 * point.l2,
                _ => squares.insert(at, (point.step, point.l2 * point.l2)),
            }
        }
    }
    squares.into_iter().map(|(_, sum)| sum.sqrt()).collect()
}

/// The norm of all gradients far above what it was, or rising step by step.
pub fn exploding(history: &History, limits: &Thresholds) -> Vec<Verdict> {
    let norms = norms(history);
    let verdict = |value: f64, threshold: f64, why: String| Verdict {
        rule: Rule::Exploding,
        at: String::new(),
        value,
        threshold,
        severity: Severity::Serious,
        why,
        try_this: "clip gradients by norm (--clip 1), or a rate ten times smaller".into(),
    };
    let start = limits.least_logs.max(1);
    let mut least = f64::INFINITY;
    let jumps = (0..norms.len()).filter_map(|i| {
        // A median is no smaller than the least until then, which is quicker to know.
        let before = least;
        least = least.min(norms[i]);
        if i < start || norms[i] <= limits.exploding * before {
            return None;
        }
        let usual = median(norms[i.saturating_sub(10 * limits.logs)..i].to_vec()).filter(|&m| m > 0.0)?;
        Some((norms[i] / usual, i))
    });
    let worst = jumps.filter(|(ratio, _)| *ratio > limits.exploding).max_by(|a, b| a.0.total_cmp(&b.0));
    if let Some((ratio, i)) = worst {
        let why = format!("the gradient's norm was {:.1e}, {ratio:.0} times its median until then", norms[i]);
        return vec![verdict(ratio, limits.exploding, why)];
    }
    let mut runs = norms.windows(limits.rising.max(1) + 1);
    let rises = |run: &[f64]| {
        run.windows(2).all(|pair| pair[1] > pair[0]) && run[run.len() - 1] > limits.rise * run[0]
    };
    match runs.find(|run| rises(run)) {
        Some(run) => {
            let ratio = run[run.len() - 1] / run[0];
            let why = format!(
                "the gradient's norm rose {} observed steps running, by {ratio:.0} times",
                limits.rising
            );
            vec![verdict(ratio, limits.rise, why)]
        }
        None => Vec::new(),
    }
}

/// A parameter whose gradient is 0 in every element, at every one of the last observed steps.
pub fn zero(history: &History, limits: &Thresholds) -> Vec<Verdict> {
    let judged = history.parameters().filter(|series| series.watch.path).filter_map(|series| {
        let points = recent(&series.gradients, limits.logs, limits.least_logs.min(3));
        let is_zero = |point: &Point| point.n > 0 && point.zero == point.n;
        (!points.is_empty() && points.iter().all(is_zero)).then(|| Verdict {
            rule: Rule::ZeroGradient,
            at: series.watch.name.clone(),
            value: 0.0,
            threshold: 0.0,
            severity: Severity::Serious,
            why: format!("its gradient is exactly 0 in every element, in the last {} observed steps", points.len()),
            try_this: "see what lies between it and the loss: a relu that is off, a clamp at its bound, rounding, or a \
                       comparison pass no gradient back"
                .into(),
        })
    });
    judged.collect()
}

/// A parameter from which no path leads to the loss.
pub fn unused(history: &History) -> Vec<Verdict> {
    let judged = history.parameters().filter(|series| !series.watch.path).map(|series| Verdict {
        rule: Rule::Unused,
        at: series.watch.name.clone(),
        value: 0.0,
        threshold: 1.0,
        severity: Severity::Serious,
        why: "no path leads from it to the loss, so that it never learns".into(),
        try_this: "use it in the forward pass, or take it out of the network; stop_gradient cuts paths too"
            .into(),
    });
    judged.collect()
}

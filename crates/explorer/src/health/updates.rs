//! The rule about updates: how much of itself a weight changes a step.

use super::{Rule, Severity, Thresholds, Verdict, is_weight, median};
use crate::run::{History, Series};

/// The median over the run of a weight's update beside the weight, in Euclidean norms. Biases start at 0 and are let be.
pub fn judge(history: &History, limits: &Thresholds) -> Vec<Verdict> {
    let weights = history.parameters().filter(|series| series.watch.path && is_weight(series));
    weights.filter_map(|series| one(series, limits)).collect()
}

fn one(series: &Series, limits: &Thresholds) -> Option<Verdict> {
    if series.updates.len() < limits.least_logs {
        return None;
    }
    let pairs = series.updates.iter().zip(&series.parameters);
    let value = median(pairs.filter(|(_, p)| p.l2 > 0.0).map(|(u, p)| u.l2 / p.l2).collect())?;
    let [low, high] = limits.update;
    let [far_low, far_high] = limits.update_far;
    if (low..=high).contains(&value) {
        return None;
    }
    if value == 0.0 {
        return still(series, far_low);
    }
    let is_far = !(far_low..=far_high).contains(&value);
    let is_high = value > high;
    let threshold = match (is_high, is_far) {
        (true, true) => far_high,
        (true, false) => high,
        (false, true) => far_low,
        (false, false) => low,
    };
    let times = if is_high { "a smaller rate" } else { "a larger rate" };
    Some(Verdict {
        rule: Rule::UpdateRatio,
        at: series.watch.name.clone(),
        value,
        threshold,
        severity: if is_far { Severity::Serious } else { Severity::Watch },
        why: format!("a step changes it by {value:.1e} of itself in the median; about 1e-3 is usual"),
        try_this: format!("{times}: about {:.0e} times this one", power(1e-3 / value)),
    })
}

/// A weight that no step changes, although there is a gradient; one of exactly 0 is another rule's business.
fn still(series: &Series, threshold: f64) -> Option<Verdict> {
    let gradient = median(series.gradients.iter().map(|point| point.l2).collect())?;
    (gradient > 0.0).then(|| Verdict {
        rule: Rule::UpdateRatio,
        at: series.watch.name.clone(),
        value: 0.0,
        threshold,
        severity: Severity::Serious,
        why: format!(
            "most steps leave every element as it was, although the gradient's norm is {gradient:.1e}"
        ),
        try_this: "a larger rate: the updates are lost in the rounding of the weights, or it is 0".into(),
    })
}

/// The nearest power of ten.
fn power(x: f64) -> f64 {
    10f64.powf(x.log10().round())
}

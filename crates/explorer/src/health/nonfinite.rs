//! The rule about NaN and infinities: where they were born, or else where they were seen first.

use super::{Rule, Severity, Verdict};
use crate::run::{Birth, History, Kind, Pass, Point, Series};

/// A verdict for each birth; without one, for the loss, and for each wire that held NaN or infinities.
pub fn judge(history: &History) -> Vec<Verdict> {
    if !history.births.is_empty() {
        return history.births.iter().map(born).collect();
    }
    let mut verdicts = Vec::new();
    if let Some((step, loss)) = history.losses.iter().find(|(_, loss)| !loss.is_finite()) {
        let why = format!("the loss is {loss} at step {step}");
        verdicts.push(verdict(String::new(), Severity::Critical, 1.0, why));
    }
    verdicts.extend(history.series.values().filter_map(seen));
    verdicts
}

fn verdict(at: String, severity: Severity, value: f64, why: String) -> Verdict {
    Verdict {
        rule: Rule::NonFinite,
        at,
        value,
        threshold: 0.0,
        severity,
        why,
        try_this: "train with `--on-nan report`, which names the gate where it is born".into(),
    }
}

fn born(birth: &Birth) -> Verdict {
    let kind = match birth.kind {
        Kind::Nan => "NaN",
        Kind::Inf => "an infinity",
    };
    let pass = match birth.pass {
        Pass::Forward => "the forward pass",
        Pass::Backward => "the backward pass",
        Pass::Update => "the update",
    };
    let at = if birth.module.is_empty() {
        birth.of_op.clone()
    } else {
        format!("{}.{}", birth.module, birth.of_op)
    };
    let place = if birth.src.is_empty() { String::new() } else { format!(" ({})", birth.src) };
    let why = format!("{kind} was born at step {} in {pass} of {}{place}", birth.s, birth.of_op);
    Verdict { try_this: birth.try_this.clone(), ..verdict(at, Severity::Critical, 1.0, why) }
}

/// The first point of a wire that held something of the kind. Infinities in activations are also what masks are made of.
fn seen(series: &Series) -> Option<Verdict> {
    let is_bad = |point: &&Point| point.nan > 0 || point.inf > 0;
    let first = |points: &[Point]| points.iter().find(is_bad).copied();
    let of_weights =
        [(&series.gradients, "gradient"), (&series.parameters, "numbers"), (&series.updates, "update")];
    let found = of_weights.iter().find_map(|(points, what)| Some((first(points)?, *what)));
    let (point, what) = found.or_else(|| Some((first(&series.values)?, "value")))?;
    let severity = if what == "value" && point.nan == 0 { Severity::Watch } else { Severity::Critical };
    let count = point.nan.saturating_add(point.inf);
    let why = format!(
        "its {what} had {} NaN and {} infinities among {} elements at step {}",
        point.nan, point.inf, point.n, point.step
    );
    Some(verdict(series.watch.name.clone(), severity, count as f64, why))
}

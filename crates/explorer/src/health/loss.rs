//! The rule about the loss: it should fall.

use super::{Rule, Severity, Thresholds, Verdict};
use crate::run::History;

/// Compares the mean of the first tenth of the steps with that of the last.
pub fn judge(history: &History, limits: &Thresholds) -> Vec<Verdict> {
    let losses: Vec<f64> = history.losses.iter().map(|(_, loss)| *loss).collect();
    // What is not finite is another rule's business.
    if losses.len() < limits.loss_steps.max(2) || losses.iter().any(|loss| !loss.is_finite()) {
        return Vec::new();
    }
    let part = (losses.len() / 10).max(1);
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
    let (first, last) = (mean(&losses[..part]), mean(&losses[losses.len() - part..]));
    // Relative to its size, so that a loss may also be negative. One that was 0 from the start has nothing to learn.
    let value = (first - last) / first.abs().max(f64::MIN_POSITIVE);
    if value >= limits.fall || first == 0.0 {
        return Vec::new();
    }
    let (first, last) = (short(first), short(last));
    let why = match value < -limits.fall {
        true => format!("it rose from {first} to {last} in {} steps", losses.len()),
        false => format!("it was {first} at first and is {last} after {} steps", losses.len()),
    };
    let try_this = if value < -limits.fall {
        "a rate ten times smaller; and see that the loss is made smaller, not larger"
    } else {
        "one batch alone until it is learnt by heart: if that fails too, the network or the labels are wrong, else try \
         another rate"
    };
    vec![Verdict {
        rule: Rule::Loss,
        at: String::new(),
        value,
        threshold: limits.fall,
        severity: Severity::Serious,
        why,
        try_this: try_this.into(),
    }]
}

fn short(x: f64) -> String {
    if x == 0.0 || (1e-3..1e5).contains(&x.abs()) { format!("{x:.4}") } else { format!("{x:.2e}") }
}

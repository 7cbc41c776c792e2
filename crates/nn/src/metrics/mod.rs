//! How good predictions are.

mod confusion;
mod evaluation;

pub use confusion::Confusion;
pub use evaluation::{Errors, Evaluation, Evaluator, Measured};

/// The class with the largest number, the first of equal ones.
pub fn best(logits: &[f32]) -> usize {
    let better = |best: usize, (i, &v): (usize, &f32)| if v > logits[best] { i } else { best };
    logits.iter().enumerate().fold(0, better)
}

/// How many classes have a larger number than `label`, or the same and come before it: 0 where it is the prediction.
pub fn rank(logits: &[f32], label: usize) -> usize {
    let of = logits[label];
    logits.iter().enumerate().filter(|&(i, &v)| v > of || v == of && i < label).count()
}

/// The negative logarithm of the softmax's share of `label`, in f64.
pub fn cross_entropy(logits: &[f32], label: usize) -> f64 {
    let largest = f64::from(logits.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    let sum: f64 = logits.iter().map(|&v| (f64::from(v) - largest).exp()).sum();
    sum.ln() + largest - f64::from(logits[label])
}

/// Mean and spread (the sample's standard deviation) of several runs.
pub fn mean_and_spread(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count.max(1.0);
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    (mean, (squares / (count - 1.0).max(1.0)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cross_entropy_survives_large_logits() {
        assert_eq!(cross_entropy(&[1e30, 0.0], 0), 0.0);
        assert_eq!(cross_entropy(&[1e4, 0.0], 1), 1e4);
    }

    #[test]
    fn ranks_count_what_is_preferred() {
        let logits = [1.0, 3.0, 3.0, 2.0];
        assert_eq!([0, 1, 2, 3].map(|label| rank(&logits, label)), [3, 0, 1, 2]);
        assert_eq!(best(&logits), 1);
    }

    #[test]
    fn spread_is_that_of_a_sample() {
        assert_eq!(mean_and_spread(&[1.0, 2.0, 3.0]), (2.0, 1.0));
        assert_eq!(mean_and_spread(&[5.0]), (5.0, 0.0));
    }
}

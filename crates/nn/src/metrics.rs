//! How good predictions are.

use std::fmt;

/// The class with the largest number, the first of equal ones.
pub fn best(logits: &[f32]) -> usize {
    let better = |best: usize, (i, &v): (usize, &f32)| if v > logits[best] { i } else { best };
    logits.iter().enumerate().fold(0, better)
}

/// The negative logarithm of the softmax's share of `label`, in f64.
pub fn cross_entropy(logits: &[f32], label: usize) -> f64 {
    let largest = f64::from(logits.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    let sum: f64 = logits.iter().map(|&v| (f64::from(v) - largest).exp()).sum();
    sum.ln() + largest - f64::from(logits[label])
}

/// What predictions on examples amount to.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// The mean cross-entropy.
    pub loss: f64,
    /// Which class was taken for which.
    pub confusion: Confusion,
}

impl Evaluation {
    /// Measures logits, row by row, against labels.
    pub fn new(logits: &[f32], labels: &[usize], classes: &[String]) -> Evaluation {
        let mut confusion = Confusion::new(classes);
        let mut loss = 0.0;
        for (logits, &label) in logits.chunks_exact(classes.len().max(1)).zip(labels) {
            confusion.count(label, best(logits));
            loss += cross_entropy(logits, label);
        }
        Evaluation { loss: loss / labels.len().max(1) as f64, confusion }
    }

    /// The share of right predictions.
    pub fn accuracy(&self) -> f64 {
        self.confusion.accuracy()
    }
}

/// How often each class (row) was taken for each (column).
#[derive(Clone, Debug, PartialEq)]
pub struct Confusion {
    classes: Vec<String>,
    counts: Vec<usize>,
}

impl Confusion {
    /// Nothing counted.
    pub fn new(classes: &[String]) -> Confusion {
        Confusion { classes: classes.to_vec(), counts: vec![0; classes.len() * classes.len()] }
    }

    /// Counts an example.
    pub fn count(&mut self, class: usize, predicted: usize) {
        let at = class * self.classes.len() + predicted;
        self.counts[at] += 1;
    }

    /// How often `class` was taken for `predicted`.
    pub fn at(&self, class: usize, predicted: usize) -> usize {
        self.counts[class * self.classes.len() + predicted]
    }

    /// How many examples were counted.
    pub fn total(&self) -> usize {
        self.counts.iter().sum()
    }

    /// The share of the diagonal.
    pub fn accuracy(&self) -> f64 {
        let right: usize = (0..self.classes.len()).map(|c| self.at(c, c)).sum();
        right as f64 / self.total().max(1) as f64
    }
}

impl fmt::Display for Confusion {
    /// A table: true classes down, predicted ones across, a dot for none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cell = |n: usize| if n == 0 { ".".to_string() } else { n.to_string() };
        let widths =
            self.classes.iter().map(|c| c.chars().count()).chain(self.counts.iter().map(|&n| cell(n).len()));
        let width = widths.max().unwrap_or(1);
        let first = self.classes.iter().map(|c| c.chars().count()).max().unwrap_or(0);
        write!(f, "{:first$}", "")?;
        for class in &self.classes {
            write!(f, " {class:>width$}")?;
        }
        for (row, class) in self.classes.iter().enumerate() {
            write!(f, "\n{class:>first$}")?;
            for column in 0..self.classes.len() {
                write!(f, " {:>width$}", cell(self.at(row, column)))?;
            }
        }
        Ok(())
    }
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
    fn evaluation_counts_and_averages() {
        let classes = ["cat".to_string(), "dog".to_string()];
        let logits = [2.0, 0.0, 0.0, 1.0, 3.0, 3.0];
        let evaluation = Evaluation::new(&logits, &[0, 0, 1], &classes);
        assert_eq!(evaluation.confusion.to_string(), "    cat dog\ncat   1   1\ndog   1   .");
        assert!((evaluation.accuracy() - 1.0 / 3.0).abs() < 1e-15);
        let expected = ((1.0 + (-2f64).exp()).ln() + (1.0 + 1f64.exp()).ln() + 2f64.ln()) / 3.0;
        assert!((evaluation.loss - expected).abs() < 1e-12);
    }

    #[test]
    fn cross_entropy_survives_large_logits() {
        assert_eq!(cross_entropy(&[1e30, 0.0], 0), 0.0);
        assert_eq!(cross_entropy(&[1e4, 0.0], 1), 1e4);
    }

    #[test]
    fn spread_is_that_of_a_sample() {
        assert_eq!(mean_and_spread(&[1.0, 2.0, 3.0]), (2.0, 1.0));
        assert_eq!(mean_and_spread(&[5.0]), (5.0, 0.0));
    }
}

//! Which class was taken for which.

use std::fmt;

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

    /// How good each class is found: the harmonic mean of its precision and recall (F1), 0 where it was never predicted right;
    /// then their mean over the classes that occur or were predicted (macro F1).
    pub fn f1(&self) -> (Vec<f64>, f64) {
        let classes = self.classes.len();
        let of = |class: usize| {
            let right = self.at(class, class);
            let (mut held, mut said) = (0, 0);
            for other in 0..classes {
                held += self.at(class, other);
                said += self.at(other, class);
            }
            (2.0 * right as f64 / (held + said).max(1) as f64, held + said > 0)
        };
        let all: Vec<(f64, bool)> = (0..classes).map(of).collect();
        let there: Vec<f64> = all.iter().filter(|(_, there)| *there).map(|(f1, _)| *f1).collect();
        (all.iter().map(|(f1, _)| *f1).collect(), there.iter().sum::<f64>() / there.len().max(1) as f64)
    }

    /// The names of the classes.
    pub fn classes(&self) -> &[String] {
        &self.classes
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f1_weighs_precision_and_recall() {
        let mut confusion = Confusion::new(&["a".to_string(), "b".to_string(), "never".to_string()]);
        for (class, predicted) in [(0, 0), (0, 0), (0, 1), (1, 1)] {
            confusion.count(class, predicted);
        }
        // a: precision 1, recall 2/3; b: precision 1/2, recall 1.
        let (each, mean) = confusion.f1();
        assert!((each[0] - 0.8).abs() < 1e-12 && (each[1] - 2.0 / 3.0).abs() < 1e-12 && each[2] == 0.0);
        assert!((mean - (0.8 + 2.0 / 3.0) / 2.0).abs() < 1e-12);
    }
}

//! What predictions on examples amount to.

use super::{Confusion, best, cross_entropy, rank};
use crate::data::Goal;

/// How many of the likeliest classes count for the wider accuracy, where there are more classes than that.
const TOP: usize = 5;

/// What predictions on examples amount to.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// The mean cross-entropy of classes or tokens, or the mean squared error of numbers, in the units of the targets.
    pub loss: f64,
    /// How many examples, or tokens, it is the mean of.
    pub count: usize,
    /// What else was measured.
    pub measured: Measured,
}

/// What is measured beside the loss.
#[derive(Clone, Debug, PartialEq)]
pub enum Measured {
    /// Of classes: which was taken for which, and, where there are more than five, how often the right one was among the five
    /// likeliest (top-5 accuracy).
    Classes(Confusion, Option<f64>),
    /// Of numbers: the errors of each, by name.
    Numbers(Vec<(String, Errors)>),
    /// Of tokens: the share of places at which the likeliest token was right.
    Tokens(f64),
}

/// How far predictions of a number are off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Errors {
    /// The mean absolute error.
    pub absolute: f64,
    /// The root of the mean squared error.
    pub root_square: f64,
    /// The part of the targets' variance that is explained (R squared); NaN where targets never change.
    pub explained: f64,
}

impl Evaluation {
    /// The share of right predictions; of numbers, none.
    pub fn accuracy(&self) -> Option<f64> {
        match &self.measured {
            Measured::Classes(confusion, _) => Some(confusion.accuracy()),
            Measured::Tokens(accuracy) => Some(*accuracy),
            Measured::Numbers(_) => None,
        }
    }

    /// Between how many tokens the network wavers, in the mean: e to the cross-entropy.
    pub fn perplexity(&self) -> Option<f64> {
        matches!(self.measured, Measured::Tokens(_)).then(|| self.loss.exp())
    }

    /// Which class was taken for which.
    pub fn confusion(&self) -> Option<&Confusion> {
        match &self.measured {
            Measured::Classes(confusion, _) => Some(confusion),
            _ => None,
        }
    }

    /// Every number that was measured, by name, for logs.
    pub fn numbers(&self) -> Vec<(String, f64)> {
        let mut all = vec![("loss".to_string(), self.loss)];
        match &self.measured {
            Measured::Classes(confusion, top) => {
                all.push(("accuracy".to_string(), confusion.accuracy()));
                all.push(("f1".to_string(), confusion.f1().1));
                all.extend(top.map(|top| (format!("top{TOP}"), top)));
            }
            Measured::Tokens(accuracy) => {
                all.push(("perplexity".to_string(), self.loss.exp()));
                all.push(("accuracy".to_string(), *accuracy));
            }
            Measured::Numbers(errors) => {
                for (name, errors) in errors {
                    all.push((format!("mae/{name}"), errors.absolute));
                    all.push((format!("rmse/{name}"), errors.root_square));
                    all.push((format!("r2/{name}"), errors.explained));
                }
            }
        }
        all
    }
}

/// Gathers an [`Evaluation`] batch by batch.
pub struct Evaluator {
    goal: Goal,
    confusion: Confusion,
    loss: f64,
    count: usize,
    /// How often the right class or token was the likeliest, and among the likeliest.
    right: usize,
    near: usize,
    numbers: Vec<Sums>,
}

/// Sums over the predictions of a number.
#[derive(Clone, Default)]
struct Sums {
    absolute: f64,
    square: f64,
    target: f64,
    target_square: f64,
    /// The first target: sums of differences from it lose fewer digits.
    origin: Option<f64>,
}

impl Evaluator {
    /// Nothing seen.
    pub fn new(goal: &Goal) -> Evaluator {
        let classes = if let Goal::Classes(names) = goal { &names[..] } else { &[] };
        let numbers = if let Goal::Numbers(names) = goal { names.len() } else { 0 };
        Evaluator {
            goal: goal.clone(),
            confusion: Confusion::new(classes),
            loss: 0.0,
            count: 0,
            right: 0,
            near: 0,
            numbers: vec![Sums::default(); numbers],
        }
    }

    /// Predictions of classes or tokens: a row of logits for each label. Labels below 0 ask for nothing.
    pub fn labels(&mut self, logits: &[f32], labels: &[i64]) {
        let width = self.goal.names().len().max(1);
        for (logits, &label) in logits.chunks_exact(width).zip(labels) {
            let Ok(label) = usize::try_from(label) else { continue };
            let rank = rank(logits, label);
            if let Goal::Classes(_) = self.goal {
                self.confusion.count(label, best(logits));
            }
            self.loss += cross_entropy(logits, label);
            self.count += 1;
            self.right += usize::from(rank == 0);
            self.near += usize::from(rank < TOP);
        }
    }

    /// Predictions of numbers, in the units of the targets.
    pub fn numbers(&mut self, predicted: &[f32], targets: &[f32]) {
        let width = self.numbers.len().max(1);
        for (predicted, targets) in predicted.chunks_exact(width).zip(targets.chunks_exact(width)) {
            for ((sums, &predicted), &target) in self.numbers.iter_mut().zip(predicted).zip(targets) {
                sums.add(f64::from(predicted), f64::from(target));
            }
            self.count += 1;
        }
    }

    /// What it all amounts to.
    pub fn finish(self) -> Evaluation {
        let count = self.count.max(1) as f64;
        let share = |n: usize| n as f64 / count;
        let (loss, measured) = match &self.goal {
            Goal::Classes(names) => {
                let top = (names.len() > TOP).then(|| share(self.near));
                (self.loss / count, Measured::Classes(self.confusion, top))
            }
            Goal::Tokens(_) => (self.loss / count, Measured::Tokens(share(self.right))),
            Goal::Numbers(names) => {
                let squares: f64 = self.numbers.iter().map(|sums| sums.square).sum();
                let errors = self.numbers.iter().map(|sums| sums.errors(count));
                let named = names.iter().cloned().zip(errors).collect();
                (squares / (count * names.len().max(1) as f64), Measured::Numbers(named))
            }
        };
        Evaluation { loss, count: self.count, measured }
    }
}

impl Sums {
    fn add(&mut self, predicted: f64, target: f64) {
        let origin = *self.origin.get_or_insert(target);
        self.absolute += (predicted - target).abs();
        self.square += (predicted - target).powi(2);
        self.target += target - origin;
        self.target_square += (target - origin).powi(2);
    }

    fn errors(&self, count: f64) -> Errors {
        let spread = self.target_square - self.target * self.target / count;
        let explained = if spread > 0.0 { 1.0 - self.square / spread } else { f64::NAN };
        Errors { absolute: self.absolute / count, root_square: (self.square / count).sqrt(), explained }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_string()).collect()
    }

    #[test]
    fn classes_are_counted_and_averaged() {
        let mut evaluator = Evaluator::new(&Goal::Classes(names(&["cat", "dog"])));
        evaluator.labels(&[2.0, 0.0, 0.0, 1.0], &[0, 0]);
        evaluator.labels(&[3.0, 3.0], &[1]);
        let evaluation = evaluator.finish();
        let confusion = evaluation.confusion().unwrap();
        assert_eq!(confusion.to_string(), "    cat dog\ncat   1   1\ndog   1   .");
        assert!((evaluation.accuracy().unwrap() - 1.0 / 3.0).abs() < 1e-15);
        let expected = ((1.0 + (-2f64).exp()).ln() + (1.0 + 1f64.exp()).ln() + 2f64.ln()) / 3.0;
        assert!((evaluation.loss - expected).abs() < 1e-12 && evaluation.count == 3);
    }

    #[test]
    fn the_five_likeliest_count_where_there_are_more_classes() {
        let mut evaluator = Evaluator::new(&Goal::Classes(names(&["a", "b", "c", "d", "e", "f"])));
        evaluator.labels(&[6.0, 5.0, 4.0, 3.0, 2.0, 1.0].repeat(2), &[4, 5]);
        let Measured::Classes(_, top) = evaluator.finish().measured else { panic!("they are classes") };
        assert_eq!(top, Some(0.5));
    }

    #[test]
    fn tokens_that_are_not_asked_for_do_not_count() {
        let mut evaluator = Evaluator::new(&Goal::Tokens(names(&["x", "y"])));
        evaluator.labels(&[0.0, 0.0, 1.0, 0.0, 0.0, 9.0], &[0, -1, 1]);
        let evaluation = evaluator.finish();
        let expected = (2f64.ln() + (1.0 + (-9f64).exp()).ln()) / 2.0;
        assert!((evaluation.loss - expected).abs() < 1e-12 && evaluation.count == 2);
        assert_eq!(evaluation.accuracy(), Some(1.0));
        assert!((evaluation.perplexity().unwrap() - expected.exp()).abs() < 1e-12);
    }

    #[test]
    fn numbers_have_errors_of_their_own() {
        let mut evaluator = Evaluator::new(&Goal::Numbers(names(&["price", "same"])));
        evaluator.numbers(&[101.0, 5.0, 103.0, 5.0], &[100.0, 5.0, 104.0, 5.0]);
        let evaluation = evaluator.finish();
        let Measured::Numbers(errors) = &evaluation.measured else { panic!("they are numbers") };
        let price = errors[0].1;
        assert_eq!((price.absolute, price.root_square), (1.0, 1.0));
        assert!((price.explained - 0.75).abs() < 1e-12 && errors[1].1.explained.is_nan());
        assert_eq!((evaluation.loss, evaluation.count), (0.5, 2));
    }
}

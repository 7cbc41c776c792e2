//! Optimisers as circuits: they record how weights change, so that the update is part of the training step.

mod clip;
mod groups;
mod muon;
mod rule;

pub use clip::Clip;
pub use groups::Group;
pub use rule::Rule;

use crate::error::{Error, Result};
use crate::model::{Tensors, replace};
use chainrule::{Tensor, Tree, Wire, Wires, stage};
use rule::Weight;

/// A rule, and what else happens to weights in a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimiser {
    /// How a gradient changes a weight.
    pub rule: Rule,
    /// Weights of two axes or more lose `rate * shrink` of themselves a step, apart from the gradient's rule
    /// (Loshchilov and Hutter 2019). Biases keep their size.
    pub shrink: f64,
    /// What is done to gradients first.
    pub clip: Clip,
    /// How much of a running mean of the weights stays a step, if one is kept beside them: `a = keep a + (1 - keep) w`.
    pub average: Option<f64>,
    /// Weights with numbers of their own. The first group that names a weight counts.
    pub groups: Vec<Group>,
}

/// What an optimiser counts.
#[derive(Tree, Clone, Debug)]
pub struct Clock<T> {
    /// Steps made, i64.
    pub steps: T,
    /// The product of the momenta of all steps, f64; NAdam's alone differ from step to step.
    pub momenta: T,
}

/// Weights, the optimiser's memory of each (its rule's, then the running mean), and its clock.
pub type State<N> = (N, Vec<N>, Clock<Wire>);

/// Some paths, in a sentence.
fn named(paths: &[String]) -> String {
    const MOST: usize = 8;
    let some = paths.iter().take(MOST).map(String::as_str).collect::<Vec<_>>().join(", ");
    if paths.len() > MOST { format!("{some} and {} more", paths.len() - MOST) } else { some }
}

impl Optimiser {
    /// A rule alone.
    pub fn new(rule: Rule) -> Optimiser {
        Optimiser { rule, shrink: 0.0, clip: Clip::None, average: None, groups: Vec::new() }
    }

    /// The same with weights that shrink by themselves.
    pub fn shrinking(self, shrink: f64) -> Optimiser {
        Optimiser { shrink, ..self }
    }

    /// Whether the numbers make sense.
    ///
    /// # Errors
    /// Those that do not, by the names that the command line has for them.
    pub fn check(&self) -> Result<()> {
        let shrinks = self.groups.iter().filter_map(|group| group.shrink).chain([self.shrink]);
        if let Some(shrink) = shrinks.into_iter().find(|&s| !(s >= 0.0 && s.is_finite())) {
            let what = format!("weights can't shrink by {shrink}");
            return Err(Error::argument("--decay", what, "give 0 or a small number, as in 0.1"));
        }
        if let Some(group) = self.groups.iter().find(|group| !(group.pace >= 0.0 && group.pace.is_finite())) {
            let what = format!("{} can't learn at {} times the rate", group.part, group.pace);
            return Err(Error::argument("--rate", what, "give the group 0 or a positive factor"));
        }
        if let Clip::Norm(most) | Clip::Value(most) = self.clip
            && !(most > 0.0 && most.is_finite())
        {
            let what = format!("gradients can't be clipped at {most}");
            return Err(Error::argument("--clip", what, "give a number above 0, as in 1"));
        }
        self.rule.check()?;
        match self.average {
            Some(keep) if !(0.0..1.0).contains(&keep) => {
                let what = format!("{keep} is no part of a mean that can stay");
                Err(Error::argument("--average", what, "give a number below 1, as in 0.999"))
            }
            _ => Ok(()),
        }
    }

    /// Whether each group has weights, of which these are the paths.
    ///
    /// # Errors
    /// A group that names none.
    pub fn check_groups(&self, paths: &[String]) -> Result<()> {
        let is_empty = |group: &&Group| !paths.iter().any(|path| group.names(path));
        let Some(group) = self.groups.iter().find(is_empty) else { return Ok(()) };
        let flag = if group.shrink.is_some() { "--decay-of" } else { "--rate-of" };
        let what = format!("no weight has {} in its path", group.part);
        Err(Error::argument(flag, what, format!("the weights are {}", named(paths))))
    }

    /// How many numbers it remembers for each weight.
    pub fn moments(&self) -> usize {
        self.rule.moments() + usize::from(self.average.is_some())
    }

    /// The state before the first step.
    pub fn start<N: Wires>(&self, net: Tensors<N>) -> (Tensors<N>, Vec<Tensors<N>>, Clock<Tensor>) {
        let zeros = |_| replace::<N>(&net, |t| Tensor::zeros(t.spec()));
        let mut moments: Vec<Tensors<N>> = (0..self.rule.moments()).map(zeros).collect();
        if self.average.is_some() {
            moments.push(replace::<N>(&net, Tensor::clone));
        }
        (net, moments, Clock { steps: Tensor::scalar(0i64), momenta: Tensor::scalar(1f64) })
    }

    /// The state after a step: everything that `gradients` and the scalar `rate` change.
    #[track_caller]
    pub fn update<N: Wires>(&self, state: State<N>, gradients: &N, rate: Wire) -> State<N> {
        let (net, moments, clock) = state;
        let memory: Vec<Vec<Wire>> = moments.iter().map(Tree::leaves).collect();
        let mut kept: Vec<Vec<Wire>> = vec![Vec::new(); memory.len()];
        let mut weights = Vec::new();
        let clock = stage("update", || {
            let clock = self.rule.ticked(&clock);
            let gradients = self.clip.applied(&gradients.leaves());
            let all = net.paths().into_iter().zip(net.leaves()).zip(gradients);
            for (i, ((path, weight), gradient)) in all.enumerate() {
                let before: Vec<Wire> = memory.iter().map(|m| m[i]).collect();
                let (weight, after) = self.one(&path, weight, gradient, &before, &clock, rate);
                weights.push(weight);
                kept.iter_mut().zip(after).for_each(|(all, wire)| all.push(wire));
            }
            clock
        });
        let moments = moments.iter().zip(&kept).map(|(tree, wires)| refill(tree, wires)).collect();
        (refill(&net, &weights), moments, clock)
    }

    /// A weight after a step, and what is remembered of it.
    #[track_caller]
    fn one(
        &self,
        path: &str,
        weight: Wire,
        gradient: Wire,
        before: &[Wire],
        clock: &Clock<Wire>,
        rate: Wire,
    ) -> (Wire, Vec<Wire>) {
        let group = self.groups.iter().find(|group| group.names(path));
        let rate = if rate.dtype() == weight.dtype() { rate } else { rate.cast(weight.dtype()) };
        let rate = group.map_or(rate, |group| rate * group.pace);
        let usual = if weight.shape().rank() >= 2 { self.shrink } else { 0.0 };
        let shrink = group.and_then(|group| group.shrink).unwrap_or(usual);
        let (step, mut after) = self.rule.step(&Weight { gradient, before, clock, rate });
        let left = if shrink == 0.0 { weight } else { weight - weight * (rate * shrink) };
        let weight = left - step;
        if let (Some(keep), Some(&mean)) = (self.average, before.last()) {
            after.push(mean * keep + weight * (1.0 - keep));
        }
        (weight, after)
    }
}

fn refill<N: Wires>(tree: &N, wires: &[Wire]) -> N {
    tree.fill(wires).expect("one wire was made for each leaf")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_make_no_sense_are_refused() {
        let plain = || Optimiser::new(Rule::Sgd);
        let group = |pace, shrink| vec![Group { part: "bias".into(), pace, shrink }];
        assert!(plain().check().is_ok());
        for (optimiser, place) in [
            (plain().shrinking(-1.0), "--decay"),
            (Optimiser { groups: group(1.0, Some(f64::NAN)), ..plain() }, "--decay"),
            (Optimiser { groups: group(-1.0, None), ..plain() }, "--rate"),
            (Optimiser { clip: Clip::Value(0.0), ..plain() }, "--clip"),
            (Optimiser { average: Some(1.0), ..plain() }, "--average"),
            (Optimiser::new(Rule::Momentum { decay: 1.0 }), "--momentum"),
            (Optimiser::new(Rule::Muon { decay: -0.1, iterations: 5, is_ahead: true }), "--momentum"),
            (Optimiser::new(Rule::Muon { decay: 0.9, iterations: 0, is_ahead: true }), "--newton-schulz"),
        ] {
            let said = optimiser.check().unwrap_err().to_string();
            assert!(said.starts_with(place), "{said}");
        }
    }
}

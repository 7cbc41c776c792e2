//! The rules by which gradients change weights, each as its paper or PyTorch states it.

use super::{Clock, muon};
use crate::error::{Error, Result};
use chainrule::{DType, Wire};

/// The rule by which a gradient `g` changes a weight `w`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// `w - rate g`.
    Sgd,
    /// `v = decay v + g`, then `w - rate v`, as PyTorch's SGD with momentum.
    Momentum {
        /// How much of `v` stays.
        decay: f64,
    },
    /// `v = decay v + g`, then `w - rate (g + decay v)` (Nesterov 1983, as in PyTorch).
    Nesterov {
        /// How much of `v` stays.
        decay: f64,
    },
    /// `s = s + g^2`, then `w - rate g / (sqrt(s) + epsilon)` (Duchi and others 2011).
    Adagrad {
        /// Keeps the division finite.
        epsilon: f64,
    },
    /// `s = decay s + (1 - decay) g^2`, then `w - rate g / (sqrt(s) + epsilon)` (Tieleman and Hinton 2012).
    RmsProp {
        /// How much of the mean of squares stays.
        decay: f64,
        /// Keeps the division finite.
        epsilon: f64,
    },
    /// Adam (Kingma and Ba 2015, algorithm 1). With weights that shrink by themselves it is AdamW.
    Adam {
        /// How much of the mean of gradients stays.
        beta1: f64,
        /// How much of the mean of their squares stays.
        beta2: f64,
        /// Keeps the division finite.
        epsilon: f64,
    },
    /// Adam with Nesterov's momentum, which grows with the steps (Dozat 2016, as in PyTorch).
    NAdam {
        /// What the momentum grows to.
        beta1: f64,
        /// How much of the mean of squares stays.
        beta2: f64,
        /// Keeps the division finite.
        epsilon: f64,
        /// How fast the momentum grows.
        growth: f64,
    },
    /// `w - rate sign(beta1 m + (1 - beta1) g)`, then `m = beta2 m + (1 - beta2) g` (Chen and others 2023).
    Lion {
        /// How much the mean counts in the step.
        beta1: f64,
        /// How much of it stays.
        beta2: f64,
    },
    /// Weights of two axes or more step by the nearest orthogonal matrix of their smoothed gradient (Jordan and others 2024);
    /// all others by Adam with 0.9, 0.95 and 1e-10.
    Muon {
        /// How much of the smoothed gradient stays.
        decay: f64,
        /// How often Newton and Schulz's iteration is made.
        iterations: usize,
        /// Whether the step is a step ahead of the smoothed gradient, as Nesterov's.
        is_ahead: bool,
    },
}

/// What a rule sees of a weight.
pub(super) struct Weight<'a> {
    pub gradient: Wire,
    /// What was remembered of it.
    pub before: &'a [Wire],
    /// The clock of this step: the first is number 1.
    pub clock: &'a Clock<Wire>,
    /// A scalar of the weight's dtype.
    pub rate: Wire,
}

impl Rule {
    /// Momentum with the usual decay.
    pub const MOMENTUM: Rule = Rule::Momentum { decay: 0.9 };
    /// Nesterov's with the usual decay.
    pub const NESTEROV: Rule = Rule::Nesterov { decay: 0.9 };
    /// Adagrad with PyTorch's number.
    pub const ADAGRAD: Rule = Rule::Adagrad { epsilon: 1e-10 };
    /// RMSprop with PyTorch's numbers.
    pub const RMSPROP: Rule = Rule::RmsProp { decay: 0.99, epsilon: 1e-8 };
    /// Adam with the numbers of the paper.
    pub const ADAM: Rule = Rule::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    /// NAdam with PyTorch's numbers.
    pub const NADAM: Rule = Rule::NAdam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, growth: 0.004 };
    /// Lion with the numbers of the paper.
    pub const LION: Rule = Rule::Lion { beta1: 0.9, beta2: 0.99 };
    /// Muon with the numbers of its authors.
    pub const MUON: Rule = Rule::Muon { decay: 0.95, iterations: 5, is_ahead: true };

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Rule::Sgd => "sgd",
            Rule::Momentum { .. } => "momentum",
            Rule::Nesterov { .. } => "nesterov",
            Rule::Adagrad { .. } => "adagrad",
            Rule::RmsProp { .. } => "rmsprop",
            Rule::Adam { .. } => "adam",
            Rule::NAdam { .. } => "nadam",
            Rule::Lion { .. } => "lion",
            Rule::Muon { .. } => "muon",
        }
    }

    /// Whether the numbers make sense that the command line can change.
    ///
    /// # Errors
    /// Those that do not, by the names that it has for them.
    pub(super) fn check(self) -> Result<()> {
        if let Rule::Momentum { decay } | Rule::Nesterov { decay } | Rule::Muon { decay, .. } = self
            && !(0.0..1.0).contains(&decay)
        {
            let what = format!("{decay} is no part of a sum that can stay");
            return Err(Error::argument(
                "--momentum",
                what,
                "give a number from 0 to less than 1, as in 0.9",
            ));
        }
        match self {
            Rule::Muon { iterations, .. } if !(1..=muon::MOST).contains(&iterations) => {
                let what = format!("{iterations} iterations give no orthogonal matrix");
                let hint = format!("give a number from 1 to {}; 5 is usual", muon::MOST);
                Err(Error::argument("--newton-schulz", what, hint))
            }
            _ => Ok(()),
        }
    }

    /// How many numbers it remembers for each weight.
    pub fn moments(self) -> usize {
        match self {
            Rule::Sgd => 0,
            Rule::Momentum { .. } | Rule::Nesterov { .. } | Rule::Adagrad { .. } | Rule::RmsProp { .. } => 1,
            Rule::Lion { .. } => 1,
            Rule::Adam { .. } | Rule::NAdam { .. } | Rule::Muon { .. } => 2,
        }
    }

    /// The clock one step on.
    pub(super) fn ticked(self, clock: &Clock<Wire>) -> Clock<Wire> {
        let steps = clock.steps + 1;
        let momenta = match self {
            Rule::NAdam { beta1, growth, .. } => {
                clock.momenta * momentum(beta1, growth, steps.cast(DType::F64))
            }
            _ => clock.momenta,
        };
        Clock { steps, momenta }
    }

    /// What is to be subtracted from a weight, and what is remembered of it.
    #[track_caller]
    pub(super) fn step(self, weight: &Weight<'_>) -> (Wire, Vec<Wire>) {
        let Weight { gradient, before, rate, .. } = *weight;
        match self {
            Rule::Sgd => (rate * gradient, Vec::new()),
            Rule::Momentum { decay } => {
                let velocity = before[0] * decay + gradient;
                (rate * velocity, vec![velocity])
            }
            Rule::Nesterov { decay } => {
                let velocity = before[0] * decay + gradient;
                (rate * (gradient + velocity * decay), vec![velocity])
            }
            Rule::Adagrad { epsilon } => {
                let squares = before[0] + gradient.square();
                (rate * gradient / (squares.sqrt() + epsilon), vec![squares])
            }
            Rule::RmsProp { decay, epsilon } => {
                let squares = blended(before[0], gradient.square(), decay);
                (rate * gradient / (squares.sqrt() + epsilon), vec![squares])
            }
            Rule::Adam { beta1, beta2, epsilon } => weight.adam([beta1, beta2, epsilon]),
            Rule::NAdam { beta1, beta2, epsilon, growth } => weight.nadam([beta1, beta2, epsilon, growth]),
            Rule::Lion { beta1, beta2 } => {
                let direction = blended(before[0], gradient, beta1).sign();
                (rate * direction, vec![blended(before[0], gradient, beta2)])
            }
            Rule::Muon { decay, iterations, is_ahead } if gradient.shape().rank() >= 2 => {
                let smoothed = blended(before[0], gradient, decay);
                let along = if is_ahead { blended(smoothed, gradient, decay) } else { smoothed };
                // The unused memory stays, since trees of memory are like the tree of weights.
                (rate * muon::direction(along, iterations), vec![smoothed, before[1]])
            }
            Rule::Muon { .. } => weight.adam([0.9, 0.95, 1e-10]),
        }
    }
}

impl Weight<'_> {
    #[track_caller]
    fn adam(&self, [beta1, beta2, epsilon]: [f64; 3]) -> (Wire, Vec<Wire>) {
        let (mean, squares) = self.means(beta1, beta2);
        // What is one number for all weights is computed once, so that each weight takes one division.
        let step = mean * (self.rate / unbias(beta1, self.steps()));
        (step / self.root(squares, beta2, epsilon), vec![mean, squares])
    }

    #[track_caller]
    fn nadam(&self, [beta1, beta2, epsilon, growth]: [f64; 4]) -> (Wire, Vec<Wire>) {
        let (mean, squares) = self.means(beta1, beta2);
        let steps = self.clock.steps.cast(DType::F64);
        let [now, next] = [steps, steps + 1.0].map(|at| momentum(beta1, growth, at));
        let momenta = self.clock.momenta;
        // The shares of this gradient and of the mean.
        let [gradient, past] = [(1.0 - now) / (1.0 - momenta), next / (1.0 - momenta * next)]
            .map(|share| self.rate * share.cast(self.rate.dtype()));
        let step = self.gradient * gradient + mean * past;
        (step / self.root(squares, beta2, epsilon), vec![mean, squares])
    }

    /// The running means of the gradient and of its square.
    #[track_caller]
    fn means(&self, beta1: f64, beta2: f64) -> (Wire, Wire) {
        let mean = blended(self.before[0], self.gradient, beta1);
        (mean, blended(self.before[1], self.gradient.square(), beta2))
    }

    /// The root of an unbiased mean of squares, and a little more.
    #[track_caller]
    fn root(&self, squares: Wire, beta2: f64, epsilon: f64) -> Wire {
        squares.sqrt() * unbias(beta2, self.steps()).sqrt().reciprocal() + epsilon
    }

    /// How many steps have been made, in the weight's dtype.
    fn steps(&self) -> Wire {
        self.clock.steps.cast(self.gradient.dtype())
    }
}

#[track_caller]
fn blended(before: Wire, now: Wire, keep: f64) -> Wire {
    before * keep + now * (1.0 - keep)
}

/// `1 - beta^steps`, without cancellation where it is small.
#[track_caller]
fn unbias(beta: f64, steps: Wire) -> Wire {
    -(steps * beta.ln()).expm1()
}

/// NAdam's momentum in a step: `beta1 (1 - 0.96^(growth steps) / 2)`.
#[track_caller]
fn momentum(beta1: f64, growth: f64, steps: Wire) -> Wire {
    (1.0 - (steps * (growth * 0.96f64.ln())).exp() * 0.5) * beta1
}

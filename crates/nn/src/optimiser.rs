//! Optimisers as circuits: they record how weights change, so that the update is part of the training step.

use chainrule::{Tree, Wire, Wires, stage};

/// The rule by which a gradient changes a weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// `w - rate g`.
    Sgd,
    /// `v = decay v + g`, then `w - rate v`, as PyTorch's SGD with momentum.
    Momentum {
        /// How much of `v` stays.
        decay: f64,
    },
    /// Adam (Kingma and Ba 2015, algorithm 1).
    Adam {
        /// How much of the mean of gradients stays.
        beta1: f64,
        /// How much of the mean of their squares stays.
        beta2: f64,
        /// Keeps the division finite.
        epsilon: f64,
    },
}

impl Rule {
    /// Momentum with the usual decay.
    pub const MOMENTUM: Rule = Rule::Momentum { decay: 0.9 };
    /// Adam with the numbers of the paper.
    pub const ADAM: Rule = Rule::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
}

/// A rule, and how fast weights shrink by themselves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Optimiser {
    /// The rule.
    pub rule: Rule,
    /// Weights of two axes or more lose `rate * shrink` of themselves a step, apart from the gradient's rule
    /// (Loshchilov and Hutter 2019). Biases keep their size.
    pub shrink: f64,
}

/// Weights, the optimiser's memory of each, and how many steps were made (i64).
pub type State<N> = (N, Vec<N>, Wire);

impl Optimiser {
    /// How many numbers it remembers for each weight.
    pub fn moments(&self) -> usize {
        match self.rule {
            Rule::Sgd => 0,
            Rule::Momentum { .. } => 1,
            Rule::Adam { .. } => 2,
        }
    }

    /// The state after a step: everything that `gradients` and the scalar `rate` change.
    #[track_caller]
    pub fn update<N: Wires>(&self, (net, moments, count): State<N>, gradients: &N, rate: Wire) -> State<N> {
        let count = count + 1;
        let memory: Vec<Vec<Wire>> = moments.iter().map(Tree::leaves).collect();
        let mut kept: Vec<Vec<Wire>> = vec![Vec::new(); memory.len()];
        let mut weights = Vec::new();
        stage("update", || {
            for (i, (weight, gradient)) in net.leaves().into_iter().zip(gradients.leaves()).enumerate() {
                let before: Vec<Wire> = memory.iter().map(|m| m[i]).collect();
                let rate = if rate.dtype() == weight.dtype() { rate } else { rate.cast(weight.dtype()) };
                let (step, after) = self.one(gradient, &before, count, rate);
                let shrinks = self.shrink != 0.0 && weight.shape().rank() >= 2;
                let weight = if shrinks { weight - weight * (rate * self.shrink) } else { weight };
                weights.push(weight - step);
                kept.iter_mut().zip(after).for_each(|(all, wire)| all.push(wire));
            }
        });
        let moments = moments.iter().zip(&kept).map(|(tree, wires)| refill(tree, wires)).collect();
        (refill(&net, &weights), moments, count)
    }

    /// What is to be subtracted from one weight, and what is remembered of it.
    #[track_caller]
    fn one(&self, gradient: Wire, before: &[Wire], count: Wire, rate: Wire) -> (Wire, Vec<Wire>) {
        match self.rule {
            Rule::Sgd => (rate * gradient, Vec::new()),
            Rule::Momentum { decay } => {
                let velocity = before[0] * decay + gradient;
                (rate * velocity, vec![velocity])
            }
            Rule::Adam { beta1, beta2, epsilon } => {
                let mean = before[0] * beta1 + gradient * (1.0 - beta1);
                let square = before[1] * beta2 + gradient * gradient * (1.0 - beta2);
                let count = count.cast(gradient.dtype());
                // What is one number for all weights is computed once, so that each weight takes one division.
                let step = mean * (rate / unbias(beta1, count));
                let root = square.sqrt() * unbias(beta2, count).sqrt().reciprocal() + epsilon;
                (step / root, vec![mean, square])
            }
        }
    }
}

/// `1 - beta^count`, without cancellation where it is small.
fn unbias(beta: f64, count: Wire) -> Wire {
    -(count * beta.ln()).expm1()
}

fn refill<N: Wires>(tree: &N, wires: &[Wire]) -> N {
    tree.fill(wires).expect("one wire was made for each leaf")
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainrule::{DType, Function, Spec, Tensor, compile};

    type Step = Function<(State<Vec<Wire>>, Wire), (Wire, State<Vec<Wire>>)>;

    /// A loss with its gradient by hand: (a - 3)^2 / 2 + a b[0,0]^2.
    fn gradient(a: f64, b: f64) -> (f64, f64) {
        ((a - 3.0) + b * b, 2.0 * a * b)
    }

    fn step(optimiser: Optimiser) -> Step {
        let (scalar, matrix) = (Spec::scalar(DType::F64), Spec::new(&[1, 1], DType::F64).unwrap());
        let net = vec![scalar, matrix];
        let specs = ((net.clone(), vec![net; optimiser.moments()], Spec::scalar(DType::I64)), scalar);
        let train = move |state: State<Vec<Wire>>, rate: Wire| {
            let (a, b) = (state.0[0], state.0[1]);
            let loss = (a - 3.0) * (a - 3.0) * 0.5 + (a * b * b).sum();
            let gradients = loss.gradient(&state.0);
            (loss, optimiser.update(state, &gradients, rate))
        };
        compile(train, &specs).unwrap()
    }

    /// Runs 50 steps beside a recurrence in plain numbers: weight, memory, gradient, step count to the new weight.
    fn agrees(optimiser: Optimiser, rate: f64, recurrence: impl Fn(f64, &mut [f64; 2], f64, i32) -> f64) {
        let function = step(optimiser);
        let start = |v: [f64; 2]| vec![Tensor::scalar(v[0]), Tensor::new(vec![v[1]], &[1, 1]).unwrap()];
        let mut state =
            (start([0.5, -0.7]), vec![start([0.0; 2]); optimiser.moments()], Tensor::scalar(0i64));
        let (mut a, mut b, mut memory) = (0.5, -0.7, [[0.0; 2]; 2]);
        let mut loss = Tensor::scalar(0.0);
        for count in 1..=50 {
            function.step(&mut state, &Tensor::scalar(rate), &mut loss).unwrap();
            let (da, db) = gradient(a, b);
            a = recurrence(a, &mut memory[0], da, count);
            b -= rate * optimiser.shrink * b;
            b = recurrence(b, &mut memory[1], db, count);
            let got = [state.0[0].item().unwrap(), state.0[1].item().unwrap()];
            assert!(
                (got[0] - a).abs() < 1e-12 && (got[1] - b).abs() < 1e-12,
                "step {count}: {got:?} for {a}, {b}"
            );
        }
        assert_eq!(state.2.item().unwrap(), 50.0);
    }

    #[test]
    fn sgd_is_its_recurrence() {
        agrees(Optimiser { rule: Rule::Sgd, shrink: 0.0 }, 0.05, |w, _, g, _| w - 0.05 * g);
        agrees(Optimiser { rule: Rule::Sgd, shrink: 0.1 }, 0.05, |w, _, g, _| w - 0.05 * g);
    }

    #[test]
    fn momentum_is_its_recurrence() {
        agrees(Optimiser { rule: Rule::MOMENTUM, shrink: 0.0 }, 0.02, |w, memory, g, _| {
            memory[0] = 0.9 * memory[0] + g;
            w - 0.02 * memory[0]
        });
    }

    #[test]
    fn adam_is_its_recurrence() {
        for shrink in [0.0, 0.01] {
            agrees(Optimiser { rule: Rule::ADAM, shrink }, 0.1, |w, memory, g, count| {
                memory[0] = 0.9 * memory[0] + 0.1 * g;
                memory[1] = 0.999 * memory[1] + 0.001 * g * g;
                let mean = memory[0] / (1.0 - 0.9f64.powi(count));
                let square = memory[1] / (1.0 - 0.999f64.powi(count));
                w - 0.1 * mean / (square.sqrt() + 1e-8)
            });
        }
    }
}

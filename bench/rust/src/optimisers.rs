//! Optimisers as functions of wires: `state` holds the weights, then what is remembered of each.

use chainrule::prelude::*;

/// How a row is used.
#[derive(Clone, Copy)]
pub enum Method {
    /// The value and its gradient.
    Gradient,
    /// The Hessian times a direction, the last of the data.
    Hvp,
    /// The Hessian.
    Hessian,
    /// A step of plain descent.
    Descent { rate: f64 },
    /// A step with momentum.
    Momentum { rate: f64, decay: f64 },
    /// A step of Adam with 0.9, 0.999 and 1e-8.
    Adam { rate: f64 },
}

impl Method {
    /// The state before the first step.
    pub fn start(self, weights: &[Tensor]) -> Vec<Tensor> {
        let zeros = || weights.iter().map(|w| Tensor::zeros(w.spec()));
        let mut state = weights.to_vec();
        match self {
            Method::Momentum { .. } => state.extend(zeros()),
            Method::Adam { .. } => {
                state.extend(zeros().chain(zeros()));
                state.push(Tensor::scalar(0f32));
            }
            _ => {}
        }
        state
    }

    /// The state after a step.
    pub fn update(self, state: &[Wire], gradients: &[Wire]) -> Vec<Wire> {
        let n = gradients.len();
        let (w, rest) = state.split_at(n);
        match self {
            Method::Momentum { rate, decay } => {
                let m: Vec<Wire> = rest.iter().zip(gradients).map(|(&m, &g)| m * decay + g).collect();
                w.iter().zip(&m).map(|(&w, &m)| w - m * rate).chain(m.iter().copied()).collect()
            }
            Method::Adam { rate } => adam(rate, w, rest, gradients),
            Method::Descent { rate } => w.iter().zip(gradients).map(|(&w, &g)| w - g * rate).collect(),
            _ => w.to_vec(),
        }
    }
}

fn adam(rate: f64, w: &[Wire], rest: &[Wire], gradients: &[Wire]) -> Vec<Wire> {
    let n = w.len();
    let count = rest[2 * n] + 1.0;
    let unbias = |beta: f64| -(count * beta.ln()).expm1();
    let (a, b) = (unbias(0.9), unbias(0.999));
    let m: Vec<Wire> = (0..n).map(|i| rest[i] * 0.9 + gradients[i] * 0.1).collect();
    let v: Vec<Wire> =
        (0..n).map(|i| rest[n + i] * 0.999 + gradients[i] * gradients[i] * (1.0 - 0.999)).collect();
    let (step, root) = (rate / a, b.sqrt().reciprocal());
    let weights = (0..n).map(|i| w[i] - m[i] * step / (v[i].sqrt() * root + 1e-8));
    weights.chain(m.iter().copied()).chain(v.iter().copied()).chain([count]).collect()
}

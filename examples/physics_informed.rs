//! A physics-informed network solves the heat equation without a grid.
//!
//! A rod from x = 0 to 1 is cold at both ends and begins as u = sin(pi x); then du/dt = K d2u/dx2. The network is the solution itself. It has no
//! data: its loss is how far it is from obeying the equation, at random points. That takes derivatives by its inputs, twice by x, and
//! then the gradient of all that by the weights: derivatives are circuits, so they nest as they do on paper.
//!
//! cargo run --release -p chainrule-nn --example physics_informed

use chainrule::{prelude::*, stack};
use chainrule_nn::Result;
use chainrule_nn::init::{Fan, Init};
use chainrule_nn::layers::Linear;
use chainrule_nn::optimiser::{Optimiser, Rule, State};
use chainrule_nn::rng::{Purpose, Rng};
use std::f64::consts::PI;

/// How well the rod conducts.
const K: f64 = 0.1;
const POINTS: usize = 64;

#[derive(Tree, Clone)]
struct Rod<T> {
    layers: Vec<Linear<T>>,
}

impl Rod<Tensor> {
    fn new(widths: &[usize]) -> Result<Rod<Tensor>> {
        let rng = Rng::new(0, Purpose::Start);
        let layer = |(i, pair): (usize, &[usize])| {
            let fan = Fan { inputs: pair[0], outputs: pair[1] };
            Linear::new(fan, Init::Glorot, DType::F64, &mut rng.fold(i as u64))
        };
        Ok(Rod { layers: widths.windows(2).enumerate().map(layer).collect::<Result<_>>()? })
    }
}

impl Rod<Wire> {
    /// The temperature at one place and time. What is known is built in: the start at t = 0, and 0 at both ends.
    fn temperature(&self, x: Wire, t: Wire) -> Wire {
        let mut y = stack(&[x, t], 0).reshape(&[1, 2]);
        for (i, layer) in self.layers.iter().enumerate() {
            y = layer.forward(y);
            y = if i + 1 < self.layers.len() { y.tanh() } else { y };
        }
        (PI * x).sin() + t * x * (1.0 - x) * y.reshape(&[])
    }

    /// du/dt - K d2u/dx2 at one place and time.
    fn residual(&self, x: Wire, t: Wire) -> Wire {
        let u = self.temperature(x, t);
        let u_xx = u.gradient(&x).gradient(&x);
        u.gradient(&t) - K * u_xx
    }
}

/// Trains for so many steps; the loss of each, and the largest error beside the exact solution exp(-K pi^2 t) sin(pi x).
fn solve(steps: usize) -> Result<(Vec<f64>, f64)> {
    let optimiser = Optimiser::new(Rule::ADAM);
    let mut state = optimiser.start::<Rod<Wire>>(Rod::new(&[2, 24, 24, 1])?);
    let mut rng = Rng::new(0, Purpose::Shuffle);
    let mut points = || [0, 1].map(|_| Tensor::from((0..POINTS).map(|_| rng.uniform()).collect::<Vec<_>>()));
    let specs = (state.clone(), points()).map(&mut |t: &Tensor| t.spec());
    let step = compile(
        |state: State<Rod<Wire>>, [x, t]: [Wire; 2]| {
            // The equation is written for one point; vmap makes it one for all.
            let residuals = vmap(|x: Wire, t: Wire| state.0.residual(x, t))((x, t));
            let loss = residuals.square().mean();
            let slopes = loss.gradient(&state.0);
            (loss, optimiser.update(state, &slopes, constant(3e-3)))
        },
        &specs,
    )?;
    let (mut loss, mut losses) = (Tensor::scalar(0.0), Vec::new());
    for _ in 0..steps {
        step.step(&mut state, &points(), &mut loss)?;
        losses.push(loss.item()?);
    }

    let at: Vec<[f64; 2]> = (0..21 * 21).map(|i| [(i % 21) as f64 / 20.0, (i / 21) as f64 / 20.0]).collect();
    let grid = [0, 1].map(|axis| Tensor::from(at.iter().map(|point| point[axis]).collect::<Vec<_>>()));
    let specs = (state.0.clone(), grid.clone()).map(&mut |t: &Tensor| t.spec());
    let temperatures = compile(
        |rod: Rod<Wire>, [x, t]: [Wire; 2]| vmap(|x: Wire, t: Wire| rod.temperature(x, t))((x, t)),
        &specs,
    )?;
    let found = temperatures.run((state.0, grid))?.to_f64();
    let exact = |[x, t]: [f64; 2]| (-K * PI * PI * t).exp() * (PI * x).sin();
    let worst = at.iter().zip(found).map(|(&point, u)| (u - exact(point)).abs()).fold(0.0, f64::max);
    Ok((losses, worst))
}

fn main() -> Result<()> {
    let (losses, worst) = solve(2000)?;
    for (i, loss) in losses.iter().enumerate().step_by(400) {
        println!("step {i:>4}  mean square of the residual {loss:.2e}");
    }
    println!("at most {worst:.1e} off the exact solution, whose largest value is 1");
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_network_obeys_the_equation() {
        let (losses, worst) = super::solve(300).unwrap();
        assert!(losses[299] < losses[0] / 100.0, "{} {}", losses[0], losses[299]);
        assert!(worst < 0.05, "{worst}");
    }
}

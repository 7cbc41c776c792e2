//! A neural ordinary differential equation: learning how a pendulum moves from watching it.
//!
//! The state z is angle and speed; dz/dt = f(z), and f is a network. Its predictions come from the classical Runge-Kutta method, four calls of f a
//! step, written as an ordinary loop: the loop is unrolled into the circuit while it is traced, and the gradient goes back through
//! every step of it.
//!
//! cargo run --release -p chainrule-nn --example neural_ode

use chainrule::{prelude::*, stack};
use chainrule_nn::Result;
use chainrule_nn::init::{Fan, Init};
use chainrule_nn::layers::Linear;
use chainrule_nn::optimiser::{Optimiser, Rule, State};
use chainrule_nn::rng::{Purpose, Rng};

/// Seconds a step.
const STEP: f64 = 0.1;
/// Pendulums that are watched.
const PENDULUMS: usize = 32;
/// For how many steps.
const WATCHED: usize = 20;

#[derive(Tree, Clone)]
struct Field<T> {
    hidden: Linear<T>,
    output: Linear<T>,
}

impl Field<Wire> {
    /// The change of states `[n, 2]`.
    fn forward(&self, z: Wire) -> Wire {
        self.output.forward(self.hidden.forward(z).tanh())
    }
}

/// The truth: gravity pulls back, air slows down.
fn pendulum(z: Wire) -> Wire {
    let (angle, speed) = (z.at(-1, 0), z.at(-1, 1));
    stack(&[speed, -angle.sin() - 0.2 * speed], -1)
}

/// States `[n, 2]` after each of so many steps, `[steps, n, 2]`, by the Runge-Kutta method of order 4.
fn path(f: impl Fn(Wire) -> Wire, start: Wire, steps: usize) -> Wire {
    let (mut z, mut path) = (start, Vec::new());
    for _ in 0..steps {
        let k1 = f(z);
        let k2 = f(z + 0.5 * STEP * k1);
        let k3 = f(z + 0.5 * STEP * k2);
        let k4 = f(z + STEP * k3);
        z = z + STEP / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4);
        path.push(z);
    }
    stack(&path, 0)
}

/// Random angles and speeds `[n, 2]`, not enough to swing over the top.
fn starts(n: usize, rng: &mut Rng) -> Result<Tensor> {
    Ok(Tensor::new((0..2 * n).map(|_| 2.6 * rng.uniform() - 1.3).collect::<Vec<_>>(), &[n, 2])?)
}

/// Learns for so many steps; the loss of each, and the root mean square error on new pendulums, watched three times as long.
fn learn(steps: usize) -> Result<(Vec<f64>, f64)> {
    let mut rng = Rng::new(0, Purpose::Start);
    let linear = |inputs: usize, outputs: usize, i: u64| {
        Linear::new(Fan { inputs, outputs }, Init::Glorot, DType::F64, &mut Rng::new(i, Purpose::Start))
    };
    let optimiser = Optimiser::new(Rule::ADAM);
    let mut state =
        optimiser.start::<Field<Wire>>(Field { hidden: linear(2, 32, 1)?, output: linear(32, 2, 2)? });
    let start = starts(PENDULUMS, &mut rng)?;
    let watched = compile(|z: Wire| path(pendulum, z, WATCHED), &(start.spec(),))?.run((start.clone(),))?;
    let data = (start, watched);
    let specs = (state.clone(), data.clone()).map(&mut |t: &Tensor| t.spec());
    let step = compile(
        |state: State<Field<Wire>>, (start, watched): (Wire, Wire)| {
            let loss = path(|z| state.0.forward(z), start, WATCHED).mse(watched);
            let slopes = loss.gradient(&state.0);
            (loss, optimiser.update(state, &slopes, constant(5e-3)))
        },
        &specs,
    )?;
    let (mut loss, mut losses) = (Tensor::scalar(0.0), Vec::new());
    for _ in 0..steps {
        step.step(&mut state, &data, &mut loss)?;
        losses.push(loss.item()?);
    }
    let new = starts(PENDULUMS, &mut rng)?;
    let specs = (state.0.clone(), new.clone()).map(&mut |t: &Tensor| t.spec());
    let error = compile(
        |field: Field<Wire>, start: Wire| {
            let long = 3 * WATCHED;
            path(|z| field.forward(z), start, long).mse(path(pendulum, start, long)).sqrt()
        },
        &specs,
    )?;
    Ok((losses, error.run((state.0, new))?.item()?))
}

fn main() -> Result<()> {
    let (losses, error) = learn(2000)?;
    for (i, loss) in losses.iter().enumerate().step_by(500) {
        println!("step {i:>4}  mean squared error of the paths {loss:.2e}");
    }
    println!(
        "new pendulums over {:.0} seconds: {error:.3} off in the root mean square",
        3.0 * WATCHED as f64 * STEP
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_field_is_learnt_from_paths() {
        let (losses, error) = super::learn(150).unwrap();
        assert!(losses[149] < losses[0] / 50.0, "{} {}", losses[0], losses[149]);
        assert!(error < 0.4, "{error}");
    }
}

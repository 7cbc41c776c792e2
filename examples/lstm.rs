//! An LSTM remembers: the adding problem of Hochreiter and Schmidhuber (1997).
//!
//! A sequence of random numbers from 0 to 1, two of which are marked, one in each half; what is their sum? Who always answers 1, the mean, is
//! off by 1/6 in the mean square. To do better, the network must keep the first number over many steps, and its gradient must find the
//! way back through all of them: the loop is a `scan`, and so is its backward pass.
//!
//! cargo run --release -p chainrule-nn --example lstm

use chainrule::prelude::*;
use chainrule_nn::Result;
use chainrule_nn::init::{Fan, Init};
use chainrule_nn::layers::{Linear, Lstm};
use chainrule_nn::optimiser::{Clip, Optimiser, Rule, State};
use chainrule_nn::rng::{Purpose, Rng};

#[derive(Tree, Clone)]
struct Adder<T> {
    lstm: Lstm<T>,
    output: Linear<T>,
}

impl Adder<Wire> {
    /// Sequences `[t, n, 2]` of numbers and marks become `[n]`.
    fn forward(&self, x: Wire) -> Wire {
        let (_, (last, _)) = self.lstm.forward(x);
        self.output.forward(last).at(-1, 0)
    }
}

/// So many sequences of `t` numbers with their marks `[t, n, 2]`, and the sums of those marked `[n]`.
fn sequences(t: usize, n: usize, rng: &mut Rng) -> Result<(Tensor, Tensor)> {
    let (mut x, mut sums) = (vec![0f32; t * n * 2], vec![0f32; n]);
    for (i, sum) in sums.iter_mut().enumerate() {
        let marked = [rng.below(t / 2), t / 2 + rng.below(t - t / 2)];
        for time in 0..t {
            let (number, at) = (rng.uniform() as f32, 2 * (time * n + i));
            x[at] = number;
            if marked.contains(&time) {
                x[at + 1] = 1.0;
                *sum += number;
            }
        }
    }
    Ok((Tensor::new(x, &[t, n, 2])?, sums.into()))
}

/// Trains on sequences of length `t`, each batch a new one; the mean squared error of each step.
fn run(t: usize, steps: usize) -> Result<Vec<f64>> {
    let (width, mut rng) = (32, Rng::new(0, Purpose::Start));
    let net = Adder {
        lstm: Lstm::new(2, width, DType::F32, &mut rng.fold(0))?,
        output: Linear::new(Fan { inputs: width, outputs: 1 }, Init::Glorot, DType::F32, &mut rng.fold(1))?,
    };
    let optimiser = Optimiser { clip: Clip::Norm(1.0), ..Optimiser::new(Rule::ADAM) };
    let mut state = optimiser.start::<Adder<Wire>>(net);
    let specs = (state.clone(), sequences(t, 64, &mut rng)?).map(&mut |t: &Tensor| t.spec());
    let step = compile(
        |state: State<Adder<Wire>>, (x, sums): (Wire, Wire)| {
            let loss = state.0.forward(x).mse(sums);
            let slopes = loss.gradient(&state.0);
            (loss, optimiser.update(state, &slopes, constant(5e-3)))
        },
        &specs,
    )?;
    let (mut loss, mut errors) = (Tensor::scalar(0f32), Vec::new());
    for _ in 0..steps {
        step.step(&mut state, &sequences(t, 64, &mut rng)?, &mut loss)?;
        errors.push(loss.item()?);
    }
    Ok(errors)
}

fn main() -> Result<()> {
    println!("sequences of 50; the answer 1 has a mean squared error of {:.4}", 1.0 / 6.0);
    for (i, part) in run(50, 3000)?.chunks(300).enumerate() {
        println!("steps from {:>4}  {:.4}", 300 * i, part.iter().sum::<f64>() / part.len() as f64);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn short_sequences_are_added_soon() {
        let errors = super::run(8, 400).unwrap();
        let last = errors[380..].iter().sum::<f64>() / 20.0;
        // A tenth of what knowing nothing gives.
        assert!(last < 0.0167, "{last}");
    }
}

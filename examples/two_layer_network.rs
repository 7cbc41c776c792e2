//! The two-layer network of CS231n: three arms of a spiral, which no straight line can tell apart.
//!
//! 2 inputs, 100 hidden values with relu, 3 classes with softmax. In `train`, one line is the whole of backpropagation: `gradient`
//! adds the backward pass to the circuit, and the update is more circuit.
//!
//! cargo run --release -p chainrule-nn --example two_layer_network

use chainrule::prelude::*;
use chainrule_nn::Result;
use chainrule_nn::rng::{Purpose, Rng};

const ARMS: usize = 3;
const POINTS: usize = 100;
const HIDDEN: usize = 100;

#[derive(Tree, Clone)]
struct Network<T> {
    w1: T,
    b1: T,
    w2: T,
    b2: T,
}

impl Network<Tensor> {
    /// Small random weights, no biases.
    fn new(rng: &mut Rng) -> Result<Network<Tensor>> {
        let mut random = |dims: [usize; 2]| -> Result<Tensor> {
            Ok(Tensor::new((0..dims[0] * dims[1]).map(|_| 0.01 * rng.normal()).collect::<Vec<_>>(), &dims)?)
        };
        let (w1, w2) = (random([2, HIDDEN])?, random([HIDDEN, ARMS])?);
        Ok(Network { w1, b1: vec![0.0; HIDDEN].into(), w2, b2: vec![0.0; ARMS].into() })
    }
}

impl Network<Wire> {
    /// Points `[n, 2]` become logits `[n, 3]`.
    fn forward(&self, x: Wire) -> Wire {
        let hidden = (x.matmul(self.w1) + self.b1).relu();
        hidden.matmul(self.w2) + self.b2
    }
}

/// Points along three arms that turn around each other, and the arm of each.
fn spiral(rng: &mut Rng) -> Result<(Tensor, Tensor)> {
    let (mut points, mut arms) = (Vec::new(), Vec::new());
    for arm in 0..ARMS {
        for i in 0..POINTS {
            let radius = i as f64 / (POINTS - 1) as f64;
            let angle = 4.0 * (arm as f64 + radius) + 0.2 * rng.normal();
            points.extend([radius * angle.sin(), radius * angle.cos()]);
            arms.push(arm as i64);
        }
    }
    Ok((Tensor::new(points, &[ARMS * POINTS, 2])?, arms.into()))
}

/// Trains for so many steps; the loss of every thousandth, and the share of points on the right arm.
fn train(steps: usize) -> Result<(Vec<f64>, f64)> {
    let mut rng = Rng::new(0, Purpose::Start);
    let (mut net, data) = (Network::new(&mut rng)?, spiral(&mut rng)?);
    let specs = (net.clone(), data.clone()).map(&mut |t: &Tensor| t.spec());
    let step = compile(
        |net: Network<Wire>, (x, arm): (Wire, Wire)| {
            let penalty = net.w1.square().sum() + net.w2.square().sum();
            let loss = net.forward(x).cross_entropy(arm).mean() + 0.5 * 1e-3 * penalty;
            let slopes = loss.gradient(&net);
            (loss, net.zip(&slopes, |w, slope| w - 1.0 * slope))
        },
        &specs,
    )?;
    let (mut loss, mut losses) = (Tensor::scalar(0.0), Vec::new());
    for i in 0..steps {
        step.step(&mut net, &data, &mut loss)?;
        if i % 1000 == 0 {
            losses.push(loss.item()?);
        }
    }
    let right = compile(
        |net: Network<Wire>, (x, arm): (Wire, Wire)| {
            net.forward(x).argmax(-1).eq(arm).cast(DType::F64).mean()
        },
        &specs,
    )?;
    Ok((losses, right.run((net, data))?.item()?))
}

fn main() -> Result<()> {
    let (losses, right) = train(10_000)?;
    for (i, loss) in losses.iter().enumerate() {
        println!("step {:>5}  loss {loss:.4}", 1000 * i);
    }
    println!(
        "{:.1} % of the points are on the right arm; a linear classifier gets about 50 %",
        100.0 * right
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_arms_come_apart() {
        let (losses, right) = super::train(1500).unwrap();
        assert!((losses[0] - 3f64.ln()).abs() < 0.01, "{losses:?}");
        assert!(losses[1] < 0.6 && right > 0.75, "{losses:?} {right}");
    }
}

//! A gradient for each example: which labels are wrong?
//!
//! Some of the digits are given a wrong label on purpose. After a short training most examples pull the weights hardly at all; one whose label
//! contradicts all others pulls hard. `vmap` turns the gradient of one example into those of all, in one pass over the batch.
//!
//! cargo run --release -p chainrule-nn --example per_example_gradients

use chainrule::prelude::*;
use chainrule_nn::Result;
use chainrule_nn::data::{Examples, digits};
use chainrule_nn::layers::Mlp;
use chainrule_nn::optimiser::{Optimiser, Rule, State};
use chainrule_nn::rng::{Purpose, Rng};

/// The loss of one image `[64]` with its label.
fn loss(net: &Mlp<Wire>, image: Wire, label: Wire) -> Wire {
    net.forward(image.reshape(&[1, 64])).reshape(&[10]).cross_entropy(label)
}

/// The norm of each example's own gradient, `[n]`, and the largest difference between their mean and the gradient of the mean loss: the
/// two are one by the sum rule.
fn pulls(net: &Mlp<Wire>, images: Wire, labels: Wire) -> (Wire, Wire) {
    let gradients = vmap(|image: Wire, label: Wire| loss(net, image, label).gradient(net))((images, labels));
    let squares = gradients.leaves().into_iter().map(|g| {
        let others: Vec<usize> = (1..g.shape().rank()).collect();
        g.square().sum_axes(&others)
    });
    let norms = squares.reduce(|a, b| a + b).unwrap_or_default().sqrt();
    let mean = vmap(|image: Wire, label: Wire| loss(net, image, label))((images, labels)).mean();
    let differences = gradients.zip(&mean.gradient(net), |each, whole| {
        (each.mean_axes(&[0]) - whole).abs().max().broadcast_to(&whole.shape().dims())
    });
    let largest = differences.leaves().into_iter().map(|d| d.max()).reduce(|a, b| a.maximum(b));
    (norms, largest.unwrap_or_default())
}

/// Plants so many wrong labels, trains, and looks at the examples that pull hardest, as many as were planted: how many of them are
/// wrong ones, and the difference that `pulls` finds.
fn run(rows: usize, planted: usize, steps: usize) -> Result<(usize, f64)> {
    let (data, mut rng) = (digits()?, Rng::new(0, Purpose::Split));
    let mut order: Vec<usize> = (0..data.rows()).collect();
    rng.shuffle(&mut order);
    order.truncate(rows);
    let pixels: Vec<f32> = order.iter().flat_map(|&i| data.row(i)).map(|v| v / 16.0).collect();
    let mut labels: Vec<i64> =
        order.iter().filter_map(|&i| data.class(i)).map(|class| class as i64).collect();
    // The order is random, so that the first ones are as good as any.
    labels[..planted].iter_mut().for_each(|label| *label = (*label + 1 + rng.below(9) as i64) % 10);
    let data = (Tensor::new(pixels, &[rows, 64])?, Tensor::from(labels));

    let net = Mlp::new(&[64, 32, 10], DType::F32, &Rng::new(0, Purpose::Start))?;
    let optimiser = Optimiser::new(Rule::ADAM);
    let mut state = optimiser.start::<Mlp<Wire>>(net);
    let specs = (state.clone(), data.clone()).map(&mut |t: &Tensor| t.spec());
    let step = compile(
        |state: State<Mlp<Wire>>, (images, labels): (Wire, Wire)| {
            let loss = state.0.forward(images).cross_entropy(labels).mean();
            let slopes = loss.gradient(&state.0);
            (loss, optimiser.update(state, &slopes, constant(1e-2)))
        },
        &specs,
    )?;
    let mut loss = Tensor::scalar(0f32);
    for _ in 0..steps {
        step.step(&mut state, &data, &mut loss)?;
    }

    let specs = (state.0.clone(), data.clone()).map(&mut |t: &Tensor| t.spec());
    let pulls =
        compile(|net: Mlp<Wire>, (images, labels): (Wire, Wire)| pulls(&net, images, labels), &specs)?;
    let (norms, difference) = pulls.run((state.0, data))?;
    let norms = norms.to_f64();
    let mut hardest: Vec<usize> = (0..rows).collect();
    hardest.sort_by(|&a, &b| norms[b].total_cmp(&norms[a]));
    Ok((hardest[..planted].iter().filter(|&&i| i < planted).count(), difference.item()?))
}

fn main() -> Result<()> {
    let (found, difference) = run(1500, 50, 60)?;
    println!("50 of 1500 digits have a wrong label; of the 50 that pull hardest, {found} are such");
    println!("mean of the gradients, gradient of the mean: the same to {difference:.0e}");
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn wrong_labels_pull_hard() {
        let (found, difference) = super::run(300, 15, 40).unwrap();
        // By chance it would be less than one.
        assert!(found >= 12, "{found}");
        assert!(difference < 1e-6, "{difference}");
    }
}

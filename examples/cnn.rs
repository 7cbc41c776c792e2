//! A convolutional network reads handwritten digits.
//!
//! Two convolutions of 3 by 3, each with relu and a pool that halves the image, then linear layers. The weights come from the layers of
//! `chainrule_nn`, the update from its Adam; the loop is ours: draw a batch, `step`, and from time to time look at digits held out.
//!
//! cargo run --release -p chainrule-nn --example cnn

use chainrule::prelude::*;
use chainrule_nn::Result;
use chainrule_nn::data::{Dataset, Examples, Image, digits};
use chainrule_nn::layers::ConvNet;
use chainrule_nn::optimiser::{Optimiser, Rule, State};
use chainrule_nn::rng::{Purpose, Rng};
use chainrule_nn::split;

const BATCH: usize = 64;

/// Images `[rows, 64]` with pixels around 0, and their classes `[rows]`.
fn tensors(data: &Dataset, rows: &[usize]) -> Result<(Tensor, Tensor)> {
    let pixels: Vec<f32> = rows.iter().flat_map(|&i| data.row(i)).map(|v| v / 8.0 - 1.0).collect();
    let labels: Vec<i64> = rows.iter().filter_map(|&i| data.class(i)).map(|class| class as i64).collect();
    Ok((Tensor::new(pixels, &[rows.len(), 64])?, labels.into()))
}

/// Trains on four fifths of the digits; the share of the others that is read rightly, after each epoch.
fn run(epochs: usize) -> Result<Vec<f64>> {
    let data = digits()?;
    let (mut train, held_out) = split::rows(&data, 0.2, 0, "share")?;
    let rng = Rng::new(0, Purpose::Start);
    let net = ConvNet::new(Image::grey(8, 8), &[16, 32], &[64, 10], DType::F32, &rng)?;
    let optimiser = Optimiser::new(Rule::ADAM).shrinking(1e-4);

    // What a step changes: the weights, Adam's two moments of each, and its clock.
    let mut state = optimiser.start::<ConvNet<Wire>>(net);
    let specs = (state.clone(), tensors(&data, &train[..BATCH])?).map(&mut |t: &Tensor| t.spec());
    let step = compile(
        |state: State<ConvNet<Wire>>, (images, labels): (Wire, Wire)| {
            let loss = state.0.forward(images).cross_entropy(labels).mean();
            let slopes = loss.gradient(&state.0);
            (loss, optimiser.update(state, &slopes, constant(1e-3)))
        },
        &specs,
    )?;

    let test = tensors(&data, &held_out)?;
    let specs = (state.0.clone(), test.clone()).map(&mut |t: &Tensor| t.spec());
    let accuracy = compile(
        |net: ConvNet<Wire>, (images, labels): (Wire, Wire)| {
            net.forward(images).argmax(-1).eq(labels).cast(DType::F64).mean()
        },
        &specs,
    )?;

    let (mut loss, mut seen) = (Tensor::scalar(0f32), Vec::new());
    for epoch in 0..epochs {
        Rng::new(epoch as u64, Purpose::Shuffle).shuffle(&mut train);
        // Shapes are fixed when the step is compiled: a short last batch waits for the next epoch's order.
        for rows in train.chunks_exact(BATCH) {
            step.step(&mut state, &tensors(&data, rows)?, &mut loss)?;
        }
        seen.push(accuracy.run((state.0.clone(), test.clone()))?.item()?);
    }
    Ok(seen)
}

fn main() -> Result<()> {
    for (epoch, accuracy) in run(15)?.iter().enumerate() {
        println!("epoch {:>2}  {:.2} % of the digits held out", epoch + 1, 100.0 * accuracy);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn four_epochs_are_enough_for_most_digits() {
        let seen = super::run(4).unwrap();
        assert!(seen[3] > 0.9, "{seen:?}");
    }
}

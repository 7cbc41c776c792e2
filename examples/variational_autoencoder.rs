//! A variational autoencoder (Kingma and Welling 2014): digits squeezed through two numbers.
//!
//! The encoder gives a mean and a variance for each digit, the decoder paints a digit from a random draw z = mean + deviation * noise. The noise
//! comes from a key inside the circuit, so gradients pass through the draw to mean and deviation. The loss is what the painting is off,
//! plus how far the draws are from a standard normal; so every z paints something like a digit.
//!
//! cargo run --release -p chainrule-nn --example variational_autoencoder

use chainrule::prelude::*;
use chainrule_nn::Result;
use chainrule_nn::data::{Examples, digits};
use chainrule_nn::layers::Mlp;
use chainrule_nn::optimiser::{Optimiser, Rule, State};
use chainrule_nn::rng::{Purpose, Rng};

/// How many numbers stand for a digit.
const LATENT: usize = 2;
const BATCH: usize = 128;

#[derive(Tree, Clone)]
struct Autoencoder<T> {
    encoder: Mlp<T>,
    decoder: Mlp<T>,
}

impl Autoencoder<Wire> {
    /// The loss of images `[n, 64]` with pixels from 0 to 1, in nats an image: minus the evidence lower bound.
    fn loss(&self, x: Wire, key: Wire) -> Wire {
        let code = self.encoder.forward(x).split(2, -1);
        let (mean, log_variance) = (code[0], code[1]);
        let noise = key.random_normal(&mean.shape().dims(), mean.dtype());
        let z = mean + (0.5 * log_variance).exp() * noise;
        let painted = self.decoder.forward(z).binary_cross_entropy(x).sum_axes(&[1]);
        // The divergence of a normal from the standard normal has a closed form.
        let divergence = 0.5 * (log_variance.exp() + mean.square() - 1.0 - log_variance).sum_axes(&[1]);
        (painted + divergence).mean()
    }
}

/// Trains for so many steps; the weights, and the loss of each step.
fn train(steps: usize) -> Result<(Autoencoder<Tensor>, Vec<f64>)> {
    let (data, rng) = (digits()?, Rng::new(0, Purpose::Start));
    let net = Autoencoder {
        encoder: Mlp::new(&[64, 128, 2 * LATENT], DType::F32, &rng.fold(0))?,
        decoder: Mlp::new(&[LATENT, 128, 64], DType::F32, &rng.fold(1))?,
    };
    let optimiser = Optimiser::new(Rule::ADAM);
    let mut state = optimiser.start::<Autoencoder<Wire>>(net);
    let mut shuffle = Rng::new(0, Purpose::Shuffle);
    let mut batch = |step: i64| -> Result<(Tensor, Tensor)> {
        let rows = (0..BATCH).map(|_| shuffle.below(data.rows()));
        let pixels: Vec<f32> = rows.flat_map(|i| data.row(i)).map(|v| v / 16.0).collect();
        Ok((Tensor::new(pixels, &[BATCH, 64])?, step.into()))
    };
    let specs = (state.clone(), batch(0)?).map(&mut |t: &Tensor| t.spec());
    let step = compile(
        |state: State<Autoencoder<Wire>>, (x, key): (Wire, Wire)| {
            let loss = state.0.loss(x, key);
            let slopes = loss.gradient(&state.0);
            (loss, optimiser.update(state, &slopes, constant(2e-3)))
        },
        &specs,
    )?;
    let (mut loss, mut losses) = (Tensor::scalar(0f32), Vec::new());
    for i in 0..steps {
        step.step(&mut state, &batch(i as i64)?, &mut loss)?;
        losses.push(loss.item()?);
    }
    Ok((state.0, losses))
}

/// What the decoder paints for a few z in a row, as text.
fn painted(net: &Autoencoder<Tensor>, z: &[[f32; LATENT]]) -> Result<String> {
    let z = Tensor::new(z.concat(), &[z.len(), LATENT])?;
    let specs = (net.decoder.clone(), z.clone()).map(&mut |t: &Tensor| t.spec());
    let paint = compile(|decoder: Mlp<Wire>, z: Wire| decoder.forward(z).sigmoid(), &specs)?;
    let pixels = paint.run((net.decoder.clone(), z))?.to_f64();
    let mut text = String::new();
    for row in 0..8 {
        for image in pixels.chunks_exact(64) {
            let shades =
                image[8 * row..8 * row + 8].iter().map(|p| b" .:-=+*#%@"[(p * 9.99) as usize] as char);
            // Letters are twice as high as wide.
            text.extend(shades.flat_map(|shade| [shade, shade]));
            text.push_str("  ");
        }
        text.push('\n');
    }
    Ok(text)
}

fn main() -> Result<()> {
    let (net, losses) = train(3000)?;
    for (i, part) in losses.chunks(500).enumerate() {
        println!(
            "steps from {:>4}  {:.2} nats an image",
            500 * i,
            part.iter().sum::<f64>() / part.len() as f64
        );
    }
    println!("\ndigits that never were, once around the middle:\n");
    let around = [0, 1, 2, 3, 4, 5].map(|i| (i as f32 / 6.0 * std::f32::consts::TAU).sin_cos());
    println!("{}", painted(&net, &around.map(|(y, x)| [1.2 * x, 1.2 * y]))?);
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_bound_gets_tighter_and_pictures_differ() {
        let (net, losses) = super::train(150).unwrap();
        assert!(losses[0] > 40.0 && losses[149] < 30.0, "{} {}", losses[0], losses[149]);
        let (a, b) =
            (super::painted(&net, &[[-1.5, 0.0]]).unwrap(), super::painted(&net, &[[1.5, 0.0]]).unwrap());
        assert!(a != b && a.lines().count() == 8, "{a}\n{b}");
    }
}

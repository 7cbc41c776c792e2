//! Logistic regression: is this handwritten digit an 8?
//!
//! The model is one weight for each pixel, p(8) = sigmoid(w x + b). The loss is the mean of -log p(truth), plus a small penalty for large
//! weights. It is convex, so plain descent along the gradient finds the one best set of weights.
//!
//! cargo run --release -p chainrule-nn --example logistic_regression

use chainrule::prelude::*;
use chainrule_nn::Result;
use chainrule_nn::data::{Dataset, Examples, digits};
use chainrule_nn::split;

/// The weights. `T` is a wire while the function is traced, a tensor when it runs, and a spec for shapes.
#[derive(Tree, Clone)]
struct Model<T> {
    w: T,
    b: T,
}

/// The logit: sigmoid of it is the probability of an 8.
fn logits(model: &Model<Wire>, x: Wire) -> Wire {
    x.matmul(model.w) + model.b
}

/// Pixels from 0 to 1 `[rows, 64]`, and 1 for each 8, 0 for all others `[rows]`.
fn tensors(data: &Dataset, rows: &[usize]) -> Result<(Tensor, Tensor)> {
    let pixels: Vec<f64> = rows.iter().flat_map(|&i| data.row(i)).map(|&v| f64::from(v) / 16.0).collect();
    let is_eight: Vec<f64> = rows.iter().map(|&i| f64::from(data.class(i) == Some(8))).collect();
    Ok((Tensor::new(pixels, &[rows.len(), 64])?, is_eight.into()))
}

/// Descends for so many steps; the share of held-out digits that are told rightly, and the losses.
fn run(steps: usize) -> Result<(f64, Vec<f64>)> {
    let data = digits()?;
    let (train, test) = split::rows(&data, 0.2, 0, "share")?;
    let (train, test) = (tensors(&data, &train)?, tensors(&data, &test)?);
    let mut model = Model { w: Tensor::from(vec![0.0; 64]), b: 0.0.into() };

    // One circuit: the loss, its gradient and the update. `Tree` gives the specs of everything that goes in.
    let specs = (model.clone(), train.clone()).map(&mut |t: &Tensor| t.spec());
    let descend = compile(
        |model: Model<Wire>, (x, y): (Wire, Wire)| {
            let loss = logits(&model, x).binary_cross_entropy(y).mean() + 1e-4 * model.w.square().sum();
            let slopes = loss.gradient(&model);
            (loss, model.zip(&slopes, |weight, slope| weight - 2.0 * slope))
        },
        &specs,
    )?;
    let (mut loss, mut losses) = (Tensor::scalar(0.0), Vec::new());
    for _ in 0..steps {
        descend.step(&mut model, &train, &mut loss)?;
        losses.push(loss.item()?);
    }

    // The share of held-out digits on the right side of p = 1/2, which is logit = 0.
    let specs = (model.clone(), test.clone()).map(&mut |t: &Tensor| t.spec());
    let right = compile(
        |model: Model<Wire>, (x, y): (Wire, Wire)| {
            logits(&model, x).gt(0.0).eq(y.gt(0.5)).cast(DType::F64).mean()
        },
        &specs,
    )?;
    Ok((right.run((model, test))?.item()?, losses))
}

fn main() -> Result<()> {
    let (accuracy, losses) = run(500)?;
    for (step, loss) in losses.iter().enumerate().step_by(100) {
        println!("step {step:>3}  loss {loss:.4}");
    }
    println!(
        "{:.1} % of digits never seen are told rightly as an 8 or not; to say no to all gets 90 %",
        100.0 * accuracy
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_loss_falls_and_digits_are_told_apart() {
        let (accuracy, losses) = super::run(60).unwrap();
        // Nothing known: log 2.
        assert!((losses[0] - 2f64.ln()).abs() < 1e-12);
        assert!(losses[59] < 0.25, "{}", losses[59]);
        assert!(accuracy > 0.92, "{accuracy}");
    }
}

//! The rows in candle. `candle-rows FOLDER` serves a row.

mod networks;

use candle_core::{Device, Tensor, Var};
use candle_nn::{AdamW, Optimizer, ParamsAdamW, SGD};
use chainrule_bench_server::{Array, Inputs, Numbers, Result, Row, losses, run};
use networks::Network;

/// What is done with the gradient.
enum Update {
    Nothing,
    Descent(SGD),
    /// Velocities; candle has no optimiser for it.
    Momentum(Vec<Tensor>),
    Adam(AdamW),
}

struct Rows {
    names: Vec<String>,
    first: Vec<Tensor>,
    weights: Vec<Var>,
    data: Vec<Tensor>,
    network: Network,
    update: Update,
    loss: Option<Tensor>,
}

fn tensor(array: &Array) -> Result<Tensor> {
    let dims = &array.dims[..];
    Ok(match &array.numbers {
        Numbers::F32(numbers) => Tensor::from_slice(numbers, dims, &Device::Cpu)?,
        Numbers::F64(numbers) => Tensor::from_slice(numbers, dims, &Device::Cpu)?,
        Numbers::I64(numbers) => Tensor::from_slice(numbers, dims, &Device::Cpu)?,
    })
}

fn numbers(tensor: &Tensor) -> Result<Numbers> {
    let flat = tensor.flatten_all()?;
    Ok(match tensor.dtype() {
        candle_core::DType::F32 => Numbers::F32(flat.to_vec1()?),
        _ => Numbers::F64(flat.to_vec1()?),
    })
}

impl Rows {
    fn optimiser(&self) -> Result<Update> {
        let weights = self.weights.clone();
        Ok(match self.network {
            Network::Moons => Update::Descent(SGD::new(weights, 0.1)?),
            Network::Mlp => Update::Adam(AdamW::new(weights, adam(1e-3))?),
            Network::Gpt { .. } => Update::Adam(AdamW::new(weights, adam(1e-4))?),
            Network::Cnn => {
                let zeros = self.weights.iter().map(|w| w.zeros_like());
                Update::Momentum(zeros.collect::<candle_core::Result<_>>()?)
            }
            _ => Update::Nothing,
        })
    }

    fn gradients(&mut self) -> Result<candle_core::backprop::GradStore> {
        let loss = self.network.loss(&self.weights, &self.data)?;
        let gradients = loss.backward()?;
        self.loss = Some(loss);
        Ok(gradients)
    }
}

/// Without decay of weights this is Adam.
fn adam(rate: f64) -> ParamsAdamW {
    ParamsAdamW { lr: rate, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.0 }
}

impl Row for Rows {
    fn new(inputs: &Inputs) -> Result<Rows> {
        let first: Vec<Tensor> = inputs.weights().map(tensor).collect::<Result<_>>()?;
        let mut rows = Rows {
            names: inputs.weights().map(|array| array.name[2..].to_string()).collect(),
            weights: first.iter().map(Var::from_tensor).collect::<candle_core::Result<_>>()?,
            first,
            data: inputs.data(&["x", "y"]).into_iter().map(tensor).collect::<Result<_>>()?,
            network: Network::of(inputs)?,
            update: Update::Nothing,
            loss: None,
        };
        rows.update = rows.optimiser()?;
        Ok(rows)
    }

    fn call(&mut self) -> Result<()> {
        let gradients = self.gradients()?;
        match &mut self.update {
            Update::Nothing => {}
            Update::Descent(method) => method.step(&gradients)?,
            Update::Adam(method) => method.step(&gradients)?,
            Update::Momentum(velocities) => {
                for (weight, velocity) in self.weights.iter().zip(velocities) {
                    let gradient = gradients.get(weight).ok_or("a weight has no gradient")?;
                    *velocity = ((&*velocity * 0.9)? + gradient)?;
                    weight.set(&(weight.as_tensor() - (&*velocity * 0.01)?)?)?;
                }
            }
        }
        Ok(())
    }

    fn reset(&mut self) {
        let fresh = self.weights.iter().zip(&self.first).try_for_each(|(weight, first)| weight.set(first));
        fresh.expect("the weights have the shapes that they began with");
        self.update = self.optimiser().expect("an optimiser was made of these weights before");
    }

    fn outputs(&mut self) -> Result<Vec<(String, Numbers)>> {
        self.reset();
        let gradients = self.gradients()?;
        let mut found = Vec::new();
        for (name, weight) in self.names.iter().zip(&self.weights) {
            let gradient = gradients.get(weight).ok_or("a weight has no gradient")?;
            found.push((format!("grad.{name}"), numbers(gradient)?));
        }
        let is_updated = !matches!(self.update, Update::Nothing);
        found.push(losses(is_updated, || {
            self.call()?;
            let loss = self.loss.as_ref().ok_or("a call leaves a loss")?;
            numbers(loss)
        })?);
        Ok(found)
    }
}

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).ok_or("usage: candle-rows FOLDER")?;
    run::<Rows>(folder.as_ref(), r#""candle": "0.11""#)
}

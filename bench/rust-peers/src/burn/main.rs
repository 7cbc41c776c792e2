//! The rows in burn, on its backend `flex`. `burn-rows FOLDER` serves a row.

mod networks;

use burn::backend::{Autodiff, Flex};
use burn::module::{Module, Param};
use burn::optim::adaptor::OptimizerAdaptor;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{Adam, AdamConfig, GradientsParams, Optimizer, Sgd, SgdConfig};
use burn::tensor::backend::Backend;
use burn::tensor::{DType, Tensor, TensorData};
use chainrule_bench_server::{Array, Inputs, Numbers, Result, Row, losses, run};
use networks::Network;

type Back = Autodiff<Flex>;

/// The weights by their number of axes, each kind in the order of the manifest; a single number has one axis.
#[derive(Module, Debug)]
pub struct Weights<B: Backend> {
    one: Vec<Param<Tensor<B, 1>>>,
    two: Vec<Param<Tensor<B, 2>>>,
    four: Vec<Param<Tensor<B, 4>>>,
}

/// What is done with the gradient.
enum Update {
    Nothing,
    Descent(OptimizerAdaptor<Sgd<Flex>, Weights<Back>, Back>),
    Adam(OptimizerAdaptor<Adam, Weights<Back>, Back>),
}

struct Rows {
    /// Names of the weights with so many axes.
    names: [Vec<String>; 3],
    first: Weights<Back>,
    weights: Weights<Back>,
    network: Network,
    update: Update,
    rate: f64,
    loss: Option<Tensor<Back, 1>>,
}

/// An array as burn takes it, and its kind of number.
fn data(array: &Array) -> (TensorData, DType) {
    let dims = if array.dims.is_empty() { vec![1] } else { array.dims.clone() };
    match &array.numbers {
        Numbers::F32(numbers) => (TensorData::new(numbers.clone(), dims), DType::F32),
        Numbers::F64(numbers) => (TensorData::new(numbers.clone(), dims), DType::F64),
        Numbers::I64(numbers) => (TensorData::new(numbers.clone(), dims), DType::I64),
    }
}

fn tensor<const D: usize>(array: &Array) -> Tensor<Back, D> {
    let (numbers, dtype) = data(array);
    Tensor::from_data(numbers, (&Default::default(), dtype))
}

fn numbers<const D: usize>(tensor: Tensor<Flex, D>) -> Result<Numbers> {
    let dtype = tensor.dtype();
    let data = tensor.into_data();
    let said = |error| format!("burn: {error:?}");
    Ok(match dtype {
        DType::F32 => Numbers::F32(data.to_vec().map_err(said)?),
        _ => Numbers::F64(data.to_vec().map_err(said)?),
    })
}

/// Gradients of the weights of one number of axes.
fn gradients<const D: usize>(
    found: &mut Vec<(String, Numbers)>,
    names: &[String],
    weights: &[Param<Tensor<Back, D>>],
    gradients: &<Back as burn::tensor::backend::AutodiffBackend>::Gradients,
) -> Result<()> {
    for (name, weight) in names.iter().zip(weights) {
        let gradient = weight.val().grad(gradients).ok_or("a weight has no gradient")?;
        found.push((format!("grad.{name}"), numbers(gradient)?));
    }
    Ok(())
}

impl Rows {
    fn fresh(network: &Network) -> (Update, f64) {
        let adam = || AdamConfig::new().with_epsilon(1e-8).init();
        match network {
            Network::Moons { .. } => (Update::Descent(SgdConfig::new().init()), 0.1),
            Network::Cnn { .. } => {
                let momentum = MomentumConfig::new().with_momentum(0.9).with_dampening(0.0);
                (Update::Descent(SgdConfig::new().with_momentum(Some(momentum)).init()), 0.01)
            }
            Network::Mlp { .. } => (Update::Adam(adam()), 1e-3),
            Network::Gpt { .. } => (Update::Adam(adam()), 1e-4),
            _ => (Update::Nothing, 0.0),
        }
    }
}

impl Row for Rows {
    fn new(inputs: &Inputs) -> Result<Rows> {
        let mut first = Weights { one: Vec::new(), two: Vec::new(), four: Vec::new() };
        let mut names = [const { Vec::new() }; 3];
        for array in inputs.weights() {
            let name = array.name[2..].to_string();
            match array.dims.len() {
                0 | 1 => {
                    names[0].push(name);
                    first.one.push(Param::from_tensor(tensor(array)));
                }
                2 => {
                    names[1].push(name);
                    first.two.push(Param::from_tensor(tensor(array)));
                }
                _ => {
                    names[2].push(name);
                    first.four.push(Param::from_tensor(tensor(array)));
                }
            }
        }
        let network = Network::of(inputs)?;
        let (update, rate) = Rows::fresh(&network);
        Ok(Rows { names, weights: first.clone(), first, network, update, rate, loss: None })
    }

    fn call(&mut self) -> Result<()> {
        let loss = self.network.loss(&self.weights);
        let found = loss.backward();
        self.loss = Some(loss);
        let params = |weights: &Weights<Back>| GradientsParams::from_grads(found, weights);
        match &mut self.update {
            Update::Nothing => {}
            Update::Descent(method) => {
                let params = params(&self.weights);
                self.weights = method.step(self.rate, self.weights.clone(), params);
            }
            Update::Adam(method) => {
                let params = params(&self.weights);
                self.weights = method.step(self.rate, self.weights.clone(), params);
            }
        }
        Ok(())
    }

    fn reset(&mut self) {
        self.weights = self.first.clone();
        self.update = Rows::fresh(&self.network).0;
    }

    fn outputs(&mut self) -> Result<Vec<(String, Numbers)>> {
        self.reset();
        let grads = self.network.loss(&self.weights).backward();
        let mut found = Vec::new();
        gradients(&mut found, &self.names[0], &self.weights.one, &grads)?;
        gradients(&mut found, &self.names[1], &self.weights.two, &grads)?;
        gradients(&mut found, &self.names[2], &self.weights.four, &grads)?;
        let is_updated = !matches!(self.update, Update::Nothing);
        found.push(losses(is_updated, || {
            self.call()?;
            let loss = self.loss.take().ok_or("a call leaves a loss")?;
            numbers(loss.inner())
        })?);
        Ok(found)
    }
}

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).ok_or("usage: burn-rows FOLDER")?;
    run::<Rows>(folder.as_ref(), r#""burn": "0.21""#)
}

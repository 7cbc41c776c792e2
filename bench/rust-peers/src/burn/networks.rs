//! The losses of bench/definitions.md: each from weights and data to one number.

use crate::{Back, Weights, data, tensor};
use burn::module::Param;
use burn::tensor::activation::{gelu, log_softmax, relu, sigmoid, softmax};
use burn::tensor::module::{conv2d, embedding, max_pool2d};
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Int, Tensor};
use chainrule_bench_server::{Array, Inputs, Result};

type Floats<const D: usize> = Tensor<Back, D>;
type Ids<const D: usize> = Tensor<Back, D, Int>;

/// A row's loss, with what it is computed from.
pub enum Network {
    Neuron,
    Moons { x: Floats<2>, y: Floats<2> },
    Mlp { x: Floats<2>, y: Ids<1> },
    Cnn { x: Floats<4>, y: Ids<1> },
    Gpt { x: Ids<2>, y: Ids<1>, heads: usize },
    Lstm { x: Floats<3> },
    Chain,
    Logistic { x: Floats<2>, y: Floats<1> },
}

fn ids<const D: usize>(array: &Array) -> Ids<D> {
    let (numbers, dtype) = data(array);
    Tensor::from_data(numbers, (&Default::default(), dtype))
}

impl Network {
    pub fn of(inputs: &Inputs) -> Result<Network> {
        let [x, y] = ["x", "y"].map(|name| inputs.data(&[name]).into_iter().next());
        Ok(match (inputs.row(), x, y) {
            ("neuron", ..) => Network::Neuron,
            ("moons", Some(x), Some(y)) => {
                let [rows, _] = tensor::<2>(x).dims();
                Network::Moons { x: tensor(x), y: tensor::<2>(y).reshape([rows, 1]) }
            }
            ("mlp64" | "mlp512", Some(x), Some(y)) => Network::Mlp { x: tensor(x), y: ids(y) },
            ("cnn", Some(x), Some(y)) => Network::Cnn { x: tensor(x), y: ids(y) },
            ("gpt", Some(x), Some(y)) => {
                Network::Gpt { x: ids(x), y: ids::<2>(y).flatten(0, 1), heads: inputs.number("heads") }
            }
            ("lstm", Some(x), _) => Network::Lstm { x: tensor(x) },
            ("logreg_grad", Some(x), Some(y)) => Network::Logistic { x: tensor(x), y: tensor(y) },
            (row, ..) if row.starts_with("chain") => Network::Chain,
            (row, ..) => return Err(format!("burn has no {row}: it gives first derivatives only").into()),
        })
    }

    pub fn loss(&self, weights: &Weights<Back>) -> Floats<1> {
        let (one, two) = (values(&weights.one), values(&weights.two));
        match self {
            Network::Neuron => {
                let [a, x, b, y, c] = [0, 1, 2, 3, 4].map(|i| one[i].clone());
                sigmoid(a * x + b * y + c)
            }
            Network::Moons { x, y } => moons(&one, &two, x, y),
            Network::Mlp { x, y } => cross_entropy(dense(&one, &two, x.clone()), y),
            Network::Cnn { x, y } => cnn(&one, &two, &values(&weights.four), x, y),
            Network::Gpt { x, y, heads } => gpt(&one, &two, x, y, *heads),
            Network::Lstm { x } => lstm(&one, &two, x),
            Network::Chain => chain(one[0].clone()),
            Network::Logistic { x, y } => logistic(one[0].clone(), x, y),
        }
    }
}

fn values<const D: usize>(params: &[Param<Floats<D>>]) -> Vec<Floats<D>> {
    params.iter().map(Param::val).collect()
}

fn cross_entropy(logits: Floats<2>, labels: &Ids<1>) -> Floats<1> {
    let rows = labels.dims()[0];
    let picked = log_softmax(logits, 1).gather(1, labels.clone().reshape([rows, 1]));
    -picked.mean()
}

fn dense(biases: &[Floats<1>], weights: &[Floats<2>], mut x: Floats<2>) -> Floats<2> {
    for (i, (weight, bias)) in weights.iter().zip(biases).enumerate() {
        x = x.matmul(weight.clone()) + bias.clone().unsqueeze();
        if i + 1 < weights.len() {
            x = relu(x);
        }
    }
    x
}

fn moons(one: &[Floats<1>], two: &[Floats<2>], x: &Floats<2>, y: &Floats<2>) -> Floats<1> {
    let margins = relu(-(y.clone() * dense(one, two, x.clone())) + 1.0).mean();
    let squares = one.iter().map(|w| w.clone().powi_scalar(2).sum());
    let squares = squares.chain(two.iter().map(|w| w.clone().powi_scalar(2).sum()));
    squares.fold(margins, |sum, square| sum + square * 1e-4)
}

fn cnn(one: &[Floats<1>], two: &[Floats<2>], four: &[Floats<4>], x: &Floats<4>, y: &Ids<1>) -> Floats<1> {
    let options = || ConvOptions::new([1, 1], [1, 1], [1, 1], 1);
    let conv = |x, i: usize| relu(conv2d(x, four[i].clone(), Some(one[i].clone()), options()));
    let pool = |x| max_pool2d(x, [2, 2], [2, 2], [0, 0], [1, 1], false);
    let x = pool(conv(conv(x.clone(), 0), 1));
    let x = pool(conv(x, 2)).flatten(1, 3);
    cross_entropy(dense(&one[3..], two, x), y)
}

fn norm(x: Floats<3>, scale: &Floats<1>) -> Floats<3> {
    let x = x.clone() - x.mean_dim(2);
    let variance = x.clone().powi_scalar(2).mean_dim(2);
    x / (variance + 1e-5).sqrt() * scale.clone().unsqueeze()
}

fn gpt(one: &[Floats<1>], two: &[Floats<2>], ids: &Ids<2>, y: &Ids<1>, heads: usize) -> Floats<1> {
    let ([batch, time], [_, width]) = (ids.dims(), two[0].dims());
    let mut x = embedding(two[0].clone(), ids.clone()) + two[1].clone().unsqueeze();
    let mask = Tensor::<Back, 2, burn::tensor::Bool>::tril_mask([time, time], 0, &Default::default());
    let linear = |x: Floats<3>, w: &Floats<2>| x.matmul(w.clone().unsqueeze());
    let split = |x: Floats<3>| x.reshape([batch, time, heads, width / heads]).swap_dims(1, 2);
    for (norms, w) in one.chunks_exact(2).zip(two[2..].chunks_exact(4)) {
        let parts = linear(norm(x.clone(), &norms[0]), &w[0]);
        let part = |i: usize| split(parts.clone().narrow(2, i * width, width));
        let scores = part(0).matmul(part(1).transpose()) / ((width / heads) as f64).sqrt();
        let scores = scores.mask_fill(mask.clone().unsqueeze(), f32::NEG_INFINITY);
        let attended = softmax(scores, 3).matmul(part(2)).swap_dims(1, 2).reshape([batch, time, width]);
        x = x + linear(attended, &w[1]);
        x = x.clone() + linear(gelu(linear(norm(x, &norms[1]), &w[2])), &w[3]);
    }
    let x = norm(x, &one[one.len() - 1]).reshape([batch * time, width]);
    cross_entropy(x.matmul(two[0].clone().transpose()), y)
}

fn lstm(one: &[Floats<1>], two: &[Floats<2>], x: &Floats<3>) -> Floats<1> {
    let ([steps, batch, inputs], [width, _]) = (x.dims(), two[1].dims());
    let into = x.clone().reshape([steps * batch, inputs]).matmul(two[0].clone());
    let into = (into + one[0].clone().unsqueeze()).reshape([steps, batch, 4 * width]);
    let mut h = Floats::<2>::zeros([batch, width], &Default::default());
    let (mut c, mut all) = (h.clone(), Vec::new());
    for t in 0..steps {
        let gates = into.clone().narrow(0, t, 1).squeeze_dim::<2>(0) + h.matmul(two[1].clone());
        let gate = |i: usize| gates.clone().narrow(1, i * width, width);
        c = sigmoid(gate(1)) * c + sigmoid(gate(0)) * gate(2).tanh();
        h = sigmoid(gate(3)) * c.clone().tanh();
        all.push(h.clone());
    }
    Tensor::stack::<3>(all, 0).powi_scalar(2).sum()
}

fn chain(x: Floats<1>) -> Floats<1> {
    let square = x.clone() * x.clone();
    (x.clone().tanh() * (-square.clone()).exp() + square.log1p() * x.sin()).sum()
}

fn logistic(w: Floats<1>, x: &Floats<2>, y: &Floats<1>) -> Floats<1> {
    let [rows, columns] = x.dims();
    let z: Floats<1> = x.clone().matmul(w.reshape([columns, 1])).reshape([rows]);
    let softplus = relu(z.clone()) + (-z.clone().abs()).exp().log1p();
    (softplus - y.clone() * z).mean()
}

//! The losses of bench/definitions.md: each from weights and data, in the order of the manifest, to one number.

use candle_core::{D, DType, Result, Tensor, Var};
use candle_nn::{loss::cross_entropy, ops};
use chainrule_bench_server::Inputs;

/// A row's loss.
pub enum Network {
    Neuron,
    Moons,
    Mlp,
    Cnn,
    Gpt { heads: usize },
    Lstm,
    Chain,
    Logistic,
}

impl Network {
    pub fn of(inputs: &Inputs) -> chainrule_bench_server::Result<Network> {
        Ok(match inputs.row() {
            "neuron" => Network::Neuron,
            "moons" => Network::Moons,
            "mlp64" | "mlp512" => Network::Mlp,
            "cnn" => Network::Cnn,
            "gpt" => Network::Gpt { heads: inputs.number("heads") },
            "lstm" => Network::Lstm,
            "logreg_grad" => Network::Logistic,
            row if row.starts_with("chain") => Network::Chain,
            row => return Err(format!("candle has no {row}: it gives first derivatives only").into()),
        })
    }

    pub fn loss(&self, weights: &[Var], data: &[Tensor]) -> Result<Tensor> {
        let w: Vec<Tensor> = weights.iter().map(|w| w.as_tensor().clone()).collect();
        match *self {
            Network::Neuron => ops::sigmoid(&(((&w[0] * &w[1])? + (&w[2] * &w[3])?)? + &w[4])?),
            Network::Moons => moons(&w, data),
            Network::Mlp => cross_entropy(&dense(&w, &data[0])?, &data[1]),
            Network::Cnn => cnn(&w, data),
            Network::Gpt { heads } => gpt(&w, data, heads),
            Network::Lstm => lstm(&w, &data[0]),
            Network::Chain => chain(&w[0]),
            Network::Logistic => logistic(&w[0], data),
        }
    }
}

fn dense(w: &[Tensor], x: &Tensor) -> Result<Tensor> {
    let layers = w.len() / 2;
    w.chunks(2).enumerate().try_fold(x.clone(), |x, (i, layer)| {
        let x = x.matmul(&layer[0])?.broadcast_add(&layer[1])?;
        if i + 1 < layers { x.relu() } else { Ok(x) }
    })
}

fn moons(w: &[Tensor], data: &[Tensor]) -> Result<Tensor> {
    let margins = (data[1].reshape(((), 1))?.to_dtype(DType::F32)? * dense(w, &data[0])?)?;
    let penalties: Vec<Tensor> = w.iter().map(|w| w.sqr()?.sum_all()).collect::<Result<_>>()?;
    margins.affine(-1.0, 1.0)?.relu()?.mean_all()? + (Tensor::stack(&penalties, 0)?.sum_all()? * 1e-4)?
}

/// Pools by reductions: the gradient of candle 0.11's own `max_pool2d` is too small by the number of elements of a window.
fn pool(x: &Tensor) -> Result<Tensor> {
    let (images, channels, rows, columns) = x.dims4()?;
    x.reshape((images * channels, rows / 2, 2, columns / 2, 2))?.max(4)?.max(2)?.reshape((
        images,
        channels,
        rows / 2,
        columns / 2,
    ))
}

fn cnn(w: &[Tensor], data: &[Tensor]) -> Result<Tensor> {
    let conv = |x: &Tensor, i: usize| {
        let bias = w[i + 1].reshape((1, (), 1, 1))?;
        x.conv2d(&w[i], 1, 1, 1, 1)?.broadcast_add(&bias)?.relu()
    };
    let x = pool(&conv(&conv(&data[0], 0)?, 2)?)?;
    let x = pool(&conv(&x, 4)?)?.flatten_from(1)?;
    cross_entropy(&dense(&w[6..], &x)?, &data[1])
}

fn norm(x: &Tensor, scale: &Tensor) -> Result<Tensor> {
    let x = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
    let variance = x.sqr()?.mean_keepdim(D::Minus1)?;
    x.broadcast_div(&(variance + 1e-5)?.sqrt()?)?.broadcast_mul(scale)
}

fn gpt(w: &[Tensor], data: &[Tensor], heads: usize) -> Result<Tensor> {
    let (batch, time) = data[0].dims2()?;
    let (token, place, last) = (&w[0], &w[1], &w[w.len() - 1]);
    let width = token.dim(1)?;
    let rows = batch * time;
    let mut x = token.index_select(&data[0].flatten_all()?, 0)?.reshape((batch, time, width))?;
    x = x.broadcast_add(place)?;
    let causal: Vec<f32> =
        (0..time * time).map(|i| if i % time > i / time { f32::NEG_INFINITY } else { 0.0 }).collect();
    let causal = Tensor::from_vec(causal, (time, time), x.device())?;
    let linear = |x: &Tensor, w: &Tensor| x.reshape((rows, ()))?.matmul(w)?.reshape((batch, time, ()));
    let split = |x: Tensor| x.reshape((batch, time, heads, width / heads))?.transpose(1, 2)?.contiguous();
    for block in w[2..w.len() - 1].chunks(6) {
        let parts = linear(&norm(&x, &block[0])?, &block[1])?;
        let part = |i: usize| split(parts.narrow(2, i * width, width)?.contiguous()?);
        let (q, k, v) = (part(0)?, part(1)?, part(2)?);
        let scores = (q.matmul(&k.transpose(2, 3)?)? * (1.0 / ((width / heads) as f64).sqrt()))?;
        let attended = ops::softmax(&scores.broadcast_add(&causal)?, D::Minus1)?.matmul(&v)?;
        let attended = attended.transpose(1, 2)?.contiguous()?.reshape((batch, time, width))?;
        x = (x + linear(&attended, &block[2])?)?;
        let up = linear(&norm(&x, &block[3])?, &block[4])?.gelu_erf()?;
        x = (x + linear(&up, &block[5])?)?;
    }
    let logits = norm(&x, last)?.reshape((rows, width))?.matmul(&token.t()?)?;
    cross_entropy(&logits, &data[1].flatten_all()?)
}

fn lstm(w: &[Tensor], x: &Tensor) -> Result<Tensor> {
    let (steps, batch, inputs) = x.dims3()?;
    let width = w[1].dim(0)?;
    let into = x.reshape((steps * batch, inputs))?.matmul(&w[0])?.broadcast_add(&w[2])?;
    let into = into.reshape((steps, batch, 4 * width))?;
    let mut h = Tensor::zeros((batch, width), DType::F32, x.device())?;
    let (mut c, mut all) = (h.clone(), Vec::new());
    for t in 0..steps {
        let gates = (into.get(t)? + h.matmul(&w[1])?)?;
        let gate = |i: usize| gates.narrow(1, i * width, width);
        let kept = (ops::sigmoid(&gate(1)?)? * &c)?;
        c = (kept + (ops::sigmoid(&gate(0)?)? * gate(2)?.tanh()?)?)?;
        h = (ops::sigmoid(&gate(3)?)? * c.tanh()?)?;
        all.push(h.clone());
    }
    Tensor::stack(&all, 0)?.sqr()?.sum_all()
}

fn chain(x: &Tensor) -> Result<Tensor> {
    let square = x.sqr()?;
    ((x.tanh()? * square.neg()?.exp()?)? + ((square + 1.0)?.log()? * x.sin()?)?)?.sum_all()
}

fn logistic(w: &Tensor, data: &[Tensor]) -> Result<Tensor> {
    let z = data[0].matmul(&w.reshape(((), 1))?)?.reshape(((),))?;
    let softplus = (z.relu()? + (z.abs()?.neg()?.exp()? + 1.0)?.log()?)?;
    (softplus - (&data[1] * &z)?)?.mean_all()
}

//! The losses of bench/definitions.md: each from weights and data, in the order of the manifest, to one number.

use chainrule::prelude::*;
use chainrule::{Conv, Pool, attention};

/// Linear layers with weights [in, out] and ReLU between.
fn dense(w: &[Wire], mut x: Wire) -> Wire {
    let layers = w.len() / 2;
    for (i, layer) in w.chunks(2).enumerate() {
        x = x.matmul(layer[0]) + layer[1];
        if i + 1 < layers {
            x = x.relu();
        }
    }
    x
}

pub fn neuron(w: &[Wire], _: &[Wire]) -> Wire {
    (w[0] * w[1] + w[2] * w[3] + w[4]).sigmoid()
}

pub fn moons(w: &[Wire], data: &[Wire]) -> Wire {
    let margins = (1.0 - data[1] * dense(w, data[0])).relu().mean();
    let penalty = w[1..].iter().fold(w[0].square().sum(), |sum, p| sum + p.square().sum());
    margins + 1e-4 * penalty
}

pub fn mlp(w: &[Wire], data: &[Wire]) -> Wire {
    dense(w, data[0]).cross_entropy(data[1]).mean()
}

pub fn cnn(w: &[Wire], data: &[Wire]) -> Wire {
    let conv = |x: Wire, i: usize| {
        let options = Conv { padding: [1, 1], ..Conv::default() };
        let channels = w[i + 1].shape().elements();
        (x.conv2d(w[i], options) + w[i + 1].reshape(&[channels, 1, 1])).relu()
    };
    let pool = Pool::of([2, 2]);
    let x = conv(conv(data[0], 0), 2).max_pool2d(pool);
    let x = conv(x, 4).max_pool2d(pool);
    let x = x.reshape_infer(&[x.shape()[0] as i64, -1]);
    dense(&w[6..], x).cross_entropy(data[1]).mean()
}

/// Blocks of attention and a two-layer network, each after a layer norm and added to what came in.
pub fn gpt(w: &[Wire], data: &[Wire], heads: usize) -> Wire {
    let (token, place, norm) = (w[0], w[1], w[w.len() - 1]);
    let mut x = token.take(data[0], 0) + place;
    let (batch, time, width) = (x.shape()[0], x.shape()[1], x.shape()[2]);
    let split = |x: Wire| x.reshape(&[batch, time, heads, width / heads]).transpose(&[0, 2, 1, 3]);
    for block in w[2..w.len() - 1].chunks(6) {
        let parts = x.layer_norm(Some(block[0]), None, 1e-5).matmul(block[1]).split(3, -1);
        let [q, k, v] = [0, 1, 2].map(|i| split(parts[i]));
        let attended = attention(q, k, v, None, true).transpose(&[0, 2, 1, 3]).reshape(&[batch, time, width]);
        x = x + attended.matmul(block[2]);
        x = x + x.layer_norm(Some(block[3]), None, 1e-5).matmul(block[4]).gelu().matmul(block[5]);
    }
    let logits = x.layer_norm(Some(norm), None, 1e-5).matmul(token.t());
    let rows = batch * time;
    logits.reshape(&[rows, token.shape()[0]]).cross_entropy(data[1].reshape(&[rows])).mean()
}

pub fn lstm(w: &[Wire], data: &[Wire]) -> Wire {
    let (input, hidden, bias) = (w[0], w[1], w[2]);
    let (batch, width) = (data[0].shape()[1], hidden.shape()[0]);
    let spec = hidden
        .spec()
        .map(|s| s.with_shape(Shape::new(&[batch, width]).expect("a state is smaller than the inputs")));
    let zero = constant(Tensor::zeros(spec.expect("the mistakes of a row were found when it was written")));
    let step = |(h, c): (Wire, Wire), x: Wire| {
        let gates = (x + h.matmul(hidden)).split(4, -1);
        let c = gates[1].sigmoid() * c + gates[0].sigmoid() * gates[2].tanh();
        let h = gates[3].sigmoid() * c.tanh();
        ((h, c), h)
    };
    scan(step, (zero, zero), data[0].matmul(input) + bias).1.square().sum()
}

pub fn chain(w: &[Wire], _: &[Wire]) -> Wire {
    let x = w[0];
    (x.tanh() * (-x * x).exp() + (x * x).log1p() * x.sin()).sum()
}

pub fn logistic(w: &[Wire], data: &[Wire]) -> Wire {
    let z = data[0].matmul(w[0]);
    (z.softplus() - data[1] * z).mean()
}

/// A circuit of scalar gates: kinds and operands, the inputs counted first.
pub fn gates(w: &[Wire], circuit: &[Tensor]) -> Wire {
    let [kind, a, b] = [0, 1, 2].map(|i| circuit[i].as_slice::<i64>().expect("data.py writes i64"));
    let mut wires = w.to_vec();
    for ((kind, &a), &b) in kind.iter().zip(a).zip(b) {
        let (x, y) = (wires[a as usize], wires[b as usize]);
        wires.push(match kind {
            0 => x + y,
            1 => x * y,
            2 => x.maximum(y),
            _ => x.tanh(),
        });
    }
    wires[wires.len() - 1]
}

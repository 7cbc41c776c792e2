//! Small networks of many kinds, each a step of training: odd sizes, and large enough for threads to share the work.

use chainrule::prelude::*;
use chainrule::{Conv, Pool, Program, Triangle, attention, random};

type List = Vec<Wire>;

/// Weights and data to the loss and the weights after a step.
pub struct Network {
    pub name: &'static str,
    pub program: Program<(List, List), (Wire, List)>,
    pub weights: Vec<Tensor>,
    pub data: Vec<Tensor>,
}

/// Numbers between -0.5 and 0.5.
fn numbers(dtype: DType, dims: &[usize], key: i64) -> Tensor {
    let values = (0..dims.iter().product::<usize>() as u64).map(|i| random::uniform_f64(key, i) - 0.5);
    if dtype == DType::F64 {
        return Tensor::new(values.collect(), dims).unwrap();
    }
    Tensor::new(values.map(|v| v as f32).collect(), dims).unwrap()
}

fn network(
    name: &'static str,
    dtype: DType,
    weights: &[&[usize]],
    data: Vec<Tensor>,
    loss: impl Fn(&[Wire], &[Wire]) -> Wire,
) -> Network {
    let weights: Vec<Tensor> = (0..).zip(weights).map(|(i, dims)| numbers(dtype, dims, 100 + i)).collect();
    let specs = |tensors: &[Tensor]| tensors.iter().map(Tensor::spec).collect::<Vec<_>>();
    let step = |w: List, data: List| {
        let loss = loss(&w, &data);
        let next = w.iter().zip(loss.gradient(&w)).map(|(&w, g)| w - 0.1 * g).collect::<List>();
        (loss, next)
    };
    let program = trace(step, &(specs(&weights), specs(&data))).unwrap();
    Network { name, program, weights, data }
}

/// Class labels.
fn labels(count: usize, classes: usize) -> Tensor {
    let values = (0..count as u64).map(|i| (random::uniform_f64(7, i) * classes as f64) as i64);
    Tensor::new(values.collect(), &[count]).unwrap()
}

fn mlp() -> Network {
    let data = vec![numbers(DType::F32, &[131, 301], 1), labels(131, 7)];
    network("mlp", DType::F32, &[&[301, 203], &[203], &[203, 7]], data, |w, data| {
        (data[0].matmul(w[0]) + w[1]).relu().matmul(w[2]).cross_entropy(data[1]).mean()
    })
}

fn cnn() -> Network {
    let data = vec![numbers(DType::F32, &[9, 3, 17, 19], 1), labels(9, 5)];
    let weights: [&[usize]; 5] = [&[12, 3, 3, 3], &[12, 1, 1], &[16, 12, 3, 3], &[5, 3, 2, 2], &[5 * 49, 5]];
    network("cnn", DType::F32, &weights, data, |w, data| {
        let pad = Conv { padding: [1, 1], ..Conv::default() };
        let x = (data[0].conv2d(w[0], pad) + w[1]).relu().conv2d(w[2], pad).max_pool2d(Pool::of([2, 2]));
        let halves = x.split(2, 1).into_iter().map(|x| x.slice_axis(1, 0, 3).conv2d(w[3], Conv::default()));
        let x = halves.reduce(|a, b| a * b).unwrap().tanh();
        let x = x.avg_pool2d(Pool { stride: [1, 1], ..Pool::of([1, 2]) });
        x.reshape(&[9, 245]).matmul(w[4]).cross_entropy(data[1]).mean()
    })
}

fn transformer() -> Network {
    let (batch, time, width) = (5, 33, 48);
    let data = vec![labels(batch * time, 29), labels(batch * time, 29)];
    let weights: [&[usize]; 6] = [&[29, 48], &[48], &[48, 144], &[48, 48], &[48, 192], &[192, 48]];
    network("transformer", DType::F32, &weights, data, move |w, data| {
        let x = w[0].take(data[0], 0).reshape(&[batch, time, width]);
        let split = |x: Wire| x.reshape(&[batch, time, 3, 16]).transpose(&[0, 2, 1, 3]);
        let parts = x.layer_norm(Some(w[1]), None, 1e-5).matmul(w[2]).split(3, -1);
        let [q, k, v] = [0, 1, 2].map(|i| split(parts[i]));
        let heads = attention(q, k, v, None, true).transpose(&[0, 2, 1, 3]).reshape(&[batch, time, width]);
        let x = x + heads.matmul(w[3]);
        let x = x + x.layer_norm(None, None, 1e-5).matmul(w[4]).gelu().matmul(w[5]);
        x.reshape(&[batch * time, width]).matmul(w[0].t()).cross_entropy(data[1]).mean()
    })
}

fn lstm() -> Network {
    let data = vec![numbers(DType::F32, &[7, 33, 21], 1)];
    network("lstm", DType::F32, &[&[21, 256], &[64, 256], &[256]], data, |w, data| {
        let zero = constant(Tensor::zeros(Spec::new(&[33, 64], DType::F32).unwrap()));
        let (hidden, bias) = (w[1], w[2]);
        let step = |(h, c): (Wire, Wire), x: Wire| {
            let gates = (x + h.matmul(hidden)).split(4, -1);
            let c = gates[1].sigmoid() * c + gates[0].sigmoid() * gates[2].tanh();
            let h = gates[3].sigmoid() * c.tanh();
            ((h, c), h)
        };
        scan(step, (zero, zero), data[0].matmul(w[0]) + bias).1.square().sum()
    })
}

/// Sweeps with all kinds of folds, strided reads, copies.
fn chains() -> Network {
    network(
        "chains",
        DType::F64,
        &[&[301, 403], &[403]],
        vec![numbers(DType::F64, &[403, 301], 1)],
        |w, data| {
            let x = w[0].tanh() * (-w[0] * w[0]).exp() + data[0].t() * w[1];
            let rows = x.softmax(-1).log_softmax(0) * x.max_axes(&[0]) + x.sum_axes(&[1]).reshape(&[301, 1]);
            (rows * rows).mean()
                + chainrule::concat(&[x, x.t().reshape(&[301, 403])], 0).cumsum(0).sin().sum() * 1e-3
        },
    )
}

/// Matrix times vector, and long sums.
fn logistic() -> Network {
    let data = vec![numbers(DType::F64, &[9001, 29], 1), numbers(DType::F64, &[9001], 2)];
    network("logistic", DType::F64, &[&[29]], data, |w, data| {
        let z = data[0].matmul(w[0]);
        let loss = (z.softplus() - data[1] * z).mean();
        loss + loss.hessian(w[0]).square().sum()
    })
}

/// Convolutions of all kinds: by transformed tiles, directly, 1 by 1, with steps, by groups, for one image, along one axis.
fn images() -> Network {
    let data = vec![numbers(DType::F32, &[5, 18, 21, 19], 1), numbers(DType::F32, &[1, 2, 61, 47], 2)];
    let weights: [&[usize]; 8] = [
        &[33, 18, 3, 3],
        &[33, 1, 3, 3],
        &[20, 33, 1, 1],
        &[20, 5, 3, 3],
        &[16, 2, 5, 5],
        &[17, 16, 3, 3],
        &[8, 17, 2, 2],
        &[7, 8, 3],
    ];
    network("images", DType::F32, &weights, data, |w, data| {
        let pad = Conv { padding: [1, 1], ..Conv::default() };
        let x = data[0].conv2d(w[0], pad).tanh();
        let x = x.conv2d(w[1], Conv { groups: 33, ..pad }) + x;
        let x =
            x.conv2d(w[2], Conv::default()).tanh().conv2d(w[3], Conv { groups: 4, stride: [2, 2], ..pad });
        let one = data[1].conv2d(w[4], Conv::default()).tanh().conv2d(w[5], pad);
        let one = one.conv2d(w[6], Conv { dilation: [2, 3], ..Conv::default() }).max_pool2d(Pool::of([3, 2]));
        let line = one.sum_axes(&[2]).conv1d(w[7], Conv::default());
        x.avg_pool2d(Pool::of([2, 3])).square().mean() + line.square().mean()
    })
}

fn unit(size: usize) -> Tensor {
    let value = |i: usize| f64::from(u8::from(i / size == i % size));
    Tensor::new((0..size * size).map(value).collect::<Vec<f64>>(), &[size, size]).unwrap()
}

/// What else has a kernel of its own: sorting, picking, adding at places, running sums, factors, solutions, random numbers,
/// slices at places that are computed, loops that end by a test.
fn rest() -> Network {
    let places = [labels(900, 63), labels(63, 57)];
    let data =
        [vec![labels(3001, 57), labels(1, 30), numbers(DType::F64, &[63, 57], 3), unit(40)], places.into()]
            .concat();
    network("rest", DType::F64, &[&[57, 63], &[40, 40]], data, |w, data| {
        let (x, at, start) = (w[0], data[0], data[1].reshape(&[]));
        let picked = x.take(at, 0).tanh().take(data[4], 1).square().mean();
        let sorted = (x.sort(0, false) * x.sort(1, true)).cumsum(1).cumprod(0).mean();
        let (best, _) = x.top_k(5, -1);
        let spread = data[2].scatter_add(data[5], x.t(), 0);
        let positive = w[1].matmul(w[1].t()) + data[3] * 9.0;
        let factor = positive.cholesky();
        let solved = factor.triangular_solve(w[1], Triangle::LOWER);
        let window = x.dynamic_slice(&[start, start], &[20, 30]);
        let moved = x.dynamic_update_slice(window.sin(), &[2 * start - start, start]);
        let noise = start.fold(3).random_normal(&[57, 63], DType::F64);
        picked + sorted + best.sum() + spread.sin().mean() + solved.square().mean() + (moved * noise).mean()
    })
}

/// All of them.
pub fn all() -> Vec<Network> {
    vec![mlp(), cnn(), transformer(), lstm(), chains(), logistic(), images(), rest()]
}

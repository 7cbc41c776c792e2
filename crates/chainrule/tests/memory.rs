//! Values that are computed again instead of kept: the same bits in less memory.

#![allow(clippy::unwrap_used)]

use chainrule::prelude::*;
use chainrule::{Conv, Options, Pool, Program, random};

fn numbers(dims: &[usize], key: i64) -> Tensor {
    let count = dims.iter().product::<usize>();
    let values: Vec<f32> = (0..count as u64).map(|i| random::uniform_f32(key, i) - 0.5).collect();
    Tensor::new(values, dims).unwrap()
}

fn norm(x: Wire) -> Wire {
    x.layer_norm(None, None, 1e-5)
}

/// Blocks of attention and a wide layer, as in a transformer.
fn transformer(x: Wire, layers: &[[Wire; 4]]) -> Wire {
    let mut x = x;
    for [qkv, out, up, down] in layers.iter().copied() {
        let all = norm(x).matmul(qkv);
        let part = |i: i64| all.slice_axis(-1, i * 32, (i + 1) * 32);
        let scores = part(0).matmul(part(1).transpose(&[0, 2, 1])) * 0.2;
        x = x + scores.softmax(-1).matmul(part(2)).matmul(out);
        x = x + norm(x).matmul(up).gelu().matmul(down);
    }
    x.square().mean()
}

type Weights<T> = Vec<[T; 4]>;

/// Data and weights to the loss and its gradient.
type Step<W> = Program<(Wire, W), (Wire, W)>;

fn transformer_step() -> (Step<Weights<Wire>>, (Tensor, Weights<Tensor>)) {
    let layer = |key: i64| {
        [&[32, 96], &[32, 32], &[32, 128], &[128, 32]].map(|dims| numbers(dims, key + dims[1] as i64))
    };
    let at = (numbers(&[8, 48, 32], 1), (0..4).map(|i| layer(10 * i)).collect::<Vec<_>>());
    let specs = (at.0.spec(), at.1.iter().map(|layer| [0, 1, 2, 3].map(|i| layer[i].spec())).collect());
    let program = trace(
        |x: Wire, layers: Weights<Wire>| {
            let loss = transformer(x, &layers);
            let gradient = loss.gradient(&layers);
            (loss, gradient)
        },
        &specs,
    );
    (program.unwrap(), at)
}

type Filters<T> = [T; 6];

/// Convolutions with activations between, which are dear to have again, and one pool.
fn images_step() -> (Step<Filters<Wire>>, (Tensor, Filters<Tensor>)) {
    let weights = [0, 1, 2, 3, 4, 5].map(|i| numbers(&[8, if i == 0 { 3 } else { 8 }, 3, 3], 2 + i));
    let at = (numbers(&[4, 3, 16, 16], 1), weights);
    let specs = (at.0.spec(), [0, 1, 2, 3, 4, 5].map(|i| at.1[i].spec()));
    let program = trace(
        |x: Wire, w: Filters<Wire>| {
            let conv = |x: Wire, w: Wire| x.conv2d(w, Conv { padding: [1, 1], ..Conv::default() });
            let h = w[..5].iter().fold(x, |x, &w| conv(x, w).tanh().square());
            let loss = conv(h.max_pool2d(Pool::of([2, 2])), w[5]).tanh().square().sum();
            (loss, loss.gradient(&w))
        },
        &specs,
    );
    (program.unwrap(), at)
}

/// The arenas that parts of the free plan's memory as limits give, each with results that agree bit for bit.
fn agree<In: Wires, Out: Wires>(
    program: &Program<In, Out>,
    at: impl Fn() -> In::With<Tensor>,
    parts: &[f64],
) -> usize
where
    Out::With<Tensor>: PartialEq + std::fmt::Debug,
{
    let free = program.compile();
    let want = free.run(at()).unwrap();
    for part in parts {
        let limit = (free.memory().arena as f64 * part) as usize;
        let tight = program.compile_with(&Options::default().memory_limit(limit)).unwrap();
        assert!(tight.memory().arena <= limit, "{} over {limit}", tight.memory().arena);
        assert!(tight.run(at()).unwrap() == want, "at {part} of the memory");
    }
    free.memory().arena
}

#[test]
fn a_transformer_fits_into_less_memory_bit_for_bit() {
    let (program, at) = transformer_step();
    agree(&program, || at.clone(), &[0.8, 0.6, 0.4]);
}

#[test]
fn a_convolution_network_fits_into_less_memory_bit_for_bit() {
    let (program, at) = images_step();
    agree(&program, || at.clone(), &[0.8, 0.6, 0.5]);
}

#[test]
fn a_limit_that_cannot_be_met_says_what_could_be() {
    let (program, _) = transformer_step();
    let error = program.compile_with(&Options::default().memory_limit(1000)).unwrap_err().to_string();
    assert!(error.starts_with("memory limit: compile: "), "{error}");
    assert!(error.contains("over the limit of 1000; hint: raise the limit"), "{error}");
    let least: usize = error.split(' ').nth(3).unwrap().parse().unwrap();
    let reached = program.compile_with(&Options::default().memory_limit(least)).unwrap();
    assert!(reached.memory().arena <= least);
}

#[test]
fn a_checkpoint_changes_no_value_and_sees_wires_from_outside() {
    let spec = Spec::new(&[40], DType::F64).unwrap();
    let at = || {
        let xs: Vec<f64> = (0..40).map(|i| f64::from(i) * 0.1 - 2.0).collect();
        (Tensor::new(xs, &[40]).unwrap(), 0.7.into())
    };
    let program = |again: bool| {
        let f = move |x: Wire, a: Wire| {
            let part = |x: Wire| (a * x).sin() * x.exp();
            let y = if again { checkpoint(part, x) } else { part(x) };
            let (dx, da) = y.square().sum().gradient(&(x, a));
            (y, dx, da, dx.sum().gradient(&a))
        };
        trace(f, &(spec, Spec::scalar(DType::F64))).unwrap()
    };
    let (once, twice) = (program(false).run(at()).unwrap(), program(true).run(at()).unwrap());
    assert_eq!((once.0, once.1), (twice.0, twice.1));
    let close = |a: &Tensor, b: &Tensor| {
        let (a, b) = (a.item().unwrap(), b.item().unwrap());
        assert!((a - b).abs() <= 1e-12 * a.abs(), "{a} and {b}");
    };
    close(&once.2, &twice.2);
    close(&once.3, &twice.3);
}

#[test]
fn a_mistake_inside_a_checkpoint_is_reported_once_at_its_line() {
    let f = |x: Wire, y: Wire| checkpoint(|x: Wire| x + y, x).exp().sum();
    let specs = (Spec::new(&[2], DType::F64).unwrap(), Spec::new(&[3], DType::F64).unwrap());
    let error = trace(f, &specs).unwrap_err().to_string();
    assert!(error.contains("memory.rs:") && error.contains(": add: shapes differ"), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
}

#[test]
fn what_is_cheap_is_not_kept_in_a_large_arena() {
    let spec = |dims: &[usize]| Spec::new(dims, DType::F32).unwrap();
    let arena = |rows: usize| {
        let f = compile(
            |x: Wire, w: [Wire; 9]| {
                let y = w.iter().fold(x, |x, &w| x.matmul(w).gelu());
                let loss = y.square().mean();
                (loss, loss.gradient(&w))
            },
            &(spec(&[rows, 64]), [spec(&[64, 64]); 9]),
        );
        f.unwrap().memory().arena as f64 / (rows * 64 * 4) as f64
    };
    // Both what gelu reads and what it gives are kept; then only the former.
    assert!(arena(1024) > 16.0 && arena(16384) < 14.0, "{} and {}", arena(1024), arena(16384));
}

//! Training steps that change their state where it lies, and those that must not.

#![allow(clippy::unwrap_used)]

use chainrule::prelude::*;
use chainrule::random;

fn numbers(dims: &[usize], key: i64) -> Tensor {
    let count = dims.iter().product::<usize>();
    let values: Vec<f32> = (0..count as u64).map(|i| random::uniform_f32(key, i) - 0.5).collect();
    Tensor::new(values, dims).unwrap()
}

fn spec(dims: &[usize]) -> Spec {
    Spec::new(dims, DType::F32).unwrap()
}

fn address(tensor: &Tensor) -> *const f32 {
    tensor.as_slice::<f32>().unwrap().as_ptr()
}

type State = Vec<Wire>;

/// A network of two layers with the moments of Adam, and its update.
fn adam(state: State, x: Wire) -> (Wire, State) {
    let (w, rest) = state.split_at(2);
    let loss = (x.matmul(w[0]).tanh().matmul(w[1]) - 0.3).square().mean();
    let grads = loss.gradient(&w.to_vec());
    let m: Vec<Wire> = (0..2).map(|i| rest[i] * 0.9 + grads[i] * 0.1).collect();
    let v: Vec<Wire> = (0..2).map(|i| rest[2 + i] * 0.99 + grads[i] * grads[i] * 0.01).collect();
    let next: Vec<Wire> = (0..2).map(|i| w[i] - 0.01 * m[i] / (v[i].sqrt() + 1e-8)).collect();
    (loss, [next, m, v].concat())
}

fn start() -> Vec<Tensor> {
    let dims = [[40, 70], [70, 33]];
    let moments = (0..4).map(|i| numbers(&dims[i % 2], 7 + i as i64).map_squared());
    (0..2).map(|i| numbers(&dims[i], i as i64)).chain(moments).collect()
}

trait Squared {
    fn map_squared(self) -> Self;
}

impl Squared for Tensor {
    fn map_squared(self) -> Tensor {
        let values: Vec<f32> = self.as_slice::<f32>().unwrap().iter().map(|x| x * x).collect();
        Tensor::new(values, &self.shape().dims()).unwrap()
    }
}

#[test]
fn weights_and_moments_stay_where_they_are() {
    let mut state = start();
    let specs = (state.iter().map(Tensor::spec).collect::<Vec<_>>(), spec(&[16, 40]));
    let train = compile(adam, &specs).unwrap();
    let x = numbers(&[16, 40], 99);
    let mut loss = Tensor::scalar(0f32);
    let mut want = start();
    let places: Vec<_> = state.iter().map(address).collect();
    for _ in 0..3 {
        want = train.run((want, x.clone())).unwrap().1;
        train.step(&mut state, &x, &mut loss).unwrap();
        assert_eq!(state, want, "in place and beside give the same bits");
    }
    assert_eq!(places, state.iter().map(address).collect::<Vec<_>>());
    assert_eq!(train.step_memory().outputs, 4);
}

#[test]
fn clones_keep_their_numbers() {
    let mut state = start();
    let specs = (state.iter().map(Tensor::spec).collect::<Vec<_>>(), spec(&[16, 40]));
    let train = compile(adam, &specs).unwrap();
    let (x, mut loss) = (numbers(&[16, 40], 99), Tensor::scalar(0f32));
    for _ in 0..3 {
        let held = state.clone();
        let before: Vec<Vec<f32>> = held.iter().map(|t| t.as_slice().unwrap().to_vec()).collect();
        let want = train.run((held.clone(), x.clone())).unwrap();
        train.step(&mut state, &x, &mut loss).unwrap();
        assert_eq!((&loss, &state), (&want.0, &want.1));
        assert!(held.iter().zip(&before).all(|(t, before)| t.as_slice::<f32>().unwrap() == &before[..]));
    }
}

/// Runs a step three times on states of its own, and compares with `run`.
fn follows_run(f: impl Fn(State, Wire) -> (Wire, State), state: &[Tensor], x: &Tensor) -> usize {
    let specs = (state.iter().map(Tensor::spec).collect::<Vec<_>>(), x.spec());
    let train = compile(f, &specs).unwrap();
    let own = |t: &Tensor| Tensor::new(t.as_slice::<f32>().unwrap().to_vec(), &t.shape().dims()).unwrap();
    let mut now: Vec<Tensor> = state.iter().map(own).collect();
    let mut want: Vec<Tensor> = now.iter().map(own).collect();
    let mut report = Tensor::zeros(train.outputs()[0]);
    for _ in 0..3 {
        train.step(&mut now, x, &mut report).unwrap();
        let (told, next) = train.run((want, x.clone())).unwrap();
        assert_eq!((&report, &now), (&told, &next));
        want = next;
    }
    train.step_memory().outputs
}

#[test]
fn states_that_trade_places_or_are_read_late_are_right() {
    let (a, b, x) = (numbers(&[3000], 1), numbers(&[3000], 2), numbers(&[3000], 3));
    let two = [a.clone(), b.clone()];
    follows_run(|s, x| ((s[0] * x).sum(), vec![s[1], s[0]]), &two, &x);
    follows_run(|s, x| ((s[0] * x).sum(), vec![s[1] + x, s[0] - x]), &two, &x);
    follows_run(|s, x| ((s[0] * x).sum(), vec![s[0], s[0]]), &two, &x);
    follows_run(|s, x| ((s[0] * x).sum(), vec![s[0] + s[1], s[0] - s[1]]), &two, &x);
    // What one tile writes a later tile must not read.
    follows_run(|s, x| ((s[0] * x).sum(), vec![s[0] + s[0].reverse(&[0]), s[1]]), &two, &x);
    // The old state after the new one, and sums of both.
    let late = |s: State, x: Wire| {
        let next = s[0] * 0.5 + x;
        let total = (next.sum() * s[0]).tanh().sum() + s[0].sum();
        (total, vec![next, s[1] * s[0].square().mean()])
    };
    follows_run(late, &two, &x);
    let cut = |s: State, x: Wire| {
        ((s[0] - x).square().sum(), vec![s[0].slice(&[0], &[2999], &[1]).pad(&[1], &[0]), s[1]])
    };
    follows_run(cut, &two, &x);
}

#[test]
fn matrices_that_a_product_reads_are_right() {
    let (w, x) = (numbers(&[64, 64], 4), numbers(&[64, 64], 5));
    // The gradient is not needed for the update, which could run before the product reads the weights.
    let eager = |s: State, x: Wire| {
        let next = s[0] + x;
        (x.matmul(s[0]).matmul(next).sum(), vec![next])
    };
    assert_eq!(follows_run(eager, std::slice::from_ref(&w), &x), 4);
    follows_run(|s, x| (x.sum(), vec![s[0].t() + x]), std::slice::from_ref(&w), &x);
    follows_run(|s, x| (x.sum(), vec![s[0].matmul(x)]), std::slice::from_ref(&w), &x);
    follows_run(|s, x| (x.sum(), vec![s[0].t()]), &[w], &x);
}

#[test]
fn one_tensor_twice_in_a_state() {
    let shared = numbers(&[2000], 6);
    let train = compile(
        |s: State, x: Wire| ((s[0] * s[1]).sum(), vec![s[0] + x, s[1] - x]),
        &(vec![spec(&[2000]); 2], spec(&[2000])),
    )
    .unwrap();
    let (mut state, x) = (vec![shared.clone(), shared.clone()], numbers(&[2000], 7));
    let mut report = Tensor::scalar(0f32);
    let want = train.run((state.clone(), x.clone())).unwrap().1;
    // The data may be a part of the state, too.
    train.step(&mut state, &x, &mut report).unwrap();
    assert_eq!(state, want);
    let own = state[0].clone();
    let want = train.run((state.clone(), own.clone())).unwrap().1;
    train.step(&mut state, &own, &mut report).unwrap();
    assert_eq!(state, want);
    assert_eq!(shared, numbers(&[2000], 6));
}

#[test]
fn a_mistake_leaves_the_state_as_it_was() {
    let mut state = vec![numbers(&[2000], 1)];
    let before = state[0].as_slice::<f32>().unwrap().to_vec();
    let train =
        compile(|s: State, x: Wire| (s[0].sum(), vec![s[0] + x]), &(vec![spec(&[2000])], spec(&[2000])));
    let train = train.unwrap();
    let mut report = Tensor::scalar(0f32);
    assert!(train.step(&mut state, &numbers(&[1999], 2), &mut report).is_err());
    let mut wrong = Tensor::scalar(0f64);
    assert!(train.step(&mut state, &numbers(&[2000], 2), &mut wrong).is_err());
    assert_eq!(state[0].as_slice::<f32>().unwrap(), &before[..]);
    assert_eq!(report.item().unwrap(), 0.0);
}

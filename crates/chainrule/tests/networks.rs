//! Training steps of whole networks, with their gradients: the plan gives what the definitions give, and the same bits
//! whether it was made from the circuit as traced or simplified, in little memory or in as much as it likes.

#![allow(clippy::unwrap_used)]

use chainrule::prelude::*;
use chainrule::{Circuit, Conv, Options, Pool, Program, random};

fn spec(dims: &[usize], dtype: DType) -> Spec {
    Spec::new(dims, dtype).unwrap()
}

/// Floats around 0 and small whole numbers.
fn numbers(spec: Spec, key: i64) -> Tensor {
    let uniform = |i: usize| random::uniform_f64(key, i as u64);
    let value = |i: usize| if spec.dtype.is_float() { uniform(i) - 0.5 } else { (3.0 * uniform(i)).floor() };
    Tensor::from_f64(spec, &(0..spec.shape.elements()).map(value).collect::<Vec<f64>>())
}

/// The circuit by its plan, in three ways, and by the definitions, within `tolerance` of the largest of each output.
#[track_caller]
fn agrees(circuit: &Circuit, tolerance: f64) {
    let program = Program::from_circuit(circuit.clone());
    let inputs: Vec<Tensor> =
        (1..).zip(&circuit.inputs).map(|(key, &input)| numbers(circuit.node(input).spec, key)).collect();
    let simple = program.compile();
    let found = simple.run(inputs.clone()).unwrap();
    let options = Options::default();
    assert_eq!(program.compile_with(&options.as_traced()).unwrap().run(inputs.clone()).unwrap(), found);
    let less = program.compile_with(&options.memory_limit(simple.memory().arena * 9 / 10));
    if let Ok(less) = less {
        assert_eq!(less.run(inputs.clone()).unwrap(), found);
    }
    let wanted = program.run_by_definition(&inputs).unwrap();
    for (i, (found, wanted)) in found.iter().zip(&wanted).enumerate() {
        let (found, wanted) = (found.to_f64(), wanted.to_f64());
        let largest = wanted.iter().fold(1e-3, |most: f64, x| most.max(x.abs()));
        let error = found.iter().zip(&wanted).fold(0.0, |most: f64, (a, b)| most.max((a - b).abs()));
        assert!(error <= tolerance * largest, "output {i}: {error:e} beside {largest:e}");
    }
}

fn in_both_dtypes(circuit: impl Fn(DType) -> Circuit) {
    agrees(&circuit(DType::F64), 1e-12);
    agrees(&circuit(DType::F32), 2e-5);
}

/// Adam's update, as people write it.
fn adam(w: Wire, g: Wire, (m, v): (Wire, Wire), t: Wire) -> (Wire, (Wire, Wire)) {
    let (m, v) = (0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g.square());
    let decayed = |rate: f64| 1.0 - ((t.square() + 1.0) * rate.ln()).exp();
    (w - 0.01 * (m / decayed(0.9)) / ((v / decayed(0.999)).sqrt() + 1e-8), (m, v))
}

#[test]
fn a_perceptron_with_adam() {
    in_both_dtypes(|dtype| {
        let weights = || [[7, 9], [1, 9], [9, 5], [1, 5]].map(|dims| spec(&dims, dtype));
        let step = |w: [Wire; 4], m: [Wire; 4], v: [Wire; 4], t: Wire, x: Wire, labels: Wire| {
            let hidden = (x.matmul(w[0]) + w[1]).tanh();
            let loss = (hidden.matmul(w[2]) + w[3]).cross_entropy(labels).mean();
            let g = loss.gradient(&w);
            let next = [0, 1, 2, 3].map(|i| adam(w[i], g[i], (m[i], v[i].square()), t));
            (loss, next.map(|(w, (m, v))| (w, m, v)))
        };
        let (x, labels) = (spec(&[11, 7], dtype), spec(&[11], DType::I64));
        let specs = (weights(), weights(), weights(), spec(&[], dtype), x, labels);
        trace(step, &specs).unwrap().circuit().clone()
    });
}

#[test]
fn convolutions_with_pools() {
    in_both_dtypes(|dtype| {
        let step = |w: [Wire; 3], x: Wire, labels: Wire| {
            let y = x.conv2d(w[0], Conv { padding: [1, 1], ..Conv::default() }).relu();
            let y = y.conv2d(w[1], Conv { padding: [1, 1], stride: [2, 2], ..Conv::default() }).gelu();
            let y = y.max_pool2d(Pool::of([2, 2])).reshape(&[3, 16]);
            let loss = y.matmul(w[2]).cross_entropy(labels).mean();
            (loss, loss.gradient(&w))
        };
        let weights = [spec(&[4, 2, 3, 3], dtype), spec(&[4, 4, 3, 3], dtype), spec(&[16, 3], dtype)];
        let specs = (weights, spec(&[3, 2, 8, 8], dtype), spec(&[3], DType::I64));
        trace(step, &specs).unwrap().circuit().clone()
    });
}

#[test]
fn attention_under_a_mask() {
    in_both_dtypes(|dtype| {
        let step = |[qkv, out, gain]: [Wire; 3], x: Wire| {
            let all = x.layer_norm(Some(gain), None, 1e-5).matmul(qkv.t());
            let part = |i: i64| {
                all.slice_axis(-1, i * 8, (i + 1) * 8).reshape(&[2, 6, 2, 4]).transpose(&[0, 2, 1, 3])
            };
            let scores = part(0).matmul(part(1).transpose(&[0, 1, 3, 2])) * 0.5;
            let (rows, columns) =
                (chainrule::iota(&[6, 6], 0, DType::I64), chainrule::iota(&[6, 6], 1, DType::I64));
            let masked = rows.ge(columns).select(scores, scores * 0.0 - 1e30);
            let mixed = masked.softmax(-1).matmul(part(2)).transpose(&[0, 2, 1, 3]).reshape(&[2, 6, 8]);
            let loss = (x + mixed.matmul(out.t())).square().mean();
            (loss, loss.gradient(&([qkv, out, gain], x)))
        };
        let weights = [spec(&[24, 8], dtype), spec(&[8, 8], dtype), spec(&[8], dtype)];
        trace(step, &(weights, spec(&[2, 6, 8], dtype))).unwrap().circuit().clone()
    });
}

#[test]
fn a_recurrent_cell_in_a_scan() {
    in_both_dtypes(|dtype| {
        let step = |[input, state, bias]: [Wire; 3], x: Wire, start: Wire| {
            let cell = |h: Wire, x: Wire| {
                let h = (x.matmul(input) + h.matmul(state) + bias * 1.0).tanh();
                (h, h.square().sum())
            };
            let (last, losses) = scan(cell, start, x);
            let loss = losses.sum() + last.sum();
            (loss, loss.gradient(&([input, state, bias], start)))
        };
        let weights = [spec(&[3, 5], dtype), spec(&[5, 5], dtype), spec(&[5], dtype)];
        trace(step, &(weights, spec(&[7, 2, 3], dtype), spec(&[2, 5], dtype))).unwrap().circuit().clone()
    });
}

#[test]
fn curvature_of_a_regression() {
    in_both_dtypes(|dtype| {
        let hvp = |w: Wire, v: Wire, x: Wire, y: Wire| {
            let z = x.matmul(w);
            let loss = (z.softplus() - z * y).mean() + 0.01 * w.square().sum();
            let slope = (loss.gradient(&w) * v).sum();
            (loss, slope, slope.gradient(&w))
        };
        let (w, y) = (spec(&[4], dtype), spec(&[23], dtype));
        trace(hvp, &(w, w, spec(&[23, 4], dtype), y)).unwrap().circuit().clone()
    });
}

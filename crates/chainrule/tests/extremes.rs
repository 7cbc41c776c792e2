//! Composed functions and their gates where numbers are huge or infinite: values and gradients are the limits, not NaN.

use chainrule::prelude::*;

const INF: f64 = f64::INFINITY;
const HUGE: [f64; 4] = [-INF, -1000.0, 1000.0, INF];

/// Values of a function, and the gradient of their sum, in this dtype.
fn both(f: impl Fn(Wire) -> Wire, at: &[f64], dtype: DType) -> (Vec<f64>, Vec<f64>) {
    let spec = Spec::new(&[at.len()], dtype).expect("a short list");
    let with_gradient = |x: Wire| {
        let y = f(x);
        (y, y.sum().gradient(&x))
    };
    let program = trace(with_gradient, &(spec,)).expect("the functions are sound");
    let (y, dy) = program.run((Tensor::from(at).cast(dtype),)).expect("the numbers are of the traced spec");
    (y.to_f64(), dy.to_f64())
}

/// At -infinity, -1000, 1000 and infinity.
#[track_caller]
fn element_wise(f: fn(Wire) -> Wire, values: [f64; 4], gradients: [f64; 4]) {
    for dtype in [DType::F64, DType::F32] {
        assert_eq!(both(f, &HUGE, dtype), (values.to_vec(), gradients.to_vec()), "{dtype}");
    }
}

/// Values and gradients in f64.
#[track_caller]
fn over_an_axis(f: impl Fn(Wire) -> Wire, at: &[f64], values: &[f64], gradients: &[f64]) {
    assert_eq!(both(f, at, DType::F64), (values.to_vec(), gradients.to_vec()), "at {at:?}");
}

#[test]
fn ramps() {
    let (ramp, step) = ([0.0, 0.0, 1000.0, INF], [0.0, 0.0, 1.0, 1.0]);
    element_wise(Wire::softplus, ramp, step);
    element_wise(Wire::silu, ramp, step);
    element_wise(Wire::gelu, ramp, step);
    element_wise(Wire::gelu_tanh, ramp, step);
    element_wise(Wire::relu, ramp, step);
    element_wise(|x| x.elu(1.5), [-1.5, -1.5, 1000.0, INF], step);
    element_wise(|x| x.leaky_relu(0.5), [-INF, -500.0, 1000.0, INF], [0.5, 0.5, 1.0, 1.0]);
    element_wise(|x| x.clamp(-2.0, 3.0), [-2.0, -2.0, 3.0, 3.0], [0.0; 4]);
}

#[test]
fn switches() {
    element_wise(Wire::sigmoid, [0.0, 0.0, 1.0, 1.0], [0.0; 4]);
    element_wise(Wire::tanh, [-1.0, -1.0, 1.0, 1.0], [0.0; 4]);
    element_wise(Wire::erf, [-1.0, -1.0, 1.0, 1.0], [0.0; 4]);
}

/// Second derivatives vanish there too.
#[test]
fn ramps_are_straight_far_away() {
    for f in [Wire::softplus, Wire::silu, Wire::gelu, Wire::gelu_tanh, |x: Wire| x.elu(1.0)] {
        let slope = |x: Wire| f(x).sum().gradient(&x);
        for dtype in [DType::F64, DType::F32] {
            assert_eq!(both(slope, &HUGE, dtype).1, [0.0; 4]);
        }
    }
}

#[test]
fn nan_is_passed_on() {
    for f in [Wire::softplus, Wire::silu, Wire::gelu, Wire::gelu_tanh, |x: Wire| x.elu(1.0)] {
        assert!(both(f, &[f64::NAN], DType::F64).0[0].is_nan());
    }
}

#[test]
fn shares() {
    over_an_axis(|x| x.logsumexp(0), &[-INF, -INF], &[-INF], &[0.0, 0.0]);
    over_an_axis(|x| x.logsumexp(0), &[-INF, -1000.0], &[-1000.0], &[0.0, 1.0]);
    over_an_axis(|x| x.logsumexp(0), &[1e300, -1e300], &[1e300], &[1.0, 0.0]);
    over_an_axis(|x| x.logsumexp(0), &[INF, 2.0], &[INF], &[0.0, 0.0]);
    over_an_axis(|x| x.softmax(0), &[1e300, -1e300, -INF], &[1.0, 0.0, 0.0], &[0.0; 3]);
    // Of both logarithms together the gradient is 1 - 2 softmax.
    over_an_axis(|x| x.log_softmax(0), &[1e300, -1e300], &[0.0, -2e300], &[-1.0, 1.0]);
    over_an_axis(|x| x.log_softmax(0), &[f64::MAX, -f64::MAX], &[0.0, -INF], &[-1.0, 1.0]);
    over_an_axis(|x| x.log_softmax(0), &[3.0, -INF], &[0.0, -INF], &[-1.0, 1.0]);
}

#[test]
fn losses() {
    let targets = |t: [f64; 4]| move |x: Wire| x.binary_cross_entropy(constant(t));
    let at = [-1000.0, 1000.0, -1000.0, 1000.0];
    over_an_axis(targets([0.0, 1.0, 1.0, 0.0]), &at, &[0.0, 0.0, 1000.0, 1000.0], &[0.0, 0.0, -1.0, 1.0]);
    over_an_axis(targets([0.25; 4]), &at, &[250.0, 750.0, 250.0, 750.0], &[-0.25, 0.75, -0.25, 0.75]);
    over_an_axis(|x| x.cross_entropy(constant(1)), &[1000.0, -1000.0], &[2000.0], &[1.0, -1.0]);
    over_an_axis(|x| x.cross_entropy(constant(0)), &[1000.0, -1000.0], &[0.0], &[0.0, 0.0]);
    over_an_axis(|x| x.cross_entropy(constant(0)), &[1e300, -1e300], &[0.0], &[0.0, 0.0]);
    over_an_axis(|x| x.hinge(constant(1.0)), &[-1e300, 1e300], &[1e300, 0.0], &[-1.0, 0.0]);
}

#[test]
fn lengths() {
    let near = |found: &[f64], wanted: &[f64]| found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-15);
    for size in [1e200, 1e-200, 5e307, 1e-307] {
        let (length, direction) = both(|x| x.norm(), &[0.6 * size, -0.8 * size], DType::F64);
        assert!(near(&[length[0] / size], &[1.0]) && near(&direction, &[0.6, -0.8]), "{size}: {direction:?}");
    }
    over_an_axis(|x| x.norm(), &[0.0, -0.0], &[0.0], &[0.0, 0.0]);
    over_an_axis(|x| x.norm(), &[-INF, 1.0], &[INF], &[0.0, 0.0]);
}

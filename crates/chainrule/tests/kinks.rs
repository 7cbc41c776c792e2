//! Where functions are not smooth: one test for each row of `docs/kinks.md`.

use chainrule::prelude::*;
use chainrule::{Pool, attention, concat, stack};

/// The gradient with respect to each input, in both dtypes and both modes, which must agree.
fn gradients<const N: usize>(f: impl Fn([Wire; N]) -> Wire, at: [f64; N]) -> [f64; N] {
    let of = |dtype: DType| {
        let spec = Spec::scalar(dtype);
        let both = |x: [Wire; N]| {
            let y = f(x);
            let forward = x.map(|x| jvp(&y, &x, &constant(1.0).cast(dtype)));
            (y.gradient_or_zero(&x), forward)
        };
        let program = trace(both, &([spec; N],)).expect("the rows are sound circuits");
        let at = at.map(|v| Tensor::full(spec, v));
        let (backward, forward) = program.run((at,)).expect("the numbers are of the traced spec");
        let items =
            |list: [Tensor; N]| list.map(|t| t.item().expect("a gradient of one number is one number"));
        let (backward, forward) = (items(backward), items(forward));
        assert_same(forward, backward);
        backward
    };
    let wide = of(DType::F64);
    assert_same(of(DType::F32), wide);
    wide
}

/// Equal, where NaN equals NaN.
#[track_caller]
fn assert_same<const N: usize>(got: [f64; N], wanted: [f64; N]) {
    let same = got.iter().zip(wanted).all(|(a, b)| *a == b || (a.is_nan() && b.is_nan()));
    assert!(same, "{got:?} instead of {wanted:?}");
}

fn of_one(f: impl Fn(Wire) -> Wire, at: f64) -> f64 {
    gradients(|[x]| f(x), [at])[0]
}

#[test]
fn maximum_on_a_tie() {
    assert_eq!(gradients(|[x, y]| x.maximum(y), [1.0, 1.0]), [1.0, 0.0]);
    assert_eq!(gradients(|[x, y]| y.maximum(x), [1.0, 1.0]), [0.0, 1.0]);
    assert_eq!(of_one(|x| x.maximum(x), 2.0), 1.0);
}

#[test]
fn maximum_with_nan() {
    let max = |[x, y]: [Wire; 2]| x.maximum(y);
    assert_eq!(gradients(max, [f64::NAN, 1.0]), [1.0, 0.0]);
    assert_eq!(gradients(max, [1.0, f64::NAN]), [0.0, 1.0]);
    assert_eq!(gradients(max, [f64::NAN, f64::NAN]), [1.0, 0.0]);
}

#[test]
fn minimum_on_a_tie() {
    assert_eq!(gradients(|[x, y]| x.minimum(y), [1.0, 1.0]), [1.0, 0.0]);
    assert_eq!(gradients(|[x, y]| y.minimum(x), [1.0, 1.0]), [0.0, 1.0]);
}

#[test]
fn minimum_with_nan() {
    let min = |[x, y]: [Wire; 2]| x.minimum(y);
    assert_eq!(gradients(min, [f64::NAN, 1.0]), [1.0, 0.0]);
    assert_eq!(gradients(min, [1.0, f64::NAN]), [0.0, 1.0]);
    assert_eq!(gradients(min, [f64::NAN, f64::NAN]), [1.0, 0.0]);
}

/// Numbers side by side along one axis.
fn row<const N: usize>(x: [Wire; N]) -> Wire {
    concat(&x.map(|x| x.reshape(&[1])), 0)
}

/// 1 times the first, 10 times the second, 100 times the third, summed: shows which element each gradient went to.
fn weighted(x: Wire) -> Wire {
    let weights = constant((0..x.shape()[0] as i32).map(|i| 10f64.powi(i)).collect::<Vec<f64>>());
    (x * weights.cast(x.dtype())).sum()
}

#[test]
fn extremes_over_axes_on_ties() {
    assert_eq!(gradients(|x| row(x).max(), [1.0, 3.0, 3.0]), [0.0, 1.0, 0.0]);
    assert_eq!(gradients(|x| row(x).min(), [2.0, 1.0, 1.0]), [0.0, 1.0, 0.0]);
    assert_eq!(
        gradients(|x| row(x).reshape(&[2, 2]).max_axes(&[0]).sum(), [5.0, 4.0, 5.0, 4.0]),
        [1.0, 1.0, 0.0, 0.0]
    );
}

#[test]
fn running_extremes_on_ties() {
    assert_eq!(gradients(|x| weighted(row(x).cummax(0)), [2.0, 2.0, 3.0]), [11.0, 0.0, 100.0]);
    assert_eq!(gradients(|x| weighted(row(x).cummin(0)), [2.0, 2.0, 3.0]), [111.0, 0.0, 0.0]);
    assert_eq!(gradients(|x| weighted(row(x).cummax_reverse(0)), [2.0, 3.0, 3.0]), [0.0, 0.0, 111.0]);
}

#[test]
fn sorting_on_ties() {
    assert_eq!(gradients(|x| weighted(row(x).sort(0, false)), [2.0, 1.0, 2.0]), [10.0, 1.0, 100.0]);
    assert_eq!(gradients(|x| weighted(row(x).sort(0, true)), [2.0, 1.0, 2.0]), [1.0, 100.0, 10.0]);
    assert_eq!(gradients(|x| weighted(row(x).top_k(2, 0).0), [2.0, 2.0, 2.0]), [1.0, 10.0, 0.0]);
}

#[test]
fn relu_at_0() {
    assert_eq!(of_one(Wire::relu, 0.0), 0.0);
    assert_eq!(of_one(Wire::relu, -0.0), 0.0);
}

#[test]
fn maximum_with_0_is_not_relu() {
    let zero = |x: Wire| x * 0.0;
    assert_eq!(of_one(|x| x.maximum(zero(x).stop_gradient()), 0.0), 1.0);
    assert_eq!(of_one(|x| zero(x).stop_gradient().maximum(x), 0.0), 0.0);
}

#[test]
fn abs_at_0() {
    assert_eq!(of_one(Wire::abs, 0.0), 0.0);
    assert_eq!(of_one(Wire::abs, -0.0), 0.0);
}

#[test]
fn sign_at_0() {
    assert_eq!(of_one(Wire::sign, 0.0), 0.0);
}

#[test]
fn floor_and_ceil_at_whole_numbers() {
    assert_eq!(of_one(Wire::floor, 2.0), 0.0);
    assert_eq!(of_one(Wire::ceil, 2.0), 0.0);
    assert_eq!(of_one(|x| x - x.floor(), 2.0), 1.0);
}

#[test]
fn round_at_halves() {
    assert_eq!(of_one(Wire::round, 2.5), 0.0);
}

#[test]
fn remainder_at_multiples() {
    assert_eq!(gradients(|[x, y]| x % y, [6.0, 3.0]), [1.0, -2.0]);
    assert_eq!(gradients(|[x, y]| x % y, [-6.0, 3.0]), [1.0, 2.0]);
}

#[test]
fn sqrt_at_0() {
    assert_eq!(of_one(Wire::sqrt, 0.0), f64::INFINITY);
}

#[test]
fn log_and_reciprocal_at_0() {
    assert_eq!(of_one(Wire::log, 0.0), f64::INFINITY);
    assert_eq!(of_one(Wire::reciprocal, 0.0), f64::NEG_INFINITY);
    assert_eq!(of_one(|x| 1.0 / x, 0.0), f64::NEG_INFINITY);
}

#[test]
fn max_pool_on_a_tie() {
    let pool = |[x, y]: [Wire; 2]| stack(&[x, y], 0).max_pool1d(Pool::of([2])).sum();
    assert_eq!(gradients(pool, [2.0, 2.0]), [1.0, 0.0]);
    assert_eq!(gradients(pool, [1.0, f64::NAN]), [0.0, 1.0]);
    let padded = Pool { padding: [1], ..Pool::of([2]) };
    let pool = |[x, y]: [Wire; 2]| stack(&[x, y], 0).max_pool1d(padded).sum();
    assert_eq!(gradients(pool, [-1.0, -1.0]), [1.0, 1.0]);
}

#[test]
fn clamp_on_its_boundary() {
    let clamp = |x: Wire| x.clamp(-1.0, 2.0);
    assert_eq!([-1.5, -1.0, 0.0, 2.0, 2.5].map(|at| of_one(clamp, at)), [0.0, 1.0, 1.0, 1.0, 0.0]);
}

#[test]
fn norm_at_0() {
    assert_eq!(gradients(|x| stack(&x, 0).norm(), [0.0, 0.0]), [0.0, 0.0]);
    assert_eq!(gradients(|x| stack(&x, 0).norm(), [0.0, -2.0]), [0.0, -1.0]);
}

#[test]
fn std_of_equal_numbers() {
    assert_eq!(gradients(|x| stack(&x, 0).std(), [1.5, 1.5]), [0.0, 0.0]);
}

#[test]
fn leaky_relu_elu_and_hinge_at_their_corners() {
    assert_eq!(of_one(|x| x.leaky_relu(0.125), 0.0), 0.125);
    assert_eq!(of_one(|x| x.elu(0.5), 0.0), 0.5);
    assert_eq!(gradients(|[x, y]| x.hinge(y), [1.0, 1.0]), [0.0, 0.0]);
}

#[test]
fn logsumexp_of_nothing() {
    let none = f64::NEG_INFINITY;
    assert_eq!(gradients(|x| stack(&x, 0).logsumexp(0), [none, none]), [0.0, 0.0]);
    assert_eq!(gradients(|x| stack(&x, 0).logsumexp(0), [none, 1.0]), [0.0, 1.0]);
}

#[test]
fn infinities_that_stay_what_they_are() {
    assert_eq!(gradients(|x| stack(&x, 0).logsumexp(0), [f64::INFINITY, 1.0]), [0.0, 0.0]);
    assert_eq!(gradients(|x| stack(&x, 0).norm(), [f64::NEG_INFINITY, 1.0]), [0.0, 0.0]);
}

#[test]
fn ramps_at_infinity() {
    for f in [Wire::silu, Wire::gelu, Wire::gelu_tanh, Wire::softplus, |x: Wire| x.elu(1.0)] {
        assert_eq!([f64::NEG_INFINITY, f64::INFINITY].map(|at| of_one(f, at)), [0.0, 1.0]);
    }
}

#[test]
fn binary_cross_entropy_of_an_infinite_logit() {
    let loss = |x: Wire| x.binary_cross_entropy(constant(0.25).cast(x.dtype()));
    assert_eq!([f64::NEG_INFINITY, f64::INFINITY].map(|at| of_one(loss, at)), [-0.25, 0.75]);
}

#[test]
fn cross_entropy_of_an_ignored_label() {
    let loss = |label: i64| move |x: [Wire; 2]| stack(&x, 0).cross_entropy_ignoring(constant(label), -100);
    assert_eq!(gradients(loss(-100), [f64::NAN, f64::INFINITY]), [0.0, 0.0]);
    assert_eq!(gradients(loss(1), [0.0, 0.0]), [0.5, -0.5]);
}

#[test]
fn attention_that_sees_nothing() {
    let blind = |[q, k]: [Wire; 2]| {
        let [q, k] = [q, k].map(|x| x.reshape(&[1, 1]));
        attention(q, k, k, Some(constant(vec![false])), false).sum()
    };
    assert_eq!(gradients(blind, [1.0, 2.0]), [0.0, 0.0]);
}

#[test]
fn literal_power_0() {
    assert_eq!(of_one(|x| x.pow(0), 0.0), 0.0);
    assert_eq!(of_one(|x| x.pow(0), f64::INFINITY), 0.0);
    assert_eq!(of_one(|x| x.pow(1), 0.0), 1.0);
    assert_eq!(of_one(|x| x.pow(2), 0.0), 0.0);
    assert_eq!(of_one(|x| (x - 1.0).pow(2), 0.0), -2.0);
    assert_eq!(of_one(|x| x.pow(2).gradient(&x), 0.0), 2.0);
    assert_eq!(of_one(|x| x.pow(3).gradient(&x).gradient(&x), 0.0), 6.0);
}

#[test]
fn power_of_0_with_a_positive_exponent() {
    let pow = |[x, y]: [Wire; 2]| x.pow(y);
    assert_eq!(gradients(pow, [0.0, 3.0]), [0.0, 0.0]);
    assert_eq!(gradients(pow, [0.0, 1.0]), [1.0, 0.0]);
    // The rule stays free of NaN when it is differentiated itself.
    assert_eq!(gradients(|[x, y]| x.pow(y).gradient(&x), [0.0, 3.0]), [0.0, 0.0]);
    assert_eq!(gradients(|[x, y]| x.pow(y).gradient(&y), [0.0, 3.0]), [0.0, 0.0]);
}

#[test]
fn power_0_to_the_0() {
    assert_eq!(gradients(|[x, y]| x.pow(y), [0.0, 0.0]), [0.0, 0.0]);
    assert_eq!(gradients(|[x, y]| x.pow(y), [1.0, 0.0]), [0.0, 0.0]);
}

#[test]
fn power_of_0_below_1() {
    assert_eq!(gradients(|[x, y]| x.pow(y), [0.0, 0.5]), [f64::INFINITY, 0.0]);
}

#[test]
fn power_of_a_negative_number() {
    assert_same(gradients(|[x, y]| x.pow(y), [-2.0, 3.0]), [12.0, f64::NAN]);
    assert_same(gradients(|[x, y]| x.pow(y), [-2.0, 0.5]), [f64::NAN, f64::NAN]);
}

#[test]
fn atan2_at_the_origin() {
    assert_same(gradients(|[y, x]| y.atan2(x), [0.0, 0.0]), [f64::NAN, f64::NAN]);
}

#[test]
fn select_masks_the_branch_not_taken() {
    let choose = |[x, y]: [Wire; 2]| x.gt(0.0).select(x, y);
    assert_eq!(gradients(choose, [1.0, f64::NAN]), [1.0, 0.0]);
    assert_eq!(gradients(choose, [1.0, f64::INFINITY]), [1.0, 0.0]);
    // What is infinite or NaN goes to the branch that is taken, and none of it to the other.
    let spec = Spec::scalar(DType::F64);
    let passed = |up: f64| {
        let f = |x: Wire, y: Wire, up: Wire| vjp(&choose([x, y]), &(x, y), &up);
        let (x, y) = trace(f, &(spec, spec, spec)).unwrap().run((1.0.into(), 1.0.into(), up.into())).unwrap();
        [x.item().unwrap(), y.item().unwrap()]
    };
    assert_same(passed(f64::INFINITY), [f64::INFINITY, 0.0]);
    assert_same(passed(f64::NAN), [f64::NAN, 0.0]);
    // The way to guard a gate whose own local gradient is infinite where its branch is not taken.
    let guarded = |x: Wire| {
        let (inside, one) = (x.gt(0.0), constant(1.0).cast(x.dtype()));
        inside.select(inside.select(x, one).sqrt(), x * 3.0)
    };
    assert_eq!(of_one(guarded, 0.0), 3.0);
}

/// `select(x > 0, log(x), 0)` and its like: what the branch not taken would give never reaches the gradient.
#[test]
fn a_guarded_infinity_stays_out_of_gradients() -> Result<()> {
    let spec = Spec::scalar(DType::F64);
    for (point, wanted) in [(0.0, 0.0), (-1.0, 0.0), (2.0, 0.5)] {
        let program = trace(|x: Wire| x.gt(0.0).select(x.log(), x * 0.0).gradient(&x), &(spec,))?;
        assert_eq!(program.run((point.into(),))?.item()?, wanted, "log at {point}");
    }
    for (point, wanted) in [(0.0, 0.0), (-4.0, 0.0), (4.0, -0.03125)] {
        let second = trace(|x: Wire| x.gt(0.0).select(x.sqrt(), x * 0.0).hessian(x), &(spec,))?;
        assert_eq!(second.run((point.into(),))?.item()?, wanted, "second derivative of sqrt at {point}");
    }
    Ok(())
}

//! Each function at each level that the machine has, against pxfm (correctly rounded, or all but) over the whole range.

use super::*;
use crate::numeric::tile::{Instructions, Lone, Ports, Tile, Unary, instructions, unary_on};

/// A function, how to run it, the truth, and its largest error.
struct Case {
    name: &'static str,
    single: fn(Instructions) -> Tile,
    double: fn(Instructions) -> Tile,
    truth: fn(f64) -> f64,
    /// Largest error in f32, in units of the last place of the true value.
    ulp_f32: f64,
    /// Largest error in f64, in numbers away from the correctly rounded result.
    steps_f64: u64,
}

macro_rules! cases {
    ($($name:ident: $truth:expr, $ulp:literal, $steps:literal $(, far $far:ident)?;)*) => {
        const CASES: &[Case] = &[$({
            struct Op;
            macro_rules! operation {
                ($type:ident) => {
                    impl Unary<$type, $type> for Op {
                        #[inline(always)]
                        fn at<L: Level>(x: $type, _: i64) -> $type {
                            $name::<L, $type>(x)
                        }
                        $(#[inline(always)]
                        fn is_far(x: $type) -> bool {
                            is_far(x)
                        }
                        fn far<L: Level>(x: $type, _: i64) -> $type {
                            x.$far()
                        })?
                    }
                };
            }
            operation!(f32);
            operation!(f64);
            Case {
                name: stringify!($name),
                single: |level| unary_on::<Op, f32, f32>(level, 0),
                double: |level| unary_on::<Op, f64, f64>(level, 0),
                truth: $truth,
                ulp_f32: $ulp,
                steps_f64: $steps,
            }
        }),*];
    };
}

cases! {
    exp: exp_truth, 1.1, 1;
    expm1: pxfm::f_expm1, 1.3, 2;
    sigmoid: sigmoid_truth, 2.5, 3;
    tanh: pxfm::f_tanh, 2.6, 3;
    sinh: pxfm::f_sinh, 2.6, 3;
    cosh: pxfm::f_cosh, 1.6, 2;
    log: pxfm::f_log, 0.9, 1;
    log1p: pxfm::f_log1p, 1.6, 2;
    sin: pxfm::f_sin, 1.9, 2, far sin;
    cos: pxfm::f_cos, 1.9, 2, far cos;
    tan: pxfm::f_tan, 3.2, 4, far tan;
    erf: pxfm::f_erf, 2.5, 3;
    atan: pxfm::f_atan, 2.0, 2;
    asin: pxfm::f_asin, 2.5, 3;
    acos: pxfm::f_acos, 2.5, 3;
}

/// Below the normal numbers pxfm 0.1.30 is wrong now and then, as at -708.9320112714589.
fn exp_truth(x: f64) -> f64 {
    if x < -708.0 { x.exp() } else { pxfm::f_exp(x) }
}

/// The library lacks it; this is off by one number at most.
fn sigmoid_truth(x: f64) -> f64 {
    let e = exp_truth(x);
    if x < 0.0 { e / (1.0 + e) } else { 0.5 + 0.5 * pxfm::f_tanh(0.5 * x) }
}

/// For changes of the functions: `THOROUGH=1 cargo test --release -p chainrule --lib vector` takes a minute or two.
fn is_thorough() -> bool {
    std::env::var_os("THOROUGH").is_some()
}

fn levels() -> impl Iterator<Item = Instructions> {
    let all = [Instructions::Portable, Instructions::Avx2, Instructions::Avx512];
    all.into_iter().filter(|&level| level <= instructions())
}

fn run<T: Lane>(tile: Tile, x: &[T]) -> Vec<T> {
    let mut y = vec![T::NAN; x.len()];
    let ports = Ports {
        inputs: [x.as_ptr().cast(), std::ptr::null(), std::ptr::null()],
        output: y.as_mut_ptr().cast(),
        len: x.len(),
        lone: Lone::NONE,
    };
    // SAFETY: the kernels of the cases take and give numbers of this type; the two vectors are different ones.
    #[allow(unsafe_code)]
    unsafe {
        tile.run(&ports)
    };
    y
}

/// The distance to the true value in units of its last place; infinite if only one of them is NaN.
fn ulps(got: f32, truth: f64) -> f64 {
    if got.is_nan() || truth.is_nan() {
        return if got.is_nan() && truth.is_nan() { 0.0 } else { f64::INFINITY };
    }
    let rounded = truth as f32;
    if got.is_infinite() || rounded.is_infinite() {
        return if got == rounded { 0.0 } else { f64::INFINITY };
    }
    let exponent = (truth.abs().to_bits() >> 52) as i32 - 1023;
    (f64::from(got) - truth).abs() / 2f64.powi(exponent.max(-126) - 23)
}

/// How many numbers lie between the two.
fn steps(got: f64, truth: f64) -> u64 {
    if got.is_nan() || truth.is_nan() {
        return if got.is_nan() && truth.is_nan() { 0 } else { u64::MAX };
    }
    let place =
        |x: f64| if x.is_sign_negative() { -((x.to_bits() << 1 >> 1) as i128) } else { x.to_bits().into() };
    place(got).abs_diff(place(truth)) as u64
}

/// Asserts the errors of all functions in f32 on every `stride`-th bit pattern.
fn check_singles(stride: u32) {
    let x: Vec<f32> = (0..=u32::MAX / stride).map(|i| f32::from_bits(i * stride)).collect();
    for case in CASES {
        let truth: Vec<f64> = x.iter().map(|&x| (case.truth)(x.into())).collect();
        for level in levels() {
            let y = run((case.single)(level), &x);
            let errors = y.iter().zip(&truth).map(|(&y, &truth)| ulps(y, truth));
            let (worst, at) = errors.zip(&x).fold((0.0, 0.0), |a, (e, &x)| if e > a.0 { (e, x) } else { a });
            println!("{} f32 {level:?}: {worst:.3} at {at:e}", case.name);
            assert!(worst <= case.ulp_f32, "{} {level:?}: {worst} ulp at {at:e}", case.name);
        }
    }
}

#[test]
fn singles_are_right_over_the_whole_range() {
    check_singles(if is_thorough() { 61 } else { 4_999 });
}

/// Numbers of every exponent, more of those where the functions bend, and those beside multiples of pi/2.
fn doubles(count: usize) -> Vec<f64> {
    // SplitMix64 (Steele, Lea and Flood 2014).
    let draw = |i: usize| {
        let z = (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let unit = |i: usize| draw(i) as f64 / 2f64.powi(64) * 2.0 - 1.0;
    let at = |i: usize| match i % 8 {
        0 | 1 => f64::from_bits(draw(i)),
        2 => unit(i) * 760.0,
        3 => unit(i) * 20.0,
        4 => unit(i),
        5 => 2f64.powf(unit(i) * 30.0 - 20.0) * if i % 16 < 8 { 1.0 } else { -1.0 },
        6 => (unit(i) * 30_000.0).round() * std::f64::consts::FRAC_PI_2,
        _ => 1.0 + unit(i) * 0.5,
    };
    (0..count).map(at).collect()
}

/// Asserts the errors of all functions in f64 on so many numbers.
fn check_doubles(count: usize) {
    let x = doubles(count);
    for case in CASES {
        let truth: Vec<f64> = x.iter().map(|&x| (case.truth)(x)).collect();
        for level in levels() {
            let y = run((case.double)(level), &x);
            let errors = y.iter().zip(&truth).map(|(&y, &truth)| steps(y, truth));
            let (worst, at) = errors.zip(&x).fold((0, 0.0), |a, (e, &x)| if e > a.0 { (e, x) } else { a });
            println!("{} f64 {level:?}: {worst} at {at:e}", case.name);
            assert!(worst <= case.steps_f64, "{} {level:?}: {worst} steps at {at:e}", case.name);
        }
    }
}

#[test]
fn doubles_are_right_over_the_whole_range() {
    check_doubles(if is_thorough() { 20_000_000 } else { 400_000 });
}

/// Asserts a value of both types at all levels; zeros with their sign.
fn check_value(name: &str, x: f64, want: f64) {
    let case = CASES.iter().find(|case| case.name == name).unwrap();
    for level in levels() {
        // Once in the vector loop, once in what is left over.
        for len in [1, 64] {
            let double = run((case.double)(level), &vec![x; len]);
            let single = run((case.single)(level), &vec![x as f32; len]);
            for (y, what) in double.into_iter().zip(single.into_iter().map(f64::from)) {
                let same = |y: f64| y == want && y.is_sign_negative() == want.is_sign_negative();
                let both = same(y) && same(what) || want.is_nan() && y.is_nan() && what.is_nan();
                assert!(both, "{name}({x}) {level:?}: {y} and {what}, not {want}");
            }
        }
    }
}

#[test]
fn special_values_are_exact() {
    const INF: f64 = f64::INFINITY;
    for case in CASES {
        check_value(case.name, f64::NAN, f64::NAN);
    }
    for odd in ["expm1", "tanh", "sinh", "log1p", "sin", "tan", "erf"] {
        check_value(odd, 0.0, 0.0);
        check_value(odd, -0.0, -0.0);
    }
    let values = [
        ("exp", [(0.0, 1.0), (-0.0, 1.0), (INF, INF), (-INF, 0.0), (1e5, INF), (-1e5, 0.0)]),
        ("expm1", [(INF, INF), (-INF, -1.0), (1e5, INF), (-1e5, -1.0), (-300.0, -1.0), (800.0, INF)]),
        ("sigmoid", [(0.0, 0.5), (-0.0, 0.5), (INF, 1.0), (-INF, 0.0), (1e30, 1.0), (-1e30, 0.0)]),
        ("tanh", [(INF, 1.0), (-INF, -1.0), (1e30, 1.0), (-1e30, -1.0), (25.0, 1.0), (-25.0, -1.0)]),
        ("sinh", [(INF, INF), (-INF, -INF), (1e5, INF), (-1e5, -INF), (711.0, INF), (-711.0, -INF)]),
        ("cosh", [(0.0, 1.0), (-0.0, 1.0), (INF, INF), (-INF, INF), (-1e5, INF), (711.0, INF)]),
        ("log", [(1.0, 0.0), (0.0, -INF), (-0.0, -INF), (-1.0, f64::NAN), (INF, INF), (-INF, f64::NAN)]),
        (
            "log1p",
            [(-1.0, -INF), (-1.5, f64::NAN), (-1e30, f64::NAN), (INF, INF), (-INF, f64::NAN), (0.0, 0.0)],
        ),
        ("sin", [(INF, f64::NAN), (-INF, f64::NAN), (0.0, 0.0), (-0.0, -0.0), (0.0, 0.0), (0.0, 0.0)]),
        ("cos", [(0.0, 1.0), (-0.0, 1.0), (1e-30, 1.0), (-1e-30, 1.0), (INF, f64::NAN), (-INF, f64::NAN)]),
        ("tan", [(INF, f64::NAN), (-INF, f64::NAN), (0.0, 0.0), (-0.0, -0.0), (0.0, 0.0), (0.0, 0.0)]),
        ("erf", [(INF, 1.0), (-INF, -1.0), (7.0, 1.0), (-7.0, -1.0), (1e30, 1.0), (-1e30, -1.0)]),
    ];
    for (name, values) in values {
        values.into_iter().for_each(|(x, y)| check_value(name, x, y));
    }
}

/// f(x) = x + ..., so that a tiny x is its own value, down to the smallest number of either type.
#[test]
fn tiny_arguments_are_their_own_value() {
    for name in ["expm1", "tanh", "sinh", "log1p", "sin", "tan"] {
        for x in [2f64.powi(-60), 2f64.powi(-126), 2f64.powi(-149), 3.0 * 2f64.powi(-149)] {
            check_value(name, x, x);
            check_value(name, -x, -x);
        }
        let case = CASES.iter().find(|case| case.name == name).unwrap();
        let smallest: Vec<f64> = (1..100).map(f64::from_bits).collect();
        levels().for_each(|level| assert_eq!(run((case.double)(level), &smallest), smallest, "{name}"));
    }
}

/// A tile with arguments beyond the reduction: those are right, and those beside them as well.
#[test]
fn far_arguments_do_not_spoil_the_others() {
    let near: Vec<f64> = (0..40).map(f64::from).collect();
    let mut mixed = near.clone();
    (mixed[3], mixed[39]) = (1e22, -2f64.powi(900));
    let case = CASES.iter().find(|case| case.name == "sin").unwrap();
    for level in levels() {
        let mut want = run((case.double)(level), &near);
        // sin(1e22): Muller, "Elementary Functions", section 11.1.
        (want[3], want[39]) = (-0.852_200_849_767_188_8, (-2f64.powi(900)).sin());
        let got = run((case.double)(level), &mixed);
        assert!(got.iter().zip(&want).all(|(&got, &want)| steps(got, want) <= 1));
    }
}

/// gelu or its slope, in f32 and f64.
struct Bell<const SLOPE: bool>;

macro_rules! bell {
    ($($type:ident)*) => {$(
        impl<const SLOPE: bool> Unary<$type, $type> for Bell<SLOPE> {
            #[inline(always)]
            fn at<L: Level>(x: $type, _: i64) -> $type {
                if SLOPE { gelu_slope::<L, $type>(x) } else { gelu::<L, $type>(x) }
            }
        }
    )*};
}

bell!(f32 f64);

/// Both are sums of numbers as large as 1 or x, so that is what errors are measured by.
fn check_bell<const SLOPE: bool>(truth: impl Fn(f64) -> f64) {
    let x = doubles(if is_thorough() { 4_000_000 } else { 100_000 });
    let singles: Vec<f32> = x.iter().map(|&x| x as f32).collect();
    let off = |y: f64, x: f64| {
        let want = truth(x);
        let same = y == want || y.is_nan() && want.is_nan();
        if same { 0.0 } else { (y - want).abs() / (1.0 + x.abs()) }
    };
    for level in levels() {
        let single = run(unary_on::<Bell<SLOPE>, f32, f32>(level, 0), &singles);
        let worst = single.iter().zip(&singles).map(|(&y, &x)| off(y.into(), x.into())).fold(0.0, f64::max);
        assert!(worst < 2.5e-7, "f32 {level:?} {SLOPE}: {worst:e}");
        let double = run(unary_on::<Bell<SLOPE>, f64, f64>(level, 0), &x);
        let worst = double.iter().zip(&x).map(|(&y, &x)| off(y, x)).fold(0.0, f64::max);
        assert!(worst < 5e-16, "f64 {level:?} {SLOPE}: {worst:e}");
    }
}

#[test]
fn gelu_and_its_slope_are_right_over_the_whole_range() {
    let below = |x: f64| 0.5 * pxfm::f_erfc(-x * std::f64::consts::FRAC_1_SQRT_2);
    check_bell::<false>(|x| x.max(-1000.0) * below(x));
    check_bell::<true>(|x| {
        let inner = x.clamp(-1000.0, 1000.0);
        below(x) + inner * (-0.5 * inner * inner).exp() / (2.0 * std::f64::consts::PI).sqrt()
    });
}

#[test]
fn gelu_has_its_limits() {
    for level in levels() {
        let x = [f64::INFINITY, f64::NEG_INFINITY, -1e30, f64::NAN, 0.0];
        let y = run(unary_on::<Bell<false>, f64, f64>(level, 0), &x);
        assert!(y[0] == f64::INFINITY && y[1] == 0.0 && y[2] == 0.0 && y[3].is_nan() && y[4] == 0.0, "{y:?}");
        let y = run(unary_on::<Bell<true>, f64, f64>(level, 0), &x);
        assert!(y[0] == 1.0 && y[1] == 0.0 && y[2] == 0.0 && y[3].is_nan() && y[4] == 0.5, "{y:?}");
    }
}

//! The error function.
//!
//! erf(x) = 1 - e^-h(x), h being a polynomial in x without constant term, so that nothing cancels beside 0 and one formula
//! serves all of the line: the idea of Abramowitz and Stegun 7.1.27 in SLEEF's `xerf_u1`. The coefficients are our own, a
//! fit of -log(erfc(x)) / x weighted by its share in erf; `erf.py` beside this file makes them.

use super::exp::{Exp, scaled_exp, scaled_expm1};
use super::{fma, polynomial};
use crate::numeric::tile::Level;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

/// What differs between the types.
pub trait Erf: Exp {
    /// From here on erf rounds to 1.
    const ERF_TOP: Self;
    /// 2 / sqrt(pi), and what its rounding lost.
    const FACTOR: (Self, Self);

    /// (h(x) / x - 2 / sqrt(pi)) / x for 0 <= x <= `ERF_TOP`.
    fn erf_tail<L: Level>(x: Self) -> Self;
}

impl Erf for f32 {
    const ERF_TOP: f32 = 4.0;
    const FACTOR: (f32, f32) = (1.128_379_2, -5.863_538e-8);

    #[inline(always)]
    fn erf_tail<L: Level>(x: f32) -> f32 {
        let c = [
            0.636_619_8,
            0.102_771_27,
            -0.019_117_659,
            -0.000_253_164_56,
            0.001_799_516_3,
            -0.000_740_829_7,
            0.000_167_552_7,
            -2.137_329_1e-5,
            1.195_269_8e-6,
        ];
        polynomial::<L, f32, _>(x, c)
    }
}

impl Erf for f64 {
    const ERF_TOP: f64 = 6.0;
    const FACTOR: (f64, f64) = (1.128_379_167_095_512_6, 1.533_545_961_316_588e-17);

    #[inline(always)]
    fn erf_tail<L: Level>(x: f64) -> f64 {
        let c = [
            0.636_619_772_367_591_2,
            0.102_772_603_301_307_41,
            -0.019_128_446_992_906_264,
            -0.000_209_194_856_212_370_75,
            0.001_696_207_686_608_603_9,
            -0.000_590_132_510_846_880_8,
            2.590_477_195_476_179_6e-5,
            6.441_980_203_584_123e-5,
            -2.957_442_744_141_202_7e-5,
            3.167_907_270_046_576e-6,
            3.134_922_243_353_108_3e-6,
            -2.038_906_526_158_527_5e-6,
            5.718_286_621_998_594e-7,
            -1.237_180_997_554_854e-8,
            -6.544_031_213_876_25e-8,
            3.448_204_613_085_866e-8,
            -1.074_499_201_874_393_5e-8,
            2.354_445_941_352_162_8e-9,
            -3.750_858_826_593_457e-10,
            4.290_076_663_817_041e-11,
            -3.354_755_789_896_613e-12,
            1.610_033_461_324_764_1e-13,
            -3.580_894_609_320_155e-15,
        ];
        polynomial::<L, f64, _>(x, c)
    }
}

/// h(x) for 0 <= x <= `ERF_TOP`.
#[inline(always)]
fn exponent<L: Level, T: Erf>(x: T) -> T {
    let (factor, rest) = T::FACTOR;
    fma::<L, T>(x, factor, x * fma::<L, T>(x, T::erf_tail::<L>(x), rest))
}

/// The error function.
#[inline(always)]
pub fn erf<L: Level, T: Erf>(x: T) -> T {
    let size = x.abs();
    let h = exponent::<L, T>(if size > T::ERF_TOP { T::ERF_TOP } else { size });
    let half = scaled_expm1::<L, T>(-h, 1);
    (if size < T::TINY { h } else { half + half }).with_sign(x)
}

/// The probability that a standard normal number is below x: half of e^-h on one side. Where erf rounds to 1 it is 0 or 1.
#[inline(always)]
fn below<L: Level, T: Erf>(x: T) -> T {
    let size = x.abs() * T::of(FRAC_1_SQRT_2);
    let h = exponent::<L, T>(if size > T::ERF_TOP { T::ERF_TOP } else { size });
    let tail = scaled_exp::<L, T>(-h, T::EXP_TOP, -1);
    let tail = if size > T::ERF_TOP { T::of(0.0) } else { tail };
    if x < T::of(0.0) { tail } else { T::of(1.0) - tail }
}

/// Beyond this the probability is 0 or 1 to the last bit, and the density 0: what they multiply is cut off here, so that no
/// infinity meets a 0.
const FAR: f64 = 1000.0;

/// x times the probability that a standard normal number is below x.
#[inline(always)]
pub fn gelu<L: Level, T: Erf>(x: T) -> T {
    (if x < T::of(-FAR) { T::of(-FAR) } else { x }) * below::<L, T>(x)
}

/// The derivative of `gelu`: that probability, and x times the density.
#[inline(always)]
pub fn gelu_slope<L: Level, T: Erf>(x: T) -> T {
    let inner = if x < T::of(-FAR) { T::of(-FAR) } else { x };
    let inner = if inner > T::of(FAR) { T::of(FAR) } else { inner };
    let bell = scaled_exp::<L, T>(inner * inner * T::of(-0.5), T::EXP_TOP, 0);
    fma::<L, T>(inner * T::of(FRAC_2_SQRT_PI * FRAC_1_SQRT_2 * 0.5), bell, below::<L, T>(x))
}

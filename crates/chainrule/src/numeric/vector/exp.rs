//! The exponential function and what follows from it.
//!
//! x = k ln 2 + r with |r| <= ln(2) / 2 (Cody and Waite, "Software Manual for the Elementary Functions", 1980); e^r by the
//! polynomials of SLEEF's `xexp` and `xexpf`.

use super::{Lane, fma, polynomial};
use crate::numeric::tile::Level;

/// Constants of each type.
pub trait Exp: Lane {
    /// The upper digits of ln 2: times any k that occurs, it is exact.
    const LN2_HIGH: Self;
    /// The rest of ln 2.
    const LN2_LOW: Self;
    /// Here e^x is infinite, and not much beyond.
    const EXP_TOP: Self;
    /// Here e^x is 0.
    const EXP_BOTTOM: Self;
    /// Here (e^x - 1) / 4 is infinite when doubled.
    const SINH_TOP: Self;
    /// From here on tanh is 1 and e^-x is nothing beside 1.
    const SATURATED: Self;
    /// Below this x + x^2 rounds to x.
    const TINY: Self;

    /// (e^r - 1 - r) / r^2 for |r| <= ln(2) / 2.
    fn exp_tail<L: Level>(r: Self) -> Self;
}

impl Exp for f32 {
    const LN2_HIGH: f32 = 0.693145751953125;
    const LN2_LOW: f32 = 1.428_606_8e-6;
    const EXP_TOP: f32 = 89.0;
    const EXP_BOTTOM: f32 = -105.0;
    const SINH_TOP: f32 = 89.45;
    const SATURATED: f32 = 9.5;
    const TINY: f32 = 1e-8;

    #[inline(always)]
    fn exp_tail<L: Level>(r: f32) -> f32 {
        let c = [0.5, 0.166_666_67, 0.041_666_485, 0.008_333_361, 0.001_393_043_6, 0.000_198_527_62];
        polynomial::<L, f32, _>(r, c)
    }
}

impl Exp for f64 {
    const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    const EXP_TOP: f64 = 710.0;
    const EXP_BOTTOM: f64 = -746.0;
    const SINH_TOP: f64 = 710.48;
    const SATURATED: f64 = 20.0;
    const TINY: f64 = 1e-17;

    #[inline(always)]
    fn exp_tail<L: Level>(r: f64) -> f64 {
        let c = [
            0.5,
            0.166_666_666_666_666_85,
            0.041_666_666_666_666_505,
            0.008_333_333_333_316_527,
            0.001_388_888_888_897_745,
            0.000_198_412_698_960_509_2,
            2.480_158_715_923_547_3e-5,
            2.755_723_629_119_288_3e-6,
            2.755_739_112_349_004_7e-7,
            2.511_129_308_928_765_2e-8,
            2.088_606_211_072_836_9e-9,
        ];
        polynomial::<L, f64, _>(r, c)
    }
}

/// x as k ln 2 + r.
struct Reduced<T> {
    /// k, in the lowest bits.
    shifted: T,
    /// r, rounded.
    r: T,
    /// What the rounding of r lost.
    lost: T,
}

#[inline(always)]
fn reduce<L: Level, T: Exp>(x: T) -> Reduced<T> {
    let shifted = fma::<L, T>(x, T::of(std::f64::consts::LOG2_E), T::SHIFT);
    let k = shifted - T::SHIFT;
    let high = fma::<L, T>(-k, T::LN2_HIGH, x);
    let r = fma::<L, T>(-k, T::LN2_LOW, high);
    let lost = fma::<L, T>(-k, T::LN2_LOW, high - r);
    Reduced { shifted, r, lost }
}

/// e^x 2^more. NaN stays: no comparison with it holds.
#[inline(always)]
pub fn scaled_exp<L: Level, T: Exp>(x: T, top: T, more: i32) -> T {
    let x = if x > top { top } else { x };
    let x = if x < T::EXP_BOTTOM { T::EXP_BOTTOM } else { x };
    let Reduced { shifted, r, .. } = reduce::<L, T>(x);
    let power = T::of(1.0) + fma::<L, T>(r * r, T::exp_tail::<L>(r), r);
    power.times_two_to(shifted, more)
}

/// e^x.
#[inline(always)]
pub fn exp<L: Level, T: Exp>(x: T) -> T {
    scaled_exp::<L, T>(x, T::EXP_TOP, 0)
}

/// (e^x - 1) / 2^less, `less` being 1 or 2. x is at most so large that this is at most the largest number.
///
/// e^x - 1 = 2^k (e^r - 1) + (2^k - 1), whose large parts are added with their error (Dekker 1971). Below `TINY` the result
/// may have lost digits.
#[inline(always)]
pub fn scaled_expm1<L: Level, T: Exp>(x: T, less: i32) -> T {
    let Reduced { shifted, r, lost } = reduce::<L, T>(x);
    let scale = T::two_to(shifted, -less);
    let tail = fma::<L, T>(r * r, T::exp_tail::<L>(r), fma::<L, T>(lost, r, lost));
    let (one, rest) = (scale - T::of(if less == 1 { 0.5 } else { 0.25 }), scale * r);
    let sum = one + rest;
    sum + fma::<L, T>(scale, tail, rest - (sum - one))
}

/// e^x - 1, without the loss of digits beside 0.
#[inline(always)]
pub fn expm1<L: Level, T: Exp>(x: T) -> T {
    let top = T::EXP_TOP - T::of(0.2);
    let inner = if x > top { top } else { x };
    let bottom = -(T::SATURATED + T::SATURATED);
    let inner = if inner < bottom { bottom } else { inner };
    let half = scaled_expm1::<L, T>(inner, 1);
    if x.abs() < T::TINY { x } else { half + half }
}

/// The hyperbolic tangent: with m = (e^2x - 1) / 2 it is m / (m + 1).
#[inline(always)]
pub fn tanh<L: Level, T: Exp>(x: T) -> T {
    let size = x.abs();
    let inner = if size > T::SATURATED { T::SATURATED } else { size };
    let m = scaled_expm1::<L, T>(inner + inner, 1);
    let y = m / (m + T::of(1.0));
    (if size < T::TINY { size } else { y }).with_sign(x)
}

/// The logistic function, by e^-|x|, which overflows for no x.
#[inline(always)]
pub fn sigmoid<L: Level, T: Exp>(x: T) -> T {
    let small = scaled_exp::<L, T>(-x.abs(), T::EXP_TOP, 0);
    let above = if x >= T::of(0.0) { T::of(1.0) } else { small };
    above / (T::of(1.0) + small)
}

/// The hyperbolic cosine: with h = e^|x| / 2 it is h + 1 / 4h.
#[inline(always)]
pub fn cosh<L: Level, T: Exp>(x: T) -> T {
    let half = scaled_exp::<L, T>(x.abs(), T::SINH_TOP, -1);
    half + T::of(0.25) / half
}

/// The hyperbolic sine: with q = (e^|x| - 1) / 4 it is 2 (q + q / (4q + 1)).
#[inline(always)]
pub fn sinh<L: Level, T: Exp>(x: T) -> T {
    let size = x.abs();
    let inner = if size > T::SINH_TOP { T::SINH_TOP } else { size };
    let q = scaled_expm1::<L, T>(inner, 2);
    let y = q + q / fma::<L, T>(q, T::of(4.0), T::of(1.0));
    (if size < T::TINY { size } else { y + y }).with_sign(x)
}

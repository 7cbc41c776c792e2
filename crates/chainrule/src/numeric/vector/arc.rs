//! Arc tangent, arc sine and arc cosine.
//!
//! Reduced as in Cephes' `atan.c` and `asin.c`, by selects instead of branches; polynomials in x^2 were fitted at the Chebyshev
//! nodes of the reduced range.

use super::{Lane, fma, polynomial};
use crate::numeric::tile::Level;
use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

/// What pi / 2 has behind the digits of f64, and behind those of f32.
const REST_F64: f64 = 6.123_233_995_736_766e-17;
const REST_F32: f64 = -4.371_139_000_186_241e-8;

/// tan(pi / 8) and tan(3 pi / 8): between them atan x is atan((x - 1) / (x + 1)) from pi / 4, above them atan(-1 / x) from pi / 2.
const BOUNDS: [f64; 2] = [0.414_213_562_373_095_05, 2.414_213_562_373_095];

/// What differs between the types.
pub trait Arc: Lane {
    /// pi / 2 less its value in this type.
    const REST: f64;
    /// (atan r - r) / r^3, by z = r^2, for |r| <= tan(pi / 8): to 2.4e-9 of the result in f32, 1e-17 in f64.
    fn atan_tail<L: Level>(z: Self) -> Self;
    /// (asin r - r) / r^3, by z = r^2, for |r| <= 1/2: to 1.1e-9 in f32, 6e-18 in f64.
    fn asin_tail<L: Level>(z: Self) -> Self;
    /// The square root.
    fn root(self) -> Self;
}

impl Arc for f32 {
    const REST: f64 = REST_F32;
    #[inline(always)]
    fn atan_tail<L: Level>(z: f32) -> f32 {
        let c = [-0.333_333_32, 0.199_995_4, -0.142_639_5, 0.107_436_68, -0.064_517_19];
        polynomial::<L, f32, _>(z, c)
    }
    #[inline(always)]
    fn asin_tail<L: Level>(z: f32) -> f32 {
        let c = [0.166_666_66, 0.075_000_95, 0.044_599_32, 0.031_101_728, 0.017_143_717, 0.033_700_726];
        polynomial::<L, f32, _>(z, c)
    }
    #[inline(always)]
    fn root(self) -> f32 {
        self.sqrt()
    }
}

impl Arc for f64 {
    const REST: f64 = REST_F64;
    #[inline(always)]
    fn atan_tail<L: Level>(z: f64) -> f64 {
        let c = [
            -0.3333333333333333,
            0.19999999999995516,
            -0.14285714284665682,
            0.11111111015187018,
            -0.0909090457530649,
            0.07692183125376892,
            -0.06664510525508936,
            0.05858140904866328,
            -0.050854078345894844,
            0.03923044778479309,
            -0.019175404711104935,
        ];
        polynomial::<L, f64, _>(z, c)
    }
    #[inline(always)]
    fn asin_tail<L: Level>(z: f64) -> f64 {
        let c = [
            0.16666666666666669,
            0.07499999999998425,
            0.04464285714637338,
            0.030381944137085216,
            0.022372173002005596,
            0.017352391265909227,
            0.013971235301124539,
            0.011478952690257387,
            0.010324318288744113,
            0.00545087818772055,
            0.017419357964884856,
            -0.014881409392818066,
            0.02877844261259304,
        ];
        polynomial::<L, f64, _>(z, c)
    }
    #[inline(always)]
    fn root(self) -> f64 {
        self.sqrt()
    }
}

/// The arc tangent.
#[inline(always)]
pub fn atan<L: Level, T: Arc>(x: T) -> T {
    let (a, one, zero) = (x.abs(), T::of(1.0), T::of(0.0));
    let (is_middle, is_large) = (a > T::of(BOUNDS[0]), a > T::of(BOUNDS[1]));
    let above = if is_large {
        -one
    } else if is_middle {
        a - one
    } else {
        a
    };
    let below = if is_large {
        a
    } else if is_middle {
        a + one
    } else {
        one
    };
    let start = if is_large {
        T::of(FRAC_PI_2)
    } else if is_middle {
        T::of(FRAC_PI_4)
    } else {
        zero
    };
    let rest = if is_large {
        T::of(T::REST)
    } else if is_middle {
        T::of(0.5 * T::REST)
    } else {
        zero
    };
    let r = above / below;
    let z = r * r;
    let tail = fma::<L, T>(z * r, T::atan_tail::<L>(z), rest);
    (start + (tail + r)).with_sign(x)
}

/// For |x| <= 1/2: x and asin x - x; beyond: s = sqrt((1 - |x|) / 2) and asin s - s; and whether it is beyond.
#[inline(always)]
fn reduced<L: Level, T: Arc>(x: T) -> (T, T, bool) {
    let (a, half) = (x.abs(), T::of(0.5));
    let is_beyond = a > half;
    let under = fma::<L, T>(-half, a, half);
    let z = if is_beyond { under } else { x * x };
    let r = if is_beyond { under.root() } else { x };
    (r, z * r * T::asin_tail::<L>(z), is_beyond)
}

/// The arc sine; NaN beyond 1.
#[inline(always)]
pub fn asin<L: Level, T: Arc>(x: T) -> T {
    let (r, tail, is_beyond) = reduced::<L, T>(x);
    let two = T::of(2.0);
    let beyond = T::of(FRAC_PI_2) - fma::<L, T>(two, r, fma::<L, T>(two, tail, -T::of(T::REST)));
    if is_beyond { beyond.with_sign(x) } else { r + tail }
}

/// The arc cosine; NaN beyond 1.
#[inline(always)]
pub fn acos<L: Level, T: Arc>(x: T) -> T {
    let (r, tail, is_beyond) = reduced::<L, T>(x);
    let two = T::of(2.0);
    let right = fma::<L, T>(two, r, two * tail);
    let left = T::of(PI) - (right - T::of(2.0 * T::REST));
    let middle = T::of(FRAC_PI_2) - (r + (tail - T::of(T::REST)));
    let beyond = if x < T::of(0.0) { left } else { right };
    if is_beyond { beyond } else { middle }
}

//! The natural logarithm.
//!
//! x = 2^k (1 + f) with 1 + f in sqrt(1/2)..sqrt(2); log(1 + f) by s = f / (2 + f) and the polynomials of FreeBSD's
//! `e_log.c` and `e_logf.c` (Sun Microsystems 1993).

use super::exp::Exp;
use super::{Lane, fma, polynomial};
use crate::numeric::tile::Level;

/// Constants of each type.
pub trait Log: Exp {
    /// (log(1 + s) - log(1 - s) - 2s) / s^3, by s^2.
    fn log_tail<L: Level>(z: Self) -> Self;
}

impl Log for f32 {
    #[inline(always)]
    fn log_tail<L: Level>(z: f32) -> f32 {
        polynomial::<L, f32, _>(z, [0.666_666_6, 0.400_009_72, 0.284_987_87, 0.242_790_79])
    }
}

impl Log for f64 {
    #[inline(always)]
    fn log_tail<L: Level>(z: f64) -> f64 {
        let c = [
            6.666_666_666_666_735e-1,
            3.999_999_999_940_942e-1,
            2.857_142_874_366_239e-1,
            2.222_219_843_214_978_4e-1,
            1.818_357_216_161_805e-1,
            1.531_383_769_920_937_3e-1,
            1.479_819_860_511_658_6e-1,
        ];
        polynomial::<L, f64, _>(z, c)
    }
}

/// k ln 2 + log(1 + f), the parts added from the smallest.
#[inline(always)]
fn joined<L: Level, T: Log>(k: T, f: T) -> T {
    let s = f / (T::of(2.0) + f);
    let z = s * s;
    let half_square = T::of(0.5) * f * f;
    let inner = fma::<L, T>(z, T::log_tail::<L>(z), half_square);
    let small = fma::<L, T>(s, inner, k * T::LN2_LOW);
    fma::<L, T>(k, T::LN2_HIGH, f - (half_square - small))
}

/// The value at infinity, at NaN, at `zero` = 0 and below it; `y` elsewhere.
#[inline(always)]
fn with_exceptions<T: Lane>(x: T, zero: T, y: T) -> T {
    let y = if x < T::INFINITY { y } else { x };
    let y = if zero < T::of(0.0) { T::NAN } else { y };
    if zero == T::of(0.0) { -T::INFINITY } else { y }
}

/// The natural logarithm.
#[inline(always)]
pub fn log<L: Level, T: Log>(x: T) -> T {
    let is_small = x < T::SMALLEST_NORMAL;
    let (lifted, less) = if is_small { (x * T::of(TWO_54), T::of(54.0)) } else { (x, T::of(0.0)) };
    let (m, k, _) = lifted.split();
    with_exceptions(x, x, joined::<L, T>(k - less, m - T::of(1.0)))
}

/// Lifts every number into the normal ones.
const TWO_54: f64 = 18_014_398_509_481_984.0;

/// log(1 + x), without the loss of digits beside 0.
///
/// 1 + x is rounded only to find k: f = (x + 1) 2^-k - 1 comes from x itself (as in SLEEF's `xlog1p`).
#[inline(always)]
pub fn log1p<L: Level, T: Log>(x: T) -> T {
    let sum = T::of(1.0) + x;
    let (_, k, four_by) = sum.split();
    let quarter = T::of(0.25);
    let f = fma::<L, T>(x * four_by, quarter, fma::<L, T>(four_by, quarter, T::of(-1.0)));
    let y = with_exceptions(x, sum, joined::<L, T>(k, f));
    if x.abs() < T::TINY { x } else { y }
}

//! Sine, cosine and tangent.
//!
//! x = k pi/2 + r with |r| <= pi/4, by Cody and Waite's reduction; pi in parts as in Arm's optimized routines (with fused
//! multiply-add) and SLEEF (without). Then sin r and cos r by FreeBSD's `k_sin.c` and `k_cos.c`, in f32 by Cephes' `sinf.c`.
//! Both are computed and one is chosen: a polynomial that reaches to pi/2 is a little faster, but twice as wrong beside
//! cos 0.

use super::{Lane, fma, polynomial};
use crate::numeric::tile::Level;
use std::f64::consts::FRAC_2_PI;

/// Up to here the reduction is right. Far beyond, k times a part of pi is no longer exact.
const FAR: f64 = 100_000.0;

/// Whether the argument lies beyond what the functions of this file reduce.
#[inline(always)]
pub fn is_far<T: Lane>(x: T) -> bool {
    x.abs() > T::of(FAR)
}

/// What differs between the types.
pub trait Trig: Lane {
    /// x - q pi, q being a multiple of 1/2.
    fn less_pi<L: Level>(x: Self, q: Self) -> Self;
    /// (sin r - r) / r^3, by z = r^2, for |r| <= pi/4.
    fn sin_tail<L: Level>(z: Self) -> Self;
    /// (cos r - 1 + r^2 / 2) / r^4, likewise.
    fn cos_tail<L: Level>(z: Self) -> Self;
}

impl Trig for f32 {
    #[inline(always)]
    fn less_pi<L: Level>(x: f32, q: f32) -> f32 {
        if L::FUSED {
            let r = fma::<L, f32>(-q, 3.141_592_7, x);
            let r = fma::<L, f32>(-q, -8.742_278e-8, r);
            fma::<L, f32>(-q, -3.430_249e-15, r)
        } else {
            let (x, q) = (f64::from(x), f64::from(q));
            ((x - q * 3.141_592_653_468_251_2) - q * 1.215_420_101_301_238_4e-10) as f32
        }
    }
    #[inline(always)]
    fn sin_tail<L: Level>(z: f32) -> f32 {
        polynomial::<L, f32, _>(z, [-1.666_665_5e-1, 8.332_161e-3, -1.951_529_6e-4])
    }
    #[inline(always)]
    fn cos_tail<L: Level>(z: f32) -> f32 {
        polynomial::<L, f32, _>(z, [4.166_664_6e-2, -1.388_731_6e-3, 2.443_315_7e-5])
    }
}

impl Trig for f64 {
    #[inline(always)]
    fn less_pi<L: Level>(x: f64, q: f64) -> f64 {
        if L::FUSED {
            let r = fma::<L, f64>(-q, 3.141_592_653_589_793, x);
            let r = fma::<L, f64>(-q, 1.224_646_799_147_353e-16, r);
            fma::<L, f64>(-q, 2.165_713_347_843_828e-32, r)
        } else {
            let r = x - q * 3.141_592_651_605_606;
            let r = r - q * 1.984_187_154_857_597_3e-9;
            let r = r - q * 4.503_483_541_269_315_6e-18;
            r - q * 7.043_119_730_366_4e-27
        }
    }
    #[inline(always)]
    fn sin_tail<L: Level>(z: f64) -> f64 {
        let c = [
            -1.666_666_666_666_663_2e-1,
            8.333_333_333_322_49e-3,
            -1.984_126_982_985_795e-4,
            2.755_731_370_707_006_8e-6,
            -2.505_076_025_340_686_3e-8,
            1.589_690_995_211_55e-10,
        ];
        polynomial::<L, f64, _>(z, c)
    }
    #[inline(always)]
    fn cos_tail<L: Level>(z: f64) -> f64 {
        let c = [
            4.166_666_666_666_66e-2,
            -1.388_888_888_887_411e-3,
            2.480_158_728_947_673e-5,
            -2.755_731_435_139_066_3e-7,
            2.087_572_321_298_174_8e-9,
            -1.135_964_755_778_819_5e-11,
        ];
        polynomial::<L, f64, _>(z, c)
    }
}

/// sin r and cos r of the reduced argument, and k in the lowest bits.
#[inline(always)]
fn reduced<L: Level, T: Trig>(x: T) -> (T, T, T) {
    let shifted = fma::<L, T>(x, T::of(FRAC_2_PI), T::SHIFT);
    let r = T::less_pi::<L>(x, (shifted - T::SHIFT) * T::of(0.5));
    let z = r * r;
    let sin = fma::<L, T>(z * r, T::sin_tail::<L>(z), r);
    let half = T::of(0.5) * z;
    let most = T::of(1.0) - half;
    // What the rounding of `most` lost comes back.
    let cos = most + fma::<L, T>(z * z, T::cos_tail::<L>(z), (T::of(1.0) - most) - half);
    (sin, cos, shifted)
}

/// The sine, where `is_far` does not hold.
#[inline(always)]
pub fn sin<L: Level, T: Trig>(x: T) -> T {
    let (sin, cos, shifted) = reduced::<L, T>(x);
    let y = (if T::is_odd(shifted) { cos } else { sin }).negated_by_twos(shifted, 0);
    // The sums above make +0 of -0.
    if x == T::of(0.0) { x } else { y }
}

/// The cosine, where `is_far` does not hold.
#[inline(always)]
pub fn cos<L: Level, T: Trig>(x: T) -> T {
    let (sin, cos, shifted) = reduced::<L, T>(x);
    (if T::is_odd(shifted) { sin } else { cos }).negated_by_twos(shifted, 1)
}

/// The tangent, where `is_far` does not hold.
#[inline(always)]
pub fn tan<L: Level, T: Trig>(x: T) -> T {
    let (sin, cos, shifted) = reduced::<L, T>(x);
    let (above, below) = if T::is_odd(shifted) { (-cos, sin) } else { (sin, cos) };
    if x == T::of(0.0) { x } else { above / below }
}

//! What the functions need of f32 and f64: constants, and arithmetic on the bits that vectorises on every machine.

use std::fmt::Debug;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// f32 or f64, as one lane of a vector.
pub trait Lane:
    Copy
    + Debug
    + PartialOrd
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
{
    /// Infinity.
    const INFINITY: Self;
    /// A quiet NaN.
    const NAN: Self;
    /// The smallest number with all its digits.
    const SMALLEST_NORMAL: Self;
    /// Added to a number of moderate size, leaves the nearest whole number in the lowest bits: 1.5 times 2 to the digits.
    const SHIFT: Self;

    /// The constant nearest to this.
    fn of(value: f64) -> Self;
    /// The platform's fused multiply-add: to be called only where that is one instruction.
    fn fused(self, b: Self, c: Self) -> Self;
    /// The size.
    fn abs(self) -> Self;
    /// This size with the other's sign.
    fn with_sign(self, other: Self) -> Self;
    /// Whether the whole number in the lowest bits of `shifted` is odd.
    fn is_odd(shifted: Self) -> bool;
    /// Negated if that whole number, plus `more`, has 2 as a digit of its binary form.
    fn negated_by_twos(self, shifted: Self, more: u8) -> Self;
    /// 2^(k + more) for the whole number k in the lowest bits of `shifted`; it must be a normal number.
    fn two_to(shifted: Self, more: i32) -> Self;
    /// This times 2^(k + more) for k as in `two_to`, rounded once: in two steps, either of which is a normal number, so
    /// that results below the normal numbers and beyond the largest one come out right.
    fn times_two_to(self, shifted: Self, more: i32) -> Self;
    /// Of a positive normal number: m in sqrt(1/2)..sqrt(2) and k with m 2^k the number, and 2^(2 - k).
    fn split(self) -> (Self, Self, Self);
}

macro_rules! lane {
    ($type:ident, $bits:ident, digits $digits:literal, bias $bias:literal, sqrt_half $sqrt_half:literal) => {
        impl Lane for $type {
            const INFINITY: Self = $type::INFINITY;
            const NAN: Self = $type::NAN;
            const SMALLEST_NORMAL: Self = $type::MIN_POSITIVE;
            const SHIFT: Self = 1.5 * (1u64 << $digits) as $type;

            #[inline(always)]
            fn of(value: f64) -> Self {
                value as $type
            }
            #[inline(always)]
            fn fused(self, b: Self, c: Self) -> Self {
                self.mul_add(b, c)
            }
            #[inline(always)]
            fn abs(self) -> Self {
                $type::abs(self)
            }
            #[inline(always)]
            fn with_sign(self, other: Self) -> Self {
                self.copysign(other)
            }
            #[inline(always)]
            fn is_odd(shifted: Self) -> bool {
                shifted.to_bits() & 1 != 0
            }
            #[inline(always)]
            fn negated_by_twos(self, shifted: Self, more: u8) -> Self {
                let twos = shifted.to_bits().wrapping_add(more.into()) & 2;
                $type::from_bits(self.to_bits() ^ (twos << ($bits::BITS - 2)))
            }
            #[inline(always)]
            fn two_to(shifted: Self, more: i32) -> Self {
                let biased = shifted.to_bits().wrapping_add(($bias + more) as $bits);
                // What stood in the upper bits is shifted out.
                $type::from_bits(biased << $digits)
            }
            #[inline(always)]
            fn times_two_to(self, shifted: Self, more: i32) -> Self {
                let start = Self::SHIFT.to_bits().wrapping_sub((2 * $bias + more) as $bits);
                let twice_biased = shifted.to_bits().wrapping_sub(start);
                let first = twice_biased >> 1;
                let second = twice_biased.wrapping_sub(first);
                self * $type::from_bits(first << $digits) * $type::from_bits(second << $digits)
            }
            #[inline(always)]
            fn split(self) -> (Self, Self, Self) {
                const HALF: $bits = $sqrt_half;
                const ONE: $bits = $bias << $digits;
                let lifted = self.to_bits().wrapping_add(ONE - HALF);
                let mantissa = (lifted & ((1 << $digits) - 1)) + HALF;
                let biased = lifted >> $digits;
                // A whole number below 2^digits, put behind the leading 1 of 2^digits: no conversion is needed.
                const WHOLE: $bits = ($bias + $digits) << $digits;
                let k = $type::from_bits(biased | WHOLE) - ((1u64 << $digits) + $bias) as $type;
                let inverse = ((2 * $bias + 2) as $bits).wrapping_sub(biased) << $digits;
                ($type::from_bits(mantissa), k, $type::from_bits(inverse))
            }
        }
    };
}

lane!(f32, u32, digits 23, bias 127, sqrt_half 0x3f3504f3);
lane!(f64, u64, digits 52, bias 1023, sqrt_half 0x3fe6_a09e_667f_3bcd);

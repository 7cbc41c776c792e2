//! The number types that kernels are generic over: [`Number`] and, for real arithmetic, [`Float`].

use std::fmt::{Debug, Display};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, Sub, SubAssign};

use super::special;

mod sealed {
    /// Keeps the traits to the types of this file, so that methods can be added freely.
    pub trait Sealed {}
}

/// A number that can be added, multiplied and compared. Integers wrap on overflow.
pub trait Number:
    sealed::Sealed + Copy + Default + Debug + Display + PartialEq + PartialOrd + Send + Sync + 'static
{
    /// The neutral element of addition.
    const ZERO: Self;
    /// The neutral element of multiplication.
    const ONE: Self;
    /// The neutral element of max: minus infinity, or the smallest integer.
    const LOWEST: Self;
    /// The neutral element of min: infinity, or the largest integer.
    const HIGHEST: Self;

    /// The sum; integers wrap.
    fn plus(self, other: Self) -> Self;
    /// The difference; integers wrap.
    fn minus(self, other: Self) -> Self;
    /// The product; integers wrap.
    fn times(self, other: Self) -> Self;
    /// Whether the value is a NaN; never for integers.
    fn is_nan(self) -> bool;
}

macro_rules! integer_number {
    ($($type:ty),*) => {$(
        impl sealed::Sealed for $type {}

        impl Number for $type {
            const ZERO: Self = 0;
            const ONE: Self = 1;
            const LOWEST: Self = <$type>::MIN;
            const HIGHEST: Self = <$type>::MAX;

            #[inline]
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }
            #[inline]
            fn minus(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }
            #[inline]
            fn times(self, other: Self) -> Self {
                self.wrapping_mul(other)
            }
            #[inline]
            fn is_nan(self) -> bool {
                false
            }
        }
    )*};
}

integer_number!(u8, i32, i64);

macro_rules! float_number {
    ($($type:ty),*) => {$(
        impl sealed::Sealed for $type {}

        impl Number for $type {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const LOWEST: Self = <$type>::NEG_INFINITY;
            const HIGHEST: Self = <$type>::INFINITY;

            #[inline]
            fn plus(self, other: Self) -> Self {
                self + other
            }
            #[inline]
            fn minus(self, other: Self) -> Self {
                self - other
            }
            #[inline]
            fn times(self, other: Self) -> Self {
                self * other
            }
            #[inline]
            fn is_nan(self) -> bool {
                <$type>::is_nan(self)
            }
        }
    )*};
}

float_number!(f32, f64);

/// Declares [`Float`] and implements it for f32 and f64, so that a function of std is named once.
///
/// `unary` and `unary_bool` forward to the method of the same name in std.
macro_rules! float {
    (
        unary { $($(#[$unary_doc:meta])* $unary:ident)* }
        binary { $($(#[$binary_doc:meta])* $binary:ident)* }
        test { $($(#[$test_doc:meta])* $test:ident)* }
        constant { $($(#[$constant_doc:meta])* $constant:ident = $value:ident)* }
        special { $($(#[$special_doc:meta])* $special:ident = $single:path, $double:path;)* }
    ) => {
        /// f32 or f64, with the functions that generic kernels need.
        pub trait Float:
            Number
            + Neg<Output = Self>
            + Add<Output = Self>
            + Sub<Output = Self>
            + Mul<Output = Self>
            + Div<Output = Self>
            + Rem<Output = Self>
            + AddAssign
            + SubAssign
            + MulAssign
            + DivAssign
        {
            $($(#[$constant_doc])* const $constant: Self;)*

            /// The nearest value to `value`.
            fn from_f64(value: f64) -> Self;
            /// The same value as f64, exactly.
            fn to_f64(self) -> f64;
            /// self raised to an integer power.
            fn powi(self, power: i32) -> Self;
            /// self * a + b, rounded once.
            fn mul_add(self, a: Self, b: Self) -> Self;
            /// The polygamma function of the given order (0 is digamma); see [`special::polygamma`].
            fn polygamma(self, order: u32) -> Self;
            $($(#[$unary_doc])* fn $unary(self) -> Self;)*
            $($(#[$binary_doc])* fn $binary(self, other: Self) -> Self;)*
            $($(#[$test_doc])* fn $test(self) -> bool;)*
            $($(#[$special_doc])* fn $special(self) -> Self;)*
        }

        float!(@impl f32, { $($unary)* } { $($binary)* } { $($test)* }
            { $($constant = $value)* } { $($special = $single;)* });
        float!(@impl f64, { $($unary)* } { $($binary)* } { $($test)* }
            { $($constant = $value)* } { $($special = $double;)* });
    };
    (@impl $type:ident, { $($unary:ident)* } { $($binary:ident)* } { $($test:ident)* }
        { $($constant:ident = $value:ident)* } { $($special:ident = $function:path;)* }) => {
        impl Float for $type {
            $(const $constant: Self = float!(@constant $type, $value);)*

            #[inline]
            fn from_f64(value: f64) -> Self {
                value as $type
            }
            #[inline]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline]
            fn powi(self, power: i32) -> Self {
                <$type>::powi(self, power)
            }
            #[inline]
            fn mul_add(self, a: Self, b: Self) -> Self {
                <$type>::mul_add(self, a, b)
            }
            fn polygamma(self, order: u32) -> Self {
                special::polygamma(order, f64::from(self)) as $type
            }
            $(#[inline] fn $unary(self) -> Self { <$type>::$unary(self) })*
            $(#[inline] fn $binary(self, other: Self) -> Self { <$type>::$binary(self, other) })*
            $(#[inline] fn $test(self) -> bool { <$type>::$test(self) })*
            $(#[inline] fn $special(self) -> Self { $function(self) })*
        }
    };
    (@constant $type:ident, PI) => { std::$type::consts::PI };
    (@constant $type:ident, $value:ident) => { <$type>::$value };
}

float! {
    unary {
        /// e to the power self.
        exp
        /// 2 to the power self.
        exp2
        /// exp(self) - 1, accurate near 0.
        exp_m1
        /// The natural logarithm.
        ln
        /// ln(1 + self), accurate near 0.
        ln_1p
        /// The logarithm to base 2.
        log2
        /// The logarithm to base 10.
        log10
        /// The square root.
        sqrt
        /// The cube root.
        cbrt
        /// The sine.
        sin
        /// The cosine.
        cos
        /// The tangent.
        tan
        /// The arc sine.
        asin
        /// The arc cosine.
        acos
        /// The arc tangent.
        atan
        /// The hyperbolic sine.
        sinh
        /// The hyperbolic cosine.
        cosh
        /// The hyperbolic tangent.
        tanh
        /// The inverse hyperbolic sine.
        asinh
        /// The inverse hyperbolic cosine.
        acosh
        /// The inverse hyperbolic tangent.
        atanh
        /// The largest integer not above self.
        floor
        /// The smallest integer not below self.
        ceil
        /// The integer part, towards zero.
        trunc
        /// The nearest integer, half to even.
        round_ties_even
        /// The absolute value.
        abs
        /// 1 / self.
        recip
    }
    binary {
        /// self to the power other.
        powf
        /// The angle of the point (x = other, y = self).
        atan2
        /// The length of the hypotenuse, without overflow on the way.
        hypot
        /// The size of self with the sign of other.
        copysign
    }
    test {
        /// Neither infinite nor NaN.
        is_finite
        /// Plus or minus infinity.
        is_infinite
        /// Whether the sign bit is set; true for -0.
        is_sign_negative
    }
    constant {
        /// Infinity.
        INFINITY = INFINITY
        /// A quiet NaN.
        NAN = NAN
        /// The distance from 1 to the next larger value.
        EPSILON = EPSILON
        /// The largest finite value.
        MAX = MAX
        /// The smallest positive normal value.
        MIN_POSITIVE = MIN_POSITIVE
        /// The ratio of a circle's circumference to its diameter.
        PI = PI
    }
    special {
        /// The error function; see [`special::erf`].
        erf = special::erf_f32, special::erf;
        /// 1 - erf, accurate for large arguments; see [`special::erfc`].
        erfc = special::erfc_f32, special::erfc;
        /// ln|gamma|; see [`special::lgamma`].
        lgamma = special::lgamma_f32, special::lgamma;
        /// The derivative of lgamma; see [`special::digamma`].
        digamma = special::digamma_f32, special::digamma;
        /// 1 / (1 + exp(-self)); see [`special::sigmoid`].
        sigmoid = special::sigmoid, special::sigmoid;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square_root_of_two<T: Float>() -> f64 {
        (T::ONE + T::ONE).sqrt().to_f64()
    }

    #[test]
    fn generic_code_reaches_the_functions_of_its_type() {
        assert_eq!(square_root_of_two::<f64>(), std::f64::consts::SQRT_2);
        assert_eq!(square_root_of_two::<f32>(), f64::from(std::f32::consts::SQRT_2));
        assert_eq!(Float::round_ties_even(2.5f32), 2.0);
        assert_eq!(Float::atan2(1.0f64, -1.0), 0.75 * std::f64::consts::PI);
        assert_eq!(<f32 as Float>::PI, std::f32::consts::PI);
    }

    #[test]
    fn integers_wrap() {
        assert_eq!(i32::MAX.plus(1), i32::MIN);
        assert_eq!(i64::MIN.minus(1), i64::MAX);
        assert_eq!(200u8.times(2), 144);
    }

    #[test]
    fn extremes_are_neutral() {
        assert_eq!((f32::LOWEST, f64::HIGHEST), (f32::NEG_INFINITY, f64::INFINITY));
        assert_eq!((i64::LOWEST, i32::HIGHEST), (i64::MIN, i32::MAX));
        assert!(Number::is_nan(f64::NAN) && !Number::is_nan(3i32));
    }
}

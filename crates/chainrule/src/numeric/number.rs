//! The number types that kernels are generic over: [`Number`] and, for real arithmetic, [`Float`].

use std::fmt::{Debug, Display};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, Sub, SubAssign};

use super::gemm::lanes::{Lanes, Plain, Vectors};
use super::special;
use super::tile::Level;

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

    /// Whether work on them is compiled for each set of instructions. Whole numbers are not worth the time to build.
    const VECTORS: bool;
    /// Vectors of these numbers.
    type Lanes<L: Vectors>: Lanes<Self>;
    /// a b + c, rounded once where that is one instruction.
    fn fused<L: Level>(a: Self, b: Self, c: Self) -> Self;
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
            const VECTORS: bool = false;
            type Lanes<L: Vectors> = Plain;
            #[inline(always)]
            fn fused<L: Level>(a: Self, b: Self, c: Self) -> Self {
                a.times(b).plus(c)
            }
        }
    )*};
}

integer_number!(u8, i32, i64);

macro_rules! float_number {
    ($($type:ty, $lanes:ident;)*) => {$(
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
            const VECTORS: bool = true;
            type Lanes<L: Vectors> = L::$lanes;
            #[inline(always)]
            fn fused<L: Level>(a: Self, b: Self, c: Self) -> Self {
                if L::FUSED { a.mul_add(b, c) } else { a * b + c }
            }
        }
    )*};
}

float_number!(f32, F32; f64, F64;);

/// Declares [`Float`] and implements it for f32 and f64, so that a function of std is named once.
///
/// `unary` and `unary_bool` forward to the method of the same name in std.
macro_rules! float {
    (
        unary { $($(#[$unary_doc:meta])* $unary:ident)* }
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
            /// The polygamma function of the given order (0 is digamma); see [`special::polygamma`].
            fn polygamma(self, order: u32) -> Self;
            $($(#[$unary_doc])* fn $unary(self) -> Self;)*
            $($(#[$test_doc])* fn $test(self) -> bool;)*
            $($(#[$special_doc])* fn $special(self) -> Self;)*
        }

        float!(@impl f32, { $($unary)* } { $($test)* }
            { $($constant = $value)* } { $($special = $single;)* });
        float!(@impl f64, { $($unary)* } { $($test)* }
            { $($constant = $value)* } { $($special = $double;)* });
    };
    (@impl $type:ident, { $($unary:ident)* } { $($test:ident)* }
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
            fn polygamma(self, order: u32) -> Self {
                special::polygamma(order, f64::from(self)) as $type
            }
            $(#[inline] fn $unary(self) -> Self { <$type>::$unary(self) })*
            $(#[inline] fn $test(self) -> bool { <$type>::$test(self) })*
            $(#[inline] fn $special(self) -> Self { $function(self) })*
        }
    };
    (@constant $type:ident, $value:ident) => { <$type>::$value };
}

float! {
    unary {
        /// The square root.
        sqrt
        /// The absolute value.
        abs
        /// 1 / self.
        recip
    }
    test {
        /// Neither infinite nor NaN.
        is_finite
        /// Whether the sign bit is set; true for -0.
        is_sign_negative
    }
    constant {
        /// A quiet NaN.
        NAN = NAN
    }
    special {
        /// ln|gamma|; see [`special::lgamma`].
        lgamma = special::lgamma_f32, special::lgamma;
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

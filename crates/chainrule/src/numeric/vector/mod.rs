//! Elementary functions that a loop over them can turn into vector instructions.
//!
//! They are plain Rust without branches, tables or calls, generic over f32 and f64 and over the [`Level`] that the loop
//! is compiled for. Exceptions take the way of selects: both sides are computed, one is chosen. Polynomials are those of
//! published libraries, named beside them; errors are measured by the tests of this folder.
//!
//! | function | max ulp f32 | max ulp f64 |
//! |---|---|---|
//! | exp | 1.1 | 1.5 |
//! | expm1 | 1.3 | 2.5 |
//! | sigmoid | 2.5 | 3.5 |
//! | tanh | 2.6 | 3.5 |
//! | sinh | 2.6 | 3.5 |
//! | cosh | 1.6 | 2.5 |
//! | log | 0.9 | 1.5 |
//! | log1p | 1.6 | 2.5 |
//! | sin | 1.9 | 2.5 |
//! | cos | 1.9 | 2.5 |
//! | tan | 3.2 | 4.5 |
//! | erf | 2.5 | 3.5 |
//! | atan | 2.0 | 2.5 |
//! | asin | 2.5 | 3.5 |
//! | acos | 2.5 | 3.5 |
//!
//! Figures are bounds that the tests assert, measured on some ten million numbers; in f64 half an ulp is added, since the
//! tests count from the correctly rounded result. gelu and its slope are counted in units of 1 + |x|, not of the result: at most
//! 2.5e-7 of that in f32 and 5e-16 in f64.

// Coefficients stand as they were published or fitted.
#![allow(clippy::excessive_precision, clippy::approx_constant)]

mod arc;
mod erf;
mod exp;
mod lane;
mod log;
#[cfg(test)]
mod tests;
mod trig;

pub use arc::{acos, asin, atan};
pub use erf::{erf, gelu, gelu_slope};
pub use exp::{cosh, exp, expm1, sigmoid, sinh, tanh};
pub use lane::Lane;
pub use log::{log, log1p};
pub use trig::{cos, is_far, sin, tan};

use super::tile::Level;

/// `a b + c`, rounded once where that is one instruction.
#[inline(always)]
fn fma<L: Level, T: Lane>(a: T, b: T, c: T) -> T {
    if L::FUSED { a.fused(b, c) } else { a * b + c }
}

/// c\[0\] + c\[1\] x + c\[2\] x^2 + ... in two chains, the even powers and the odd ones, which run side by side.
#[inline(always)]
fn polynomial<L: Level, T: Lane, const N: usize>(x: T, c: [T; N]) -> T {
    let square = x * x;
    let chain = |last: usize| {
        let mut sum = c[last];
        let mut i = last;
        while i >= 2 {
            i -= 2;
            sum = fma::<L, T>(sum, square, c[i]);
        }
        sum
    };
    let (even, odd) = if N % 2 == 1 { (chain(N - 1), chain(N - 2)) } else { (chain(N - 2), chain(N - 1)) };
    fma::<L, T>(odd, x, even)
}

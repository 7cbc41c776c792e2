//! A power with a literal whole exponent.

use super::support::operands::zeros_like;
use super::support::{batch, flops_per_output, shape};
use crate::circuit::{
    Arity, Attrs, Call, Case, Class, Doc, Fault, GateDef, Identity, Kind, Local, Reads, Room, Then, When,
    Wire, record,
};
use crate::numeric::tile::{self, Level, Tile, Unary};
use crate::numeric::{Float, Number};

/// See the module.
pub static POWI: GateDef = GateDef {
    name: "powi",
    doc: Doc {
        summary: "A power with a literal whole exponent, of any x. Integers wrap.",
        formula: "y = x^n",
        local: "dy/dx = n x^(n - 1)",
        kinks: "n = 0: y is 1 and the gradient 0, also at x = 0. x = 0, n < 0: infinite, as IEEE 754 says",
        source: "up to the fourth power by products, beyond by the platform's pow",
    },
    call: Some(Call { signature: "x, n", build: |a| a.wire("x").powi(a.int("n", 1)) }),
    arity: Arity::Exactly(1),
    attrs: &[("n", Kind::Int)],
    shape: |a, x| {
        if a.int("n") < 0 && !x[0].dtype.is_float() {
            let what = format!("the power {} of a value of {}", a.int("n"), x[0].dtype);
            return Err(Fault::new(what, "cast it to f64 first: integers have no fractions"));
        }
        shape::numbers(a, x)
    },
    class: Class::Elementwise(|a, x| for_dtype!(x[0], [f32 f64 i32 i64 u8], T => power::<T>(a.int("n")))),
    element: |a, x, at| {
        let factor = if a.int("n") < 0 { 1.0 / x[0].at(at) } else { x[0].at(at) };
        (0..a.int("n").unsigned_abs()).fold(1.0, |product, _| product * factor)
    },
    local: Local::Pair {
        vjp: |r, up, _| vec![up[0].map(|up| scaled(r, up))],
        jvp: |r, tangents| vec![tangents[0].map(|t| scaled(r, t))],
    },
    reads: Reads::INPUTS,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[
        Identity::any("x^1 = x", When::Attrs(|a, _| a.int("n") == 1), Then::Input(0), "1 times x, exact"),
        Identity::any(
            "x^0 = 1",
            When::Attrs(|a, _| a.int("n") == 0),
            Then::Number(1.0),
            "the empty product, of NaN too",
        ),
    ],
    sample: |s| {
        let Case { inputs, .. } = s.elementwise(&[(-2.0, 2.0, &[-0.2, -0.1, 0.0, 0.1, 0.2])]);
        Case { attrs: Attrs::new([("n", s.int(-2, 6).into())]), inputs }
    },
};

/// A gradient or tangent times n x^(n - 1). Of a constant nothing passes, not even what is infinite.
fn scaled(r: &Room<'_>, through: Wire) -> Wire {
    let (x, n) = (r.inputs[0], r.attrs.int("n"));
    match n {
        0 => zeros_like(through),
        1 => through,
        2 => through * (2.0 * x),
        _ => through * (n as f64 * x.powi(n.saturating_sub(1))),
    }
}

/// Small exponents have kernels of their own: a loop that asks for the exponent does not become vector instructions.
fn power<T: ToPower>(n: i64) -> Tile {
    match n {
        -1 => tile::unary::<Fixed<-1>, T, T>(n),
        2 => tile::unary::<Fixed<2>, T, T>(n),
        3 => tile::unary::<Fixed<3>, T, T>(n),
        4 => tile::unary::<Fixed<4>, T, T>(n),
        _ => tile::unary::<Power, T, T>(n),
    }
}

struct Fixed<const N: i64>;

impl<T: ToPower, const N: i64> Unary<T, T> for Fixed<N> {
    #[inline(always)]
    fn at<L: Level>(x: T, _: i64) -> T {
        x.to_power(N)
    }
}

struct Power;

impl<T: ToPower> Unary<T, T> for Power {
    #[inline(always)]
    fn at<L: Level>(x: T, n: i64) -> T {
        x.to_power(n)
    }
}

/// Floats and integers take different ways to a power.
trait ToPower: Number {
    fn to_power(self, n: i64) -> Self;
}

macro_rules! to_power {
    ($($type:ty, $function:ident;)*) => {
        $(impl ToPower for $type {
            #[inline(always)]
            fn to_power(self, n: i64) -> Self {
                $function(self, n)
            }
        })*
    };
}

to_power! { f32, real; f64, real; i32, whole; i64, whole; u8, whole; }

#[inline(always)]
fn real<T: Float>(x: T, n: i64) -> T {
    match n {
        0..=4 => whole(x, n),
        -1 => x.recip(),
        // The size in f64, which holds more exponents than f32; the sign by the exponent itself, whose parity f64 may lose.
        _ => {
            let size = T::from_f64(x.abs().to_f64().powf(n as f64));
            if n % 2 != 0 && x.is_sign_negative() { -size } else { size }
        }
    }
}

/// By squaring, for n >= 0.
#[inline(always)]
fn whole<T: Number>(x: T, n: i64) -> T {
    let (mut power, mut square, mut rest) = (T::ONE, x, n);
    while rest > 0 {
        if rest % 2 == 1 {
            power = power.times(square);
        }
        square = square.times(square);
        rest /= 2;
    }
    power
}

impl Wire {
    /// This to a whole power that is known while tracing.
    #[track_caller]
    pub fn powi(self, n: i64) -> Wire {
        record(&POWI, Attrs::new([("n", n.into())]), &[self])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    #[test]
    fn large_exponents_keep_sign_and_range() {
        assert_eq!(real(-1.0f64, (1 << 53) + 1), -1.0);
        assert_eq!(real(-1.0f32, i64::MIN), 1.0);
        assert_eq!(real(-2.0f64, -1074), f64::from_bits(1));
        assert_eq!(
            (real(f64::NAN, 0), real(0.0f32, -3), real(-0.0f32, -3)),
            (1.0, f32::INFINITY, f32::NEG_INFINITY)
        );
    }

    #[test]
    fn integers_wrap_and_refuse_negative_powers() {
        assert_eq!((whole(3i64, 4), whole(2i32, 32), whole(3u8, 6)), (81, 0, 217));
        let spec = Spec::scalar(DType::I32);
        let refused = trace(|x: Wire| x.powi(-2), &(spec,)).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(refused.contains("powi: the power -2 of a value of i32"), "{refused}");
    }
}

//! The remainder of a division that rounds down.

use super::support::operands::filled_like;
use super::support::{batch, flops_per_output, shape};
use crate::base::DType;
use crate::circuit::{
    Arity, Call, Class, Doc, GateDef, Identity, Local, Reads, Room, Then, Tiles, When, Wire,
};
use crate::numeric::Float;

/// See the module.
pub static REMAINDER: GateDef = GateDef {
    name: "remainder",
    doc: Doc {
        summary: "What is left of x after whole steps of y; it has the sign of y, as in Python. \
                  A saw-tooth in x, whose gradient is 1 between the jumps.",
        formula: "z = x - y floor(x / y)",
        local: "dz/dx = 1, dz/dy = -floor(x / y)",
        kinks: "x a multiple of y: jumps; the gradient is that of the side where z is 0. y = 0: NaN; integers: a mistake where it is known, else 0",
        source: "",
    },
    call: Some(Call { signature: "x, y", build: |a| a.wire("x") % a.wire("y") }),
    arity: Arity::Exactly(2),
    attrs: &[],
    shape: shape::numbers,
    class: Class::Elementwise(|a, x| match x[0] {
        DType::F32 | DType::F64 => (map2!([f32 f64] |x, y| floored(x, y)) as Tiles)(a, x),
        DType::U8 => (map2!([u8] => |x, y| x.checked_rem(y).unwrap_or(0)) as Tiles)(a, x),
        _ => (map2!([i32 i64] |x, y| {
            let rest = if y == 0 { 0 } else { x.wrapping_rem(y) };
            if rest != 0 && (rest < 0) != (y < 0) { rest + y } else { rest }
        }) as Tiles)(a, x),
    }),
    // Not x - y floor(x / y), which loses all digits where x / y is large.
    element: |_, inputs, at| {
        let (x, y) = (inputs[0].at(at), inputs[1].at(at));
        let nothing = y == 0.0 && !inputs[0].spec.dtype.is_float();
        if nothing { 0.0 } else { floored(x, y) }
    },
    local: Local::Partials(local),
    reads: Reads::BOTH,
    batch: batch::elementwise,
    flops: flops_per_output,
    // The quotient stays between 1 and 2, or between -2 and -1: never near a whole number.
    identities: &[Identity::exact(
        "x % 1 = 0",
        When::Is(1, 1.0),
        Then::Number(0.0),
        "of integers; infinities leave NaN",
    )],
    sample: |s| {
        let mut case = s.elementwise(&[(1.25, 1.4, &[]), (0.8, 1.15, &[])]);
        if s.coin() {
            let negative = case.inputs[0].to_f64().iter().map(|x| -x).collect::<Vec<_>>();
            case.inputs[0] = crate::base::Tensor::from_f64(case.inputs[0].spec(), &negative);
        }
        case
    },
};

fn floored<T: Float>(x: T, y: T) -> T {
    // The remainder of the division that rounds towards zero: exact, but with the sign of x.
    let rest = x % y;
    if rest != T::ZERO && (rest < T::ZERO) != (y < T::ZERO) { rest + y } else { rest }
}

fn local(r: &Room<'_>, i: usize) -> Wire {
    let (x, y, z) = (r.inputs[0], r.inputs[1], r.output());
    // The quotient that belongs to z: near a multiple of y the rounded x / y may be the next whole number already.
    if i == 0 { filled_like(1.0, z) } else { ((z - x) / y).round() }
}

operator!(Rem, rem, REMAINDER, divide2);

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn signs_follow_python() {
        let x = [7.0, -7.0, 7.0, -7.0, 6.0, -6.0, 5.5];
        let y = [3.0, 3.0, -3.0, -3.0, 3.0, 3.0, f64::INFINITY];
        let wanted = [1.0, 2.0, -2.0, -1.0, 0.0, 0.0, 5.5];
        let spec = Spec::new(&[7], DType::F64).unwrap();
        let program = trace(|x: Wire, y: Wire| x % y, &(spec, spec)).unwrap();
        assert_eq!(program.run((x.into(), y.into())).unwrap().to_f64(), wanted);
    }

    #[test]
    fn integers_neither_overflow_nor_divide_by_zero() {
        let spec = Spec::new(&[4], DType::I64).unwrap();
        let program = trace(|x: Wire, y: Wire| x % y, &(spec, spec)).unwrap();
        let z = program.run(([-7i64, 7, i64::MIN, 7].into(), [3i64, -3, -1, 0].into())).unwrap();
        assert_eq!(z.to_vec::<i64>().unwrap(), [2, -2, 0, 0]);
    }
}

//! Division.

use super::support::{batch, flops_per_output, shape};
use crate::base::DType;
use crate::circuit::{Arity, Call, Class, Doc, GateDef, Identity, Local, Reads, Then, Tiles, When};

/// See the module.
pub static DIV: GateDef = GateDef {
    name: "div",
    doc: Doc {
        summary: "Division. Integer division rounds down.",
        formula: "z = x / y",
        local: "dz/dx = 1 / y, dz/dy = -z / y",
        kinks: "y = 0: infinite or NaN as IEEE 754 says. Integers: a mistake where it is known, else 0. Overflow wraps",
        source: "",
    },
    call: Some(Call { signature: "x, y", build: |a| a.wire("x") / a.wire("y") }),
    arity: Arity::Exactly(2),
    attrs: &[],
    shape: shape::numbers,
    class: Class::Elementwise(|a, x| match x[0] {
        DType::F32 | DType::F64 => (map2!([f32 f64] |x, y| x / y, as Over) as Tiles)(a, x),
        DType::U8 => (map2!([u8] => |x, y| x.checked_div(y).unwrap_or(0)) as Tiles)(a, x),
        _ => (map2!([i32 i64] |x, y| {
            let toward_zero = x.wrapping_div(if y == 0 { 1 } else { y });
            let down = y != 0 && x.wrapping_rem(y) != 0 && (x < 0) != (y < 0);
            if y == 0 { 0 } else if down { toward_zero - 1 } else { toward_zero }
        }) as Tiles)(a, x),
    }),
    element: |_, inputs, at| {
        let (x, y) = (inputs[0].at(at), inputs[1].at(at));
        match inputs[0].spec.dtype.is_float() {
            true => x / y,
            false => {
                if y == 0.0 {
                    0.0
                } else {
                    (x / y).floor()
                }
            }
        }
    },
    local: Local::Partials(|r, i| if i == 0 { 1.0 / r.inputs[1] } else { -(r.output() / r.inputs[1]) }),
    reads: Reads::BOTH,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[Identity::any(
        "x / 1 = x",
        When::Is(1, 1.0),
        Then::Input(0),
        "exact, of -0, infinities and NaN too",
    )],
    sample: |s| s.elementwise(&[(-2.0, 2.0, &[]), (0.5, 2.0, &[])]),
};

operator!(Div, div, DIV, divide2);

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn integers_round_down_wrap_and_give_0_for_a_0_that_was_not_known() {
        fn both<T: crate::Element>(x: [T; 5], y: [T; 5]) -> (Vec<T>, Vec<T>)
        where
            Tensor: From<[T; 5]>,
        {
            let spec = Spec::new(&[5], T::DTYPE).unwrap();
            let program = trace(|x: Wire, y: Wire| (x / y, x % y), &(spec, spec)).unwrap();
            let (quotient, rest) = program.run((x.into(), y.into())).unwrap();
            (quotient.to_vec().unwrap(), rest.to_vec().unwrap())
        }
        let (quotient, rest) = both([-7, 7, i64::MIN, 7, i64::MIN], [3, -3, -1, 0, 1]);
        assert_eq!((quotient, rest), (vec![-3, -3, i64::MIN, 0, i64::MIN], vec![2, -2, 0, 0, 0]));
        let (quotient, rest) = both([-7, 7, i32::MIN, 7, i32::MIN], [3, -3, -1, 0, 1]);
        assert_eq!((quotient, rest), (vec![-3, -3, i32::MIN, 0, i32::MIN], vec![2, -2, 0, 0, 0]));
        let (quotient, rest) = both([7u8, 255, 0, 7, 9], [3, 2, 1, 0, 255]);
        assert_eq!((quotient, rest), (vec![2, 127, 0, 0, 0], vec![1, 1, 0, 0, 9]));
    }

    #[test]
    fn a_known_zero_among_integers_is_a_mistake() {
        let told = |f: fn(Wire) -> Wire, dtype: DType| {
            let spec = Spec::new(&[2], dtype).unwrap();
            trace(f, &(spec,)).err().map(|e| e.to_string()).unwrap_or_default()
        };
        let divisions: [fn(Wire) -> Wire; 5] = [
            |x| x / 0,
            |x| x % 0,
            |x| x / 0.0,
            |x| x / constant([3i64, 0]),
            |x| constant([4i64, 6]) % constant(0i64).identity().broadcast_to(&[2]) + x,
        ];
        for (i, f) in divisions.into_iter().enumerate() {
            let (text, gate) = (told(f, DType::I64), if i == 1 || i == 4 { "remainder" } else { "div" });
            let wanted = format!("{gate}: whole numbers are divided by 0; hint: cast both to f64");
            assert!(text.contains("div.rs") && text.contains(&wanted), "{i}: {text}");
            assert_eq!(text.lines().count(), 1, "{text}");
        }
        assert_eq!(told(|x| x / 0, DType::F64), "");
        assert_eq!(told(|x| x / 2 % 3, DType::I64), "");
    }
}

//! A power with an exponent that is computed.

use super::support::operands::{broadcast2, filled_like, literal_like};
use super::support::{batch, flops_per_output, shape};
use crate::circuit::{
    Arg, Args, Arity, Call, Class, Doc, GateDef, Identity, Local, Reads, Room, Then, When, Wire,
};

/// See the module.
pub static POW: GateDef = GateDef {
    name: "pow",
    doc: Doc {
        summary: "A power. A literal whole exponent gives the gate powi instead, which also knows x < 0 and integers.",
        formula: "z = x^y",
        local: "dz/dx = y x^(y - 1), dz/dy = z ln(x)",
        kinks: "x = 0: dz/dx is 0 for y > 1 and y = 0, 1 for y = 1, infinite between; dz/dy is 0 for y >= 0. \
                x < 0: z is NaN unless y is whole, and dz/dy is NaN, for there is no power close by",
        source: "",
    },
    call: Some(Call { signature: "x, y", build }),
    arity: Arity::Exactly(2),
    attrs: &[],
    shape: shape::floats,
    class: Class::Elementwise(map2!([f32 f64] |x, y| x.powf(y))),
    element: element!(|x, y| x.powf(y)),
    local: Local::Partials(local),
    reads: Reads::BOTH,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[
        Identity::any("x^1 = x", When::Is(1, 1.0), Then::Input(0), "IEEE 754: exact, of NaN too"),
        Identity::any("x^0 = 1", When::Is(1, 0.0), Then::Number(1.0), "IEEE 754: of NaN and infinities too"),
        Identity::any(
            "x^-0 = 1",
            When::Is(1, -0.0),
            Then::Number(1.0),
            "IEEE 754: of NaN and infinities too",
        ),
    ],
    sample: |s| s.elementwise(&[(0.3, 2.0, &[]), (-2.0, 3.0, &[])]),
};

/// Each formula would have an infinity times 0 where x = 0. There an operand is replaced before it is used: a choice
/// between finished results would bring the NaN back in the derivative of this rule.
fn local(r: &Room<'_>, i: usize) -> Wire {
    let (x, y) = (r.inputs[0], r.inputs[1]);
    let one = filled_like(1.0, x);
    if i == 0 {
        let constant = x.eq(0.0).and(y.eq(0.0));
        y * x.pow(constant.select(one, y) - 1.0)
    } else {
        let floor = x.eq(0.0).and(y.ge(0.0));
        r.output() * floor.select(one, x).log()
    }
}

fn build(args: &Args<'_>) -> Wire {
    match args.given.iter().find(|(name, _)| *name == "y") {
        Some((_, Arg::Number(y))) => args.wire("x").pow(*y),
        _ => args.wire("x").pow(args.wire("y")),
    }
}

/// What can stand as an exponent: a wire or a literal.
pub trait Power {
    /// `base` to this power.
    #[track_caller]
    fn of(self, base: Wire) -> Wire;
}

impl Power for Wire {
    #[track_caller]
    fn of(self, base: Wire) -> Wire {
        broadcast2(&POW, base, self)
    }
}

impl Power for i64 {
    #[track_caller]
    fn of(self, base: Wire) -> Wire {
        base.powi(self)
    }
}

impl Power for f64 {
    #[track_caller]
    fn of(self, base: Wire) -> Wire {
        // From 2^53 on not every whole number is an f64, so that this may not be the one that was meant.
        if self.fract() == 0.0 && self.abs() < (1u64 << 53) as f64 {
            base.powi(self as i64)
        } else {
            literal_like(self, base).of(base)
        }
    }
}

impl Wire {
    /// This to a power. A literal whole exponent gives the integer power [`Wire::powi`].
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let spec = Spec::scalar(DType::F64);
    /// let program = trace(|x: Wire| (x.pow(2), x.pow(0.5), x.pow(x)), &(spec,))?;
    /// let (square, root, tower) = program.run((4.0.into(),))?;
    /// assert_eq!((square.item()?, root.item()?, tower.item()?), (16.0, 2.0, 256.0));
    /// # Ok::<(), Diagnostic>(())
    /// ```
    #[track_caller]
    pub fn pow(self, exponent: impl Power) -> Wire {
        exponent.of(self)
    }
}

//! The derivatives of the logarithm of the gamma function.

use super::support::{batch, flops_per_output, shape};
use crate::base::limits;
use crate::circuit::{
    Arity, Attrs, Call, Case, Class, Doc, Fault, GateDef, Kind, Local, Reads, Wire, record,
};
use crate::numeric::tile::{self, Level, Unary};
use crate::numeric::{Float, special};

/// See the module.
pub static POLYGAMMA: GateDef = GateDef {
    name: "polygamma",
    doc: Doc {
        summary: "The derivative of order n + 1 of lgamma; order 0 is the digamma function. Each is the local gradient of the \
                  one before.",
        formula: "y = d^(n+1)/dx^(n+1) ln|gamma(x)|",
        local: "dy/dx = polygamma(n + 1, x)",
        kinks: "x = 0, -1, -2, ...: poles; infinite where both sides agree, else NaN",
        source: "DLMF 5.5, 5.11 and 5.15: recurrence and asymptotic series, reflection for x < 0",
    },
    call: Some(Call { signature: "n, x", build: |a| a.wire("x").polygamma(a.int("n", 0)) }),
    arity: Arity::Exactly(1),
    attrs: &[("n", Kind::Int)],
    shape: |a, x| {
        let n = a.int("n");
        if !(0..=limits::POLYGAMMA_ORDER).contains(&n) {
            let hint = format!("orders go from 0, the digamma function, to {}", limits::POLYGAMMA_ORDER);
            return Err(Fault::new(format!("the order is {n}"), hint));
        }
        shape::floats(a, x)
    },
    class: Class::Elementwise(
        |a, x| for_dtype!(x[0], [f32 f64], T => tile::unary::<Order, T, T>(a.int("n"))),
    ),
    element: |a, x, at| special::polygamma(a.int("n") as u32, x[0].at(at)),
    local: Local::Partials(|r, _| r.inputs[0].polygamma(r.attrs.int("n") + 1)),
    reads: Reads::INPUTS,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[],
    sample: |s| {
        let Case { inputs, .. } = s.elementwise(&[(1.0, 4.0, &[])]);
        Case { attrs: Attrs::new([("n", s.int(0, 2).into())]), inputs }
    },
};

struct Order;

impl<T: Float> Unary<T, T> for Order {
    #[inline(always)]
    fn at<L: Level>(x: T, n: i64) -> T {
        Float::polygamma(x, n as u32)
    }
}

impl Wire {
    /// The derivative of order `n + 1` of [`Wire::lgamma`].
    #[track_caller]
    pub fn polygamma(self, n: i64) -> Wire {
        record(&POLYGAMMA, Attrs::new([("n", n.into())]), &[self])
    }
}

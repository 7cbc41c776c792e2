//! Comparisons: truth values, without gradients. One room for all six, which differ in one operator.

use super::support::operands::{broadcast2, literal_like, whole_like};
use super::support::{batch, flops_per_output, sample, shape};
use crate::circuit::{Arity, Call, Class, Doc, GateDef, Identity, Local, Reads, Then, When, Wire};

/// What can stand on the right of a comparison: a wire or a literal.
pub trait Comparable {
    /// As a wire beside another, whose dtype a literal takes.
    #[track_caller]
    fn beside(self, other: Wire) -> Wire;
}

impl Comparable for Wire {
    fn beside(self, _: Wire) -> Wire {
        self
    }
}

impl Comparable for f64 {
    #[track_caller]
    fn beside(self, other: Wire) -> Wire {
        literal_like(self, other)
    }
}

impl Comparable for i64 {
    #[track_caller]
    fn beside(self, other: Wire) -> Wire {
        whole_like(self, other)
    }
}

// rustfmt loses the indentation of a macro within a macro.
#[rustfmt::skip]
macro_rules! comparison {
    ($gate:ident, $method:ident, $name:literal, $formula:literal, $summary:literal, $op:tt, $simple:ident, $alike:expr) => {
        /// See the module.
        pub static $gate: GateDef = GateDef {
            name: $name,
            doc: Doc {
                summary: $summary,
                formula: $formula,
                local: "zero almost everywhere",
                kinks: "any comparison with NaN is false but !=, as IEEE 754 says",
                source: "",
            },
            call: Some(Call { signature: "x, y", build: |a| a.wire("x").$method(a.wire("y")) }),
            arity: Arity::Exactly(2),
            attrs: &[],
            shape: shape::question,
            class: Class::Elementwise(map2!([f32 f64 i32 i64 u8 bool] -> bool, |x, y| x $op y, as $simple)),
            element: element!(|x, y| f64::from(u8::from(x $op y))),
            local: Local::Flat,
            reads: Reads::NOTHING,
            batch: batch::elementwise,
            flops: flops_per_output,
            identities: &[$alike],
            sample: sample::apart,
        };

        impl Wire {
            #[doc = $summary]
            #[track_caller]
            pub fn $method(self, other: impl Comparable) -> Wire {
                broadcast2(&$gate, self, other.beside(self))
            }
        }
    };
}

comparison!(GT, gt, "gt", "z = x > y", "Whether the first is greater.", >, Gt,
    Identity::any("x > x is false", When::Same(0, 1), Then::Number(0.0), "of NaN too"));
comparison!(GE, ge, "ge", "z = x >= y", "Whether the first is greater or equal.", >=, Ge,
    Identity::exact("x >= x is true", When::Same(0, 1), Then::Number(1.0), "of integers and truth values; of NaN it is false"));
comparison!(LT, lt, "lt", "z = x < y", "Whether the first is smaller.", <, Lt,
    Identity::any("x < x is false", When::Same(0, 1), Then::Number(0.0), "of NaN too"));
comparison!(LE, le, "le", "z = x <= y", "Whether the first is smaller or equal.", <=, Le,
    Identity::exact("x <= x is true", When::Same(0, 1), Then::Number(1.0), "of integers and truth values; of NaN it is false"));
comparison!(EQ, eq, "eq", "z = x == y", "Whether both are equal.", ==, Eq,
    Identity::exact("x == x is true", When::Same(0, 1), Then::Number(1.0), "of integers and truth values; of NaN it is false"));
comparison!(NE, ne, "ne", "z = x != y", "Whether both differ.", !=, Ne,
    Identity::exact("x != x is false", When::Same(0, 1), Then::Number(0.0), "of integers and truth values; of NaN it is true"));

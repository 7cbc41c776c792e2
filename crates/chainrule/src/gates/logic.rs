//! Logic on truth values, without gradients: one room for `and`, `or` and `not`.

use super::support::operands::broadcast2;
use super::support::{batch, flops_per_output, shape};
use crate::circuit::{
    Arity, Attrs, Call, Case, Class, Doc, GateDef, Identity, Local, Reads, Sampler, Then, When, Wire, record,
};

/// Why every identity here holds.
const TRUTH: &str = "there are two truth values";

const fn doc(summary: &'static str, formula: &'static str) -> Doc {
    Doc { summary, formula, local: "none: truth values have no gradient", kinks: "", source: "" }
}

// rustfmt loses the indentation of a macro within a macro.
#[rustfmt::skip]
macro_rules! logic {
    ($gate:ident, $method:ident, $name:literal, $summary:literal, $op:tt, $simple:ident, $neutral:literal) => {
        /// See the module.
        pub static $gate: GateDef = GateDef {
            name: $name,
            doc: doc($summary, concat!("z = x ", $name, " y")),
            call: Some(Call { signature: "x, y", build: |a| a.wire("x").$method(a.wire("y")) }),
            arity: Arity::Exactly(2),
            attrs: &[],
            shape: shape::bools,
            class: Class::Elementwise(map2!([bool] => |x, y| x $op y, as $simple)),
            element: element!(|x, y| f64::from(u8::from((x != 0.0) $op (y != 0.0)))),
            local: Local::Flat,
            reads: Reads::NOTHING,
            batch: batch::elementwise,
            flops: flops_per_output,
            identities: &[
                Identity::any(concat!("x ", $name, " x = x"), When::Same(0, 1), Then::Input(0), TRUTH),
                Identity::any("what changes nothing on the right", When::Is(1, $neutral), Then::Input(0), TRUTH),
                Identity::any("what changes nothing on the left", When::Is(0, $neutral), Then::Input(1), TRUTH),
                Identity::any("what decides on the right", When::Is(1, 1.0 - $neutral), Then::Number(1.0 - $neutral), TRUTH),
                Identity::any("what decides on the left", When::Is(0, 1.0 - $neutral), Then::Number(1.0 - $neutral), TRUTH),
                Identity::any("both orders are the same", When::Always, Then::Swapped, TRUTH),
            ],
            sample: |s| bools(s, 2),
        };

        impl Wire {
            #[doc = $summary]
            #[track_caller]
            pub fn $method(self, other: Wire) -> Wire {
                broadcast2(&$gate, self, other)
            }
        }
    };
}

logic!(AND, and, "and", "Whether both are true.", &, And, 1.0);
logic!(OR, or, "or", "Whether at least one is true.", |, Or, 0.0);

/// See the module.
pub static NOT: GateDef = GateDef {
    name: "not",
    doc: doc("Whether it is false.", "y = not x"),
    call: Some(Call { signature: "x", build: |a| !a.wire("x") }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::bools,
    class: Class::Elementwise(map1!([bool] => |x| !x, as Not)),
    element: element!(|x| f64::from(u8::from(x == 0.0))),
    local: Local::Flat,
    reads: Reads::NOTHING,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[Identity::any("not not x = x", When::Twice, Then::Inner, TRUTH)],
    sample: |s| bools(s, 1),
};

fn bools(s: &mut Sampler, inputs: usize) -> Case {
    let dims = s.dims(0, 3);
    Case { attrs: Attrs::NONE, inputs: (0..inputs).map(|_| s.bools(&dims)).collect() }
}

impl std::ops::Not for Wire {
    type Output = Wire;
    #[track_caller]
    fn not(self) -> Wire {
        record(&NOT, Attrs::NONE, &[self])
    }
}

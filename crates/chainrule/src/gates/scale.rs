//! The product of the chain rule: what arrives, times the local gradient.

use super::support::operands::zeros_like;
use super::support::{batch, flops_per_output, shape};
use crate::circuit::{Arity, Attrs, Class, Doc, GateDef, Identity, Local, Reads, Then, When, Wire, record};

/// See the module.
pub static SCALE: GateDef = GateDef {
    name: "scale",
    doc: Doc {
        summary: "The product of the chain rule: upstream times local gradient. Where nothing arrives nothing is passed \
                  back, so that an infinity or NaN in a branch that `select` did not take never reaches a gradient.",
        formula: "z = u * l, and 0 where u = 0 whatever l is",
        local: "dz/du = l (0 where u = 0 and l is not finite), dz/dl = u",
        kinks: "0 times an infinity or NaN is 0",
        source: "",
    },
    call: None,
    arity: Arity::Exactly(2),
    attrs: &[],
    shape: shape::floats,
    class: Class::Elementwise(map2!([f32 f64] |x, y| if x == 0.0 { 0.0 } else { x * y }, as Scaled)),
    element: element!(|u, l| if u == 0.0 { 0.0 } else { u * l }),
    local: Local::Partials(|r, i| {
        let (u, l) = (r.inputs[0], r.inputs[1]);
        if i == 0 { u.ne(0.0).or(l.is_finite()).select(l, zeros_like(l)) } else { u }
    }),
    reads: Reads::INPUTS,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[
        Identity::any(
            "1 * l = l",
            When::Is(0, 1.0),
            Then::Input(1),
            "1 is not 0, and 1 times anything is that. With l = 1 it is no law: -0 gives 0",
        ),
        Identity::any("0 * l = 0", When::Is(0, 0.0), Then::Number(0.0), "by definition, whatever l is"),
        Identity::any("-0 * l = 0", When::Is(0, -0.0), Then::Number(0.0), "by definition, whatever l is"),
    ],
    sample: |s| s.elementwise(&[(-2.0, 2.0, &[0.0]), (-2.0, 2.0, &[])]),
};

/// What is passed back: `upstream` times the local gradient.
#[track_caller]
pub fn scale(upstream: Wire, local: Wire) -> Wire {
    record(&SCALE, Attrs::NONE, &[upstream, local])
}

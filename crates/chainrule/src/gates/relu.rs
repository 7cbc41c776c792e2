//! The rectifier.

use super::support::operands::zeros_like;
use super::support::{batch, flops_per_output, shape};
use crate::circuit::{
    Arity, Attrs, Call, Class, Doc, GateDef, Identity, Local, Reads, Room, Then, When, Wire, record,
};

/// See the module.
pub static RELU: GateDef = GateDef {
    name: "relu",
    doc: Doc {
        summary: "Passes the gradient where x > 0, stops it elsewhere: a unit that is never positive learns nothing.",
        formula: "y = x if x > 0 else 0",
        local: "dy/dx = 1 if x > 0 else 0",
        kinks: "x = 0: a corner; gradient 0, unlike max(x, 0), whose tie goes to x. NaN is passed on, with gradient 0",
        source: "",
    },
    call: Some(Call { signature: "x", build: |a| a.wire("x").relu() }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::floats,
    // Asked this way round so that NaN, of which no comparison holds, is passed on.
    class: Class::Elementwise(map1!([f32 f64] |x| if x <= 0.0 { 0.0 } else { x }, as Positive)),
    element: element!(|x| if x <= 0.0 { 0.0 } else { x }),
    local: Local::Pair {
        vjp: |r, up, _| vec![up[0].map(|up| gated(r, up))],
        jvp: |r, tangents| vec![tangents[0].map(|t| gated(r, t))],
    },
    // The output is positive exactly where the input is, so the input need not be kept.
    reads: Reads::OUTPUT,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[Identity::any(
        "relu(relu(x)) = relu(x)",
        When::Twice,
        Then::Input(0),
        "what is not below 0 stays, NaN too",
    )],
    sample: |s| s.elementwise(&[(-2.0, 2.0, &[0.0])]),
};

/// A gradient or tangent where the gate is open: chosen, since 0 times an infinite one is NaN.
fn gated(r: &Room<'_>, through: Wire) -> Wire {
    r.output().gt(0.0).select(through, zeros_like(through))
}

impl Wire {
    /// This where it is positive, else 0. At 0 its gradient is 0.
    #[track_caller]
    pub fn relu(self) -> Wire {
        record(&RELU, Attrs::NONE, &[self])
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn a_closed_gate_stops_even_an_infinite_gradient() {
        let spec = Spec::scalar(DType::F64);
        let f = |x: Wire, up: Wire| vjp(&x.relu(), &x, &up);
        let passed = trace(f, &(spec, spec)).unwrap().run(((-1.0).into(), f64::INFINITY.into())).unwrap();
        assert_eq!(passed.item().unwrap(), 0.0);
    }
}

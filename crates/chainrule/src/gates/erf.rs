//! The error function.

use super::support::{batch, flops_per_output, shape};
use crate::circuit::{Arity, Attrs, Call, Class, Doc, GateDef, Local, Reads, Wire, record};
use crate::numeric::vector;
use std::f64::consts::FRAC_2_SQRT_PI;

/// See the module.
pub static ERF: GateDef = GateDef {
    name: "erf",
    doc: Doc {
        summary: "The error function: the normal distribution's bell, summed up.",
        formula: "y = 2 / sqrt(pi) * integral of e^(-t^2) for t from 0 to x",
        local: "dy/dx = 2 / sqrt(pi) * e^(-x^2)",
        kinks: "",
        source: "DLMF 7.2.1; a polynomial of our own, error at most 2.5 ulp in f32 and 3.5 in f64",
    },
    call: Some(Call { signature: "x", build: |a| a.wire("x").erf() }),
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::floats,
    class: Class::Elementwise(map1!([f32 f64] |x| vector::erf::<L, _>(x))),
    element: element!(|x| series(x)),
    local: Local::Partials(|r, _| (-(r.inputs[0] * r.inputs[0])).exp() * FRAC_2_SQRT_PI),
    reads: Reads::INPUTS,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[],
    sample: |s| s.elementwise(&[(-2.0, 2.0, &[])]),
};

impl Wire {
    /// The error function.
    #[track_caller]
    pub fn erf(self) -> Wire {
        record(&ERF, Attrs::NONE, &[self])
    }
}

/// The definition for tests: a series of terms of one sign, so that nothing cancels (DLMF 7.6.2).
fn series(x: f64) -> f64 {
    if x.abs() > 6.0 {
        return x.signum();
    }
    let mut term = FRAC_2_SQRT_PI * x * (-x * x).exp();
    let mut sum = 0.0;
    for k in 0..200 {
        sum += term;
        term *= 2.0 * x * x / (2 * k + 3) as f64;
    }
    sum
}

//! The Gaussian error linear unit and its slope, each in one pass over memory.

use super::support::operands::literal_like;
use super::support::{batch, flops_per_output, shape};
use crate::circuit::{Arity, Attrs, Class, Doc, GateDef, Local, Reads, Wire, record};
use crate::numeric::vector;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

/// x times the probability that a standard normal number is below x.
pub static GELU_EXACT: GateDef = GateDef {
    name: "gelu_exact",
    doc: Doc {
        summary: "x times the probability that a standard normal number is below x: what gelu computes.",
        formula: "y = x (1 + erf(x / sqrt 2)) / 2",
        local: "dy/dx = Phi(x) + x phi(x), the gate gelu_slope",
        kinks: "",
        source: "Hendrycks and Gimpel 2016, arXiv:1606.08415; error at most 2.5e-7 (1 + |x|) in f32, 5e-16 (1 + |x|) in f64",
    },
    call: None,
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::floats,
    class: Class::Elementwise(map1!([f32 f64] |x| vector::gelu::<L, _>(x))),
    element: element!(|x| x.max(-1000.0) * below(x)),
    local: Local::Partials(|r, _| record(&GELU_SLOPE, Attrs::NONE, &[r.inputs[0]])),
    reads: Reads::INPUTS,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[],
    sample: |s| s.elementwise(&[(-2.0, 2.0, &[])]),
};

/// Its derivative.
pub static GELU_SLOPE: GateDef = GateDef {
    name: "gelu_slope",
    doc: Doc {
        summary: "The derivative of gelu, Phi and phi being the standard normal distribution and its density.",
        formula: "y = Phi(x) + x phi(x)",
        local: "dy/dx = (2 - x^2) phi(x)",
        kinks: "",
        source: "error at most 2.5e-7 (1 + |x|) in f32, 5e-16 (1 + |x|) in f64",
    },
    call: None,
    arity: Arity::Exactly(1),
    attrs: &[],
    shape: shape::floats,
    class: Class::Elementwise(map1!([f32 f64] |x| vector::gelu_slope::<L, _>(x))),
    element: element!(|x| {
        let inner = x.clamp(-1000.0, 1000.0);
        below(x) + inner * density(inner)
    }),
    local: Local::Partials(|r, _| {
        // Where the density is 0, the square of what is cut off is finite.
        let x = r.inputs[0]
            .maximum(literal_like(-1000.0, r.inputs[0]))
            .minimum(literal_like(1000.0, r.inputs[0]));
        (2.0 - x * x) * ((x * x * -0.5).exp() * (FRAC_2_SQRT_PI * FRAC_1_SQRT_2 * 0.5))
    }),
    reads: Reads::INPUTS,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[],
    sample: |s| s.elementwise(&[(-2.0, 2.0, &[])]),
};

/// `x` times the probability that a standard normal number is below `x`.
#[track_caller]
pub(crate) fn gelu_exact(x: Wire) -> Wire {
    record(&GELU_EXACT, Attrs::NONE, &[x])
}

/// The definitions for tests.
fn below(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

fn density(x: f64) -> f64 {
    (-0.5 * x * x).exp() * (FRAC_2_SQRT_PI * FRAC_1_SQRT_2 * 0.5)
}

//! The Gaussian error linear unit.

use super::support::{is_float, switched};
use crate::circuit::{Call, Doc, FunctionDef, Wire, composed};
use crate::gates::gelu_exact;
use std::f64::consts::FRAC_2_PI;

/// See the module.
pub static GELU: FunctionDef = FunctionDef {
    name: "gelu",
    doc: Doc {
        summary: "x times the probability that a standard normal number is below x; with tanh, a well-known approximation of it.",
        formula: "y = x (1 + erf(x / sqrt 2)) / 2; tanh: x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2",
        local: "dy/dx = Phi(x) + x phi(x)",
        kinks: "",
        source: "Hendrycks and Gimpel 2016, arXiv:1606.08415",
    },
    call: Call {
        signature: "x, tanh=false",
        build: |a| if a.flag("tanh", false) { a.wire("x").gelu_tanh() } else { a.wire("x").gelu() },
    },
};

impl Wire {
    /// `x` times the probability that a standard normal number is below `x`.
    #[track_caller]
    pub fn gelu(self) -> Wire {
        if !is_float("gelu", self) {
            return Wire::POISON;
        }
        composed("gelu", &[self], || gelu_exact(self))
    }

    /// The approximation of [`Wire::gelu`] by a hyperbolic tangent; they differ by less than 0.0005.
    #[track_caller]
    pub fn gelu_tanh(self) -> Wire {
        if !is_float("gelu_tanh", self) {
            return Wire::POISON;
        }
        let share = |x: Wire| {
            let inner = (x + x * x * x * 0.044715) * FRAC_2_PI.sqrt();
            0.5 * (1.0 + inner.tanh())
        };
        composed("gelu_tanh", &[self], || switched(self, share))
    }
}

#[cfg(test)]
mod tests {
    use crate::functions::support::tests::{check, value_and_gradient};

    #[test]
    fn both_follow_their_definitions() {
        let at = [-3.0, -1.0, 0.0, 0.7, 2.5];
        check(|x| x.gelu(), &at, |x| x * 0.5 * (1.0 + libm::erf(x / 2f64.sqrt())));
        let inner = |x: f64| (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3));
        check(|x| x.gelu_tanh(), &at, |x| x * 0.5 * (1.0 + inner(x).tanh()));
        let (exact, _) = value_and_gradient(|x| x.gelu(), &at);
        let (rough, _) = value_and_gradient(|x| x.gelu_tanh(), &at);
        assert!(exact.iter().zip(&rough).all(|(a, b)| (a - b).abs() < 5e-4));
    }
}

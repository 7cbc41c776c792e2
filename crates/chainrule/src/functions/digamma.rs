//! The first two derivatives of the logarithm of the gamma function, by the names that people know.

use crate::circuit::{Call, Doc, FunctionDef, Wire, composed};

/// See the module.
pub static DIGAMMA: FunctionDef = FunctionDef {
    name: "digamma",
    doc: Doc {
        summary: "The derivative of lgamma.",
        formula: "y = polygamma(0, x)",
        local: "dy/dx = trigamma(x)",
        kinks: "x = 0, -1, -2, ...: poles; infinite at 0, else NaN",
        source: "DLMF 5.2",
    },
    call: Call { signature: "x", build: |a| a.wire("x").digamma() },
};

/// See the module.
pub static TRIGAMMA: FunctionDef = FunctionDef {
    name: "trigamma",
    doc: Doc {
        summary: "The derivative of digamma.",
        formula: "y = polygamma(1, x)",
        local: "dy/dx = polygamma(2, x)",
        kinks: "x = 0, -1, -2, ...: poles; infinite",
        source: "DLMF 5.15",
    },
    call: Call { signature: "x", build: |a| a.wire("x").trigamma() },
};

impl Wire {
    /// The derivative of [`Wire::lgamma`].
    #[track_caller]
    pub fn digamma(self) -> Wire {
        composed("digamma", &[self], || self.polygamma(0))
    }

    /// The derivative of [`Wire::digamma`].
    #[track_caller]
    pub fn trigamma(self) -> Wire {
        composed("trigamma", &[self], || self.polygamma(1))
    }
}

#[cfg(test)]
mod tests {
    use crate::functions::support::tests::value_and_gradient;
    use std::f64::consts::PI;

    /// DLMF 5.4.12, 5.4.13 and 5.15.3; the values of trigamma at 1 and 1/2 are pi^2/6 and pi^2/2.
    #[test]
    fn known_values_and_each_is_the_gradient_of_the_one_before() {
        let at = [1.0, 0.5];
        let near = |got: &[f64], wanted: &[f64]| got.iter().zip(wanted).all(|(g, w)| (g - w).abs() < 1e-14);
        let (digamma, slope) = value_and_gradient(|x| x.digamma(), &at);
        let (trigamma, _) = value_and_gradient(|x| x.trigamma(), &at);
        let (_, of_lgamma) = value_and_gradient(|x| x.lgamma(), &at);
        let euler = 0.577_215_664_901_532_9;
        assert!(near(&digamma, &[-euler, -euler - 2.0 * 2f64.ln()]), "{digamma:?}");
        assert!(near(&trigamma, &[PI * PI / 6.0, PI * PI / 2.0]), "{trigamma:?}");
        assert_eq!((slope, of_lgamma), (trigamma, digamma));
    }
}

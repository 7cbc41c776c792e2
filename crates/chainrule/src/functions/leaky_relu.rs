//! A ramp that leaks.

use crate::circuit::{Call, Doc, FunctionDef, Wire, composed};

/// See the module.
pub static LEAKY_RELU: FunctionDef = FunctionDef {
    name: "leaky_relu",
    doc: Doc {
        summary: "x where it is positive, else a small part of it, so that no unit dies.",
        formula: "y = x if x > 0 else slope x",
        local: "dy/dx = 1 if x > 0 else slope",
        kinks: "x = 0: slope, as relu'(0) = 0",
        source: "Maas, Hannun and Ng 2013",
    },
    call: Call { signature: "x, slope=0.01", build: |a| a.wire("x").leaky_relu(a.real("slope", 0.01)) },
};

impl Wire {
    /// `x` where it is positive, else `slope x`.
    #[track_caller]
    pub fn leaky_relu(self, slope: f64) -> Wire {
        composed("leaky_relu", &[self], || self.gt(0.0).select(self, self * slope))
    }
}

#[cfg(test)]
mod tests {
    use crate::functions::support::tests::{check, value_and_gradient};

    #[test]
    fn follows_its_definition() {
        check(|x| x.leaky_relu(0.1), &[-3.0, -0.1, 0.1, 4.0], |x| if x > 0.0 { x } else { 0.1 * x });
        assert_eq!(value_and_gradient(|x| x.leaky_relu(0.1), &[0.0]), (vec![0.0], vec![0.1]));
    }
}

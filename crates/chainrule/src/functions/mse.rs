//! The mean squared error.

use crate::circuit::{Call, Doc, FunctionDef, Wire, composed};

/// See the module.
pub static MSE: FunctionDef = FunctionDef {
    name: "mse",
    doc: Doc {
        summary: "The mean of the squared differences over all elements: one number.",
        formula: "loss = mean of (x - y)^2",
        local: "dloss/dx = 2 (x - y) / n",
        kinks: "",
        source: "",
    },
    call: Call { signature: "x, y", build: |a| a.wire("x").mse(a.wire("y")) },
};

impl Wire {
    /// The mean squared difference from `y`.
    #[track_caller]
    pub fn mse(self, y: Wire) -> Wire {
        composed("mse", &[self, y], || (self - y).square().mean())
    }
}

#[cfg(test)]
mod tests {
    use crate::functions::support::tests::{gradient_of, run};

    #[test]
    fn follows_its_definition() {
        let at = [[1.0, 2.0].into(), [0.0, 4.0].into()];
        assert_eq!(run(|w| vec![w[0].mse(w[1])], &at), [vec![2.5]]);
        assert_eq!(gradient_of(|w| w[0].mse(w[1]), &at), [vec![1.0, -2.0], vec![-1.0, 2.0]]);
    }
}

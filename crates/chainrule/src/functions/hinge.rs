//! The hinge loss of a sign.

use crate::circuit::{Call, Doc, FunctionDef, Wire, composed};

/// See the module.
pub static HINGE: FunctionDef = FunctionDef {
    name: "hinge",
    doc: Doc {
        summary: "How far a score falls short of the right side by 1; y is 1 or -1. One loss for each score.",
        formula: "loss = max(0, 1 - y x)",
        local: "dloss/dx = -y where y x < 1, else 0",
        kinks: "y x = 1: 0, as relu'(0) = 0",
        source: "Cortes and Vapnik 1995",
    },
    call: Call { signature: "x, y", build: |a| a.wire("x").hinge(a.wire("y")) },
};

impl Wire {
    /// The hinge loss of scores for signs `y` of 1 or -1, element by element.
    #[track_caller]
    pub fn hinge(self, y: Wire) -> Wire {
        composed("hinge", &[self, y], || (1.0 - y * self).relu())
    }
}

#[cfg(test)]
mod tests {
    use crate::functions::support::tests::{gradient_of, run};

    #[test]
    fn follows_its_definition() {
        let at = [[0.5, 2.0, 1.0, -1.0].into(), [1.0, 1.0, 1.0, -1.0].into()];
        assert_eq!(run(|w| vec![w[0].hinge(w[1])], &at), [vec![0.5, 0.0, 0.0, 0.0]]);
        assert_eq!(gradient_of(|w| w[0].hinge(w[1]).sum(), &at)[0], [-1.0, 0.0, 0.0, 0.0]);
    }
}

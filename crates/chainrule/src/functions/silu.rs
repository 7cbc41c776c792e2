//! The sigmoid linear unit.

use super::support::{is_float, switched};
use crate::circuit::{Call, Doc, FunctionDef, Wire, composed};

/// See the module.
pub static SILU: FunctionDef = FunctionDef {
    name: "silu",
    doc: Doc {
        summary: "x times its sigmoid, also called swish.",
        formula: "y = x sigmoid(x)",
        local: "dy/dx = s + x s (1 - s) with s = sigmoid(x)",
        kinks: "",
        source: "Elfwing, Uchibe and Doya 2017, arXiv:1702.03118",
    },
    call: Call { signature: "x", build: |a| a.wire("x").silu() },
};

impl Wire {
    /// `x` times its sigmoid.
    #[track_caller]
    pub fn silu(self) -> Wire {
        if !is_float("silu", self) {
            return Wire::POISON;
        }
        composed("silu", &[self], || switched(self, Wire::sigmoid))
    }
}

#[cfg(test)]
mod tests {
    use crate::functions::support::tests::check;

    #[test]
    fn follows_its_definition() {
        check(|x| x.silu(), &[-30.0, -1.0, 0.0, 2.0, 30.0], |x| x / (1.0 + (-x).exp()));
    }
}

//! Elements in order.

use crate::circuit::{Call, Doc, FunctionDef, Wire};

/// See the module.
pub static SORT: FunctionDef = FunctionDef {
    name: "sort",
    doc: Doc {
        summary: "The elements along an axis in order, smallest first; with descending, largest first.",
        formula: "y = x taken along the axis by argsort(x)",
        local: "passed back: each upstream to the element that it came from",
        kinks: "ties keep their order, and so do their gradients; NaN comes last in both directions",
        source: "",
    },
    call: Call {
        signature: "x, axis=-1, descending=false",
        build: |a| a.wire("x").sort(a.int("axis", -1), a.flag("descending", false)),
    },
};

impl Wire {
    /// The elements along an axis in order, largest first with `descending`. Stable; NaN comes last.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let spec = Spec::new(&[3], DType::F64).unwrap();
    /// let program = trace(|x: Wire| x.sort(-1, true), &(spec,))?;
    /// assert_eq!(program.run(([2.0, 3.0, 1.0].into(),))?.to_f64(), [3.0, 2.0, 1.0]);
    /// # Ok::<(), Diagnostic>(())
    /// ```
    #[track_caller]
    pub fn sort(self, axis: i64, descending: bool) -> Wire {
        self.take_along(self.argsort(axis, descending), axis)
    }
}

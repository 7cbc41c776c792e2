//! The largest few elements.

use crate::circuit::{Call, Doc, Fault, FunctionDef, Wire, mistake};
use crate::gates::support::{along, arguments};

/// See the module.
pub static TOP_K: FunctionDef = FunctionDef {
    name: "top_k",
    doc: Doc {
        summary: "The k largest elements along an axis, largest first.",
        formula: "y = the first k of sort(x, descending=true)",
        local: "passed back: each upstream to the element that it came from, 0 to the others",
        kinks: "of equal elements the first is taken first; NaN comes last",
        source: "",
    },
    call: Call {
        signature: "x, k, axis=-1",
        build: |a| match arguments::counts(a, "k").as_deref() {
            Some([k]) => a.wire("x").top_k(*k, a.int("axis", -1)).0,
            _ => Wire::POISON,
        },
    },
};

impl Wire {
    /// The `k` largest elements along an axis, largest first, and their indices as i64.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let spec = Spec::new(&[4], DType::F64).unwrap();
    /// let program = trace(|x: Wire| x.top_k(2, -1), &(spec,))?;
    /// let (values, indices) = program.run(([2.0, 9.0, 1.0, 4.0].into(),))?;
    /// assert_eq!((values.to_f64(), indices.to_f64()), (vec![9.0, 4.0], vec![1.0, 3.0]));
    /// # Ok::<(), Diagnostic>(())
    /// ```
    #[track_caller]
    pub fn top_k(self, k: usize, axis: i64) -> (Wire, Wire) {
        let Some(axis) = along::named("top_k", self, axis) else { return (Wire::POISON, Wire::POISON) };
        let length = self.shape()[axis];
        if k > length {
            let what = format!("{k} largest of axis {axis}, which has length {length}");
            let poison = mistake("top_k", Fault::new(what, "ask for at most as many as there are"));
            return (poison, poison);
        }
        let indices = self.argsort(axis as i64, true).slice_axis(axis as i64, 0, k as i64);
        (self.take_along(indices, axis as i64), indices)
    }
}

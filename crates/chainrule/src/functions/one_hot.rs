//! Numbers as rows with a single 1.

use crate::base::DType;
use crate::circuit::{Call, Doc, FunctionDef, Wire};
use crate::gates::{iota, support::arguments};

/// See the module.
pub static ONE_HOT: FunctionDef = FunctionDef {
    name: "one_hot",
    doc: Doc {
        summary: "Each i64 number as a row of zeros with a 1 at that place.",
        formula: "y[.., j] = 1 if x[..] = j else 0, for j from 0 to classes - 1",
        local: "none: whole numbers have no gradient",
        kinks: "a number below 0 or beyond the classes gives a row of zeros",
        source: "",
    },
    call: Call {
        signature: "x, classes, dtype=none",
        build: |a| {
            let default = if a.dtype.is_float() { a.dtype } else { DType::F64 };
            match (arguments::counts(a, "classes").as_deref(), arguments::dtype(a, default)) {
                (Some([classes]), Some(dtype)) => arguments::whole(a, "x").one_hot(*classes, dtype),
                _ => Wire::POISON,
            }
        },
    },
};

impl Wire {
    /// Each i64 number as a row of zeros with a 1 at that place; a row of zeros for a number that is none of the classes.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let program = trace(|x: Wire| x.one_hot(3, DType::F64), &(Spec::new(&[2], DType::I64).unwrap(),))?;
    /// assert_eq!(program.run((vec![2i64, -1].into(),))?.to_f64(), [0.0, 0.0, 1.0, 0.0, 0.0, 0.0]);
    /// # Ok::<(), Diagnostic>(())
    /// ```
    #[track_caller]
    pub fn one_hot(self, classes: usize, dtype: DType) -> Wire {
        if self.is_poisoned() {
            return self;
        }
        self.unsqueeze(self.shape().rank()).eq(iota(&[classes], 0, DType::I64)).cast(dtype)
    }
}

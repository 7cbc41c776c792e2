//! A value cut into parts along an axis.

use crate::circuit::{Call, Doc, Fault, FunctionDef, Wire, composed, mistake};
use crate::gates::support::along;

/// See the module.
pub static SPLIT: FunctionDef = FunctionDef {
    name: "split",
    doc: Doc {
        summary: "One of several equal parts of a value along an axis; `part` counts from 0. In Rust, all of them.",
        formula: "y[.., i, ..] = x[.., part * length / parts + i, ..]",
        local: "passed back: upstream in its place, zeros elsewhere",
        kinks: "",
        source: "",
    },
    call: Call {
        signature: "x, parts, part, axis=0",
        build: |a| {
            let (count, part) = (a.int("parts", 1), a.int("part", 0));
            let parts = a.wire("x").split(usize::try_from(count).unwrap_or(0), a.int("axis", 0));
            if parts.iter().any(|w| w.is_poisoned()) {
                return Wire::POISON;
            }
            let chosen = usize::try_from(part).ok().and_then(|part| parts.get(part).copied());
            let fault = || Fault::new(format!("part {part} of {count}"), "parts count from 0");
            chosen.unwrap_or_else(|| mistake("split", fault()))
        },
    },
};

impl Wire {
    /// Equal parts along an axis. As many as asked for, also where that is a mistake.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let spec = Spec::new(&[4], DType::F64).unwrap();
    /// let program = trace(|x: Wire| x.split(2, 0), &(spec,))?;
    /// let parts = program.run(([1.0, 2.0, 3.0, 4.0].into(),))?;
    /// assert_eq!((parts[0].to_f64(), parts[1].to_f64()), (vec![1.0, 2.0], vec![3.0, 4.0]));
    /// # Ok::<(), Diagnostic>(())
    /// ```
    #[track_caller]
    pub fn split(self, parts: usize, axis: i64) -> Vec<Wire> {
        let Some(along) = along::named("split", self, axis) else { return vec![Wire::POISON; parts] };
        let length = self.shape()[along];
        if parts == 0 || !length.is_multiple_of(parts) {
            let what = format!("an axis of length {length} in {parts} parts");
            mistake("split", Fault::new(what, "the parts must divide the length; split_sizes takes lengths"));
            return vec![Wire::POISON; parts.max(1)];
        }
        self.split_sizes(&vec![length / parts; parts], axis)
    }

    /// Parts of given lengths along an axis, which they fill.
    #[track_caller]
    pub fn split_sizes(self, sizes: &[usize], axis: i64) -> Vec<Wire> {
        let Some(along) = along::named("split", self, axis) else { return vec![Wire::POISON; sizes.len()] };
        let length = self.shape()[along];
        if sizes.iter().try_fold(0usize, |sum, &size| sum.checked_add(size)) != Some(length) {
            let what = format!("an axis of length {length} in parts of {sizes:?}");
            mistake("split", Fault::new(what, "the parts must add up to the length"));
            return vec![Wire::POISON; sizes.len()];
        }
        composed("split", &[self], || {
            let mut start = 0;
            let cut = sizes.iter().map(|&size| {
                start += size;
                self.slice_axis(axis, (start - size) as i64, start as i64)
            });
            cut.collect::<Vec<_>>()
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::base::{DType, Spec};
    use crate::functions::support::tests::{gradient_of, mistakes, run};

    #[test]
    fn parts_of_any_length() {
        let x = [[1.0, 2.0, 3.0].into()];
        assert_eq!(run(|w| w[0].split_sizes(&[0, 1, 2], 0), &x), [vec![], vec![1.0], vec![2.0, 3.0]]);
        assert_eq!(gradient_of(|w| w[0].split(3, -1)[1].sum(), &x), [vec![0.0, 1.0, 0.0]]);
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let spec = [Spec::new(&[3], DType::F64).expect("a small shape")];
        assert!(mistakes(|w| w[0].split(2, 0)[1], &spec).contains("split: an axis of length 3 in 2 parts"));
        assert!(mistakes(|w| w[0].split(0, 0)[0], &spec).contains("split: an axis of length 3 in 0 parts"));
        assert!(mistakes(|w| w[0].split_sizes(&[1, 1], 0)[0], &spec).contains("in parts of [1, 1]"));
        assert!(mistakes(|w| w[0].split(3, 1)[2], &spec).contains("axis 1 of a value with 1 axis"));
    }
}

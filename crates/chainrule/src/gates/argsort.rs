//! The order of elements along an axis.

use super::support::along;
use crate::base::{DType, Spec};
use crate::circuit::{
    Arity, Attrs, Call, Case, Class, Doc, GateDef, Job, Kind, Local, Outputs, Plain, Reads, Wire, record,
};
use crate::numeric::scratch;
use crate::numeric::sort::argsort;

/// See the module.
pub static ARGSORT: GateDef = GateDef {
    name: "argsort",
    doc: Doc {
        summary: "The indices that put the elements along an axis in order, as i64.",
        formula: "x[.., y_0, ..] <= x[.., y_1, ..] <= ..; with descending, >=",
        local: "zero almost everywhere",
        kinks: "stable: of equal elements the first comes first, ascending and descending; NaN comes last in both",
        source: "",
    },
    call: Some(Call {
        signature: "x, axis=-1, descending=false",
        build: |a| a.wire("x").argsort(a.int("axis", -1), a.flag("descending", false)),
    }),
    arity: Arity::Exactly(1),
    attrs: &[("axis", Kind::Int), ("descending", Kind::Flag)],
    shape: |a, x| {
        along::checked(a, x)?;
        Ok(Outputs::One(x[0].with_dtype(DType::I64)))
    },
    class: Class::Cumulate(kernel),
    element,
    local: Local::Flat,
    reads: Reads::NOTHING,
    batch: along::batch,
    flops: |a, x, _| comparisons(a, x[0]),
    identities: &[],
    sample: |s| {
        let Case { inputs, .. } = along::sample(s);
        let axis = s.size(0, inputs[0].shape().rank() - 1);
        Case { attrs: Attrs::new([("axis", axis.into()), ("descending", s.coin().into())]), inputs }
    },
};

/// n log2 n for each line.
fn comparisons(attrs: &Attrs, x: Spec) -> u64 {
    let length = x.shape[attrs.index("axis")] as u64;
    x.shape.elements() as u64 * u64::from(length.max(1).ilog2())
}

/// The element of rank `at`: the one before which so many others come.
fn element(attrs: &Attrs, x: &[Plain], at: &[usize]) -> f64 {
    let (axis, descending) = (attrs.index("axis"), attrs.flag("descending"));
    let length = x[0].spec.shape[axis];
    let value = |i: usize| {
        let mut at = at.to_vec();
        at[axis] = i;
        x[0].at(&at)
    };
    let comes_before = |i: usize, j: usize| match (value(i), value(j)) {
        (a, b) if a.is_nan() != b.is_nan() => b.is_nan(),
        (a, b) if a == b || a.is_nan() => i < j,
        (a, b) => (a < b) != descending,
    };
    let rank = |i: usize| (0..length).filter(|&j| j != i && comes_before(j, i)).count();
    (0..length).find(|&i| rank(i) == at[axis]).map_or(f64::NAN, |i| i as f64)
}

fn kernel(job: &mut Job<'_>) {
    let (x, descending) = (job.inputs[0], job.attrs.flag("descending"));
    let (outer, length, inner) = x.shape.around(job.attrs.index("axis"));
    scratch::filled(if inner > 1 { length } else { 0 }, 0, |room| {
        for_dtype!(x.data.dtype(), [f32 f64 i32 i64 u8 bool], T => {
            argsort(x.typed::<T>(), outer, length, inner, job.output(), room, descending)
        })
    })
}

impl Wire {
    /// The indices that put the elements along an axis in order. Stable; NaN comes last.
    #[track_caller]
    pub fn argsort(self, axis: i64, descending: bool) -> Wire {
        let Some(axis) = along::named("argsort", self, axis) else { return Wire::POISON };
        record(&ARGSORT, Attrs::new([("axis", axis.into()), ("descending", descending.into())]), &[self])
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn stable_with_nan_last_in_both_directions() {
        let x = Tensor::from([2.0, f64::NAN, 1.0, 2.0]);
        let program = trace(|x: Wire| (x.argsort(0, false), x.argsort(-1, true)), &(x.spec(),)).unwrap();
        let (up, down) = program.run((x,)).unwrap();
        assert_eq!((up.to_f64(), down.to_f64()), (vec![2.0, 0.0, 3.0, 1.0], vec![0.0, 3.0, 2.0, 1.0]));
    }
}

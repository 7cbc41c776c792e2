//! Running products along an axis.

use super::cumsum::running;
use super::recurrence;
use super::support::{along, flops_per_output};
use crate::circuit::{Arity, Call, Class, Doc, GateDef, Kind, Local, Reads, Room, Wire};
use crate::numeric::cumulate::Cumulate;

/// See the module.
pub static CUMPROD: GateDef = GateDef {
    name: "cumprod",
    doc: Doc {
        summary: "The running product along an axis, its own element included; with reverse, from the end. \
                  Of bool and u8 it is i64; i32 and i64 wrap.",
        formula: "y_i = x_0 x_1 .. x_i",
        local: "passed back to x_i: y_(i-1) g_i, where g_i = upstream_i + x_(i+1) g_(i+1) runs from the other end: nothing \
                is divided, so that zeros do no harm",
        kinks: "",
        source: "y_i = x_i y_(i-1) is a linear recurrence; its adjoint is one too",
    },
    call: Some(Call { signature: "x, axis=-1, reverse=false", build: |a| along::call(a, &CUMPROD) }),
    arity: Arity::Exactly(1),
    attrs: &[("axis", Kind::Int), ("reverse", Kind::Flag)],
    shape: along::widened,
    class: Class::Cumulate(|job| running(job, Cumulate::Prod)),
    element: |a, x, at| along::so_far(a, &x[0], at).product(),
    local: Local::Pair {
        vjp: |r, up, _| {
            let Some(up) = up[0] else { return vec![None] };
            let (axis, reverse) = (r.attrs.index("axis"), r.attrs.flag("reverse"));
            let next = along::previous(r.inputs[0], axis, !reverse, 0.0);
            vec![Some(before(r) * recurrence(next, up, axis as i64, !reverse))]
        },
        jvp: |r, tangents| {
            let (axis, reverse) = (r.attrs.int("axis"), r.attrs.flag("reverse"));
            vec![tangents[0].map(|t| recurrence(r.inputs[0], t * before(r), axis, reverse))]
        },
    },
    reads: Reads::BOTH,
    batch: along::batch,
    flops: flops_per_output,
    identities: &[],
    sample: along::sample_factors,
};

/// For each element the product of those before it.
fn before(r: &Room<'_>) -> Wire {
    along::previous(r.output(), r.attrs.index("axis"), r.attrs.flag("reverse"), 1.0)
}

impl Wire {
    /// The running product along an axis.
    #[track_caller]
    pub fn cumprod(self, axis: i64) -> Wire {
        along::cumulated(&CUMPROD, self, axis, false)
    }

    /// The running product along an axis, from the end.
    #[track_caller]
    pub fn cumprod_reverse(self, axis: i64) -> Wire {
        along::cumulated(&CUMPROD, self, axis, true)
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn gradients_at_zeros() {
        let spec = Spec::new(&[4], DType::F64).unwrap();
        let program = trace(|x: Wire| x.cumprod(0).jacobian(x), &(spec,)).unwrap();
        let jacobian = program.run(([2.0, 0.0, 3.0, 0.0].into(),)).unwrap().to_f64();
        let wanted = [[1.0, 0.0, 0.0, 0.0], [0.0, 2.0, 0.0, 0.0], [0.0, 6.0, 0.0, 0.0], [0.0; 4]];
        assert_eq!(jacobian, wanted.concat());
    }
}

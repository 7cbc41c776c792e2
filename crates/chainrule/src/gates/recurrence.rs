//! Linear recurrences along an axis: decays, discounted sums, moving averages; and what running products pass back.

use super::support::operands::fit;
use super::support::{along, shape};
use crate::circuit::{
    Arity, Attrs, Call, Case, Class, Doc, GateDef, Job, Kind, Local, Outputs, Reads, Room, Wire, record,
};
use crate::numeric::cumulate;

/// See the module.
pub static RECURRENCE: GateDef = GateDef {
    name: "recurrence",
    doc: Doc {
        summary: "A linear recurrence along an axis; with reverse, from the end. The first factor is not read.",
        formula: "y_0 = b_0, y_i = a_i y_(i-1) + b_i",
        local: "passed back to b: g_i = upstream_i + a_(i+1) g_(i+1), a recurrence from the other end; to a_i: g_i y_(i-1)",
        kinks: "",
        source: "",
    },
    call: Some(Call {
        signature: "a, b, axis=-1, reverse=false",
        build: |a| recurrence(a.wire("a"), a.wire("b"), a.int("axis", -1), a.flag("reverse", false)),
    }),
    arity: Arity::Exactly(2),
    attrs: &[("axis", Kind::Int), ("reverse", Kind::Flag)],
    shape: |a, x| {
        let both: Outputs = shape::numbers(a, x)?;
        along::checked(a, x)?;
        Ok(both)
    },
    class: Class::Cumulate(kernel),
    element: |a, x, at| {
        let steps = along::so_far(a, &x[0], at).zip(along::so_far(a, &x[1], at));
        steps.fold(None, |y, (a, b)| Some(y.map_or(b, |y: f64| a * y + b))).unwrap_or(f64::NAN)
    },
    local: Local::Pair {
        vjp: |r, up, wants| {
            let Some(up) = up[0] else { return vec![None, None] };
            let (axis, reverse) = (r.attrs.index("axis"), r.attrs.flag("reverse"));
            let next = along::previous(r.inputs[0], axis, !reverse, 0.0);
            let carried = recurrence(next, up, axis as i64, !reverse);
            vec![wants[0].then(|| carried * before(r)), Some(carried)]
        },
        jvp: |r, tangents| {
            let driven = match (tangents[0].map(|t| t * before(r)), tangents[1]) {
                (Some(a), Some(b)) => Some(a + b),
                (a, b) => a.or(b),
            };
            vec![driven.map(|b| recurrence(r.inputs[0], b, r.attrs.int("axis"), r.attrs.flag("reverse")))]
        },
    },
    reads: Reads::BOTH,
    batch: along::batch,
    flops: |_, _, outputs| 2 * outputs[0].shape.elements() as u64,
    identities: &[],
    sample: |s| {
        let Case { attrs, inputs } = along::sample(s);
        let dims = inputs[0].shape().dims();
        Case { attrs, inputs: vec![along::factors(s, &dims), s.reals(&dims, -2.0, 2.0)] }
    },
};

/// The output before each element's; 0 where it starts.
fn before(r: &Room<'_>) -> Wire {
    along::previous(r.output(), r.attrs.index("axis"), r.attrs.flag("reverse"), 0.0)
}

fn kernel(job: &mut Job<'_>) {
    let (a, b, reverse) = (job.inputs[0], job.inputs[1], job.attrs.flag("reverse"));
    let (outer, length, inner) = a.shape.around(job.attrs.index("axis"));
    for_dtype!(a.data.dtype(), [f32 f64 i32 i64 u8], T => {
        cumulate::recurrence([a.typed::<T>(), b.typed::<T>()], outer, length, inner, job.output(), reverse)
    })
}

/// The linear recurrence `y_i = a_i y_(i-1) + b_i` along an axis, from the end with `reverse`; both are broadcast.
///
/// ```
/// use chainrule::{prelude::*, recurrence};
/// // what a decay of a half leaves of three impulses
/// let spec = Spec::new(&[3], DType::F64).unwrap();
/// let program = trace(|b: Wire| recurrence(0.5 + 0.0 * b, b, 0, false), &(spec,))?;
/// assert_eq!(program.run(([8.0, 2.0, 1.0].into(),))?.to_f64(), [8.0, 6.0, 4.0]);
/// # Ok::<(), Diagnostic>(())
/// ```
#[track_caller]
pub fn recurrence(a: Wire, b: Wire, axis: i64, reverse: bool) -> Wire {
    let (a, b) = fit(a, b);
    let Some(axis) = along::named("recurrence", b, axis) else { return Wire::POISON };
    record(&RECURRENCE, Attrs::new([("axis", axis.into()), ("reverse", reverse.into())]), &[a, b])
}

//! The largest and the smallest element so far. One room for both, which differ in one comparison.

use super::support::{along, flops_per_output};
use super::{iota, support::operands::literal};
use crate::base::{DType, Spec};
use crate::circuit::{
    Arity, Attrs, Call, Class, Doc, Fault, GateDef, Job, Kind, Local, Outputs, Reads, Room, Wire,
};
use crate::numeric::cumulate::{Cumulate, cumulate};

macro_rules! running_extreme {
    (
        $gate:ident, $name:literal, $summary:literal, $formula:literal, $op:expr, $beats:tt,
        $better:ident, $method:ident, $reversed:ident
    ) => {
        /// See the module.
        pub static $gate: GateDef = GateDef {
            name: $name,
            doc: Doc {
                summary: $summary,
                formula: $formula,
                local: "dy_i/dx_j = 1 for exactly one j, where the extreme so far stands, and 0 for the others",
                kinks: "ties: the one that came first, seen from where the run starts. A NaN stays to the end, and the \
                        gradient goes to the first one",
                source: "",
            },
            call: Some(Call { signature: "x, axis=-1, reverse=false", build: |a| along::call(a, &$gate) }),
            arity: Arity::Exactly(1),
            attrs: &[("axis", Kind::Int), ("reverse", Kind::Flag)],
            shape: shape_rule,
            class: Class::Cumulate(|job| kernel(job, $op)),
            element: |a, x, at| {
                let best = |best: f64, x: f64| if best.is_nan() || !(x $beats best || x.is_nan()) { best } else { x };
                along::so_far(a, &x[0], at).reduce(best).unwrap_or(f64::NAN)
            },
            local: Local::Pair {
                vjp: |r, up, _| {
                    let Some(up) = up[0] else { return vec![None] };
                    let zero = super::support::operands::zeros_like(r.inputs[0]);
                    vec![Some(zero.scatter_add_along(holders(r, Wire::$better), up, r.attrs.int("axis")))]
                },
                jvp: |r, tangents| {
                    vec![tangents[0].map(|t| t.take_along(holders(r, Wire::$better), r.attrs.int("axis")))]
                },
            },
            reads: Reads::BOTH,
            batch: along::batch,
            flops: flops_per_output,
            identities: &[],
            sample: along::sample,
        };

        impl Wire {
            #[doc = $summary]
            #[track_caller]
            pub fn $method(self, axis: i64) -> Wire {
                along::cumulated(&$gate, self, axis, false)
            }

            #[doc = concat!($summary, " From the end.")]
            #[track_caller]
            pub fn $reversed(self, axis: i64) -> Wire {
                along::cumulated(&$gate, self, axis, true)
            }
        }
    };
}

running_extreme!(
    CUMMAX, "cummax", "The largest element so far along an axis.", "y_i = max(x_0, .., x_i)", Cumulate::Max, >,
    gt, cummax, cummax_reverse
);
running_extreme!(
    CUMMIN, "cummin", "The smallest element so far along an axis.", "y_i = min(x_0, .., x_i)", Cumulate::Min, <,
    lt, cummin, cummin_reverse
);

fn shape_rule(attrs: &Attrs, inputs: &[Spec]) -> Result<Outputs, Fault> {
    along::checked(attrs, inputs)?;
    if inputs[0].dtype == DType::Bool {
        return Err(super::support::wants("numbers", inputs[0].dtype));
    }
    Ok(Outputs::One(inputs[0]))
}

fn kernel(job: &mut Job<'_>, op: Cumulate) {
    let (x, reverse) = (job.inputs[0], job.attrs.flag("reverse"));
    let (outer, length, inner) = x.shape.around(job.attrs.index("axis"));
    for_dtype!(x.data.dtype(), [f32 f64 i32 i64 u8], T => {
        cumulate(x.typed::<T>(), outer, length, inner, job.output(), op, reverse)
    })
}

/// The index of the extreme so far. A record is set where an element beats the extreme before it, or is the first NaN;
/// what holds is the record that was set last, and the first element where there is none.
fn holders(r: &Room<'_>, beats: fn(Wire, Wire) -> Wire) -> Wire {
    let (x, axis, reverse) = (r.inputs[0], r.attrs.index("axis"), r.attrs.flag("reverse"));
    let before = along::previous(r.output(), axis, reverse, f64::NAN);
    let first = along::previous(r.output().eq(r.output()), axis, reverse, 1.0);
    let record = beats(x, before).or(x.ne(x).and(first));
    let dims = x.shape().dims();
    let index = iota(&dims, axis as i64, DType::I64);
    if reverse {
        let last = literal(dims[axis] as f64 - 1.0, DType::I64);
        record.select(index, last).cummin_reverse(axis as i64)
    } else {
        record.select(index, literal(0.0, DType::I64)).cummax(axis as i64)
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    fn gradient(values: [f64; 4], f: fn(Wire) -> Wire) -> Vec<f64> {
        let weights = Tensor::from([1.0, 10.0, 100.0, 1000.0]);
        let x = Tensor::from(values);
        let program =
            trace(|x: Wire| (f(x) * constant(weights.clone())).sum().gradient(&x), &(x.spec(),)).unwrap();
        program.run((x,)).unwrap().to_f64()
    }

    #[test]
    fn ties_go_to_the_one_that_came_first() {
        assert_eq!(gradient([2.0, 1.0, 2.0, 3.0], |x| x.cummax(0)), [111.0, 0.0, 0.0, 1000.0]);
        assert_eq!(gradient([2.0, 1.0, 2.0, 1.0], |x| x.cummax_reverse(0)), [0.0, 0.0, 111.0, 1000.0]);
        assert_eq!(gradient([2.0, 1.0, 1.0, 3.0], |x| x.cummin(0)), [1.0, 1110.0, 0.0, 0.0]);
    }

    #[test]
    fn the_first_nan_stays() {
        let nan = f64::NAN;
        assert_eq!(gradient([2.0, nan, 5.0, nan], |x| x.cummax(0)), [1.0, 1110.0, 0.0, 0.0]);
        assert_eq!(gradient([nan, 1.0, 5.0, 2.0], |x| x.cummin(0)), [1111.0, 0.0, 0.0, 0.0]);
        assert_eq!(gradient([2.0, nan, 5.0, 9.0], |x| x.cummax_reverse(0)), [0.0, 11.0, 0.0, 1100.0]);
    }
}

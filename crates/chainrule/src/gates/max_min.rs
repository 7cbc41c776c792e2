//! The largest and the smallest element over axes. One room for both, which differ in one comparison.

use super::iota;
use super::support::operands::{filled_like, zeros_like};
use super::support::{flops_per_input, reduce};
use crate::base::{DType, Spec};
use crate::circuit::{
    Args, Arity, Attrs, Call, Class, Doc, Fault, GateDef, Identity, Job, Kind, Local, Outputs, Reads, Room,
    Then, When, Wire, mistake,
};
use crate::numeric::reduce::Reduce;

macro_rules! extreme {
    (
        $gate:ident, $name:literal, $summary:literal, $formula:literal, $op:expr, $beats:tt,
        $two:expr, $arg:ident, $all:ident, $axes:ident
    ) => {
        /// See the module.
        pub static $gate: GateDef = GateDef {
            name: $name,
            doc: Doc {
                summary: $summary,
                formula: $formula,
                local: "dy/dx = 1 for exactly one element of each output, the one that won, and 0 for the others",
                kinks: "ties: the first in row-major order gets the whole gradient. NaN is passed on; the first NaN wins. \
                        An axis of length 0 has no extreme and is refused",
                source: "",
            },
            call: Some(Call {
                signature: "x, y=none, axis=none, keep=false",
                build: |a| if a.has("y") { of_two(a, $two) } else { reduce::call(a, &$gate) },
            }),
            arity: Arity::Exactly(1),
            attrs: &[("axes", Kind::Ints)],
            shape: shape_rule,
            class: Class::Reduce(|job| fold(job, $op), Some($op)),
            element: |a, x, at| {
                let best = |best: f64, x: f64| if best.is_nan() || !(x $beats best || x.is_nan()) { best } else { x };
                reduce::elements(a, &x[0], at).reduce(best).unwrap_or(f64::NAN)
            },
            local: Local::Pair {
                vjp: |r, up, _| {
                    let Some(up) = up[0] else { return vec![None] };
                    let from = r.inputs[0].shape();
                    let up = up.keep_axes(from, &r.attrs.indices("axes")).broadcast_to(&from.dims());
                    vec![Some(winners(r, Wire::$arg).select(up, zeros_like(up)))]
                },
                jvp: |r, tangents| {
                    let Some(t) = tangents[0] else { return vec![None] };
                    vec![Some(winners(r, Wire::$arg).select(t, zeros_like(t)).sum_axes(&r.attrs.indices("axes")))]
                },
            },
            reads: Reads::INPUTS,
            batch: reduce::batch,
            flops: flops_per_input,
            identities: &[
Identity::any("the extreme of one element is that element", When::Single, Then::Reshaped, "it is copied, NaN too"),
],
            sample: reduce::sample_not_empty,
        };

        impl Wire {
            #[doc = concat!($summary, " Over all axes.")]
            #[track_caller]
            pub fn $all(self) -> Wire {
                self.$axes(&(0..self.shape().rank()).collect::<Vec<_>>())
            }

            #[doc = concat!($summary, " Over some axes, which are dropped.")]
            #[track_caller]
            pub fn $axes(self, axes: &[usize]) -> Wire {
                reduce::over(&$gate, self, axes)
            }
        }
    };
}

extreme!(
    MAX, "max", "The largest element: the whole gradient goes to exactly one, the first of those that tie.",
    "y = max of x over the axes; max(x, y): the larger of two", Reduce::Max, >, Wire::maximum, argmax, max, max_axes
);
extreme!(
    MIN, "min", "The smallest element: the whole gradient goes to exactly one, the first of those that tie.",
    "y = min of x over the axes; min(x, y): the smaller of two", Reduce::Min, <, Wire::minimum, argmin, min, min_axes
);

/// `max(a, b)` in a formula means the larger of two values.
#[track_caller]
fn of_two(args: &Args<'_>, two: fn(Wire, Wire) -> Wire) -> Wire {
    let (x, y) = (args.wire("x"), args.wire("y"));
    if args.has("axis") || args.flag("keep", false) {
        let hint = format!("write {0}(x, y) for two values, or {0}(x, axis=1) for one", args.function);
        return mistake(args.function, Fault::new("two values and an axis", hint));
    }
    two(x, y)
}

fn shape_rule(attrs: &Attrs, inputs: &[Spec]) -> Result<Outputs, Fault> {
    if inputs[0].dtype == DType::Bool {
        return Err(Fault::new("takes numbers, not bool", "use any or all"));
    }
    let output = reduce::shape(attrs, inputs)?;
    match attrs.indices("axes").into_iter().find(|&axis| inputs[0].shape[axis] == 0) {
        None => Ok(Outputs::One(output)),
        Some(axis) => {
            let what = format!("axis {axis} of {} has no elements", inputs[0].shape);
            Err(Fault::new(what, "an extreme needs at least one element"))
        }
    }
}

fn fold(job: &mut Job<'_>, op: Reduce) {
    let (x, axes) = (job.inputs[0], job.attrs.ints("axes"));
    for_dtype!(x.data.dtype(), [f32 f64 i32 i64 u8], T => {
        reduce::fold_axes(x.typed::<T>(), x.shape, axes, job.output(), op)
    })
}

/// Where the elements stand that won: exactly one for each output.
fn winners(r: &Room<'_>, place: fn(Wire, i64) -> Wire) -> Wire {
    let (x, axes) = (r.inputs[0], r.attrs.indices("axes"));
    if axes.is_empty() {
        return filled_like(0.0, x).eq(0.0);
    }
    let (joined, at) = reduce::join(x, &axes);
    let dims = joined.shape().dims();
    let winner = place(joined, at as i64).unsqueeze(at);
    reduce::part(iota(&dims, at as i64, DType::I64).eq(winner), x.shape(), &axes)
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    fn gradient(values: &[f64], dims: &[usize], f: fn(Wire) -> Wire) -> Vec<f64> {
        let x = Tensor::new(values.to_vec(), dims).unwrap();
        let program = trace(|x: Wire| f(x).sum().gradient(&x), &(x.spec(),)).unwrap();
        program.run((x,)).unwrap().to_f64()
    }

    #[test]
    fn the_first_of_those_that_tie_gets_everything() {
        assert_eq!(gradient(&[1.0, 3.0, 3.0, 2.0], &[4], Wire::max), [0.0, 1.0, 0.0, 0.0]);
        assert_eq!(gradient(&[1.0, 1.0, 3.0, 2.0], &[2, 2], |x| x.min_axes(&[0, 1])), [1.0, 0.0, 0.0, 0.0]);
        let apart = |x: Wire| x.max_axes(&[0, 2]);
        let ties = [0.0, 5.0, 7.0, 7.0, 5.0, 0.0, 7.0, 0.0];
        assert_eq!(gradient(&ties, &[2, 2, 2], apart), [0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn the_first_nan_wins() {
        let values = [1.0, f64::NAN, 3.0, f64::NAN];
        assert_eq!(gradient(&values, &[4], Wire::max), [0.0, 1.0, 0.0, 0.0]);
        assert_eq!(gradient(&values, &[4], Wire::min), [0.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn an_empty_axis_is_refused() {
        let spec = Spec::new(&[2, 0], DType::F64).unwrap();
        let error = trace(|x: Wire| x.max_axes(&[1]), &(spec,)).err().unwrap().to_string();
        assert!(error.contains("max: axis 1 of [2, 0] has no elements"), "{error}");
        assert!(trace(|x: Wire| x.max_axes(&[0]), &(spec,)).is_ok());
    }
}

//! Where the largest and the smallest element stand. One room for both, which differ in one comparison.

use super::support::{along, flops_per_input, reduce, widened};
use crate::base::{DType, Shape, Spec};
use crate::circuit::{
    Args, Arity, Attrs, Call, Case, Class, Doc, Fault, GateDef, Job, Kind, Local, Outputs, Reads, Sampler,
    Wire, record,
};
use crate::numeric::reduce::{Extreme, arg_axis};

macro_rules! place {
    ($gate:ident, $name:literal, $summary:literal, $formula:literal, $extreme:expr, $beats:tt, $method:ident) => {
        /// See the module.
        pub static $gate: GateDef = GateDef {
            name: $name,
            doc: Doc {
                summary: $summary,
                formula: $formula,
                local: "zero almost everywhere",
                kinks: "ties: the first; the first NaN wins. An axis of length 0 has no extreme and is refused",
                source: "",
            },
            call: Some(Call { signature: "x, axis, keep=false", build: |a| call(a, Wire::$method) }),
            arity: Arity::Exactly(1),
            attrs: &[("axis", Kind::Int)],
            shape: shape_rule,
            class: Class::Reduce(|job| kernel(job, $extreme), None),
            element: |a, x, at| {
                let axes = Attrs::new([("axes", vec![a.int("axis")].into())]);
                let wins = |best: f64, x: f64| !best.is_nan() && (x $beats best || x.is_nan());
                let better = |best: (usize, f64), new: (usize, f64)| if wins(best.1, new.1) { new } else { best };
                reduce::elements(&axes, &x[0], at).enumerate().reduce(better).map_or(f64::NAN, |(i, _)| i as f64)
            },
            local: Local::Flat,
            reads: Reads::NOTHING,
            batch: along::batch,
            flops: flops_per_input,
            identities: &[],
            sample,
        };

        impl Wire {
            #[doc = concat!($summary, " The axis is dropped.")]
            #[track_caller]
            pub fn $method(self, axis: i64) -> Wire {
                let Some(axis) = along::named($name, self, axis) else { return Wire::POISON };
                record(&$gate, Attrs::new([("axis", axis.into())]), &[self])
            }
        }
    };
}

place!(
    ARGMAX, "argmax", "The index along an axis of the largest element, the first of those that tie, as i64.",
    "y = the first i with x[.., i, ..] = max over the axis", Extreme::Max, >, argmax
);
place!(
    ARGMIN, "argmin", "The index along an axis of the smallest element, the first of those that tie, as i64.",
    "y = the first i with x[.., i, ..] = min over the axis", Extreme::Min, <, argmin
);

#[track_caller]
fn call(args: &Args<'_>, method: fn(Wire, i64) -> Wire) -> Wire {
    let (x, axis) = (args.wire("x"), args.int("axis", -1));
    let place = method(x, axis);
    if place.is_poisoned() || !args.flag("keep", false) {
        return place;
    }
    let axis = if axis < 0 { axis + x.shape().rank() as i64 } else { axis };
    place.unsqueeze(axis as usize)
}

fn shape_rule(attrs: &Attrs, inputs: &[Spec]) -> Result<Outputs, Fault> {
    let (from, axis) = (inputs[0].shape, along::checked(attrs, inputs)?);
    if from[axis] == 0 {
        let what = format!("axis {axis} of {from} has no elements");
        return Err(Fault::new(what, "an extreme needs at least one element"));
    }
    let to = Shape::new(&super::support::axes::without(from, &[axis])).map_err(|e| Fault::new(e, ""))?;
    Ok(Outputs::One(Spec { shape: to, dtype: DType::I64 }))
}

fn kernel(job: &mut Job<'_>, extreme: Extreme) {
    let x = job.inputs[0];
    let (outer, length, inner) = x.shape.around(job.attrs.index("axis"));
    if x.data.dtype() == DType::Bool {
        let output = job.output();
        return widened(x.data, |wide| arg_axis(wide, outer, length, inner, output, extreme));
    }
    for_dtype!(x.data.dtype(), [f32 f64 i32 i64 u8], T => {
        arg_axis(x.typed::<T>(), outer, length, inner, job.output(), extreme)
    })
}

fn sample(s: &mut Sampler) -> Case {
    let mut dims = s.dims(1, 3);
    let axis = s.size(0, dims.len() - 1);
    dims[axis] = dims[axis].max(1);
    Case { attrs: Attrs::new([("axis", axis.into())]), inputs: vec![s.distinct(&dims)] }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    fn places<T: crate::Element>(values: Vec<T>) -> (f64, f64) {
        let x = Tensor::from(values);
        let program = trace(|x: Wire| (x.argmax(0), x.argmin(-1)), &(x.spec(),)).unwrap();
        let (max, min) = program.run((x,)).unwrap();
        assert_eq!(max.dtype(), DType::I64);
        (max.item().unwrap(), min.item().unwrap())
    }

    #[test]
    fn first_ties_first_nan_and_truth_values() {
        assert_eq!(places(vec![3.0, 1.0, 3.0, 1.0]), (0.0, 1.0));
        assert_eq!(places(vec![3.0f32, f32::NAN, 7.0, f32::NAN]), (1.0, 1.0));
        assert_eq!(places(vec![true, false, true]), (0.0, 1.0));
        assert_eq!(places(vec![2u8, 200, 0]), (1.0, 2.0));
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let spec = Spec::new(&[2, 0], DType::F64).unwrap();
        let error = trace(|x: Wire| (x.argmax(1), x.argmin(2)), &(spec,)).err().unwrap().to_string();
        assert!(error.contains("argmax: axis 1 of [2, 0] has no elements"), "{error}");
        assert!(error.contains("argmin: axis 2 of a value with 2 axes"), "{error}");
    }
}

//! Running sums along an axis.

use super::support::{along, flops_per_output, widened};
use crate::base::DType;
use crate::circuit::{Arity, Call, Class, Doc, GateDef, Job, Kind, Local, Reads, Wire};
use crate::numeric::cumulate::{Cumulate, cumulate};

/// See the module.
pub static CUMSUM: GateDef = GateDef {
    name: "cumsum",
    doc: Doc {
        summary: "The running sum along an axis, its own element included; with reverse, from the end. \
                  Of bool and u8 it is i64; i32 and i64 wrap.",
        formula: "y_i = x_0 + .. + x_i",
        local: "passed back: the running sum of the upstream from the other end",
        kinks: "",
        source: "",
    },
    call: Some(Call { signature: "x, axis=-1, reverse=false", build: |a| along::call(a, &CUMSUM) }),
    arity: Arity::Exactly(1),
    attrs: &[("axis", Kind::Int), ("reverse", Kind::Flag)],
    shape: along::widened,
    class: Class::Cumulate(|job| running(job, Cumulate::Sum)),
    element: |a, x, at| along::so_far(a, &x[0], at).sum(),
    local: Local::Linear(|r, up, _| {
        along::cumulated(&CUMSUM, up, r.attrs.int("axis"), !r.attrs.flag("reverse"))
    }),
    reads: Reads::NOTHING,
    batch: along::batch,
    flops: flops_per_output,
    identities: &[],
    sample: along::sample,
};

/// The kernel of running sums and products.
pub(super) fn running(job: &mut Job<'_>, op: Cumulate) {
    let (x, reverse) = (job.inputs[0], job.attrs.flag("reverse"));
    let (outer, length, inner) = x.shape.around(job.attrs.index("axis"));
    match x.data.dtype() {
        DType::Bool | DType::U8 => {
            let output = job.output::<i64>();
            widened(x.data, |wide| cumulate(wide, outer, length, inner, output, op, reverse));
        }
        dtype => for_dtype!(dtype, [f32 f64 i32 i64], T => {
            cumulate(x.typed::<T>(), outer, length, inner, job.output(), op, reverse)
        }),
    }
}

impl Wire {
    /// The running sum along an axis.
    #[track_caller]
    pub fn cumsum(self, axis: i64) -> Wire {
        along::cumulated(&CUMSUM, self, axis, false)
    }

    /// The running sum along an axis, from the end.
    #[track_caller]
    pub fn cumsum_reverse(self, axis: i64) -> Wire {
        along::cumulated(&CUMSUM, self, axis, true)
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn truth_values_are_counted_and_integers_wrap() {
        let program = trace(
            |x: Wire, y: Wire| (x.cumsum(0), y.cumsum_reverse(-1), x.cumprod(0)),
            &(Spec::new(&[3], DType::Bool).unwrap(), Spec::new(&[2], DType::I32).unwrap()),
        );
        let (count, wrapped, product) =
            program.unwrap().run((vec![true, false, true].into(), vec![1, i32::MAX].into())).unwrap();
        assert_eq!((count.dtype(), count.to_f64()), (DType::I64, vec![1.0, 1.0, 2.0]));
        assert_eq!(wrapped.to_vec::<i32>().unwrap(), [i32::MIN, i32::MAX]);
        assert_eq!((product.dtype(), product.to_f64()), (DType::I64, vec![1.0, 0.0, 0.0]));
    }
}

//! Sums over axes.

use super::support::{flops_per_input, reduce, widened};
use crate::base::DType;
use crate::circuit::{
    Arity, Call, Class, Doc, GateDef, Identity, Job, Kind, Local, Outputs, Reads, Then, When, Wire,
};
use crate::numeric::reduce::Reduce;

/// See the module.
pub static SUM: GateDef = GateDef {
    name: "sum",
    doc: Doc {
        summary: "The sum over axes; without axes, over all. Distributes its gradient to every element. \
                  Sums of bool and u8 are i64; i32 and i64 wrap.",
        formula: "y = sum of x over the axes; 0 over nothing",
        local: "dy/dx = 1",
        kinks: "",
        source: "summation in blocks of blocks, in an order that the shape fixes: as in pairwise summation, \
                 the error grows with the logarithm of the length (Higham 1993)",
    },
    call: Some(Call { signature: "x, axis=none, keep=false", build: |a| reduce::call(a, &SUM) }),
    arity: Arity::Exactly(1),
    attrs: &[("axes", Kind::Ints)],
    shape: |a, x| {
        let dtype = if matches!(x[0].dtype, DType::Bool | DType::U8) { DType::I64 } else { x[0].dtype };
        reduce::shape(a, x).map(|spec| Outputs::One(spec.with_dtype(dtype)))
    },
    class: Class::Reduce(kernel, Some(Reduce::Sum)),
    element: |a, x, at| reduce::elements(a, &x[0], at).sum(),
    local: Local::Linear(|r, up, _| {
        let from = r.inputs[0].shape();
        up.keep_axes(from, &r.attrs.indices("axes")).broadcast_to(&from.dims())
    }),
    reads: Reads::NOTHING,
    batch: reduce::batch,
    flops: flops_per_input,
    identities: &[Identity::exact(
        "the sum of one element is that element",
        When::Single,
        Then::Reshaped,
        "of integers; of floats it is 0 + x, and -0 gives 0",
    )],
    sample: reduce::sample,
};

fn kernel(job: &mut Job<'_>) {
    let x = job.inputs[0];
    let axes = job.attrs.ints("axes");
    match x.data.dtype() {
        DType::Bool | DType::U8 => {
            let output = job.output::<i64>();
            widened(x.data, |wide| reduce::fold_axes(wide, x.shape, axes, output, Reduce::Sum));
        }
        dtype => for_dtype!(dtype, [f32 f64 i32 i64], T => {
            reduce::fold_axes(x.typed::<T>(), x.shape, axes, job.output(), Reduce::Sum)
        }),
    }
}

impl Wire {
    /// The sum of all elements.
    #[track_caller]
    pub fn sum(self) -> Wire {
        self.sum_axes(&(0..self.shape().rank()).collect::<Vec<_>>())
    }

    /// The sum over some axes, which are dropped. Over none: the same wire (bool and u8 become i64).
    #[track_caller]
    pub fn sum_axes(self, axes: &[usize]) -> Wire {
        let narrow = matches!(self.dtype(), DType::Bool | DType::U8);
        if axes.is_empty() && !narrow {
            return self;
        }
        reduce::over(&SUM, self, axes)
    }
}

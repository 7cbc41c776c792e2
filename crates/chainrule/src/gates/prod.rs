//! Products over axes.

use super::support::{along, flops_per_input, reduce, widened};
use crate::base::DType;
use crate::circuit::{
    Arity, Call, Case, Class, Doc, GateDef, Identity, Job, Kind, Local, Outputs, Reads, Room, Then, When,
    Wire,
};
use crate::numeric::reduce::Reduce;

/// See the module.
pub static PROD: GateDef = GateDef {
    name: "prod",
    doc: Doc {
        summary: "The product over axes; without axes, over all. Products of bool and u8 are i64; i32 and i64 wrap.",
        formula: "y = product of x over the axes; 1 over nothing",
        local: "dy/dx_i = product of all x_j with j != i, from the products before and after i: nothing is divided, so \
                that zeros do no harm",
        kinks: "where the products before and after an element overflow and vanish, its gradient is NaN",
        source: "",
    },
    call: Some(Call { signature: "x, axis=none, keep=false", build: |a| reduce::call(a, &PROD) }),
    arity: Arity::Exactly(1),
    attrs: &[("axes", Kind::Ints)],
    shape: |a, x| {
        let dtype = if matches!(x[0].dtype, DType::Bool | DType::U8) { DType::I64 } else { x[0].dtype };
        reduce::shape(a, x).map(|spec| Outputs::One(spec.with_dtype(dtype)))
    },
    class: Class::Reduce(kernel, Some(Reduce::Prod)),
    element: |a, x, at| reduce::elements(a, &x[0], at).product(),
    local: Local::Pair {
        vjp: |r, up, _| {
            let Some(up) = up[0] else { return vec![None] };
            vec![Some(up.keep_axes(r.inputs[0].shape(), &r.attrs.indices("axes")) * others(r))]
        },
        jvp: |r, tangents| vec![tangents[0].map(|t| (others(r) * t).sum_axes(&r.attrs.indices("axes")))],
    },
    reads: Reads::INPUTS,
    batch: reduce::batch,
    flops: flops_per_input,
    identities: &[Identity::any(
        "the product of one element is that element",
        When::Single,
        Then::Reshaped,
        "it is copied, -0 and NaN too",
    )],
    sample: |s| {
        let Case { attrs, inputs } = reduce::sample(s);
        Case { attrs, inputs: vec![along::factors(s, &inputs[0].shape().dims())] }
    },
};

/// For each element the product of all others that are folded with it.
fn others(r: &Room<'_>) -> Wire {
    let (x, axes) = (r.inputs[0], r.attrs.indices("axes"));
    let (joined, at) = reduce::join(x, &axes);
    let before = along::previous(joined, at, false, 1.0).cumprod(at as i64);
    let after = along::previous(joined, at, true, 1.0).cumprod_reverse(at as i64);
    reduce::part(before * after, x.shape(), &axes)
}

fn kernel(job: &mut Job<'_>) {
    let x = job.inputs[0];
    let axes = job.attrs.ints("axes");
    match x.data.dtype() {
        DType::Bool | DType::U8 => {
            let output = job.output::<i64>();
            widened(x.data, |wide| reduce::fold_axes(wide, x.shape, axes, output, Reduce::Prod));
        }
        dtype => for_dtype!(dtype, [f32 f64 i32 i64], T => {
            reduce::fold_axes(x.typed::<T>(), x.shape, axes, job.output(), Reduce::Prod)
        }),
    }
}

impl Wire {
    /// The product of all elements.
    #[track_caller]
    pub fn prod(self) -> Wire {
        self.prod_axes(&(0..self.shape().rank()).collect::<Vec<_>>())
    }

    /// The product over some axes, which are dropped.
    #[track_caller]
    pub fn prod_axes(self, axes: &[usize]) -> Wire {
        reduce::over(&PROD, self, axes)
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn gradients_at_zeros() {
        let spec = Spec::new(&[3], DType::F64).unwrap();
        let program = trace(|x: Wire| (x.prod().gradient(&x), x.prod().hessian(x)), &(spec,)).unwrap();
        let (one, hessian) = program.run(([2.0, 0.0, 5.0].into(),)).unwrap();
        assert_eq!(one.to_f64(), [0.0, 10.0, 0.0]);
        assert_eq!(hessian.to_f64(), [0.0, 5.0, 0.0, 5.0, 0.0, 2.0, 0.0, 2.0, 0.0]);
        let (two, _) = program.run(([2.0, 0.0, 0.0].into(),)).unwrap();
        assert_eq!(two.to_f64(), [0.0; 3]);
    }
}

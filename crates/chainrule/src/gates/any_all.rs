//! Whether any or all truth values over axes are true. One room for both, which differ in one word.

use super::support::{flops_per_input, reduce};
use crate::base::{DType, Spec};
use crate::circuit::{
    Arity, Attrs, Call, Case, Class, Doc, Fault, GateDef, Identity, Job, Kind, Local, Outputs, Reads,
    Sampler, Then, When, Wire,
};
use crate::numeric::reduce::Reduce;
use crate::numeric::scratch;

macro_rules! quantifier {
    ($gate:ident, $name:literal, $summary:literal, $formula:literal, $op:expr, $method:ident, $axes:ident) => {
        /// See the module.
        pub static $gate: GateDef = GateDef {
            name: $name,
            doc: Doc {
                summary: $summary,
                formula: $formula,
                local: "none: truth values have no gradient",
                kinks: "",
                source: "",
            },
            call: Some(Call { signature: "x, axis=none, keep=false", build: |a| reduce::call(a, &$gate) }),
            arity: Arity::Exactly(1),
            attrs: &[("axes", Kind::Ints)],
            shape: shape_rule,
            class: Class::Reduce(|job| fold(job, $op), None),
            element: |a, x, at| f64::from(u8::from(reduce::elements(a, &x[0], at).$method(|x| x != 0.0))),
            local: Local::Flat,
            reads: Reads::NOTHING,
            batch: reduce::batch,
            flops: flops_per_input,
            identities: &[Identity::any(
                "of one truth value it is that one",
                When::Single,
                Then::Reshaped,
                "truth values",
            )],
            sample,
        };

        impl Wire {
            #[doc = concat!($summary, " Over all axes.")]
            #[track_caller]
            pub fn $method(self) -> Wire {
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

quantifier!(
    ANY_TRUE,
    "any",
    "Whether at least one is true; false for none at all.",
    "y = x_0 or x_1 or ..",
    Reduce::Max,
    any,
    any_axes
);
quantifier!(
    ALL_TRUE,
    "all",
    "Whether every one is true; true for none at all.",
    "y = x_0 and x_1 and ..",
    Reduce::Min,
    all,
    all_axes
);

fn shape_rule(attrs: &Attrs, inputs: &[Spec]) -> Result<Outputs, Fault> {
    if inputs[0].dtype != DType::Bool {
        return Err(Fault::new(
            format!("takes bool, not {}", inputs[0].dtype),
            "compare it first, as in x > 0",
        ));
    }
    reduce::shape(attrs, inputs).map(Outputs::One)
}

/// Any is the largest of 0 and 1, all the smallest; for none at all these are 0 and 255.
fn fold(job: &mut Job<'_>, op: Reduce) {
    let (x, axes) = (job.inputs[0], job.attrs.ints("axes"));
    let (given, output) = (x.typed::<bool>(), job.output::<bool>());
    scratch::filled(given.len(), 0u8, |numbers| {
        numbers.iter_mut().zip(given).for_each(|(to, &x)| *to = u8::from(x));
        scratch::filled(output.len(), 0u8, |folded| {
            reduce::fold_axes(numbers, x.shape, axes, folded, op);
            output.iter_mut().zip(&*folded).for_each(|(to, &x)| *to = x != 0);
        });
    });
}

fn sample(s: &mut Sampler) -> Case {
    let Case { attrs, inputs } = reduce::sample(s);
    Case { attrs, inputs: vec![s.bools(&inputs[0].shape().dims())] }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn over_nothing_any_is_false_and_all_is_true() {
        let spec = Spec::new(&[2, 0], DType::Bool).unwrap();
        let program =
            trace(|x: Wire| (x.any_axes(&[1]), x.all_axes(&[1]), x.any(), x.all()), &(spec,)).unwrap();
        let (any, all, one, every) = program.run((Tensor::zeros(spec),)).unwrap();
        assert_eq!((any.to_f64(), all.to_f64()), (vec![0.0; 2], vec![1.0; 2]));
        assert_eq!((one.item().unwrap(), every.item().unwrap()), (0.0, 1.0));
    }

    #[test]
    fn numbers_are_refused() {
        let error = trace(|x: Wire| x.any(), &(Spec::scalar(DType::F64),)).err().unwrap().to_string();
        assert!(error.contains("any: takes bool, not f64; hint: compare it first"), "{error}");
    }
}

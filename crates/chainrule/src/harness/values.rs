//! Kernels against the definitions.

use super::{Subject, Verdict, all_near, cast_floats, run};
use crate::base::{DType, Tensor};
use crate::circuit::Plain;
use crate::reference;

/// In f64 and f32: the plan's numbers are those of the reference, which sees the same (rounded) inputs.
pub fn check(subject: &Subject) -> Verdict {
    for (dtype, tolerance) in [(DType::F64, 1e-12), (DType::F32, 2e-5)] {
        if dtype == DType::F32 && subject.holds_circuits() {
            continue;
        }
        let inputs = cast_floats(&subject.inputs, dtype);
        let circuit = subject.trace(&inputs, |w| subject.record(w))?;
        let got = run(&circuit, &inputs);
        let wanted = by_definition(&circuit, &inputs);
        all_near(&format!("value in {dtype}"), &got, &wanted, tolerance)?;
    }
    Ok(())
}

fn by_definition(circuit: &crate::circuit::Circuit, inputs: &[Tensor]) -> Vec<Tensor> {
    let plain: Vec<Plain> = inputs.iter().map(|t| Plain { spec: t.spec(), data: t.to_f64() }).collect();
    let outputs = reference::run(circuit, &plain);
    outputs.into_iter().map(|p| Tensor::from_f64(p.spec.with_dtype(DType::F64), &p.data)).collect()
}

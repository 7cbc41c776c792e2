//! A batch is the same as a loop, for every choice of batched inputs.

use super::{Subject, Verdict, all_near, run};
use crate::base::{DType, Tensor};
use crate::circuit::{Circuit, Wire};
use crate::gates::support::operands::zeros_like;
use crate::transform::{adjoint, batch::batch};

const SIZE: usize = 3;

/// Other numbers for the same shapes: floats shrink a little, which no domain minds; whole numbers and truth values stay.
fn variant(t: &Tensor, example: usize) -> Tensor {
    let factor = 1.0 - 0.02 * example as f64;
    if t.dtype().is_float() {
        Tensor::from_f64(t.spec(), &t.to_f64().iter().map(|x| x * factor).collect::<Vec<_>>())
    } else {
        t.clone()
    }
}

fn stack(tensors: &[Tensor]) -> Tensor {
    let mut dims = vec![tensors.len()];
    dims.extend(tensors[0].shape().iter());
    let values: Vec<f64> = tensors.iter().flat_map(Tensor::to_f64).collect();
    let shape = crate::base::Shape::new(&dims).expect("a small batch of small tensors is within the limits");
    Tensor::from_f64(crate::base::Spec { shape, dtype: tensors[0].dtype() }, &values)
}

/// The gate and its vjp, batched over each subset of inputs, against one run for each example.
pub fn check(s: &Subject) -> Verdict {
    let value = s.trace(&s.inputs, |w| s.record(w))?;
    check_circuit(s, "value", &value, &s.inputs)?;
    let outputs = run(&value, &s.inputs);
    let at = s.float_inputs();
    if at.is_empty() || outputs.iter().any(|o| !o.dtype().is_float()) {
        return Ok(());
    }
    let all = [&s.inputs[..], &s.noise(&outputs, 5)].concat();
    let vjp = s.trace(&all, |wires| {
        let (x, up) = wires.split_at(s.inputs.len());
        let at: Vec<Wire> = at.iter().map(|&i| x[i]).collect();
        let found = adjoint::vjp(&s.record(x), &at, &up.iter().map(|&u| Some(u)).collect::<Vec<_>>());
        found.into_iter().zip(at).map(|(f, at)| f.unwrap_or_else(|| zeros_like(at))).collect()
    })?;
    check_circuit(s, "vjp", &vjp, &all)
}

fn check_circuit(s: &Subject, what: &str, circuit: &Circuit, inputs: &[Tensor]) -> Verdict {
    let subsets = 1u32 << inputs.len().min(4);
    for subset in 1..subsets {
        let batched: Vec<bool> = (0..inputs.len()).map(|i| subset >> i & 1 == 1).collect();
        let example = |e: usize| -> Vec<Tensor> {
            inputs.iter().zip(&batched).map(|(t, &b)| if b { variant(t, e) } else { t.clone() }).collect()
        };
        let examples: Vec<Vec<Tensor>> = (0..SIZE).map(example).collect();
        let given: Vec<Tensor> = (0..inputs.len())
            .map(|i| match batched[i] {
                true => stack(&examples.iter().map(|e| e[i].clone()).collect::<Vec<_>>()),
                false => inputs[i].clone(),
            })
            .collect();
        let mut flags = Vec::new();
        let together = s.trace(&given, |wires| {
            let arguments: Vec<(Wire, bool)> = wires.iter().copied().zip(batched.iter().copied()).collect();
            let outputs = batch(circuit, &arguments);
            flags = outputs.iter().map(|(_, b)| *b).collect();
            outputs.into_iter().map(|(w, _)| w).collect()
        })?;
        let got = run(&together, &given);
        let each: Vec<Vec<Tensor>> = examples.iter().map(|e| run(circuit, e)).collect();
        for (i, &flag) in flags.iter().enumerate() {
            let wanted = if flag {
                stack(&each.iter().map(|e| e[i].clone()).collect::<Vec<_>>())
            } else {
                each[0][i].clone()
            };
            let widened = |t: &Tensor| t.cast(DType::F64);
            let label = format!("{what} with batched inputs {batched:?}");
            all_near(&label, &[widened(&got[i])], &[widened(&wanted)], 1e-11)?;
        }
    }
    Ok(())
}

//! The language as a whole: what programs compute, what they record, and what they are told.

mod examples;
mod programs;
mod robust;
mod structure;
mod values;

use super::{Built, Formula, Options};
use crate::base::{Spec, Tensor};
use crate::circuit::{Circuit, Plain};
use crate::reference;

/// The circuit of a formula for inputs of these specs.
fn built(source: &str, specs: &[(&str, Spec)]) -> Built {
    let specs = specs.iter().map(|(name, spec)| (name.to_string(), *spec)).collect();
    let options = Options { specs, ..Options::default() };
    Formula::parse(source).and_then(|f| f.build(&options)).unwrap_or_else(|e| panic!("{source}\n{e}"))
}

/// What some wires of a circuit hold, as the reference computes them.
fn run(circuit: &Circuit, wires: &[u32], inputs: &[Tensor]) -> Vec<Plain> {
    let mut circuit = circuit.clone();
    circuit.outputs = wires.to_vec();
    let plain = |t: &Tensor| Plain { spec: t.spec(), data: t.to_f64() };
    reference::run(&circuit, &inputs.iter().map(plain).collect::<Vec<_>>())
}

/// What a formula computes at these inputs. Others than these it must not have.
fn evaluated(source: &str, values: &[(&str, Tensor)]) -> Plain {
    let specs: Vec<(&str, Spec)> = values.iter().map(|(name, tensor)| (*name, tensor.spec())).collect();
    let built = built(source, &specs);
    let given = |name: &str| values.iter().find(|(n, _)| *n == name).map(|(_, t)| t.clone());
    let inputs: Vec<Tensor> = built
        .inputs
        .iter()
        .map(|i| given(&i.name).unwrap_or_else(|| panic!("{} has no value", i.name)))
        .collect();
    run(&built.circuit, &built.circuit.outputs, &inputs).remove(0)
}

/// The same for a single number.
fn number(source: &str, values: &[(&str, f64)]) -> f64 {
    let values: Vec<(&str, Tensor)> = values.iter().map(|(name, value)| (*name, (*value).into())).collect();
    let result = evaluated(source, &values);
    assert_eq!(result.spec.shape.rank(), 0, "{source}");
    result.data[0]
}

fn tensor(values: &[f64], dims: &[usize]) -> Tensor {
    Tensor::new(values.to_vec(), dims).unwrap()
}

fn mistakes(source: &str, options: &Options) -> String {
    Formula::compile(source, options).err().map(|e| e.to_string()).unwrap_or_default()
}

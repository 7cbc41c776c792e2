//! A row's arrays as tensors, and back.

use chainrule::{Spec, Tensor};
use chainrule_bench_server::{Array, Numbers, Result};

/// An array that data.py wrote.
pub fn tensor(array: &Array) -> Result<Tensor> {
    Ok(match &array.numbers {
        Numbers::F32(numbers) => Tensor::new(numbers.clone(), &array.dims)?,
        Numbers::F64(numbers) => Tensor::new(numbers.clone(), &array.dims)?,
        Numbers::I64(numbers) => Tensor::new(numbers.clone(), &array.dims)?,
    })
}

/// The floats of a tensor.
pub fn numbers(tensor: &Tensor) -> Result<Numbers> {
    Ok(match tensor.as_slice::<f32>() {
        Ok(numbers) => Numbers::F32(numbers.to_vec()),
        Err(_) => Numbers::F64(tensor.as_slice::<f64>()?.to_vec()),
    })
}

/// Specs of tensors.
pub fn specs(tensors: &[Tensor]) -> Vec<Spec> {
    tensors.iter().map(Tensor::spec).collect()
}

//! Shape rules that many rooms share.

use super::wants;
use crate::base::{DType, Spec};
use crate::circuit::{Attrs, Fault, Outputs};

/// All inputs alike in shape and dtype; that spec.
pub fn alike(inputs: &[Spec]) -> Result<Spec, Fault> {
    let first = inputs[0];
    for other in &inputs[1..] {
        if other.dtype != first.dtype {
            let hint = format!("cast one, as in .cast(DType::{})", first.dtype.name().to_uppercase());
            return Err(Fault::new(format!("dtypes differ: {} and {}", first.dtype, other.dtype), hint));
        }
        if other.shape != first.shape {
            let what = format!("shapes differ: {} and {}", first.shape, other.shape);
            return Err(Fault::new(what, "the last axes must be equal or 1"));
        }
    }
    Ok(first)
}

/// Element-wise over floats.
pub fn floats(_: &Attrs, inputs: &[Spec]) -> Result<Outputs, Fault> {
    let spec = alike(inputs)?;
    if spec.dtype.is_float() { Ok(Outputs::One(spec)) } else { Err(wants("floats", spec.dtype)) }
}

/// Element-wise over floats and integers.
pub fn numbers(_: &Attrs, inputs: &[Spec]) -> Result<Outputs, Fault> {
    let spec = alike(inputs)?;
    if spec.dtype == DType::Bool { Err(wants("numbers", spec.dtype)) } else { Ok(Outputs::One(spec)) }
}

/// Element-wise over truth values.
pub fn bools(_: &Attrs, inputs: &[Spec]) -> Result<Outputs, Fault> {
    let spec = alike(inputs)?;
    if spec.dtype == DType::Bool {
        Ok(Outputs::One(spec))
    } else {
        Err(Fault::new(format!("takes bool, not {}", spec.dtype), "compare it first, as in x > 0"))
    }
}

/// Element-wise questions: any dtype in, truth values out.
pub fn question(_: &Attrs, inputs: &[Spec]) -> Result<Outputs, Fault> {
    Ok(Outputs::One(alike(inputs)?.with_dtype(DType::Bool)))
}

/// The first input, whatever it is.
pub fn same(_: &Attrs, inputs: &[Spec]) -> Result<Outputs, Fault> {
    Ok(Outputs::One(alike(inputs)?))
}

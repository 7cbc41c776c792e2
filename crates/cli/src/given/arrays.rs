//! Values from NumPy files: `.npy` holds one array, `.npz` is a zip archive of them.

use super::values::{Item, Value};
use crate::failure::{self, Result, content};
use chainrule::{Slice, Tensor};
use chainrule_nn::data::npy;
use std::path::Path;

/// The arrays of an `.npz` file, by name.
pub fn npz(path: &Path) -> Result<Vec<(String, Value)>> {
    let arrays = npy::decode_npz(&failure::read(path)?);
    let arrays = arrays.map_err(|what| content(path, what, "write it again with numpy.savez"))?;
    Ok(arrays.into_iter().map(|(name, array)| (name, value(&array))).collect())
}

/// The array of an `.npy` file.
pub fn npy(path: &Path) -> Result<Value> {
    let array = npy::decode(&failure::read(path)?);
    Ok(value(&array.map_err(|what| content(path, what, "write it again with numpy.save"))?))
}

fn value(array: &Tensor) -> Value {
    let items = match array.slice() {
        Slice::F32(v) => v.iter().map(|x| Item::Real(f64::from(*x))).collect(),
        Slice::F64(v) => v.iter().map(|x| Item::Real(*x)).collect(),
        Slice::I32(v) => v.iter().map(|x| Item::Int(i64::from(*x))).collect(),
        Slice::I64(v) => v.iter().map(|x| Item::Int(*x)).collect(),
        Slice::U8(v) => v.iter().map(|x| Item::Int(i64::from(*x))).collect(),
        Slice::Bool(v) => v.iter().map(|x| Item::Flag(*x)).collect(),
    };
    Value { dims: array.shape().dims(), items, dtype: Some(array.dtype()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainrule::DType;

    #[test]
    fn numbers_keep_their_kind() {
        let arrays = npy::decode_npz(include_bytes!("../../tests/data/values.npz")).expect("NumPy wrote it");
        for (name, array) in arrays {
            let value = value(&array);
            assert_eq!(
                (value.dims.clone(), value.dtype),
                (array.shape().dims(), Some(array.dtype())),
                "{name}"
            );
            let again = value.tensor(array.dtype()).expect("it holds numbers of its dtype");
            assert_eq!(again.to_f64(), array.to_f64(), "{name}");
            assert_eq!(value.target(None, DType::F64).is_float(), array.dtype().is_float(), "{name}");
        }
        let huge = Tensor::new(vec![i64::MAX, i64::MIN], &[2]).expect("it is small");
        let again = value(&huge).tensor(DType::I64).expect("it holds whole numbers");
        assert_eq!(again.as_slice::<i64>().expect("it is i64"), [i64::MAX, i64::MIN]);
    }
}

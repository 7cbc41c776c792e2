//! A row's inputs, as bench/peers/data.py wrote them.

use chainrule::{Spec, Tensor};
use std::collections::BTreeMap;
use std::path::Path;

/// What can go wrong here: a text for the terminal.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Parameters and arrays of a folder.
pub struct Inputs {
    params: BTreeMap<String, String>,
    arrays: Vec<(String, Tensor)>,
}

impl Inputs {
    /// Reads `manifest.txt` and the arrays it names.
    pub fn read(folder: &Path) -> Result<Inputs> {
        let mut inputs = Inputs { params: BTreeMap::new(), arrays: Vec::new() };
        for line in std::fs::read_to_string(folder.join("manifest.txt"))?.lines() {
            match line.split(' ').collect::<Vec<_>>()[..] {
                ["param", name, value] => {
                    inputs.params.insert(name.into(), value.into());
                }
                ["array", name, dtype, ref dims @ ..] => {
                    let dims =
                        dims.iter().map(|d| d.parse()).collect::<std::result::Result<Vec<usize>, _>>()?;
                    let bytes = std::fs::read(folder.join(format!("{name}.bin")))?;
                    inputs.arrays.push((name.into(), tensor(dtype, &bytes, &dims)?));
                }
                _ => return Err(format!("manifest: unknown line: {line}").into()),
            }
        }
        Ok(inputs)
    }

    /// A parameter as a number; 0 if the row has none of this name.
    pub fn number(&self, name: &str) -> usize {
        self.params.get(name).and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    /// The row's name.
    pub fn row(&self) -> &str {
        &self.params["row"]
    }

    /// Names of the weights, without their `w.`.
    pub fn names(&self) -> Vec<&str> {
        self.arrays.iter().filter_map(|(name, _)| name.strip_prefix("w.")).collect()
    }

    /// What is differentiated, in order.
    pub fn weights(&self) -> Vec<Tensor> {
        self.arrays.iter().filter(|(name, _)| name.starts_with("w.")).map(|(_, t)| t.clone()).collect()
    }

    /// The other arrays of these names that the row has, in order.
    pub fn data(&self, names: &[&str]) -> Vec<Tensor> {
        self.arrays.iter().filter(|(name, _)| names.contains(&&name[..])).map(|(_, t)| t.clone()).collect()
    }
}

/// Specs of tensors.
pub fn specs(tensors: &[Tensor]) -> Vec<Spec> {
    tensors.iter().map(Tensor::spec).collect()
}

fn tensor(dtype: &str, bytes: &[u8], dims: &[usize]) -> Result<Tensor> {
    fn numbers<const N: usize, T>(bytes: &[u8], f: fn([u8; N]) -> T) -> Vec<T> {
        bytes.as_chunks::<N>().0.iter().map(|&b| f(b)).collect()
    }
    Ok(match dtype {
        "f32" => Tensor::new(numbers(bytes, f32::from_le_bytes), dims)?,
        "f64" => Tensor::new(numbers(bytes, f64::from_le_bytes), dims)?,
        "i64" => Tensor::new(numbers(bytes, i64::from_le_bytes), dims)?,
        _ => return Err(format!("manifest: unknown dtype {dtype}").into()),
    })
}

/// Writes an array as raw numbers.
pub fn write(folder: &Path, name: &str, tensor: &Tensor) -> Result<()> {
    let bytes: Vec<u8> = match tensor.as_slice::<f32>() {
        Ok(numbers) => numbers.iter().flat_map(|v| v.to_le_bytes()).collect(),
        Err(_) => tensor.as_slice::<f64>()?.iter().flat_map(|v| v.to_le_bytes()).collect(),
    };
    Ok(std::fs::write(folder.join(format!("{name}.bin")), bytes)?)
}

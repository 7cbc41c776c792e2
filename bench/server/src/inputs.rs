//! A row's inputs, as bench/peers/data.py wrote them.

use crate::Result;
use std::collections::BTreeMap;
use std::path::Path;

/// Numbers of one kind.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Numbers {
    F32(Vec<f32>),
    F64(Vec<f64>),
    I64(Vec<i64>),
}

/// A row-major array.
#[derive(Clone, Debug)]
pub struct Array {
    /// Its name; those of weights begin with `w.`.
    pub name: String,
    /// Its shape.
    pub dims: Vec<usize>,
    /// What is in it.
    pub numbers: Numbers,
}

/// Parameters and arrays of a folder.
#[derive(Clone, Debug)]
pub struct Inputs {
    params: BTreeMap<String, String>,
    arrays: Vec<Array>,
}

impl Inputs {
    /// Reads `manifest.txt` and the arrays it names.
    ///
    /// # Errors
    /// Files that are missing or not what data.py writes.
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
                    let numbers = numbers(dtype, &std::fs::read(folder.join(format!("{name}.bin")))?)?;
                    inputs.arrays.push(Array { name: name.into(), dims, numbers });
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

    /// What is differentiated, in order.
    pub fn weights(&self) -> impl Iterator<Item = &Array> {
        self.arrays.iter().filter(|array| array.name.starts_with("w."))
    }

    /// The other arrays of these names that the row has, in order.
    pub fn data(&self, names: &[&str]) -> Vec<&Array> {
        self.arrays.iter().filter(|array| names.contains(&&array.name[..])).collect()
    }
}

fn numbers(dtype: &str, bytes: &[u8]) -> Result<Numbers> {
    fn of<const N: usize, T>(bytes: &[u8], f: fn([u8; N]) -> T) -> Vec<T> {
        bytes.as_chunks::<N>().0.iter().map(|&b| f(b)).collect()
    }
    Ok(match dtype {
        "f32" => Numbers::F32(of(bytes, f32::from_le_bytes)),
        "f64" => Numbers::F64(of(bytes, f64::from_le_bytes)),
        "i64" => Numbers::I64(of(bytes, i64::from_le_bytes)),
        _ => return Err(format!("manifest: unknown dtype {dtype}").into()),
    })
}

impl Numbers {
    /// Writes them as they are read.
    ///
    /// # Errors
    /// A folder that can't be written.
    pub fn write(&self, folder: &Path, name: &str) -> Result<()> {
        let bytes: Vec<u8> = match self {
            Numbers::F32(numbers) => numbers.iter().flat_map(|v| v.to_le_bytes()).collect(),
            Numbers::F64(numbers) => numbers.iter().flat_map(|v| v.to_le_bytes()).collect(),
            Numbers::I64(numbers) => numbers.iter().flat_map(|v| v.to_le_bytes()).collect(),
        };
        Ok(std::fs::write(folder.join(format!("{name}.bin")), bytes)?)
    }
}

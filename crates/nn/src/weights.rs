//! Weights in files: safetensors, named by their paths.

use crate::error::{Error, Result};
use chainrule::{DType, Diagnostic, Element, Mistake, Place, Tensor, Tree};
use safetensors::{Dtype, SafeTensors, serialize, tensor::TensorView};
use std::{collections::HashMap, path::Path};

/// Says in a file's metadata that we wrote it, and in which form.
const FORM: (&str, &str) = ("chainrule", "1");

/// The note with a checksum of all numbers, since the format has none: their CRC-32 in the order of their names.
const CHECKSUM: &str = "crc32";

/// The bytes of a safetensors file with the leaves of a tree, by path, and notes about them.
///
/// # Errors
/// A leaf that is neither f32, f64 nor i64.
pub fn encode<T: Tree<Leaf = Tensor>>(tree: &T, notes: &[(&str, String)]) -> Result<Vec<u8>> {
    let (names, leaves) = (tree.paths(), tree.leaves());
    let bytes: Vec<(Dtype, Vec<u8>)> = leaves.iter().map(little_endian).collect::<Result<_>>()?;
    let mut views = Vec::with_capacity(names.len());
    for ((name, leaf), (dtype, bytes)) in names.iter().zip(&leaves).zip(&bytes) {
        let view = TensorView::new(*dtype, leaf.shape().dims(), bytes).map_err(|why| unwritable(&why))?;
        views.push((name, view));
    }
    let content = names.iter().zip(bytes.iter().map(|(_, bytes)| &bytes[..]));
    let ours = [(FORM.0.to_string(), FORM.1.to_string()), (CHECKSUM.to_string(), checksum(content))];
    let notes = notes.iter().map(|(key, value)| (key.to_string(), value.clone()));
    let notes: HashMap<String, String> = notes.chain(ours).collect();
    serialize(views, Some(notes)).map_err(|why| unwritable(&why))
}

/// Names must be in some order that a reader can find again.
fn checksum<'a>(content: impl Iterator<Item = (&'a String, &'a [u8])>) -> String {
    let mut content: Vec<(&String, &[u8])> = content.collect();
    content.sort_unstable_by_key(|(name, _)| *name);
    let mut crc = flate2::Crc::new();
    content.iter().for_each(|(_, bytes)| crc.update(bytes));
    format!("{:08x}", crc.sum())
}

fn unwritable(why: &safetensors::SafeTensorError) -> Error {
    Mistake::new(Place::Argument("weights".into()), "safetensors", format!("can't be written: {why}")).into()
}

fn little_endian(tensor: &Tensor) -> Result<(Dtype, Vec<u8>)> {
    match tensor.dtype() {
        DType::F32 => {
            Ok((Dtype::F32, tensor.as_slice::<f32>()?.iter().flat_map(|v| v.to_le_bytes()).collect()))
        }
        DType::F64 => {
            Ok((Dtype::F64, tensor.as_slice::<f64>()?.iter().flat_map(|v| v.to_le_bytes()).collect()))
        }
        // Counts beside the weights.
        DType::I64 => {
            Ok((Dtype::I64, tensor.as_slice::<i64>()?.iter().flat_map(|v| v.to_le_bytes()).collect()))
        }
        other => Err(Error::argument(
            "weights",
            format!("a tensor of {other} is no weight"),
            "save f32, f64 or i64",
        )),
    }
}

/// The notes of a safetensors file, once its numbers are known to be undamaged.
///
/// # Errors
/// Bytes that are no safetensors file, or not those that were written.
pub fn read_notes(bytes: &[u8], path: &Path) -> Result<HashMap<String, String>> {
    opened(bytes, path)?;
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|why| damaged(path, &why.to_string()))?;
    Ok(header.metadata().clone().unwrap_or_default())
}

fn damaged(path: &Path, why: &str) -> Error {
    let what = format!("this is no safetensors file, or a damaged one ({why})");
    wrong(path, what).hint("save the weights again").into()
}

/// The file, if its checksum is right or if it has none.
fn opened<'a>(bytes: &'a [u8], path: &Path) -> Result<SafeTensors<'a>> {
    let file = SafeTensors::deserialize(bytes).map_err(|why| damaged(path, &why.to_string()))?;
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|why| damaged(path, &why.to_string()))?;
    let noted = header.metadata().as_ref().and_then(|notes| notes.get(CHECKSUM));
    let tensors = file.tensors();
    match noted {
        Some(noted) if *noted != checksum(tensors.iter().map(|(name, view)| (name, view.data()))) => {
            Err(damaged(path, "its numbers are not those that were written"))
        }
        _ => Ok(file),
    }
}

/// Reads weights for a tree of the same paths and shapes.
///
/// # Errors
/// Bytes that are no safetensors file; missing, unknown or misshapen tensors, each by name.
pub fn decode<T: Tree<Leaf = Tensor>>(bytes: &[u8], path: &Path, like: &T) -> Result<T::With<Tensor>> {
    let file = opened(bytes, path)?;
    let (names, wanted) = (like.paths(), like.leaves());
    let mut mistakes = Vec::new();
    let mut leaves = Vec::new();
    for (name, wanted) in names.iter().zip(&wanted) {
        match file.tensor(name) {
            Err(_) => mistakes.push(wrong(path, format!("the weight {name} is missing"))),
            Ok(view) => match tensor(&view) {
                Some(tensor) if tensor.spec() == wanted.spec() => leaves.push(tensor),
                _ => {
                    let found = format!("{:?}{:?}", view.dtype(), view.shape()).to_lowercase();
                    mistakes
                        .push(wrong(path, format!("{name} is {found}, the network has {}", wanted.spec())));
                }
            },
        }
    }
    let mut unknown: Vec<&str> =
        file.names().into_iter().filter(|n| !names.iter().any(|name| name == n)).collect();
    unknown.sort_unstable();
    mistakes.extend(unknown.iter().map(|name| wrong(path, format!("the network has no weight {name}"))));
    match Diagnostic::from_all(mistakes) {
        Some(mistakes) => Err(mistakes.into()),
        None => Ok(like.fill(&leaves).expect("every leaf was found, or a mistake reported")),
    }
}

/// All tensors of a safetensors file by name, in the order of their names.
///
/// # Errors
/// Bytes that are no safetensors file; tensors that are neither f32, f64 nor i64, each by name.
pub fn entries(bytes: &[u8], path: &Path) -> Result<Vec<(String, Tensor)>> {
    let file = opened(bytes, path)?;
    let mut mistakes = Vec::new();
    let mut entries = Vec::new();
    for (name, view) in file.tensors() {
        match tensor(&view) {
            Some(tensor) => entries.push((name, tensor)),
            None => {
                let what = format!("{name} is {:?}{:?}", view.dtype(), view.shape()).to_lowercase();
                mistakes.push(wrong(path, what).hint("save it as f32 or f64: model.float()"));
            }
        }
    }
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    Diagnostic::from_all(mistakes).map_or(Ok(entries), |mistakes| Err(mistakes.into()))
}

fn wrong(path: &Path, what: String) -> Mistake {
    let place = Place::File { path: path.to_path_buf(), line: None, column: None };
    Mistake::new(place, "safetensors", what)
}

fn tensor(view: &TensorView<'_>) -> Option<Tensor> {
    fn numbers<T: Element, const N: usize>(bytes: &[u8], from: fn([u8; N]) -> T) -> Vec<T> {
        bytes.chunks_exact(N).filter_map(|c| c.try_into().ok()).map(from).collect()
    }
    match view.dtype() {
        Dtype::F32 => Tensor::new(numbers(view.data(), f32::from_le_bytes), view.shape()).ok(),
        Dtype::F64 => Tensor::new(numbers(view.data(), f64::from_le_bytes), view.shape()).ok(),
        Dtype::I64 => Tensor::new(numbers(view.data(), i64::from_le_bytes), view.shape()).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::Mlp;
    use crate::rng::{Purpose, Rng};

    fn net(widths: &[usize]) -> Mlp<Tensor> {
        Mlp::new(widths, DType::F32, &Rng::new(5, Purpose::Start)).unwrap()
    }

    #[test]
    fn weights_come_back_bit_for_bit() {
        let before = net(&[3, 4, 2]);
        let bytes = encode(&before, &[("classes", "a,b".to_string())]).unwrap();
        let after = decode(&bytes, Path::new("w"), &net(&[3, 4, 2])).unwrap();
        assert_eq!(before.leaves(), after.leaves());
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let mut names = file.names();
        names.sort_unstable();
        assert_eq!(names, ["layers.0.bias", "layers.0.weight", "layers.1.bias", "layers.1.weight"]);
    }

    #[test]
    fn weights_of_another_network_are_refused_by_name() {
        let bytes = encode(&net(&[3, 4, 2]), &[]).unwrap();
        let error = decode(&bytes, Path::new("w"), &net(&[3, 5, 5, 2])).unwrap_err().to_string();
        assert!(
            error.contains("w: safetensors: layers.0.weight is f32[4, 3], the network has f32[5, 3]"),
            "{error}"
        );
        assert!(error.contains("the weight layers.2.weight is missing"), "{error}");
        let error = decode(&bytes, Path::new("w"), &net(&[3, 4])).unwrap_err().to_string();
        assert!(error.contains("the network has no weight layers.1.bias"), "{error}");
    }

    #[test]
    fn damage_anywhere_is_refused_and_never_a_panic() {
        let bytes = encode(&net(&[3, 4, 2]), &[]).unwrap();
        for length in 0..bytes.len() {
            assert!(decode(&bytes[..length], Path::new("w"), &net(&[3, 4, 2])).is_err(), "{length}");
        }
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 4;
            // A flip within a name or a note may be harmless; one among the numbers never is.
            let read = decode(&flipped, Path::new("w"), &net(&[3, 4, 2]));
            let same = |read: Mlp<Tensor>| read.leaves() == net(&[3, 4, 2]).leaves();
            assert!(read.is_err() || read.is_ok_and(same), "{at}");
        }
        let error = decode(b"not a file", Path::new("w"), &net(&[3, 4, 2])).unwrap_err().to_string();
        assert!(
            error.starts_with("w: safetensors: this is no safetensors file, or a damaged one"),
            "{error}"
        );
    }
}

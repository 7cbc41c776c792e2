//! Weights in files: safetensors, named by their paths.

use crate::architecture::Size;
use crate::data::table::beginning;
use crate::error::{Error, Result};
use chainrule::{DType, Diagnostic, Element, Mistake, Place, Tensor, Tree};
use safetensors::{Dtype, SafeTensors, serialize, tensor::TensorView};
use serde_json::{Map, Value};
use std::{collections::HashMap, path::Path};

/// Says in a file's metadata that we wrote it, and in which form. Since 2 both checksums are there.
const FORM: (&str, &str) = ("chainrule", "2");

/// The note with a checksum of all numbers, since the format has none: their CRC-32 in the order of their names.
const CHECKSUM: &str = "crc32";

/// The note with a checksum of all else in the head, names in order: what a network is normalised by stands there, among other things.
const HEAD: &str = "crc32_head";

/// Letters of a name, or of what another parser says, that a message holds at most.
const SHOWN: usize = 120;

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
    serialize(views, Some(notes)).map(in_order).map_err(|why| unwritable(&why))
}

/// The same file with the names in its head in order, and the checksum of that: the crate writes notes in the order of a hash map, and
/// the same weights must give the same bytes.
fn in_order(file: Vec<u8>) -> Vec<u8> {
    let Some((length, rest)) = file.split_first_chunk::<8>() else { return file };
    let (head, numbers) = rest.split_at(u64::from_le_bytes(*length) as usize);
    // Maps of serde_json are sorted.
    let Ok(mut sorted) = serde_json::from_slice::<Value>(head) else { return file };
    notes(&mut sorted).map(|notes| notes.remove(HEAD));
    let checksum = crc(sorted.to_string().as_bytes());
    if let Some(notes) = notes(&mut sorted) {
        notes.insert(HEAD.into(), checksum.into());
    }
    let mut sorted = sorted.to_string().into_bytes();
    // The numbers begin at a multiple of eight, as the format asks.
    sorted.resize(sorted.len().next_multiple_of(8), b' ');
    [&(sorted.len() as u64).to_le_bytes()[..], &sorted, numbers].concat()
}

/// The notes within a head.
fn notes(head: &mut Value) -> Option<&mut Map<String, Value>> {
    head.get_mut("__metadata__").and_then(Value::as_object_mut)
}

/// Whether the head is the one that was written, as far as it says how to find out. The file was opened.
fn is_head_whole(file: &[u8]) -> bool {
    let Some((length, rest)) = file.split_first_chunk::<8>() else { return false };
    let length = usize::try_from(u64::from_le_bytes(*length)).ok();
    let head = length.and_then(|length| rest.get(..length));
    let head = head.and_then(|head| serde_json::from_slice::<Value>(head).ok());
    let Some(mut head) = head else { return false };
    let Some(notes) = notes(&mut head) else { return true };
    let is_ours = notes.get(FORM.0).is_some_and(|form| form == FORM.1) && notes.contains_key(CHECKSUM);
    match notes.remove(HEAD) {
        None => notes.get(FORM.0).is_none_or(|form| form != FORM.1),
        Some(noted) => is_ours && noted == crc(head.to_string().as_bytes()),
    }
}

fn crc(bytes: &[u8]) -> String {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    format!("{:08x}", crc.sum())
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
    let what = format!("this is no safetensors file, or a damaged one ({})", beginning(why, SHOWN));
    wrong(path, what).hint("save the weights again").into()
}

/// The file, if its checksum is right or if it has none.
fn opened<'a>(bytes: &'a [u8], path: &Path) -> Result<SafeTensors<'a>> {
    let file = SafeTensors::deserialize(bytes).map_err(|why| damaged(path, &why.to_string()))?;
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|why| damaged(path, &why.to_string()))?;
    let noted = header.metadata().as_ref().and_then(|notes| notes.get(CHECKSUM));
    if !is_head_whole(bytes) {
        return Err(damaged(path, "its head is not the one that was written"));
    }
    let tensors = file.tensors();
    match noted {
        Some(noted) if *noted != checksum(tensors.iter().map(|(name, view)| (name, view.data()))) => {
            Err(damaged(path, "its numbers are not those that were written"))
        }
        _ => Ok(file),
    }
}

/// How many tensors a safetensors file holds, and how many numbers.
///
/// # Errors
/// Bytes that are no safetensors file.
pub fn size(bytes: &[u8], path: &Path) -> Result<Size> {
    let file = SafeTensors::deserialize(bytes).map_err(|why| damaged(path, &why.to_string()))?;
    let numbers = file.iter().map(|(_, view)| view.shape().iter().product::<usize>() as u64);
    Ok(Size { tensors: file.len() as u64, numbers: numbers.sum() })
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
            Err(_) => mistakes.push(wrong(path, format!("the weight {} is missing", beginning(name, SHOWN)))),
            Ok(view) => match tensor(&view) {
                Some(tensor) if tensor.spec() == wanted.spec() => leaves.push(tensor),
                _ => {
                    let (name, found) = (beginning(name, SHOWN), form(&view));
                    mistakes
                        .push(wrong(path, format!("{name} is {found}, the network has {}", wanted.spec())));
                }
            },
        }
    }
    let mut unknown: Vec<&str> =
        file.names().into_iter().filter(|n| !names.iter().any(|name| name == n)).collect();
    unknown.sort_unstable();
    let unknown = unknown.iter().map(|name| format!("the network has no weight {}", beginning(name, SHOWN)));
    mistakes.extend(unknown.map(|what| wrong(path, what)));
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
                let what = format!("{} is {}", beginning(&name, SHOWN), form(&view));
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

/// Dtype and shape of what was found.
fn form(view: &TensorView<'_>) -> String {
    beginning(&format!("{:?}{:?}", view.dtype(), view.shape()).to_lowercase(), SHOWN)
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
        let again = encode(&before, &[("classes", "a,b".to_string())]).unwrap();
        assert!(bytes == again, "the same weights give the same bytes");
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

    /// What is written by others has none of our checksums; what we wrote before there was one of the head has one.
    #[test]
    fn files_without_checksums_are_read_and_ours_must_have_both() {
        let net = net(&[3, 4, 2]);
        let bytes = encode(&net, &[("classes", "a,b".to_string())]).unwrap();
        let (length, rest) = bytes.split_first_chunk::<8>().unwrap();
        let (head, numbers) = rest.split_at(u64::from_le_bytes(*length) as usize);
        let read = |change: &dyn Fn(&mut Map<String, Value>)| {
            let mut head: Value = serde_json::from_slice(head).unwrap();
            change(notes(&mut head).unwrap());
            let head = head.to_string().into_bytes();
            let file = [&(head.len() as u64).to_le_bytes()[..], &head, numbers].concat();
            decode(&file, Path::new("w"), &net).map_err(|error| error.to_string())
        };
        assert!(read(&|notes| notes.clear()).is_ok());
        assert!(read(&|notes| drop((notes.remove(HEAD), notes.insert(FORM.0.into(), "1".into())))).is_ok());
        for lost in [HEAD, CHECKSUM, FORM.0, "classes"] {
            let said = read(&|notes| drop(notes.remove(lost))).unwrap_err();
            assert!(said.contains("its head is not the one that was written"), "{lost}: {said}");
        }
        let said = read(&|notes| drop(notes.insert("classes".into(), "a,c".into()))).unwrap_err();
        assert!(said.contains("its head is not the one that was written"), "{said}");
    }

    #[test]
    fn names_of_any_length_make_short_messages() {
        let long = "w".repeat(100_000);
        let tree =
            crate::parameters::Parameters { names: vec![long.clone()], values: vec![Tensor::scalar(1.0)] };
        let bytes = encode(&tree, &[]).unwrap();
        let said = decode(&bytes, Path::new("w"), &net(&[3, 4])).unwrap_err().to_string();
        assert!(said.contains("the network has no weight www") && said.len() < 1000, "{}", said.len());
        let head = format!("{{\"{long}\":{{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[1,5]}}}}");
        let file = [&(head.len() as u64).to_le_bytes()[..], head.as_bytes(), &[0; 4]].concat();
        let said = entries(&file, Path::new("w")).unwrap_err().to_string();
        assert!(said.contains("damaged one (invalid offset") && said.len() < 1000, "{}", said.len());
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
            assert!(decode(&flipped, Path::new("w"), &net(&[3, 4, 2])).is_err(), "{at}");
        }
        let error = decode(b"not a file", Path::new("w"), &net(&[3, 4, 2])).unwrap_err().to_string();
        assert!(
            error.starts_with("w: safetensors: this is no safetensors file, or a damaged one"),
            "{error}"
        );
    }
}

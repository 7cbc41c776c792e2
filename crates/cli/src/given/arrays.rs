//! NumPy files: `.npy` holds one array, `.npz` is a zip archive of them.

use super::values::{Item, Value};
use crate::failure::{self, Result, content};
use chainrule::DType;
use std::io::{Cursor, Read};
use std::path::Path;

/// How often deflate makes bytes fewer, at most.
const DEFLATED: u64 = 1032;

const MAGIC: &[u8] = b"\x93NUMPY";

/// The arrays of an `.npz` file, by name.
pub fn npz(path: &Path) -> Result<Vec<(String, Value)>> {
    let arrays = npz_bytes(&failure::read(path)?);
    Ok(arrays.map_err(|what| content(path, what, "write it again with numpy.savez"))?)
}

fn npz_bytes(bytes: &[u8]) -> std::result::Result<Vec<(String, Value)>, String> {
    if bytes.is_empty() {
        return Err("is empty".to_string());
    }
    // Entries may overlap, so that a small file unpacks to any size; an honest one stays below this.
    let mut room = (bytes.len() as u64).saturating_mul(DEFLATED);
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes))
        .map_err(|why| format!("is no .npz archive, or not a whole one: {why}"))?;
    let mut arrays = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|why| format!("entry {index} can't be read: {why}"))?;
        let name = entry.name().map_err(|why| format!("entry {index} has no name: {why}"))?.into_owned();
        let name = name.strip_suffix(".npy").map_or(name.clone(), str::to_string);
        let mut bytes = Vec::new();
        // A damaged size in the directory must not make us ask for the memory it states; reading stops at the end.
        let read = entry.take(room.saturating_add(1)).read_to_end(&mut bytes);
        read.map_err(|why| format!("array {name} can't be read: {why}"))?;
        let left = room.checked_sub(bytes.len() as u64);
        room = left.ok_or("unpacks to more than it can hold: its entries overlap")?;
        let value = npy_bytes(&bytes).map_err(|what| format!("array {name}: {what}"))?;
        arrays.push((name, value));
    }
    Ok(arrays)
}

/// The array of an `.npy` file.
pub fn npy(path: &Path) -> Result<Value> {
    let array = npy_bytes(&failure::read(path)?);
    Ok(array.map_err(|what| content(path, what, "write it again with numpy.save"))?)
}

/// How an array lies in its file.
struct Header {
    big_endian: bool,
    kind: char,
    bytes: usize,
    columns_first: bool,
    dims: Vec<usize>,
}

fn npy_bytes(bytes: &[u8]) -> std::result::Result<Value, String> {
    if bytes.is_empty() {
        return Err("is empty".to_string());
    }
    let whole = "is no .npy array, or not a whole one".to_string();
    let rest = bytes.strip_prefix(MAGIC).ok_or(whole.clone())?;
    let (version, rest) = rest.split_at_checked(2).ok_or(whole.clone())?;
    let wide = if version[0] == 1 { 2 } else { 4 };
    let (length, rest) = rest.split_at_checked(wide).ok_or(whole.clone())?;
    let length = length.iter().rev().fold(0usize, |n, &b| n << 8 | usize::from(b));
    let (header, data) = rest.split_at_checked(length).ok_or(whole)?;
    let header = read_header(&String::from_utf8_lossy(header))?;
    // This knows the few sizes of elements that there are, none of them 0; the product below stays in range.
    let (dtype, item) = reader(&header)?;
    let shape = chainrule::Shape::new(&header.dims)?;
    let wanted = shape.elements() * header.bytes;
    if data.len() < wanted {
        return Err(format!("shape {shape} needs {wanted} bytes, but only {} are there", data.len()));
    }
    let mut items: Vec<Item> =
        data[..wanted].chunks_exact(header.bytes).map(|b| item(&ordered(b, &header))).collect();
    if header.columns_first {
        items = rows_first(&items, &header.dims);
    }
    Ok(Value { dims: header.dims, items, dtype: Some(dtype) })
}

/// The header is a Python dictionary: `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }`.
fn read_header(text: &str) -> std::result::Result<Header, String> {
    let after = |key: &str| text.split_once(&format!("'{key}':")).map(|(_, rest)| rest.trim_start());
    let field = |key: &str| after(key).ok_or_else(|| format!("the header has no {key}"));
    let descr = field("descr")?;
    let descr =
        descr.strip_prefix('\'').and_then(|d| d.split('\'').next()).ok_or("it holds records, not numbers")?;
    let mut letters = descr.chars();
    let order = letters.next().unwrap_or('|');
    let kind = letters.next().unwrap_or('?');
    let bytes = letters.as_str().parse().map_err(|_| format!("it holds {descr}, not numbers"))?;
    let shape = field("shape")?;
    let inside =
        shape.strip_prefix('(').and_then(|s| s.split(')').next()).ok_or("the header has no shape")?;
    let parts = inside.split(',').map(str::trim).filter(|p| !p.is_empty());
    let dims = parts.map(|p| p.parse().map_err(|_| format!("{p} in the shape is no length")));
    Ok(Header {
        big_endian: order == '>',
        kind,
        bytes,
        columns_first: field("fortran_order")?.starts_with("True"),
        dims: dims.collect::<std::result::Result<_, String>>()?,
    })
}

/// The bytes of one element, the least significant first.
fn ordered(bytes: &[u8], header: &Header) -> [u8; 8] {
    let mut ordered = [0; 8];
    for (i, &byte) in bytes.iter().enumerate().take(8) {
        ordered[if header.big_endian { bytes.len() - 1 - i } else { i }] = byte;
    }
    ordered
}

type Reader = fn(&[u8; 8]) -> Item;

/// The dtype that an array has here, and how one element is read. Narrow integers become the next one that holds them all.
fn reader(header: &Header) -> std::result::Result<(DType, Reader), String> {
    fn low<const N: usize>(bytes: &[u8; 8]) -> [u8; N] {
        std::array::from_fn(|i| bytes[i])
    }
    Ok(match (header.kind, header.bytes) {
        ('f', 8) => (DType::F64, |b| Item::Real(f64::from_le_bytes(*b))),
        ('f', 4) => (DType::F32, |b| Item::Real(f64::from(f32::from_le_bytes(low(b))))),
        ('i', 8) => (DType::I64, |b| Item::Int(i64::from_le_bytes(*b))),
        ('i', 4) => (DType::I32, |b| Item::Int(i64::from(i32::from_le_bytes(low(b))))),
        ('i', 2) => (DType::I32, |b| Item::Int(i64::from(i16::from_le_bytes(low(b))))),
        ('i', 1) => (DType::I32, |b| Item::Int(i64::from(i8::from_le_bytes(low(b))))),
        ('u', 4) => (DType::I64, |b| Item::Int(i64::from(u32::from_le_bytes(low(b))))),
        ('u', 2) => (DType::I32, |b| Item::Int(i64::from(u16::from_le_bytes(low(b))))),
        ('u', 1) => (DType::U8, |b| Item::Int(i64::from(b[0]))),
        ('b', 1) => (DType::Bool, |b| Item::Flag(b[0] != 0)),
        (kind, bytes) => {
            return Err(format!(
                "numbers of kind {kind}{bytes} are not known; known are f4 f8 i1 i2 i4 i8 u1 u2 u4 b1"
            ));
        }
    })
}

/// From the order with the first index running fastest to the order with the last one running fastest.
fn rows_first(items: &[Item], dims: &[usize]) -> Vec<Item> {
    let mut at = vec![0; dims.len()];
    let mut ordered = Vec::with_capacity(items.len());
    for _ in 0..items.len() {
        let flat = at.iter().zip(dims).rev().fold(0, |flat, (&i, &d)| flat * d + i);
        ordered.push(items[flat]);
        for axis in (0..dims.len()).rev() {
            at[axis] += 1;
            if at[axis] < dims[axis] {
                break;
            }
            at[axis] = 0;
        }
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::given::damage;

    const NPZ: &[u8] = include_bytes!("../../tests/data/values.npz");

    fn npy(descr: &str, order: &str, shape: &str, data: &[u8]) -> Vec<u8> {
        let header = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
        let length = u16::try_from(header.len()).expect("headers are short");
        [MAGIC, &[1, 0], &length.to_le_bytes(), header.as_bytes(), data].concat()
    }

    /// A value is whole, a refusal in words that can be read.
    fn holds(read: std::result::Result<Value, String>) {
        match read {
            Ok(value) => {
                assert_eq!(value.dims.iter().product::<usize>(), value.items.len());
                value.strange();
                for dtype in [DType::F64, DType::I64, DType::Bool] {
                    value.tensor(dtype).ok();
                }
            }
            Err(what) => assert!(!what.is_empty() && what.len() < 1000, "{what}"),
        }
    }

    #[test]
    fn damaged_arrays_are_refused_or_read_and_never_a_panic() {
        let data: Vec<u8> = (0..48).collect();
        for whole in [
            npy("<f8", "False", "(2, 3)", &data),
            npy(">i4", "True", "(3, 2, 2)", &data),
            npy("|b1", "False", "()", &data),
        ] {
            assert!(npy_bytes(&whole).is_ok());
            damage::each(&whole, 3000, |bytes| holds(npy_bytes(bytes)));
        }
    }

    #[test]
    fn damaged_archives_are_refused_or_read_and_never_a_panic() {
        assert!(npz_bytes(NPZ).is_ok());
        damage::each(NPZ, 10_000, |bytes| match npz_bytes(bytes) {
            Ok(arrays) => arrays.into_iter().for_each(|(_, value)| holds(Ok(value))),
            Err(what) => holds(Err(what)),
        });
    }
}

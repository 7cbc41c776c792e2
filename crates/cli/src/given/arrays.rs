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
    let bytes = failure::read(path)?;
    let broken = |what: String| content(path, what, "write it again with numpy.savez");
    if bytes.is_empty() {
        return Err(broken("is empty".into()).into());
    }
    // Entries may overlap, so that a small file unpacks to any size; an honest one stays below this.
    let mut room = (bytes.len() as u64).saturating_mul(DEFLATED);
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes))
        .map_err(|why| broken(format!("is no .npz archive, or not a whole one: {why}")))?;
    let mut arrays = Vec::new();
    for index in 0..archive.len() {
        let entry =
            archive.by_index(index).map_err(|why| broken(format!("entry {index} can't be read: {why}")))?;
        let name =
            entry.name().map_err(|why| broken(format!("entry {index} has no name: {why}")))?.into_owned();
        let name = name.strip_suffix(".npy").map_or(name.clone(), str::to_string);
        let mut bytes = Vec::new();
        // A damaged size in the directory must not make us ask for the memory it states; reading stops at the end.
        let read = entry.take(room + 1).read_to_end(&mut bytes);
        read.map_err(|why| broken(format!("array {name} can't be read: {why}")))?;
        room = room
            .checked_sub(bytes.len() as u64)
            .ok_or_else(|| broken("unpacks to more than it can hold".to_string()))?;
        arrays
            .push((name.clone(), npy_bytes(&bytes).map_err(|what| broken(format!("array {name}: {what}")))?));
    }
    Ok(arrays)
}

/// The array of an `.npy` file.
pub fn npy(path: &Path) -> Result<Value> {
    let bytes = failure::read(path)?;
    let broken = |what: String| content(path, what, "write it again with numpy.save");
    if bytes.is_empty() {
        return Err(broken("is empty".into()).into());
    }
    Ok(npy_bytes(&bytes).map_err(broken)?)
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

//! NumPy files: `.npy` holds one array, `.npz` is a zip archive of them.
//!
//! The format: `numpy.lib.format`, versions 1.0, 2.0 and 3.0. Read here and nowhere else: the command line has its values from here too.

use super::{
    limits::{DEFLATED, UNPACKED_BYTES},
    read::sized,
    table::excerpt,
    watched::Watched,
};
use crate::error::{Error, Result};
use chainrule::{DType, Data, Mistake, Place, Shape, Slice, Tensor};
use std::io::{Cursor, Read, Seek};
use std::path::Path;

const MAGIC: &[u8] = b"\x93NUMPY";

/// Headers are padded so that what follows stands at a multiple of this.
const ALIGNED: usize = 64;

/// What is wrong with an array, in words.
type Wrong = String;

/// The arrays of an `.npz` file by name, from its bytes.
///
/// # Errors
/// In words: what is wrong, and with which array.
pub fn decode_npz(bytes: &[u8]) -> std::result::Result<Vec<(String, Tensor)>, String> {
    if bytes.is_empty() {
        return Err("is empty".to_string());
    }
    // Entries may overlap, so that a small file unpacks to any size; an honest one stays below this.
    let mut room = (bytes.len() as u64).saturating_mul(DEFLATED).min(UNPACKED_BYTES);
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes))
        .map_err(|why| format!("is no .npz archive, or not a whole one: {why}"))?;
    let mut arrays = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|why| format!("entry {index} can't be read: {why}"))?;
        let name = entry.name().map_err(|why| format!("entry {index} has no name: {why}"))?.into_owned();
        let name = array_name(&name);
        let shown = excerpt(&name);
        let mut bytes = Vec::new();
        // A damaged size in the directory must not make us ask for the memory it states; reading stops at the end.
        let read = entry.take(room.saturating_add(1)).read_to_end(&mut bytes);
        read.map_err(|why| format!("array {shown} can't be read: {why}"))?;
        let left = room.checked_sub(bytes.len() as u64);
        room = left.ok_or("unpacks to more than it can hold: it is damaged, or its entries overlap")?;
        let value = decode(&bytes).map_err(|what| format!("array {shown}: {what}"))?;
        arrays.push((name, value));
    }
    Ok(arrays)
}

/// What an entry of an archive is called as an array.
fn array_name(entry: &str) -> String {
    entry.strip_suffix(".npy").unwrap_or(entry).to_string()
}

/// An array in an `.npz` file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    /// What it is called.
    pub name: String,
    /// Where its `.npy` file lies as it is; none where it is packed.
    pub place: Option<(u64, u64)>,
    /// Bytes of its `.npy` file, as the archive says.
    pub bytes: u64,
}

/// The arrays of an `.npz` file, without reading them.
///
/// # Errors
/// In words: what is wrong with the archive.
pub(super) fn entries(file: impl Read + Seek) -> std::result::Result<Vec<Entry>, Wrong> {
    let mut archive =
        zip::ZipArchive::new(file).map_err(|why| format!("is no .npz archive, or not a whole one: {why}"))?;
    let mut entries = Vec::new();
    for index in 0..archive.len() {
        let damaged = |why: zip::result::ZipError| format!("entry {index} can't be read: {why}");
        let entry = archive.by_index_raw(index).map_err(damaged)?;
        let name = entry.name().map_err(|why| format!("entry {index} has no name: {why}"))?;
        let (name, bytes) = (array_name(&name), entry.size());
        let is_plain = entry.compression() == zip::CompressionMethod::Stored && !entry.encrypted();
        let place = entry.data_start().filter(|_| is_plain).map(|start| (start, entry.compressed_size()));
        entries.push(Entry { name, place, bytes });
    }
    Ok(entries)
}

/// One array of an `.npz` file.
///
/// # Errors
/// There is none of this name, or it can't be read.
pub(super) fn read_entry(file: &Watched, name: &str) -> Result<Tensor> {
    let wrong = |what: String| mistake(file.path(), "npz", what, "write it again with numpy.savez");
    let entries = entries(file.from(0)?).map_err(wrong)?;
    let Some(at) = entries.iter().position(|entry| entry.name == name) else {
        let known: Vec<String> = entries.into_iter().map(|entry| entry.name).collect();
        let hint = format!("its arrays are {}", super::table::shorten(&known));
        return Err(mistake(file.path(), "npz", format!("has no array {name}"), hint));
    };
    if entries[at].bytes > UNPACKED_BYTES {
        let what = format!("array {name} holds {}, too much to be read at once", sized(entries[at].bytes));
        return Err(mistake(file.path(), "npz", what, "give one class or number for each example"));
    }
    let damaged = |why: String| wrong(format!("array {name} can't be read: {why}"));
    let mut archive = zip::ZipArchive::new(file.from(0)?).map_err(|why| damaged(why.to_string()))?;
    let entry = archive.by_index(at).map_err(|why| damaged(why.to_string()))?;
    let mut bytes = Vec::new();
    entry.take(UNPACKED_BYTES).read_to_end(&mut bytes).map_err(|why| damaged(why.to_string()))?;
    decode(&bytes).map_err(|what| wrong(format!("array {name}: {what}")))
}

/// The array of an `.npy` file, from its bytes. Narrow integers become the next dtype that holds them all.
///
/// # Errors
/// In words: what is wrong.
pub fn decode(bytes: &[u8]) -> std::result::Result<Tensor, String> {
    if bytes.is_empty() {
        return Err("is empty".to_string());
    }
    let (header, data) = Header::read(bytes)?;
    let shape = Shape::new(&header.dims)?;
    let wanted = shape.elements() * header.kind.bytes();
    if data.len() < wanted {
        return Err(format!("shape {shape} needs {wanted} bytes, but only {} are there", data.len()));
    }
    let mut numbers = header.numbers(&data[..wanted]);
    if header.columns_first {
        numbers = rows_first(&numbers, &header.dims);
    }
    Tensor::from_data(numbers, &header.dims).map_err(|why| why.to_string())
}

/// The bytes of an `.npy` file of version 1.0 that holds this array, as `numpy.load` reads them.
pub fn encode(array: &Tensor) -> Vec<u8> {
    let kind = match array.dtype() {
        DType::F32 => "<f4",
        DType::F64 => "<f8",
        DType::I32 => "<i4",
        DType::I64 => "<i8",
        DType::U8 => "|u1",
        DType::Bool => "|b1",
    };
    let dims: String = array.shape().iter().map(|length| format!("{length}, ")).collect();
    let dims = if array.shape().rank() == 1 { dims.trim_end() } else { dims.trim_end_matches(", ") };
    let mut header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({dims}), }}");
    let before = MAGIC.len() + 4;
    let length = (before + header.len() + 1).next_multiple_of(ALIGNED) - before;
    header.extend(std::iter::repeat_n(' ', length - 1 - header.len()));
    header.push('\n');
    let mut bytes = [MAGIC, &[1, 0], &(length as u16).to_le_bytes(), header.as_bytes()].concat();
    match array.slice() {
        Slice::F32(v) => bytes.extend(v.iter().flat_map(|x| x.to_le_bytes())),
        Slice::F64(v) => bytes.extend(v.iter().flat_map(|x| x.to_le_bytes())),
        Slice::I32(v) => bytes.extend(v.iter().flat_map(|x| x.to_le_bytes())),
        Slice::I64(v) => bytes.extend(v.iter().flat_map(|x| x.to_le_bytes())),
        Slice::U8(v) => bytes.extend(v),
        Slice::Bool(v) => bytes.extend(v.iter().map(|x| u8::from(*x))),
    }
    bytes
}

/// Writes an array as an `.npy` file, whole or not at all.
///
/// # Errors
/// The disk does not take it.
pub fn write(path: &Path, array: &Tensor) -> Result<()> {
    crate::atomic::write(path, &encode(array))
}

/// The array of an `.npy` file.
///
/// # Errors
/// It can't be read, or is none.
pub fn read(path: &Path) -> Result<Tensor> {
    let hint = "write it again with numpy.save";
    decode(&super::read(path)?).map_err(|what| mistake(path, "npy", what, hint))
}

/// The arrays of an `.npz` file by name.
///
/// # Errors
/// It can't be read, or is none.
pub fn read_npz(path: &Path) -> Result<Vec<(String, Tensor)>> {
    let wrong = |what: String| mistake(path, "npz", what, "write it again with numpy.savez");
    let watched = Watched::open(path)?;
    // What it claims to hold is judged before it is read.
    let all: u64 =
        entries(watched.from(0)?).map_err(wrong)?.iter().fold(0, |all, e| all.saturating_add(e.bytes));
    if all > UNPACKED_BYTES {
        let what = format!("holds {} of arrays, too much to be read at once", sized(all));
        let hint = "write `x` and `y` with numpy.save, as x.npy and y.npy, or with numpy.savez, which does not pack them: \
                    then examples are read as they are needed";
        return Err(mistake(path, "npz", what, hint));
    }
    decode_npz(&super::read(path)?).map_err(wrong)
}

pub(super) fn mistake(path: &Path, format: &str, what: impl Into<String>, hint: impl Into<String>) -> Error {
    let place = Place::File { path: path.to_path_buf(), line: None, column: None };
    Mistake::new(place, format, what).hint(hint).into()
}

/// How an array lies in its file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Header {
    big_endian: bool,
    pub kind: Kind,
    /// The first index runs fastest.
    pub columns_first: bool,
    pub dims: Vec<usize>,
}

/// Kinds of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub(super) enum Kind {
    F8,
    F4,
    I8,
    I4,
    I2,
    I1,
    U4,
    U2,
    U1,
    B1,
}

impl Kind {
    fn new(letter: char, bytes: usize) -> std::result::Result<Kind, Wrong> {
        Ok(match (letter, bytes) {
            ('f', 8) => Kind::F8,
            ('f', 4) => Kind::F4,
            ('i', 8) => Kind::I8,
            ('i', 4) => Kind::I4,
            ('i', 2) => Kind::I2,
            ('i', 1) => Kind::I1,
            ('u', 4) => Kind::U4,
            ('u', 2) => Kind::U2,
            ('u', 1) => Kind::U1,
            ('b', 1) => Kind::B1,
            (kind, bytes) => {
                return Err(format!(
                    "numbers of kind {kind}{bytes} are not known; known are f4 f8 i1 i2 i4 i8 u1 u2 u4 b1"
                ));
            }
        })
    }

    /// Bytes of one number.
    pub fn bytes(self) -> usize {
        match self {
            Kind::F8 | Kind::I8 => 8,
            Kind::F4 | Kind::I4 | Kind::U4 => 4,
            Kind::I2 | Kind::U2 => 2,
            Kind::I1 | Kind::U1 | Kind::B1 => 1,
        }
    }
}

impl Header {
    /// The header, and what follows it.
    pub fn read(bytes: &[u8]) -> std::result::Result<(Header, &[u8]), Wrong> {
        let whole = "is no .npy array, or not a whole one".to_string();
        let rest = bytes.strip_prefix(MAGIC).ok_or(whole.clone())?;
        let (version, rest) = rest.split_at_checked(2).ok_or(whole.clone())?;
        if !(1..=3).contains(&version[0]) {
            return Err(format!("version {}.{} of the format is not known", version[0], version[1]));
        }
        let wide = if version[0] == 1 { 2 } else { 4 };
        let (length, rest) = rest.split_at_checked(wide).ok_or(whole.clone())?;
        let length = length.iter().rev().fold(0usize, |n, &b| n << 8 | usize::from(b));
        let (header, data) = rest.split_at_checked(length).ok_or(whole)?;
        Ok((Header::parse(&String::from_utf8_lossy(header))?, data))
    }

    /// The header is a Python dictionary: `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }`.
    fn parse(text: &str) -> std::result::Result<Header, Wrong> {
        let after = |key: &str| text.split_once(&format!("'{key}':")).map(|(_, rest)| rest.trim_start());
        let field = |key: &str| after(key).ok_or_else(|| format!("the header has no {key}"));
        let descr = field("descr")?;
        let descr = descr
            .strip_prefix('\'')
            .and_then(|d| d.split('\'').next())
            .ok_or("it holds records, not numbers")?;
        let mut letters = descr.chars();
        let order = letters.next().unwrap_or('|');
        let kind = letters.next().unwrap_or('?');
        let bytes =
            letters.as_str().parse().map_err(|_| format!("it holds {}, not numbers", excerpt(descr)))?;
        let shape = field("shape")?;
        let inside =
            shape.strip_prefix('(').and_then(|s| s.split(')').next()).ok_or("the header has no shape")?;
        let parts = inside.split(',').map(str::trim).filter(|p| !p.is_empty());
        let dims = parts.map(|p| p.parse().map_err(|_| format!("{} in the shape is no length", excerpt(p))));
        let dims = dims.collect::<std::result::Result<_, String>>()?;
        let columns_first = field("fortran_order")?.starts_with("True");
        Ok(Header { big_endian: order == '>', kind: Kind::new(kind, bytes)?, columns_first, dims })
    }

    /// Numbers from whole elements in the order in which they lie.
    pub fn numbers(&self, data: &[u8]) -> Data {
        /// Each `N` bytes, the least significant first.
        fn each<const N: usize, T>(data: &[u8], swap: bool, of: impl Fn([u8; N]) -> T) -> Vec<T> {
            let (elements, _) = data.as_chunks::<N>();
            let ordered = |element: &[u8; N]| {
                let mut element = *element;
                if swap {
                    element.reverse();
                }
                of(element)
            };
            elements.iter().map(ordered).collect()
        }
        let swap = self.big_endian;
        match self.kind {
            Kind::F8 => Data::F64(each(data, swap, f64::from_le_bytes)),
            Kind::F4 => Data::F32(each(data, swap, f32::from_le_bytes)),
            Kind::I8 => Data::I64(each(data, swap, i64::from_le_bytes)),
            Kind::I4 => Data::I32(each(data, swap, i32::from_le_bytes)),
            Kind::I2 => Data::I32(each(data, swap, |b| i32::from(i16::from_le_bytes(b)))),
            Kind::I1 => Data::I32(each(data, swap, |b| i32::from(i8::from_le_bytes(b)))),
            Kind::U4 => Data::I64(each(data, swap, |b| i64::from(u32::from_le_bytes(b)))),
            Kind::U2 => Data::I32(each(data, swap, |b| i32::from(u16::from_le_bytes(b)))),
            Kind::U1 => Data::U8(data.to_vec()),
            Kind::B1 => Data::Bool(data.iter().map(|b| *b != 0).collect()),
        }
    }
}

/// From the order with the first index running fastest to the order with the last one running fastest.
fn rows_first(numbers: &Data, dims: &[usize]) -> Data {
    fn turned<T: Copy>(items: &[T], dims: &[usize]) -> Vec<T> {
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
    match numbers {
        Data::F32(v) => Data::F32(turned(v, dims)),
        Data::F64(v) => Data::F64(turned(v, dims)),
        Data::I32(v) => Data::I32(turned(v, dims)),
        Data::I64(v) => Data::I64(turned(v, dims)),
        Data::U8(v) => Data::U8(turned(v, dims)),
        Data::Bool(v) => Data::Bool(turned(v, dims)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn npy(version: u8, descr: &str, order: &str, shape: &str, data: &[u8]) -> Vec<u8> {
        let header = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
        let length = header.len() as u32;
        let wide = if version == 1 { 2 } else { 4 };
        [MAGIC, &[version, 0], &length.to_le_bytes()[..wide], header.as_bytes(), data].concat()
    }

    #[test]
    fn what_is_written_is_read_and_has_the_bytes_of_numpy() {
        let arrays = [
            Tensor::new(vec![1.5f32, -0.0, f32::MIN_POSITIVE, 4.0, 5.0, 6.0], &[2, 3]).unwrap(),
            Tensor::new(vec![1.0f64 / 3.0, 2.0], &[2]).unwrap(),
            Tensor::new(vec![i64::MIN, 7, -1], &[3, 1, 1]).unwrap(),
            Tensor::new(vec![i32::MAX, 7], &[1, 2]).unwrap(),
            Tensor::new(vec![0u8, 255], &[2]).unwrap(),
            Tensor::new(vec![true, false], &[2, 1]).unwrap(),
            Tensor::scalar(3.0f32),
            Tensor::new(Vec::<f32>::new(), &[0, 4]).unwrap(),
        ];
        for array in arrays {
            let bytes = encode(&array);
            let read = decode(&bytes).unwrap();
            assert_eq!((read.spec(), read.to_f64()), (array.spec(), array.to_f64()));
        }
        // numpy.save of numpy.array([1.5, -2], numpy.float32), NumPy 2.
        let mut written =
            b"\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }".to_vec();
        written.extend(vec![b' '; 127 - written.len()]);
        written.extend(b"\n\x00\x00\xc0\x3f\x00\x00\x00\xc0");
        assert_eq!(encode(&Tensor::new(vec![1.5f32, -2.0], &[2]).unwrap()), written);
    }

    #[test]
    fn orders_kinds_and_versions_are_read() {
        let data: Vec<u8> = (0..12).collect();
        for version in 1..=3 {
            let read = decode(&npy(version, "|u1", "True", "(3, 4)", &data)).unwrap();
            let expected = [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11].map(f64::from);
            assert_eq!((read.shape().dims(), read.to_f64()), (vec![3, 4], expected.to_vec()));
        }
        for (descr, bytes, value, dtype) in [
            (">f8", &1.5f64.to_be_bytes()[..], 1.5, DType::F64),
            (">i4", &(-5i32).to_be_bytes(), -5.0, DType::I32),
            ("<i2", &(-300i16).to_le_bytes(), -300.0, DType::I32),
            ("|i1", &[0x80], -128.0, DType::I32),
            (">u2", &[1, 0], 256.0, DType::I32),
            ("<u4", &[0xff; 4], 4_294_967_295.0, DType::I64),
            ("|b1", &[3], 1.0, DType::Bool),
        ] {
            let read = decode(&npy(1, descr, "False", "()", bytes)).unwrap();
            assert_eq!((read.dtype(), read.to_f64()), (dtype, vec![value]), "{descr}");
        }
    }

    #[test]
    fn what_is_no_array_says_why() {
        let said = |bytes: &[u8]| decode(bytes).unwrap_err();
        assert_eq!(said(b""), "is empty");
        assert_eq!(said(b"PK\x03\x04"), "is no .npy array, or not a whole one");
        assert_eq!(said(&npy(4, "<f4", "False", "(1,)", &[0; 4])), "version 4.0 of the format is not known");
        assert_eq!(
            said(&npy(1, "<f4", "False", "(2, 3)", &[0; 23])),
            "shape [2, 3] needs 24 bytes, but only 23 are there"
        );
        assert!(
            said(&npy(1, "<c8", "False", "(1,)", &[0; 8])).starts_with("numbers of kind c8 are not known")
        );
        assert!(said(&npy(1, "<f4", "False", "(4294967296, 4294967296)", &[0; 8])).contains("4294967296"));
        assert!(said(&npy(1, "<f4", "False", "(-1,)", &[])).contains("-1 in the shape is no length"));
    }
}

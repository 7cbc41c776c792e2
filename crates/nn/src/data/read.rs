//! Reading a file whole, unpacking it where it is packed with gzip.

use crate::error::{Error, Result};
use chainrule::{Mistake, Place};
use flate2::read::MultiGzDecoder;
use std::io::{Read, copy, sink};
use std::{fs, path::Path};

/// First bytes of a gzip file.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Most bytes that a packed file, or packed arrays, may unpack to: they can't be read in parts, and a few bytes of gzip can claim
/// any size.
pub const UNPACKED_BYTES: u64 = 1 << 31;

/// What is packed and smaller than this is unpacked without a look at how much it will be.
const SMALL: usize = 1 << 20;

/// The content of a file, unpacked.
///
/// # Errors
/// It can't be read, or is a damaged gzip file.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    if path.is_dir() {
        let why = std::io::Error::other("it is a directory");
        return Err(Error::file(path, "read", &why, "give a file"));
    }
    let bytes = fs::read(path).map_err(|why| Error::file(path, "read", &why, ""))?;
    if bytes.starts_with(&GZIP) { unpack(&bytes, path, UNPACKED_BYTES) } else { Ok(bytes) }
}

/// Bytes as people count them.
pub fn sized(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

/// Unpacks gzip up to a limit. What is too large is known before it takes memory.
pub fn unpack(packed: &[u8], path: &Path, limit: u64) -> Result<Vec<u8>> {
    let mistake = |what: String, hint: &str| -> Error {
        let place = Place::File { path: path.to_path_buf(), line: None, column: None };
        Mistake::new(place, "gzip", what).hint(hint).into()
    };
    let room = || MultiGzDecoder::new(packed).take(limit + 1);
    let damaged = |why| mistake(format!("is damaged or cut short ({why})"), "fetch or make the file again");
    let size = if packed.len() < SMALL { 0 } else { copy(&mut room(), &mut sink()).map_err(damaged)? };
    let mut bytes = Vec::with_capacity(usize::try_from(size.min(limit)).unwrap_or(0));
    if size <= limit {
        room().read_to_end(&mut bytes).map_err(damaged)?;
    }
    if size.max(bytes.len() as u64) > limit {
        let what = format!(
            "{} unpack to more than {}, and a packed file can't be read in parts",
            sized(packed.len() as u64),
            sized(limit)
        );
        return Err(mistake(
            what,
            "unpack it first (gunzip): of a plain file rows are read as they are needed",
        ));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn pack(text: &[u8]) -> Vec<u8> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::default());
        packer.write_all(text).unwrap();
        packer.finish().unwrap()
    }

    #[test]
    fn packed_and_plain_files_read_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let text = b"a,b\n1,2\n".repeat(100);
        for (name, bytes) in [("plain", text.clone()), ("packed", pack(&text))] {
            let path = folder.path().join(name);
            fs::write(&path, bytes).unwrap();
            assert_eq!(read(&path).unwrap(), text, "{name}");
        }
    }

    #[test]
    fn a_truncated_file_a_folder_and_nothing_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let cut = folder.path().join("cut.csv.gz");
        let packed = pack(&b"a,b\n1,2\n".repeat(100));
        fs::write(&cut, &packed[..packed.len() / 2]).unwrap();
        let error = read(&cut).unwrap_err();
        assert_eq!(error.kind, Kind::Input);
        assert!(error.to_string().contains("cut.csv.gz: gzip: is damaged or cut short"), "{error}");
        let error = read(folder.path()).unwrap_err();
        assert_eq!(error.kind, Kind::File);
        assert!(error.to_string().contains("it is a directory; hint: give a file"), "{error}");
        let error = read(&folder.path().join("none")).unwrap_err();
        assert_eq!(error.kind, Kind::File);
        assert!(error.to_string().ends_with("none: can't be read: no such file or directory"), "{error}");
    }

    #[test]
    fn unpacking_stops_at_the_limit() {
        let packed = pack(&[b'1'; 100]);
        assert_eq!(unpack(&packed, Path::new("x"), 100).unwrap().len(), 100);
        let said = unpack(&packed, Path::new("x"), 99).unwrap_err().to_string();
        assert!(
            said.contains("unpack to more than 99 bytes, and a packed file can't be read in parts"),
            "{said}"
        );
        // A large one is counted before it is kept: noise, which does not pack.
        let mut state = 1u64;
        let noise: Vec<u8> = (0..SMALL + 1000)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 56) as u8
            })
            .collect();
        let packed = pack(&noise);
        assert!(packed.len() >= SMALL);
        assert_eq!(unpack(&packed, Path::new("x"), noise.len() as u64).unwrap(), noise);
        let said = unpack(&packed, Path::new("x"), 100_000).unwrap_err().to_string();
        assert!(said.contains("1.0 MB unpack to more than 100.0 kB"), "{said}");
        let cut = unpack(&packed[..packed.len() - 9], Path::new("x"), 1 << 30).unwrap_err().to_string();
        assert!(cut.contains("is damaged or cut short"), "{cut}");
    }
}

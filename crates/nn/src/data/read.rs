//! Reading a file whole, unpacking it where it is packed with gzip.

use crate::error::{Error, Result};
use chainrule::{Mistake, Place};
use flate2::read::MultiGzDecoder;
use std::{fs, io::Read, path::Path};

/// First bytes of a gzip file.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Most bytes that a packed file may unpack to; a few bytes of gzip can claim any size.
pub const UNPACKED_BYTES: u64 = 1 << 32;

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

/// Unpacks gzip up to a limit.
pub fn unpack(packed: &[u8], path: &Path, limit: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = MultiGzDecoder::new(packed).take(limit + 1).read_to_end(&mut bytes);
    let what = match read {
        Err(why) => format!("is damaged or cut short ({why})"),
        Ok(_) if bytes.len() as u64 > limit => format!("unpacks to more than {limit} bytes"),
        Ok(_) => return Ok(bytes),
    };
    let place = Place::File { path: path.to_path_buf(), line: None, column: None };
    Err(Mistake::new(place, "gzip", what).hint("fetch or make the file again").into())
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
        assert!(unpack(&packed, Path::new("x"), 99).unwrap_err().to_string().contains("more than 99 bytes"));
    }
}

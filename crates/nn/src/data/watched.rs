//! A file that is read while training goes on, and that must stay as it was.

use crate::error::{Error, Result};
use chainrule::{Mistake, Place};
use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    time::SystemTime,
};

/// First bytes of a gzip file.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// What some programs write before the first byte of a text.
pub const BYTE_ORDER_MARK: &[u8; 3] = b"\xef\xbb\xbf";

/// An open file, with its length and time of change when it was opened.
#[derive(Debug)]
pub struct Watched {
    file: File,
    path: PathBuf,
    length: u64,
    modified: Option<SystemTime>,
}

impl Watched {
    /// Opens a file.
    ///
    /// # Errors
    /// It can't be opened, or is packed with gzip: then its rows can't be found without reading all before them.
    pub fn open(path: &Path) -> Result<Watched> {
        if path.is_dir() {
            let why = std::io::Error::other("it is a directory");
            return Err(Error::file(path, "read", &why, "give a file"));
        }
        let failed = |why| Error::file(path, "read", &why, "");
        let file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        let (length, modified) = (metadata.len(), metadata.modified().ok());
        let mut watched = Watched { file, path: path.to_path_buf(), length, modified };
        let mut first = [0; 2];
        if length >= 2 {
            watched.read_at(0, &mut first)?;
        }
        if first == GZIP {
            let hint = "unpack it first (gunzip): a packed file can't be read in parts";
            return Err(watched.mistake("is packed with gzip", hint).into());
        }
        Ok(watched)
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its length in bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The file itself, at this byte, to be read on from there.
    ///
    /// # Errors
    /// The system's.
    pub fn from(&self, byte: u64) -> Result<&File> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(byte)).map_err(|why| Error::file(&self.path, "read", &why, ""))?;
        Ok(file)
    }

    /// Fills `to` with what stands from this byte on.
    ///
    /// # Errors
    /// The file ends before, or can't be read.
    pub fn read_at(&mut self, byte: u64, to: &mut [u8]) -> Result<()> {
        let mut file = self.from(byte)?;
        file.read_exact(to).map_err(|why| match why.kind() {
            std::io::ErrorKind::UnexpectedEof => self.changed(),
            _ => Error::file(&self.path, "read", &why, ""),
        })
    }

    /// Where its text begins: behind a byte order mark, if it has one.
    ///
    /// # Errors
    /// It can't be read.
    pub fn text_start(&mut self) -> Result<u64> {
        let mut mark = [0; BYTE_ORDER_MARK.len()];
        if self.length >= mark.len() as u64 {
            self.read_at(0, &mut mark)?;
        }
        Ok(if mark == *BYTE_ORDER_MARK { mark.len() as u64 } else { 0 })
    }

    /// Sees to it that the file is what it was. To be asked after reading: what was read before a change is sound.
    ///
    /// # Errors
    /// It is not.
    pub fn check(&self) -> Result<()> {
        let metadata = self.file.metadata().map_err(|why| Error::file(&self.path, "read", &why, ""))?;
        match metadata.len() == self.length && metadata.modified().ok() == self.modified {
            true => Ok(()),
            false => Err(self.changed()),
        }
    }

    /// The file is not what it was.
    pub fn changed(&self) -> Error {
        self.mistake(
            "was changed while it was read",
            "leave it alone while training reads it, and start again",
        )
        .into()
    }

    fn mistake(&self, what: &str, hint: &str) -> Mistake {
        let place = Place::File { path: self.path.clone(), line: None, column: None };
        Mistake::new(place, "", what).hint(hint)
    }
}

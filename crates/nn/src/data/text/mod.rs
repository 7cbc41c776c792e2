//! Texts as numbers: letters of a vocabulary, in windows of one long text or line by line.

mod characters;
mod lines;
mod stream;
mod vocabulary;

pub use characters::{Characters, split_text};
pub use lines::{Contexts, Lines, WholeLines};
pub use stream::TextStream;
pub use vocabulary::Vocabulary;

use super::read;
use crate::error::Result;
use chainrule::{Mistake, Place};
use std::path::Path;

/// Reads a text file in UTF-8, packed with gzip or not.
///
/// # Errors
/// It can't be read, or is no UTF-8.
pub fn read_text(path: &Path) -> Result<String> {
    decode_text(read(path)?, path)
}

/// The text that the bytes of a file are, without a byte order mark. `path` is for messages.
///
/// # Errors
/// They are no UTF-8.
pub fn decode_text(bytes: Vec<u8>, path: &Path) -> Result<String> {
    let mut text = String::from_utf8(bytes).map_err(|why| {
        let valid = &why.as_bytes()[..why.utf8_error().valid_up_to()];
        let line = valid.iter().filter(|&&b| b == b'\n').count() as u64 + 1;
        no_text(path, line)
    })?;
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

fn mistake(path: &Path, line: Option<u64>, what: impl Into<String>, hint: impl Into<String>) -> Mistake {
    Mistake::new(Place::File { path: path.to_path_buf(), line, column: None }, "text", what).hint(hint)
}

fn no_text(path: &Path, line: u64) -> Mistake {
    mistake(path, Some(line), "is no UTF-8 text", "save it as UTF-8")
}

//! The rows of a CSV file, one after the other, and what its columns are called.

use super::cells::{is_missing, shorten};
use crate::error::{Error, Result};
use chainrule::{Mistake, Place, formula::nearest};
use csv::{Reader, ReaderBuilder, StringRecord};
use std::{io::Read, path::Path};

/// Reads rows from a text without its byte order mark. Blank lines are no rows.
pub struct Rows<'a, R> {
    reader: Reader<R>,
    path: &'a Path,
    record: StringRecord,
}

impl<'a, R: Read> Rows<'a, R> {
    pub fn new(text: R, path: &'a Path) -> Rows<'a, R> {
        let reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
        Rows { reader, path, record: StringRecord::new() }
    }

    /// The next row with its line, and the byte that it starts at or after.
    pub fn next(&mut self) -> Result<Option<(u64, u64, &StringRecord)>> {
        match self.reader.read_record(&mut self.record) {
            Ok(true) => {
                let (line, byte) = self.record.position().map_or((0, 0), |p| (p.line(), p.byte()));
                Ok(Some((line, byte, &self.record)))
            }
            Ok(false) => Ok(None),
            Err(why) => {
                let line = why.position().map(|p| p.line());
                match why.into_kind() {
                    csv::ErrorKind::Io(why) => Err(Error::file(self.path, "read", &why, "")),
                    _ => Err(wrong(self.path, line, "this is no text in UTF-8", "give a CSV file").into()),
                }
            }
        }
    }
}

/// A mistake in a table.
pub fn wrong(path: &Path, line: Option<u64>, what: impl Into<String>, hint: impl Into<String>) -> Mistake {
    Mistake::new(Place::File { path: path.to_path_buf(), line, column: None }, "csv", what).hint(hint)
}

/// The file holds nothing.
pub fn empty(path: &Path) -> Error {
    wrong(path, None, "the file is empty", "give a table: one example a row, one of its columns the class")
        .into()
}

/// There is a header and nothing else.
pub fn header_alone(path: &Path) -> Error {
    let what = "there is a header, but no row below it";
    wrong(path, None, what, "give at least one example a class").into()
}

/// A row is as long as no other.
pub fn ragged(path: &Path, line: u64, cells: usize, width: usize) -> Mistake {
    let what = format!("row {line} has {cells} cells where the first row has {width}");
    wrong(path, Some(line), what, "separate cells by commas, and put text that holds a comma in quotes")
}

/// Whether the first row names columns: it names a target, or none of its cells is a number.
pub fn is_header(first: &StringRecord, targets: &[String]) -> bool {
    let is_number = |cell: &str| cell.trim().parse::<f64>().is_ok();
    let names_target =
        targets.iter().any(|target| first.iter().any(|cell| cell.trim() == target) && !is_number(target));
    names_target || !first.iter().any(|cell| is_number(cell) || is_missing(cell))
}

/// The names of the columns: those of the header, or `column0` and so on.
pub fn names(first: &StringRecord, header: bool) -> Vec<String> {
    match header {
        true => first.iter().map(|cell| cell.trim().to_string()).collect(),
        false => (0..first.len()).map(|i| format!("column{i}")).collect(),
    }
}

/// The position of a column by its name, or by its position from 0 (negative: from the end). `flag` is the argument
/// that named it.
pub fn find(wanted: &str, names: &[String], named: bool, path: &Path, flag: &str) -> Result<usize> {
    let mut called = names.iter().enumerate().filter(|(_, name)| named && *name == wanted).map(|(i, _)| i);
    match (called.next(), called.next()) {
        (Some(at), None) => return Ok(at),
        (Some(one), Some(other)) => {
            let what = format!("columns {one} and {other} are both called {wanted:?}");
            return Err(Error::argument(flag, what, "give the position of the one that is meant"));
        }
        (None, _) => {}
    }
    let width = names.len() as i64;
    let at = wanted.parse::<i64>().ok().map(|i| if i < 0 { i.saturating_add(width) } else { i });
    if let Some(at) = at.filter(|at| (0..width).contains(at)) {
        return Ok(at as usize);
    }
    let place = path.display();
    let near = nearest(wanted, names.iter().map(String::as_str)).filter(|_| named);
    let hint = match (named, width) {
        _ if near.is_some() => format!("did you mean {}?", near.unwrap_or_default()),
        (true, _) => format!("the columns of {place} are {}", shorten(names)),
        (false, 1) => format!("{place} has no header and one column: 0"),
        (false, _) => {
            format!("{place} has no header; its columns are 0 to {}, or -1 for the last", width - 1)
        }
    };
    Err(Error::argument(flag, format!("there is no column {wanted:?}"), hint))
}

//! Tables of numbers with a label, as CSV. Every bad cell is reported with its row and column.

use super::{Dataset, Targets};
use crate::error::{Error, Result};
use chainrule::{Diagnostic, Mistake, Place, formula::nearest, limits};
use csv::{ReaderBuilder, StringRecord};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// Words that people write where a value is missing.
const MISSING: [&str; 7] = ["", "na", "n/a", "null", "none", "?", "-"];
/// What some programs write before the first byte of a text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads a table from the bytes of a file. `label` is the column of classes: a name, or a position from 0 (negative:
/// from the end). The first row is a header if it names the label, or if none of its cells is a number.
///
/// ```
/// # use {chainrule_nn::data::Targets, std::path::Path};
/// let text = b"length,width,kind\n1.5,2,oak\n0.5,1,elm\n";
/// let table = chainrule_nn::data::parse_csv(text, Path::new("trees.csv"), "kind")?;
/// assert_eq!(table.columns, ["length", "width"]);
/// let Targets::Classes { names, labels } = table.targets else { unreachable!("a label is a class") };
/// assert_eq!((names, labels), (vec!["elm".to_string(), "oak".to_string()], vec![1, 0]));
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
///
/// # Errors
/// Nothing but a header, rows of different lengths, an unknown label, cells that are no finite numbers.
pub fn parse(bytes: &[u8], path: &Path, label: &str) -> Result<Dataset> {
    let mut rows = split_rows(bytes, path)?;
    if rows.is_empty() {
        return Err(wrong(
            path,
            None,
            "the file is empty",
            "give a table: one example a row, one of its columns the class",
        )
        .into());
    }
    let header = has_header(&rows, label).then(|| rows.remove(0).1);
    let Some((_, first)) = rows.first() else {
        return Err(wrong(
            path,
            None,
            "there is a header, but no row below it",
            "give at least one example a class",
        )
        .into());
    };
    let width = header.as_ref().unwrap_or(first).len();
    let names: Vec<String> = match &header {
        Some(header) => header.iter().map(|cell| cell.trim().to_string()).collect(),
        None => (0..width).map(|i| format!("column{i}")).collect(),
    };
    let label = find_label(label, &names, header.is_some(), path)?;
    let table = Table { path, names, label, rows };
    table.lengths()?;
    table.dataset()
}

/// The rows with their lines; blank lines are no rows.
fn split_rows(bytes: &[u8], path: &Path) -> Result<Vec<(u64, StringRecord)>> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut rows = Vec::new();
    let mut record = StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {
                let line = record.position().map_or(0, |p| p.line());
                rows.push((line, std::mem::take(&mut record)));
            }
            Ok(false) => return Ok(rows),
            Err(why) => {
                let line = why.position().map(|p| p.line());
                return Err(wrong(path, line, "this is no text in UTF-8", "give a CSV file").into());
            }
        }
    }
}

fn has_header(rows: &[(u64, StringRecord)], label: &str) -> bool {
    let Some((_, first)) = rows.first() else { return false };
    let is_number = |cell: &str| cell.trim().parse::<f64>().is_ok();
    let names_label = first.iter().any(|cell| cell.trim() == label) && !is_number(label);
    names_label || !first.iter().any(|cell| is_number(cell) || is_missing(cell))
}

fn is_missing(cell: &str) -> bool {
    let cell = cell.trim().to_ascii_lowercase();
    MISSING.contains(&cell.as_str())
}

/// The position of the label's column.
fn find_label(label: &str, names: &[String], named: bool, path: &Path) -> Result<usize> {
    let mut called = names.iter().enumerate().filter(|(_, name)| named && *name == label).map(|(i, _)| i);
    match (called.next(), called.next()) {
        (Some(at), None) => return Ok(at),
        (Some(one), Some(other)) => {
            let what = format!("columns {one} and {other} are both called {label:?}");
            return Err(Error::argument("--label", what, "give the position of the one that is meant"));
        }
        (None, _) => {}
    }
    let width = names.len() as i64;
    let at = label.parse::<i64>().ok().map(|i| if i < 0 { i.saturating_add(width) } else { i });
    if let Some(at) = at.filter(|at| (0..width).contains(at)) {
        return Ok(at as usize);
    }
    let place = path.display();
    let near = nearest(label, names.iter().map(String::as_str)).filter(|_| named);
    let hint = match (named, width) {
        _ if near.is_some() => format!("did you mean {}?", near.unwrap_or_default()),
        (true, _) => format!("the columns of {place} are {}", shorten(names)),
        (false, 1) => format!("{place} has no header and one column: 0"),
        (false, _) => {
            format!("{place} has no header; its columns are 0 to {}, or -1 for the last", width - 1)
        }
    };
    Err(Error::argument("--label", format!("there is no column {label:?}"), hint))
}

/// The first names of a long list.
fn shorten(names: &[String]) -> String {
    const SHOWN: usize = 12;
    let shown = names.iter().take(SHOWN).map(|name| excerpt(name)).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN { format!("{shown} and {} more", names.len() - SHOWN) } else { shown }
}

fn wrong(path: &Path, line: Option<u64>, what: impl Into<String>, hint: impl Into<String>) -> Mistake {
    Mistake::new(Place::File { path: path.to_path_buf(), line, column: None }, "csv", what).hint(hint)
}

struct Table<'a> {
    path: &'a Path,
    names: Vec<String>,
    label: usize,
    rows: Vec<(u64, StringRecord)>,
}

impl Table<'_> {
    /// All rows are as long as the header, or as the first.
    fn lengths(&self) -> Result<()> {
        let width = self.names.len();
        let ragged = self.rows.iter().filter(|(_, row)| row.len() != width);
        let report = |(line, row): &(u64, StringRecord)| {
            let what = format!("row {line} has {} cells where the first row has {width}", row.len());
            wrong(
                self.path,
                Some(*line),
                what,
                "separate cells by commas, and put text that holds a comma in quotes",
            )
        };
        match Diagnostic::from_all(ragged.take(limits::MISTAKES).map(report).collect()) {
            Some(mistakes) => Err(mistakes.into()),
            None if width < 2 => {
                let hint = "separate cells by commas; a table needs a feature and a label";
                Err(wrong(self.path, None, "there is only one column", hint).into())
            }
            None => Ok(()),
        }
    }

    fn dataset(&self) -> Result<Dataset> {
        let mut mistakes = Vec::new();
        let mut features = Vec::with_capacity(self.rows.len() * (self.names.len() - 1));
        let mut labels = Vec::with_capacity(self.rows.len());
        'rows: for (line, row) in &self.rows {
            for (column, cell) in row.iter().enumerate() {
                if mistakes.len() == limits::MISTAKES {
                    break 'rows;
                }
                let read = if column == self.label {
                    class(cell).map(|c| labels.push(c))
                } else {
                    number(cell).map(|v| features.push(v))
                };
                if let Err((what, hint)) = read {
                    mistakes.push(self.bad_cell(*line, column, &what, hint));
                }
            }
        }
        if let Some(mistakes) = Diagnostic::from_all(mistakes) {
            return Err(mistakes.into());
        }
        let classes = classes(&labels);
        if classes.len() < 2 {
            let what = format!(
                "every row has the label {:?}",
                classes.first().map(|c| excerpt(c)).unwrap_or_default()
            );
            return Err(wrong(self.path, None, what, "a classifier needs two classes or more").into());
        }
        let numbered: BTreeMap<&String, usize> = classes.iter().zip(0..).collect();
        let labels = labels.iter().map(|label| numbered[label]).collect();
        let columns =
            self.names.iter().enumerate().filter(|(i, _)| *i != self.label).map(|(_, n)| n.clone()).collect();
        Ok(Dataset { columns, features, targets: Targets::Classes { names: classes, labels }, image: None })
    }

    fn bad_cell(&self, line: u64, column: usize, what: &str, hint: &str) -> Mistake {
        let place =
            Place::File { path: self.path.to_path_buf(), line: Some(line), column: Some(column as u64 + 1) };
        let name = excerpt(&self.names[column]);
        Mistake::new(place, "csv", format!("row {line}, column {} ({name}) {what}", column + 1)).hint(hint)
    }
}

/// The first letters of a cell: one quote that is never closed makes a cell of the rest of the file.
fn excerpt(cell: &str) -> String {
    const SHOWN: usize = 40;
    match cell.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &cell[..end]),
        None => cell.to_string(),
    }
}

/// What is wrong with a cell, and what to do.
type Wrong = (String, &'static str);

fn number(cell: &str) -> std::result::Result<f32, Wrong> {
    let cell = cell.trim();
    if is_missing(cell) {
        return Err((missing(cell), "fill it in, or leave the row out"));
    }
    match cell.parse::<f64>() {
        Err(_) => Err((
            format!("holds the text {:?}, not a number", excerpt(cell)),
            "give numbers, or name it as the label",
        )),
        Ok(value) if !value.is_finite() => {
            Err((format!("holds {}", excerpt(cell)), "every feature must be a finite number"))
        }
        Ok(value) if !(value as f32).is_finite() => {
            Err((format!("holds {}, too large for f32", excerpt(cell)), "use another unit"))
        }
        Ok(value) => Ok(value as f32),
    }
}

fn missing(cell: &str) -> String {
    if cell.is_empty() { "is missing".to_string() } else { format!("is missing: {cell:?}") }
}

/// The name of a class: text as it is, whole numbers without a fraction.
fn class(cell: &str) -> std::result::Result<String, Wrong> {
    let cell = cell.trim();
    if is_missing(cell) {
        return Err((missing(cell), "every row needs its label; leave out rows without one"));
    }
    match cell.parse::<f64>() {
        Ok(value) if !value.is_finite() => {
            Err((format!("holds {}", excerpt(cell)), "labels are text or whole numbers"))
        }
        Ok(value) if value.fract() != 0.0 => Err((
            format!("holds {}, which is no class", excerpt(cell)),
            "labels are text or whole numbers; is it another column?",
        )),
        Ok(value) if value.abs() < 1e15 => Ok(format!("{}", value as i64)),
        _ => Ok(cell.to_string()),
    }
}

/// The classes in order: numbers by value, before text by letter.
fn classes(labels: &[String]) -> Vec<String> {
    let distinct: BTreeSet<(Option<i64>, &String)> = labels.iter().map(|l| (l.parse().ok(), l)).collect();
    let (text, numbers): (Vec<_>, Vec<_>) = distinct.into_iter().partition(|(number, _)| number.is_none());
    numbers.into_iter().chain(text).map(|(_, label)| label.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Examples;

    /// Names and labels.
    fn classes_of(table: Dataset) -> (Vec<String>, Vec<usize>) {
        match table.targets {
            Targets::Classes { names, labels } => (names, labels),
            Targets::Numbers { .. } => panic!("a label is a class"),
        }
    }

    fn read(text: &str, label: &str) -> Result<Dataset> {
        parse(text.as_bytes(), Path::new("t.csv"), label)
    }

    #[track_caller]
    fn refuses(text: &str, label: &str, expected: &str) {
        let error = read(text, label).expect_err("this table is bad").to_string();
        assert_eq!(error, expected);
    }

    #[test]
    fn a_header_names_columns_and_text_becomes_classes() {
        let table = read("\u{feff}a,kind,b\n1,oak,2\n\n3,elm,-4e-1\n5,oak,6\n", "kind").unwrap();
        assert_eq!(table.columns, ["a", "b"]);
        assert_eq!(table.features, [1.0, 2.0, 3.0, -0.4, 5.0, 6.0]);
        assert_eq!(classes_of(table), (vec!["elm".to_string(), "oak".to_string()], vec![1, 0, 1]));
    }

    #[test]
    fn without_a_header_the_label_is_a_position() {
        for label in ["-1", "2"] {
            let table = read("1,2,10\n3,4,9\n5,6,10\n", label).unwrap();
            assert_eq!(table.columns, ["column0", "column1"]);
            assert_eq!(classes_of(table), (vec!["9".to_string(), "10".to_string()], vec![1, 0, 1]));
        }
        assert_eq!(read("1,2,no\n3,4,yes\n", "-1").unwrap().rows(), 2);
    }

    #[test]
    fn a_header_with_numbers_in_it_is_known_by_the_label() {
        let table = read("2019,2020,kind\n1,2,a\n3,4,b\n", "kind").unwrap();
        assert_eq!((table.rows(), table.columns), (2, vec!["2019".to_string(), "2020".to_string()]));
    }

    #[test]
    fn whole_numbers_written_with_a_fraction_are_classes() {
        assert_eq!(classes_of(read("x,y\n1,1.0\n2,0.0\n3,1\n", "y").unwrap()).0, ["0", "1"]);
    }

    #[test]
    fn text_among_numbers_is_named_with_row_and_column() {
        refuses(
            "a,b,y\n1,2,0\n3,four,1\n",
            "y",
            "t.csv:3:2: csv: row 3, column 2 (b) holds the text \"four\", not a number; \
             hint: give numbers, or name it as the label",
        );
    }

    #[test]
    fn every_bad_cell_is_reported() {
        let error = read("a,b,y\nNaN,2,0\n3,inf,1\n,1e39,\nNA,1,0.5\n", "y").unwrap_err().to_string();
        let lines: Vec<&str> = error.lines().map(|l| l.split("; hint").next().unwrap()).collect();
        let expected = [
            "t.csv:2:1: csv: row 2, column 1 (a) holds NaN",
            "t.csv:3:2: csv: row 3, column 2 (b) holds inf",
            "t.csv:4:1: csv: row 4, column 1 (a) is missing",
            "t.csv:4:2: csv: row 4, column 2 (b) holds 1e39, too large for f32",
            "t.csv:4:3: csv: row 4, column 3 (y) is missing",
            "t.csv:5:1: csv: row 5, column 1 (a) is missing: \"NA\"",
            "t.csv:5:3: csv: row 5, column 3 (y) holds 0.5, which is no class",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn reports_stop_at_the_limit() {
        for text in [format!("a,y\n{}", "x,0\n".repeat(100)), format!("1,y{0}\n1,0{0}\n", ",x".repeat(100))] {
            assert_eq!(read(&text, "1").unwrap_err().diagnostic.mistakes().len(), limits::MISTAKES);
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_is_shown_in_part() {
        let text = format!("a,y\n1,0\n\"2,1\n{}", "3,0\n".repeat(1000));
        let error = read(&text, "y").unwrap_err().to_string();
        assert!(
            error.starts_with("t.csv:3: csv: row 3 has 1 cells where the first row has 2; hint: "),
            "{error}"
        );
        let text = format!("a,y\n1,0\n\"{}\",1\n", "3,0\n".repeat(1000));
        let error = read(&text, "y").unwrap_err().to_string();
        assert!(error.contains("holds the text \"3,0\\n3,0") && error.len() < 250, "{error}");
    }

    #[test]
    fn tables_that_are_none_are_refused() {
        let hint = "hint: give a table: one example a row, one of its columns the class";
        refuses("", "y", &format!("t.csv: csv: the file is empty; {hint}"));
        refuses("\n\n", "y", &format!("t.csv: csv: the file is empty; {hint}"));
        let hint = "hint: give at least one example a class";
        refuses("a,y\n", "y", &format!("t.csv: csv: there is a header, but no row below it; {hint}"));
        let hint = "hint: separate cells by commas, and put text that holds a comma in quotes";
        let expected = format!("t.csv:3: csv: row 3 has 3 cells where the first row has 2; {hint}");
        refuses("a,y\n1,2\n1,2,3\n", "y", &expected);
        let hint = "hint: separate cells by commas; a table needs a feature and a label";
        refuses("y\n1\n2\n", "y", &format!("t.csv: csv: there is only one column; {hint}"));
        let hint = "hint: a classifier needs two classes or more";
        refuses("a,y\n1,2\n3,2\n", "y", &format!("t.csv: csv: every row has the label \"2\"; {hint}"));
    }

    #[test]
    fn an_unknown_label_lists_the_columns() {
        refuses("a,y\n1,2\n", "z", "--label: there is no column \"z\"; hint: the columns of t.csv are a, y");
        refuses("size,kind\n1,2\n", "Kind", "--label: there is no column \"Kind\"; hint: did you mean kind?");
        let expected = "--label: columns 0 and 2 are both called \"y\"; hint: give the position of the one that is meant";
        refuses("y,a,y\n1,2,3\n", "y", expected);
        assert_eq!(classes_of(read("y,a,y\n1,2,3\n4,5,6\n", "2").unwrap()).0, ["3", "6"]);
        let expected = "--label: there is no column \"5\"; hint: t.csv has no header; its columns are 0 to 1, or -1 for the last";
        refuses("1,2\n3,4\n", "5", expected);
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        let error = parse(b"a,y\n1,0\n\xff\xfe,1\n", Path::new("t.csv"), "y").unwrap_err().to_string();
        assert_eq!(error, "t.csv:3: csv: this is no text in UTF-8; hint: give a CSV file");
    }
}

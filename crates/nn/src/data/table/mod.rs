//! Tables as CSV: features of any kind, a class or numbers to predict. Every bad cell is reported with its row and column.
//!
//! A column is a number if any of its cells is one; then text in it is a mistake. Otherwise, or if it is named as categorical,
//! it is a category, and each of its names becomes a feature that is 0 or 1.

mod cells;
mod encode;
mod fill;
mod learn;
mod rows;
mod schema;
mod stream;

pub(crate) use cells::beginning;
pub(super) use cells::{excerpt, shorten};

pub use schema::{Column, Kind, Missing, Request, Schema, Target};
pub use stream::TableStream;

use super::{Dataset, Targets, read, watched::BYTE_ORDER_MARK};
use crate::error::Result;
use std::path::{Path, PathBuf};

/// A CSV file in memory.
#[derive(Clone, Debug)]
pub struct Table {
    bytes: Vec<u8>,
    path: PathBuf,
}

/// Features without what is to be predicted.
#[derive(Clone, Debug, PartialEq)]
pub struct Features {
    /// Names of the features.
    pub columns: Vec<String>,
    /// The numbers, row by row.
    pub values: Vec<f32>,
    /// The line of each row. Lines of rows that were left out since a value is missing are not among them.
    pub lines: Vec<u64>,
}

impl Table {
    /// Reads a file, packed with gzip or not.
    ///
    /// # Errors
    /// It can't be read.
    pub fn read(path: &Path) -> Result<Table> {
        Ok(Table { bytes: read(path)?, path: path.to_path_buf() })
    }

    /// The content of a file. `path` is for messages.
    pub fn new(bytes: Vec<u8>, path: &Path) -> Table {
        Table { bytes, path: path.to_path_buf() }
    }

    fn text(&self) -> &[u8] {
        self.bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&self.bytes)
    }

    /// What its columns mean. The first row is a header if it names a target, or if none of its cells is a number.
    ///
    /// ```
    /// # use std::path::Path;
    /// use chainrule_nn::data::{Request, Table};
    /// let table = Table::new(b"length,kind,age\n1.5,oak,40\n0.5,elm,22\n".to_vec(), Path::new("trees.csv"));
    /// let schema = table.learn(&Request::numbers(["age"]))?;
    /// assert_eq!(schema.features(), ["length", "kind=elm", "kind=oak"]);
    /// assert_eq!(table.examples(&schema)?.features, [1.5, 0.0, 1.0, 0.5, 1.0, 0.0]);
    /// # Ok::<(), chainrule_nn::Error>(())
    /// ```
    ///
    /// # Errors
    /// Nothing but a header, rows of different lengths, columns that are not there, bad cells, too many categories.
    pub fn learn(&self, request: &Request) -> Result<Schema> {
        Ok(learn::learn(self.text(), &self.path, request, false)?.schema)
    }

    /// Its rows as examples. Where the schema fills in means and does not know them yet, missing values are NaN until
    /// [`Schema::fit`] and [`Schema::fill_in`].
    ///
    /// # Errors
    /// Columns that are not there, bad cells, classes and categories that the schema does not have.
    pub fn examples(&self, schema: &Schema) -> Result<Dataset> {
        let (mut features, mut labels, mut values) = (Vec::new(), Vec::new(), Vec::new());
        let classes = schema.classes();
        encode::each_row(self.text(), &self.path, schema, true, |row| {
            features.extend_from_slice(&row.features);
            values.extend_from_slice(&row.targets);
            labels.extend(classes.is_some().then_some(row.class));
        })?;
        let targets = match classes {
            Some(names) => Targets::Classes { names: names.to_vec(), labels },
            None => Targets::Numbers { names: schema.targets(), values },
        };
        Ok(Dataset { columns: schema.features(), features, targets, image: None })
    }

    /// How many rows [`Table::examples`] leaves out since they lack a value.
    ///
    /// # Errors
    /// As there.
    pub fn left_out(&self, schema: &Schema) -> Result<usize> {
        encode::each_row(self.text(), &self.path, schema, true, |_| {})
    }

    /// The features of its rows, for predictions: what is to be predicted may be absent.
    ///
    /// # Errors
    /// As [`Table::examples`]; a value is missing and its mean not known.
    pub fn features(&self, schema: &Schema) -> Result<Features> {
        let (mut values, mut lines) = (Vec::new(), Vec::new());
        encode::each_row(self.text(), &self.path, schema, false, |row| {
            values.extend_from_slice(&row.features);
            lines.push(row.line);
        })?;
        if values.iter().any(|value| value.is_nan()) {
            let hint = "fit the schema to the rows of the training part before it is saved";
            let what = "a value is missing, and its mean is not known";
            return Err(rows::wrong(&self.path, None, what, hint).into());
        }
        Ok(Features { columns: schema.features(), values, lines })
    }
}

/// Reads a table from the bytes of a file. `label` is the column of classes: a name, or a position from 0 (negative:
/// from the end). The first row is a header if it names the label, or if none of its cells is a number.
///
/// ```
/// # use std::path::Path;
/// use chainrule_nn::data::{Targets, parse_csv};
/// let table = parse_csv(b"length,width,kind\n1.5,2,oak\n0.5,1,elm\n", Path::new("trees.csv"), "kind")?;
/// assert_eq!(table.columns, ["length", "width"]);
/// let names = ["elm", "oak"].map(String::from).to_vec();
/// assert_eq!(table.targets, Targets::Classes { names, labels: vec![1, 0] });
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
///
/// # Errors
/// Nothing but a header, rows of different lengths, an unknown label, cells that are no finite numbers.
pub fn parse(bytes: &[u8], path: &Path, label: &str) -> Result<Dataset> {
    let table = Table::new(bytes.to_vec(), path);
    table.examples(&table.learn(&Request::class(label))?)
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod plain {
    use super::*;
    use crate::data::Examples;
    use chainrule::limits;

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
        for text in [
            format!("a,y\n1,0\n{}", "x,0\n".repeat(100)),
            format!("a,y{}\n1,0{}\n", ",x".repeat(100), ",NaN".repeat(100)),
        ] {
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

//! Cells as numbers, as a schema says.

use super::cells::{self, Kind as Trouble, Wrong, shorten};
use super::learn::{bad_cell, is_joined, joined};
use super::rows::{self, Rows, wrong};
use super::schema::{Kind, Missing, Schema};
use crate::error::Result;
use chainrule::{Diagnostic, limits::MISTAKES};
use csv::StringRecord;
use std::{collections::HashMap, io::Read, path::Path};

/// A schema together with where its columns are in one file.
#[derive(Debug)]
pub struct Encoder {
    schema: Schema,
    columns: Vec<Place>,
    /// What the columns of the file are called.
    names: Vec<String>,
}

/// A column that is read.
#[derive(Debug)]
struct Place {
    /// Its position in the file.
    at: usize,
    /// Its position in the schema.
    column: usize,
    /// The number of each of its names.
    numbers: HashMap<String, usize>,
}

/// A row as numbers.
#[derive(Debug, Default)]
pub struct Row {
    /// The line that it starts on.
    pub line: u64,
    /// The byte that it starts at or after.
    pub start: u64,
    /// NaN where a value is missing and its mean is not known yet.
    pub features: Vec<f32>,
    /// The number of its class.
    pub class: usize,
    /// The numbers that are to be predicted.
    pub targets: Vec<f32>,
}

impl Encoder {
    /// For the file whose first row this is. `targets` says whether what is to be predicted must be there.
    pub fn new(schema: Schema, first: &StringRecord, path: &Path, targets: bool) -> Result<Encoder> {
        let places = schema.places(first, path, targets)?;
        let of_column = |(column, place): (usize, Option<usize>)| {
            let names = match &schema.columns()[column].kind {
                Kind::Category(names) | Kind::Class(names) => &names[..],
                _ => &[],
            };
            Some(Place { at: place?, column, numbers: names.iter().cloned().zip(0..).collect() })
        };
        let columns = places.into_iter().enumerate().filter_map(of_column).collect();
        let names = rows::names(first, schema.has_header());
        Ok(Encoder { schema, columns, names })
    }

    /// What it reads by.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Reads by other means from now on.
    pub fn set_schema(&mut self, schema: Schema) {
        self.schema = schema;
    }

    /// How many cells a row has.
    pub fn cells(&self) -> usize {
        self.names.len()
    }

    /// Whether the row lacks a value and is to be left out.
    fn is_dropped(&self, row: &StringRecord) -> bool {
        let lacks = |place: &Place| row.get(place.at).is_none_or(cells::is_missing);
        self.schema.missing() == Missing::Drop && self.columns.iter().any(lacks)
    }

    /// Puts a row's numbers into `to`. What is wrong goes to `wrong`, with its column.
    pub fn encode(&self, row: &StringRecord, to: &mut Row, mut wrong: impl FnMut(usize, Wrong)) {
        to.features.clear();
        to.targets.clear();
        for Place { at, column, numbers } in &self.columns {
            let kind = &self.schema.columns()[*column].kind;
            let cell = row.get(*at).unwrap_or_default();
            let may_miss = self.schema.missing() == Missing::Mean && kind.width() > 0;
            if may_miss && cells::is_missing(cell) {
                to.features.resize(to.features.len() + kind.width(), f32::NAN);
                continue;
            }
            let read = match kind {
                Kind::Number => cells::number(cell).map(|x| to.features.push(x)),
                Kind::Target => cells::target(cell).map(|x| to.targets.push(x)),
                Kind::Category(names) => {
                    known(cells::category(cell), numbers, names, "categories").map(|hot| {
                        let from = to.features.len();
                        to.features.resize(from + names.len(), 0.0);
                        to.features[from + hot] = 1.0;
                    })
                }
                Kind::Class(names) => {
                    known(cells::class(cell), numbers, names, "classes").map(|class| to.class = class)
                }
                Kind::Ignored => Ok(()),
            };
            read.unwrap_or_else(|why| wrong(*at, why));
        }
        self.schema.fill(&mut to.features);
    }
}

/// The number of a name that training has seen.
fn known(
    name: std::result::Result<String, Wrong>,
    numbers: &HashMap<String, usize>,
    names: &[String],
    kind: &str,
) -> std::result::Result<usize, Wrong> {
    let name = name?;
    numbers.get(&name).copied().ok_or_else(|| {
        let what =
            format!("holds {:?}, which is none of the {kind} {}", cells::excerpt(&name), shorten(names));
        Wrong::new(Trouble::Unknown, what, "leave the row out, or train again with such rows")
    })
}

/// Reads a table by a schema, row by row, and gives the number of rows that were left out since they lack a value. Every bad cell
/// is reported, and the rows before it may have been handed on.
pub fn each_row<R: Read>(
    text: R,
    path: &Path,
    schema: &Schema,
    targets: bool,
    mut each: impl FnMut(&Row),
) -> Result<usize> {
    let mut rows = Rows::new(text, path);
    let Some((line, start, first)) = rows.next()? else { return Err(rows::empty(path)) };
    let encoder = Encoder::new(schema.clone(), first, path, targets)?;
    let mut reading = Reading {
        encoder,
        path,
        to: Row::default(),
        ragged: Vec::new(),
        bad: Vec::new(),
        rows: 0,
        dropped: 0,
    };
    if !schema.has_header() {
        reading.row(line, start, first, &mut each);
    }
    while let Some((line, start, row)) = rows.next()? {
        reading.row(line, start, row, &mut each);
    }
    for mistakes in [reading.ragged, reading.bad] {
        if let Some(mistakes) = Diagnostic::from_all(mistakes) {
            return Err(mistakes.into());
        }
    }
    match reading.rows {
        0 => Err(wrong(path, None, "there are no rows to read", "give a table with a row or more").into()),
        _ => Ok(reading.dropped),
    }
}

struct Reading<'a> {
    encoder: Encoder,
    path: &'a Path,
    to: Row,
    ragged: Vec<chainrule::Mistake>,
    bad: Vec<chainrule::Mistake>,
    rows: usize,
    dropped: usize,
}

impl Reading<'_> {
    fn row(&mut self, line: u64, start: u64, row: &StringRecord, each: &mut impl FnMut(&Row)) {
        let uneven = row.len() != self.encoder.cells();
        if uneven || is_joined(row) {
            if self.ragged.len() < MISTAKES {
                let mistake = match uneven {
                    true => rows::ragged(self.path, line, row.len(), self.encoder.cells()),
                    false => joined(self.path, line),
                };
                self.ragged.push(mistake);
            }
            return;
        }
        if self.encoder.is_dropped(row) {
            self.dropped += 1;
            return;
        }
        self.rows += 1;
        (self.to.line, self.to.start) = (line, start);
        let Reading { encoder, to, bad, path, .. } = self;
        let before = bad.len();
        let mut sound = true;
        encoder.encode(row, to, |column, why| {
            sound = false;
            if bad.len() < MISTAKES {
                bad.push(bad_cell(path, &encoder.names, line, column, &why));
            }
        });
        if let Some(mistakes) = bad.get_mut(before..) {
            mistakes.sort_by_key(|mistake| match mistake.place {
                chainrule::Place::File { column, .. } => column,
                _ => None,
            });
        }
        if sound {
            each(to);
        }
    }
}

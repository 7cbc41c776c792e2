//! One pass over a table: what its columns are, and every bad cell with its row and column.

use super::cells::{self, Kind as Trouble, Wrong, excerpt};
use super::rows::{self, Rows, wrong};
use super::schema::{Column, Kind, Missing, Request, Schema, Target};
use crate::data::limits;
use crate::error::Result;
use chainrule::{Diagnostic, Mistake, Place, limits::MISTAKES};
use csv::StringRecord;
use std::{
    collections::{HashMap, HashSet},
    io::Read,
    path::Path,
};

/// What one pass finds.
pub struct Learnt {
    pub schema: Schema,
    /// Where each row that is kept starts, if that was asked for.
    pub starts: Vec<u64>,
    /// The class of each of these, likewise.
    pub classes: Vec<u32>,
}

/// Reads a whole table. Memory: the names of its categories and classes, the first bad cells, and 12 bytes for each row if
/// `index` is set.
pub fn learn<R: Read>(text: R, path: &Path, request: &Request, index: bool) -> Result<Learnt> {
    let mut rows = Rows::new(text, path);
    let Some((line, start, first)) = rows.next()? else { return Err(rows::empty(path)) };
    let header = rows::is_header(first, request.target.names());
    let mut learner = Learner::new(first, header, request, path, index)?;
    if !header {
        learner.row(line, start, first);
    }
    while let Some((line, start, row)) = rows.next()? {
        learner.row(line, start, row);
    }
    learner.finish()
}

/// A bad cell in words, with its place.
pub fn bad_cell(path: &Path, names: &[String], line: u64, column: usize, wrong: &Wrong) -> Mistake {
    let place = Place::File { path: path.to_path_buf(), line: Some(line), column: Some(column as u64 + 1) };
    let name = excerpt(&names[column]);
    Mistake::new(place, "csv", format!("row {line}, column {} ({name}) {}", column + 1, wrong.what))
        .hint(wrong.hint)
}

/// A row in the middle that begins with a byte order mark would lose it where it is read alone.
pub fn joined(path: &Path, line: u64) -> Mistake {
    let what = format!("row {line} begins with a byte order mark");
    wrong(path, Some(line), what, "is one file put behind another? take the mark away")
}

pub fn is_joined(row: &StringRecord) -> bool {
    row.get(0).is_some_and(|cell| cell.starts_with('\u{feff}'))
}

impl Target {
    fn names(&self) -> &[String] {
        match self {
            Target::Class(name) => std::slice::from_ref(name),
            Target::Numbers(names) => names,
        }
    }

    fn flag(&self) -> &'static str {
        match self {
            Target::Class(_) => "--label",
            Target::Numbers(_) => "--target",
        }
    }
}

/// What a column is for, as far as it is known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// A feature; the cells decide whether it is a number or a category.
    Open,
    Category,
    Class,
    Target,
    Ignored,
}

/// What the cells of a column were so far.
struct Seen {
    role: Role,
    numbers: usize,
    texts: usize,
    names: HashSet<String>,
    bad: Vec<(u64, Wrong)>,
}

impl Seen {
    fn note(&mut self, line: u64, wrong: Wrong) {
        if self.bad.iter().filter(|(_, other)| other.kind == wrong.kind).count() < MISTAKES {
            self.bad.push((line, wrong));
        }
    }

    /// A cell of a feature.
    fn feature(&mut self, line: u64, cell: &str, missing: Missing) {
        match cells::number(cell) {
            Err(wrong) if wrong.kind == Trouble::Missing && missing != Missing::Refuse => return,
            Err(wrong) if wrong.kind == Trouble::Missing => return self.note(line, wrong),
            Ok(_) => self.numbers += 1,
            Err(wrong) => {
                self.numbers += usize::from(wrong.kind == Trouble::Unfit);
                self.texts += usize::from(wrong.kind == Trouble::Text);
                self.note(line, wrong);
            }
        }
        if self.role == Role::Open && self.numbers > 0 {
            self.names = HashSet::new();
        } else if self.names.len() <= limits::CATEGORIES
            && let Ok(name) = cells::category(cell)
        {
            self.names.insert(name);
        }
    }

    fn is_category(&self) -> bool {
        self.role == Role::Category || self.role == Role::Open && self.numbers == 0 && self.texts > 0
    }

    /// The bad cells among those noted, now that it is known what the column is.
    fn mistakes(&self) -> impl Iterator<Item = (u64, Wrong)> {
        let text = self.is_category();
        let mostly_text = self.role == Role::Open && self.texts > self.numbers;
        let bad = self.bad.iter().filter(move |(_, wrong)| !text || wrong.kind == Trouble::Missing);
        bad.map(move |(line, wrong)| {
            let mut wrong = wrong.clone();
            if mostly_text && wrong.kind == Trouble::Text {
                wrong.hint = "most cells of the column are text: mend its numbers, or name it as categorical";
            }
            (*line, wrong)
        })
    }
}

struct Learner<'a> {
    path: &'a Path,
    request: &'a Request,
    header: bool,
    names: Vec<String>,
    seen: Vec<Seen>,
    /// Rows of another length, or that can't be kept apart.
    ragged: Vec<Mistake>,
    index: bool,
    rows: usize,
    dropped: usize,
    starts: Vec<u64>,
    labels: Vec<u32>,
    /// Classes in the order in which they came.
    classes: HashMap<String, u32>,
}

impl<'a> Learner<'a> {
    fn new(
        first: &StringRecord,
        header: bool,
        request: &'a Request,
        path: &'a Path,
        index: bool,
    ) -> Result<Learner<'a>> {
        let names = rows::names(first, header);
        let mut roles = vec![Role::Open; names.len()];
        let target = match request.target {
            Target::Class(_) => Role::Class,
            Target::Numbers(_) => Role::Target,
        };
        let wanted = [
            (&request.ignored[..], Role::Ignored, "--ignore"),
            (&request.categorical[..], Role::Category, "--categorical"),
            (request.target.names(), target, request.target.flag()),
        ];
        for (columns, role, flag) in wanted {
            for column in columns {
                let at = rows::find(column, &names, header, path, flag)?;
                if roles[at] != Role::Open {
                    let what = format!("column {column:?} has another role already");
                    return Err(crate::Error::argument(flag, what, "name each column once"));
                }
                roles[at] = role;
            }
        }
        let seen = |role| Seen { role, numbers: 0, texts: 0, names: HashSet::new(), bad: Vec::new() };
        Ok(Learner {
            path,
            request,
            header,
            names,
            seen: roles.into_iter().map(seen).collect(),
            ragged: Vec::new(),
            index,
            rows: 0,
            dropped: 0,
            starts: Vec::new(),
            labels: Vec::new(),
            classes: HashMap::new(),
        })
    }

    fn row(&mut self, line: u64, start: u64, row: &StringRecord) {
        let uneven = row.len() != self.names.len();
        if uneven || is_joined(row) {
            if self.ragged.len() < MISTAKES {
                let mistake = match uneven {
                    true => rows::ragged(self.path, line, row.len(), self.names.len()),
                    false => joined(self.path, line),
                };
                self.ragged.push(mistake);
            }
            return;
        }
        let missing = self.request.missing;
        let lacks = |(seen, cell): (&Seen, &str)| seen.role != Role::Ignored && cells::is_missing(cell);
        if missing == Missing::Drop && self.seen.iter().zip(row).any(lacks) {
            self.dropped += 1;
            return;
        }
        self.rows += 1;
        if self.index {
            self.starts.push(start);
        }
        for (seen, cell) in self.seen.iter_mut().zip(row) {
            let read = match seen.role {
                Role::Ignored => Ok(()),
                Role::Open | Role::Category => {
                    seen.feature(line, cell, missing);
                    Ok(())
                }
                Role::Target => cells::target(cell).map(drop),
                Role::Class => cells::class(cell).map(|class| {
                    let next = self.classes.len() as u32;
                    // One more than there may be is enough to know.
                    if self.classes.len() <= limits::CLASSES || self.classes.contains_key(&class) {
                        let number = *self.classes.entry(class).or_insert(next);
                        self.labels.extend(self.index.then_some(number));
                    }
                }),
            };
            read.unwrap_or_else(|wrong| seen.note(line, wrong));
        }
    }

    fn finish(self) -> Result<Learnt> {
        let path = self.path;
        if let Some(mistakes) = Diagnostic::from_all(self.ragged) {
            return Err(mistakes.into());
        }
        if self.rows == 0 && self.dropped > 0 {
            let what = format!("each of the {} rows lacks a value", self.dropped);
            return Err(wrong(path, None, what, "fill values in, or ignore a column that is empty").into());
        }
        if self.rows == 0 {
            return Err(rows::header_alone(path));
        }
        if self.names.len() < 2 {
            let hint = "separate cells by commas; a table needs a feature and a label";
            return Err(wrong(path, None, "there is only one column", hint).into());
        }
        let of_column = |(column, seen): (usize, &Seen)| {
            seen.mistakes().map(|(line, wrong)| (line, column, wrong)).collect::<Vec<_>>()
        };
        let mut bad: Vec<_> = self.seen.iter().enumerate().flat_map(of_column).collect();
        bad.sort_by_key(|(line, column, _)| (*line, *column));
        bad.truncate(MISTAKES);
        let bad = bad.iter().map(|(line, column, wrong)| bad_cell(path, &self.names, *line, *column, wrong));
        if let Some(mistakes) = Diagnostic::from_all(bad.collect()) {
            return Err(mistakes.into());
        }
        let (classes, labels) = classes(&self.classes, self.labels, self.request, path)?;
        let columns = columns(&self.names, self.seen, classes, path)?;
        let schema = Schema::new(self.header, self.request.missing, columns);
        if schema.width() == 0 {
            let hint = "a table needs a feature and a label";
            return Err(wrong(path, None, "no column is left to learn from", hint).into());
        }
        Ok(Learnt { schema, starts: self.starts, classes: labels })
    }
}

/// The classes in order, and the labels by their numbers.
fn classes(
    came: &HashMap<String, u32>,
    mut labels: Vec<u32>,
    request: &Request,
    path: &Path,
) -> Result<(Vec<String>, Vec<u32>)> {
    if !matches!(request.target, Target::Class(_)) {
        return Ok((Vec::new(), Vec::new()));
    }
    let classes = cells::in_order(came.keys());
    if classes.len() < 2 {
        let only = classes.first().map(|c| excerpt(c)).unwrap_or_default();
        let what = format!("every row has the label {only:?}");
        return Err(wrong(path, None, what, "a classifier needs two classes or more").into());
    }
    if classes.len() > limits::CLASSES {
        let what = format!("there are more than {} classes", limits::CLASSES);
        return Err(wrong(path, None, what, "is the label a number that is to be predicted?").into());
    }
    let mut number = vec![0; classes.len()];
    classes.iter().zip(0..).for_each(|(class, at)| number[came[class] as usize] = at);
    labels.iter_mut().for_each(|label| *label = number[*label as usize]);
    Ok((classes, labels))
}

fn columns(names: &[String], seen: Vec<Seen>, classes: Vec<String>, path: &Path) -> Result<Vec<Column>> {
    let mut mistakes = Vec::new();
    let mut columns = Vec::with_capacity(names.len());
    for ((at, name), seen) in names.iter().enumerate().zip(seen) {
        if seen.is_category() && seen.names.len() > limits::CATEGORIES && mistakes.len() < MISTAKES {
            let what = format!(
                "column {} ({}) has more than {} categories",
                at + 1,
                excerpt(name),
                limits::CATEGORIES
            );
            mistakes.push(wrong(path, None, what, "ignore the column, or make larger groups of it"));
        }
        let kind = match seen.role {
            Role::Class => Kind::Class(classes.clone()),
            Role::Target => Kind::Target,
            Role::Ignored => Kind::Ignored,
            // A category without a name: each cell is missing, and so is its mean.
            _ if seen.is_category() && !seen.names.is_empty() => {
                Kind::Category(cells::in_order(seen.names.iter()))
            }
            _ => Kind::Number,
        };
        columns.push(Column { name: name.clone(), kind });
    }
    Diagnostic::from_all(mistakes).map_or(Ok(columns), |mistakes| Err(mistakes.into()))
}

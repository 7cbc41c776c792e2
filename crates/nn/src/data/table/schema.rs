//! What the columns of a table mean: the recipe that training saves and that new tables are read by.

use super::cells::{self, shorten};
use super::rows::wrong;
use crate::data::limits;
use crate::error::{Error, Result};
use chainrule::{Diagnostic, Mistake, formula::nearest, limits::MISTAKES};
use csv::StringRecord;
use serde::{Deserialize, Serialize};
use std::{collections::HashSet, path::Path};

/// What is wanted from a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// What is to be predicted.
    pub target: Target,
    /// Columns of numbers that are names of categories, such as codes. Columns of text are categories anyway.
    pub categorical: Vec<String>,
    /// Columns that are left out.
    pub ignored: Vec<String>,
    /// What becomes of missing values.
    pub missing: Missing,
}

/// The columns that are to be predicted: a name each, or a position from 0 (negative: from the end).
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// A class.
    Class(String),
    /// Numbers.
    Numbers(Vec<String>),
}

/// What becomes of missing values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Missing {
    /// They are named, and the table is refused.
    #[default]
    Refuse,
    /// Features get the mean of the rows that [`Schema::fit`] is given, categories their shares. Targets must be there.
    Mean,
    /// Their rows are left out.
    Drop,
}

/// What a column is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// One feature.
    Number,
    /// A feature for each of these, 1 where the row has it and 0 elsewhere.
    Category(Vec<String>),
    /// One of these is to be predicted.
    Class(Vec<String>),
    /// A number is to be predicted.
    Target,
    /// Left out.
    Ignored,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Its name in the header, or `column0` and so on.
    pub name: String,
    /// What it is.
    pub kind: Kind,
}

/// What the columns of a table mean. Made by [`Table::learn`](super::Table::learn), saved as JSON with a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schema {
    /// Whether the first row names the columns.
    header: bool,
    missing: Missing,
    columns: Vec<Column>,
    /// What missing values become, one for each feature; none before [`Schema::fit`].
    #[serde(skip_serializing_if = "Option::is_none", default)]
    means: Option<Vec<f32>>,
}

impl Request {
    /// Classes from one column; missing values are refused.
    pub fn class(label: &str) -> Request {
        Request::of(Target::Class(label.to_string()))
    }

    /// Numbers from some columns; missing values are refused.
    pub fn numbers<'a>(targets: impl IntoIterator<Item = &'a str>) -> Request {
        Request::of(Target::Numbers(targets.into_iter().map(str::to_string).collect()))
    }

    fn of(target: Target) -> Request {
        Request { target, categorical: Vec::new(), ignored: Vec::new(), missing: Missing::Refuse }
    }
}

impl Schema {
    pub(super) fn new(header: bool, missing: Missing, columns: Vec<Column>) -> Schema {
        Schema { header, missing, columns, means: None }
    }

    /// All columns in the order of the table that it was made from.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Whether the first row names the columns.
    pub fn has_header(&self) -> bool {
        self.header
    }

    /// What becomes of missing values.
    pub fn missing(&self) -> Missing {
        self.missing
    }

    /// Names of the features: of the column, or `column=category`.
    pub fn features(&self) -> Vec<String> {
        let names = |column: &Column| match &column.kind {
            Kind::Number => vec![column.name.clone()],
            Kind::Category(names) => names.iter().map(|name| format!("{}={name}", column.name)).collect(),
            _ => Vec::new(),
        };
        self.columns.iter().flat_map(names).collect()
    }

    /// How many features there are.
    pub fn width(&self) -> usize {
        self.columns.iter().map(|column| column.kind.width()).sum()
    }

    /// The classes, if a class is to be predicted.
    pub fn classes(&self) -> Option<&[String]> {
        self.columns.iter().find_map(|column| match &column.kind {
            Kind::Class(names) => Some(&names[..]),
            _ => None,
        })
    }

    /// Names of the numbers to be predicted.
    pub fn targets(&self) -> Vec<String> {
        let targets = self.columns.iter().filter(|column| column.kind == Kind::Target);
        targets.map(|column| column.name.clone()).collect()
    }

    /// What missing values become, where that is known: one number for each feature.
    pub fn means(&self) -> Option<&[f32]> {
        self.means.as_deref()
    }

    /// Sets what missing values become.
    pub(super) fn set_means(&mut self, means: Vec<f32>) {
        self.means = Some(means);
    }

    /// Puts the means where a row has NaN, which stands for a missing value.
    pub(super) fn fill(&self, row: &mut [f32]) {
        if let Some(means) = &self.means {
            row.iter_mut().zip(means).filter(|(x, _)| x.is_nan()).for_each(|(x, mean)| *x = *mean);
        }
    }

    /// As JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a schema is names and finite numbers")
    }

    /// From JSON. `path` is for messages.
    ///
    /// # Errors
    /// It is no schema, or one that contradicts itself.
    pub fn from_json(text: &str, path: &Path) -> Result<Schema> {
        let mistake = |what: String| {
            let place = chainrule::Place::File { path: path.to_path_buf(), line: None, column: None };
            Mistake::new(place, "schema", what).hint("save the model again")
        };
        let schema: Schema = serde_json::from_str(text)
            .map_err(|why| mistake(format!("is none: {}", cells::beginning(&why.to_string(), 200))))?;
        schema.contradiction().map_or(Ok(schema), |what| Err(mistake(what).into()))
    }

    /// What can't be, if something is so.
    fn contradiction(&self) -> Option<String> {
        let count = |is: fn(&Kind) -> bool| self.columns.iter().filter(|c| is(&c.kind)).count();
        let classes = count(|kind| matches!(kind, Kind::Class(_)));
        match (classes, count(|kind| *kind == Kind::Target)) {
            (0, 0) => return Some("has nothing to predict".to_string()),
            (0, _) | (1, 0) => {}
            _ => return Some("has more than one class, or a class and numbers, to predict".to_string()),
        }
        for Column { name, kind } in &self.columns {
            let (names, least, most) = match kind {
                Kind::Category(names) => (names, 1, limits::CATEGORIES),
                Kind::Class(names) => (names, 2, limits::CLASSES),
                _ => continue,
            };
            let distinct: HashSet<&String> = names.iter().collect();
            if distinct.len() != names.len() || !(least..=most).contains(&names.len()) {
                return Some(format!("column {} has names twice, too few or too many", cells::excerpt(name)));
            }
        }
        let means = self.means.as_ref()?;
        let sound = means.len() == self.width() && means.iter().all(|mean| mean.is_finite());
        (!sound).then(|| "its means do not fit its features".to_string())
    }

    /// Where each column is in a file whose first row this is; none for what is not needed there.
    ///
    /// By name where training had a header: the order does not matter, and further columns are left out. Otherwise by position;
    /// what is to be predicted may be absent if it is not wanted.
    pub(super) fn places(
        &self,
        first: &StringRecord,
        path: &Path,
        targets: bool,
    ) -> Result<Vec<Option<usize>>> {
        let needed = |kind: &Kind| kind.width() > 0 || targets && kind.is_target();
        if self.header {
            return self.by_name(first, path, needed);
        }
        let all = self.columns.len();
        let absent = self.columns.iter().filter(|column| column.kind.is_target()).count();
        let mut at = 0..first.len();
        if first.len() != all && (targets || first.len() != all - absent) {
            let without =
                if targets { String::new() } else { format!(", or {} without the target", all - absent) };
            let what = format!("the first row has {} cells where training had {all}{without}", first.len());
            return Err(wrong(path, None, what, "give the columns that the model was trained with").into());
        }
        let whole = first.len() == all;
        let place = |column: &Column| {
            let at = if whole || !column.kind.is_target() { at.next() } else { None };
            at.filter(|_| needed(&column.kind))
        };
        Ok(self.columns.iter().map(place).collect())
    }

    fn by_name(
        &self,
        first: &StringRecord,
        path: &Path,
        needed: impl Fn(&Kind) -> bool,
    ) -> Result<Vec<Option<usize>>> {
        let names: Vec<String> = first.iter().map(|cell| cell.trim().to_string()).collect();
        let called = |wanted: &str| -> Vec<usize> {
            names.iter().enumerate().filter(|(_, name)| *name == wanted).map(|(i, _)| i).collect()
        };
        let mut mistakes = Vec::new();
        let mut places = Vec::with_capacity(self.columns.len());
        for (i, column) in self.columns.iter().enumerate() {
            if !needed(&column.kind) || mistakes.len() == MISTAKES {
                places.push(None);
                continue;
            }
            let here = called(&column.name);
            let same = |c: &&Column| c.name == column.name;
            let (before, all) =
                (self.columns[..i].iter().filter(same).count(), self.columns.iter().filter(same).count());
            places.push(here.get(before).copied());
            let shown = cells::excerpt(&column.name);
            if here.len() == all || here.len() == 1 && all == 1 {
                continue;
            }
            let (what, hint) = match here[..] {
                [] => {
                    let near = nearest(&column.name, names.iter().map(String::as_str));
                    let other = || format!("the columns of {} are {}", path.display(), shorten(&names));
                    let hint = near.map_or_else(other, |near| {
                        format!("the model was trained with it; is it {}?", cells::excerpt(near))
                    });
                    (format!("there is no column {shown:?}"), hint)
                }
                _ => (
                    format!("{} columns are called {shown:?} where training had {all}", here.len()),
                    "give the columns that the model was trained with".to_string(),
                ),
            };
            mistakes.push(wrong(path, None, what, hint));
        }
        Diagnostic::from_all(mistakes).map_or(Ok(places), |mistakes| Err(Error::from(mistakes)))
    }
}

impl Kind {
    /// How many features it becomes.
    pub(super) fn width(&self) -> usize {
        match self {
            Kind::Number => 1,
            Kind::Category(names) => names.len(),
            _ => 0,
        }
    }

    pub(super) fn is_target(&self) -> bool {
        matches!(self, Kind::Class(_) | Kind::Target)
    }
}

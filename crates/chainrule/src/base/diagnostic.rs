//! One error type for everything that a user can get wrong: circuits, formulas, files, arguments.

use super::limits;
use std::{fmt, ops::Range, panic::Location, path::PathBuf, sync::Arc};

/// Shorthand for results of this crate.
pub type Result<T> = std::result::Result<T, Diagnostic>;

/// One or more mistakes, each with its place and what to do about it. Never empty.
#[derive(Clone, PartialEq)]
pub struct Diagnostic(Box<[Mistake]>);

/// One mistake of a user.
#[derive(Clone, PartialEq)]
pub struct Mistake {
    /// Where it was made.
    pub place: Place,
    /// The gate, function or file format that noticed it.
    pub gate: String,
    /// What is wrong, with the values that clash.
    pub what: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// Where a mistake was made.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Place {
    /// Nowhere in particular.
    Unknown,
    /// A line of Rust.
    Rust(&'static Location<'static>),
    /// Part of a text, in bytes.
    Text {
        /// Bytes from and to.
        span: Range<u32>,
        /// The whole text.
        source: Arc<str>,
    },
    /// A place in a file; lines and columns from 1.
    File {
        /// Its path.
        path: PathBuf,
        /// Line, where known.
        line: Option<u64>,
        /// Column, where known.
        column: Option<u64>,
    },
    /// A named argument, parameter or input.
    Argument(String),
}

/// A [`Place`] small enough for every gate of a large circuit to carry; its text is kept once, by the circuit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Site {
    /// Made by no line of the user's.
    #[default]
    Unknown,
    /// A line of Rust.
    Rust(&'static Location<'static>),
    /// Bytes of the circuit's source text.
    Text(u32, u32),
}

impl Site {
    /// As a place, given the text that the site points into.
    pub fn place(self, source: Option<&Arc<str>>) -> Place {
        match (self, source) {
            (Site::Rust(at), _) => Place::Rust(at),
            (Site::Text(from, to), Some(source)) => Place::Text { span: from..to, source: source.clone() },
            _ => Place::Unknown,
        }
    }
}

impl Mistake {
    /// A mistake without a hint.
    pub fn new(place: Place, gate: impl Into<String>, what: impl Into<String>) -> Mistake {
        Mistake { place, gate: gate.into(), what: what.into(), hint: None }
    }

    /// The same with a hint.
    pub fn hint(self, hint: impl Into<String>) -> Mistake {
        Mistake { hint: Some(hint.into()), ..self }
    }
}

impl From<Mistake> for Diagnostic {
    fn from(mistake: Mistake) -> Self {
        Diagnostic(Box::new([mistake]))
    }
}

impl Diagnostic {
    /// Several mistakes; `None` if there are none. Keeps the first [`limits::MISTAKES`].
    pub fn from_all(mut mistakes: Vec<Mistake>) -> Option<Diagnostic> {
        mistakes.truncate(limits::MISTAKES);
        (!mistakes.is_empty()).then(|| Diagnostic(mistakes.into()))
    }

    /// The mistakes, in the order in which they were found; at least one.
    pub fn mistakes(&self) -> &[Mistake] {
        &self.0
    }
}

/// The line and column (from 1, in characters) of a byte in a text.
fn line_and_column(source: &str, byte: u32) -> (usize, usize) {
    let mut end = (byte as usize).min(source.len());
    while !source.is_char_boundary(end) {
        end -= 1;
    }
    let before = &source[..end];
    let line = before.matches('\n').count() + 1;
    (line, before.chars().rev().take_while(|&c| c != '\n').count() + 1)
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Unknown => Ok(()),
            Place::Rust(at) => write!(f, "{}:{}:{}: ", at.file(), at.line(), at.column()),
            Place::Text { span, source } => {
                let (line, column) = line_and_column(source, span.start);
                write!(f, "{line}:{column}: ")
            }
            Place::File { path, line, column } => {
                write!(f, "{}:", path.display())?;
                for number in [line, column].into_iter().flatten() {
                    write!(f, "{number}:")?;
                }
                f.write_str(" ")
            }
            Place::Argument(name) => write!(f, "{name}: "),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.place)?;
        if !self.gate.is_empty() {
            write!(f, "{}: ", self.gate)?;
        }
        f.write_str(&self.what)?;
        match &self.hint {
            Some(hint) => write!(f, "; hint: {hint}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, mistake) in self.0.iter().enumerate() {
            write!(f, "{}{mistake}", if i > 0 { "\n" } else { "" })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Diagnostic {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_reads_place_gate_what_hint() {
        let place = Place::Text { span: 6..7, source: "a = 1\nb = é + c".into() };
        let mistake = Mistake::new(place, "add", "shapes differ: [2] and [3]").hint("make them equal");
        assert_eq!(mistake.to_string(), "2:1: add: shapes differ: [2] and [3]; hint: make them equal");
        let file = Place::File { path: "d.csv".into(), line: Some(3), column: None };
        assert_eq!(Mistake::new(file, "csv", "no number").to_string(), "d.csv:3: csv: no number");
    }

    #[test]
    fn reports_stop_at_the_limit() {
        let many = |n: usize| Diagnostic::from_all(vec![Mistake::new(Place::Unknown, "", "x"); n]);
        assert!(many(0).is_none());
        assert_eq!(many(limits::MISTAKES + 1).map(|d| d.mistakes().len()), Some(limits::MISTAKES));
    }
}

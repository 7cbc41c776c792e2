//! What can go wrong while training, by who can mend it.

use chainrule::{Diagnostic, Mistake, Place};
use std::{fmt, io, path::Path};

/// Shorthand for results of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// A message and what kind of trouble it reports.
#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    /// Which kind.
    pub kind: Kind,
    /// The message, with its place.
    pub diagnostic: Diagnostic,
}

/// Kinds of trouble; the command line has an exit code for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An argument, a formula or the content of a file.
    Input,
    /// Reading or writing.
    File,
    /// Training ran, but the loss left the finite numbers.
    Diverged,
}

impl Error {
    /// Trouble with an argument.
    pub fn argument(name: &str, what: impl Into<String>, hint: impl Into<String>) -> Error {
        let place = Place::Argument(name.to_string());
        Mistake::new(place, "", what).hint(hint).into()
    }

    /// Training at this rate has left the finite numbers.
    pub fn diverged(what: String, rate: f64) -> Error {
        let hint = format!("a lower rate than {rate} may help");
        let mistake = Mistake::new(Place::Unknown, "train", what).hint(hint);
        Error { kind: Kind::Diverged, diagnostic: mistake.into() }
    }

    /// Trouble with reading or writing a file.
    pub fn file(path: &Path, doing: &str, why: &io::Error, hint: &str) -> Error {
        let place = Place::File { path: path.to_path_buf(), line: None, column: None };
        let mistake = Mistake::new(place, "", format!("can't be {doing}: {}", reason(why)));
        let mistake = if hint.is_empty() { mistake } else { mistake.hint(hint) };
        Error { kind: Kind::File, diagnostic: mistake.into() }
    }
}

/// The system's reason in lower case and without its number: `no such file or directory`.
fn reason(why: &io::Error) -> String {
    let text = why.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

impl From<Diagnostic> for Error {
    fn from(diagnostic: Diagnostic) -> Error {
        Error { kind: Kind::Input, diagnostic }
    }
}

impl From<Mistake> for Error {
    fn from(mistake: Mistake) -> Error {
        Diagnostic::from(mistake).into()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.diagnostic.fmt(f)
    }
}

impl std::error::Error for Error {}

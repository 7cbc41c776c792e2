//! Why a command did not succeed, and the exit code that says so.

use chainrule::{Diagnostic, Mistake, Place};
use std::{io, path::Path};

/// Shorthand for results of this crate.
pub type Result<T> = std::result::Result<T, Failure>;

/// A command that did not succeed.
#[derive(Debug)]
pub enum Failure {
    /// It ran, and the answer is no; it has said so itself.
    No,
    /// Arguments, a formula or data.
    Input(Diagnostic),
    /// Reading or writing.
    File(Diagnostic),
}

impl Failure {
    /// What the process exits with.
    pub fn code(&self) -> u8 {
        match self {
            Failure::No => 1,
            Failure::Input(_) => 2,
            Failure::File(_) => 3,
        }
    }

    /// The mistakes to report, if it has not reported itself.
    pub fn mistakes(&self) -> &[Mistake] {
        match self {
            Failure::No => &[],
            Failure::Input(diagnostic) | Failure::File(diagnostic) => diagnostic.mistakes(),
        }
    }

    /// Several at once; trouble with files outweighs the rest. None if there are none.
    pub fn from_all(failures: Vec<Failure>) -> Option<Failure> {
        let any_file = failures.iter().any(|f| matches!(f, Failure::File(_)));
        let mistakes = failures.iter().flat_map(|f| f.mistakes().to_vec()).collect();
        let diagnostic = Diagnostic::from_all(mistakes)?;
        Some(if any_file { Failure::File(diagnostic) } else { Failure::Input(diagnostic) })
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Failure {
        Failure::Input(diagnostic)
    }
}

impl From<Mistake> for Failure {
    fn from(mistake: Mistake) -> Failure {
        Failure::Input(mistake.into())
    }
}

/// A mistake in an argument.
pub fn argument(name: &str, what: impl Into<String>, hint: impl Into<String>) -> Mistake {
    Mistake::new(Place::Argument(name.to_string()), "", what).hint(hint)
}

/// A mistake in the content of a file.
pub fn content(path: &Path, what: impl Into<String>, hint: &str) -> Mistake {
    let mistake = Mistake::new(Place::File { path: path.into(), line: None, column: None }, "", what);
    if hint.is_empty() { mistake } else { mistake.hint(hint) }
}

/// A file that could not be read or written (`doing` says which).
pub fn file(path: &Path, doing: &str, why: &io::Error) -> Failure {
    Failure::File(content(path, format!("can't be {doing}: {}", reason(why)), "").into())
}

/// The whole of a file.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    // Reading a directory fails with a text that differs from system to system.
    if path.is_dir() {
        return Err(Failure::File(content(path, "can't be read: it is a directory", "name a file").into()));
    }
    std::fs::read(path).map_err(|why| file(path, "read", &why))
}

/// The whole of a text file.
pub fn read_text(path: &Path) -> Result<String> {
    String::from_utf8(read(path)?).map_err(|why| {
        let valid = &why.as_bytes()[..why.utf8_error().valid_up_to()];
        let line = valid.iter().filter(|&&b| b == b'\n').count() as u64 + 1;
        let place = Place::File { path: path.into(), line: Some(line), column: None };
        Mistake::new(place, "", "is no UTF-8 text").hint("save it as UTF-8").into()
    })
}

/// The system's words without its number, in lower case.
fn reason(why: &io::Error) -> String {
    let text = why.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

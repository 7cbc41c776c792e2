//! Why a command did not succeed, and the exit code that says so.

use chainrule::{Diagnostic, Mistake, Place};
use std::io;
use std::path::{Path, PathBuf};

/// Shorthand for results of this crate.
pub type Result<T> = std::result::Result<T, Failure>;

/// A command that did not succeed.
#[derive(Debug)]
pub struct Failure {
    kind: Kind,
    mistakes: Vec<Mistake>,
    /// The text that came from a file, and the file.
    origin: Option<(String, PathBuf)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// It ran, and the answer is no; it has said so itself.
    No,
    /// Arguments, a formula or data.
    Input,
    /// Reading or writing.
    File,
    /// Ctrl-C.
    Interrupted,
}

impl Failure {
    /// The answer is no, and was given.
    pub fn no() -> Failure {
        Failure { kind: Kind::No, mistakes: Vec::new(), origin: None }
    }

    /// Ctrl-C ended it, in an orderly way.
    pub fn interrupted() -> Failure {
        Failure { kind: Kind::Interrupted, ..Failure::no() }
    }

    /// Reading or writing failed.
    pub fn file(mistake: Mistake) -> Failure {
        Failure { kind: Kind::File, ..Failure::from(mistake) }
    }

    /// What the process exits with.
    pub fn code(&self) -> u8 {
        match self.kind {
            Kind::No => 1,
            Kind::Input => 2,
            Kind::File => 3,
            Kind::Interrupted => crate::interrupt::CODE,
        }
    }

    /// The mistakes to report, each with the file that its text came from; none if it has reported itself.
    pub fn mistakes(&self) -> impl Iterator<Item = (&Mistake, Option<&Path>)> {
        self.mistakes.iter().map(|mistake| {
            let origin = self.origin.as_ref().filter(
                |(text, _)| matches!(&mistake.place, Place::Text { source, .. } if **source == **text),
            );
            (mistake, origin.map(|(_, path)| path.as_path()))
        })
    }

    /// The same, said of a text that came from a file.
    pub fn came_from(self, text: &str, path: &Path) -> Failure {
        Failure { origin: Some((text.to_string(), path.to_path_buf())), ..self }
    }

    /// The same after it has been reported.
    pub fn reported(self) -> Failure {
        Failure { kind: self.kind, ..Failure::no() }
    }

    /// Several at once; trouble with files outweighs the rest. None if there are none.
    pub fn from_all(failures: Vec<Failure>) -> Option<Failure> {
        failures.into_iter().reduce(|mut all, mut one| {
            all.mistakes.append(&mut one.mistakes);
            Failure {
                kind: all.kind.max(one.kind),
                mistakes: all.mistakes,
                origin: all.origin.or(one.origin),
            }
        })
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Failure {
        Failure { kind: Kind::Input, mistakes: diagnostic.mistakes().to_vec(), origin: None }
    }
}

impl From<chainrule_nn::Error> for Failure {
    fn from(error: chainrule_nn::Error) -> Failure {
        let kind = match error.kind {
            chainrule_nn::Kind::Diverged => Kind::No,
            chainrule_nn::Kind::Input => Kind::Input,
            chainrule_nn::Kind::File => Kind::File,
        };
        Failure { kind, ..Failure::from(error.diagnostic) }
    }
}

impl From<Mistake> for Failure {
    fn from(mistake: Mistake) -> Failure {
        Failure { kind: Kind::Input, mistakes: vec![mistake], origin: None }
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
    Failure::file(content(path, format!("can't be {doing}: {}", reason(why)), ""))
}

/// The whole of a file.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    // Reading a directory fails with a text that differs from system to system.
    if path.is_dir() {
        return Err(Failure::file(content(path, "can't be read: it is a directory", "name a file")));
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
pub fn reason(why: &io::Error) -> String {
    let text = why.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

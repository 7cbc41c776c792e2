//! A training as the page looks at it: live, or from a run file that may still grow. Whatever is told about it is computed from
//! records in a [`Book`], by a file of one purpose each; the same code serves both.

mod at;
mod births;
mod boundary;
mod control;
mod example;
mod file;
mod info;
mod layers;
mod losses;
mod network;
mod news;
mod routes;
mod socket;
mod strip;

pub use control::{Control, Next, Order};
pub use example::{Example, Examples};
pub(super) use routes::routes;
pub(super) use socket::open;

use crate::run::{Book, Shared, locked};
use file::Growth;
use layers::Layers;
use std::path::Path;
use std::sync::{Arc, MutexGuard, OnceLock};

/// A training to look at.
pub struct Run {
    book: Shared,
    layers: OnceLock<Arc<Layers>>,
    file: Option<Growth>,
    control: Option<Arc<Control>>,
    examples: Option<Arc<dyn Examples>>,
}

impl Run {
    /// One that goes on in this process, and tells this book: it can be steered, and its examples opened as circuits.
    pub fn live(book: Shared, control: Arc<Control>, examples: Option<Arc<dyn Examples>>) -> Run {
        Run { book, layers: OnceLock::new(), file: None, control: Some(control), examples }
    }

    /// What a run file holds. A thread reads on as it grows, as long as this lives.
    ///
    /// # Errors
    /// The file can't be read, or is damaged.
    pub fn open(path: &Path) -> chainrule::Result<Run> {
        let (book, file) = Growth::follow(path)?;
        Ok(Run { book, layers: OnceLock::new(), file: Some(file), control: None, examples: None })
    }

    /// Whether it goes on in this process.
    pub fn is_live(&self) -> bool {
        self.file.is_none()
    }

    /// Where it is steered, if it can be.
    fn control(&self) -> Option<&Control> {
        self.control.as_deref()
    }

    /// Its examples, if they can be had.
    pub(super) fn examples(&self) -> Option<Arc<dyn Examples>> {
        self.examples.clone()
    }

    /// Whether more may come.
    fn is_going(&self) -> bool {
        let has_ended = self.book().end.is_some();
        !has_ended && self.file.as_ref().is_none_or(|file| file.trouble().is_none() && file.grows())
    }

    /// What is known. Who holds this keeps no training from going on: see [`Feed`](crate::run::Feed).
    pub(super) fn book(&self) -> MutexGuard<'_, Book> {
        locked(&self.book)
    }

    /// The layers of the circuit; none as long as no circuit is known.
    fn layers(&self, book: &Book) -> Option<Arc<Layers>> {
        let graph = book.graph.as_ref()?;
        Some(Arc::clone(self.layers.get_or_init(|| Arc::new(Layers::of(graph)))))
    }
}

//! A training as the page looks at it: live, or from a run file that may still grow. Whatever is told about it is computed from
//! records in a [`Book`](crate::run::Book), by a file of one purpose each; the same code serves both.

mod at;
mod births;
mod boundary;
mod file;
mod info;
mod layers;
mod losses;
mod network;
mod routes;
mod strip;

pub use routes::routes;

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
}

impl Run {
    /// One that goes on in this process, and tells this book.
    pub fn live(book: Shared) -> Run {
        Run { book, layers: OnceLock::new(), file: None }
    }

    /// What a run file holds. A thread reads on as it grows, as long as this lives.
    ///
    /// # Errors
    /// The file can't be read, or is damaged.
    pub fn open(path: &Path) -> chainrule::Result<Run> {
        let (book, file) = Growth::follow(path)?;
        Ok(Run { book, layers: OnceLock::new(), file: Some(file) })
    }

    /// Whether it goes on in this process.
    pub fn is_live(&self) -> bool {
        self.file.is_none()
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

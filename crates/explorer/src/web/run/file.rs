//! A thread that reads a run file on as it grows.

use crate::run::{Book, Follower, Shared, locked};
use chainrule::{Diagnostic, Mistake, Place};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(200);
/// A file without an end that has not grown for so long is one of a training that was killed, or hangs.
const STILL: Duration = Duration::from_secs(30);

/// Follows the file until it is dropped.
pub struct Growth {
    path: Arc<Path>,
    is_over: Arc<AtomicBool>,
    trouble: Arc<Mutex<Option<String>>>,
    thread: Option<JoinHandle<()>>,
}

impl Growth {
    /// Reads a file, and goes on reading.
    ///
    /// # Errors
    /// It can't be read, or is damaged.
    pub fn follow(path: &Path) -> Result<(Shared, Growth), Diagnostic> {
        let mut follower = Follower::new(path);
        let book = Shared::default();
        grow(&mut follower, &book)?;
        if book.lock().is_ok_and(|book| book.head.v == 0) {
            let place = Place::File { path: path.to_path_buf(), line: Some(1), column: None };
            let mistake = Mistake::new(place, "", "the file has no whole record");
            return Err(mistake.hint("name the file that `train --run` writes").into());
        }
        let (is_over, trouble) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(None)));
        let thread = {
            let (book, is_over, trouble) = (Arc::clone(&book), Arc::clone(&is_over), Arc::clone(&trouble));
            thread::Builder::new().name("explorer run file".into()).spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    thread::park_timeout(PAUSE);
                    if let Err(why) = grow(&mut follower, &book) {
                        // What was read stays; the page says why nothing more comes.
                        let why = why.to_string();
                        *trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
                        return;
                    }
                }
            })
        };
        let thread = thread.map_err(|why| {
            let what = format!("no thread can be had to read it on: {why}");
            Mistake::new(Place::File { path: path.to_path_buf(), line: None, column: None }, "", what)
        });
        let thread = Some(thread.map_err(Diagnostic::from)?);
        Ok((book, Growth { path: path.into(), is_over, trouble, thread }))
    }

    /// Why nothing more is read, if that is so.
    pub fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether it has grown of late.
    pub fn grows(&self) -> bool {
        let written = std::fs::metadata(&self.path).and_then(|data| data.modified());
        let age = written.ok().and_then(|at| SystemTime::now().duration_since(at).ok());
        // A time in the future is one of a moment ago, on another clock.
        age.is_none_or(|age| age < STILL)
    }
}

/// Takes in what has come.
fn grow(follower: &mut Follower, book: &Shared) -> Result<(), Diagnostic> {
    // A few at a time, so that nobody waits long for the book.
    let mut fresh: Option<Book> = None;
    let is_new = follower.read(&mut |record| match (record, &mut fresh) {
        (None, fresh) => *fresh = Some(Book::default()),
        (Some(record), Some(fresh)) => fresh.push(&record),
        (Some(record), None) => locked(book).push(&record),
    })?;
    if let Some(mut fresh) = fresh.filter(|_| is_new) {
        let mut book = locked(book);
        fresh.version += book.version + 1;
        fresh.backs += book.backs + 1;
        *book = fresh;
    }
    Ok(())
}

impl Drop for Growth {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            thread.join().ok();
        }
    }
}

//! Standard output and standard error. A reader that stops reading, as `head` does, is no failure; a full disk is one.

use crate::failure::{self, Failure, Result};
use chainrule::{Mistake, Place};
use std::io::{self, ErrorKind, IsTerminal, Write};

/// Prints a text; colours reach terminals only.
pub fn print(text: &str) -> Result<()> {
    let mut out = anstream::stdout().lock();
    written(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// What came of writing to standard output.
pub fn written(result: io::Result<()>) -> Result<()> {
    match result {
        Err(why) if why.kind() != ErrorKind::BrokenPipe => {
            let what = format!("standard output can't be written: {}", failure::reason(&why));
            Err(Failure::file(Mistake::new(Place::Unknown, "", what)))
        }
        _ => Ok(()),
    }
}

/// Tells people something on standard error, in a line of its own. Where that can't be written, there is nobody to tell.
pub fn tell(text: &str) {
    writeln!(anstream::stderr().lock(), "{text}").ok();
}

/// Columns to draw in: those of the terminal, but at most 100; 100 where there is no terminal.
pub fn columns() -> usize {
    let terminal = std::io::stdout().is_terminal().then(terminal_size::terminal_size).flatten();
    terminal.map_or(WIDEST, |(width, _)| usize::from(width.0).min(WIDEST))
}

const WIDEST: usize = 100;

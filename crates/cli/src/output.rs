//! Standard output. A reader that stops reading, as `head` does, is no failure; a full disk is one.

use crate::failure::{Failure, Result};
use chainrule::{Mistake, Place};
use std::io::{ErrorKind, IsTerminal, Write};

/// Prints a text; colours reach terminals only.
pub fn print(text: &str) -> Result<()> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(why) if why.kind() != ErrorKind::BrokenPipe => {
            let what = format!("standard output can't be written: {why}");
            Err(Failure::file(Mistake::new(Place::Unknown, "", what)))
        }
        _ => Ok(()),
    }
}

/// Columns to draw in: those of the terminal, but at most 100; 100 where there is no terminal.
pub fn columns() -> usize {
    let terminal = std::io::stdout().is_terminal().then(terminal_size::terminal_size).flatten();
    terminal.map_or(WIDEST, |(width, _)| usize::from(width.0).min(WIDEST))
}

const WIDEST: usize = 100;

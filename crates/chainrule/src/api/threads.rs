//! How many threads a function uses where its options say nothing.

use crate::base::{Mistake, Place, Result, limits};
use crate::numeric::team::{self, Team};
use std::sync::OnceLock;

/// The environment variable that says how many threads functions use.
const VARIABLE: &str = "CHAINRULE_THREADS";

/// How many threads a function uses that is compiled now, if its options say nothing: what the environment variable
/// `CHAINRULE_THREADS` says, or else as many as there are cores that this process may use.
///
/// ```
/// # if std::env::var_os("CHAINRULE_THREADS").is_none() {
/// let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
/// assert_eq!(chainrule::threads()?, cores.min(chainrule::limits::THREADS));
/// # }
/// # Ok::<(), chainrule::Diagnostic>(())
/// ```
///
/// # Errors
/// `CHAINRULE_THREADS` is something else than a whole number from 1 to [`limits::THREADS`].
pub fn threads() -> Result<usize> {
    match std::env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
        None => Ok(cores()),
        Some(value) => number(&value.to_string_lossy()),
    }
}

const _: () = assert!(limits::THREADS == team::THREADS, "the team's limit is the one that is told");

fn number(text: &str) -> Result<usize> {
    let known = text.trim().parse().ok().filter(|count| (1..=limits::THREADS).contains(count));
    known.ok_or_else(|| {
        Mistake::new(Place::Argument(VARIABLE.into()), "threads", format!("is {text:?}"))
            .hint(format!("set it to a whole number from 1 to {}, or not at all", limits::THREADS))
            .into()
    })
}

/// The cores that this process may use.
fn cores() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    *CORES.get_or_init(|| std::thread::available_parallelism().map_or(1, |n| n.get()).min(limits::THREADS))
}

/// The team where nothing can be reported: a bad value of the variable counts as none.
pub(super) fn usual_team() -> Team {
    Team::new(threads().unwrap_or_else(|_| cores()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_within_the_limits_are_taken() {
        assert_eq!((number("1"), number(" 2 "), number("256")), (Ok(1), Ok(2), Ok(256)));
        for bad in ["0", "257", "-1", "two", "1.5", "99999999999999999999"] {
            let said = number(bad).map_err(|error| error.to_string());
            let hint = "hint: set it to a whole number from 1 to 256, or not at all";
            assert_eq!(said, Err(format!("CHAINRULE_THREADS: threads: is {bad:?}; {hint}")));
        }
    }
}

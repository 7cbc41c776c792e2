//! Ctrl-C while something runs that can stop in an orderly way.

use std::process;
use std::sync::atomic::{AtomicBool, Ordering};

/// What the process exits with after Ctrl-C.
pub const CODE: u8 = 130;

static PRESSED: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C asks to stop; pressed again, it stops at once. Where no handler can be had, it stops at once anyway.
pub fn listen() {
    let handler = || {
        if PRESSED.swap(true, Ordering::Relaxed) {
            process::exit(i32::from(CODE));
        }
    };
    // An error means that there is a handler, ours from an earlier call, or that the system has none.
    ctrlc::set_handler(handler).ok();
}

/// Whether it was pressed.
pub fn pressed() -> bool {
    PRESSED.load(Ordering::Relaxed)
}

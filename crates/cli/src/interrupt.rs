//! Signals that must not end the process on the spot.

use signal_hook::{consts::SIGINT, flag};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

/// What the process exits with after Ctrl-C.
pub const CODE: u8 = 130;

/// Where no handler can be had, Ctrl-C stops at once.
static PRESSED: LazyLock<Arc<AtomicBool>> = LazyLock::new(|| {
    let pressed = Arc::new(AtomicBool::new(false));
    // This order makes the first press set the flag, and the second one end the process.
    flag::register_conditional_shutdown(SIGINT, i32::from(CODE), Arc::clone(&pressed)).ok();
    flag::register(SIGINT, Arc::clone(&pressed)).ok();
    pressed
});

/// From now on Ctrl-C asks to stop; pressed again, it stops at once.
pub fn listen() {
    LazyLock::force(&PRESSED);
}

/// Whether it was pressed.
pub fn pressed() -> bool {
    PRESSED.load(Ordering::Relaxed)
}

/// From now on a file that grows past the user's limit (`ulimit -f`) is an error of the write, as a full disk is: by
/// default it ends the process, and what was begun stays behind.
#[cfg(unix)]
pub fn outlive_file_limits() {
    // Having a handler is what matters; nobody asks for the flag.
    flag::register(signal_hook::consts::SIGXFSZ, Arc::default()).ok();
}

/// There are no such limits here.
#[cfg(not(unix))]
pub fn outlive_file_limits() {}

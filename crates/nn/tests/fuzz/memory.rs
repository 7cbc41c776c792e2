//! How much memory a thread has in use at most.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// Bytes in use by this thread, and the most since this was last set.
    static IN_USE: Cell<(isize, isize)> = const { Cell::new((0, 0)) };
}

fn count(bytes: isize) {
    // A thread that ends has no counts any more.
    let _ = IN_USE.try_with(|in_use| {
        let (now, most) = in_use.get();
        in_use.set((now + bytes, most.max(now + bytes)));
    });
}

/// The system's memory, counted.
struct Counting;

// SAFETY: the system's allocator does the work.
unsafe impl GlobalAlloc for Counting {
    // SAFETY: handed on to the system's allocator, with the promises that it asks for.
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    // SAFETY: as above; zeros that nobody touches still count.
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }

    // SAFETY: as above.
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What `f` gives, and the most bytes that were in use meanwhile beyond those in use before.
pub fn most<R>(f: impl FnOnce() -> R) -> (R, usize) {
    let (before, _) = IN_USE.get();
    IN_USE.set((before, before));
    let result = f();
    (result, (IN_USE.get().1 - before).max(0) as usize)
}

/// What `f` gives; what it needs while it runs does not count.
#[allow(dead_code, reason = "not every test that counts has such")]
pub fn apart<R>(f: impl FnOnce() -> R) -> R {
    let (_, most) = IN_USE.get();
    let result = f();
    let (now, _) = IN_USE.get();
    IN_USE.set((now, most.max(now)));
    result
}

//! Room for packed operands, kept by each thread and used again, so that products allocate nothing once it has grown.

use std::cell::Cell;

/// As large and as aligned as a cache line.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([u8; LINE]);

const LINE: usize = 64;

thread_local! {
    static ROOM: Cell<Vec<Line>> = const { Cell::new(Vec::new()) };
}

/// Elements of `T` that fill whole cache lines and are at least `count`.
pub fn rounded<T>(count: usize) -> usize {
    count.next_multiple_of(LINE / size_of::<T>())
}

/// Calls `with` with room for `count` numbers. They hold anything, and are aligned to cache lines. Nested calls get room of
/// their own, which is not kept.
pub fn with<T: Copy, R>(count: usize, call: impl FnOnce(*mut T) -> R) -> R {
    let mut room = ROOM.take();
    let lines = (count * size_of::<T>()).div_ceil(LINE);
    if room.len() < lines {
        room.resize(lines, Line([0; LINE]));
    }
    let result = call(room.as_mut_ptr().cast());
    ROOM.set(room);
    result
}

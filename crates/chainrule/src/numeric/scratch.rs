//! Room for packed operands and other intermediate numbers, kept by each thread and used again, so that nothing is allocated
//! once it has grown.

#![allow(unsafe_code)]

use std::cell::Cell;

/// As large and as aligned as a cache line.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub struct Line([u8; LINE]);

const LINE: usize = 64;

/// What a thread has. Nested calls take the room that follows.
struct Room {
    own: Cell<Vec<Line>>,
    /// Where its room begins: its own, or lent.
    first: Cell<*mut Line>,
    /// How many lines it has.
    lines: Cell<usize>,
    /// How many of them are in use.
    used: Cell<usize>,
    /// How many of its own were ever wanted at a time.
    wanted: Cell<usize>,
}

thread_local! {
    static ROOM: Room = const {
        Room {
            own: Cell::new(Vec::new()),
            first: Cell::new(std::ptr::null_mut()),
            lines: Cell::new(0),
            used: Cell::new(0),
            wanted: Cell::new(0),
        }
    };
}

/// Elements of `T` that fill whole cache lines and are at least `count`.
pub fn rounded<T>(count: usize) -> usize {
    count.next_multiple_of(LINE / size_of::<T>())
}

/// Calls `with` with room for `count` numbers. They hold anything, and are aligned to cache lines. Where a nested call finds
/// too little, it gets room that is not kept, and the thread's grows before it is used the next time.
pub fn with<T: Copy, R>(count: usize, call: impl FnOnce(*mut T) -> R) -> R {
    let lines = (count * size_of::<T>()).div_ceil(LINE);
    ROOM.with(|room| {
        let used = room.used.get();
        let end = used + lines;
        room.want(end);
        let _back = Back { room, used };
        room.used.set(end);
        if end <= room.lines.get() {
            return call(room.first.get().wrapping_add(used).cast());
        }
        let mut once = Vec::new();
        grow(&mut once, lines);
        call(once.as_mut_ptr().cast())
    })
}

/// The same, with room that is filled.
pub fn filled<T: Copy, R>(count: usize, value: T, call: impl FnOnce(&mut [T]) -> R) -> R {
    if count == 0 {
        return call(&mut []);
    }
    with(count, |first: *mut T| {
        // SAFETY: there is room for so many numbers, aligned for any, which nobody else has; all are written first.
        let room = unsafe {
            (0..count).for_each(|i| first.add(i).write(value));
            std::slice::from_raw_parts_mut(first, count)
        };
        call(room)
    })
}

/// Makes sure that this thread has room for so many bytes.
pub fn reserve(bytes: usize) {
    ROOM.with(|room| room.want(bytes.div_ceil(LINE)));
}

/// Lends this thread room.
///
/// # Safety
/// Nobody else uses it as long as this thread asks for room.
pub unsafe fn lend(buffer: &mut [Line]) {
    ROOM.with(|room| {
        room.first.set(buffer.as_mut_ptr());
        room.lines.set(buffer.len());
    });
}

/// Makes a buffer hold so many bytes; what it held is gone.
pub fn grow_to(buffer: &mut Vec<Line>, bytes: usize) {
    grow(buffer, bytes.div_ceil(LINE));
}

fn grow(buffer: &mut Vec<Line>, lines: usize) {
    if buffer.len() < lines {
        *buffer = Vec::new();
        *buffer = vec![Line([0; LINE]); lines];
    }
}

impl Room {
    /// Takes note of what is wanted, and grows if that is possible now.
    #[inline]
    fn want(&self, lines: usize) {
        if lines > self.wanted.get() {
            self.wanted.set(lines);
        }
        if self.used.get() == 0 && self.lines.get() < self.wanted.get() {
            self.grow();
        }
    }

    #[cold]
    fn grow(&self) {
        let mut own = self.own.take();
        grow(&mut own, self.wanted.get());
        self.first.set(own.as_mut_ptr());
        self.lines.set(own.len());
        self.own.set(own);
    }
}

/// Gives room back, in a panic as well.
struct Back<'a> {
    room: &'a Room,
    used: usize,
}

impl Drop for Back<'_> {
    fn drop(&mut self) {
        self.room.used.set(self.used);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_room_follows_and_is_kept_once_it_has_grown() {
        let two = || with(100, |a: *mut u8| with(30, |b: *mut u64| (a.addr(), b.addr())));
        two();
        let (a, b) = two();
        assert_eq!((a % 64, b), (0, a + 128));
        assert_eq!(two(), (a, b));
        assert_eq!(with(1, |c: *mut u8| c.addr()), a);
    }

    #[test]
    fn lent_room_is_used_where_it_is_large_enough() {
        let mut buffer = Vec::new();
        grow_to(&mut buffer, 100);
        let first = buffer.as_mut_ptr().addr();
        let place = |bytes: usize| with(bytes, |at: *mut u8| at.addr());
        // SAFETY: the buffer is this test's, and outlives this thread's wish for room.
        unsafe { lend(&mut buffer) };
        assert!(place(128) == first && place(1) == first && place(129) != first);
    }

    #[test]
    fn a_panic_gives_room_back() {
        let place = || with(64, |at: *mut u8| at.addr());
        let before = place();
        let caught = std::panic::catch_unwind(|| with(64, |_: *mut u8| panic!("on the way")));
        assert!(caught.is_err() && place() == before);
    }
}

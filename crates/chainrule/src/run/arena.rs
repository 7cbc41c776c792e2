//! The one buffer that holds all intermediate values of a plan.

use super::Address;

/// A cache line, which is what a vector of the widest kind fills.
const LINE: usize = 64;

/// A large page. Numbers that are gathered from all over an arena would else miss the table of pages more often than the
/// cache, and fresh pages cost less by the large one.
const PAGE: usize = 2 << 20;

/// A buffer that begins at a cache line.
pub struct Arena(Vec<u64>);

impl Arena {
    /// So many bytes of zeros. Pages that are never touched cost nothing.
    pub fn new(bytes: usize) -> Arena {
        let align = if bytes >= 2 * PAGE { PAGE } else { LINE };
        let mut arena = Arena(vec![0; (bytes + align).div_ceil(8)]);
        if align == PAGE {
            let start = arena.start();
            ask_for_large_pages(start, bytes - bytes % PAGE);
        }
        arena
    }

    /// Where it begins.
    pub fn start(&mut self) -> Address {
        let align = if self.0.len() * 8 >= 2 * PAGE { PAGE } else { LINE };
        let start: Address = self.0.as_mut_ptr().cast();
        start.wrapping_add(start.align_offset(align))
    }
}

/// Large pages are a wish: where the system has none to give, small ones do.
#[cfg(target_os = "linux")]
fn ask_for_large_pages(start: Address, bytes: usize) {
    const MADV_HUGEPAGE: i32 = 14;
    // SAFETY: this is how the C library, which Rust's own library is linked to, declares it.
    unsafe extern "C" {
        fn madvise(start: *mut u8, bytes: usize, advice: i32) -> i32;
    }
    // SAFETY: the advice changes no contents, and the bytes are ours.
    unsafe { madvise(start, bytes, MADV_HUGEPAGE) };
}

#[cfg(not(target_os = "linux"))]
fn ask_for_large_pages(_: Address, _: usize) {}

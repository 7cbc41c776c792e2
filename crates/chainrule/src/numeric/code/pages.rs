//! Memory that holds code: written first, then only read and run.

#![allow(unsafe_code)]

use super::{Draft, MOST_PORTS, body};
use crate::numeric::tile::{Instructions, instructions};
use memmap2::{Mmap, MmapMut};

type Function = unsafe extern "sysv64" fn(*const *mut u8, usize, usize);

/// Machine code for a draft.
pub struct Code {
    function: Function,
    lanes: usize,
    /// Where it lies.
    _pages: Mmap,
}

impl Code {
    /// The code of a draft; nothing if its values do not fit into the registers, or if the machine has no vectors of 512 bits or
    /// lends no memory for code.
    pub fn of(draft: &Draft) -> Option<Code> {
        if instructions() < Instructions::Avx512 || draft.sources.len() + draft.stores.len() > MOST_PORTS {
            return None;
        }
        let bytes = body::bytes(draft)?;
        let mut pages = MmapMut::map_anon(bytes.len()).ok()?;
        pages.copy_from_slice(&bytes);
        let pages = pages.make_exec().ok()?;
        // SAFETY: the pages hold a function of this kind, by `body`, and live as long as the pointer to it.
        let function = unsafe { std::mem::transmute::<*const u8, Function>(pages.as_ptr()) };
        Some(Code { function, lanes: if draft.is_double { 8 } else { 16 }, _pages: pages })
    }

    /// Runs it over so many elements.
    ///
    /// # Safety
    /// The addresses are those of the draft's sources, then of its stores: tiles of so many floats of its kind, or truth values,
    /// or one float where a source is lone. What is stored may lie where a source lies, element on element, and overlaps nothing
    /// else.
    #[inline]
    pub unsafe fn run(&self, addresses: &[*mut u8; MOST_PORTS], len: usize) {
        let rest = len % self.lanes;
        // SAFETY: the machine has the instructions, or there would be no code; the rest is the caller's promise.
        unsafe { (self.function)(addresses.as_ptr(), len - rest, (1 << rest) - 1) }
    }
}

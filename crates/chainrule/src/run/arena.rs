//! The one buffer that holds all intermediate values of a plan.

use super::Address;

/// A cache line, which is what a vector of the widest kind fills.
#[repr(C, align(64))]
#[derive(Clone, Copy)]
struct Line([u8; 64]);

/// A buffer that begins at a cache line.
pub struct Arena(Vec<Line>);

impl Arena {
    /// So many bytes of zeros. Pages that are never touched cost nothing.
    pub fn new(bytes: usize) -> Arena {
        Arena(vec![Line([0; 64]); bytes.div_ceil(64)])
    }

    /// Where it begins.
    pub fn start(&mut self) -> Address {
        self.0.as_mut_ptr().cast()
    }
}

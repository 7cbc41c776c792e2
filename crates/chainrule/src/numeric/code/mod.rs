//! Code made at run time: one loop for several simple functions over tiles.
//!
//! A kernel of one simple function waits for its loads and stores, not for its arithmetic. Here the numbers between the
//! functions stay in registers: what comes from tiles is loaded once, what others read is stored once. The machine
//! instructions are those of the kernels (no multiply-add is fused), so that every bit is the same; where the machine has no
//! 512-bit vectors, or lends no memory for code, there is no code and the kernels run one after the other.

#[cfg(target_arch = "x86_64")]
mod body;
#[cfg(target_arch = "x86_64")]
mod pages;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use super::simple::{Kind, Simple};

/// Functions, one after the other. Values have numbers: first come the sources, then the results of the steps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Draft {
    /// Whether its floats are f64; else they are f32.
    pub is_double: bool,
    /// What comes from outside.
    pub sources: Vec<Source>,
    /// What is computed, in order.
    pub steps: Vec<Step>,
    /// The values that are written, each to a tile of its own.
    pub stores: Vec<u32>,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// A float an element.
    Floats,
    /// A truth value an element.
    Truths,
    /// One float for all elements.
    Lone,
}

/// One function of earlier values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// Which.
    pub function: Simple,
    /// Its inputs, as many as it takes.
    pub inputs: [u32; 3],
}

/// The most addresses that code takes: tiles it reads and writes, and lone numbers.
pub const MOST_PORTS: usize = 32;

#[cfg(target_arch = "x86_64")]
pub use pages::Code;

/// There is none on this kind of machine.
#[cfg(not(target_arch = "x86_64"))]
pub enum Code {}

#[cfg(not(target_arch = "x86_64"))]
impl Code {
    /// See the module.
    pub fn of(_: &Draft) -> Option<Code> {
        None
    }

    /// # Safety
    /// There is nothing to call.
    #[allow(unsafe_code)]
    pub unsafe fn run(&self, _: &[*mut u8; MOST_PORTS], _: usize) {
        match *self {}
    }
}

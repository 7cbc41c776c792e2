//! Every limit of the engine, in one place. Each has a test at the limit and past it, in `tests/limits.rs`.

/// Most axes of a tensor.
pub const RANK: usize = 8;

/// Most elements of one tensor: what a signed 32-bit offset of eight-byte elements can hold, times 16.
pub const ELEMENTS: u64 = 1 << 32;

/// Longest axis of a tensor.
pub const AXIS: u64 = 1 << 31;

/// Most outputs of gates in one circuit, and most inputs of gates. Both are counted in 32 bits, and the last number marks a
/// poisoned wire. They fill some 400 GB, so that the test asks the check alone.
pub const GATES: usize = (u32::MAX - 1) as usize;

/// Most mistakes that one trace reports; past that the reader has enough to do.
pub const MISTAKES: usize = 20;

/// Most bytes of a formula's text.
pub const FORMULA_BYTES: usize = 1 << 20;

/// Most values that one formula computes, stages counted at each call.
pub const FORMULA_VALUES: usize = 1 << 20;

/// Deepest nesting of a formula's brackets and operators.
pub const FORMULA_DEPTH: usize = 200;

/// Highest order of the polygamma function. Beyond it most values leave the range of f64, and each costs a loop of that length.
pub const POLYGAMMA_ORDER: i64 = 1000;

/// Most functions that a `jit` keeps, one for each set of input specs; past that the one unused for longest is dropped.
pub const JIT_FUNCTIONS: usize = 64;

/// Most elements of what is computed from constants when a circuit is compiled, and of what it is computed from. One number
/// that is repeated may have more copies.
pub const FOLDED: usize = 1 << 14;

/// Most threads that one call is shared among.
pub const THREADS: usize = 256;

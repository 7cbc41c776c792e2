//! Limits on what is read, so that a damaged file is refused before it fills the memory.

/// Reading a run file, as a whole and as it grows, takes at most so many times its size and a megabyte: lists of numbers of one digit
/// are unpacked twice before they are what they stand for. `tests/fuzz.rs` of chainrule-nn counts.
pub const FACTOR: usize = 100;

/// Most bytes of one line.
pub const LINE: usize = 1 << 24;

/// Most records of a file.
pub const RECORDS: u64 = 1 << 28;

/// Most summaries that are kept of one wire and kind when a file is read.
pub const POINTS: usize = 1 << 16;

/// Most wires that are watched.
pub const WATCHED: usize = 1 << 14;

/// Most gates that the record of a circuit lists; of a larger one it holds the modules and the watched wires alone.
pub const GATES: usize = 20_000;

/// Most places of a picture of the plane along each side, and most classes in it.
pub const SIDE: usize = 256;
/// See [`SIDE`].
pub const CLASSES: usize = 256;

/// Most examples that are kept of a problem in the plane; of more, as many as this are taken evenly.
pub const EXAMPLES: usize = 2000;

/// Most elements of a wire, over all turns of a loop: few enough that those of all watched wires can be added up.
pub const ELEMENTS: u64 = 1 << 48;

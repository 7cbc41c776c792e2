//! Limits of the readers, in one place: what a file may claim, and so what reading it may cost.
//!
//! Reading takes at most so many times the size of the file (of the unpacked one, where gzip packs it) and a megabyte, which
//! `tests/fuzz.rs` counts:
//!
//! | file | factor | because |
//! |---|---|---|
//! | CSV | 1,200 | a cell of two bytes can stand for [`CATEGORIES`] numbers of four |
//! | npy, IDX | 64 | a byte becomes a number of four bytes, and each feature has a name |
//! | npz | [`DEFLATED`] times that of npy | |
//! | gzip | 4 times [`DEFLATED`] | |
//! | PNG, JPEG | 16 times [`PIXELS`] | the decoders may take that much for each pixel that the file can hold |
//! | text | 160 | a line of one letter costs its place in a list, and its tokens |
//! | schema | 200 | a column with an empty name |

pub use super::read::UNPACKED_BYTES;

/// Most categories of a column that is not a class: each becomes a feature of its own.
pub const CATEGORIES: usize = 256;

/// Most classes, and most letters of a vocabulary.
pub const CLASSES: usize = 1 << 16;

/// How often deflate makes bytes fewer, at most.
pub const DEFLATED: u64 = 1032;

/// How many bytes of pixels a byte of an image file can stand for: PNG as deflate packs it, JPEG less.
pub const PIXELS: u64 = 4096;

/// Most bytes of one image's pixels.
pub const IMAGE_BYTES: u64 = 1 << 28;

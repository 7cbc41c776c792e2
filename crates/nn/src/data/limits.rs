//! Limits of the readers, in one place: what a file may claim, and so what reading it may cost.
//!
//! Reading takes at most so many times the size of the file (of the unpacked one, where gzip packs it) and a megabyte:
//!
//! | file | factor | because |
//! |---|---|---|
//! | CSV | 1,200 | a cell of two bytes can stand for [`CATEGORIES`] numbers of four |
//! | npy, IDX | 16 | a byte becomes a number of four, and is turned once if its first index runs fastest |
//! | npz | 1,032 times that of npy | [`DEFLATED`] |
//! | PNG, JPEG | 4 times [`PIXELS`] | a byte claims at most that many pixels' bytes, and becomes a number of four |
//! | text | 160 | a line of one letter costs its place in a list, and its tokens |

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

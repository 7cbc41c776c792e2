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
//! | weights, state dict, saved network, checkpoint | 100 | a tensor of no numbers costs its name, shape and place in several lists |
//!
//! What a saved network says of itself is not believed: a network with more weights than the file holds is refused before any is made
//! (`architecture::Size`). One that is a formula is built to be known, which takes up to 200 MB however short it is, for the `FORMULA_VALUES`
//! gates that [`chainrule`] allows. The factors of run files and of `chainrule.toml` stand with their other limits.

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

/// Most tensors of a network's weights.
pub const WEIGHTS: u64 = 1 << 20;

/// Most numbers in them: more than any memory holds, and few enough that sizes of layers can be computed.
pub const WEIGHT_NUMBERS: u64 = 1 << 44;

/// Most letters that a network reads at once.
pub const CONTEXT: usize = 1 << 20;

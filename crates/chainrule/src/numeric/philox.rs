//! Random numbers by counting: Philox-4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy
//! as 1, 2, 3", SC 2011).
//!
//! Element i of a stream depends on (key, i) alone, so that streams can be filled in any order and by any
//! number of threads. Uniform numbers are made of bits and equal everywhere. Normal numbers are computed in
//! f64 by the functions of `libm`, written in Rust, and not by those of the platform.

use std::f64::consts::TAU;

use super::number::Float;

const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
/// Added to the key after each round: the golden ratio and sqrt(3) - 1.
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
const ROUNDS: usize = 10;

/// The last word of the counter: different uses of one key never see the same block.
#[derive(Clone, Copy)]
enum Purpose {
    Bits = 0,
    Normal = 1,
    Fold = 2,
}

/// One block: 128 random bits for a counter and a key.
pub fn philox4x32_10(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let [mut c0, mut c1, mut c2, mut c3] = counter;
    let [mut k0, mut k1] = key;
    for _ in 0..ROUNDS {
        let product0 = u64::from(MULTIPLIERS[0]) * u64::from(c0);
        let product1 = u64::from(MULTIPLIERS[1]) * u64::from(c2);
        (c0, c1, c2, c3) =
            (high(product1) ^ c1 ^ k0, product1 as u32, high(product0) ^ c3 ^ k1, product0 as u32);
        k0 = k0.wrapping_add(WEYL[0]);
        k1 = k1.wrapping_add(WEYL[1]);
    }
    [c0, c1, c2, c3]
}

fn high(word: u64) -> u32 {
    (word >> 32) as u32
}

fn block(key: i64, number: u64, purpose: Purpose) -> [u32; 4] {
    let key = key.cast_unsigned();
    philox4x32_10([number as u32, high(number), 0, purpose as u32], [key as u32, high(key)])
}

/// A new key from a key and a number: the first two words of the block that `data` counts, kept apart from
/// the blocks that `key` draws from. `fold(fold(key, a), b)` differs from `fold(fold(key, b), a)`.
pub fn fold(key: i64, data: i64) -> i64 {
    let [low, above, ..] = block(key, data.cast_unsigned(), Purpose::Fold);
    (u64::from(above) << 32 | u64::from(low)).cast_signed()
}

/// Element `index` of the stream of 32 random bits each.
pub fn uniform_bits(key: i64, index: u64) -> u32 {
    block(key, index / 4, Purpose::Bits)[(index % 4) as usize]
}

/// Element `index` of the f32 stream, uniform in [0, 1): the upper 24 bits of [`uniform_bits`] over 2^24.
pub fn uniform_f32(key: i64, index: u64) -> f32 {
    f32::uniform(block(key, index / 4, Purpose::Bits), (index % 4) as usize)
}

/// Element `index` of the f64 stream, uniform in [0, 1): the upper 53 of 64 bits over 2^53.
pub fn uniform_f64(key: i64, index: u64) -> f64 {
    f64::uniform(block(key, index / 2, Purpose::Bits), (index % 2) as usize)
}

/// Element `index` of the stream of normal numbers with mean 0 and variance 1.
pub fn normal(key: i64, index: u64) -> f64 {
    box_muller(block(key, index / 2, Purpose::Normal))[(index % 2) as usize]
}

/// How a float type takes uniform numbers out of a block.
pub trait Uniform: Float {
    /// How many numbers one block yields.
    const LANES: usize;
    /// Number `lane` of a block, in [0, 1).
    fn uniform(block: [u32; 4], lane: usize) -> Self;
}

impl Uniform for f32 {
    const LANES: usize = 4;

    fn uniform(block: [u32; 4], lane: usize) -> Self {
        (block[lane] >> 8) as f32 / (1u32 << 24) as f32
    }
}

impl Uniform for f64 {
    const LANES: usize = 2;

    fn uniform(block: [u32; 4], lane: usize) -> Self {
        bits53(block, lane) as f64 / (1u64 << 53) as f64
    }
}

/// Word pair `lane` of a block, the lower word first, cut to its upper 53 bits.
fn bits53(block: [u32; 4], lane: usize) -> u64 {
    (u64::from(block[2 * lane + 1]) << 32 | u64::from(block[2 * lane])) >> 11
}

/// Two independent normal numbers from one block (Box and Muller 1958).
fn box_muller(block: [u32; 4]) -> [f64; 2] {
    // One step up, into (0, 1], where the logarithm is finite.
    let radius_seed = (bits53(block, 0) + 1) as f64 / (1u64 << 53) as f64;
    let radius = libm::sqrt(-2.0 * libm::log(radius_seed));
    let (sin, cos) = libm::sincos(TAU * f64::uniform(block, 1));
    [radius * cos, radius * sin]
}

/// Elements `start..` of the stream [`uniform_f32`] or [`uniform_f64`].
pub fn fill_uniform<T: Uniform>(key: i64, start: u64, output: &mut [T]) {
    fill(
        start,
        output,
        T::LANES,
        |number| block(key, number, Purpose::Bits),
        |block, lane| T::uniform(*block, lane),
    );
}

/// Elements `start..` of the stream [`normal`], rounded to the type.
pub fn fill_normal<T: Float>(key: i64, start: u64, output: &mut [T]) {
    let pair = |number| box_muller(block(key, number, Purpose::Normal));
    fill(start, output, 2, pair, |pair, lane| T::from_f64(pair[lane]));
}

/// Makes each block once and takes its elements out; the first block may be entered in the middle.
fn fill<T, B>(
    start: u64,
    output: &mut [T],
    lanes: usize,
    make: impl Fn(u64) -> B,
    take: impl Fn(&B, usize) -> T,
) {
    let mut number = start / lanes as u64;
    let first = (lanes - (start % lanes as u64) as usize).min(output.len());
    let (head, tail) = output.split_at_mut(first);
    for chunk in std::iter::once(head).chain(tail.chunks_mut(lanes)) {
        let skipped = if number == start / lanes as u64 { (start % lanes as u64) as usize } else { 0 };
        let block = make(number);
        for (lane, element) in chunk.iter_mut().enumerate() {
            *element = take(&block, skipped + lane);
        }
        number = number.wrapping_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Random123 1.14, tests/kat_vectors, the lines "philox4x32 10".
    #[test]
    fn known_answers() {
        assert_eq!(philox4x32_10([0; 4], [0; 2]), [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
        assert_eq!(
            philox4x32_10([u32::MAX; 4], [u32::MAX; 2]),
            [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]
        );
        assert_eq!(
            philox4x32_10([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]),
            [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]
        );
    }

    #[test]
    fn fills_agree_with_single_elements_from_any_start() {
        let key = -77;
        for start in [0, 1, 2, 3, 4, 5, 1 << 40] {
            for len in 0..11 {
                let (mut single, mut double, mut bell) = (vec![0f32; len], vec![0f64; len], vec![0f64; len]);
                fill_uniform(key, start, &mut single);
                fill_uniform(key, start, &mut double);
                fill_normal(key, start, &mut bell);
                for (i, index) in (start..).take(len).enumerate() {
                    assert_eq!(single[i], uniform_f32(key, index));
                    assert_eq!(double[i], uniform_f64(key, index));
                    assert_eq!(bell[i], normal(key, index));
                }
            }
        }
    }

    #[test]
    fn uniform_numbers_use_their_bits_exactly() {
        assert_eq!(f32::uniform([u32::MAX; 4], 3), 1.0 - f32::EPSILON / 2.0);
        assert_eq!(f64::uniform([u32::MAX; 4], 1), 1.0 - f64::EPSILON / 2.0);
        assert_eq!(f64::uniform([0, 0, 0, 1 << 31], 1), 0.5);
        assert_eq!(uniform_f32(5, 9), (uniform_bits(5, 9) >> 8) as f32 * 2f32.powi(-24));
    }

    #[test]
    fn extreme_bits_give_finite_normals() {
        assert!(box_muller([0; 4])[0] < 8.58 && box_muller([0; 4])[0] > 8.57);
        assert!(box_muller([u32::MAX; 4]).iter().all(|x| *x == 0.0));
    }

    #[test]
    fn moments_are_those_of_the_distributions() {
        let count = 200_000;
        let (mut uniform, mut bell) = (vec![0f64; count], vec![0f64; count]);
        fill_uniform(1, 0, &mut uniform);
        fill_normal(1, 0, &mut bell);
        let moment = |values: &[f64], power| values.iter().map(|x| x.powi(power)).sum::<f64>() / count as f64;
        // Bounds of about five standard errors.
        for (power, want, bound) in [(1, 0.5, 0.0033), (2, 1.0 / 3.0, 0.0034), (3, 0.25, 0.0033)] {
            assert!((moment(&uniform, power) - want).abs() < bound, "uniform {power}");
        }
        for (power, want, bound) in [(1, 0.0, 0.012), (2, 1.0, 0.016), (3, 0.0, 0.044), (4, 3.0, 0.11)] {
            assert!((moment(&bell, power) - want).abs() < bound, "normal {power}");
        }
        let neighbours = bell.windows(2).map(|pair| pair[0] * pair[1]).sum::<f64>() / count as f64;
        assert!(neighbours.abs() < 0.012);
    }

    #[test]
    fn folded_keys_differ() {
        let mut keys: Vec<i64> = (0..100).flat_map(|a| (-5..5).map(move |b| fold(fold(3, a), b))).collect();
        keys.extend((0..100).map(|a| fold(3, a)));
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 1100);
        assert_ne!(fold(fold(0, 1), 2), fold(fold(0, 2), 1));
    }
}

//! Histograms whose bins follow from the bits of a float: the same for every wire, step and dtype, so that they can be added
//! up and laid side by side without looking at a range first.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD as BASE64};

/// Octaves from 2^-40 to 2^40, each in two halves: [1, 1.5) and [1.5, 2) times a power of two.
const HALVES: usize = 160;
/// Of one sign: below the octaves, the halves, and beyond.
const SIDE: usize = HALVES + 2;
/// Bins, in ascending order of what they hold: negative numbers, then positive ones. Zeros, NaN and infinities lie in none.
pub const BINS: usize = 2 * SIDE;
/// The least exponent that has halves of its own.
const LEAST: i32 = -40;

/// Counts of finite numbers other than zero, in fixed bins.
#[derive(Clone, PartialEq, Eq)]
pub struct Histogram(Box<[u64; BINS]>);

/// Counts by the bits of numbers: place `sign << 8 | 1 + half`, four of each so that equal numbers need not wait for each
/// other. Zeros are counted as the least numbers.
pub(super) struct Raw([[u32; 512]; 4]);

/// What a float has for an exponent.
pub(super) trait Bits: Copy {
    /// The place in `Raw`.
    fn place(self) -> usize;
}

/// The distance of a half from the least one, from the bits of exponent and first digit.
#[inline(always)]
fn half(exponent_and_digit: i32, bias: i32) -> usize {
    (exponent_and_digit - 2 * (bias + LEAST) + 1).clamp(0, SIDE as i32 - 1) as usize
}

impl Bits for f32 {
    #[inline(always)]
    fn place(self) -> usize {
        let top = (self.to_bits() >> 22) as i32;
        half(top & 0x1ff, 127) | ((top >> 9) as usize) << 8
    }
}

impl Bits for f64 {
    #[inline(always)]
    fn place(self) -> usize {
        let top = (self.to_bits() >> 51) as i32;
        half(top & 0xfff, 1023) | ((top >> 12) as usize) << 8
    }
}

impl Raw {
    pub fn new() -> Box<Raw> {
        Box::new(Raw([[0; 512]; 4]))
    }

    /// Counts finite numbers.
    #[inline]
    pub fn count<T: Bits>(&mut self, values: &[T]) {
        let [a, b, c, d] = &mut self.0;
        let (fours, rest) = values.as_chunks::<4>();
        for four in fours {
            a[four[0].place() & 511] += 1;
            b[four[1].place() & 511] += 1;
            c[four[2].place() & 511] += 1;
            d[four[3].place() & 511] += 1;
        }
        rest.iter().for_each(|value| a[value.place() & 511] += 1);
    }

    /// As a histogram, given how many were 0 and how many -0.
    pub fn histogram(&self, zeros: [u64; 2]) -> Histogram {
        let mut histogram = Histogram::default();
        for (sign, zeros) in zeros.into_iter().enumerate() {
            for half in 0..SIDE {
                let count: u64 = self.0.iter().map(|lane| u64::from(lane[sign << 8 | half])).sum();
                let zeros = if half == 0 { zeros } else { 0 };
                let bin = if sign == 1 { SIDE - 1 - half } else { SIDE + half };
                histogram.0[bin] = count.saturating_sub(zeros);
            }
        }
        histogram
    }
}

impl Default for Histogram {
    fn default() -> Histogram {
        Histogram(Box::new([0; BINS]))
    }
}

impl std::fmt::Debug for Histogram {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let held = self.0.iter().enumerate().filter(|(_, count)| **count > 0);
        f.debug_map().entries(held.map(|(bin, count)| (Histogram::bounds(bin), count))).finish()
    }
}

impl Histogram {
    /// How many numbers lie in each bin.
    pub fn counts(&self) -> &[u64; BINS] {
        &self.0
    }

    /// How many numbers lie in all bins.
    pub fn total(&self) -> u64 {
        self.0.iter().fold(0, |sum: u64, &count| sum.saturating_add(count))
    }

    /// The numbers between which a bin lies. The bounds nearer to zero belong to it; beyond the octaves it ends at infinity,
    /// below them at 0.
    ///
    /// # Panics
    /// There is no such bin: there are [`BINS`].
    pub fn bounds(bin: usize) -> (f64, f64) {
        assert!(bin < BINS, "bin {bin} of {BINS}");
        let edge = |half: usize| match half {
            0 => 0.0,
            SIDE => f64::INFINITY,
            half => 2f64.powi(LEAST + (half as i32 - 1) / 2) * if half % 2 == 1 { 1.0 } else { 1.5 },
        };
        if bin < SIDE {
            let half = SIDE - 1 - bin;
            (-edge(half + 1), -edge(half))
        } else {
            (edge(bin - SIDE), edge(bin - SIDE + 1))
        }
    }

    /// Adds the counts of another.
    pub fn merge(&mut self, other: &Histogram) {
        self.0.iter_mut().zip(other.0.iter()).for_each(|(a, b)| *a = a.saturating_add(*b));
    }

    /// As text: for each bin that holds something how many bins were passed over since the last one, and its count, both as
    /// variable-length integers (7 bits a byte, the lowest first), in base64 without padding.
    pub fn encoded(&self) -> String {
        let (mut bytes, mut next) = (Vec::new(), 0);
        for (bin, &count) in self.0.iter().enumerate().filter(|(_, count)| **count > 0) {
            push(&mut bytes, (bin - next) as u64);
            push(&mut bytes, count);
            next = bin + 1;
        }
        BASE64.encode(bytes)
    }

    /// Reads that text again.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn decoded(text: &str) -> Result<Histogram, &'static str> {
        let bytes = BASE64.decode(text).map_err(|_| "the histogram is no base64")?;
        let (mut histogram, mut rest, mut next) = (Histogram::default(), &bytes[..], 0u64);
        while !rest.is_empty() {
            let bin = next.saturating_add(pop(&mut rest)?);
            let count = pop(&mut rest)?;
            if bin >= BINS as u64 || count == 0 {
                return Err("the histogram has a bin that there is not");
            }
            histogram.0[bin as usize] = count;
            next = bin + 1;
        }
        Ok(histogram)
    }
}

fn push(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn pop(bytes: &mut &[u8]) -> Result<u64, &'static str> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first().ok_or("the histogram ends within a number")?;
        *bytes = rest;
        if shift == 63 && byte > 1 {
            break;
        }
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err("the histogram has a number that is too large")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of<T: Bits>(values: &[T]) -> Histogram {
        let mut raw = Raw::new();
        raw.count(values);
        raw.histogram([0, 0])
    }

    fn bin_of(value: f64) -> usize {
        let histogram = of(&[value]);
        histogram.counts().iter().position(|&c| c == 1).unwrap()
    }

    #[test]
    fn bounds_ascend_and_hold_what_is_counted() {
        for bin in 0..BINS {
            let (from, to) = Histogram::bounds(bin);
            assert!(from < to);
            assert!(bin == 0 || Histogram::bounds(bin - 1).1 == from);
        }
        for value in [1.0, 1.4999, 1.5, 1.999, 2.0, 3.0, 0.1, 1e-9, 9e11, 1e12, 2e12, 1e300, 1e-13, 5e-324] {
            for value in [value, -value] {
                let (from, to) = Histogram::bounds(bin_of(value));
                assert!(
                    from.abs().min(to.abs()) <= value.abs() && value.abs() < from.abs().max(to.abs()),
                    "{value}"
                );
                assert!(from <= value && value <= to, "{value}");
            }
        }
        assert_eq!(Histogram::bounds(bin_of(1.0)), (1.0, 1.5));
        assert_eq!(Histogram::bounds(bin_of(-1.75)), (-2.0, -1.5));
    }

    #[test]
    fn both_dtypes_have_the_same_bins() {
        for value in [1.0f32, -0.3, 1e-20, 1e-45, 7e20, 1.5, f32::MAX] {
            assert_eq!(of(&[value]), of(&[f64::from(value)]), "{value}");
        }
    }

    #[test]
    fn counts_of_shards_add_up() {
        let values: Vec<f64> = (0..1000).map(|i| (f64::from(i) - 500.0) * 0.37).collect();
        let (mut a, b) = (of(&values[..333]), of(&values[333..]));
        a.merge(&b);
        assert_eq!(a, of(&values));
    }

    proptest! {
        #[test]
        fn text_reads_back(counts in proptest::collection::vec((0..BINS, 1..u64::MAX), 0..40)) {
            let mut histogram = Histogram::default();
            counts.into_iter().for_each(|(bin, count)| histogram.0[bin] = count);
            prop_assert_eq!(Histogram::decoded(&histogram.encoded()), Ok(histogram));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[A-Za-z0-9+/=]{0,64}", bytes in any::<Vec<u8>>()) {
            let _ = Histogram::decoded(&text);
            if let Ok(histogram) = Histogram::decoded(&BASE64.encode(bytes)) {
                prop_assert!(histogram.counts().len() == BINS);
            }
        }
    }
}

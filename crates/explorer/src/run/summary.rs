//! The summary of a tensor: one pass for counts and moments, in blocks that stay in the first-level cache.

use super::histogram::{Bits, Histogram, Raw};
use super::record::{Field, Sum};
use chainrule::{Slice, Tensor};

/// What is known of the numbers of a tensor. Least, largest, mean and the rest are of the finite ones; of none they are NaN,
/// the norm 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Elements.
    pub n: u64,
    /// NaN among them.
    pub nan: u64,
    /// Infinities among them.
    pub pinf: u64,
    /// Negative infinities among them.
    pub ninf: u64,
    /// Zeros among them, of both signs.
    pub zero: u64,
    /// The least.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// The mean.
    pub mean: f64,
    /// The standard deviation, of all and not of a sample. What is below 1e-7 of the mean is not told from 0.
    pub std: f64,
    /// The Euclidean norm. Sums of squares that leave the range of f64 make it infinite.
    pub l2: f64,
    /// How the finite numbers other than 0 lie.
    pub histogram: Histogram,
}

/// Elements of a block.
const BLOCK: usize = 2048;

/// A float, and what is asked of its bits.
trait Float: Bits + PartialOrd + std::ops::Sub<Output = Self> {
    const ZERO: Self;
    const LEAST: Self;
    const MOST: Self;
    fn wide(self) -> f64;
    fn is_bad(self) -> bool;
    fn is_nan(self) -> bool;
    fn is_negative_zero(self) -> bool;
}

macro_rules! float {
    ($type:ident) => {
        impl Float for $type {
            const ZERO: $type = 0.0;
            const LEAST: $type = $type::MIN;
            const MOST: $type = $type::MAX;
            #[inline(always)]
            fn wide(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn is_bad(self) -> bool {
                let infinite = $type::INFINITY.to_bits();
                self.to_bits() & infinite == infinite
            }
            #[inline(always)]
            fn is_nan(self) -> bool {
                $type::is_nan(self)
            }
            #[inline(always)]
            fn is_negative_zero(self) -> bool {
                self.to_bits() == (-0.0 as $type).to_bits()
            }
        }
    };
}

float!(f32);
float!(f64);

/// Several numbers side by side, so that the loops below become vector instructions.
const LANES: usize = 8;

/// What is known so far.
struct Tally<T> {
    n: u64,
    nan: u64,
    pinf: u64,
    ninf: u64,
    zeros: [u64; 2],
    min: T,
    max: T,
    sum: f64,
    squares: f64,
    raw: Box<Raw>,
}

impl<T: Float> Tally<T> {
    fn new() -> Tally<T> {
        let (n, nan, pinf, ninf, zeros) = (0, 0, 0, 0, [0, 0]);
        Tally {
            n,
            nan,
            pinf,
            ninf,
            zeros,
            min: T::MOST,
            max: T::LEAST,
            sum: 0.0,
            squares: 0.0,
            raw: Raw::new(),
        }
    }

    /// Adds a block.
    fn add(&mut self, block: &[T]) {
        self.n += block.len() as u64;
        let bad: u32 = block.iter().map(|x| u32::from(x.is_bad())).sum();
        if bad == 0 {
            return self.add_finite(block);
        }
        let mut finite = Vec::with_capacity(block.len());
        for &x in block {
            match x {
                x if !x.is_bad() => finite.push(x),
                x if x.is_nan() => self.nan += 1,
                x if x > T::ZERO => self.pinf += 1,
                _ => self.ninf += 1,
            }
        }
        self.add_finite(&finite);
    }

    fn add_finite(&mut self, block: &[T]) {
        self.raw.count(block);
        let zeros: u32 = block.iter().map(|x| u32::from(*x == T::ZERO)).sum();
        if zeros > 0 {
            let negative: u32 = block.iter().map(|x| u32::from(x.is_negative_zero())).sum();
            self.zeros[0] += u64::from(zeros - negative);
            self.zeros[1] += u64::from(negative);
        }
        let (mut sums, mut squares) = ([0.0; LANES], [0.0; LANES]);
        let (mut least, mut most) = ([self.min; LANES], [self.max; LANES]);
        let (groups, rest) = block.as_chunks::<LANES>();
        for group in groups {
            for lane in 0..LANES {
                let x = group[lane];
                let wide = x.wide();
                sums[lane] += wide;
                squares[lane] += wide * wide;
                least[lane] = if x < least[lane] { x } else { least[lane] };
                most[lane] = if x > most[lane] { x } else { most[lane] };
            }
        }
        for (lane, &x) in rest.iter().enumerate() {
            let wide = x.wide();
            sums[lane] += wide;
            squares[lane] += wide * wide;
            least[lane] = if x < least[lane] { x } else { least[lane] };
            most[lane] = if x > most[lane] { x } else { most[lane] };
        }
        self.sum += sums.iter().sum::<f64>();
        self.squares += squares.iter().sum::<f64>();
        self.min = least.into_iter().fold(self.min, |a, b| if b < a { b } else { a });
        self.max = most.into_iter().fold(self.max, |a, b| if b > a { b } else { a });
    }

    fn summary(self) -> Summary {
        let finite = self.n - self.nan - self.pinf - self.ninf;
        let (mean, of_squares) = (self.sum / finite as f64, self.squares / finite as f64);
        let some = |x: f64| if finite == 0 { f64::NAN } else { x };
        Summary {
            n: self.n,
            nan: self.nan,
            pinf: self.pinf,
            ninf: self.ninf,
            zero: self.zeros[0] + self.zeros[1],
            min: some(self.min.wide()),
            max: some(self.max.wide()),
            mean: some(mean),
            std: some((of_squares - mean * mean).max(0.0).sqrt()),
            l2: self.squares.sqrt(),
            histogram: self.raw.histogram(self.zeros),
        }
    }
}

fn of<T: Float>(values: &[T]) -> Summary {
    let mut tally = Tally::new();
    values.chunks(BLOCK).for_each(|block| tally.add(block));
    tally.summary()
}

fn of_difference<T: Float>(new: &[T], old: &[T]) -> Summary {
    let mut tally = Tally::new();
    let mut block = [T::ZERO; BLOCK];
    for (new, old) in new.chunks(BLOCK).zip(old.chunks(BLOCK)) {
        block.iter_mut().zip(new.iter().zip(old)).for_each(|(to, (&new, &old))| *to = new - old);
        tally.add(&block[..new.len().min(old.len())]);
    }
    tally.summary()
}

impl Summary {
    /// Of f32 numbers.
    pub fn of_f32(values: &[f32]) -> Summary {
        of(values)
    }

    /// Of f64 numbers.
    pub fn of_f64(values: &[f64]) -> Summary {
        of(values)
    }

    /// Of a tensor; integers and truth values as f64.
    pub fn of(tensor: &Tensor) -> Summary {
        match tensor.slice() {
            Slice::F32(values) => of(values),
            Slice::F64(values) => of(values),
            _ => of(&tensor.to_f64()),
        }
    }

    /// Of `new - old`, element by element, without a tensor for it. Both have one shape and dtype; of others as many
    /// elements count as both have.
    pub fn of_difference(new: &Tensor, old: &Tensor) -> Summary {
        match (new.slice(), old.slice()) {
            (Slice::F32(new), Slice::F32(old)) => of_difference(new, old),
            (Slice::F64(new), Slice::F64(old)) => of_difference(new, old),
            _ => of_difference(&new.to_f64(), &old.to_f64()),
        }
    }

    /// As a record.
    pub fn record(&self, s: u64, w: u32, f: Field) -> Sum {
        Sum {
            s,
            w,
            f,
            n: self.n,
            nan: self.nan,
            pinf: self.pinf,
            ninf: self.ninf,
            zero: self.zero,
            min: self.min,
            max: self.max,
            mean: self.mean,
            std: self.std,
            l2: self.l2,
            units: None,
            dead: None,
            sat: None,
            first: None,
            last: None,
            h: self.histogram.encoded(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plainly(values: &[f64]) -> (u64, f64, f64, f64, f64) {
        let finite: Vec<f64> = values.iter().copied().filter(|x| x.is_finite()).collect();
        let n = finite.len() as f64;
        let mean = finite.iter().sum::<f64>() / n;
        let variance = finite.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
        let least = finite.iter().copied().fold(f64::INFINITY, f64::min);
        let most = finite.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (finite.len() as u64, least, most, mean, variance.sqrt())
    }

    fn special() -> impl Strategy<Value = f64> {
        let odd = [0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e-45, -1e-12, 1e13, 1.5, -1.5];
        prop_oneof![8 => -100.0..100.0, 2 => proptest::sample::select(odd.to_vec())]
    }

    proptest! {
        #[test]
        fn a_summary_is_what_the_definitions_say(values in proptest::collection::vec(special(), 0..9000)) {
            let narrow: Vec<f32> = values.iter().map(|&x| x as f32).collect();
            let widened: Vec<f64> = narrow.iter().map(|&x| f64::from(x)).collect();
            for (found, values) in [(Summary::of_f64(&values), &values), (Summary::of_f32(&narrow), &widened)] {
                let (finite, min, max, mean, std) = plainly(values);
                let count = |f: fn(&f64) -> bool| values.iter().filter(|x| f(x)).count() as u64;
                prop_assert_eq!(found.n, values.len() as u64);
                prop_assert_eq!(found.nan, count(|x| x.is_nan()));
                prop_assert_eq!(found.pinf, count(|x| *x == f64::INFINITY));
                prop_assert_eq!(found.ninf, count(|x| *x == f64::NEG_INFINITY));
                prop_assert_eq!(found.zero, count(|x| *x == 0.0));
                prop_assert_eq!(found.histogram.total(), finite - found.zero);
                if finite > 0 {
                    prop_assert_eq!((found.min, found.max), (min, max));
                    let scale = max.abs().max(min.abs());
                    prop_assert!((found.mean - mean).abs() <= 1e-9 * scale);
                    prop_assert!((found.std - std).abs() <= 1e-6 * scale);
                    prop_assert!(found.l2 >= 0.0);
                } else {
                    prop_assert!(found.min.is_nan() && found.mean.is_nan() && found.l2 == 0.0);
                }
            }
        }
    }

    #[test]
    fn differences_are_taken_element_by_element() {
        let tensor = |values: Vec<f32>| Tensor::new(values, &[5000]).unwrap();
        let old: Vec<f32> = (0..5000).map(|i| i as f32).collect();
        let new: Vec<f32> = old.iter().map(|x| x + 0.5).collect();
        let found = Summary::of_difference(&tensor(new), &tensor(old));
        assert_eq!((found.n, found.min, found.max, found.mean, found.std), (5000, 0.5, 0.5, 0.5, 0.0));
        assert_eq!(found.l2, (5000.0f64 * 0.25).sqrt());
    }

    #[test]
    fn integers_have_summaries_too() {
        let found = Summary::of(&Tensor::from([1i64, -2, 0]));
        assert_eq!((found.zero, found.min, found.max), (1, -2.0, 1.0));
    }
}

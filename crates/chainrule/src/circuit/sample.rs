//! Random valid cases for the tests of gates: seeded, so that a failure can be run again.

use super::Attrs;
use crate::base::{DType, Shape, Spec, Tensor};

/// Attributes and inputs that a gate accepts. Floats are f64: the harness casts them to the dtype it tests.
pub struct Case {
    /// Attributes.
    pub attrs: Attrs,
    /// Inputs.
    pub inputs: Vec<Tensor>,
}

/// A seeded source of random shapes and numbers (splitmix64; Steele, Lea and Flood 2014).
pub struct Sampler {
    state: u64,
}

impl Sampler {
    /// A sampler whose draws depend on the seed alone.
    pub fn new(seed: u64) -> Sampler {
        Sampler { state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) }
    }

    fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A real number in `[low, high)`.
    pub fn real(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A whole number in `[low, high]`.
    pub fn int(&mut self, low: i64, high: i64) -> i64 {
        low + (self.bits() % (high - low + 1) as u64) as i64
    }

    /// A count in `[low, high]`.
    pub fn size(&mut self, low: usize, high: usize) -> usize {
        self.int(low as i64, high as i64) as usize
    }

    /// Heads or tails.
    pub fn coin(&mut self) -> bool {
        self.bits() & 1 == 1
    }

    /// Axes: of length 1 to 4, now and then 1, seldom 0.
    pub fn dims(&mut self, min_rank: usize, max_rank: usize) -> Vec<usize> {
        let rank = self.size(min_rank, max_rank);
        let axis = |s: &mut Self| match s.int(0, 11) {
            0 => 0,
            1..=2 => 1,
            _ => s.size(2, 4),
        };
        (0..rank).map(|_| axis(self)).collect()
    }

    /// Reals in `[low, high)` in a given shape.
    pub fn reals(&mut self, dims: &[usize], low: f64, high: f64) -> Tensor {
        let values = (0..dims.iter().product()).map(|_| self.real(low, high)).collect::<Vec<_>>();
        Tensor::new(values, dims).expect("as many numbers were drawn as the shape holds")
    }

    /// Reals at least `gap` away from each of `kinks`.
    pub fn smooth(&mut self, dims: &[usize], (low, high): (f64, f64), kinks: &[f64]) -> Tensor {
        let gap = (high - low) * 0.03;
        let mut draw = || loop {
            let value = self.real(low, high);
            if kinks.iter().all(|k| (value - k).abs() > gap) {
                return value;
            }
        };
        let values = (0..dims.iter().product()).map(|_| draw()).collect::<Vec<_>>();
        Tensor::new(values, dims).expect("as many numbers were drawn as the shape holds")
    }

    /// Reals no two of which are closer than 0.1: for gates that compare their elements.
    pub fn distinct(&mut self, dims: &[usize]) -> Tensor {
        let count: usize = dims.iter().product();
        let mut values: Vec<f64> =
            (0..count).map(|i| 0.3 * (i as f64 - count as f64 / 2.0) + self.real(0.0, 0.2)).collect();
        for i in (1..count).rev() {
            values.swap(i, self.size(0, i));
        }
        Tensor::new(values, dims).expect("as many numbers were drawn as the shape holds")
    }

    /// Whole numbers in `[low, high]`.
    pub fn ints(&mut self, dims: &[usize], low: i64, high: i64) -> Tensor {
        let values = (0..dims.iter().product()).map(|_| self.int(low, high)).collect::<Vec<_>>();
        Tensor::new(values, dims).expect("as many numbers were drawn as the shape holds")
    }

    /// Truth values.
    pub fn bools(&mut self, dims: &[usize]) -> Tensor {
        let values = (0..dims.iter().product()).map(|_| self.coin()).collect::<Vec<_>>();
        Tensor::new(values, dims).expect("as many numbers were drawn as the shape holds")
    }

    /// A case of an element-wise gate over floats: one range and its kinks for each input, all of one random shape.
    pub fn elementwise(&mut self, domains: &[(f64, f64, &[f64])]) -> Case {
        let dims = self.dims(0, 3);
        let inputs =
            domains.iter().map(|&(low, high, kinks)| self.smooth(&dims, (low, high), kinks)).collect();
        Case { attrs: Attrs::NONE, inputs }
    }

    /// A random spec of a dtype.
    pub fn spec(&mut self, dtype: DType) -> Spec {
        let dims = self.dims(0, 3);
        Spec { shape: Shape::new(&dims).expect("drawn shapes are within the limits"), dtype }
    }
}

//! How the learning rate changes while training.

use std::f64::consts::PI;

/// The factor on the learning rate at a point of the training.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// Always 1.
    Constant,
    /// From 1 to 0 along half a cosine (Loshchilov and Hutter 2017).
    Cosine,
}

impl Schedule {
    /// The factor in step number `step`, from 0, of `steps`.
    pub fn factor(self, step: usize, steps: usize) -> f64 {
        match self {
            Schedule::Constant => 1.0,
            Schedule::Cosine => 0.5 * (1.0 + (PI * step as f64 / steps.max(1) as f64).cos()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cosine_goes_from_one_to_almost_nothing() {
        assert_eq!(Schedule::Constant.factor(3, 4), 1.0);
        let factors: Vec<f64> = (0..100).map(|i| Schedule::Cosine.factor(i, 100)).collect();
        assert_eq!(factors[0], 1.0);
        assert!((factors[50] - 0.5).abs() < 1e-12 && factors[99] < 1e-3);
        assert!(factors.windows(2).all(|w| w[0] > w[1]));
    }
}

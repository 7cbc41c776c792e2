//! How the learning rate changes while training.

use crate::error::{Error, Result};
use std::f64::consts::PI;

/// The factor on the learning rate at a point of the training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Schedule {
    /// Always 1.
    Constant,
    /// Times `factor` after every `every` steps.
    Step {
        /// Steps between two changes.
        every: usize,
        /// What the rate is multiplied by.
        factor: f64,
    },
    /// Times `factor` after each third of the steps.
    Thirds {
        /// What the rate is multiplied by.
        factor: f64,
    },
    /// Up to 1 in a line over the first steps, then down to `floor` along half a cosine (Loshchilov and Hutter 2017).
    Cosine {
        /// How many the first steps are.
        warmup: usize,
        /// What it comes down to.
        floor: f64,
    },
    /// 1, and times `factor` whenever so many validations in a row were no better than the best one. The trainer counts them.
    Plateau {
        /// How many validations.
        patience: usize,
        /// What the rate is multiplied by.
        factor: f64,
    },
    /// From 1 in a line down to `floor` (CS231n, micrograd).
    Linear {
        /// What it comes down to.
        floor: f64,
    },
    /// From 1/25 up to 1 and down to 1/250,000, each along half a cosine (Smith and Topin 2018, with PyTorch's numbers).
    OneCycle {
        /// The part of the steps in which it goes up.
        rise: f64,
    },
}

impl Schedule {
    /// From 1 to 0, without a warm-up.
    pub const COSINE: Schedule = Schedule::Cosine { warmup: 0, floor: 0.0 };
    /// One cycle that goes up for three steps in ten.
    pub const ONE_CYCLE: Schedule = Schedule::OneCycle { rise: 0.3 };

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Schedule::Constant => "constant",
            Schedule::Step { .. } | Schedule::Thirds { .. } => "step",
            Schedule::Cosine { .. } => "cosine",
            Schedule::Plateau { .. } => "plateau",
            Schedule::Linear { .. } => "linear",
            Schedule::OneCycle { .. } => "one-cycle",
        }
    }

    /// The factor in step number `step`, from 0, of `steps`.
    pub fn factor(self, step: usize, steps: usize) -> f64 {
        match self {
            Schedule::Constant | Schedule::Plateau { .. } => 1.0,
            Schedule::Linear { floor } => 1.0 - (1.0 - floor) * step as f64 / steps.max(1) as f64,
            Schedule::Step { every, factor } => {
                factor.powi((step / every.max(1)).min(i32::MAX as usize) as i32)
            }
            Schedule::Thirds { factor } => factor.powi((3 * step / steps.max(1)).min(2) as i32),
            Schedule::Cosine { warmup, .. } if step < warmup => (step + 1) as f64 / warmup as f64,
            Schedule::Cosine { warmup, floor } => {
                let part = (step - warmup) as f64 / steps.saturating_sub(warmup).max(1) as f64;
                half_cosine(1.0, floor, part)
            }
            Schedule::OneCycle { rise } => {
                one_cycle(step as f64, rise * steps as f64 - 1.0, steps as f64 - 1.0)
            }
        }
    }
}

impl Schedule {
    /// Whether the numbers make sense.
    ///
    /// # Errors
    /// Those that do not.
    pub(crate) fn check(self) -> Result<()> {
        let factor = match self {
            Schedule::Step { factor, .. }
            | Schedule::Thirds { factor }
            | Schedule::Plateau { factor, .. } => factor,
            Schedule::Cosine { floor, .. } | Schedule::Linear { floor } => floor,
            Schedule::OneCycle { rise } => rise,
            Schedule::Constant => 1.0,
        };
        if (0.0..=1.0).contains(&factor) {
            return Ok(());
        }
        let what = format!("a rate can't come down to {factor} of itself");
        Err(Error::argument("--schedule", what, "give a factor from 0 to 1"))
    }
}

/// From `start` to `end`, slowly at both.
fn half_cosine(start: f64, end: f64, part: f64) -> f64 {
    end + (start - end) * 0.5 * (1.0 + (PI * part.clamp(0.0, 1.0)).cos())
}

fn one_cycle(step: f64, top: f64, last: f64) -> f64 {
    const FIRST: f64 = 1.0 / 25.0;
    const LAST: f64 = FIRST / 1e4;
    if step <= top {
        half_cosine(FIRST, 1.0, if top > 0.0 { step / top } else { 1.0 })
    } else {
        half_cosine(1.0, LAST, if last > top { (step - top) / (last - top) } else { 1.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cosine_goes_from_one_to_almost_nothing() {
        assert_eq!(Schedule::Constant.factor(3, 4), 1.0);
        let factors: Vec<f64> = (0..100).map(|i| Schedule::COSINE.factor(i, 100)).collect();
        assert_eq!(factors[0], 1.0);
        assert!((factors[50] - 0.5).abs() < 1e-12 && factors[99] < 1e-3);
        assert!(factors.windows(2).all(|w| w[0] > w[1]));
    }

    #[test]
    fn lines_go_down_to_their_floor_and_senseless_factors_are_refused() {
        let schedule = Schedule::Linear { floor: 0.1 };
        assert_eq!([0, 50, 100].map(|i| schedule.factor(i, 100)), [1.0, 1.0 - 0.9 * 50.0 / 100.0, 1.0 - 0.9]);
        assert!(schedule.check().is_ok() && Schedule::ONE_CYCLE.check().is_ok());
        assert!(Schedule::Plateau { patience: 2, factor: 1.5 }.check().is_err());
        assert!(Schedule::Step { every: 2, factor: f64::NAN }.check().is_err());
    }

    #[test]
    fn a_warm_up_goes_up_in_a_line_and_the_cosine_down_to_its_floor() {
        let schedule = Schedule::Cosine { warmup: 4, floor: 0.1 };
        let factors: Vec<f64> = (0..=24).map(|i| schedule.factor(i, 24)).collect();
        assert_eq!(factors[..5], [0.25, 0.5, 0.75, 1.0, 1.0]);
        assert!((factors[14] - 0.55).abs() < 1e-12 && (factors[24] - 0.1).abs() < 1e-12);
        // A warm-up that is longer than the training ends with it.
        assert_eq!(Schedule::Cosine { warmup: 10, floor: 0.0 }.factor(3, 4), 0.4);
    }

    #[test]
    fn steps_come_down_at_once_and_one_cycle_up_and_down() {
        let step = Schedule::Step { every: 10, factor: 0.1 };
        assert_eq!([0, 9, 10, 20].map(|i| step.factor(i, 30)), [1.0, 1.0, 0.1, 0.1f64.powi(2)]);
        let thirds = Schedule::Thirds { factor: 0.1 };
        assert_eq!(
            [0, 9, 10, 19, 20, 29].map(|i| thirds.factor(i, 30)),
            [1.0, 1.0, 0.1, 0.1, 0.1f64.powi(2), 0.1f64.powi(2)]
        );
        let cycle = |i| Schedule::ONE_CYCLE.factor(i, 100);
        // Step 29 is the top, as in PyTorch.
        assert!((cycle(0) - 0.04).abs() < 1e-12 && (cycle(29) - 1.0).abs() < 1e-12);
        assert!((cycle(99) - 4e-6).abs() < 1e-12 && cycle(64) < cycle(63) && cycle(10) > cycle(9));
        for steps in [1, 2, 3] {
            assert!((0..steps).all(|i| (0.0..=1.0).contains(&Schedule::ONE_CYCLE.factor(i, steps))));
        }
    }
}

//! Points in the plane that are made, not measured: two moons and a spiral.

use super::{Dataset, Targets};
use crate::rng::{Purpose, Rng};
use std::f64::consts::PI;

/// Two half circles that reach into each other, as scikit-learn's `make_moons` has them: the upper one around (0, 0), class 0, the
/// lower one around (1, 0.5), class 1, both with normal noise of this deviation. The first half of the points is class 0.
pub fn moons(points: usize, noise: f64, seed: u64) -> Dataset {
    let mut rng = Rng::new(seed, Purpose::Data);
    let upper = points / 2;
    let mut features = Vec::with_capacity(2 * points);
    for i in 0..points {
        let (x, y) = match i.checked_sub(upper) {
            None => {
                let angle = PI * at(i, upper);
                (angle.cos(), angle.sin())
            }
            Some(i) => {
                let angle = PI * at(i, points - upper);
                (1.0 - angle.cos(), 0.5 - angle.sin())
            }
        };
        features.extend([x, y].map(|v| (v + noise * rng.normal()) as f32));
    }
    let labels = (0..points).map(|i| usize::from(i >= upper)).collect();
    plane(features, labels, 2)
}

/// Arms of a spiral, as in the notes of Stanford's CS231n ("Putting it together: minimal neural network case study"): arm `j`
/// has so many points with radius from 0 to 1 and angle from 4 j to 4 (j + 1), to which normal noise of this deviation is added
/// (0.2 in the notes, which have 3 arms of 100 points).
pub fn spiral(points: usize, classes: usize, noise: f64, seed: u64) -> Dataset {
    let mut rng = Rng::new(seed, Purpose::Data);
    let mut features = Vec::with_capacity(2 * points * classes);
    for arm in 0..classes {
        for i in 0..points {
            let radius = at(i, points);
            let angle = 4.0 * (arm as f64 + radius) + noise * rng.normal();
            features.extend([radius * angle.sin(), radius * angle.cos()].map(|v| v as f32));
        }
    }
    plane(features, (0..points * classes).map(|i| i / points).collect(), classes)
}

/// How far number `i` of `n` is on the way from 0 to 1, both ends included.
fn at(i: usize, n: usize) -> f64 {
    i as f64 / n.saturating_sub(1).max(1) as f64
}

fn plane(features: Vec<f32>, labels: Vec<usize>, classes: usize) -> Dataset {
    let names = (0..classes).map(|class| class.to_string()).collect();
    let columns = ["x", "y"].map(String::from).to_vec();
    Dataset { columns, features, targets: Targets::Classes { names, labels }, image: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Examples;

    /// Distance from a point to another.
    fn far(point: &[f32], x: f64, y: f64) -> f64 {
        (f64::from(point[0]) - x).hypot(f64::from(point[1]) - y)
    }

    #[test]
    fn moons_are_half_circles() {
        // numpy: sklearn.datasets.make_moons(5, shuffle=False, noise=None)
        let expected = [[1.0, 0.0], [-1.0, 0.0], [0.0, 0.5], [1.0, -0.5], [2.0, 0.5]];
        for (point, wanted) in moons(5, 0.0, 1).features.chunks(2).zip(expected) {
            assert!(far(point, wanted[0], wanted[1]) < 1e-6, "{point:?}");
        }
        let noisy = moons(1001, 0.1, 3);
        let deviations = noisy.features.chunks(2).enumerate().map(|(i, point)| match noisy.class(i) {
            Some(0) => far(point, 0.0, 0.0) - 1.0,
            _ => far(point, 1.0, 0.5) - 1.0,
        });
        let square = deviations.map(|d| d * d).sum::<f64>() / 1001.0;
        assert!((0.09..0.11).contains(&square.sqrt()), "{square}");
        assert_eq!((0..1001).filter(|i| noisy.class(*i) == Some(1)).count(), 501);
    }

    #[test]
    fn arms_of_a_spiral_have_their_radius_and_angle() {
        let spiral_of = |noise| spiral(100, 3, noise, 5);
        for (i, point) in spiral_of(0.0).features.chunks(2).enumerate() {
            let radius = (i % 100) as f64 / 99.0;
            let angle = 4.0 * (i / 100) as f64 + 4.0 * radius;
            assert!(far(point, radius * angle.sin(), radius * angle.cos()) < 1e-6, "{i}: {point:?}");
        }
        for (i, point) in spiral_of(0.2).features.chunks(2).enumerate() {
            assert!((far(point, 0.0, 0.0) - (i % 100) as f64 / 99.0).abs() < 1e-6);
        }
        assert_eq!(spiral_of(0.2).class(299), Some(2));
    }

    #[test]
    fn the_seed_decides() {
        assert_eq!(moons(10, 0.1, 7), moons(10, 0.1, 7));
        assert_ne!(moons(10, 0.1, 7), moons(10, 0.1, 8));
        assert_ne!(spiral(10, 3, 0.2, 7), spiral(10, 3, 0.2, 8));
        assert_eq!(
            (moons(0, 0.1, 1).rows(), moons(1, 0.1, 1).rows(), spiral(1, 1, 0.2, 1).rows()),
            (0, 1, 1)
        );
    }
}

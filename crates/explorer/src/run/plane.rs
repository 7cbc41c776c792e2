//! Problems in the plane: examples of two numbers each, and what a network says of every place around them.

use super::{limits, number};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD as BASE64};
use serde::{Deserialize, Serialize};

/// The examples, in their own units.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Points {
    /// Names of the two numbers.
    #[serde(default)]
    pub names: Vec<String>,
    /// Names of the classes.
    #[serde(default)]
    pub classes: Vec<String>,
    /// Which examples: their numbers among those that are learnt from.
    pub row: Vec<u64>,
    /// The first number of each.
    #[serde(with = "number::list")]
    pub x: Vec<f64>,
    /// The second number of each.
    #[serde(with = "number::list")]
    pub y: Vec<f64>,
    /// The class of each.
    pub label: Vec<u32>,
}

impl Points {
    /// Whether it is whole.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), &'static str> {
        let lengths = [self.x.len(), self.y.len(), self.label.len()];
        if lengths.iter().any(|&length| length != self.row.len()) {
            return Err("the lists of the points have different lengths");
        }
        if self.row.len() > limits::EXAMPLES {
            return Err("there are more points than one would write");
        }
        Ok(())
    }
}

/// The likeliest class at places of a grid, and how likely it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plane {
    /// The step after which it was made.
    pub s: u64,
    /// From where to where along the first number.
    pub x: [f64; 2],
    /// The same along the second.
    pub y: [f64; 2],
    /// Places along each side, both ends included.
    pub n: usize,
    /// How many classes there are.
    pub classes: usize,
    /// For each place its class and 255 times its probability, a byte each; rows from the least second number up, the first
    /// number runs fastest. Base64 without padding.
    pub p: String,
}

impl Plane {
    /// Of probabilities: `classes` numbers for each of `n * n` places.
    pub fn of(s: u64, (x, y): ([f64; 2], [f64; 2]), n: usize, classes: usize, likely: &[f32]) -> Plane {
        let bytes = likely.chunks_exact(classes.max(1)).take(n * n).flat_map(|place| {
            let mut best = 0;
            for (class, p) in place.iter().enumerate() {
                if *p > place[best] {
                    best = class;
                }
            }
            // A probability that is no number counts as 0.
            [best.min(255) as u8, (place[best] * 255.0).round() as u8]
        });
        Plane { s, x, y, n, classes, p: BASE64.encode(bytes.collect::<Vec<u8>>()) }
    }

    /// Whether it is whole.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), &'static str> {
        self.places().map(|_| ())
    }

    /// The class of each place and its probability.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn places(&self) -> Result<Vec<(u8, f64)>, &'static str> {
        if self.n > limits::SIDE || self.classes > limits::CLASSES {
            return Err("the picture of the plane is larger than one would write");
        }
        let bytes = BASE64.decode(&self.p).map_err(|_| "the picture of the plane is no base64")?;
        if bytes.len() != 2 * self.n * self.n {
            return Err("the picture of the plane has not as many places as it says");
        }
        let (pairs, _) = bytes.as_chunks::<2>();
        if pairs.iter().any(|&[class, _]| usize::from(class) >= self.classes) {
            return Err("the picture of the plane has a class that there is not");
        }
        Ok(pairs.iter().map(|&[class, p]| (class, f64::from(p) / 255.0)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_read_back_and_damage_is_named() {
        let likely = [0.25, 0.75, 1.0, 0.0, 0.5, 0.5, f32::NAN, f32::NAN];
        let plane = Plane::of(7, ([-1.0, 1.0], [0.0, 2.0]), 2, 2, &likely);
        let places = plane.places().unwrap();
        assert_eq!(places.iter().map(|p| p.0).collect::<Vec<_>>(), [1, 0, 0, 0]);
        assert!((places[0].1 - 0.75).abs() < 0.5 / 255.0 && places[1].1 == 1.0 && places[3].1 == 0.0);
        for wrong in [
            Plane { n: 3, ..plane.clone() },
            Plane { n: 1 << 40, ..plane.clone() },
            Plane { classes: 1, ..plane.clone() },
            Plane { p: "!".into(), ..plane.clone() },
        ] {
            assert!(wrong.check().is_err(), "{wrong:?}");
        }
        let points = Points { row: vec![0], x: vec![1.0], y: vec![2.0], label: vec![0], ..Points::default() };
        assert!(points.check().is_ok());
        assert!(Points { x: vec![], ..points }.check().is_err());
    }
}

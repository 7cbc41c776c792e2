//! Numbers brought to mean 0 and deviation 1, by what the training part alone says.

use crate::data::{Examples, Goal, batched};
use crate::error::Result;
use chainrule::{DType, Tensor};
use serde::{Deserialize, Serialize};

/// Examples that are looked at together while fitting.
const AT_ONCE: usize = 256;

/// What to subtract from numbers and what to divide them by; empty for tokens and classes, which stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scale {
    /// The mean of each number.
    pub mean: Vec<f32>,
    /// The deviation of each; 1 for one that never changes.
    pub deviation: Vec<f32>,
}

/// The scales of features and of targets that are numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Normaliser {
    /// That of the features.
    pub features: Scale,
    /// That of the targets.
    pub targets: Scale,
}

impl Scale {
    /// Normalises rows in place.
    pub fn apply(&self, rows: &mut [f32]) {
        self.each(rows, |x, mean, deviation| (x - mean) / deviation);
    }

    /// Takes it back: rows in the units that they came in.
    pub fn undo(&self, rows: &mut [f32]) {
        self.each(rows, |x, mean, deviation| x * deviation + mean);
    }

    /// Whether it is one of so many numbers, or of none.
    fn fits(&self, width: usize) -> bool {
        let lengths = [self.mean.len(), self.deviation.len()];
        (lengths == [width; 2] || lengths == [0; 2])
            && self.mean.iter().all(|mean| mean.is_finite())
            && self.deviation.iter().all(|deviation| deviation.is_finite() && *deviation > 0.0)
    }

    fn each(&self, rows: &mut [f32], f: impl Fn(f32, f32, f32) -> f32) {
        if self.mean.is_empty() {
            return;
        }
        for row in rows.chunks_exact_mut(self.mean.len()) {
            for ((x, mean), deviation) in row.iter_mut().zip(&self.mean).zip(&self.deviation) {
                *x = f(*x, *mean, *deviation);
            }
        }
    }
}

impl Normaliser {
    /// Whether it is one of so many features and so many targets, each of which may have none.
    pub(crate) fn fits(&self, features: usize, targets: usize) -> bool {
        self.features.fits(features) && self.targets.fits(targets)
    }

    /// Fits it to examples: each number for itself, but all pixels of an image's channel together, since they share a unit and
    /// a border pixel that is hardly ever inked must not be blown up.
    ///
    /// # Errors
    /// Examples that can't be read.
    pub fn fit(data: &dyn Examples) -> Result<Normaliser> {
        let numbers = data.inputs().dtype == DType::F32;
        let shared = data.image().map_or(1, |image| image.height * image.width);
        let mut features = Moments::new(if numbers { data.inputs().shape.elements() } else { 0 }, shared);
        let wanted = matches!(data.goal(), Goal::Numbers(_));
        let mut targets = Moments::new(if wanted { data.targets().shape.elements() } else { 0 }, 1);
        if numbers || wanted {
            // Means first: squares of differences from them lose no digits.
            for of_squares in [false, true] {
                passed(data, &mut |x, y| {
                    features.add(x, of_squares);
                    targets.add(y, of_squares);
                })?;
            }
        }
        Ok(Normaliser { features: features.scale(), targets: targets.scale() })
    }
}

/// Shows all examples, some at a time.
fn passed(data: &dyn Examples, see: &mut dyn FnMut(&Tensor, &Tensor)) -> Result<()> {
    let rows: Vec<usize> = (0..data.rows()).collect();
    for chosen in rows.chunks(AT_ONCE) {
        let of = |spec| batched(chosen.len(), spec).map(Tensor::zeros);
        let (mut x, mut y) = (of(data.inputs())?, of(data.targets())?);
        data.load(chosen, &mut x, &mut y)?;
        see(&x, &y);
    }
    Ok(())
}

/// Sums in f64 for each number, then for those that share a scale.
struct Moments {
    sums: Vec<f64>,
    squares: Vec<f64>,
    rows: usize,
    shared: usize,
}

impl Moments {
    fn new(width: usize, shared: usize) -> Moments {
        Moments { sums: vec![0.0; width], squares: vec![0.0; width], rows: 0, shared }
    }

    fn add(&mut self, numbers: &Tensor, of_squares: bool) {
        let (width, Ok(numbers)) = (self.sums.len(), numbers.as_slice::<f32>()) else { return };
        if width == 0 {
            return;
        }
        let means = if of_squares { self.means() } else { Vec::new() };
        for row in numbers.chunks_exact(width) {
            match of_squares {
                false => self.sums.iter_mut().zip(row).for_each(|(sum, &x)| *sum += f64::from(x)),
                true => (self.squares.iter_mut().zip(row).zip(&means))
                    .for_each(|((sum, &x), mean)| *sum += (f64::from(x) - mean).powi(2)),
            }
            self.rows += usize::from(!of_squares);
        }
    }

    /// The mean over rows and over all numbers that share it.
    fn means(&self) -> Vec<f64> {
        self.spread(&self.sums)
    }

    fn spread(&self, sums: &[f64]) -> Vec<f64> {
        let together = |sums: &[f64]| sums.iter().sum::<f64>() / (sums.len() * self.rows).max(1) as f64;
        sums.chunks(self.shared.max(1)).flat_map(|sums| vec![together(sums); sums.len()]).collect()
    }

    fn scale(&self) -> Scale {
        let deviation = |variance: f64| {
            let deviation = variance.sqrt() as f32;
            if deviation > 0.0 && deviation.is_finite() { deviation } else { 1.0 }
        };
        Scale {
            mean: self.means().into_iter().map(|mean| mean as f32).collect(),
            deviation: self.spread(&self.squares).into_iter().map(deviation).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Dataset, Image, Targets};

    fn data(features: &[f32], image: Option<Image>) -> Dataset {
        let columns = vec!["a".to_string(), "b".to_string()];
        let targets = Targets::Classes { names: vec![], labels: vec![0; features.len() / 2] };
        Dataset { columns, features: features.to_vec(), targets, image }
    }

    #[test]
    fn columns_are_fitted_one_by_one_and_constant_ones_kept() {
        let fitted = Normaliser::fit(&data(&[1.0, 5.0, 3.0, 5.0], None)).unwrap();
        let scale = Scale { mean: vec![2.0, 5.0], deviation: vec![1.0, 1.0] };
        assert_eq!(fitted, Normaliser { features: scale, targets: Scale::default() });
        let mut rows = vec![1.0, 5.0, 4.0, 7.0];
        fitted.features.apply(&mut rows);
        assert_eq!(rows, [-1.0, 0.0, 2.0, 2.0]);
        fitted.features.undo(&mut rows);
        assert_eq!(rows, [1.0, 5.0, 4.0, 7.0]);
    }

    #[test]
    fn pixels_of_a_channel_share_mean_and_deviation() {
        let fitted = Normaliser::fit(&data(&[0.0, 4.0, 0.0, 4.0], Some(Image::grey(1, 2)))).unwrap();
        assert_eq!(fitted.features, Scale { mean: vec![2.0; 2], deviation: vec![2.0; 2] });
        let colours = Image { channels: 2, height: 1, width: 1 };
        let fitted = Normaliser::fit(&data(&[0.0, 4.0, 2.0, 8.0], Some(colours))).unwrap();
        assert_eq!(fitted.features, Scale { mean: vec![1.0, 6.0], deviation: vec![1.0, 2.0] });
    }

    #[test]
    fn targets_that_are_numbers_have_a_scale_of_their_own() {
        let rows = 600;
        let values = (0..rows).map(|i| 1e6 + (i % 2) as f32).collect();
        let targets = Targets::Numbers { names: vec!["price".into()], values };
        let fitted = Normaliser::fit(&Dataset { targets, ..data(&vec![1.0; 2 * rows], None) }).unwrap();
        assert_eq!(fitted.targets, Scale { mean: vec![1e6 + 0.5], deviation: vec![0.5] });
    }
}

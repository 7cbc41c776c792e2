//! Features brought to mean 0 and deviation 1, by what the training part alone says.

use crate::data::Dataset;

/// What to subtract and what to divide by.
#[derive(Clone, Debug, PartialEq)]
pub struct Normaliser {
    /// The mean of each feature.
    pub mean: Vec<f32>,
    /// The deviation of each feature; 1 for one that never changes.
    pub deviation: Vec<f32>,
}

impl Normaliser {
    /// Fits it to examples: each column for itself, but all pixels of images together, since they share a unit and a
    /// border pixel that is hardly ever inked must not be blown up.
    pub fn fit(data: &Dataset) -> Normaliser {
        let width = data.width();
        if data.image.is_some() {
            let (mean, deviation) = moments(data.features.iter());
            return Normaliser { mean: vec![mean; width], deviation: vec![deviation; width] };
        }
        let columns = (0..width).map(|c| moments(data.features.iter().skip(c).step_by(width)));
        let (mean, deviation) = columns.unzip();
        Normaliser { mean, deviation }
    }

    /// Normalises rows in place.
    pub fn apply(&self, features: &mut [f32]) {
        for row in features.chunks_exact_mut(self.mean.len().max(1)) {
            for ((x, mean), deviation) in row.iter_mut().zip(&self.mean).zip(&self.deviation) {
                *x = (*x - mean) / deviation;
            }
        }
    }
}

/// Mean and deviation, summed in f64.
fn moments<'a>(values: impl Iterator<Item = &'a f32> + Clone) -> (f32, f32) {
    let count = values.clone().count().max(1) as f64;
    let mean = values.clone().map(|&v| f64::from(v)).sum::<f64>() / count;
    let variance = values.map(|&v| (f64::from(v) - mean).powi(2)).sum::<f64>() / count;
    let deviation = variance.sqrt() as f32;
    (mean as f32, if deviation > 0.0 && deviation.is_finite() { deviation } else { 1.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(features: &[f32], image: Option<(usize, usize)>) -> Dataset {
        let columns = vec!["a".to_string(), "b".to_string()];
        Dataset {
            columns,
            features: features.to_vec(),
            labels: vec![0; features.len() / 2],
            classes: vec![],
            image,
        }
    }

    #[test]
    fn columns_are_fitted_one_by_one_and_constant_ones_kept() {
        let fitted = Normaliser::fit(&data(&[1.0, 5.0, 3.0, 5.0], None));
        assert_eq!(fitted, Normaliser { mean: vec![2.0, 5.0], deviation: vec![1.0, 1.0] });
        let mut rows = vec![1.0, 5.0, 4.0, 7.0];
        fitted.apply(&mut rows);
        assert_eq!(rows, [-1.0, 0.0, 2.0, 2.0]);
    }

    #[test]
    fn pixels_share_mean_and_deviation() {
        let fitted = Normaliser::fit(&data(&[0.0, 4.0, 0.0, 4.0], Some((1, 2))));
        assert_eq!(fitted, Normaliser { mean: vec![2.0; 2], deviation: vec![2.0; 2] });
    }
}

//! First values of weights, drawn by seed.

use crate::error::Result;
use crate::rng::Rng;
use chainrule::{DType, Spec, Tensor};

/// How a weight gets its first value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// Normal with variance 2 / fan-in: keeps the spread of values through relu (He et al. 2015).
    He,
    /// Uniform in plus or minus sqrt(6 / (fan-in + fan-out)) (Glorot and Bengio 2010).
    Glorot,
    /// Normal around 0 with this deviation.
    Normal(f64),
    /// Uniform between two numbers.
    Uniform(f64, f64),
    /// One number everywhere.
    Constant(f64),
}

/// How many inputs each output of a layer has, and how many outputs each input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fan {
    /// Inputs.
    pub inputs: usize,
    /// Outputs.
    pub outputs: usize,
}

impl Init {
    /// A tensor of first values.
    ///
    /// # Errors
    /// The shape is beyond the limits.
    pub fn tensor(self, dims: &[usize], dtype: DType, fan: Fan, rng: &mut Rng) -> Result<Tensor> {
        let spec = Spec::new(dims, dtype)
            .map_err(|why| crate::error::Error::argument("weights", why, "make the layers smaller"))?;
        let values: Vec<f64> = (0..spec.shape.elements()).map(|_| self.draw(fan, rng)).collect();
        Ok(Tensor::from_f64(spec, &values))
    }

    fn draw(self, fan: Fan, rng: &mut Rng) -> f64 {
        let (inputs, outputs) = (fan.inputs.max(1) as f64, fan.outputs.max(1) as f64);
        let between = |low: f64, high: f64, rng: &mut Rng| low + (high - low) * rng.uniform();
        match self {
            Init::He => (2.0 / inputs).sqrt() * rng.normal(),
            Init::Glorot => {
                let bound = (6.0 / (inputs + outputs)).sqrt();
                between(-bound, bound, rng)
            }
            Init::Normal(deviation) => deviation * rng.normal(),
            Init::Uniform(low, high) => between(low, high, rng),
            Init::Constant(value) => value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Purpose;

    fn moments(init: Init, fan: Fan) -> (f64, f64, f64) {
        let mut rng = Rng::new(0, Purpose::Start);
        let values = init.tensor(&[200, 200], DType::F64, fan, &mut rng).unwrap().to_f64();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64;
        (mean, variance, values.iter().fold(0.0, |most, v| v.abs().max(most)))
    }

    #[test]
    fn values_have_the_moments_of_their_papers() {
        let fan = Fan { inputs: 50, outputs: 10 };
        let (mean, variance, _) = moments(Init::He, fan);
        assert!(mean.abs() < 0.005 && (variance - 0.04).abs() < 0.002, "{mean} {variance}");
        let (mean, variance, most) = moments(Init::Glorot, fan);
        assert!(mean.abs() < 0.005 && (variance - 2.0 / 60.0).abs() < 0.002, "{mean} {variance}");
        assert!(most <= 0.1f64.sqrt());
        let (mean, variance, most) = moments(Init::Uniform(1.0, 3.0), fan);
        assert!((mean - 2.0).abs() < 0.02 && (variance - 1.0 / 3.0).abs() < 0.01 && most < 3.0);
        assert_eq!(moments(Init::Constant(0.25), fan).0, 0.25);
        assert!((moments(Init::Normal(0.5), fan).1 - 0.25).abs() < 0.01);
    }
}

//! First values of weights, drawn by seed.

use crate::rng::Rng;
use chainrule::{Shape, Spec, Tensor};

pub use chainrule::formula::Init;

/// How many inputs each output of a layer has, and how many outputs each input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fan {
    /// Inputs.
    pub inputs: usize,
    /// Outputs.
    pub outputs: usize,
}

impl Fan {
    /// That of a parameter in a formula: from the first axis to the last.
    pub fn of_formula(shape: Shape) -> Fan {
        let mut dims = shape.iter();
        let inputs = dims.next().unwrap_or(1);
        Fan { inputs, outputs: dims.next_back().unwrap_or(1) }
    }
}

/// First values drawn from a stream.
pub fn tensor(init: Init, spec: Spec, fan: Fan, rng: &mut Rng) -> Tensor {
    let values: Vec<f64> = (0..spec.shape.elements()).map(|_| draw(init, fan, rng)).collect();
    Tensor::from_f64(spec, &values)
}

fn draw(init: Init, fan: Fan, rng: &mut Rng) -> f64 {
    let (inputs, outputs) = (fan.inputs.max(1) as f64, fan.outputs.max(1) as f64);
    let between = |low: f64, high: f64, rng: &mut Rng| low + (high - low) * rng.uniform();
    match init {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Purpose;
    use chainrule::DType;

    fn moments(init: Init, fan: Fan) -> (f64, f64, f64) {
        let mut rng = Rng::new(0, Purpose::Start);
        let values = tensor(init, Spec::new(&[200, 200], DType::F64).unwrap(), fan, &mut rng).to_f64();
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

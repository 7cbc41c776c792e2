//! First values of weights, drawn by seed.

use crate::rng::Rng;
use chainrule::{Shape, Spec, Tensor, Tree};

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
    /// That of a layer's weight: outputs, inputs, and the window that each of them sees.
    pub fn of_layer(shape: Shape) -> Fan {
        let mut dims = shape.iter();
        let (outputs, inputs) = (dims.next().unwrap_or(1), dims.next().unwrap_or(1));
        let area: usize = dims.product();
        Fan { inputs: inputs * area, outputs: outputs * area }
    }

    /// That of a parameter in a formula: from the first axis to the last.
    pub fn of_formula(shape: Shape) -> Fan {
        let mut dims = shape.iter();
        let inputs = dims.next().unwrap_or(1);
        Fan { inputs, outputs: dims.next_back().unwrap_or(1) }
    }
}

/// First values drawn from a stream.
pub fn tensor(init: Init, spec: Spec, fan: Fan, rng: &mut Rng) -> Tensor {
    if let Init::Orthogonal(gain) = init {
        return orthogonal(spec, gain, rng);
    }
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
        Init::Orthogonal(_) => unreachable!("an orthogonal matrix is not drawn number by number"),
    }
}

/// Draws weights of a network again where `how` says so of their paths. Each has a stream of its own. A weight is taken to be
/// `[outputs, inputs, ..]`, as layers have them.
pub fn redraw<N: Tree<Leaf = Tensor>>(net: &mut N, rng: &Rng, how: impl Fn(&str) -> Option<Init>) {
    let mut paths = net.paths().into_iter().enumerate();
    net.visit_mut(&mut |leaf| {
        let (i, path) = paths.next().expect("there is one path for each leaf");
        if let Some(init) = how(&path) {
            *leaf = tensor(init, leaf.spec(), Fan::of_layer(leaf.shape()), &mut rng.fold(i as u64));
        }
    });
}

/// `gain` times a random matrix with orthogonal rows, or columns where it has more rows than columns; all axes but the first are
/// its columns (Saxe and others 2014, as PyTorch has it).
///
/// Normal numbers made orthogonal one after the other by Gram and Schmidt, twice each, which is as exact as it gets (Giraud and others
/// 2005). All such matrices are equally likely.
fn orthogonal(spec: Spec, gain: f64, rng: &mut Rng) -> Tensor {
    let rows = spec.shape.iter().next().unwrap_or(1);
    let columns = spec.shape.elements() / rows.max(1);
    let (count, length) = (rows.min(columns), rows.max(columns));
    let mut basis: Vec<Vec<f64>> = Vec::with_capacity(count);
    for _ in 0..count {
        let mut vector: Vec<f64> = (0..length).map(|_| rng.normal()).collect();
        for other in basis.iter().chain(&basis) {
            let along = dot(&vector, other);
            vector.iter_mut().zip(other).for_each(|(v, o)| *v -= along * o);
        }
        let norm = dot(&vector, &vector).sqrt();
        vector.iter_mut().for_each(|v| *v /= norm);
        basis.push(vector);
    }
    let at = |i: usize, j: usize| if rows <= columns { basis[i][j] } else { basis[j][i] };
    let values: Vec<f64> = (0..rows * columns).map(|n| gain * at(n / columns, n % columns)).collect();
    Tensor::from_f64(spec, &values)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
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

    #[test]
    fn orthogonal_rows_or_columns_have_the_gain_for_length() {
        for dims in [&[5, 5][..], &[3, 2, 4], &[9, 4], &[6]] {
            let spec = Spec::new(dims, DType::F64).unwrap();
            let rng = &mut Rng::new(4, Purpose::Start);
            let values = tensor(Init::Orthogonal(3.0), spec, Fan::of_layer(spec.shape), rng).to_f64();
            let (rows, columns) = (dims[0], values.len() / dims[0]);
            let (count, length) = (rows.min(columns), rows.max(columns));
            let at =
                |i: usize, k: usize| values[if rows <= columns { i * columns + k } else { k * columns + i }];
            for (i, j) in (0..count).flat_map(|i| (0..count).map(move |j| (i, j))) {
                let product: f64 = (0..length).map(|k| at(i, k) * at(j, k)).sum();
                let wanted = if i == j { 9.0 } else { 0.0 };
                assert!((product - wanted).abs() < 1e-13, "{dims:?}: {product} for {wanted}");
            }
        }
        // Every entry has mean 0 and variance 1 / length.
        let (mean, variance, _) = moments(Init::Orthogonal(1.0), Fan { inputs: 200, outputs: 200 });
        assert!(mean.abs() < 2e-3 && (variance - 0.005).abs() < 1e-6, "{mean} {variance}");
    }

    #[test]
    fn weights_are_drawn_again_by_their_paths() {
        let mut net = crate::layers::Mlp::new(&[3, 4, 2], DType::F64, &Rng::new(1, Purpose::Start)).unwrap();
        let before = net.leaves();
        redraw(&mut net, &Rng::new(2, Purpose::Start), |path| {
            path.ends_with("1.bias").then_some(Init::Constant(7.0))
        });
        let after = net.leaves();
        assert_eq!(before[..3], after[..3]);
        assert_eq!(after[3].to_f64(), [7.0, 7.0]);
    }
}

//! An array as few coloured cells. The scale is symmetric around zero; what lies far beyond the rest is marked, not cut off in silence.

use crate::run::number;
use chainrule::Tensor;
use serde::{Deserialize, Serialize};

/// Beyond so many root mean squares a number is an outlier, and the scale ends there.
const FAR: f64 = 3.0;

/// The last axis runs across, all others down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heat {
    /// Rows of cells.
    pub rows: usize,
    /// Cells of a row.
    pub columns: usize,
    /// Rows and columns of the array in one cell; a cell is their mean.
    pub step: (usize, usize),
    /// The cells, row by row.
    #[serde(with = "number::list")]
    pub cells: Vec<f64>,
    /// The size that has the full colour.
    pub scale: f64,
    /// Cells beyond the scale.
    pub outliers: Vec<usize>,
}

/// An array in at most so many rows and columns.
pub fn heat(tensor: &Tensor, most: usize) -> Heat {
    let (numbers, dims) = (tensor.to_f64(), tensor.shape().dims());
    let across = dims.last().copied().unwrap_or(1).max(1);
    let down = numbers.len() / across;
    let step = (down.div_ceil(most).max(1), across.div_ceil(most).max(1));
    let (rows, columns) = (down.div_ceil(step.0), across.div_ceil(step.1));
    let cell = |row: usize, column: usize| {
        let lines = row * step.0..((row + 1) * step.0).min(down);
        let line = |l: usize| {
            &numbers[l * across + column * step.1..l * across + ((column + 1) * step.1).min(across)]
        };
        let (sum, count) = lines.flat_map(line).fold((0.0, 0u32), |(sum, count), x| (sum + x, count + 1));
        sum / f64::from(count)
    };
    let cells: Vec<f64> = (0..rows * columns).map(|at| cell(at / columns, at % columns)).collect();
    let finite = || cells.iter().filter(|x| x.is_finite());
    let largest = finite().fold(0.0f64, |most, x| most.max(x.abs()));
    // Relative to the largest, so that no square is too large for a number.
    let part = |x: &f64| if largest > 0.0 { (x / largest).powi(2) } else { 0.0 };
    let far = FAR * largest * (finite().map(part).sum::<f64>() / finite().count().max(1) as f64).sqrt();
    let scale = if far > 0.0 { largest.min(far) } else { largest };
    let is_outlier = |at: &usize| cells[*at].abs() > scale && cells[*at].is_finite();
    let outliers = (0..cells.len()).filter(is_outlier).collect();
    Heat { rows, columns, step, cells, scale, outliers }
}

#[cfg(test)]
mod tests {
    use super::{Heat, heat};
    use chainrule::{DType, Spec, Tensor};

    fn of(dims: &[usize], numbers: &[f64]) -> Heat {
        heat(&Tensor::from_f64(Spec::new(dims, DType::F64).expect("a shape"), numbers), 48)
    }

    #[test]
    fn small_arrays_are_whole_and_outliers_are_marked() {
        let mut numbers = vec![1.0, -1.0, 0.5, 0.0, -0.5, 1.0, 1.0, -1.0, 1.0, -1.0, 1.0, 1.0];
        let plain = of(&[2, 6], &numbers);
        assert_eq!((plain.rows, plain.columns, plain.step, plain.scale), (2, 6, (1, 1), 1.0));
        assert_eq!((plain.cells, plain.outliers), (numbers.clone(), vec![]));
        numbers[7] = -1000.0;
        numbers[8] = f64::NAN;
        let marked = of(&[3, 4], &numbers);
        assert_eq!((marked.rows, marked.columns, &marked.outliers[..]), (3, 4, &[7][..]));
        assert!(marked.scale < 1000.0 && marked.cells[8].is_nan());
        assert!(of(&[0], &[]).cells.is_empty());
        assert_eq!((of(&[3], &[0.0; 3]).scale, of(&[], &[1e300]).scale), (0.0, 1e300));
    }

    #[test]
    fn large_arrays_are_means() {
        let numbers: Vec<f64> = (0..100 * 60).map(|i| f64::from(i / 60)).collect();
        let large = of(&[100, 60], &numbers);
        assert_eq!((large.rows, large.columns, large.step), (34, 30, (3, 2)));
        // rows 0 to 2, and the last one alone
        assert_eq!((large.cells[0], large.cells[33 * 30]), (1.0, 99.0));
    }
}

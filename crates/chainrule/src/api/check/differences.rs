//! Derivatives from values alone.

use crate::base::Result;

/// The largest step, and by how much each step is smaller than the one before.
const STEP: f64 = 1.0 / 16.0;
const SHRINK: f64 = 2.0;

/// What becomes of a function's value between two points.
pub struct Change {
    /// The difference.
    pub by: f64,
    /// The size of the numbers that it was taken from, which is what rounding errors go by.
    pub size: f64,
}

/// The derivative at 0 and how far off it may be, given the change of a function from `-h` to `h`: central differences with
/// shrinking steps, from which the leading terms of the error are taken away (Ridders 1982). NaN where nothing better is
/// found. `epsilon` is the relative error of the values.
///
/// # Errors
/// Those of `change`.
pub fn derivative(
    mut change: impl FnMut(f64) -> Result<Change>,
    steps: usize,
    epsilon: f64,
) -> Result<(f64, f64)> {
    let mut best = (f64::NAN, f64::INFINITY);
    let mut before: Vec<f64> = Vec::new();
    for step in 0..steps {
        let h = STEP / SHRINK.powi(step as i32);
        let found = change(h)?;
        let mut row = vec![found.by / (2.0 * h)];
        // So far out the function is not defined; what was found there says nothing about smaller steps.
        if !row[0].is_finite() {
            before.clear();
            continue;
        }
        // What rounding alone can do to a difference of this step.
        let rounding = epsilon * found.size / h;
        for (i, &coarser) in before.iter().enumerate() {
            let factor = SHRINK.powi(2 * (i as i32 + 1));
            let finer = row[i];
            let better = (finer * factor - coarser) / (factor - 1.0);
            let doubt = (better - finer).abs().max((better - coarser).abs()).max(rounding);
            if doubt <= best.1 {
                best = (better, doubt);
            }
            row.push(better);
        }
        before = row;
    }
    Ok(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(f: impl Fn(f64) -> f64, steps: usize) -> (f64, f64) {
        let change = |h: f64| {
            let (above, below) = (f(h), f(-h));
            Ok(Change { by: above - below, size: above.abs().max(below.abs()) })
        };
        derivative(change, steps, f64::EPSILON).expect("f never fails")
    }

    #[test]
    fn smooth_functions_have_their_derivative() {
        for (f, wanted) in [
            ((|x| (x + 1.0f64).exp()) as fn(f64) -> f64, 1f64.exp()),
            (|x| (x + 0.001).ln(), 1000.0),
            (|x| (x * 50.0).sin(), 50.0),
            (|_| 7.0, 0.0),
        ] {
            let (found, doubt) = of(f, 14);
            assert!((found - wanted).abs() <= 1e-7 * wanted.abs().max(1.0), "{found} {wanted}");
            assert!(doubt < 1e-5 * wanted.abs().max(1.0), "{doubt}");
        }
    }

    #[test]
    fn a_corner_has_none() {
        assert_eq!(of(|x| x.max(0.0), 12).0, 0.5);
    }
}

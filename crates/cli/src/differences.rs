//! Derivatives from values alone.

use crate::failure::Result;

/// The largest step, and by how much each step is smaller than the one before.
const STEP: f64 = 1.0 / 16.0;
const SHRINK: f64 = 2.0;

/// The derivative of `f` at 0 and how far off it may be: central differences with shrinking steps, from which the leading
/// terms of the error are taken away (Ridders 1982). NaN where `f` gives nothing better.
/// `epsilon` is the relative error of the values.
///
/// # Errors
/// Those of `f`.
pub fn derivative(mut f: impl FnMut(f64) -> Result<f64>, steps: usize, epsilon: f64) -> Result<(f64, f64)> {
    let mut best = (f64::NAN, f64::INFINITY);
    let mut before: Vec<f64> = Vec::new();
    for step in 0..steps {
        let h = STEP / SHRINK.powi(step as i32);
        let (above, below) = (f(h)?, f(-h)?);
        let mut row = vec![(above - below) / (2.0 * h)];
        // So far out f is not defined; what was found there says nothing about smaller steps.
        if !row[0].is_finite() {
            before.clear();
            continue;
        }
        // What rounding alone can do to a difference of this step.
        let rounding = epsilon * above.abs().max(below.abs()) / h;
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

    #[test]
    fn smooth_functions_have_their_derivative() {
        for (f, wanted) in [
            ((|x| (x + 1.0f64).exp()) as fn(f64) -> f64, 1f64.exp()),
            (|x| (x + 0.001).ln(), 1000.0),
            (|x| (x * 50.0).sin(), 50.0),
            (|_| 7.0, 0.0),
        ] {
            let (found, doubt) = derivative(|x| Ok(f(x)), 14, f64::EPSILON).expect("f never fails");
            assert!((found - wanted).abs() <= 1e-7 * wanted.abs().max(1.0), "{found} {wanted}");
            assert!(doubt < 1e-5 * wanted.abs().max(1.0), "{doubt}");
        }
    }

    #[test]
    fn a_corner_has_none() {
        let (found, _) = derivative(|x| Ok(x.max(0.0)), 12, f64::EPSILON).expect("f never fails");
        assert_eq!(found, 0.5);
    }
}

//! Fitting a curve by the method of Levenberg and Marquardt, which needs the whole Jacobian.
//!
//! The data are Misra1a of NIST's Statistical Reference Datasets, whose best fit is certified to eleven digits. Near a solution the sum of
//! squares is almost a parabola, and a Gauss-Newton step (J'J) d = -J'r goes straight to its bottom; far from it, the step is damped by
//! adding to the diagonal of J'J until it goes downhill.
//!
//! cargo run --release -p chainrule-nn --example levenberg_marquardt

use chainrule::prelude::*;

/// Volume against pressure in a study of adsorption (Misra 1978).
const PRESSURE: [f64; 14] =
    [77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760.0];
const VOLUME: [f64; 14] =
    [10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.40, 75.47, 81.78];
/// NIST's certified fit, and its sum of squares.
const CERTIFIED: ([f64; 2], f64) = ([2.3894212918E+02, 5.5015643181E-04], 1.2455138894E-01);

/// What the curve b1 (1 - exp(-b2 x)) is off at each point.
fn residuals(b: Wire) -> Wire {
    let (b1, b2) = (b.at(0, 0), b.at(0, 1));
    b1 * (1.0 - (-b2 * constant(PRESSURE)).exp()) - constant(VOLUME)
}

/// One proposal: b moved by a damped step, and the sums of squares before and after it.
fn propose(b: Wire, damping: Wire) -> (Wire, Wire, Wire) {
    let r = residuals(b);
    let jacobian = r.jacobian(b);
    let curvature = jacobian.t().matmul(jacobian);
    // Marquardt's way: each parameter is damped in its own unit.
    let damped = curvature + damping * curvature * constant([[1.0, 0.0], [0.0, 1.0]]);
    let moved = b - damped.solve_posdef(jacobian.t().matmul(r));
    (moved, r.square().sum(), residuals(moved).square().sum())
}

/// Fits from a first guess; the parameters, their sum of squares and the number of proposals.
fn fit(start: [f64; 2]) -> Result<(Vec<f64>, f64, usize)> {
    let propose = compile(propose, &(Tensor::from(start).spec(), Spec::scalar(DType::F64)))?;
    let (mut b, mut damping) = (Tensor::from(start), 1e-3);
    for proposals in 1.. {
        let (moved, before, after) = propose.run((b.clone(), damping.into()))?;
        let (before, after) = (before.item()?, after.item()?);
        if (before - after).abs() <= 1e-14 * before || proposals == 1000 {
            return Ok((b.to_f64(), before, proposals));
        }
        // Downhill: go there, and trust the parabola more. Uphill, or nowhere (NaN): stay, and be more careful.
        if after < before {
            (b, damping) = (moved, damping / 3.0);
        } else {
            damping *= 2.0;
        }
    }
    unreachable!("the loop ends after 1000 proposals")
}

fn main() -> Result<()> {
    for start in [[500.0, 1e-4], [250.0, 5e-4]] {
        let (b, squares, proposals) = fit(start)?;
        println!("from {start:?}, {proposals} proposals");
        println!("  b1 {:.8e}  certified {:.8e}", b[0], CERTIFIED.0[0]);
        println!("  b2 {:.8e}  certified {:.8e}", b[1], CERTIFIED.0[1]);
        println!("  sum of squares {squares:.8e}  certified {:.8e}", CERTIFIED.1);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nists_certified_values_are_found_from_both_of_its_starts() {
        for start in [[500.0, 1e-4], [250.0, 5e-4]] {
            let (b, squares, proposals) = fit(start).unwrap();
            for (found, certified) in b.iter().chain([&squares]).zip(CERTIFIED.0.iter().chain([&CERTIFIED.1]))
            {
                assert!((found / certified - 1.0).abs() < 1e-7, "{found} for {certified}");
            }
            assert!(proposals < 40, "{proposals}");
        }
    }
}

//! What a gradient check found.

use super::DOUBT;
use crate::base::{Diagnostic, Mistake, Place, Result, Spec};
use std::fmt;

/// What a gradient check found. `Display` is a table for people.
#[derive(Clone, Debug)]
pub struct GradientCheck {
    /// One for each input that was checked.
    pub inputs: Vec<CheckedInput>,
    /// The same when all of them move at once; not there if they are only one.
    pub together: Option<CheckedInput>,
    /// Paths of the inputs that were held fixed: whole numbers, truth values, and what the options left out.
    pub held: Vec<String>,
    /// The relative error that was allowed.
    pub tolerance: f64,
    /// How many random directions were tried for each.
    pub directions: usize,
}

/// The largest relative errors found for one input, over all directions.
#[derive(Clone, Debug)]
pub struct CheckedInput {
    /// Its path, such as `0.weight`.
    pub name: String,
    /// Its shape and dtype; not there if it stands for all inputs.
    pub spec: Option<Spec>,
    /// Of reverse mode against differences.
    pub reverse: f64,
    /// Of forward mode against differences.
    pub forward: f64,
    /// Of both modes against each other: `<u, Jv> = <J'u, v>`.
    pub modes: f64,
    /// What was allowed against differences: more than the tolerance where these are themselves in doubt.
    pub allowed: f64,
    /// Whether all of them are within what is allowed.
    pub is_ok: bool,
}

/// The derivative along one direction, found in three ways.
pub(super) struct Turn {
    pub reverse: f64,
    pub forward: f64,
    pub difference: f64,
    /// How far off the difference may be.
    pub doubt: f64,
    /// The size of the values that it was taken from.
    pub size: f64,
    pub tolerance: f64,
}

impl CheckedInput {
    /// Keeps the largest errors.
    pub(super) fn count(&mut self, turn: &Turn) {
        let Turn { reverse, forward, difference, .. } = *turn;
        // Where the function is stationary, what is left of the values' own size is no error.
        let sizes = [reverse.abs(), forward.abs(), difference.abs(), 1e-6 * turn.size, f64::MIN_POSITIVE];
        let size = sizes.into_iter().filter(|s| s.is_finite()).fold(0.0, f64::max);
        let error = |a: f64, b: f64| if a == b { 0.0 } else { (a - b).abs() / size };
        let (by_reverse, by_forward) = (error(reverse, difference), error(forward, difference));
        let modes = error(reverse, forward);
        let allowed = turn.tolerance.max((4.0 * turn.doubt / size).min(DOUBT));
        self.is_ok &= by_reverse <= allowed && by_forward <= allowed && modes <= turn.tolerance;
        self.reverse = larger(self.reverse, by_reverse);
        self.forward = larger(self.forward, by_forward);
        self.modes = larger(self.modes, modes);
        self.allowed = self.allowed.max(allowed);
    }
}

/// NaN is worst of all.
fn larger(a: f64, b: f64) -> f64 {
    if a.is_nan() || a > b { a } else { b }
}

const KINK: &str = "at a kink or jump differences say nothing: try a point beside it";

impl GradientCheck {
    /// Whether every input passed.
    pub fn is_ok(&self) -> bool {
        self.failed().next().is_none()
    }

    /// What did not pass.
    pub fn failed(&self) -> impl Iterator<Item = &CheckedInput> {
        self.inputs.iter().chain(&self.together).filter(|line| !line.is_ok)
    }

    /// Makes an error of what did not pass.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let square = custom_jvp(|x: Wire| x * x, |(x,): (Wire,), _: Wire, (t,): (Wire,)| x * t);
    /// let error = check_gradient(|x: Wire| square((x,)), &(3.0.into(),))?.ensure().unwrap_err().to_string();
    /// assert!(error.starts_with("input 0: check_gradient: reverse mode is off by 5.0e-1"), "{error}");
    /// # Ok::<(), Diagnostic>(())
    /// ```
    ///
    /// # Errors
    /// One mistake for each input that did not pass, by its path, with its errors.
    pub fn ensure(&self) -> Result<()> {
        let report = |line: &CheckedInput| {
            let name = if line.spec.is_some() { format!("input {}", line.name) } else { "all inputs".into() };
            let what = format!(
                "reverse mode is off by {}, forward mode by {}, one from the other by {}; {:.0e} is allowed",
                shown(line.reverse),
                shown(line.forward),
                shown(line.modes),
                line.allowed
            );
            let hint = format!("mend the gradient rules that it passes through; {KINK}");
            Mistake::new(Place::Argument(name), "check_gradient", what).hint(hint)
        };
        Diagnostic::from_all(self.failed().map(report).collect()).map_or(Ok(()), Err)
    }
}

fn shown(error: f64) -> String {
    if error.is_finite() && error > 0.0 { format!("{error:.1e}") } else { error.to_string() }
}

impl fmt::Display for GradientCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let directions = if self.directions == 1 { "direction" } else { "directions" };
        writeln!(f, "gradients along {} random {directions}: relative errors", self.directions)?;
        let title = ["input", "", "reverse", "forward", "modes", ""].map(String::from);
        let row = |line: &CheckedInput| {
            let mut verdict = if line.is_ok { "ok" } else { "FAIL" }.to_string();
            if line.allowed > self.tolerance {
                verdict += &format!(" (differences are sure to {:.0e} only)", line.allowed);
            }
            let spec = line.spec.map_or(String::new(), |s| s.to_string());
            let [reverse, forward, modes] = [line.reverse, line.forward, line.modes].map(shown);
            [line.name.clone(), spec, reverse, forward, modes, verdict]
        };
        let lines: Vec<&CheckedInput> = self.inputs.iter().chain(&self.together).collect();
        let rows: Vec<[String; 6]> =
            std::iter::once(title).chain(lines.iter().map(|line| row(line))).collect();
        let width = |column: usize| rows.iter().map(|r| r[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..6).map(width).collect();
        for row in &rows {
            let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}"));
            writeln!(f, "  {}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        if !self.held.is_empty() {
            writeln!(f, "held fixed: {}", self.held.join(", "))?;
        }
        let passed = lines.iter().filter(|line| line.is_ok).count();
        write!(f, "{passed} of {} within {:e}", lines.len(), self.tolerance)?;
        if passed < lines.len() {
            let names: Vec<&str> = self.failed().map(|line| line.name.as_str()).collect();
            write!(f, "; not {}. {KINK}", names.join(", "))?;
        }
        Ok(())
    }
}

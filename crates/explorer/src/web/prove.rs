//! "Prove it": a gradient beside the difference of two values.

use super::ask::Ask;
use super::point::Point;
use chainrule::{Diagnostic, Mistake, Place, Program, Tensor};
use serde::Serialize;

/// A gradient, and what the values say without it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Proof {
    /// Where the input is.
    pub x: f64,
    /// How far it was moved to both sides.
    pub h: f64,
    /// The output with the input at x + h, summed if it is an array.
    pub above: f64,
    /// The same at x - h.
    pub below: f64,
    /// (f(x + h) - f(x - h)) / 2h.
    pub numeric: f64,
    /// What the backward pass found.
    pub analytic: f64,
    /// The difference between both, relative to the larger one, or to 1 if both are smaller.
    pub error: f64,
}

/// Moves an element of an input and looks at what the output does. The step is the cube root of the machine's epsilon times the
/// size of the number, where errors of rounding and of the formula balance (Numerical Recipes, section 5.7).
///
/// # Errors
/// A name or element that there is not, or no path from it to the output.
pub fn prove(point: &Point, ask: &Ask) -> Result<Proof, Diagnostic> {
    let name = ask.name.as_deref().unwrap_or("");
    let refused = |what: &str, hint: &str| -> Diagnostic {
        Mistake::new(Place::Argument(name.into()), "", what).hint(hint).into()
    };
    let inputs = &point.built.inputs;
    let number = inputs.iter().position(|input| input.name == name);
    let number = number.ok_or_else(|| refused("is no input", "name an input of the formula"))?;
    let spec = inputs[number].spec;
    if ask.element >= spec.shape.elements() {
        return Err(refused("has no such element", "count from 0, row by row"));
    }
    let wire = &point.flow.wires[point.built.circuit.inputs[number] as usize];
    let gradient = wire.upstream.as_ref().filter(|_| spec.dtype.is_float());
    let gradient = gradient.ok_or_else(|| refused("has no gradient", "no path of floats leads from it to the output"))?;
    let analytic = gradient.to_f64()[ask.element];
    let x = point.values[number].to_f64()[ask.element];
    let epsilon = if spec.dtype.bytes() == 4 { f64::from(f32::EPSILON) } else { f64::EPSILON };
    let program = Program::<Vec<chainrule::Wire>, Vec<chainrule::Wire>>::from_circuit(point.built.circuit.clone());
    let at = |moved: f64| -> Result<(f64, f64), Diagnostic> {
        let mut values = point.values.clone();
        let mut items = values[number].to_f64();
        items[ask.element] = moved;
        values[number] = Tensor::from_f64(spec, &items);
        // What the input really became, rounded to its dtype.
        let moved = values[number].to_f64()[ask.element];
        Ok((moved, program.run(values)?[0].to_f64().iter().sum()))
    };
    let step = epsilon.cbrt() * x.abs().max(1.0);
    let ((right, above), (left, below)) = (at(x + step)?, at(x - step)?);
    let numeric = (above - below) / (right - left);
    let error = (numeric - analytic).abs() / numeric.abs().max(analytic.abs()).max(1.0);
    Ok(Proof { x, h: (right - left) / 2.0, above, below, numeric, analytic, error })
}

//! "Prove it": a gradient beside the difference of two values.

use super::ask::Ask;
use super::look;
use super::point::Point;
use crate::run::number;
use chainrule::{Diagnostic, Mistake, Place, Program, Tensor};
use serde::Serialize;

/// A gradient, and what the values say without it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Proof {
    /// Where the input is.
    #[serde(serialize_with = "number::serialize")]
    pub x: f64,
    /// How far it was moved to both sides.
    #[serde(serialize_with = "number::serialize")]
    pub h: f64,
    /// The output with the input at x + h, summed if it is an array.
    #[serde(serialize_with = "number::serialize")]
    pub above: f64,
    /// The same at x - h.
    #[serde(serialize_with = "number::serialize")]
    pub below: f64,
    /// (f(x + h) - f(x - h)) / 2h.
    #[serde(serialize_with = "number::serialize")]
    pub numeric: f64,
    /// What the backward pass found.
    #[serde(serialize_with = "number::serialize")]
    pub analytic: f64,
    /// The difference between both, relative to the larger one, or to 1 if both are smaller.
    #[serde(serialize_with = "number::serialize")]
    pub error: f64,
}

/// Moves an element of an input, or of any wire, and looks at what the output does. A wire that is computed is cut off from what
/// computes it. The step is the cube root of the machine's epsilon times the size of the number, where errors of rounding and of
/// the formula balance (Numerical Recipes, section 5.7).
///
/// # Errors
/// A name, block or element that there is not, or no path from it to the output.
pub fn prove(point: &Point, ask: &Ask) -> Result<Proof, Diagnostic> {
    let name = ask.name.as_deref().or(ask.at.as_deref()).unwrap_or("");
    let refused = |what: &str, hint: &str| -> Diagnostic {
        Mistake::new(Place::Argument(name.into()), "", what).hint(hint).into()
    };
    let mut circuit = point.built.circuit.clone();
    let wire = match &ask.name {
        Some(name) => {
            let number = point.built.inputs.iter().position(|input| input.name == *name);
            let number = number.ok_or_else(|| refused("is no input", "name an input of the formula"))?;
            circuit.inputs[number]
        }
        None => look::wire_of(point, ask)?.0,
    };
    let spec = circuit.node(wire).spec;
    if ask.element >= spec.shape.elements() {
        return Err(refused("has no such element", "count from 0, row by row"));
    }
    let flow = &point.flow.wires[wire as usize];
    let gradient = flow.upstream.as_ref().filter(|_| spec.dtype.is_float());
    let gradient = gradient
        .ok_or_else(|| refused("has no gradient", "no path of floats leads from it to the output"))?;
    let mut given = point.values.clone();
    let number = match circuit.inputs.iter().position(|&input| input == wire) {
        Some(number) => number,
        None if circuit.open_at(wire) => {
            given.push(flow.value.clone());
            given.len() - 1
        }
        None => return Err(refused("is one of several outputs of a gate", "choose a gate after it")),
    };
    let analytic = gradient.to_f64()[ask.element];
    let x = given[number].to_f64()[ask.element];
    let epsilon = if spec.dtype.bytes() == 4 { f64::from(f32::EPSILON) } else { f64::EPSILON };
    let program = Program::<Vec<chainrule::Wire>, Vec<chainrule::Wire>>::from_circuit(circuit);
    // What arrives at the output: 1, but for one element inside a whole.
    let seeds =
        point.flow.outputs.iter().filter_map(|&output| point.flow.wires[output as usize].upstream.as_ref());
    let seeds: Vec<f64> = seeds.flat_map(|seed| seed.to_f64()).collect();
    let at = |moved: f64| -> Result<(f64, f64), Diagnostic> {
        let mut values = given.clone();
        let mut items = values[number].to_f64();
        items[ask.element] = moved;
        values[number] = Tensor::from_f64(spec, &items);
        // What the input really became, rounded to its dtype.
        let moved = values[number].to_f64()[ask.element];
        let outputs = program.run(values)?[0].to_f64();
        let all = if point.is_inside() {
            outputs.iter().zip(&seeds).map(|(f, up)| f * up).sum()
        } else {
            outputs.iter().sum()
        };
        Ok((moved, all))
    };
    let step = epsilon.cbrt() * x.abs().max(1.0);
    let ((right, above), (left, below)) = (at(x + step)?, at(x - step)?);
    let numeric = (above - below) / (right - left);
    let error = (numeric - analytic).abs() / numeric.abs().max(analytic.abs()).max(1.0);
    Ok(Proof { x, h: (right - left) / 2.0, above, below, numeric, analytic, error })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::point::Engine;

    fn proof(formula: &str, values: &str, name: &str, element: usize) -> Result<Proof, String> {
        let values = serde_json::from_str(values).expect("values");
        let ask = Ask { formula: formula.into(), values, name: Some(name.into()), element, ..Ask::default() };
        let mut engine = Engine::new(Box::new(|_, spec, _| Tensor::full(spec, 0.5)), None);
        let point = engine.point(&ask).map_err(|why| why.to_string())?;
        prove(&point, &ask).map_err(|why| why.to_string())
    }

    #[test]
    fn both_numbers_agree_where_it_is_smooth_and_differ_at_a_kink() {
        let neuron = r#"{"w0": 2, "x0": -1, "w1": -3, "x1": -2, "w2": -3}"#;
        let found = proof("sigmoid(w0*x0 + w1*x1 + w2)", neuron, "w0", 0).expect("a proof");
        assert!((found.analytic + 0.196_611_933_241_481_85).abs() < 1e-15, "{found:?}");
        assert!(found.error < 1e-9, "{found:?}");
        let kink = proof("abs(x)", r#"{"x": 0}"#, "x", 0).expect("a proof");
        assert!(kink.error < 1e-12, "abs is even, so that both say 0: {kink:?}");
        let kink = proof("relu(x)", r#"{"x": 0}"#, "x", 0).expect("a proof");
        assert!(kink.error > 0.4, "{kink:?}");
        let array =
            proof("input x: f64[2, 2]\nsum(x ^ 3)", r#"{"x": [[1, 2], [3, 4]]}"#, "x", 3).expect("a proof");
        assert!((array.analytic, array.x) == (48.0, 4.0) && array.error < 1e-8, "{array:?}");
        let small = proof("input x: f32\nx * x", r#"{"x": 3}"#, "x", 0).expect("a proof");
        assert!(small.error < 1e-3, "{small:?}");
    }

    /// A wire in the middle is moved by itself: what made it stays as it was.
    #[test]
    fn wires_in_the_middle_are_proved_too() {
        let values = serde_json::from_str(r#"{"x": 3, "y": -4}"#).expect("values");
        let formula = "stage sigma(z) = 1 / (1 + exp(-z))\nf = (x + sigma(y)) / (sigma(x) + (x + y)^2)";
        let ask = Ask { formula: formula.into(), values, depth: 3, ..Ask::default() };
        let mut engine = Engine::new(Box::new(|_, spec, _| Tensor::full(spec, 0.5)), None);
        let point = engine.point(&ask).expect("a formula");
        let gates: Vec<u32> = point.built.circuit.gates().map(|(index, _)| index).collect();
        let mut proved = 0;
        for gate in gates {
            let found = prove(&point, &Ask { at: Some(format!("g{gate}")), ..ask.clone() });
            if let Ok(found) = found {
                assert!(found.error < 1e-8, "g{gate}: {found:?}");
                proved += 1;
            }
        }
        assert!(proved >= 15, "{proved}");
    }

    #[test]
    fn what_can_not_be_proved_is_said() {
        let values = r#"{"x": 1}"#;
        assert!(proof("x * 2", values, "y", 0).is_err_and(|why| why.contains("is no input")));
        assert!(proof("x * 2", values, "x", 1).is_err_and(|why| why.contains("no such element")));
        assert!(proof("stop_gradient(x) + 1", values, "x", 0).is_err_and(|why| why.contains("no gradient")));
    }
}

//! Why a gradient is what it is: it is a sum over all paths from the wire to the output, of the product of the local gradients on each.

use super::ask::Ask;
use super::point::Point;
use super::{limits, look};
use crate::run::number;
use chainrule::{Diagnostic, Flow, WireFlow};
use serde::Serialize;

/// Where a wire's gradient comes from.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Why {
    /// The wire.
    pub wire: u32,
    /// What each use of the wire passes back to it: gate, which of its inputs, the sum of the elements. Together they are its gradient.
    pub uses: Vec<Use>,
    /// How many paths lead to the output; in f64, for there may be very many.
    pub count: f64,
    /// The paths with the largest products, where every number on the way is a single one; none otherwise.
    pub paths: Vec<Way>,
    /// Their sum, if all paths are listed.
    #[serde(serialize_with = "number::maybe::serialize")]
    pub total: Option<f64>,
    /// Ids of the lines of the scene on the way.
    pub lines: Vec<String>,
}

/// A gate that reads the wire.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Use {
    /// The gate's wire.
    pub gate: u32,
    /// Which of its inputs.
    pub input: usize,
    /// What it passes back, its elements summed.
    #[serde(serialize_with = "number::serialize")]
    pub passed: f64,
}

/// One path to the output.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Way {
    /// The wires, first the one that is asked about, last the output.
    pub wires: Vec<u32>,
    /// The local gradient of each gate on the way.
    #[serde(serialize_with = "number::list::serialize")]
    pub locals: Vec<f64>,
    /// Their product.
    #[serde(serialize_with = "number::serialize")]
    pub product: f64,
}

/// The uses of each wire that the output depends on: gate and input.
fn readers(flow: &Flow) -> Vec<Vec<(u32, usize)>> {
    let mut readers = vec![Vec::new(); flow.wires.len()];
    for (index, wire) in (0..).zip(&flow.wires) {
        for (input, &operand) in wire.inputs.iter().enumerate() {
            if wire.downstream.get(input).is_some_and(Option::is_some) {
                readers[operand as usize].push((index, input));
            }
        }
    }
    readers
}

/// Why the gradient of this wire is what it is.
pub fn why(point: &Point, wire: u32) -> Why {
    let flow = &point.flow;
    let readers = readers(flow);
    let sum = |gate: u32, input: usize| {
        let passed = &flow.wires[gate as usize].downstream[input];
        passed.as_ref().map_or(0.0, |tensor| tensor.to_f64().iter().sum())
    };
    let uses =
        readers[wire as usize].iter().map(|&(gate, input)| Use { gate, input, passed: sum(gate, input) });
    let counts = counts(flow, &readers);
    let count = counts[wire as usize];
    let mut paths = if count > 0.0 { walk(flow, &readers, wire) } else { Vec::new() };
    let total =
        (paths.len() as f64 == count && !paths.is_empty()).then(|| paths.iter().map(|p| p.product).sum());
    // NaN first: it is what people look for.
    let size = |way: &Way| if way.product.is_nan() { f64::INFINITY } else { way.product.abs() };
    paths.sort_by(|a, b| size(b).total_cmp(&size(a)));
    paths.truncate(limits::PATHS);
    Why { wire, uses: uses.collect(), count, paths, total, lines: Vec::new() }
}

/// How many paths lead from each wire to the output.
fn counts(flow: &Flow, readers: &[Vec<(u32, usize)>]) -> Vec<f64> {
    let mut counts = vec![0.0; flow.wires.len()];
    for index in (0..flow.wires.len()).rev() {
        let own = f64::from(u8::from(flow.outputs.contains(&(index as u32))));
        counts[index] = own + readers[index].iter().map(|&(gate, _)| counts[gate as usize]).sum::<f64>();
    }
    counts
}

/// The single number of a local gradient.
fn local(wire: &WireFlow, input: usize) -> Option<f64> {
    let local = wire.locals.get(input)?.as_ref().filter(|l| l.shape().elements() == 1)?;
    Some(local.to_f64()[0])
}

/// Walks all paths, as far as steps last: where a gate on the way has no single local gradient, there are none to list.
fn walk(flow: &Flow, readers: &[Vec<(u32, usize)>], from: u32) -> Vec<Way> {
    let is_output = |wire: u32| flow.outputs.contains(&wire);
    let mut found = Vec::new();
    // The wires on the way, and which reader of each is next: no recursion over a circuit.
    let mut way: Vec<(u32, usize)> = vec![(from, 0)];
    let mut locals: Vec<f64> = Vec::new();
    if is_output(from) {
        found.push(Way { wires: vec![from], locals: Vec::new(), product: 1.0 });
    }
    for _ in 0..limits::PATH_STEPS {
        let Some((wire, next)) = way.last_mut() else { break };
        let Some(&(gate, input)) = readers[*wire as usize].get(*next) else {
            way.pop();
            locals.pop();
            continue;
        };
        *next += 1;
        let Some(local) = local(&flow.wires[gate as usize], input) else { return Vec::new() };
        way.push((gate, 0));
        locals.push(local);
        if is_output(gate) {
            let wires = way.iter().map(|(wire, _)| *wire).collect();
            found.push(Way { wires, locals: locals.clone(), product: locals.iter().product() });
        }
    }
    found
}

/// Which wires lie on any path from one wire to the output.
fn on_the_way(point: &Point, from: u32) -> Vec<bool> {
    let readers = readers(&point.flow);
    let ends = counts(&point.flow, &readers);
    let mut reached = vec![false; point.flow.wires.len()];
    reached[from as usize] = true;
    for wire in from as usize..reached.len() {
        if reached[wire] {
            readers[wire].iter().for_each(|&(gate, _)| reached[gate as usize] = true);
        }
    }
    reached.iter().zip(ends).map(|(&reached, ends)| reached && ends > 0.0).collect()
}

/// The same with what the page draws of it.
///
/// # Errors
/// Nothing that is drawn has the id that is asked about.
pub fn answer(point: &Point, ask: &Ask) -> Result<Why, Diagnostic> {
    let (wire, scene) = look::wire_of(point, ask)?;
    let on_the_way = on_the_way(point, wire);
    let lines = scene.wires.iter().filter(|line| on_the_way[line.wire as usize]).map(|line| line.id.clone());
    Ok(Why { lines: lines.collect(), ..why(point, wire) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::point::Engine;
    use chainrule::Tensor;

    fn point(formula: &str, values: &str) -> std::sync::Arc<Point> {
        let values = serde_json::from_str(values).expect("values");
        let ask = Ask { formula: formula.into(), values, ..Ask::default() };
        let mut engine = Engine::new(Box::new(|_, spec, _| Tensor::full(spec, 0.5)), None);
        engine.point(&ask).expect("a formula")
    }

    fn gradient(point: &Point, wire: u32) -> f64 {
        point.flow.wires[wire as usize].upstream.as_ref().map_or(0.0, |g| g.to_f64()[0])
    }

    #[test]
    fn the_products_of_all_paths_add_up_to_the_gradient() {
        let values = r#"{"x": 3, "y": -4}"#;
        let point =
            point("stage sigma(z) = 1 / (1 + exp(-z))\nf = (x + sigma(y)) / (sigma(x) + (x + y)^2)", values);
        for (wire, inputs) in (0u32..).zip(&point.flow.wires) {
            let why = why(&point, wire);
            let uses: f64 = why.uses.iter().map(|one| one.passed).sum();
            let wanted = gradient(&point, wire);
            if let Some(total) = why.total.filter(|_| inputs.upstream.is_some()) {
                assert!((total - wanted).abs() <= 1e-12 * wanted.abs().max(1.0), "{wire}: {total} {wanted}");
                assert_eq!(why.paths.len() as f64, why.count);
                assert!(why.uses.is_empty() || (uses - wanted).abs() <= 1e-12, "{wire}: {uses} {wanted}");
            }
        }
        // x: over the sum above, over sigma below, over the square below
        assert_eq!(why(&point, point.built.circuit.inputs[0]).count, 3.0);
    }

    #[test]
    fn very_many_paths_are_counted_and_the_search_ends() {
        let doubled: String = (1..60).map(|i| format!("a{i} = a{} + a{}\n", i - 1, i - 1)).collect();
        let point = point(&format!("a0 = x * 1\n{doubled}"), r#"{"x": 1}"#);
        let why = why(&point, point.built.circuit.inputs[0]);
        assert_eq!(why.count, 2f64.powi(59));
        assert!(why.paths.len() <= limits::PATHS && why.total.is_none());
        assert_eq!(gradient(&point, 0), 2f64.powi(59));
    }

    #[test]
    fn of_arrays_the_uses_are_listed() {
        let point = point("input x: f64[2]\nsum(x * x)", r#"{"x": [3, -1]}"#);
        let why = why(&point, point.built.circuit.inputs[0]);
        assert!(why.paths.is_empty());
        assert_eq!(why.uses.iter().map(|one| one.passed).collect::<Vec<_>>(), [2.0, 2.0]);
    }
}

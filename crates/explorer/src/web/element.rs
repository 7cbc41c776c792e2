//! One element of a product of matrices as a circuit of its own: the numbers that it multiplies and adds, with what flows back to each
//! on account of this element alone.

use super::ask::Inside;
use super::limits;
use super::point::Point;
use chainrule::formula::{Built, Formula, Options};
use chainrule::{Diagnostic, Flow, Mistake, Place, Tensor, flow};

/// The circuit, its values, and what flows when the gradient arrives that the element has in the whole.
///
/// # Errors
/// The wire is no product, it has no such element, or that adds up too many products.
pub fn inside(point: &Point, asked: &Inside) -> Result<(Built, Vec<Tensor>, Flow), Diagnostic> {
    let refused = |what: String, hint: &str| -> Diagnostic {
        Mistake::new(Place::Argument(format!("wire {}", asked.wire)), "", what).hint(hint).into()
    };
    let whole = &point.flow;
    let Some(product) = whole.wires.get(asked.wire as usize).filter(|w| w.gate == "matmul") else {
        return Err(refused("is no product of matrices".into(), "choose a gate that is written @"));
    };
    let dims = product.spec.shape.dims();
    if asked.element >= product.spec.shape.elements() {
        return Err(refused("has no such element".into(), "count from 0, row by row"));
    }
    let (a, b) = (product.inputs[0], product.inputs[1]);
    let at = place(asked.element, &dims);
    let length = whole.wires[a as usize].spec.shape.dims().last().copied().unwrap_or(1);
    if length > limits::PRODUCTS {
        let what = format!("is the sum of {length} products, more than {}", limits::PRODUCTS);
        return Err(refused(what, "make the arrays smaller"));
    }
    let (batch, [row, column]) = at.split_at(at.len() - 2) else {
        return Err(refused("is no matrix".into(), "choose a gate that is written @"));
    };
    let terms: Vec<String> = (0..length).map(|k| format!("a{k} * b{k}")).collect();
    let mut built = Formula::parse(&format!("f = {}", terms.join(" + ")))?
        .build(&Options { dtype: product.spec.dtype, ..Options::default() })?;
    let mut values = Vec::new();
    for (input, &wire) in built.inputs.iter_mut().zip(&built.circuit.inputs) {
        let k: usize = input.name[1..].parse().unwrap_or(0);
        let (from, index) = if input.name.starts_with('a') {
            (a, [batch, &[*row, k]].concat())
        } else {
            (b, [batch, &[k, *column]].concat())
        };
        let tensor = &whole.wires[from as usize].value;
        values.push(Tensor::full(input.spec, tensor.to_f64()[flat(&index, &tensor.shape().dims())]));
        input.name = name(point, from, &index);
        built.circuit.names.insert(wire, input.name.clone());
    }
    let output = name(point, asked.wire, &at);
    built.circuit.names.insert(built.circuit.outputs[0], output.clone());
    built.output = Some(output);
    let spec = built.circuit.node(built.circuit.outputs[0]).spec;
    let upstream = product.upstream.as_ref().map_or(0.0, |up| up.to_f64()[asked.element]);
    let flow = flow(&built.circuit, &values, &[Tensor::full(spec, upstream)])?;
    Ok((built, values, flow))
}

/// What an element is called: by the name of its array, through gates that only give it another shape.
fn name(point: &Point, wire: u32, at: &[usize]) -> String {
    let circuit = &point.built.circuit;
    let (mut from, mut at) = (wire, at.to_vec());
    while !circuit.names.contains_key(&from) && circuit.node(from).gate.name == "reshape" {
        let index = flat(&at, &circuit.node(from).spec.shape.dims());
        from = circuit.inputs_of(from)[0];
        at = place(index, &circuit.node(from).spec.shape.dims());
    }
    let reads =
        |reader: &u32| circuit.node(*reader).gate.name == "reshape" && circuit.inputs_of(*reader) == [wire];
    // A vector's product is named behind the gate that takes the added axis away.
    let behind = (wire..circuit.len() as u32).find(reads).filter(|w| circuit.names.contains_key(w));
    if let (false, Some(behind)) = (circuit.names.contains_key(&from), behind) {
        at = place(flat(&at, &circuit.node(wire).spec.shape.dims()), &circuit.node(behind).spec.shape.dims());
        from = behind;
    }
    let index: Vec<String> = at.iter().map(usize::to_string).collect();
    let name = circuit.names.get(&from).cloned().unwrap_or_else(|| format!("#{from}"));
    format!("{name}[{}]", index.join(","))
}

/// The indices of an element of an array with these lengths.
fn place(mut flat: usize, dims: &[usize]) -> Vec<usize> {
    let mut at = vec![0; dims.len()];
    for (axis, &length) in dims.iter().enumerate().rev() {
        at[axis] = flat % length;
        flat /= length;
    }
    at
}

fn flat(at: &[usize], dims: &[usize]) -> usize {
    at.iter().zip(dims).fold(0, |all, (&index, &length)| all * length + index)
}

#[cfg(test)]
mod tests {
    use super::super::ask::Ask;
    use super::super::point::Engine;
    use super::*;
    use std::sync::Arc;

    fn point(formula: &str, values: &str, inside: Option<Inside>) -> Result<Arc<Point>, String> {
        let values = serde_json::from_str(values).expect("values");
        let ask = Ask { formula: formula.into(), values, inside, ..Ask::default() };
        let mut engine = Engine::new(Box::new(|_, spec, _| Tensor::full(spec, 0.5)), None);
        engine.point(&ask).map_err(|why| why.to_string())
    }

    const MATRICES: &str = "input A: f64[2, 3]\ninput B: f64[3, 2]\nC = A @ B\nf = sum(C^2)";
    const AT: &str = r#"{"A": [[1, 2, 3], [4, 5, 6]], "B": [[1, -1], [0.5, 2], [-3, 0.25]]}"#;

    /// What all elements pass back to a number adds up to the gradient that it has in the whole.
    #[test]
    fn its_numbers_are_those_of_the_whole() {
        let whole = point(MATRICES, AT, None).expect("a formula");
        let product = whole.flow.wires.iter().position(|w| w.gate == "matmul").expect("there is one");
        let number = |tensor: &Option<Tensor>| tensor.as_ref().expect("a gradient").to_f64();
        let value = whole.flow.wires[product].value.to_f64();
        let mut sum = std::collections::BTreeMap::<String, f64>::new();
        for (element, &value) in value.iter().enumerate() {
            let one =
                point(MATRICES, AT, Some(Inside { wire: product as u32, element })).expect("an element");
            let output = &one.flow.wires[one.flow.outputs[0] as usize];
            assert_eq!(output.value.to_f64()[0], value);
            assert_eq!(number(&output.upstream)[0], number(&whole.flow.wires[product].upstream)[element]);
            assert_eq!(one.built.output, Some(format!("C[{},{}]", element / 2, element % 2)));
            for (input, &wire) in one.built.inputs.iter().zip(&one.built.circuit.inputs) {
                *sum.entry(input.name.clone()).or_default() +=
                    number(&one.flow.wires[wire as usize].upstream)[0];
            }
        }
        for (array, wire) in [("A", 0), ("B", 1)] {
            let gradient = &whole.flow.wires[whole.flow.inputs[wire] as usize];
            let dims = gradient.spec.shape.dims();
            for (element, wanted) in number(&gradient.upstream).into_iter().enumerate() {
                let at = place(element, &dims);
                let found = sum[&format!("{array}[{},{}]", at[0], at[1])];
                assert!((found - wanted).abs() < 1e-12, "{array}{at:?}: {found} {wanted}");
            }
        }
    }

    #[test]
    fn vectors_keep_their_names_and_what_is_none_is_refused() {
        let formula = "input W: f64[2, 3]\ninput x: f64[3]\nh = W @ x\nf = sum(h^2)";
        let whole = point(formula, "{}", None).expect("a formula");
        let product = whole.flow.wires.iter().position(|w| w.gate == "matmul").expect("there is one") as u32;
        let one = point(formula, "{}", Some(Inside { wire: product, element: 1 })).expect("an element");
        let names: Vec<&str> = one.built.inputs.iter().map(|i| i.name.as_str()).collect();
        assert_eq!(names, ["W[1,0]", "x[0]", "W[1,1]", "x[1]", "W[1,2]", "x[2]"]);
        assert_eq!(one.built.output.as_deref(), Some("h[1]"));
        for (wire, element, word) in
            [(0, 0, "no product"), (product, 2, "no such element"), (99, 0, "no product")]
        {
            let why = point(formula, "{}", Some(Inside { wire, element })).err().expect("that is none");
            assert!(why.contains(word), "{why}");
        }
        let long = "input a: f64[1, 300]\ninput b: f64[300, 1]\nf = sum(a @ b)";
        let whole = point(long, "{}", None).expect("a formula");
        let product = whole.flow.wires.iter().position(|w| w.gate == "matmul").expect("there is one") as u32;
        let why =
            point(long, "{}", Some(Inside { wire: product, element: 0 })).err().expect("that is too long");
        assert!(why.contains("300 products"), "{why}");
    }
}

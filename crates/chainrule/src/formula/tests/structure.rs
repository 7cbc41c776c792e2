//! What a formula records: inputs, names, stages, places.

use super::{built, mistakes, run, tensor};
use crate::base::{DType, Site, Spec, Tensor};
use crate::circuit::Wire;
use crate::formula::{Env, Formula, Init, Options};
use std::collections::BTreeMap;

fn f64s(dims: &[usize]) -> Spec {
    Spec::new(dims, DType::F64).unwrap()
}

#[test]
fn inputs_come_in_order_of_appearance() {
    let names = |source: &str| {
        let formula = Formula::parse(source).unwrap();
        formula.variables().iter().map(|v| v.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names("sigmoid(w0*x0 + w1*x1 + w2)"), ["w0", "x0", "w1", "x1", "w2"]);
    assert_eq!(names("stage f(x) = x * w\ny = f(a) + b"), ["w", "a", "b"]);
    assert_eq!(names("stage f(x) = x * w\ny = a"), ["a"], "a stage that is not called needs nothing");
    assert_eq!(names("d = b * 2; input a: f64[2]; c = a"), ["b", "a"]);
    assert_eq!(names("param w[n, 2] = he\ninput x: f64[3, n]\nx @ w / n"), ["w", "x"]);
}

#[test]
fn declarations_are_told() {
    let source = "input x: f32[batch, features]\nparam w[features, 10] = he\nparam b[10] = 0.5\n\
                  param u[2] = uniform(-1, 1)\nparam q[10, 2] = orthogonal\n\
                  param r[10, 2] = orthogonal(1.5)\nlogits = x @ w + b\nloss = sum(logits) * t";
    let formula = Formula::parse(source).unwrap();
    assert_eq!(formula.dimensions(), ["batch", "features"]);
    assert_eq!(formula.bindings(), ["logits", "loss"]);
    let params: Vec<_> = formula.params().map(|v| (v.name.as_str(), v.init)).collect();
    assert_eq!(params[0], ("w", Some(Init::He)));
    assert_eq!(params[1], ("b", Some(Init::Constant(0.5))));
    assert_eq!(params[2], ("u", Some(Init::Uniform(-1.0, 1.0))));
    assert_eq!(params[3], ("q", Some(Init::Orthogonal(1.0))));
    assert_eq!(params[4], ("r", Some(Init::Orthogonal(1.5))));
    let inputs: Vec<_> = formula.inputs().map(|v| (v.name.as_str(), v.dtype)).collect();
    assert_eq!(inputs, [("x", Some(DType::F32)), ("t", None)]);
}

#[test]
fn dimension_names_are_the_same_everywhere() {
    let source = "input x: f64[rows, columns]\nparam w[columns, 2] = he\nh = x @ w\nsum(h) / rows + reshape(x, [rows * columns])[0]";
    let circuit = built(source, &[("x", f64s(&[3, 4]))]);
    assert_eq!(circuit.inputs[1].spec, f64s(&[4, 2]));
    assert_eq!(circuit.dims, BTreeMap::from([("columns".to_string(), 4), ("rows".to_string(), 3)]));
    let clash = "input x: f64[n]\ninput y: f64[n]\nx * y";
    let options = |y: usize| Options {
        specs: BTreeMap::from([("x".to_string(), f64s(&[3])), ("y".to_string(), f64s(&[y]))]),
        ..Options::default()
    };
    assert_eq!(mistakes(clash, &options(3)), "");
    assert_eq!(
        mistakes(clash, &options(4)),
        "2:14: formula: y is declared f64[n], but given f64[4]; hint: n is 3 in x"
    );
    let given = Options { dims: BTreeMap::from([("n".to_string(), 5)]), ..Options::default() };
    assert_eq!(Formula::compile(clash, &given).unwrap().inputs[0].spec, f64s(&[5]));
}

#[test]
fn a_given_dimension_is_no_input() {
    let formula = Formula::parse("param w[features] = ones\nsum(w) / batch").unwrap();
    let dims =
        BTreeMap::from([("features".to_string(), 3), ("batch".to_string(), 2), ("classes".to_string(), 9)]);
    let built = formula.build(&Options { dims, ..Options::default() }).unwrap();
    assert_eq!(built.inputs.len(), 1);
    let output = run(&built.circuit, &built.circuit.outputs, &[tensor(&[1.0, 2.0, 3.0], &[3])]);
    assert_eq!(output[0].data, [3.0]);
}

#[test]
fn every_binding_is_a_wire_with_its_name() {
    let built = built("a = x\nb = a\nc = 2\nd = c * 3\ne = d + b\nf = e", &[]);
    let names: Vec<&str> = built.bindings.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["a", "b", "c", "d", "e", "f"]);
    for (name, wire) in &built.bindings {
        assert_eq!(built.circuit.names.get(wire), Some(name));
    }
    assert_eq!(built.circuit.names.get(&built.circuit.inputs[0]).map(String::as_str), Some("x"));
    let wires: Vec<u32> = built.bindings.iter().map(|(_, wire)| *wire).collect();
    let values: Vec<f64> = run(&built.circuit, &wires, &[1.0.into()]).iter().map(|p| p.data[0]).collect();
    assert_eq!(values, [1.0, 1.0, 2.0, 6.0, 7.0, 7.0]);
    assert_eq!((built.output.as_deref(), built.circuit.outputs.clone()), (Some("f"), vec![wires[5]]));
    // A named constant is what the gates that use it read.
    assert!(built.circuit.inputs_of(wires[3]).contains(&wires[2]));
}

#[test]
fn the_output_can_be_chosen() {
    let formula = Formula::parse("hidden = x * 2\ny = hidden + 1").unwrap();
    let output = |name: &str| {
        let built = formula.build(&Options { output: Some(name.into()), ..Options::default() })?;
        Ok::<_, crate::base::Diagnostic>(
            run(&built.circuit, &built.circuit.outputs, &[3.0.into()])[0].data[0],
        )
    };
    assert_eq!(output("hidden").unwrap(), 6.0);
    assert_eq!(output("x").unwrap(), 3.0);
    assert_eq!(
        output("hiden").unwrap_err().to_string(),
        "hiden: formula: nothing in the formula is called hiden; hint: did you mean hidden?"
    );
    assert_eq!(
        output("loss").unwrap_err().to_string(),
        "loss: formula: nothing in the formula is called loss; hint: its bindings are hidden, y"
    );
}

#[test]
fn values_for_names_that_nothing_uses_are_mistakes() {
    let given = |names: &[&str]| Options {
        specs: names.iter().map(|name| (name.to_string(), f64s(&[]))).collect(),
        ..Options::default()
    };
    assert_eq!(
        mistakes("weight * x", &given(&["wieght", "x"])),
        "wieght: formula: nothing in the formula is called wieght; hint: did you mean weight?"
    );
    assert_eq!(
        mistakes("h = w * x", &given(&["w", "x", "h", "q"])),
        "h: formula: the formula computes h itself; hint: give values to its inputs only\n\
         q: formula: nothing in the formula is called q; hint: its inputs are w, x"
    );
}

#[test]
fn each_call_opens_a_stage_with_its_inputs_and_outputs() {
    let source =
        "stage inner(p) = p * 2\nstage outer(a, b) {\n  h = inner(a)\n  h + b\n}\ny = outer(x, x) + inner(x)";
    let built = built(source, &[]);
    let circuit = &built.circuit;
    let stages: Vec<(&str, u32)> = circuit.stages.iter().map(|s| (s.name.as_str(), s.parent)).collect();
    assert_eq!(stages, [("", 0), ("outer", 0), ("inner", 1), ("inner", 0)]);
    let outer = &circuit.stages[1];
    let name = |wire: &u32| circuit.names.get(wire).map(String::as_str);
    assert_eq!(outer.inputs.iter().map(name).collect::<Vec<_>>(), [Some("outer.a"), Some("outer.b")]);
    assert!(
        outer.inputs.iter().all(|&w| circuit.node(w).stage == 0),
        "what a stage is given comes from outside"
    );
    assert!(outer.outputs.iter().all(|&w| circuit.node(w).stage == 1));
    assert_eq!(circuit.stages[2].outputs.len(), 1);
    let bound: Vec<&str> =
        circuit.names.values().map(String::as_str).filter(|n| n.starts_with("outer.h")).collect();
    assert_eq!(bound, ["outer.h"]);
    assert_eq!(run(circuit, &circuit.outputs, &[3.0.into()])[0].data, [15.0]);
}

#[test]
fn stages_take_known_values_too() {
    let source = "stage power(x, n) = x^n\nstage total(x, axes) = sum(x, axis=axes)\n\
                  total(power(v, 2), [0]) + total(power(v, n=1), axes=0)";
    let built = built(source, &[("v", f64s(&[2]))]);
    let v: Tensor = tensor(&[-1.0, 3.0], &[2]);
    assert_eq!(run(&built.circuit, &built.circuit.outputs, &[v])[0].data, [12.0]);
}

#[test]
fn gates_know_where_they_are_written() {
    let source = "h = w * x\ny = exp(h) + 1";
    let built = built(source, &[]);
    let text = |name: &str| {
        let wire = built.bindings.iter().find(|(n, _)| n == name).map(|(_, w)| *w).unwrap();
        match built.circuit.node(wire).site {
            Site::Text(from, to) => source[from as usize..to as usize].to_string(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((text("h").as_str(), text("y").as_str()), ("*", "+"));
    let sites: Vec<Site> = built.circuit.gates().map(|(_, n)| n.site).collect();
    assert!(sites.contains(&Site::Text(14, 20)), "exp(h) is the place of its gate: {sites:?}");
    assert_eq!(built.circuit.source.as_deref(), Some(source));
}

#[test]
fn a_formula_can_be_part_of_a_larger_trace() {
    let formula = Formula::parse("h = w * x\nloss = h^2").unwrap();
    let spec = f64s(&[]);
    let program = crate::trace(
        |w: Wire, x: Wire| {
            let values = BTreeMap::from([("w".to_string(), w), ("x".to_string(), x)]);
            let recorded = formula.record(&Env { dtype: DType::F64, values, dims: BTreeMap::new() });
            let loss = recorded.get("loss").unwrap();
            (loss, loss.gradient(&w))
        },
        &(spec, spec),
    );
    let (loss, slope) = program.and_then(|p| p.run((2.0.into(), 3.0.into()))).unwrap();
    assert_eq!((loss.item().unwrap(), slope.item().unwrap()), (36.0, 36.0));
}

#[test]
fn a_missing_value_is_reported_by_the_trace_that_lacks_it() {
    let formula = Formula::parse("input x: f64[n]\nweight * x").unwrap();
    let traced = crate::trace(
        |wieght: Wire| {
            let values = BTreeMap::from([("wieght".to_string(), wieght)]);
            formula
                .record(&Env { dtype: DType::F64, values, dims: BTreeMap::from([("n".to_string(), 2)]) })
                .output
        },
        &(f64s(&[]),),
    );
    assert_eq!(
        traced.err().map(|e| e.to_string()).unwrap_or_default(),
        "1:7: formula: x has no value; hint: give it a value\n\
         2:1: formula: weight has no value; hint: did you mean wieght?"
    );
}

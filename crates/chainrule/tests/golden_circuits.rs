//! What programs become: beside each `circuits/NAME.cr` its `NAME.adjoint.expected`, the circuit of value and gradients,
//! `NAME.plan.expected`, the steps that it is laid out in with their operations and bytes, so that a pass over memory more shows
//! without a clock, and `NAME.values.expected`, what it gives. `BLESS=1` renews them.

use chainrule::formula::{BuiltInput, Env, Formula, Options};
use chainrule::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::{fs, path::Path};

/// Programs, and values of scalar inputs where the lecture has some.
const PROGRAMS: [(&str, &[(&str, f64)]); 8] = [
    ("neuron", &[("w0", 2.0), ("x0", -1.0), ("w1", -3.0), ("x1", -2.0), ("w2", -3.0)]),
    ("staged", &[("x", 3.0), ("y", -4.0)]),
    ("product", &[("x", -2.0), ("y", 5.0), ("z", -4.0)]),
    ("two_layer", &[]),
    ("conv", &[]),
    ("oscillator", &[("dt", 0.5), ("k", 2.0)]),
    ("digits", &[]),
    ("attention", &[]),
];

const DIMS: [(&str, usize); 5] = [("batch", 2), ("features", 3), ("classes", 3), ("steps", 6), ("time", 4)];

/// Numbers that look random, differ from input to input, and are the same everywhere: eighths, without rounding.
fn value(place: usize, input: &BuiltInput, given: &[(&str, f64)]) -> Tensor {
    if let Some((_, value)) = given.iter().find(|(name, _)| *name == input.name) {
        return Tensor::scalar(*value);
    }
    let count = input.spec.shape.elements();
    let dims = input.spec.shape.dims();
    let number = |i: usize| ((i * 37 + place * 11 + i * i * 5) % 17) as f64 / 8.0 - 1.0;
    let numbers = match input.spec.dtype.is_float() {
        true => (0..count).map(number).collect::<Vec<f64>>(),
        false => (0..count).map(|i| (i % 3) as f64).collect(),
    };
    Tensor::new(numbers, &dims).expect("one number for each element").cast(input.spec.dtype)
}

/// The text of the adjoint circuit, that of its plan, and that of the values it gives.
fn texts(source: &str, given: &[(&str, f64)]) -> Result<[String; 3]> {
    let formula = Formula::parse(source)?;
    let dims: BTreeMap<String, usize> = DIMS.map(|(name, length)| (name.to_string(), length)).into();
    let inputs = formula.build(&Options { dims: dims.clone(), ..Options::default() })?.inputs;
    let floats: Vec<usize> = (0..inputs.len()).filter(|&i| inputs[i].spec.dtype.is_float()).collect();
    let with_gradients = |wires: Vec<Wire>| {
        let values = inputs.iter().map(|i| i.name.clone()).zip(wires.iter().copied()).collect();
        let output = formula.record(&Env { dtype: DType::F64, values, dims: dims.clone() }).output;
        let at: Vec<Wire> = floats.iter().map(|&i| wires[i]).collect();
        (output, output.gradient(&at))
    };
    let program = trace(with_gradients, &(inputs.iter().map(|i| i.spec).collect(),))?;
    let values = inputs.iter().enumerate().map(|(place, input)| value(place, input, given)).collect();
    let function = program.compile();
    let (output, gradients) = function.run((values,))?;
    let mut text = format!("value: {}\n", numbers(&output));
    for (&i, gradient) in floats.iter().zip(&gradients) {
        let _ = writeln!(text, "{} {}: {}", inputs[i].name, gradient.spec(), numbers(gradient));
    }
    Ok([format!("{}\n", program.circuit()), function.plan(), text])
}

/// Ten digits: fewer than differ between machines.
fn numbers(tensor: &Tensor) -> String {
    let rounded = |x: &f64| if x.abs() < 1e-15 { "0".to_string() } else { format!("{x:.9e}") };
    tensor.to_f64().iter().map(rounded).collect::<Vec<_>>().join(" ")
}

#[test]
fn adjoints_and_values_are_those_on_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../circuits");
    let bless = std::env::var_os("BLESS").is_some_and(|value| value == "1");
    let mut differences = Vec::new();
    for (name, given) in PROGRAMS {
        let source = fs::read_to_string(folder.join(format!("{name}.cr"))).expect("the program is there");
        let texts = texts(&source, given).expect("the program is sound");
        for (kind, found) in ["adjoint", "plan", "values"].into_iter().zip(texts) {
            let place = folder.join(format!("{name}.{kind}.expected"));
            if bless {
                fs::write(&place, &found).expect("the expected text can be written");
            } else if fs::read_to_string(&place).ok().as_ref() != Some(&found) {
                differences.push(format!("{name}.{kind}.expected should be:\n{found}"));
            }
        }
    }
    assert!(differences.is_empty(), "run with BLESS=1 if this is meant:\n{}", differences.join("\n"));
}

//! Functions as formulas call them.

use super::{ALL, support::tests::run};
use crate::base::{DType, Tensor};
use crate::circuit::{Arg, Args, FunctionDef, Wire};
use crate::gates::support::operands::literal;

/// A function's name, what it is given, and what it gives.
type Example = (&'static str, Vec<(&'static str, Arg)>, Vec<f64>);

/// A function called as a formula calls it; the arguments are given by name.
fn called(function: &FunctionDef, given: &[(&str, Arg)]) -> Wire {
    let names: Vec<&'static str> = function.call.parameters().map(|(name, _)| name).collect();
    let find = |name: &str| names.iter().copied().find(|n| *n == name);
    let given = given.iter().map(|(name, arg)| {
        let name = find(name).unwrap_or_else(|| panic!("{} has no parameter {name}", function.name));
        (name, arg.clone())
    });
    let args = Args { function: function.name, given: given.collect(), dtype: DType::F64, literal };
    (function.call.build)(&args)
}

/// Calls with every parameter that a function has, and what they give.
fn calls(w: &[Wire]) -> Vec<Example> {
    let (number, ints, wire) = (Arg::Number, |v: &[i64]| Arg::Ints(v.to_vec()), |i: usize| Arg::Wire(w[i]));
    let list = |i: &[usize]| Arg::Wires(i.iter().map(|&i| w[i]).collect());
    // w: x = [1, 3], the identity, [[1, 2, 3, 4]] as signal [1, 1, 4] and image [1, 1, 2, 2], ones [1, 1, 2], [1, 1, 1, 1];
    // last a matrix without zeros, where some functions have poles
    vec![
        ("gelu", vec![("x", number(0.0)), ("tanh", Arg::Flag(true))], vec![0.0]),
        ("elu", vec![("x", wire(0)), ("alpha", number(2.0))], vec![1.0, 3.0]),
        ("leaky_relu", vec![("x", wire(0)), ("slope", number(2.0))], vec![1.0, 3.0]),
        ("clamp", vec![("x", wire(0)), ("low", number(2.0)), ("high", number(2.5))], vec![2.0, 2.5]),
        ("clamp", vec![("x", wire(0)), ("high", wire(0))], vec![1.0, 3.0]),
        ("mean", vec![("x", wire(1)), ("axis", number(0.0)), ("keep", Arg::Flag(true))], vec![0.5, 0.5]),
        ("variance", vec![("x", wire(0)), ("axis", number(-1.0)), ("correction", number(1.0))], vec![2.0]),
        ("std", vec![("x", wire(0))], vec![1.0]),
        ("norm", vec![("x", wire(1)), ("axis", ints(&[0, 1]))], vec![2f64.sqrt()]),
        ("logsumexp", vec![("x", wire(4)), ("axis", number(1.0)), ("keep", Arg::Flag(true))], vec![1.0, 1.0]),
        ("softmax", vec![("x", wire(4)), ("axis", number(-1.0))], vec![0.5, 0.5]),
        (
            "cross_entropy",
            vec![("logits", wire(1)), ("labels", ints(&[-7, -7])), ("ignore", number(-7.0))],
            vec![0.0; 2],
        ),
        (
            "cross_entropy_mean",
            vec![("logits", wire(1)), ("labels", ints(&[7, 7])), ("ignore", number(7.0))],
            vec![0.0],
        ),
        ("mse", vec![("x", wire(0)), ("y", number(1.0))], vec![2.0]),
        ("hinge", vec![("x", wire(0)), ("y", number(-1.0))], vec![2.0, 4.0]),
        (
            "layer_norm",
            vec![("x", wire(0)), ("scale", number(2.0)), ("bias", wire(0)), ("epsilon", number(0.0))],
            vec![-1.0, 5.0],
        ),
        ("batch_norm", vec![("x", wire(1)), ("epsilon", number(0.0))], vec![1.0, -1.0, -1.0, 1.0]),
        (
            "group_norm",
            vec![("x", wire(1)), ("groups", number(1.0)), ("epsilon", number(0.0))],
            vec![1.0, -1.0, -1.0, 1.0],
        ),
        (
            "dot_general",
            vec![("a", wire(0)), ("b", wire(0)), ("contract_a", number(0.0)), ("contract_b", ints(&[0]))],
            vec![10.0],
        ),
        ("einsum", vec![("letters", Arg::Text("i,ij->j".into())), ("values", list(&[0, 1]))], vec![1.0, 3.0]),
        ("attention", vec![("q", wire(1)), ("k", wire(1)), ("v", wire(1)), ("causal", Arg::Flag(false))], {
            let share = 1.0 / (1.0 + (-(0.5f64).sqrt()).exp());
            vec![share, 1.0 - share, 1.0 - share, share]
        }),
        (
            "conv1d",
            vec![("x", wire(2)), ("w", wire(4)), ("stride", number(2.0)), ("padding", number(1.0))],
            vec![1.0, 5.0, 4.0],
        ),
        (
            "conv2d",
            vec![("x", wire(3)), ("w", wire(5)), ("padding", ints(&[0, 1]))],
            vec![0.0, 1.0, 2.0, 0.0, 0.0, 3.0, 4.0, 0.0],
        ),
        ("max_pool1d", vec![("x", wire(2)), ("window", number(2.0))], vec![2.0, 4.0]),
        (
            "max_pool2d",
            vec![("x", wire(3)), ("window", ints(&[1, 2])), ("stride", number(1.0))],
            vec![2.0, 4.0],
        ),
        (
            "avg_pool1d",
            vec![("x", wire(2)), ("window", number(2.0)), ("padding", number(1.0))],
            vec![0.5, 2.5, 2.0],
        ),
        (
            "avg_pool2d",
            vec![("x", wire(3)), ("window", number(2.0)), ("count_padding", Arg::Flag(false))],
            vec![2.5],
        ),
        ("solve_posdef", vec![("a", wire(1)), ("b", wire(0))], vec![1.0, 3.0]),
        ("logdet_posdef", vec![("a", wire(1))], vec![0.0]),
        ("stack", vec![("values", list(&[0, 0])), ("axis", number(1.0))], vec![1.0, 1.0, 3.0, 3.0]),
        ("split", vec![("x", wire(0)), ("parts", number(2.0)), ("part", number(1.0))], vec![3.0]),
        ("dropout", vec![("x", wire(0)), ("rate", number(0.0)), ("key", number(5.0))], vec![1.0, 3.0]),
    ]
}

fn inputs() -> Vec<Tensor> {
    let of = |values: &[f64], dims: &[usize]| {
        Tensor::new(values.to_vec(), dims).expect("the numbers fit the shape")
    };
    let four = [1.0, 2.0, 3.0, 4.0];
    let (one, zeros) = (of(&[1.0], &[1, 1, 1, 1]), of(&[1.0, 1.0], &[1, 1, 2]));
    vec![
        of(&[1.0, 3.0], &[2]),
        of(&[1.0, 0.0, 0.0, 1.0], &[2, 2]),
        of(&four, &[1, 1, 4]),
        of(&four, &[1, 1, 2, 2]),
        zeros,
        one,
        of(&[2.0, 0.5, 0.5, 2.0], &[2, 2]),
    ]
}

#[test]
fn every_parameter_does_what_it_says() {
    let mut names = Vec::new();
    let expected = std::cell::RefCell::new(Vec::new());
    let found = run(
        |w| {
            let calls = calls(w);
            let wires = calls.iter().map(|(name, given, _)| {
                let function = ALL.iter().find(|f| f.name == *name);
                called(function.unwrap_or_else(|| panic!("{name} is in the list")), given)
            });
            let wires: Vec<Wire> = wires.collect();
            *expected.borrow_mut() = calls.into_iter().map(|(name, _, wanted)| (name, wanted)).collect();
            wires
        },
        &inputs(),
    );
    for (found, (name, wanted)) in found.iter().zip(expected.into_inner()) {
        let near =
            found.len() == wanted.len() && found.iter().zip(&wanted).all(|(a, b)| (a - b).abs() < 1e-12);
        assert!(near, "{name}: {found:?} instead of {wanted:?}");
        names.push(name);
    }
    assert_eq!(found.len(), names.len());
}

/// Those that take one value and no more give what it gives to call them.
#[test]
fn functions_of_one_value_need_nothing_else() {
    let plain: Vec<&FunctionDef> = ALL
        .iter()
        .copied()
        .filter(|f| f.call.parameters().filter(|(_, d)| d.is_none()).count() == 1)
        .collect();
    let values = plain.iter().filter(|f| f.call.parameters().next().is_some_and(|(name, _)| name == "x"));
    let found = run(|w| values.clone().map(|f| called(f, &[("x", Arg::Wire(w[6]))])).collect(), &inputs());
    assert!(found.len() >= 12 && found.iter().flatten().all(|y| y.is_finite()), "{found:?}");
}

#[test]
fn names_are_unique_and_no_gates() {
    for (i, function) in ALL.iter().enumerate() {
        let other = ALL[..i].iter().any(|other| other.name == function.name);
        let gate = crate::gates::ALL.iter().any(|gate| gate.name == function.name && gate.call.is_some());
        assert!(!other && !gate, "{} is there twice", function.name);
        let doc = function.doc;
        assert!(
            !doc.summary.is_empty() && !doc.formula.is_empty() && !doc.local.is_empty(),
            "{}",
            function.name
        );
    }
}

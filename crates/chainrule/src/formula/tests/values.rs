//! What expressions compute.

use super::{evaluated, number, tensor};
use crate::base::{DType, Tensor};

#[test]
fn operators_bind_as_the_grammar_says() {
    let at = [("x", 3.0), ("y", 2.0)];
    for (source, value) in [
        ("x + y * 2", 7.0),
        ("(x + y) * 2", 10.0),
        ("x - y - 1", 0.0),
        ("x / y / 2", 0.75),
        ("-x^2 + y", -7.0),
        ("(-x)^2 + y", 11.0),
        ("y^x^2 + x*0", 512.0),
        ("2^-y + x*0", 0.25),
        ("-x * -y", 6.0),
        ("x - -y", 5.0),
        ("--x + y", 5.0),
        ("y * x % 4", 2.0),
        ("1/2 * x + y*0", 1.5),
        ("1e1*x + .5*y", 31.0),
    ] {
        assert_eq!(number(source, &at), value, "{source}");
    }
}

#[test]
fn comparisons_and_logic_give_truth_values() {
    let at = [("x", 3.0), ("y", 2.0)];
    for (source, value) in [
        ("x > y", 1.0),
        ("x <= y", 0.0),
        ("x == y + 1", 1.0),
        ("not x == y", 1.0),
        ("x != y and y != 2 or x > 2", 1.0),
        ("x > y and (y > 2 or x > 3)", 0.0),
        ("not x > y or true", 1.0),
        ("1 < 2 and x > y", 1.0),
    ] {
        let result = evaluated(source, &at.map(|(name, value)| (name, Tensor::from(value))));
        assert_eq!((result.data[0], result.spec.dtype), (value, DType::Bool), "{source}");
    }
}

#[test]
fn literal_whole_powers_are_whole_powers() {
    assert_eq!(number("(x + y)^2", &[("x", 3.0), ("y", -4.0)]), 1.0);
    assert_eq!(number("x^3", &[("x", -2.0)]), -8.0);
    assert_eq!(number("x^-1", &[("x", -2.0)]), -0.5);
    assert_eq!(number("n = 2; x^n", &[("x", -3.0)]), 9.0);
    assert_eq!(number("x^(1/2)", &[("x", 9.0)]), 3.0);
}

#[test]
fn the_formulas_of_the_lecture() {
    let neuron = [("w0", 2.0), ("x0", -1.0), ("w1", -3.0), ("x1", -2.0), ("w2", -3.0)];
    assert!((number("sigmoid(w0*x0 + w1*x1 + w2)", &neuron) - 0.731_058_578_630_004_9).abs() < 1e-15);
    let staged = "stage sigma(z) = 1 / (1 + exp(-z))\nf = (x + sigma(y)) / (sigma(x) + (x + y)^2)";
    assert!((number(staged, &[("x", 3.0), ("y", -4.0)]) - 1.545_644_884_1).abs() < 1e-10);
    assert_eq!(number("2 * (x*y + max(z, w))", &[("x", 3.0), ("y", -4.0), ("z", 2.0), ("w", -1.0)]), -20.0);
}

#[test]
fn literals_take_the_dtype_of_the_other_side() {
    let x = Tensor::from(vec![1.5f32, 2.5]);
    let result = evaluated("h = 0.5; (x * 2 + 1/2) * h", &[("x", x)]);
    assert_eq!((result.data, result.spec.dtype), (vec![1.75, 2.75], DType::F32));
    let n = Tensor::from(vec![7i64, -7]);
    let result = evaluated("n / 2 + 1", &[("n", n)]);
    assert_eq!((result.data, result.spec.dtype), (vec![4.0, -3.0], DType::I64));
}

#[test]
fn tensors_and_lists() {
    let a = tensor(&[1.0, 2.0, 3.0, 4.0], &[2, 2]);
    assert_eq!(evaluated("a @ a", &[("a", a.clone())]).data, [7.0, 10.0, 15.0, 22.0]);
    assert_eq!(evaluated("a * [10, 100]", &[("a", a.clone())]).data, [10.0, 200.0, 30.0, 400.0]);
    assert_eq!(evaluated("a @ [[0, 1], [1, 0]]", &[("a", a.clone())]).data, [2.0, 1.0, 4.0, 3.0]);
    assert_eq!(evaluated("sum(a, axis=[0, 1]) + sum(a, keep=true)[0, 0]", &[("a", a.clone())]).data, [20.0]);
    assert_eq!(evaluated("k = 1; sum(a, axis=k)", &[("a", a.clone())]).data, [3.0, 7.0]);
    assert_eq!(evaluated("cast(a, i64) / 2", &[("a", a)]).data, [0.0, 1.0, 1.0, 2.0]);
}

#[test]
fn indices_pick_and_slices_keep() {
    let a = tensor(&(0..24).map(f64::from).collect::<Vec<_>>(), &[2, 3, 4]);
    let picked = |source: &str| {
        let result = evaluated(source, &[("a", a.clone())]);
        (result.spec.shape.dims(), result.data)
    };
    assert_eq!(picked("a[1, 2, 3]"), (vec![], vec![23.0]));
    assert_eq!(picked("a[-1, 0]"), (vec![4], vec![12.0, 13.0, 14.0, 15.0]));
    assert_eq!(picked("a[..., 0]"), (vec![2, 3], vec![0.0, 4.0, 8.0, 12.0, 16.0, 20.0]));
    assert_eq!(picked("a[0, 1:, ::2]"), (vec![2, 2], vec![4.0, 6.0, 8.0, 10.0]));
    assert_eq!(picked("a[0, 0, ::-1]"), (vec![4], vec![3.0, 2.0, 1.0, 0.0]));
    assert_eq!(picked("a[0, 0, 5:]"), (vec![0], vec![]));
    assert_eq!(picked("a[none, 0, 0, :2, none]"), (vec![1, 2, 1], vec![0.0, 1.0]));
    assert_eq!(picked("a[1][2][1:3]"), (vec![2], vec![21.0, 22.0]));
    assert_eq!(picked("a[0, 0, [3, 0, 3]]"), (vec![3], vec![3.0, 0.0, 3.0]));
    assert_eq!(picked("(a + 1)[0, 0, 1 + 1]"), (vec![], vec![3.0]));
}

#[test]
fn a_computed_index_takes() {
    let a = tensor(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &[3, 2]);
    let i = Tensor::new(vec![2i64, 0], &[2]).unwrap();
    assert_eq!(evaluated("a[i]", &[("a", a.clone()), ("i", i.clone())]).data, [5.0, 6.0, 1.0, 2.0]);
    assert_eq!(evaluated("a[i, 1]", &[("a", a.clone()), ("i", i.clone())]).data, [6.0, 2.0]);
    assert_eq!(evaluated("a[:, i[1]]", &[("a", a), ("i", i)]).data, [1.0, 3.0, 5.0]);
}

#[test]
fn newlines_and_semicolons_end_bindings_except_inside_brackets() {
    for source in [
        "a = (x +\n 1)",
        "a = x; a + 1",
        "a = x\n\n# note\nb = 1; a + b",
        "add(\n  x,\n  y=1\n)",
        "\u{feff}x + 1;\r\n",
    ] {
        assert_eq!(number(source, &[("x", 1.0)]), 2.0, "{source}");
    }
}

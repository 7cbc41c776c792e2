//! What is left of circuits.

use super::simplify;
use crate::base::{DType, Spec, Tensor, limits};
use crate::circuit::{Circuit, Wire, stage};
use crate::prelude::{cond, scan, trace};
use crate::run::evaluate;

fn traced(dims: &[usize], f: impl Fn(Wire, Wire) -> Wire) -> Circuit {
    let spec = Spec::new(dims, DType::F64).unwrap();
    trace(f, &(spec, spec)).unwrap().circuit().clone()
}

/// The gates that are left, in order.
fn left(circuit: &Circuit) -> Vec<&'static str> {
    circuit.gates().map(|(_, node)| node.gate.name).filter(|&name| name != "input").collect()
}

#[track_caller]
fn leaves(dims: &[usize], f: impl Fn(Wire, Wire) -> Wire, wanted: &[&str]) -> Circuit {
    let circuit = simplify(&traced(dims, f), evaluate);
    assert_eq!(left(&circuit), wanted, "{circuit}");
    assert_eq!(simplify(&circuit, evaluate), circuit, "what is simple stays");
    assert_eq!(circuit.inputs, [0, 1]);
    circuit
}

#[test]
fn gates_that_do_the_same_are_one() {
    leaves(&[3], |x, y| (x * y).exp() + (x * y).exp(), &["mul", "exp", "add"]);
    leaves(&[3], |x, y| (x * y) / (y * x), &["mul", "div"]);
    leaves(&[3], |x, y| (x / y) + (y / x), &["div", "div", "add"]);
    leaves(&[3], |x, _| x.powi(3) + x.powi(4), &["powi", "powi", "add"]);
    leaves(&[3], |x, y| x.sum() * y + x.sum() * x, &["sum", "broadcast", "mul", "mul", "add"]);
    leaves(&[], |x, _| (x + 0.0) * (x - (-0.0)), &["constant", "add", "constant", "sub", "mul"]);
}

#[test]
fn laws_are_applied_one_after_the_other() {
    leaves(&[3], |x, _| -(-(x * 1.0)), &[]);
    leaves(&[2, 3], |x, _| x.t().t().t().exp(), &["transpose", "exp"]);
    leaves(&[2, 3], |x, _| x.reshape(&[6]).reshape(&[3, 2]).reshape(&[2, 3]).exp(), &["exp"]);
    leaves(&[3], |x, _| x.broadcast_to(&[2, 3]).broadcast_to(&[4, 2, 3]), &["broadcast"]);
    leaves(&[1, 1], |x, _| x.max().exp(), &["reshape", "exp"]);
    leaves(&[3], |x, y| (x - 0.0) / (y / y.stop_gradient()).powi(0), &[]);
}

#[test]
fn constants_are_computed() {
    let two = |spec: Spec| Tensor::full(spec, 2.0);
    let spec = Spec::new(&[3], DType::F64).unwrap();
    let c = leaves(
        &[3],
        |x, _| x * (crate::constant(two(spec)).square() + 1.0),
        &["constant", "broadcast", "mul"],
    );
    assert_eq!(c.node(2).attrs.tensor("value").item().unwrap(), 5.0);
    // A mask that positions decide.
    let mask = |x: Wire, _: Wire| {
        let rows = crate::iota(&[3, 3], 0, DType::I64);
        rows.ge(rows.t()).select(x, x.exp())
    };
    leaves(&[3, 3], mask, &["exp", "constant", "select"]);
    // What is repeated is computed once, however often: 0 times anything passed back is 0.
    let large = |x: Wire, _: Wire| x + (crate::constant(2.0).broadcast_to(&[1 << 20]).sqrt() * 3.0).exp();
    leaves(&[1 << 20], large, &["constant", "broadcast", "add"]);
}

#[test]
fn large_results_are_not_computed_beforehand() {
    for (more, wanted) in [(0, &["constant", "add"][..]), (1, &["iota", "exp", "add"])] {
        let n = limits::FOLDED + more;
        leaves(&[n], |x, _| x + crate::iota(&[n], 0, DType::F64).exp(), wanted);
    }
}

#[test]
fn what_nobody_reads_is_dropped() {
    leaves(&[3], |x, y| y.exp().gt(y.exp()).select(y, x), &[]);
    let spec = Spec::scalar(DType::I64);
    let none = Tensor::scalar(0i64);
    let zero = trace(|x: Wire| (x * x + 3) * crate::constant(none.clone()), &(spec,)).unwrap();
    assert_eq!(left(&simplify(zero.circuit(), evaluate)), ["constant"]);
}

#[test]
fn inner_circuits_are_simplified_too() {
    let twice = |x: Wire, y: Wire| {
        let body = |total: Wire, y: Wire| (total + (y * 1.0).exp() * y.exp(), y);
        let (total, _) = scan(body, x, y);
        cond(total.gt(0.0), |t: Wire| -(-t), |t: Wire| t * 1.0, total)
    };
    let spec = Spec::new(&[3], DType::F64).unwrap();
    let program = trace(|x: Wire, y: Wire| twice(x.sum(), y), &(spec, spec)).unwrap();
    let circuit = simplify(program.circuit(), evaluate);
    let inner: Vec<Vec<&str>> =
        circuit.gates().flat_map(|(_, node)| node.attrs.circuits().map(|c| left(c))).collect();
    assert_eq!(inner, [vec!["exp", "mul", "add"], vec![], vec![]]);
}

#[test]
fn names_and_stages_stay_with_what_is_left() {
    let named = |x: Wire, _: Wire| {
        let unit = stage("unit", || x * 1.0);
        crate::name(unit, "same");
        let y = stage("outer", || unit.exp());
        crate::name(y, "y");
        y
    };
    let circuit = leaves(&[3], named, &["exp"]);
    assert_eq!(circuit.names.values().collect::<Vec<_>>(), ["same", "y"]);
    assert_eq!(circuit.stages[circuit.node(2).stage as usize].name, "outer");
}

#[test]
fn a_long_chain_is_no_danger() {
    let spec = Spec::scalar(DType::F64);
    let chain = |x: Wire| (0..200_000).fold(x, |y, i| if i % 2 == 0 { y.sin() } else { y * 1.0 });
    let circuit = simplify(trace(chain, &(spec,)).unwrap().circuit(), evaluate);
    assert_eq!(circuit.len(), 1 + 100_000);
}

//! The laws of the rooms, each applied at least once, on the numbers that break laws.

use super::{cast_floats, run};
use crate::base::{DType, Spec, Tensor};
use crate::circuit::{Attr, Attrs, Circuit, GateDef, Sampler, Then, Wire, outermost, record_many};
use crate::gates::{self, ALL, INPUT};
use crate::run::evaluate;
use crate::transform::simplify::{APPLIED, simplify};

/// Not a number, infinities, zeros of both signs, the smallest and the largest, halves for roundings.
const FLOATS: [f64; 17] = [
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    0.0,
    -0.0,
    1.0,
    -1.0,
    5e-324,
    -1e-45,
    1e-310,
    1e308,
    -3e38,
    0.5,
    -2.5,
    3.0,
    1e-20,
    4503599627370497.5,
];

fn special(spec: Spec, shift: usize) -> Tensor {
    let integers = [0, 1, -1, 2, i64::MIN, i64::MAX, 7, i64::from(i32::MIN), 255];
    let count = spec.shape.elements();
    let floats: Vec<f64> = (0..count).map(|i| FLOATS[(i * 5 + shift) % FLOATS.len()]).collect();
    let dims = spec.shape.dims();
    let whole = || (0..count).map(|i| integers[(i * 4 + shift) % integers.len()]);
    match spec.dtype {
        DType::F32 | DType::F64 => Tensor::from_f64(spec, &floats),
        DType::Bool => Tensor::new(whole().map(|v| v % 2 == 0).collect(), &dims).unwrap(),
        DType::I64 => Tensor::new(whole().collect(), &dims).unwrap(),
        DType::I32 => Tensor::new(whole().map(|v| v as i32).collect(), &dims).unwrap(),
        DType::U8 => Tensor::new(whole().map(|v| v as u8).collect(), &dims).unwrap(),
    }
}

/// The same bits; one NaN is as good as another.
fn is_same(a: &Tensor, b: &Tensor) -> bool {
    let same = |(a, b): (&f64, &f64)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
    if a.dtype().is_float() {
        a.spec() == b.spec() && a.to_f64().iter().zip(&b.to_f64()).all(same)
    } else {
        a == b
    }
}

/// A circuit gives the same when it is simplified.
fn check(what: &str, circuit: &Circuit) {
    let simple = simplify(circuit, evaluate);
    for shift in 0..FLOATS.len() {
        let specs = circuit.specs(&circuit.inputs);
        let inputs: Vec<Tensor> = (0..).zip(&specs).map(|(i, &spec)| special(spec, shift + 3 * i)).collect();
        for (traced, simple) in run(circuit, &inputs).iter().zip(&run(&simple, &inputs)) {
            assert!(is_same(traced, simple), "{what}: {simple:?} instead of {traced:?} for {inputs:?}");
        }
    }
}

fn traced(specs: &[Spec], f: impl FnOnce(&[Wire]) -> Vec<Wire>) -> Option<Circuit> {
    outermost(&INPUT, specs, f, |out: &Vec<Wire>| out.clone()).ok().map(|traced| traced.circuit)
}

/// The gate on inputs; on one input known to be a certain number; on one wire twice; on its own output.
fn variants(gate: &'static GateDef, attrs: &Attrs, specs: &[Spec]) {
    let fits = |specs: &[Spec]| (gate.shape)(attrs, specs).is_ok();
    if !fits(specs) {
        return;
    }
    let gate_on = |wires: &[Wire]| record_many(gate, attrs.clone(), wires);
    let mut found: Vec<Option<Circuit>> = vec![traced(specs, gate_on)];
    for (at, spec) in specs.iter().enumerate() {
        for number in [0.0, -0.0, 1.0, -1.0, 2.0] {
            let known = Tensor::full(*spec, number);
            found.push(traced(specs, |wires| {
                let mut wires = wires.to_vec();
                wires[at] = gates::constant(known);
                gate_on(&wires)
            }));
        }
        for other in (0..at).filter(|&other| specs[other] == *spec) {
            found.push(traced(specs, |wires| {
                let mut wires = wires.to_vec();
                wires[other] = wires[at];
                gate_on(&wires)
            }));
        }
    }
    found.push(traced(specs, |wires| {
        let once = gate_on(wires);
        gate_on(&[&once[..], &wires[1..]].concat())
    }));
    found.iter().flatten().for_each(|circuit| check(gate.name, circuit));
}

/// The gate with these attributes, twice where that can be.
fn with_attrs<const N: usize>(gate: &'static GateDef, attrs: [(&'static str, Attr); N], dims: &[usize]) {
    for dtype in DType::ALL {
        variants(gate, &Attrs::new(attrs.clone()), &[Spec::new(dims, dtype).unwrap()]);
    }
}

#[test]
fn laws_change_no_bit() {
    let laws = |gate: &&&'static GateDef| !gate.identities.is_empty();
    for gate in ALL.iter().filter(laws) {
        for seed in 0..40 {
            let case = (gate.sample)(&mut Sampler::new(seed));
            for dtype in DType::ALL {
                let inputs = cast_floats(&case.inputs, dtype);
                let specs: Vec<Spec> = inputs.iter().map(Tensor::spec).collect();
                variants(gate, &case.attrs, &specs);
            }
        }
    }
    let ints = |list: &[i64]| Attr::Ints(list.to_vec());
    with_attrs(&gates::BROADCAST, [("shape", ints(&[2, 3]))], &[2, 3]);
    with_attrs(&gates::BROADCAST, [("shape", ints(&[2, 3]))], &[1, 3]);
    with_attrs(&gates::BROADCAST, [("shape", ints(&[1, 3]))], &[3]);
    with_attrs(&gates::RESHAPE, [("shape", ints(&[2, 3]))], &[2, 3]);
    with_attrs(&gates::RESHAPE, [("shape", ints(&[6]))], &[2, 3]);
    with_attrs(&gates::TRANSPOSE, [("order", ints(&[0, 1]))], &[2, 3]);
    with_attrs(&gates::TRANSPOSE, [("order", ints(&[2, 0, 1]))], &[3, 3, 3]);
    with_attrs(&gates::REVERSE, [("axes", ints(&[]))], &[2, 3]);
    with_attrs(&gates::REVERSE, [("axes", ints(&[0]))], &[2, 3]);
    with_attrs(&gates::SLICE, [("starts", ints(&[0])), ("stops", ints(&[3])), ("steps", ints(&[1]))], &[3]);
    let none = || ints(&[0, 0]);
    with_attrs(&gates::PAD, [("low", none()), ("high", none()), ("between", none())], &[2, 3]);
    with_attrs(&gates::CONCAT, [("axis", Attr::Int(0))], &[3]);
    with_attrs(&gates::POWI, [("n", Attr::Int(0))], &[17]);
    with_attrs(&gates::POWI, [("n", Attr::Int(1))], &[17]);
    for dtype in DType::ALL {
        variants(
            &gates::CAST,
            &Attrs::new([("dtype", Attr::DType(dtype))]),
            &[Spec::new(&[17], dtype).unwrap()],
        );
    }
    let chains: [fn(Wire) -> Wire; 2] =
        [|x| x.reshape(&[6]).reshape(&[3, 2]), |x| x.broadcast_to(&[2, 2, 3]).broadcast_to(&[4, 2, 2, 3])];
    for chain in chains {
        let spec = Spec::new(&[2, 3], DType::F64).unwrap();
        check("a chain of views", &traced(&[spec], |wires| vec![chain(wires[0])]).unwrap());
    }
    let missing: Vec<(&str, &str)> = ALL
        .iter()
        .flat_map(|gate| gate.identities.iter().map(|law| (gate.name, law)))
        .filter(|(_, law)| !matches!(law.then, Then::Swapped))
        .map(|(gate, law)| (gate, law.law))
        .filter(|law| APPLIED.with_borrow(|applied| !applied.contains(law)))
        .collect();
    assert!(missing.is_empty(), "never applied: {missing:?}");
}

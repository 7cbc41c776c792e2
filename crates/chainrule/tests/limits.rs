//! Every limit of `base/limits.rs`: what is at it is taken, what is past it is refused with a clear text.

use chainrule::formula::{Formula, Options};
use chainrule::prelude::*;
use chainrule::{limits, parse_circuit};

/// Refused, in these words.
#[track_caller]
fn refused<T>(found: std::result::Result<T, impl ToString>, words: &str) {
    let text = found.err().map(|e| e.to_string()).unwrap_or_default();
    assert!(text.contains(words), "{text:?} does not say {words:?}");
}

fn compiled(source: &str) -> Result<()> {
    Formula::compile(source, &Options::default()).map(|_| ())
}

#[test]
fn every_limit_is_tested() {
    let tests = [include_str!("limits.rs"), include_str!("jit.rs")].concat();
    let names =
        include_str!("../src/base/limits.rs").lines().filter_map(|line| line.strip_prefix("pub const "));
    let mut count = 0;
    for name in names.filter_map(|rest| rest.split(':').next()) {
        // That of gates can't be reached from outside; its test is in src/circuit/record.rs.
        assert!(name == "GATES" || tests.contains(&format!("limits::{name}")), "{name} has no test");
        count += 1;
    }
    assert!(count >= 9, "the limits were found");
}

#[test]
fn axes() {
    assert!(Shape::new(&[1; limits::RANK]).is_ok());
    refused(Shape::new(&[1; limits::RANK + 1]), "9 axes are more than the 8 that a tensor can have");
    let spec = Spec::new(&[1; limits::RANK], DType::F64).unwrap();
    assert!(trace(|x: Wire| x.reshape(&[1; limits::RANK]), &(spec,)).is_ok());
    let past = trace(|x: Wire| x.reshape(&[1; limits::RANK + 1]), &(spec,));
    refused(past, "reshape: 9 axes are more than the 8 that a tensor can have");
    refused(trace(|x: Wire| chainrule::stack(&[x, x], 0), &(spec,)), "9 axes are more than the 8");
}

/// Shapes only: nothing as large is ever made here.
#[test]
fn elements() {
    let half = limits::ELEMENTS as usize / 2;
    assert!(Shape::new(&[half, 2]).is_ok());
    refused(Shape::new(&[half, 3]), "[2147483648, 3] has more than 4294967296 elements");
    refused(Shape::new(&[usize::MAX, usize::MAX]), "has more than 4294967296 elements");
    let spec = Spec::new(&[half], DType::U8).unwrap();
    assert!(trace(|x: Wire| x.broadcast_to(&[2, limits::ELEMENTS as usize / 2]), &(spec,)).is_ok());
    let past = trace(|x: Wire| x.broadcast_to(&[3, limits::ELEMENTS as usize / 2]), &(spec,));
    refused(past, "broadcast: [3, 2147483648] has more than 4294967296 elements");
    let other = Spec::new(&[3, 1], DType::U8).unwrap();
    refused(trace(|x: Wire, y: Wire| x + y, &(spec, other)), "add: shapes differ: [2147483648] and [3, 1]");
}

#[test]
fn length_of_an_axis() {
    let longest = limits::AXIS as usize;
    assert!(Shape::new(&[longest]).is_ok() && Shape::new(&[0, longest]).is_ok());
    refused(Shape::new(&[longest + 1]), "[2147483649] has an axis longer than 2147483648");
    refused(Shape::new(&[0, usize::MAX]), "has an axis longer than 2147483648");
}

#[test]
fn mistakes() {
    for (made, reported) in [(limits::MISTAKES, limits::MISTAKES), (limits::MISTAKES + 1, limits::MISTAKES)] {
        let found = compiled(&"y = @\n".repeat(made)).err().map_or(0, |e| e.mistakes().len());
        assert_eq!(found, reported);
        let wrong = |x: Wire| (0..made).map(|axis| x.sum_axes(&[axis])).collect::<Vec<Wire>>();
        let found = trace(wrong, &(Spec::scalar(DType::F64),)).err().map_or(0, |e| e.mistakes().len());
        assert_eq!(found, reported);
    }
}

#[test]
fn bytes_of_a_formula() {
    assert!(Formula::parse(&"x".repeat(limits::FORMULA_BYTES)).is_ok());
    let text = "1:1: formula: the formula has 1048577 bytes, more than 1048576; \
                hint: numbers belong into files; give them as inputs";
    refused(Formula::parse(&"x".repeat(limits::FORMULA_BYTES + 1)), text);
}

#[test]
fn values_of_a_formula() {
    // One value for the last line, and for each of 15 calls: the call, its argument, the sum and 69,902 numbers in it.
    let (calls, numbers) = (15, 69_902);
    assert_eq!(1 + calls * (3 + numbers), limits::FORMULA_VALUES);
    let source = format!("stage s(p) = 1{}\ns(1){}", " + 1".repeat(numbers - 1), " + s(1)".repeat(calls - 1));
    assert_eq!(compiled(&source).err().map(|e| e.to_string()), None);
    refused(compiled(&format!("{source} + 1")), "formula: the formula computes more than 1048576 values");
}

#[test]
fn depth_of_a_formula() {
    let nested = |levels: usize| format!("{}x{}", "(".repeat(levels), ")".repeat(levels));
    let text = "brackets and operators are nested deeper than 200; hint: give inner parts names of their own";
    assert!(compiled(&nested(limits::FORMULA_DEPTH - 1)).is_ok());
    refused(compiled(&nested(limits::FORMULA_DEPTH)), text);
}

/// `levels` circuits, each but the first within the one before.
fn nested(x: Wire, levels: usize) -> Wire {
    if levels == 1 { x } else { cond(x.gt(0.0), |x: Wire| nested(x, levels - 1), |x: Wire| x, x) }
}

#[test]
fn depth_of_a_circuits_text() {
    let text = |levels: usize| {
        let program = trace(|x: Wire| nested(x, levels), &(Spec::scalar(DType::F64),)).unwrap();
        program.circuit().to_string()
    };
    assert_eq!(parse_circuit(&text(limits::FORMULA_DEPTH)).err().map(|e| e.to_string()), None);
    refused(parse_circuit(&text(limits::FORMULA_DEPTH + 1)), "circuits are nested too deeply");
}

#[test]
fn threads() {
    let program = trace(|x: Wire| x.exp(), &(Spec::scalar(DType::F64),)).unwrap();
    let with = |count| program.compile_with(&chainrule::Options::default().threads(count));
    assert_eq!(with(limits::THREADS).unwrap().threads(), limits::THREADS);
    for count in [0, limits::THREADS + 1] {
        refused(with(count), &format!("threads: compile: are {count}; hint: give a number from 1 to 256"));
    }
}

#[test]
fn order_of_polygamma() {
    let at = |n: i64| trace(|x: Wire| x.polygamma(n), &(Spec::scalar(DType::F64),));
    assert!(at(limits::POLYGAMMA_ORDER).is_ok());
    for n in [-1, limits::POLYGAMMA_ORDER + 1] {
        refused(at(n), &format!("polygamma: the order is {n}; hint: orders go from 0"));
    }
    // The gradient of the last order would be one more.
    let past =
        trace(|x: Wire| x.polygamma(limits::POLYGAMMA_ORDER).gradient(&x), &(Spec::scalar(DType::F64),));
    refused(past, "polygamma: the order is 1001");
}

#[test]
fn what_is_computed_from_constants_beforehand() {
    let gates = |elements: usize| {
        let counted = move |_: Wire| chainrule::iota(&[elements], 0, DType::F32).sqrt();
        let program = trace(counted, &(Spec::scalar(DType::F32),)).unwrap();
        let simple = program.simplified();
        assert_eq!(program.run((0.0f32.into(),)).unwrap().as_slice::<f32>().unwrap()[4], 2.0);
        simple.len() - simple.inputs.len()
    };
    assert_eq!((gates(limits::FOLDED), gates(limits::FOLDED + 1)), (1, 2));
}

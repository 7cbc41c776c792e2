//! The text form of circuits, through the public API.

use chainrule::prelude::*;
use chainrule::{Program, name, parse_circuit};

fn scalar() -> Spec {
    Spec::scalar(DType::F64)
}

/// Prints, parses, and checks that the circuit is the same and prints alike. Gives it.
fn again<In, Out>(program: &Program<In, Out>) -> chainrule::Circuit
where
    In: Wires,
    Out: Wires,
{
    let text = program.circuit().to_string();
    let parsed = parse_circuit(&text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    assert!(parsed == *program.circuit(), "{text}");
    assert_eq!(parsed.to_string(), text);
    parsed
}

#[test]
fn a_circuit_reads_like_this() {
    let program = trace(
        |x: Wire| {
            name(x, "x");
            stage("half", || 0.5 * x)
        },
        &(Spec::new(&[2], DType::F64).unwrap(),),
    )
    .unwrap();
    let text = "circuit {\n  stage 1 \"half\" in 0\n  %0 \"x\": f64[2] = input\n  \
                %1: f64[] = constant {value: f64[] [0.5]} @1\n  %2: f64[2] = broadcast %1 {shape: [2]} @1\n  \
                %3: f64[2] = mul %2 %0 @1\n  inputs %0\n  outputs %3\n}";
    assert_eq!(program.circuit().to_string(), text);
    again(&program);
}

#[test]
fn names_stages_and_odd_words_are_kept() {
    let program = trace(
        |x: Wire, y: Wire| {
            name(x, "a \"quoted\" name \\ with \n everything \u{1F600}\0");
            stage("outer", || stage("inner", || x.exp()) + stage("inner", || y))
        },
        &(scalar(), scalar()),
    )
    .unwrap();
    let parsed = again(&program);
    assert_eq!((&parsed.names, &parsed.stages), (&program.circuit().names, &program.circuit().stages));
}

#[test]
fn constants_come_back_to_the_last_bit() {
    let numbers =
        [0.1, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE / 3.0, 1e300, 1.0 / 3.0];
    let narrow = numbers.map(|x| x as f32);
    let program = trace(
        |_: Wire| {
            let whole = constant([i64::MIN, i64::MAX]);
            let small = constant(Tensor::new(vec![0u8, 255], &[2, 1]).unwrap());
            let nothing = constant(Tensor::new(Vec::<f32>::new(), &[0, 3]).unwrap());
            (vec![constant(numbers), constant(narrow), whole, small], nothing, constant([true, false]))
        },
        &(scalar(),),
    )
    .unwrap();
    let found = Program::from_circuit(again(&program)).run(vec![1.0.into()]).unwrap();
    let bits = |t: &Tensor| t.to_vec::<f64>().unwrap().into_iter().map(f64::to_bits).collect::<Vec<_>>();
    assert_eq!(bits(&found[0]), numbers.map(f64::to_bits));
    assert_eq!(found[1].to_vec::<f32>().unwrap().map_bits(), narrow.to_vec().map_bits());
    assert_eq!(found[2].to_vec::<i64>().unwrap(), [i64::MIN, i64::MAX]);
}

trait MapBits {
    fn map_bits(self) -> Vec<u32>;
}

impl MapBits for Vec<f32> {
    fn map_bits(self) -> Vec<u32> {
        self.into_iter().map(f32::to_bits).collect()
    }
}

#[test]
fn circuits_within_circuits_come_back_and_run() {
    let square =
        |x: Wire| custom_vjp(|x: Wire| x * x, |(x,): (Wire,), _: Wire, up: Wire| (2.0 * x * up,))((x,));
    let f = move |x: Wire| {
        let sums = scan(
            |s: Wire, x: Wire| (s + square(x), cond(s.gt(1.0), |s: Wire| s, |s: Wire| -s, s)),
            constant(0.0),
            x,
        );
        let halved = while_loop(|x: Wire| x.gt(1.0), |x: Wire| 0.5 * x, sums.0);
        let loss = sums.0 * sums.1.sum();
        (halved, loss.gradient(&x), loss.hvp(&x, &x))
    };
    let program = trace(f, &(Spec::new(&[3], DType::F64).unwrap(),)).unwrap();
    let x = Tensor::from([0.7, 1.1, -0.4]);
    let (a, b, c) = program.run((x.clone(),)).unwrap();
    assert_eq!(Program::from_circuit(again(&program)).run(vec![x]).unwrap(), [a, b, c]);
}

#[test]
fn bad_texts_name_the_place() {
    for (text, place, what) in [
        ("", "1:1", "expected \"circuit\""),
        ("circuit {\n  %0: f64[2] = inptu\n}", "2:", "\"inptu\" is no gate"),
        ("circuit {\n  %0: f64[2] = input\n  %1: f64[2] = neg %1\n}", "3:", "%1 comes before its gate"),
        ("circuit {\n  %0: f64[2] = input\n  %2: f64[2] = neg %0\n}", "3:", "%2 where %1 comes next"),
        (
            "circuit {\n  %0: f64[2] = input\n  %1: f64[3] = neg %0\n}",
            "3:",
            "neg gives [f64[2]], not [f64[3]]",
        ),
        ("circuit {\n  %0: f64[2] = input\n  %1: f64[2] = mul %0\n}", "3:", "mul takes 2 inputs, not 1"),
        (
            "circuit {\n  %0: f64[2] = input\n  %1: f64[] = sum %0 {axes: 0}\n}",
            "3:",
            "axes of sum is one Ints",
        ),
        (
            "circuit {\n  %0: f64[2] = input\n  %1: f64[] = sum %0 {axes: [7]}\n}",
            "3:",
            "sum: axis 7 of a value with 1 axis",
        ),
        ("circuit {\n  %0: f64[2] = input\n  outputs %0\n}", "4:", "%0 is read and not listed under inputs"),
        ("circuit {\n  %0: f64[2] = input\n  inputs %0 %0\n}", "3:", "%0 is listed twice"),
        ("circuit {\n  %0: f64[2, 99999999999] = input\n}", "2:", "elements"),
        ("circuit {\n  %0: f64[1, 1, 1, 1, 1, 1, 1, 1, 1] = input\n}", "2:", "9 axes"),
        ("circuit {\n  %0: f64[] = constant {value: f64[2] [1.0]}\n}", "2:", "holds 2 numbers, not 1"),
        ("circuit {\n} more", "2:", "text after the circuit"),
        ("circuit {\n  stage 1 \"a\" in 1\n}", "2:", "stages are numbered in order"),
        (
            "circuit {\n  stage 1 \"a\" in 0 takes %3\n}",
            "3:",
            "a stage takes or gives a wire that is not there",
        ),
    ] {
        let found = match parse_circuit(text) {
            Ok(_) => panic!("not refused: {text}"),
            Err(found) => found.to_string(),
        };
        assert!(found.starts_with(place) && found.contains(what), "{found} for\n{text}");
    }
    let deep = "circuit {%0: f64[] = cond {yes: ".repeat(2000);
    assert!(parse_circuit(&deep).unwrap_err().to_string().contains("nested too deeply"));
}

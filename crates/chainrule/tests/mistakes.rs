//! What programs with mistakes are told, place and all: one row for each text that no other test reaches.

use chainrule::prelude::*;
use chainrule::{Conv, Pool, Shape, attention, concat, iota, parse_circuit, scan_reverse, stack};

/// What a function of a matrix `f64[2, 3]`, whole numbers `i64[3]`, truth values `bool[3]` and a number `f64[]` is told.
fn told(f: fn(Wire, Wire, Wire, Wire) -> Wire) -> String {
    let spec = |dims: &[usize], dtype| Spec::new(dims, dtype).expect("a small shape");
    let specs =
        (spec(&[2, 3], DType::F64), spec(&[3], DType::I64), spec(&[3], DType::Bool), spec(&[], DType::F64));
    trace(f, &specs).err().map(|e| e.to_string()).unwrap_or_default()
}

type Row = (fn(Wire, Wire, Wire, Wire) -> Wire, &'static str);

#[track_caller]
fn check(rows: &[Row]) {
    let mut wrong = Vec::new();
    for (f, wanted) in rows {
        let found = told(*f);
        let place = found.split_once(": ").map_or("", |(place, _)| place);
        // The place is a line of this file, and one mistake is one line.
        let there = place.contains("mistakes.rs:") && found.lines().count() == 1;
        if !there || found.strip_prefix(place).and_then(|rest| rest.strip_prefix(": ")) != Some(wanted) {
            wrong.push(format!("{found}\n  instead of {wanted}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn dtypes() {
    check(&[
        (|x, n, _, _| x + n, "add: dtypes differ: f64 and i64; hint: cast one, as in .cast(DType::F64)"),
        (|_, _, b, _| b + b, "add: takes numbers, not bool; hint: cast it first"),
        (|_, n, _, _| n.exp(), "exp: takes floats, not i64; hint: cast it first"),
        (|_, n, _, _| n.silu(), "silu: takes floats, not i64; hint: cast it first"),
        (|_, n, _, _| n.gelu(), "gelu: takes floats, not i64; hint: cast it first"),
        (|_, n, _, _| n.gelu_tanh(), "gelu_tanh: takes floats, not i64; hint: cast it first"),
        (|_, n, _, _| n.norm(), "norm: takes floats, not i64; hint: cast it first"),
        (|x, n, _, _| x.matmul(n), "matmul: dtypes differ: f64 and i64; hint: cast one of them"),
        (|_, _, b, _| b.matmul(b), "matmul: takes f32, f64, i32 or i64, not bool; hint: cast it first"),
        (|_, _, b, _| b.max(), "max: takes numbers, not bool; hint: use any or all"),
        (|_, _, b, _| b.cummax(0), "cummax: takes numbers, not bool; hint: cast it first"),
        (
            |x, n, _, _| n.select(x, x),
            "select: the condition is i64, not bool; hint: the condition is a comparison, as in x > 0",
        ),
        (
            |x, n, _, _| x.scatter_add(n, n, 0),
            "scatter_add: dtypes differ: f64 and i64; hint: cast one of them",
        ),
        (|_, _, _, _| iota(&[2], 0, DType::Bool), "iota: takes numbers, not bool; hint: cast it first"),
        (
            |_, _, b, _| b.reshape(&[1, 3]).max_pool2d(Pool::of([1, 1])),
            "max_pool: takes numbers, not bool; hint: cast it first",
        ),
    ]);
}

#[test]
fn shapes() {
    check(&[
        (
            |x, _, _, s| x.matmul(s),
            "matmul: takes matrices and vectors, not [2, 3] and []; hint: multiply scalars with *",
        ),
        (
            |_, _, _, s| s.max_pool2d(Pool::of([1, 1])),
            "max_pool: takes planes, not []; hint: the last two axes are height and width",
        ),
        (
            |_, _, _, s| s.max_pool1d(Pool::of([1])),
            "max_pool1d: one number has no axis to slide along; hint: give it an axis",
        ),
        (
            |x, _, _, _| x.reshape_infer(&[-1, 4]),
            "reshape: 6 elements do not fit [-1, 4]; hint: at most one axis may be -1, and the others must divide the elements",
        ),
        (
            |x, _, _, _| x.reshape_infer(&[-1, i64::MAX, 4]),
            "reshape: 6 elements do not fit [-1, 9223372036854775807, 4]; hint: at most one axis may be -1, and the others must divide the elements",
        ),
        (
            |x, _, _, _| x.at(1, 3),
            "slice: place 3 of axis 1, which has length 3; hint: places count from 0, or from -1 at the end",
        ),
        (
            |x, _, _, _| x.norm_axes(&[2]),
            "norm: axis 2 of a value with 2 axes; hint: axes count from 0, or from -1 at the end",
        ),
        (|x, _, _, _| x.norm_axes(&[1, 1]), "norm: axis 1 is named twice; hint: name each axis once"),
        (|x, _, _, _| x.sum_axes(&[1, 1]), "sum: axis 1 is named twice; hint: name each axis once"),
        (|_, _, _, _| concat(&[], 0), "concat: no values; hint: give at least one"),
        (|_, _, _, _| stack(&[], 0), "stack: no values; hint: give at least one"),
        (
            |x, n, _, _| stack(&[x, n], 0),
            "stack: i64[3] beside f64[2, 3]; hint: stack values of one shape and dtype",
        ),
        (
            |x, _, _, _| x.split(2, 1)[0],
            "split: an axis of length 3 in 2 parts; hint: the parts must divide the length; split_sizes takes lengths",
        ),
        (
            |x, _, _, _| x.split_sizes(&[1, 1], 1)[0],
            "split: an axis of length 3 in parts of [1, 1]; hint: the parts must add up to the length",
        ),
        (
            |x, _, _, _| x.top_k(4, 1).0,
            "top_k: 4 largest of axis 1, which has length 3; hint: ask for at most as many as there are",
        ),
        (
            |x, _, _, _| x.scatter_add_along(constant(Tensor::new(vec![0i64, 1], &[2, 1]).unwrap()), x, 1),
            "scatter_add: updates [2, 3] for indices [2, 1]; hint: give one update for each index",
        ),
        (
            |x, _, _, _| x.take(constant(7i64), 1),
            "gather: index 7 of an axis of length 3; hint: indices go from 0 to 2, or from -3 to -1",
        ),
        (
            |x, _, _, _| iota(&[2], 1, DType::I64).cast(x.dtype()),
            "iota: axis 1 of a value with 1 axis; hint: axes count from 0, or from -1 at the end",
        ),
        (
            |_, n, _, _| n.broadcast_to(&[1 << 31, 3]),
            "broadcast: [2147483648, 3] has more than 4294967296 elements",
        ),
    ]);
}

#[test]
fn layers() {
    check(&[
        (
            |_, _, _, s| s.layer_norm(None, None, 1e-5),
            "layer_norm: one number has no axis to normalise over; hint: give it an axis",
        ),
        (
            |_, _, _, s| s.batch_norm(None, None, 1e-5).0,
            "batch_norm: takes [n, c, ..], not []; hint: the second axis holds the channels",
        ),
        (
            |x, n, _, _| x.batch_norm(Some(n.cast(DType::F64).slice_axis(0, 0, 2)), None, 1e-5).0,
            "batch_norm: [2] for 3 channels; hint: give one number for each channel",
        ),
        (
            |x, _, _, _| x.group_norm(2, None, None, 1e-5),
            "group_norm: 3 channels in 2 groups; hint: the groups must divide the channels",
        ),
        (
            |x, _, _, _| x.conv1d(x, Conv::default()),
            "conv1d: takes signals [n, c, l] and weights [o, c / groups, k], not [2, 3] and [2, 3]; hint: reshape them to three axes",
        ),
        (
            |x, _, _, _| attention(x, x.transpose(&[1, 0]), x, None, false),
            "attention: queries [2, 3], keys [3, 2] and values [2, 3] don't fit; hint: they are [.., t, d], [.., s, d] and [.., s, e]",
        ),
        (
            |x, n, _, _| x.cross_entropy(n),
            "cross_entropy: logits [2, 3] and labels [3] don't fit; hint: labels have the axes of the logits but the last, the classes",
        ),
        (
            |x, _, _, _| x.cross_entropy(x),
            "cross_entropy: labels are f64, not whole numbers; hint: cast them, as in .cast(DType::I64)",
        ),
        (
            |x, _, _, _| x.dropout(1.0, constant(1i64)),
            "dropout: a rate of 1; hint: the rate is at least 0 and less than 1",
        ),
        (|x, n, _, _| x.dropout(0.5, n), "dropout: a key of shape [3]; hint: give one key"),
    ]);
}

#[test]
fn derivatives() {
    check(&[
        (
            |x, _, _, _| x.gradient(&x),
            "gradient: the loss has shape [2, 3], not one number; hint: sum it first, or ask for vjp or jacobian",
        ),
        (
            |x, n, _, _| x.sum().gradient(&n),
            "gradient: a value of i64 has no gradient; hint: gradients flow through f32 and f64 only",
        ),
        (
            |x, _, _, s| s.gradient(&x),
            "gradient: no path leads from the loss to the requested wire; hint: ask for gradient_or_zero if that is meant",
        ),
        (
            |x, _, _, s| s.gradient(&[s, x])[1],
            "gradient: no path leads from the loss to the requested wire 1; hint: ask for gradient_or_zero if that is meant",
        ),
        (
            |x, _, _, s| vjp(&x, &x, &s),
            "vjp: upstream is (f64[]) for (f64[2, 3]); hint: give the upstream in the shape and dtype of what it belongs to",
        ),
        (
            |x, _, _, s| jvp(&x, &x, &s),
            "jvp: tangent is (f64[]) for (f64[2, 3]); hint: give the tangent in the shape and dtype of what it belongs to",
        ),
        (
            |_, n, _, _| n.jacobian(n),
            "jacobian: a value of i64 has no gradient; hint: gradients flow through f32 and f64 only",
        ),
        (
            |_, _, _, s| {
                let large = s.broadcast_to(&[1 << 20]);
                large.jacobian_reverse(large)
            },
            "jacobian: [1048576, 1048576] has more than 4294967296 elements; hint: ask for vjp or jvp instead",
        ),
        (
            |x, _, _, _| vec![x].zip(&vec![x, x], |a, _| a)[0],
            "zip: a tree of 1 leaves was joined with one of 2; hint: join trees of the same shape",
        ),
    ]);
}

#[test]
fn loops() {
    check(&[
        (
            |x, n, _, s| scan(|s: Wire, (_, _): (Wire, Wire)| (s, s), s, (x, n)).0,
            "scan: sequences have no common first axis: [[2, 3], [3]]; hint: every sequence has one slice a turn along its first axis; without sequences, use iterate",
        ),
        (
            |x, _, _, s| scan_reverse(|s: Wire, x: Wire| (s + x, s), s, x).0,
            "scan: state starts as f64[] and becomes f64[3]; hint: a step gives back its state in the shape and dtype that it started with",
        ),
        (
            |x, _, _, s| iterate(2, |v: Vec<Wire>| [v.clone(), v].concat(), vec![s, x])[0],
            "iterate: the state starts with 2 wires and becomes 4; hint: a step gives back its state in the shape and dtype that it started with",
        ),
        (
            |_, n, _, s| cond(n, |s: Wire| s, |s: Wire| s, s),
            "cond: the predicate is i64[3], not one truth value; hint: compare it, as in x > 0",
        ),
    ]);
}

#[test]
fn wires_of_a_trace_that_has_ended() {
    let stale = std::cell::Cell::new(None);
    let spec = Spec::scalar(DType::F64);
    trace(
        |x: Wire| {
            stale.set(Some(x));
            x
        },
        &(spec,),
    )
    .unwrap();
    let text =
        trace(|x: Wire| x + stale.get().unwrap(), &(spec,)).err().map(|e| e.to_string()).unwrap_or_default();
    let wanted = "wire: this wire belongs to a trace that has ended; hint: use wires only inside the function whose trace made them";
    assert!(text.ends_with(wanted), "{text}");
}

#[test]
fn tensors() {
    let x = Tensor::from([1.0, 2.0]);
    let said = |found: Option<Diagnostic>| found.map(|e| e.to_string()).unwrap_or_default();
    assert_eq!(
        said(x.as_slice::<f32>().err()),
        "tensor: a tensor of f64 was read as f32; hint: cast it, or read it as what it is"
    );
    assert_eq!(
        said(x.item().err()),
        "tensor: f64[2] has 2 elements, not one; hint: read them with to_vec or to_f64"
    );
    assert_eq!(
        said(x.reshape(&[3]).err()),
        "reshape: 2 numbers do not fit [3]; hint: keep the number of elements"
    );
    assert_eq!(
        said(x.reshape(&[1; 9]).err()),
        "reshape: 9 axes are more than the 8 that a tensor can have; hint: join axes, or make several smaller tensors"
    );
    assert_eq!(Shape::new(&[2]).map(Shape::rank), Ok(1));
}

#[test]
fn runs() {
    let spec = Spec::scalar(DType::F64);
    let program = trace(|x: Vec<Wire>| x[0] + x[1], &(vec![spec, spec],)).unwrap();
    let said = |given: Vec<Tensor>| program.run((given,)).err().map(|e| e.to_string()).unwrap_or_default();
    assert_eq!(
        said(vec![1.0.into()]),
        "input: run: 1 tensors were given where the function has 2; hint: give a tree of the traced shape"
    );
    let odd = said(vec![1.0.into(), 1i64.into()]);
    assert!(
        odd.starts_with("input ")
            && odd
                .ends_with("1: run: is i64[], traced for f64[]; hint: give it in that shape, or trace again"),
        "{odd}"
    );
    let flow =
        program.flow(&(vec![1.0.into()],), &1.0.into()).err().map(|e| e.to_string()).unwrap_or_default();
    assert!(flow.contains("flow: 1 tensors for 2 wires; hint: give one for each"), "{flow}");
}

/// Circuits that only a text can make: control gates whose parts do not fit.
#[test]
fn texts_of_circuits() {
    let scalar = "circuit {\n%0: f64[] = input\ninputs %0\noutputs %0\n}";
    let body =
        |gate: &str| format!("circuit {{\n%0: f64[] = input\n%1: f64[] = {gate}\ninputs %0\noutputs %1\n}}");
    let mut wrong = Vec::new();
    for (gate, wanted) in [
        ("input %0".to_string(), "%1 is read and not listed under inputs"),
        (format!("cond {{yes: {scalar}, no: {scalar}}}"), "cond takes at least 1 inputs, not 0"),
        (format!("cond %0 {{yes: {scalar}, no: {scalar}}}"), "the predicate is f64[], not one truth value"),
        (format!("custom %0 {{function: {scalar}}}"), "custom: no rule"),
        ("concat {axis: 0}".to_string(), "concat takes at least 1 inputs, not 0"),
        ("reverse %0 {axes: [0]}".to_string(), "reverse: axis 0 of a value with 0 axes"),
        ("iota {shape: [-1], axis: 0, dtype: f64}".to_string(), "an axis of length -1"),
        (
            format!("scan %0 {{body: {scalar}, length: -1, constants: 0, states: 1, reverse: false}}"),
            "scan: the counts of turns, constants and states don't fit the inputs",
        ),
        (
            format!("scan %0 {{body: {scalar}, length: 2, constants: 0, states: 0, reverse: false}}"),
            "scan: a sequence is not 2 long",
        ),
        (
            format!("while %0 {{test: {scalar}, body: {scalar}, test_constants: 2, body_constants: 0}}"),
            "while: the counts of constants don't fit the inputs",
        ),
    ] {
        let found = parse_circuit(&body(&gate)).err().map(|e| e.to_string()).unwrap_or_default();
        if !found.contains(wanted) {
            wrong.push(format!("{gate}:\n  {found}\n  instead of {wanted}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

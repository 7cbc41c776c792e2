//! The gradient check: what is right passes, every wrong rule is rejected and names the input, and the rest is a clear error.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use chainrule::{CheckOptions, GradientCheck, prelude::*};

fn passes(report: Result<GradientCheck>) {
    let report = report.unwrap();
    assert!(report.is_ok() && report.ensure().is_ok(), "{report}");
}

/// The names of what failed, and the error.
fn fails(report: Result<GradientCheck>) -> (Vec<String>, String) {
    let report = report.unwrap();
    let error = match report.ensure() {
        Ok(()) => panic!("passed:\n{report}"),
        Err(mistakes) => mistakes.to_string(),
    };
    (report.failed().map(|line| line.name.clone()).collect(), error)
}

fn point() -> (Tensor, Tensor) {
    (Tensor::new(vec![0.3, -1.2, 2.0, 0.7, 0.0, -0.4], &[2, 3]).unwrap(), [1.5, -0.5, 0.8].into())
}

#[derive(Tree, Clone)]
struct Layer<T> {
    weight: T,
    bias: Option<T>,
}

#[test]
fn ordinary_functions_pass() {
    passes(check_gradient(|w: Wire, x: Wire| w.matmul(x).tanh(), &point()));
    passes(check_gradient(|x: Wire| (x.exp(), vec![x.sin(), (1e6 + x).log()]), &(0.5.into(),)));
    let net = Layer { weight: point().0, bias: Some([0.1, 0.2].into()) };
    let report = check_gradient(
        |net: Layer<Wire>, x: Wire| {
            let bias = net.bias.unwrap_or_default();
            (net.weight.matmul(x) + bias).sigmoid()
        },
        &(net, point().1),
    );
    let names: Vec<String> = report.as_ref().unwrap().inputs.iter().map(|i| i.name.clone()).collect();
    assert_eq!(names, ["0.weight", "0.bias", "1"]);
    passes(report);
    // Loops, branches, batches, and a derivative of its own.
    passes(check_gradient(
        |x: Wire, y: Wire| {
            let looped = iterate(20, |s: Wire| s * x.cos() + y, x);
            let branch = cond(y.gt(0.0), |x: Wire| x * x * y, |x: Wire| x.exp(), x);
            (looped, branch.gradient(&x), vmap(|x: Wire| x * y)((x.broadcast_to(&[3]),)))
        },
        &(0.7.into(), 0.3.into()),
    ));
}

#[test]
fn what_gives_no_gradient_is_held_fixed() {
    let report = check_gradient(
        |x: Wire, n: Wire| (x * n.cast(DType::F64), n + 1),
        &([1.0, 2.0].into(), [3i64, 4].into()),
    )
    .unwrap();
    assert!(report.is_ok(), "{report}");
    assert_eq!(report.held, ["1"]);
    assert!(report.together.is_none());
    // An input that nothing depends on has gradient 0, as the differences have.
    passes(check_gradient(|x: Wire, _: Wire| x * x, &(1.0.into(), 2.0.into())));
}

#[test]
fn single_precision_is_checked_as_far_as_it_goes() {
    let report = check_gradient(|x: Wire| x.tanh() * x, &([0.5f32, -1.5].into(),)).unwrap();
    assert!(report.is_ok(), "{report}");
    assert_eq!(report.tolerance, 1e-2);
    // A rounding to f32 on the way counts, also inside of a loop.
    let report = check_gradient(
        |x: Wire| iterate(2, |s: Wire| (s.cast(DType::F32) * 1.1).cast(DType::F64), x),
        &(0.5.into(),),
    );
    assert_eq!(report.unwrap().tolerance, 1e-2);
    let wrong = custom_vjp(|x: Wire| x * x, |(x,): (Wire,), _: Wire, up: Wire| (1.9 * x * up,));
    assert_eq!(fails(check_gradient(|x: Wire| wrong((x,)), &(0.5f32.into(),))).0, ["0"]);
}

/// A product of matrices with rules for both inputs, some of them wrong by a factor.
fn product(vjp: (f64, f64), jvp: (f64, f64)) -> impl Fn(Wire, Wire) -> Wire {
    move |w, x| {
        custom_rules(
            |w: Wire, x: Wire| w.matmul(x),
            move |(w, x): (Wire, Wire), _: Wire, up: Wire| {
                (vjp.0 * up.unsqueeze(1) * x, vjp.1 * w.transpose(&[1, 0]).matmul(up))
            },
            move |(w, x): (Wire, Wire), _: Wire, (tw, tx): (Wire, Wire)| {
                jvp.0 * tw.matmul(x) + jvp.1 * w.matmul(tx)
            },
        )((w, x))
    }
}

#[test]
fn right_rules_pass() {
    passes(check_gradient(product((1.0, 1.0), (1.0, 1.0)), &point()));
}

#[test]
fn a_wrong_rule_is_rejected_and_names_the_input() {
    let (names, error) = fails(check_gradient(product((1.01, 1.0), (1.0, 1.0)), &point()));
    assert_eq!(names, ["0", "together"]);
    assert!(error.starts_with("input 0: check_gradient: reverse mode is off by "), "{error}");
    assert!(error.lines().all(|line| line.contains("; hint: mend the gradient rules")), "{error}");
    assert_eq!(fails(check_gradient(product((1.0, 0.99), (1.0, 1.0)), &point())).0, ["1", "together"]);
    assert_eq!(fails(check_gradient(product((1.0, 1.0), (-1.0, 1.0)), &point())).0, ["0", "together"]);
    assert_eq!(fails(check_gradient(product((1.0, 1.0), (1.0, 1.0001)), &point())).0, ["1", "together"]);
    // Both wrong in the same way: the modes agree with each other, and not with the differences.
    let report = check_gradient(product((2.0, 1.0), (2.0, 1.0)), &point()).unwrap();
    let line = &report.inputs[0];
    assert!(!line.is_ok && line.modes < 1e-12 && line.reverse > 0.1 && line.forward > 0.1, "{report}");
    assert!(report.inputs[1].is_ok, "{report}");
}

#[test]
fn rules_given_for_one_mode_are_tried_in_both() {
    let half = custom_vjp(|x: Wire| x.exp(), |_: (Wire,), y: Wire, up: Wire| (0.5 * y * up,));
    let report = check_gradient(|x: Wire| half((x,)), &(0.3.into(),)).unwrap();
    assert!(!report.is_ok() && report.inputs[0].forward > 0.1, "{report}");
    let half = custom_jvp(|x: Wire| x.exp(), |_: (Wire,), y: Wire, (t,): (Wire,)| 0.5 * y * t);
    let report = check_gradient(|x: Wire| half((x,)), &(0.3.into(),)).unwrap();
    assert!(!report.is_ok() && report.inputs[0].reverse > 0.1, "{report}");
}

#[test]
fn classic_mistakes_are_noticed() {
    let at = || (Tensor::from([0.5, -1.5]),);
    let square = |rule: fn((Wire,), Wire, Wire) -> (Wire,)| {
        fails(check_gradient(move |x: Wire| custom_vjp(|x: Wire| x * x, rule)((x,)), &at())).0
    };
    // The upstream factor forgotten.
    let rule = |(x,): (Wire,), _: Wire, _: Wire| (2.0 * x,);
    assert_eq!(square(rule), ["0"]);
    // One element of several: what is passed back to the last one is lost.
    let rule = |(x,): (Wire,), _: Wire, up: Wire| (2.0 * x * up * constant([1.0, 0.0]),);
    assert_eq!(square(rule), ["0"]);
    // A gradient that was stopped on the way.
    assert_eq!(fails(check_gradient(|x: Wire| x * x.stop_gradient(), &at())).0, ["0"]);
    // A forward rule that is right for each input alone, but not linear.
    let rules = custom_rules(
        |x: Wire, y: Wire| x * y,
        |(x, y): (Wire, Wire), _: Wire, up: Wire| (y * up, x * up),
        |(x, y): (Wire, Wire), _: Wire, (tx, ty): (Wire, Wire)| y * tx + x * ty + tx * ty,
    );
    let (names, error) = fails(check_gradient(|x: Wire, y: Wire| rules((x, y)), &(0.5.into(), 2.0.into())));
    assert_eq!(names, ["together"]);
    assert!(error.starts_with("all inputs: check_gradient: "), "{error}");
    // NaN is no number to be near to.
    let rule = |(x,): (Wire,), _: Wire, up: Wire| ((x - x) / (x - x) * up,);
    assert_eq!(square(rule), ["0"]);
}

#[test]
fn a_large_output_beside_a_small_one_hides_nothing() {
    let wrong = custom_vjp(|x: Wire| x * x, |(x,): (Wire,), _: Wire, up: Wire| (2.1 * x * up,));
    let f = move |x: Wire, y: Wire| (wrong((x,)), 1e12 * y);
    assert_eq!(fails(check_gradient(f, &(1e-3.into(), 1.0.into()))).0[0], "0");
}

#[test]
fn kinks_are_reported_with_a_hint() {
    let (_, error) = fails(check_gradient(|x: Wire| x.relu(), &(0.0.into(),)));
    assert!(error.contains("at a kink or jump differences say nothing: try a point beside it"), "{error}");
    passes(check_gradient(|x: Wire| x.relu(), &(0.1.into(),)));
}

#[test]
fn the_report_is_a_table() {
    let report = check_gradient(
        |x: Wire, y: Wire, n: Wire| {
            let wrong = custom_vjp(|y: Wire| 2.0 * y, |_: (Wire,), _: Wire, up: Wire| (up,));
            (x * x).sum() * wrong((y,)) * n.cast(DType::F64)
        },
        &([1.0, 2.0].into(), 3.0.into(), 2i64.into()),
    )
    .unwrap();
    let text = report.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "gradients along 3 random directions: relative errors");
    let columns: Vec<&str> = lines[1].split_whitespace().collect();
    assert_eq!(columns, ["input", "reverse", "forward", "modes"]);
    assert!(lines[2].starts_with("  0         f64[2]  ") && lines[2].ends_with("  ok"), "{text}");
    assert!(lines[3].starts_with("  1         f64[]   5.0e-1  ") && lines[3].ends_with("  FAIL"), "{text}");
    assert!(lines[4].starts_with("  together") && lines[4].ends_with("  FAIL"), "{text}");
    assert_eq!(lines[5], "held fixed: 2");
    assert!(lines[6].starts_with("1 of 3 within 1e-6; not 1, together. at a kink"), "{text}");
}

#[test]
fn the_same_seed_gives_the_same_report() {
    let program = trace(|x: Wire| x.sin(), &(Spec::scalar(DType::F64),)).unwrap();
    let report = |seed| {
        let options = CheckOptions { seed, directions: 1, ..CheckOptions::default() };
        program.check_gradient(&(0.3.into(),), &options).unwrap().to_string()
    };
    assert_eq!(report(1), report(1));
    assert!((2..12).any(|seed| report(seed) != report(1)));
}

#[test]
fn what_cannot_be_checked_is_an_error() {
    let error = check_gradient(|n: Wire| n + 1, &(3i64.into(),)).unwrap_err().to_string();
    assert_eq!(
        error,
        "function: check_gradient: has no output with a gradient; hint: gradients flow from f32 and f64 only"
    );
    let error = check_gradient(|n: Wire| n.cast(DType::F64), &(3i64.into(),)).unwrap_err().to_string();
    assert_eq!(error, "input: check_gradient: none has a gradient; hint: gradients flow to f32 and f64 only");
    let unbounded = |x: Wire| while_loop(|x: Wire| x.gt(1.0), |x: Wire| 0.5 * x, x);
    let error = check_gradient(unbounded, &(3.0.into(),)).unwrap_err().to_string();
    assert!(error.contains("check.rs") && error.contains("hint: use while_bounded"), "{error}");
    let error = check_gradient(|x: Wire, y: Wire| x + y, &([1.0, 2.0].into(), [1.0, 2.0, 3.0].into()));
    assert!(error.unwrap_err().to_string().contains("add: "));

    let specs = (Spec::scalar(DType::F64), Spec::scalar(DType::I64));
    let program = trace(|x: Wire, n: Wire| x * n.cast(DType::F64), &specs).unwrap();
    let at = (1.0.into(), 2i64.into());
    let refused = |options: CheckOptions| program.check_gradient(&at, &options).unwrap_err().to_string();
    let default = CheckOptions::default;
    for (options, wanted) in [
        (CheckOptions { directions: 0, ..default() }, "directions: check_gradient: is 0; hint: "),
        (
            CheckOptions { tolerance: Some(f64::NAN), ..default() },
            "tolerance: check_gradient: is NaN; hint: ",
        ),
        (CheckOptions { only: Some(vec![]), ..default() }, "only: check_gradient: names no input; hint: "),
        (CheckOptions { only: Some(vec![2]), ..default() }, "only: check_gradient: there is no input 2"),
        (CheckOptions { only: Some(vec![1]), ..default() }, "only: check_gradient: input 1 is i64[] and has"),
        (
            CheckOptions { only: Some(vec![0, 0]), ..default() },
            "only: check_gradient: input 0 is named twice",
        ),
    ] {
        let text = refused(options);
        assert!(text.starts_with(wanted), "{text}");
    }
    let error = program.check_gradient(&(1.0f32.into(), 2i64.into()), &default()).unwrap_err().to_string();
    assert!(error.starts_with("input 0: run: is f32[], traced for f64[]; hint: "), "{error}");
}

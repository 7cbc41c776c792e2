//! Gradient rules of the user's own: each alone, both, derived from each other, nested, batched, and wrong.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use chainrule::prelude::*;

fn scalar() -> Spec {
    Spec::scalar(DType::F64)
}

fn vector(n: usize) -> Spec {
    Spec::new(&[n], DType::F64).unwrap()
}

fn at(f: impl Fn(Wire) -> Wire, x: f64) -> f64 {
    compile(|x: Wire| f(x), &(scalar(),)).unwrap().run((x.into(),)).unwrap().item().unwrap()
}

fn near(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-12 * 1f64.max(b.abs()), "{a} is not {b}");
}

fn one(x: Wire) -> Wire {
    0.0 * x + 1.0
}

fn tangent(f: impl Fn(Wire) -> Wire, x: Wire) -> Wire {
    jvp(&f(x), &x, &one(x))
}

/// x^3 with a rule for reverse mode.
fn by_vjp(x: Wire) -> Wire {
    custom_vjp(|x: Wire| x * x * x, |(x,): (Wire,), _: Wire, up: Wire| (3.0 * x * x * up,))((x,))
}

/// x^3 with a rule for forward mode.
fn by_jvp(x: Wire) -> Wire {
    custom_jvp(|x: Wire| x * x * x, |(x,): (Wire,), _: Wire, (t,): (Wire,)| 3.0 * x * x * t)((x,))
}

fn by_both(x: Wire) -> Wire {
    custom_rules(
        |x: Wire| x * x * x,
        |(x,): (Wire,), _: Wire, up: Wire| (3.0 * x * x * up,),
        |(x,): (Wire,), _: Wire, (t,): (Wire,)| 3.0 * x * x * t,
    )((x,))
}

#[test]
fn either_rule_gives_both_modes_at_any_order() {
    for f in [by_vjp, by_jvp, by_both] {
        near(at(f, 2.0), 8.0);
        near(at(|x| f(x).gradient(&x), 2.0), 12.0);
        near(at(|x| tangent(f, x), 2.0), 12.0);
        near(at(|x| f(x).gradient(&x).gradient(&x), 2.0), 12.0);
        near(at(|x| tangent(|x| f(x).gradient(&x), x), 2.0), 12.0);
        near(at(|x| tangent(f, x).gradient(&x), 2.0), 12.0);
        near(at(|x| tangent(|x| tangent(f, x), x), 2.0), 12.0);
        near(at(|x| f(x).gradient(&x).gradient(&x).gradient(&x), 2.0), 6.0);
        near(at(|x| f(f(x)).gradient(&x), 1.1), 9.0 * 1.1f64.powi(8));
    }
}

#[test]
fn the_rule_is_what_counts() {
    // A rule that is no derivative at all shows that it is the rule which is used.
    let odd = |x: Wire| custom_vjp(|x: Wire| x * x, |_: (Wire,), y: Wire, up: Wire| (10.0 * y * up,))((x,));
    near(at(|x| odd(x).gradient(&x), 3.0), 90.0);
    near(at(|x| tangent(odd, x), 3.0), 90.0);
    // The second derivative differentiates the rule, in which y is the custom function again.
    near(at(|x| odd(x).gradient(&x).gradient(&x), 3.0), 10.0 * 90.0);
}

#[test]
fn rules_work_in_batches_and_loops() {
    for f in [by_vjp, by_jvp, by_both] {
        let batch = compile(
            |x: Wire, w: Wire| {
                let each = vmap(|x: Wire| (f(x * w) * f(w)).gradient(&x))((x,));
                (each, vmap(f)((x,)).sum().gradient(&x), vmap(|x: Wire| tangent(f, x))((x,)))
            },
            &(vector(2), scalar()),
        );
        let (each, of_batch, forward) = batch.unwrap().run(([1.0, 2.0].into(), 0.5.into())).unwrap();
        assert_eq!(each.to_f64(), [3.0 * 0.5f64.powi(6), 12.0 * 0.5f64.powi(6)]);
        assert_eq!(of_batch.to_f64(), [3.0, 12.0]);
        assert_eq!(forward.to_f64(), [3.0, 12.0]);
        near(at(|x| iterate(2, f, x).gradient(&x), 1.1), 9.0 * 1.1f64.powi(8));
        near(at(|x| iterate(2, f, x).gradient(&x).gradient(&x), 1.1), 72.0 * 1.1f64.powi(7));
    }
}

/// Several inputs and outputs of several dtypes: (x^n, n + 1) with a whole number n.
fn power(x: Wire, n: Wire) -> (Wire, Wire) {
    custom_jvp(
        |x: Wire, n: Wire| {
            (
                while_loop(
                    |(i, _): (Wire, Wire)| i.gt(0.0),
                    |(i, y): (Wire, Wire)| (i - 1, y * x),
                    (n, one(x)),
                )
                .1,
                n + 1,
            )
        },
        |(x, n): (Wire, Wire), (y, m): (Wire, Wire), (t, _): (Wire, Wire)| {
            (n.cast(DType::F64) * y / x * t, m)
        },
    )((x, n))
}

#[test]
fn whole_numbers_pass_through_without_gradients() {
    // A loop of unknown length has no reverse mode; with a rule it has one.
    let f = compile(
        |x: Wire, n: Wire| {
            let (y, m) = power(x, n);
            (y, m, y.gradient(&x), y.gradient(&x).gradient(&x))
        },
        &(scalar(), Spec::scalar(DType::I64)),
    );
    let (y, m, first, _) = f.unwrap().run((2.0.into(), 5i64.into())).unwrap();
    near(y.item().unwrap(), 32.0);
    assert_eq!(m.item().unwrap(), 6.0);
    near(first.item().unwrap(), 80.0);
}

#[test]
fn a_rule_may_pass_nothing_back() {
    let held = |x: Wire| custom_vjp(|x: Wire| x * x, |_: (Wire,), _: Wire, up: Wire| (0.0 * up,))((x,));
    near(at(|x| (held(x) + x).gradient(&x), 3.0), 1.0);
}

fn refused<Out: Wires>(f: impl Fn(Wire) -> Out) -> String {
    match trace(|x: Wire| f(x), &(vector(3),)) {
        Ok(_) => panic!("the mistake was not noticed"),
        Err(found) => found.to_string(),
    }
}

#[test]
fn captured_wires_are_a_mistake_with_a_hint() {
    let text = refused(|w| {
        let f = custom_vjp(|x: Wire| x * w, |_: (Wire,), _: Wire, up: Wire| (up,));
        f((2.0 * w,))
    });
    assert!(text.contains("custom.rs"), "{text}");
    assert!(
        text.contains("custom: the function uses wires from outside; hint: pass them as arguments"),
        "{text}"
    );
    let text = refused(|w| custom_vjp(|x: Wire| x * 2.0, |_: (Wire,), _: Wire, up: Wire| (up * w,))((w,)));
    assert!(text.contains("custom: the vjp rule uses wires from outside"), "{text}");
    let text = refused(|w| custom_jvp(|x: Wire| x * 2.0, |_: (Wire,), _: Wire, (t,): (Wire,)| t * w)((w,)));
    assert!(text.contains("custom: the jvp rule uses wires from outside"), "{text}");
}

#[test]
fn rules_of_the_wrong_shape_are_mistakes() {
    let text = refused(|x| custom_vjp(|x: Wire| x.sum(), |_: (Wire,), _: Wire, up: Wire| (up,))((x,)));
    assert!(text.contains("custom: the vjp rule gives (f64[]), not (f64[3])"), "{text}");
    let text = refused(|x| custom_jvp(|x: Wire| x.sum(), |_: (Wire,), _: Wire, (t,): (Wire,)| t)((x,)));
    assert!(text.contains("custom: the jvp rule gives (f64[3]), not (f64[])"), "{text}");
    let text = refused(|x| {
        custom_vjp(|x: Vec<Wire>| x[0], |_: (Vec<Wire>,), _: Wire, _: Wire| (vec![],))((vec![x],))
    });
    assert!(text.contains("custom: the vjp rule gives 0 wires, not 1"), "{text}");
}

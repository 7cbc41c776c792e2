//! Derivatives of derivatives, in any order and mix, through the public API; and what happens when wires are misused.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use chainrule::prelude::*;

fn scalar() -> Spec {
    Spec::scalar(DType::F64)
}

fn vector(n: usize) -> Spec {
    Spec::new(&[n], DType::F64).unwrap()
}

fn matrix(m: usize, n: usize) -> Spec {
    Spec::new(&[m, n], DType::F64).unwrap()
}

fn near(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance * 1f64.max(b.abs()), "{a} is not {b}");
}

fn all_near(a: &Tensor, b: &Tensor) {
    assert_eq!(a.spec(), b.spec());
    a.to_f64().into_iter().zip(b.to_f64()).for_each(|(a, b)| near(a, b, 1e-11));
}

fn at(f: impl Fn(Wire) -> Wire, x: f64) -> f64 {
    compile(|x: Wire| f(x), &(scalar(),)).unwrap().run((x.into(),)).unwrap().item().unwrap()
}

fn ones(x: Wire) -> Wire {
    0.0 * x + 1.0
}

/// A scalar of a vector in which every second derivative differs, gates of several classes, each wire used twice.
fn loss(x: Wire) -> Wire {
    let n = x.shape().elements();
    let weights = constant(
        Tensor::new((0..n * n).map(|i| (i as f64 * 0.37).sin()).collect::<Vec<_>>(), &[n, n]).unwrap(),
    );
    let hidden = weights.matmul(x).sigmoid();
    let outer = hidden.reshape(&[n, 1]) * x.reshape(&[1, n]);
    (outer * outer.t()).sum() + (0.3 * x).exp().sum() / (1.0 + hidden.sum()) + x.maximum(hidden).sum()
}

const POINT: [f64; 3] = [0.4, -0.9, 1.7];
const ALONG: [f64; 3] = [1.0, -0.5, 0.25];

/// Runs a function of a point and a direction.
fn run(f: impl Fn(Wire, Wire) -> Wire) -> Tensor {
    compile(|x: Wire, v: Wire| f(x, v), &(vector(3), vector(3)))
        .unwrap()
        .run((POINT.into(), ALONG.into()))
        .unwrap()
}

#[test]
fn third_derivatives_are_exact() {
    let f = |x: Wire| x * x * x * x * 0.5 + (2.0 * x).exp();
    let third = |x: f64| 12.0 * x + 8.0 * (2.0 * x).exp();
    let forward = |f: &dyn Fn(Wire) -> Wire, x: Wire| jvp(&f(x), &x, &ones(x));
    near(at(|x| f(x).gradient(&x).gradient(&x).gradient(&x), 0.7), third(0.7), 1e-12);
    near(at(|x| forward(&|x| forward(&|x| forward(&f, x), x), x), 0.7), third(0.7), 1e-12);
    near(at(|x| forward(&|x| f(x).gradient(&x).gradient(&x), x), 0.7), third(0.7), 1e-12);
    near(at(|x| forward(&|x| f(x).gradient(&x), x).gradient(&x), 0.7), third(0.7), 1e-12);
    near(at(|x| forward(&f, x).gradient(&x).gradient(&x), 0.7), third(0.7), 1e-12);
}

#[test]
fn all_mixes_of_modes_give_one_second_derivative() {
    let forward_over_reverse = run(|x, v| jvp(&loss(x).gradient(&x), &x, &v));
    let reverse_over_forward = run(|x, v| jvp(&loss(x), &x, &v).gradient(&x));
    let reverse_over_reverse = run(|x, v| (loss(x).gradient(&x) * v).sum().gradient(&x));
    let hvp = run(|x, v| loss(x).hvp(&x, &v));
    let by_matrix = run(|x, v| loss(x).hessian(x).matmul(v));
    for other in [reverse_over_forward, reverse_over_reverse, hvp, by_matrix] {
        all_near(&other, &forward_over_reverse);
    }
    let twice = run(|x, v| jvp(&jvp(&loss(x), &x, &v), &x, &v)).item().unwrap();
    let along: f64 = forward_over_reverse.to_f64().iter().zip(ALONG).map(|(h, v)| h * v).sum();
    near(twice, along, 1e-11);
}

#[test]
fn a_hessian_is_the_matrix_of_its_products() {
    let hessian = run(|x, _| loss(x).hessian(x));
    assert_eq!(hessian.shape().dims(), [3, 3]);
    for i in 0..3 {
        let basis: Vec<f64> = (0..3).map(|j| f64::from(u8::from(i == j))).collect();
        let row = run(move |x, _| loss(x).hvp(&x, &constant(Tensor::from(basis.clone()))));
        all_near(&row, &Tensor::from(&hessian.to_f64()[3 * i..3 * i + 3]));
    }
}

#[test]
fn jacobians_of_both_modes_agree() {
    let f = |x: Wire| {
        let y = x.reshape(&[3, 1]) * (0.5 * x).exp().reshape(&[1, 3]);
        y.broadcast_to(&[2, 3, 3]) * constant(Tensor::new(vec![1.0, 2.0], &[2, 1, 1]).unwrap())
    };
    let (reverse, forward) = (run(|x, _| f(x).jacobian_reverse(x)), run(|x, _| f(x).jacobian_forward(x)));
    assert_eq!(reverse.shape().dims(), [2, 3, 3, 3]);
    all_near(&reverse, &forward);
    all_near(&run(|x, _| f(x).jacobian(x)), &forward);
    // d(x^2)/dx of one scalar, and a Jacobian of a Jacobian.
    near(at(|x| (x * x).jacobian(x), 3.0), 6.0, 1e-12);
    let second = run(|x, _| loss(x).jacobian(x).jacobian(x));
    all_near(&second, &run(|x, _| loss(x).hessian(x)));
}

#[test]
fn per_example_gradients_are_those_of_a_loop() {
    let rows = [[0.4, -0.9, 1.7], [1.0, 0.2, -0.3], [0.0, 0.0, 0.5], [-2.0, 1.0, 1.0]];
    let batch = compile(|x: Wire| vmap(|x: Wire| loss(x).gradient(&x))((x,)), &(matrix(4, 3),)).unwrap();
    let one = compile(|x: Wire| loss(x).gradient(&x), &(vector(3),)).unwrap();
    let together = batch.run((Tensor::new(rows.concat(), &[4, 3]).unwrap(),)).unwrap();
    for (i, row) in rows.into_iter().enumerate() {
        let alone = one.run((row.into(),)).unwrap();
        all_near(&Tensor::from(&together.to_f64()[3 * i..3 * i + 3]), &alone);
    }
}

#[test]
fn the_gradient_of_a_batch_is_the_batch_of_gradients() {
    let x = Tensor::new(vec![0.4, -0.9, 1.7, 1.0, 0.2, -0.3], &[2, 3]).unwrap();
    let outside = compile(|x: Wire| vmap(loss)((x,)).sum().gradient(&x), &(matrix(2, 3),)).unwrap();
    let inside = compile(|x: Wire| vmap(|x: Wire| loss(x).gradient(&x))((x,)), &(matrix(2, 3),)).unwrap();
    let forward = compile(|x: Wire| jvp(&vmap(loss)((x,)), &x, &ones(x)), &(matrix(2, 3),)).unwrap();
    let inner_forward =
        compile(|x: Wire| vmap(|x: Wire| jvp(&loss(x), &x, &ones(x)))((x,)), &(matrix(2, 3),)).unwrap();
    all_near(&outside.run((x.clone(),)).unwrap(), &inside.run((x.clone(),)).unwrap());
    all_near(&forward.run((x.clone(),)).unwrap(), &inner_forward.run((x,)).unwrap());
}

#[test]
fn batches_nest() {
    // Outer products by two batches, one argument captured by each.
    let f = compile(
        |a: Wire, b: Wire| {
            let products = vmap(|a: Wire| vmap(|b: Wire| a * b + (a * a * b).gradient(&a))((b,)))((a,));
            (products, products.sum().gradient(&(a, b)))
        },
        &(vector(2), vector(3)),
    );
    let (a, b) = ([2.0, 3.0], [1.0, 10.0, 100.0]);
    let (products, (da, db)) = f.unwrap().run((a.into(), b.into())).unwrap();
    assert_eq!(products.shape().dims(), [2, 3]);
    // a b + 2 a b = 3 a b.
    assert_eq!(products.to_f64(), [6.0, 60.0, 600.0, 9.0, 90.0, 900.0]);
    assert_eq!((da.to_f64(), db.to_f64()), (vec![333.0, 333.0], vec![15.0, 15.0, 15.0]));
}

#[test]
fn a_gradient_in_a_batch_may_be_of_a_wire_outside() {
    // For each x: d(w x^2)/dw = x^2, where w is the same outside for all.
    let f =
        compile(|w: Wire, x: Wire| vmap(|x: Wire| (w * x * x).gradient(&w))((x,)), &(scalar(), vector(3)))
            .unwrap();
    assert_eq!(f.run((5.0.into(), [1.0, 2.0, 3.0].into())).unwrap().to_f64(), [1.0, 4.0, 9.0]);
    // The same where what is captured depends on the leaf outside: d((3w)^2 x)/dw = 18 w x.
    let f = compile(
        |w: Wire, x: Wire| {
            let tripled = 3.0 * w;
            vmap(|x: Wire| (tripled * tripled * x).gradient(&w))((x,))
        },
        &(scalar(), vector(2)),
    );
    assert_eq!(f.unwrap().run((5.0.into(), [1.0, 2.0].into())).unwrap().to_f64(), [90.0, 180.0]);
    // Two levels deep, forward mode, and then differentiated again outside.
    let f = compile(
        |w: Wire, x: Wire| {
            let squared = w * w;
            let inner = |x: Wire| vmap(|y: Wire| jvp(&(squared * squared * y), &w, &ones(w)))((x,));
            vmap(inner)((x,)).sum().gradient(&w)
        },
        &(scalar(), matrix(2, 2)),
    );
    let x = Tensor::new(vec![1.0, 2.0, 3.0, 4.0], &[2, 2]).unwrap();
    assert_eq!(f.unwrap().run((2.0.into(), x)).unwrap().item().unwrap(), 12.0 * 4.0 * 10.0);
}

#[test]
fn wires_that_depend_on_each_other_both_get_their_due() {
    // f = y^2 + x with y = 3 x: the total derivative to x goes through y too.
    let f = compile(
        |x: Wire| {
            let y = 3.0 * x;
            let f = y * y + x;
            (f.gradient(&(x, y)), jvp(&f, &(x, y), &(ones(x), ones(x))))
        },
        &(scalar(),),
    );
    let ((dx, dy), tangent) = f.unwrap().run((2.0.into(),)).unwrap();
    assert_eq!((dx.item().unwrap(), dy.item().unwrap()), (6.0 * 2.0 * 3.0 + 1.0, 12.0));
    // Moving x by 1 and y by 1 besides.
    assert_eq!(tangent.item().unwrap(), 37.0 + 12.0);
    // Of a wire itself, and twice the same wire.
    let f = compile(|x: Wire| (x.gradient(&x), (x * x).gradient(&(x, x))), &(scalar(),)).unwrap();
    let (one, (a, b)) = f.run((2.0.into(),)).unwrap();
    assert_eq!((one.item().unwrap(), a.item().unwrap(), b.item().unwrap()), (1.0, 4.0, 4.0));
}

#[test]
fn gradients_come_in_the_shape_of_the_tree() {
    let specs = (vec![(scalar(), [scalar(), scalar()])], Some(scalar()));
    let f = compile(
        |layers: Vec<(Wire, [Wire; 2])>, extra: Option<Wire>| {
            let (a, [b, c]) = layers[0];
            let loss = a * b * b + c * extra.unwrap_or(c);
            loss.gradient(&(layers, extra))
        },
        &specs,
    );
    let (layers, extra) =
        f.unwrap().run((vec![(2.0.into(), [3.0.into(), 4.0.into()])], Some(5.0.into()))).unwrap();
    assert_eq!(layers[0].0.item().unwrap(), 9.0);
    assert_eq!(layers[0].1.clone().map(|t| t.item().unwrap()), [12.0, 5.0]);
    assert_eq!(extra.unwrap().item().unwrap(), 4.0);
}

#[test]
fn a_vjp_is_the_transpose_of_a_jvp() {
    let f = |x: Wire| (x * x).reshape(&[3, 1]) * (0.5 * x).exp().reshape(&[1, 3]);
    let up = Tensor::new((0..9).map(|i| (i as f64).cos()).collect::<Vec<_>>(), &[3, 3]).unwrap();
    let back = run(|x, _| vjp(&f(x), &x, &constant(up.clone())));
    let forward = run(|x, v| jvp(&f(x), &x, &v));
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    near(dot(&back.to_f64(), &ALONG), dot(&up.to_f64(), &forward.to_f64()), 1e-12);
}

#[test]
fn what_is_stopped_has_no_gradient() {
    near(at(|x| (x * x.stop_gradient()).gradient(&x), 3.0), 3.0, 0.0);
    near(at(|x| jvp(&(x * x.stop_gradient()), &x, &ones(x)), 3.0), 3.0, 0.0);
    near(at(|x| (x * x.stop_gradient()).gradient_or_zero(&x).gradient_or_zero(&x), 3.0), 0.0, 0.0);
    near(at(|x| x.stop_gradient().gradient_or_zero(&x), 3.0), 0.0, 0.0);
}

// Mistakes.

fn refused<Out: Wires>(f: impl Fn(Wire, Wire) -> Out) -> String {
    match trace(|x: Wire, y: Wire| f(x, y), &(scalar(), vector(3))) {
        Ok(_) => panic!("the mistake was not noticed"),
        Err(found) => found.to_string(),
    }
}

#[test]
fn no_path_is_a_mistake_that_names_the_leaf() {
    let text = refused(|x, y| (x * x).gradient(&vec![(x, y)]));
    assert!(text.contains("nesting.rs"), "{text}");
    assert!(
        text.contains("gradient: no path leads from the loss to the requested wire 0.1; hint: "),
        "{text}"
    );
    assert_eq!(text.lines().count(), 1, "{text}");
    let f = compile(|x: Wire, y: Wire| (x * x).gradient_or_zero(&(x, y)), &(scalar(), vector(2))).unwrap();
    let (dx, dy) = f.run((3.0.into(), [1.0, 1.0].into())).unwrap();
    assert_eq!((dx.item().unwrap(), dy.to_f64()), (6.0, vec![0.0, 0.0]));
}

#[test]
fn three_mistakes_give_three_reports() {
    let text = refused(|x, y| {
        let a = x + x.cast(DType::F32);
        let b = y.matmul(constant([1.0, 2.0])) * a;
        let c = (x * a).gradient(&y);
        (b, c, y.reshape(&[2]))
    });
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines[0].contains("add: dtypes differ"), "{text}");
    assert!(lines[1].contains("matmul: "), "{text}");
    assert!(lines[2].contains("reshape: "), "{text}");
    assert!(lines.iter().all(|l| l.contains("nesting.rs") && l.contains("; hint: ")), "{text}");
}

#[test]
fn a_wire_of_a_trace_that_has_ended_is_a_mistake() {
    let cell = std::cell::Cell::new(None);
    trace(
        |x: Wire| {
            cell.set(Some(2.0 * x));
            x
        },
        &(scalar(),),
    )
    .unwrap();
    let stale = cell.get().unwrap();
    assert!(stale.spec().is_none() && stale.is_poisoned());
    for text in [
        refused(|x, _| x + stale),
        refused(|_, _| stale),
        refused(|x, _| (x * x).gradient(&stale)),
        refused(|_, _| stale.gradient(&stale)),
        refused(|x, _| jvp(&x, &x, &stale)),
        refused(|_, y| vmap(|y: Wire| y * stale)((y,))),
        refused(|x, _| iterate(2, |x: Wire| x * stale, x)),
        refused(|_, _| vmap(|y: Wire| y)((stale,))),
        refused(|x, _| cond(stale, |x: Wire| x, |x: Wire| x, x)),
    ] {
        assert!(text.contains("trace"), "{text}");
    }
}

#[test]
fn a_wire_of_an_inner_trace_does_not_get_out() {
    let text = refused(|x, y| {
        let escaped = std::cell::Cell::new(x);
        let sums = vmap(|y: Wire| {
            escaped.set(y * y);
            y
        })((y,));
        sums + escaped.get()
    });
    assert!(text.contains("wire: this wire belongs to a trace that has ended"), "{text}");
    // A trace inside a trace shares no wires with it.
    let text = refused(|x, _| {
        let inner = trace(|y: Wire| x * y, &(scalar(),));
        assert!(inner.err().unwrap().to_string().contains("this wire belongs to another trace"));
        x + x.cast(DType::I64)
    });
    assert_eq!(text.lines().count(), 1, "{text}");
}

#[test]
fn outside_of_a_trace_nothing_happens() {
    let wire = constant(1.0);
    assert!(wire.is_poisoned());
    let more = (wire + wire).gradient(&wire);
    assert!(more.is_poisoned() && vmap(|x: Wire| x)((more,)).is_poisoned());
    assert!(iterate(3, |x: Wire| x * x, more).is_poisoned());
    assert_eq!(more.shape()[5], 1);
}

#[test]
fn other_misuse_is_reported() {
    assert!(refused(|_, y| y.gradient(&y)).contains("gradient: the loss has shape [3], not one number"));
    assert!(refused(|x, _| (x * x).gradient(&x.cast(DType::I64))).contains("a value of i64 has no gradient"));
    assert!(refused(|x, _| x.cast(DType::I64).gradient(&x)).contains("a value of i64 has no gradient"));
    assert!(refused(|x, y| vjp(&x, &x, &y)).contains("vjp: upstream is (f64[3]) for (f64[])"));
    assert!(refused(|x, y| jvp(&x, &x, &y)).contains("jvp: tangent is (f64[3]) for (f64[])"));
    assert!(refused(|x, _| vmap(|x: Wire| x)((x,))).contains("vmap: arguments have no common front axis"));
    let text = refused(|x, y| (vmap(|x: Wire, y: Wire| x + y)((y, x.broadcast_to(&[2]))), x.t()));
    assert!(
        text.contains("nesting.rs") && text.contains("vmap: arguments have no common front axis: [[3], [2]]"),
        "{text}"
    );
}

#[test]
fn a_panic_in_the_users_function_leaves_the_thread_usable() {
    for depth in 0..4 {
        let caught = std::panic::catch_unwind(|| {
            let boom = |x: Wire| -> Wire { if x.spec().is_some() { panic!("the user's own") } else { x } };
            let _ = trace(
                |x: Wire| match depth {
                    0 => boom(x),
                    1 => stage("inner", || boom(x)),
                    2 => vmap(boom)((x.broadcast_to(&[2]),)).sum(),
                    _ => iterate(3, |x: Wire| cond(x.gt(0.0), boom, boom, x), x),
                },
                &(scalar(),),
            );
        });
        assert!(caught.is_err());
        assert!(constant(1.0).is_poisoned(), "a builder was left open");
        near(at(|x| (x * x).gradient(&x), 3.0), 6.0, 0.0);
    }
}

#[test]
fn functions_run_side_by_side() {
    fn shared<T: Send + Sync>(t: T) -> T {
        t
    }
    let f = shared(compile(|x: Wire| loss(x).gradient(&x), &(vector(3),)).unwrap());
    let alone = f.run((POINT.into(),)).unwrap();
    std::thread::scope(|scope| {
        let run = || (0..50).for_each(|_| assert_eq!(f.run((POINT.into(),)).unwrap(), alone));
        (0..4).for_each(|_| drop(scope.spawn(run)));
    });
}

#[test]
fn a_million_gates_in_a_chain() {
    const N: usize = 1_000_000;
    let program = trace(
        |x: Wire| {
            let half = constant(0.5);
            let y = (0..N).fold(x, |y, i| if i % 2 == 0 { y + half } else { y * half });
            (y, y.gradient(&x), jvp(&y, &x, &ones(x)))
        },
        &(scalar(),),
    )
    .unwrap();
    assert!(program.circuit().len() > 2 * N);
    let (y, reverse, forward) = program.run((1.0.into(),)).unwrap();
    // y -> (y + 1/2) / 2 tends to 1/2, and its slope underflows to 0 by halving.
    near(y.item().unwrap(), 0.5, 1e-12);
    assert_eq!((reverse.item().unwrap(), forward.item().unwrap()), (0.0, 0.0));
}

/// How often a word is in a circuit's text.
fn count(f: impl Fn(Wire, Wire) -> Wire, specs: &(Spec, Spec), word: &str) -> usize {
    trace(f, specs).unwrap().circuit().to_string().matches(word).count()
}

#[test]
fn products_with_unit_directions_are_not_computed() {
    let specs = (vector(3), matrix(5, 3));
    // The prediction, the gradient, and the gradient's derivative. The prediction's derivative is no product.
    let hessian = |w: Wire, x: Wire| x.matmul(w).tanh().sum().hessian(w);
    assert_eq!(count(hessian, &specs, "= matmul"), 3);
    let (w, x) =
        (Tensor::from([0.1, -0.2, 0.3]), (0..15).map(|i| (i as f64 * 0.7).sin()).collect::<Vec<_>>());
    let x = Tensor::new(x, &[5, 3]).unwrap();
    let whole = compile(hessian, &specs).unwrap().run((w.clone(), x.clone())).unwrap();
    for i in 0..3 {
        let mut unit = [0.0; 3];
        unit[i] = 1.0;
        let along = move |w: Wire, x: Wire| x.matmul(w).tanh().sum().hvp(&w, &constant(unit));
        let column = compile(along, &specs).unwrap().run((w.clone(), x.clone())).unwrap();
        all_near(&column, &Tensor::from(&whole.to_f64()[3 * i..3 * i + 3]));
    }
}

#[test]
fn parts_of_a_vector_of_all_weights_have_their_own_columns() {
    let specs = (vector(5), matrix(4, 3));
    let model = |all: Wire, x: Wire| x.matmul(all.slice_axis(0, 1, 4)) + all.slice_axis(0, 4, 5);
    assert_eq!(count(|all, x| model(all, x).jacobian_forward(all), &specs, "= matmul"), 1);
    let x = Tensor::new((0..12).map(f64::from).collect::<Vec<_>>(), &[4, 3]).unwrap();
    let all = Tensor::from([0.5; 5]);
    let run = |f: fn(Wire, Wire) -> Wire| compile(f, &specs).unwrap().run((all.clone(), x.clone())).unwrap();
    let jacobian =
        run(|all, x| (x.matmul(all.slice_axis(0, 1, 4)) + all.slice_axis(0, 4, 5)).jacobian_forward(all));
    let rows = (0..4).flat_map(|i| [0.0, 3.0 * i as f64, 3.0 * i as f64 + 1.0, 3.0 * i as f64 + 2.0, 1.0]);
    assert_eq!(jacobian.to_f64(), rows.collect::<Vec<_>>());
    let row = run(|all, x| all.slice_axis(0, 0, 4).matmul(x).jacobian_forward(all));
    let reverse = run(|all, x| all.slice_axis(0, 0, 4).matmul(x).jacobian_reverse(all));
    assert_eq!(row, reverse);
}

#[test]
fn an_infinity_in_one_column_stays_in_its_column() {
    let x = Tensor::new(vec![f64::INFINITY, 1.0, f64::NAN, 2.0], &[2, 2]).unwrap();
    let jacobian = |w: Wire, x: Wire| x.matmul(w).jacobian_forward(w);
    let found = compile(jacobian, &(vector(2), matrix(2, 2))).unwrap();
    let found = found.run((Tensor::from([1.0, 1.0]), x)).unwrap().to_f64();
    assert!(found[0] == f64::INFINITY && found[1] == 1.0 && found[2].is_nan() && found[3] == 2.0);
}

#[test]
fn transposed_arrays_are_turned_for_sweeps() {
    let specs = (vector(1), matrix(73, 41));
    let f = |s: Wire, x: Wire| (x.t() * s.broadcast_to(&[41, 73])).exp().sum_axes(&[1]);
    let x = Tensor::new((0..73 * 41).map(|i| (i as f64 * 0.3).cos()).collect::<Vec<_>>(), &[73, 41]).unwrap();
    let function = compile(f, &specs).unwrap();
    assert!(function.plan().contains("copy     f64[41, 73]"), "{}", function.plan());
    let sums = function.run((Tensor::from([0.5]), x.clone())).unwrap();
    for (j, sum) in sums.to_f64().into_iter().enumerate() {
        let exact: f64 = (0..73).map(|i| (x.to_f64()[41 * i + j] * 0.5).exp()).sum();
        near(sum, exact, 1e-14);
    }
}

//! Loops and branches: values, gradients in both modes and to second order, batches, and what they say of mistakes.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use chainrule::prelude::*;
use chainrule::{iterate, scan_reverse};

fn scalar() -> Spec {
    Spec::scalar(DType::F64)
}

fn vector(n: usize) -> Spec {
    Spec::new(&[n], DType::F64).unwrap()
}

fn near(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance * 1f64.max(a.abs()).max(b.abs()), "{a} is not {b}");
}

fn all_near(a: &Tensor, b: &Tensor, tolerance: f64) {
    assert_eq!(a.spec(), b.spec());
    a.to_f64().into_iter().zip(b.to_f64()).for_each(|(a, b)| near(a, b, tolerance));
}

/// One number from one number, traced and run.
fn at(f: impl Fn(Wire) -> Wire, x: f64) -> f64 {
    compile(|x: Wire| f(x), &(scalar(),)).unwrap().run((x.into(),)).unwrap().item().unwrap()
}

fn slope(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    let h = 1e-4;
    (8.0 * (f(x + h) - f(x - h)) - (f(x + 2.0 * h) - f(x - 2.0 * h))) / (12.0 * h)
}

/// Where a mistake is expected: its text.
fn refused<Out: Wires>(f: impl Fn(Wire) -> Out) -> String {
    match trace(|x: Wire| f(x), &(vector(3),)) {
        Ok(_) => panic!("the mistake was not noticed"),
        Err(found) => found.to_string(),
    }
}

/// Position after some steps of an oscillator, started at `x` at rest, with leapfrog steps.
fn oscillator(steps: usize, x: Wire, stiffness: Wire) -> Wire {
    let step = |(x, v): (Wire, Wire)| {
        let v = v - 0.001 * stiffness * x;
        (x + 0.001 * v, v)
    };
    iterate(steps, step, (x, 0.0 * x)).0
}

#[test]
fn an_oscillator_of_10000_steps_has_all_derivatives() {
    // x(T) = x0 cos(w T) with w = sqrt(stiffness), up to the error of the steps.
    const N: usize = 10_000;
    let (x0, k, t) = (1.5, 2.0, 10.0);
    let both = (scalar(), scalar());
    let run = |f: fn(Wire, Wire) -> Wire| {
        compile(f, &both).unwrap().run((x0.into(), k.into())).unwrap().item().unwrap()
    };
    let reverse = run(|x, k| oscillator(N, x, k).gradient(&k));
    let forward = run(|x, k| jvp(&oscillator(N, x, k), &k, &(0.0 * k + 1.0)));
    near(reverse, forward, 1e-9);
    let w = f64::sqrt(k);
    near(reverse, -x0 * t * (w * t).sin() / (2.0 * w), 1e-2);
    let exactly = slope(
        |k| {
            compile(|x: Wire, k: Wire| oscillator(N, x, k), &both)
                .unwrap()
                .run((x0.into(), k.into()))
                .unwrap()
                .item()
                .unwrap()
        },
        k,
    );
    near(reverse, exactly, 1e-7);

    let over_reverse = run(|x, k| jvp(&oscillator(N, x, k).gradient(&k), &k, &(0.0 * k + 1.0)));
    let reverse_twice = run(|x, k| oscillator(N, x, k).gradient(&k).gradient(&k));
    let over_forward = run(|x, k| jvp(&oscillator(N, x, k), &k, &(0.0 * k + 1.0)).gradient(&k));
    near(over_reverse, reverse_twice, 1e-7);
    near(over_reverse, over_forward, 1e-7);
    let second = slope(
        |k| {
            let f = compile(|x: Wire, k: Wire| oscillator(N, x, k).gradient(&k), &both).unwrap();
            f.run((x0.into(), k.into())).unwrap().item().unwrap()
        },
        k,
    );
    near(over_reverse, second, 1e-5);
}

#[test]
fn memory_of_forward_mode_grows_with_the_state_alone() {
    let bytes = |steps: usize, n: usize, forward: bool| {
        let f = move |x: Wire| {
            let last = oscillator(steps, x, constant(2.0));
            if forward { jvp(&last, &x, &(0.0 * x + 1.0)) } else { last.sum().gradient(&x) }
        };
        compile(f, &(vector(n),)).unwrap().memory().arena
    };
    assert_eq!(bytes(100, 8, true), bytes(10_000, 8, true));
    // The inner arena begins at a cache line.
    assert!(bytes(100, 80, true) <= 10 * bytes(100, 8, true) + 64);
    assert!(bytes(100, 80, true) < 80 * 8 * 100);
    // To second order, too: forward over forward keeps the state, its tangents, and nothing else.
    let twice = |steps: usize| {
        let f = move |k: Wire| {
            let one = constant(1.0);
            jvp(&jvp(&oscillator(steps, constant(1.5), k), &k, &one), &k, &one)
        };
        compile(f, &(scalar(),)).unwrap().memory().arena
    };
    assert_eq!(twice(100), twice(10_000));
    // Linear steps read no states on the way back: nothing is kept.
    assert_eq!(bytes(100, 8, false), bytes(10_000, 8, false));
}

/// An oscillator that a force drives at each step: bytes for forward mode, with the positions collected or not.
fn driven(steps: usize, collects: bool) -> usize {
    let f = move |k: Wire, forces: Wire, along: Wire| {
        let step = |(x, v): (Wire, Wire), force: Wire| {
            let v = v + 0.001 * (force - k * x.sin());
            let x = x + 0.001 * v;
            ((x, v), x)
        };
        let ((last, _), all) = scan(step, (constant(1.5), constant(0.0)), forces);
        let out = if collects { vec![last, all] } else { vec![last] };
        jvp(&out, &(k, forces), &(0.0 * k + 1.0, along))
    };
    compile(f, &(scalar(), vector(steps), vector(steps))).unwrap().memory().arena
}

#[test]
fn memory_of_forward_mode_over_sequences_is_that_of_the_sequences_besides() {
    // The forces and their tangents are inputs and take no memory here. Nonlinear steps, whose reverse mode keeps states.
    assert_eq!(driven(100, false), driven(10_000, false));
    // Collected tangents are outputs, written where the caller wants them.
    assert_eq!(driven(100, true), driven(10_000, true));
}

#[test]
fn histories_that_nobody_reads_are_not_kept() {
    let bytes = |steps: usize, back: bool| {
        let f = move |x: Wire| {
            let last = iterate(steps, |x: Wire| x * x, x);
            if back { last.gradient(&x) } else { last }
        };
        compile(f, &(scalar(),)).unwrap().memory().arena
    };
    assert_eq!(bytes(100, false), bytes(10_000, false));
    assert!(bytes(10_000, true) >= 80_000);
    assert!(bytes(10_000, true) < 90_000);
}

/// A small network run over a sequence, with a captured weight, whole numbers in the state and two collected values.
fn recurrent(w: Wire, h: Wire, xs: Wire) -> Wire {
    let count = constant(0i64);
    let ((h, count), (ys, counts)) = scan(
        |(h, n): (Wire, Wire), x: Wire| {
            let h = (h * w + x).sigmoid();
            ((h, n + 1), (h * x * n.cast(DType::F64), n * 2))
        },
        (h, count),
        xs,
    );
    (ys * ys).sum() + h.sum() + (count.cast(DType::F64) * h).sum() + 0.1 * counts.cast(DType::F64).sum()
}

fn recurrent_by_hand(w: Wire, mut h: Wire, xs: Wire, n: usize) -> Wire {
    let row = |t: usize| {
        let mask =
            constant(Tensor::from((0..n).map(|i| if i == t { 1.0 } else { 0.0 }).collect::<Vec<f64>>()));
        mask.matmul(xs)
    };
    let mut sum = constant(0.0);
    for t in 0..n {
        h = (h * w + row(t)).sigmoid();
        let y = h * row(t) * t as f64;
        sum = sum + (y * y).sum() + 0.1 * 2.0 * t as f64;
    }
    sum + h.sum() + (n as f64 * h).sum()
}

fn inputs(n: usize) -> (Tensor, Tensor, Tensor) {
    let xs: Vec<f64> = (0..2 * n).map(|i| (i as f64 * 0.7).sin()).collect();
    ([0.3, -0.8].into(), [0.1, 0.4].into(), Tensor::new(xs, &[n, 2]).unwrap())
}

fn specs(n: usize) -> (Spec, Spec, Spec) {
    (vector(2), vector(2), Spec::new(&[n, 2], DType::F64).unwrap())
}

#[test]
fn a_scan_is_the_loop_written_out() {
    for n in [1, 2, 5] {
        let looped = compile(
            |w: Wire, h: Wire, xs: Wire| {
                let loss = recurrent(w, h, xs);
                (loss, loss.gradient(&(w, h, xs)), loss.gradient(&w).sum().gradient(&(w, h, xs)))
            },
            &specs(n),
        );
        let unrolled = compile(
            move |w: Wire, h: Wire, xs: Wire| {
                let loss = recurrent_by_hand(w, h, xs, n);
                (loss, loss.gradient(&(w, h, xs)), loss.gradient(&w).sum().gradient(&(w, h, xs)))
            },
            &specs(n),
        );
        let a = looped.unwrap().run(inputs(n)).unwrap();
        let b = unrolled.unwrap().run(inputs(n)).unwrap();
        a.leaves().iter().zip(b.leaves()).for_each(|(a, b)| all_near(a, &b, 1e-12));
    }
}

#[test]
fn modes_of_a_scan_agree() {
    let n = 4;
    let f = compile(
        |w: Wire, h: Wire, xs: Wire| {
            let loss = recurrent(w, h, xs);
            let one = constant(Tensor::from([1.0, 0.5]));
            let gradient = loss.gradient(&w);
            let over_reverse = jvp(&gradient, &w, &one);
            let over_forward = jvp(&loss, &w, &one).gradient(&w);
            let reverse_twice = (gradient * one).sum().gradient(&w);
            (over_reverse, over_forward, reverse_twice)
        },
        &specs(n),
    );
    let (a, b, c) = f.unwrap().run(inputs(n)).unwrap();
    all_near(&a, &b, 1e-12);
    all_near(&a, &c, 1e-12);
}

#[test]
fn a_reverse_scan_runs_from_the_last_slice() {
    let f = compile(
        |x: Wire| {
            let (last, sums) = scan_reverse(|s: Wire, x: Wire| (s + x, s + x), constant(0.0), x);
            let weights = constant(Tensor::from([1.0, 10.0, 100.0]));
            (last, sums, (sums * weights).sum().gradient(&x))
        },
        &(vector(3),),
    );
    let (last, sums, gradient) = f.unwrap().run(([1.0, 2.0, 3.0].into(),)).unwrap();
    assert_eq!(last.item().unwrap(), 6.0);
    assert_eq!(sums.to_f64(), [6.0, 5.0, 3.0]);
    assert_eq!(gradient.to_f64(), [1.0, 11.0, 111.0]);
}

#[test]
fn a_scan_over_nothing_gives_the_state_back() {
    let f = compile(
        |s: Wire, x: Wire| {
            let (last, ys) = scan(|s: Wire, x: Wire| (s * x, s), s, x);
            let loss = last * 3.0 + ys.sum();
            (last, ys, loss.gradient(&(s, x)), jvp(&loss, &s, &(0.0 * s + 1.0)))
        },
        &(scalar(), vector(0)),
    );
    let empty = Tensor::from(Vec::<f64>::new());
    let (last, ys, (ds, dx), tangent) = f.unwrap().run((2.0.into(), empty.clone())).unwrap();
    assert_eq!((last.item().unwrap(), ds.item().unwrap(), tangent.item().unwrap()), (2.0, 3.0, 3.0));
    assert_eq!((ys, dx), (empty.clone(), empty));
}

#[test]
fn loops_nest() {
    // The sum over i of x^i, each power by an inner loop that reads the outer state.
    let powers = |x: Wire| {
        iterate(
            4,
            |(sum, power): (Wire, Wire)| {
                let squared = iterate(2, |p: Wire| p * x, power);
                (sum + squared, squared)
            },
            (0.0 * x, 0.0 * x + 1.0),
        )
        .0
    };
    let plain = |x: f64| x.powi(2) + x.powi(4) + x.powi(6) + x.powi(8);
    near(at(powers, 1.2), plain(1.2), 1e-12);
    let first = |x: f64| 2.0 * x + 4.0 * x.powi(3) + 6.0 * x.powi(5) + 8.0 * x.powi(7);
    near(at(|x| powers(x).gradient(&x), 1.2), first(1.2), 1e-12);
    let second = 2.0 + 12.0 * 1.44 + 30.0 * 1.2f64.powi(4) + 56.0 * 1.2f64.powi(6);
    near(at(|x| powers(x).gradient(&x).gradient(&x), 1.2), second, 1e-12);
    near(at(|x| powers(x).hessian(x), 1.2), second, 1e-12);
}

#[test]
fn a_gradient_inside_a_loop_may_be_of_what_is_outside() {
    // Three steps of descent on (s x - 1)^2, where the gradient is taken within the body, and then of all that.
    let descend =
        |x: Wire| iterate(3, |s: Wire| s - 0.1 * ((s * x - 1.0) * (s * x - 1.0)).gradient(&s), 0.0 * x);
    let plain = |x: f64| (0..3).fold(0.0, |s, _| s - 0.1 * 2.0 * (s * x - 1.0) * x);
    near(at(descend, 1.3), plain(1.3), 1e-12);
    near(at(|x| descend(x).gradient(&x), 1.3), slope(plain, 1.3), 1e-9);
}

#[test]
fn a_batch_of_scans_is_a_loop_over_scans() {
    let n = 3;
    let (w, h, xs) = inputs(n);
    let ws = Tensor::new(vec![0.3, -0.8, 0.5, 0.2], &[2, 2]).unwrap();
    let loss = |w: Wire, h: Wire, xs: Wire| recurrent(w, h, xs).gradient(&w);
    let (sw, sh, sx) = specs(n);
    // Weights and sequences differ between examples, the starting state does not.
    let stacked =
        Tensor::new([xs.to_f64(), xs.to_f64().iter().map(|x| 0.5 * x).collect()].concat(), &[2, n, 2])
            .unwrap();
    let batched = compile(
        |ws: Wire, h: Wire, xs: Wire| vmap(|w: Wire, xs: Wire| loss(w, h, xs))((ws, xs)),
        &(Spec::new(&[2, 2], DType::F64).unwrap(), sh, Spec::new(&[2, n, 2], DType::F64).unwrap()),
    );
    let together = batched.unwrap().run((ws.clone(), h.clone(), stacked)).unwrap().to_f64();
    let one = compile(loss, &(sw, sh, sx)).unwrap();
    let halved = Tensor::new(xs.to_f64().iter().map(|x| 0.5 * x).collect(), &[n, 2]).unwrap();
    let apart = [
        one.run((w, h.clone(), xs)).unwrap().to_f64(),
        one.run(([0.5, 0.2].into(), h, halved)).unwrap().to_f64(),
    ];
    together.iter().zip(apart.concat()).for_each(|(&a, b)| near(a, b, 1e-12));
}

#[test]
fn a_gradient_passes_through_a_batch_of_scans() {
    let loss = |x: Wire| {
        let each = vmap(|x: Wire| iterate(3, |s: Wire| s * x + 1.0, constant(0.5)))((x,));
        (each * each).sum()
    };
    let f = compile(|x: Wire| loss(x).gradient(&x), &(vector(2),)).unwrap();
    let plain = |x: f64| (0..3).fold(0.5, |s, _| s * x + 1.0f64).powi(2);
    let found = f.run(([0.7, -1.1].into(),)).unwrap().to_f64();
    near(found[0], slope(plain, 0.7), 1e-9);
    near(found[1], slope(plain, -1.1), 1e-9);
}

/// Halves until below 1, multiplying a second state on the way.
fn halve(x: Wire) -> Wire {
    while_loop(
        |(x, _): (Wire, Wire)| x.gt(1.0),
        |(h, y): (Wire, Wire)| (0.5 * h, y * h * 0.3),
        (x, 0.0 * x + 1.0),
    )
    .1
}

fn halve_plain(mut x: f64) -> f64 {
    let mut y = 1.0;
    while x > 1.0 {
        (x, y) = (0.5 * x, y * x * 0.3);
    }
    y
}

#[test]
fn a_while_loop_runs_and_has_tangents() {
    for x in [0.5, 3.0, 13.0] {
        near(at(halve, x), halve_plain(x), 1e-12);
        near(at(|x| jvp(&halve(x), &x, &(0.0 * x + 1.0)), x), slope(halve_plain, x), 1e-8);
    }
}

#[test]
fn a_batch_of_while_loops_ends_when_all_have() {
    let f = compile(
        |x: Wire| vmap(|x: Wire| (halve(x), jvp(&halve(x), &x, &(0.0 * x + 1.0))))((x,)),
        &(vector(3),),
    );
    let (values, tangents) = f.unwrap().run(([0.5, 3.0, 13.0].into(),)).unwrap();
    for (i, x) in [0.5, 3.0, 13.0].into_iter().enumerate() {
        near(values.to_f64()[i], halve_plain(x), 1e-12);
        near(tangents.to_f64()[i], slope(halve_plain, x), 1e-8);
    }
}

#[test]
fn a_batch_of_while_loops_may_share_its_test() {
    // The count is the same for all; only the second state differs.
    let f = compile(
        |x: Wire| {
            let step = |x: Wire| {
                while_loop(
                    |(n, _): (Wire, Wire)| n.lt(4.0),
                    |(n, y): (Wire, Wire)| (n + 1, y * x),
                    (constant(0i64), x),
                )
                .1
            };
            vmap(step)((x,))
        },
        &(vector(2),),
    );
    assert_eq!(f.unwrap().run(([1.0, 2.0].into(),)).unwrap().to_f64(), [1.0, 32.0]);
}

#[test]
fn reverse_mode_of_while_is_refused_with_a_way_out() {
    let text = refused(|x| halve(x.sum()).gradient(&x));
    assert!(text.contains("loops.rs"), "{text}");
    assert!(text.contains("while: no gradient passes back through a loop of unknown length"), "{text}");
    assert!(text.contains("hint: use while_bounded"), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
}

#[test]
fn a_while_loop_off_the_path_is_no_hindrance() {
    // The state that the loop gives does not depend on x: its gradient is not asked for.
    let f = |x: Wire| {
        iterate(
            3,
            |(s, n): (Wire, Wire)| {
                let n = while_loop(|n: Wire| n.gt(1.0), |n: Wire| 0.5 * n, n + 3.0);
                (s * x * n, n)
            },
            (x, constant(5.0)),
        )
        .0
    };
    let plain = |x: f64| x * x * x * x;
    let scale = at(f, 1.0);
    near(at(|x| f(x).gradient(&x), 1.1), slope(|x| scale * plain(x), 1.1), 1e-9);
}

fn newton(a: Wire) -> Wire {
    let far = |x: Wire| {
        let miss = x * x - a;
        miss.gt(1e-13).or((-miss).gt(1e-13))
    };
    while_bounded(60, far, |x: Wire| 0.5 * (x + a / x), 0.0 * a + 1.0)
}

#[test]
fn newtons_square_root_in_reverse() {
    for a in [0.3, 1.0, 2.0, 9.0, 1000.0] {
        near(at(newton, a), a.sqrt(), 1e-12);
        // At a = 1 the loop does not turn at all, and what does not turn does not move.
        if a != 1.0 {
            near(at(|a| newton(a).gradient(&a), a), 0.5 / a.sqrt(), 1e-8);
            near(at(|a| newton(a).gradient(&a).gradient(&a), a), -0.25 * a.powf(-1.5), 1e-5);
            near(at(|a| jvp(&newton(a).gradient(&a), &a, &(0.0 * a + 1.0)), a), -0.25 * a.powf(-1.5), 1e-5);
        }
    }
    let batch = compile(|a: Wire| vmap(|a: Wire| newton(a).gradient(&a))((a,)), &(vector(3),)).unwrap();
    let found = batch.run(([0.3, 2.0, 9.0].into(),)).unwrap().to_f64();
    for (found, a) in found.into_iter().zip([0.3f64, 2.0, 9.0]) {
        near(found, 0.5 / a.sqrt(), 1e-8);
    }
}

#[test]
fn a_bounded_loop_stops_at_its_limit() {
    assert_eq!(at(|x| while_bounded(5, |x: Wire| x.gt(0.0), |x: Wire| x + 1.0, x), 1.0), 6.0);
    assert_eq!(at(|x| while_bounded(0, |x: Wire| x.gt(0.0), |x: Wire| x + 1.0, x), 1.0), 1.0);
}

/// Reads a wire from outside in one branch only.
fn branches(x: Wire, y: Wire) -> Wire {
    cond(x.gt(0.0), |z: Wire| z * z * y, |z: Wire| z.exp(), x)
}

#[test]
fn only_the_chosen_branch_has_a_gradient() {
    let f = compile(
        |x: Wire, y: Wire| {
            let z = branches(x, y);
            (z, z.gradient(&(x, y)), jvp(&z, &x, &(0.0 * x + 1.0)), z.gradient(&x).gradient(&(x, y)))
        },
        &(scalar(), scalar()),
    )
    .unwrap();
    let at = |x: f64, y: f64| {
        f.run((x.into(), y.into())).unwrap().leaves().iter().map(|t| t.item().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(at(3.0, 2.0), [18.0, 12.0, 9.0, 12.0, 4.0, 6.0]);
    let e = (-1f64).exp();
    assert_eq!(at(-1.0, 2.0), [e, e, 0.0, e, e, 0.0]);
}

#[test]
fn a_batch_of_branches_takes_each_its_own() {
    let f = compile(
        |x: Wire, y: Wire| vmap(|x: Wire| (branches(x, y), branches(x, y).gradient(&x)))((x,)),
        &(vector(2), scalar()),
    )
    .unwrap();
    let (values, gradients) = f.run(([3.0, -1.0].into(), 2.0.into())).unwrap();
    let e = (-1f64).exp();
    assert_eq!(values.to_f64(), [18.0, e]);
    assert_eq!(gradients.to_f64(), [12.0, e]);
}

#[test]
fn a_batch_with_one_predicate_stays_a_branch() {
    let f = compile(
        |p: Wire, x: Wire| {
            vmap(|x: Wire| cond(p.gt(0.0), |x: Wire| (x * x, constant(1.0)), |x: Wire| (x, x), x))((x,))
        },
        &(scalar(), vector(2)),
    )
    .unwrap();
    let run = |p: f64| {
        let (a, b) = f.run((p.into(), [3.0, 4.0].into())).unwrap();
        (a.to_f64(), b.to_f64())
    };
    assert_eq!(run(1.0), (vec![9.0, 16.0], vec![1.0, 1.0]));
    assert_eq!(run(-1.0), (vec![3.0, 4.0], vec![3.0, 4.0]));
}

#[test]
fn what_the_other_branch_would_make_of_foreign_values_goes_nowhere() {
    // 1/x has an infinite gradient at 0, where the branch is not taken: masked, never multiplied by 0.
    let safe = |x: Wire| cond(x.eq(0.0), |x: Wire| x, |x: Wire| 1.0 / x, x);
    let per_example = compile(|x: Wire| vmap(|x: Wire| safe(x).gradient(&x))((x,)), &(vector(2),)).unwrap();
    assert_eq!(per_example.run(([0.0, 2.0].into(),)).unwrap().to_f64(), [1.0, -0.25]);
    let of_batch = compile(|x: Wire| vmap(safe)((x,)).sum().gradient(&x), &(vector(2),)).unwrap();
    assert_eq!(of_batch.run(([0.0, 2.0].into(),)).unwrap().to_f64(), [1.0, -0.25]);
    let forward = compile(|x: Wire| jvp(&vmap(safe)((x,)), &x, &(0.0 * x + 1.0)), &(vector(2),)).unwrap();
    assert_eq!(forward.run(([0.0, 2.0].into(),)).unwrap().to_f64(), [1.0, -0.25]);
}

#[test]
fn no_path_through_a_loop_or_branch_is_named() {
    let text =
        refused(|x| iterate(3, |(s, _): (Wire, Wire)| (s * 2.0, s), (constant(1.0), x.sum())).0.gradient(&x));
    assert!(text.contains("no path leads from the loss"), "{text}");
    let text = refused(|x| scan(|s: Wire, x: Wire| (s + 1.0, x), constant(0.0), x).0.gradient(&x));
    assert!(text.contains("no path leads from the loss"), "{text}");
    let text = refused(|x| {
        cond(x.sum().gt(0.0), |x: Wire| 0.0 * x.stop_gradient(), |x: Wire| x.stop_gradient(), x)
            .sum()
            .gradient(&x)
    });
    assert!(text.contains("no path leads from the loss"), "{text}");
}

#[test]
fn mistakes_name_the_place_and_what_to_do() {
    let text = refused(|x| scan(|s: Wire, x: Wire| (s + x.cast(DType::F32), s), constant(0.0), x).0);
    assert!(text.contains("add: dtypes differ: f64 and f32"), "{text}");
    let text = refused(|x| scan(|s: Wire, x: Wire| (s.broadcast_to(&[2]), x), constant(0.0), x).0);
    assert!(
        text.contains("loops.rs") && text.contains("scan: state starts as f64[] and becomes f64[2]"),
        "{text}"
    );
    let text = refused(|x| scan(|s: Vec<Wire>, x: Wire| (vec![s[0], x], x), vec![constant(0.0)], x).0);
    assert!(text.contains("the state starts with 1 wires and becomes 2"), "{text}");
    let text =
        refused(|x| scan(|s: Wire, (x, y): (Wire, Wire)| (s + x * y, x), constant(0.0), (x, x.sum())).1);
    assert!(text.contains("scan: sequences have no common first axis: [[3], []]"), "{text}");
    let text = refused(|x| cond(x.gt(0.0), |x: Wire| x, |x: Wire| -x, x));
    assert!(text.contains("cond: the predicate is bool[3], not one truth value"), "{text}");
    let text = refused(|x| cond(x.sum().gt(0.0), |x: Wire| x, |x: Wire| x.sum(), x));
    assert!(text.contains("cond: one branch gives [f64[3]], the other [f64[]]"), "{text}");
    let text = refused(|x| while_loop(|x: Wire| x, |x: Wire| x, x.sum()));
    assert!(text.contains("while: the test gives (f64[]), not (bool[])"), "{text}");
    let text = refused(|x| while_bounded(3, |x: Wire| x, |x: Wire| x, x.sum()));
    assert!(text.contains("loops.rs") && text.contains("while_bounded"), "{text}");
    let text = refused(|x| iterate(3, |x: Wire| x.sum(), x));
    assert!(text.contains("iterate: state starts as f64[3] and becomes f64[]"), "{text}");
}

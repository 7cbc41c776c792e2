//! Compiling on first use: once for each set of specs, in a bounded cache, from several threads.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use chainrule::{Jit, jit, limits, prelude::*};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};

/// A function that doubles a vector and counts how often it is traced.
fn counted() -> (Jit<(Wire,), Wire>, Arc<AtomicUsize>) {
    let traces = Arc::new(AtomicUsize::new(0));
    let count = traces.clone();
    let f = jit(move |x: Wire| {
        count.fetch_add(1, Ordering::Relaxed);
        2.0 * x
    });
    (f, traces)
}

fn zeros(n: usize) -> Tensor {
    Tensor::from(vec![0.0; n])
}

#[test]
fn it_compiles_once_for_each_shape_and_dtype() {
    let (f, traces) = counted();
    assert_eq!((f.kept(), traces.load(Ordering::Relaxed)), (0, 0));
    for _ in 0..3 {
        assert_eq!(f.run(([1.0, 2.0].into(),)).unwrap().to_f64(), [2.0, 4.0]);
        assert_eq!(f.run((3.0.into(),)).unwrap().item().unwrap(), 6.0);
        assert_eq!(f.run((3.0f32.into(),)).unwrap(), 6.0f32.into());
    }
    assert_eq!((f.kept(), traces.load(Ordering::Relaxed)), (3, 3));
    let mut out = zeros(2);
    f.run_into(&([5.0, 6.0].into(),), &mut out).unwrap();
    assert_eq!((out.to_f64(), traces.load(Ordering::Relaxed)), (vec![10.0, 12.0], 3));
    assert_eq!(format!("{f:?}"), "Jit { kept: 3, .. }");
}

#[test]
fn trees_with_the_same_leaves_are_told_apart() {
    let f = jit(|a: Vec<Wire>, b: Vec<Wire>| (a.len() as f64 * a[0], b.len() as f64 * b[0]));
    let run = |a: usize, b: usize| {
        let (x, y) = f.run((vec![1.0.into(); a], vec![1.0.into(); b])).unwrap();
        (x.item().unwrap(), y.item().unwrap())
    };
    assert_eq!((run(1, 2), run(2, 1), run(1, 2)), ((1.0, 2.0), (2.0, 1.0), (1.0, 2.0)));
    assert_eq!(f.kept(), 2);
}

#[test]
fn what_is_unused_for_longest_is_dropped() {
    let (f, traces) = counted();
    let traced = |n: usize| {
        let before = traces.load(Ordering::Relaxed);
        f.run((zeros(n),)).unwrap();
        traces.load(Ordering::Relaxed) - before
    };
    for n in 0..limits::JIT_FUNCTIONS {
        assert_eq!(traced(n), 1);
    }
    // At the limit all are kept, and 0 is now the one used last.
    assert_eq!(f.kept(), limits::JIT_FUNCTIONS);
    assert_eq!(traced(0), 0);
    // One more takes the place of 1.
    assert_eq!(traced(limits::JIT_FUNCTIONS), 1);
    assert_eq!(f.kept(), limits::JIT_FUNCTIONS);
    assert_eq!((traced(0), traced(2), traced(1)), (0, 0, 1));
}

#[test]
fn mistakes_come_out_and_are_not_kept() {
    let f = jit(|x: Wire, y: Wire| x + y);
    for _ in 0..2 {
        let error = f.run((zeros(2), zeros(3))).unwrap_err().to_string();
        assert!(error.contains("jit.rs") && error.contains("add: ") && error.contains("hint: "), "{error}");
        assert_eq!(f.kept(), 0);
    }
    let mut out = zeros(2);
    assert!(f.run_into(&(zeros(2), zeros(3)), &mut out).is_err());
    let error = f.run_into(&(zeros(3), zeros(3)), &mut out).unwrap_err().to_string();
    assert!(error.starts_with("output: run: is f64[2], traced for f64[3]"), "{error}");
    assert_eq!(f.run((zeros(2), zeros(2))).unwrap(), zeros(2));
    assert_eq!(f.kept(), 2);
}

#[test]
fn threads_share_one_compilation() {
    fn shared<T: Send + Sync>(_: &T) {}
    let (f, traces) = counted();
    shared(&f);
    let start = Barrier::new(4);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (f, start) = (&f, &start);
            scope.spawn(move || {
                start.wait();
                for turn in 0..20 {
                    let n = 1 + (thread + turn) % 3;
                    let value = f64::from(turn as u32);
                    let got = f.run((vec![value; n].into(),)).unwrap();
                    assert_eq!(got.to_f64(), vec![2.0 * value; n]);
                }
            });
        }
    });
    assert_eq!((f.kept(), traces.load(Ordering::Relaxed)), (3, 3));
}

#[test]
fn a_panic_in_the_function_leaves_it_usable() {
    let f = jit(|x: Wire| {
        assert!(x.shape().elements() != 2, "two are too many");
        2.0 * x
    });
    let tried = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| f.run((zeros(2),))));
    assert!(tried.is_err());
    assert_eq!(f.run((zeros(3),)).unwrap(), zeros(3));
}

#[test]
fn it_may_use_another_inside() {
    let inner = jit(|x: Wire| x * x);
    let outer = jit(move |x: Wire| x * inner.run((3.0.into(),)).unwrap().item().unwrap());
    assert_eq!(outer.run((2.0.into(),)).unwrap().item().unwrap(), 18.0);
}

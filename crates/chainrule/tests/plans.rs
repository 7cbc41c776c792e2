//! What plans say about themselves.

#![allow(clippy::unwrap_used)]

use chainrule::prelude::*;
use chainrule::{Function, Machine};

/// A recurrent cell in a loop, then a loss.
fn recurrent() -> Function<(Wire, Wire, Wire), (Wire, Wire)> {
    let spec = |dims: &[usize]| Spec::new(dims, DType::F32).unwrap();
    let run = |w: Wire, start: Wire, x: Wire| {
        let cell = |h: Wire, x: Wire| ((h.matmul(w) + x).tanh(), x.sum());
        let (last, _) = scan(cell, start, x);
        let loss = last.square().sum();
        (loss, loss.gradient(&w))
    };
    compile(run, &(spec(&[4, 4]), spec(&[2, 4]), spec(&[5, 2, 4]))).unwrap()
}

#[test]
fn a_loop_costs_its_turns() {
    let report = recurrent().report(None);
    let loops: Vec<_> = report.steps.iter().filter(|step| !step.inner.is_empty()).collect();
    assert_eq!(loops.len(), 2, "{report}");
    for step in loops {
        assert_eq!((step.flops, step.bytes), (step.inner[0].flops, step.inner[0].bytes));
        let product = step.inner[0].steps.iter().find(|step| step.what.starts_with("product")).unwrap();
        assert_eq!(product.flops % (5 * 2 * 2 * 4 * 4), 0, "{}", product.what);
    }
    assert_eq!(report.flops, report.steps.iter().map(|step| step.flops).sum::<u64>());
}

#[test]
fn a_bound_is_the_longer_of_work_and_traffic() {
    let f = recurrent();
    let machine = |flops: f64, bytes: f64| Machine { flops: [flops; 2], copies: vec![(0, bytes)] };
    let report = f.report(Some(&machine(1e9, f64::INFINITY)));
    assert!((report.bound.unwrap() * 1e9 / report.flops as f64 - 1.0).abs() < 1e-9, "{report}");
    let report = f.report(Some(&machine(f64::INFINITY, 1e9)));
    assert!((report.bound.unwrap() * 1e9 / report.bytes as f64 - 1.0).abs() < 1e-9, "{report}");
    // Caches are quicker, for what fits.
    let cached = Machine { flops: [f64::INFINITY; 2], copies: vec![(0, 1e9), (100, 1e6)] };
    let spec = |n: usize| Spec::new(&[n], DType::U8).unwrap();
    let bound =
        |n: usize| compile(|x: Wire| x + x, &(spec(n),)).unwrap().report(Some(&cached)).bound.unwrap();
    assert_eq!((bound(40), bound(60)), (80e-9, 120e-6));
}

#[test]
fn a_profile_has_a_time_for_each_step_and_those_of_loops() {
    let f = recurrent();
    let tensors = || {
        let zeros = |dims: &[usize]| Tensor::zeros(Spec::new(dims, DType::F32).unwrap());
        (zeros(&[4, 4]), zeros(&[2, 4]), zeros(&[5, 2, 4]))
    };
    let profile = f.profile(&tensors(), 3).unwrap();
    assert_eq!(profile.steps.len(), f.report(None).steps.len());
    for step in &profile.steps {
        assert!(step.seconds.is_some() && step.bound.is_some());
        assert!(step.inner.iter().flat_map(|plan| &plan.steps).all(|step| step.seconds.is_some()));
    }
    let wrong = (tensors().1, tensors().1, tensors().2);
    let error = f.profile(&wrong, 1).unwrap_err().to_string();
    assert!(error.starts_with("input 0: run: is f32[2, 4], traced for f32[4, 4]"), "{error}");
    assert_eq!(f.report(None).to_string(), f.plan());
}

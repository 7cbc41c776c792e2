//! What plans say about themselves.

#![allow(clippy::unwrap_used)]

use chainrule::prelude::*;
use chainrule::{Conv, Function, Machine};

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
    let machine = |flops: f64, bytes: f64| Machine { flops: [flops; 2], traffic: vec![(0, bytes)] };
    let report = f.report(Some(&machine(1e9, f64::INFINITY)));
    assert!((report.bound.unwrap() * 1e9 / report.flops as f64 - 1.0).abs() < 1e-9, "{report}");
    let report = f.report(Some(&machine(f64::INFINITY, 1e9)));
    assert!((report.bound.unwrap() * 1e9 / report.bytes as f64 - 1.0).abs() < 1e-9, "{report}");
    // Caches are quicker, for what fits.
    let cached = Machine { flops: [f64::INFINITY; 2], traffic: vec![(0, 1e9), (100, 1e6)] };
    let spec = |n: usize| Spec::new(&[n], DType::U8).unwrap();
    let bound =
        |n: usize| compile(|x: Wire| x + x, &(spec(n),)).unwrap().report(Some(&cached)).bound.unwrap();
    assert_eq!((bound(40), bound(60)), (80e-9, 120e-6));
}

/// The least times are of what is done: no work on padding and holes, no reading of what nobody asks for.
#[test]
fn bounds_count_what_is_done() {
    let spec = |dims: &[usize]| Spec::new(dims, DType::F32).unwrap();
    let work = Machine { flops: [1.0; 2], traffic: vec![(0, f64::INFINITY)] };
    let conv = |channels: usize, pad: usize| {
        let options = Conv { padding: [pad; 2], ..Conv::default() };
        let specs = (spec(&[8, channels, 8, 8]), spec(&[16, channels, 3, 3]));
        let f = compile(move |x: Wire, w: Wire| x.conv2d(w, options), &specs).unwrap();
        let report = f.report(Some(&work));
        (report.flops, report.bound.unwrap() as u64)
    };
    // Along an axis 8 windows of 3 read 22 numbers that are no padding.
    assert_eq!(conv(2, 1), (2 * 8 * 16 * 64 * 2 * 9, 2 * 8 * 16 * 2 * 22 * 22));
    assert_eq!(conv(2, 0), (2 * 8 * 16 * 36 * 2 * 9, 2 * 8 * 16 * 36 * 2 * 9));
    // By transformed tiles.
    assert_eq!(conv(16, 0), (2 * 8 * 16 * 36 * 16 * 9, 2 * 8 * 16 * 36 * 16 * 9 / 4));

    let bytes = |f: Function<(Wire,), Wire>| f.report(None).bytes;
    assert_eq!(bytes(compile(|x: Wire| x.slice(&[10], &[20], &[1]).exp(), &(spec(&[1000]),)).unwrap()), 80);
    let top = |x: Wire| x.slice(&[0, 0], &[2, 4], &[1, 1]).matmul(x);
    assert_eq!(bytes(compile(top, &(spec(&[4, 4]),)).unwrap()), 4 * (8 + 16 + 8));
}

#[test]
fn steps_name_their_gates_in_lines_that_fit() {
    let scalar = Spec::scalar(DType::F64);
    let neuron =
        compile(|a: Wire, b: Wire, c: Wire| (a * b + b * c + c).sigmoid(), &(scalar, scalar, scalar));
    let plan = neuron.unwrap().plan();
    assert!(plan.contains("scalars  5 gates in 3 runs: 2 mul, 2 add, sigmoid"), "{plan}");
    let long = |x: Wire| (0..12).fold(x, |y, _| (y.exp() + x).tanh());
    let f = compile(long, &(Spec::new(&[100], DType::F32).unwrap(),)).unwrap();
    let text = f.plan();
    assert!(text.lines().all(|line| line.len() <= 95) && text.lines().count() > 3, "{text}");
    assert_eq!(text.matches("tanh").count(), 12);
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

//! A NaN or infinity that is planted at one gate is found at that gate, forward and backward.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use chainrule::{DType, Program, Spec, Tensor, Wire, cond, iterate, name, scan, stage, trace};
use chainrule_explorer::run::{Birth, Kind, Pass, Record};
use chainrule_nn::birth::{self, Search};
use chainrule_nn::observe::{At, Guard, Observer, Settings};
use chainrule_nn::snapshots::Snapshots;
use std::sync::{Arc, Mutex};

type Step = Program<(Wire, Wire), (Wire, Wire)>;

/// Names the gate in which the trouble is planted.
fn here(wire: Wire) -> Wire {
    name(wire, "planted");
    wire
}

/// A step over a vector of four weights and data of the same shape: some sound gates, what is planted, and a sum.
fn step(planted: impl Fn(Wire, Wire) -> Wire) -> Step {
    let spec = Spec::new(&[4], DType::F64).unwrap();
    trace(
        |w: Wire, x: Wire| {
            let before = stage("first", || w * 1.0 + 0.0);
            let loss = stage("second", || (planted(before, x) * 0.5).sum());
            (loss, w - 0.1 * loss.gradient_or_zero(&w))
        },
        &(spec, spec),
    )
    .unwrap()
}

fn planted_at(program: &Step) -> u32 {
    *program.circuit().names.iter().find(|(_, name)| *name == "planted").unwrap().0
}

fn born(program: &Step, w: [f64; 4], x: [f64; 4], search: Search) -> Option<Birth> {
    birth::find(program, &w.into(), &x.into(), 5, search).unwrap()
}

struct Plant {
    planted: fn(Wire, Wire) -> Wire,
    w: [f64; 4],
    x: [f64; 4],
    op: &'static str,
    kind: Kind,
    element: usize,
}

fn plant(
    planted: fn(Wire, Wire) -> Wire,
    w: [f64; 4],
    x: [f64; 4],
    op: &'static str,
    kind: Kind,
    element: usize,
) -> Plant {
    Plant { planted, w, x, op, kind, element }
}

const ONES: [f64; 4] = [1.0; 4];

fn forward() -> Vec<Plant> {
    use Kind::{Inf, Nan};
    vec![
        plant(|w, _| here(w.log()), [1.0, 2.0, 0.0, 1.0], ONES, "log", Inf, 2),
        plant(|w, _| here(w.log()), [1.0, -2.0, 1.0, 1.0], ONES, "log", Nan, 1),
        plant(|w, _| here(w.log1p()), [1.0, 0.5, 0.0, -1.0], ONES, "log1p", Inf, 3),
        plant(|w, _| here(w.sqrt()), [-1.0, 1.0, 1.0, 1.0], ONES, "sqrt", Nan, 0),
        plant(|w, _| here(w.rsqrt()), [1.0, 0.0, 1.0, 1.0], ONES, "rsqrt", Inf, 1),
        plant(|w, _| here(w.exp()), [1.0, 0.0, 710.0, 1.0], ONES, "exp", Inf, 2),
        plant(|w, _| here(w.expm1()), [1.0, 0.0, 1.0, 1e4], ONES, "expm1", Inf, 3),
        plant(|w, _| here(w.sinh()), [1.0, 800.0, 1.0, 1.0], ONES, "sinh", Inf, 1),
        plant(|w, _| here(w.cosh()), [-800.0, 0.0, 1.0, 1.0], ONES, "cosh", Inf, 0),
        plant(|w, x| here(w / x), [1.0, 0.0, 1.0, 1.0], [1.0, 0.0, 1.0, 1.0], "div", Nan, 1),
        plant(|w, x| here(w / x), ONES, [1.0, 1.0, 1.0, 0.0], "div", Inf, 3),
        plant(|w, _| here(w.reciprocal()), [0.0, 1.0, 1.0, 1.0], ONES, "reciprocal", Inf, 0),
        plant(|w, x| here(w.pow(x)), [-8.0, 1.0, 1.0, 1.0], [1.0 / 3.0, 1.0, 1.0, 1.0], "pow", Nan, 0),
        plant(|w, x| here(w.pow(x)), [1.0, 1e200, 1.0, 1.0], [1.0, 2.0, 1.0, 1.0], "pow", Inf, 1),
        plant(|w, _| here(w.powi(-2)), [1.0, 1.0, 1.0, 0.0], ONES, "powi", Inf, 3),
        plant(|w, x| here(w * x), [1.0, 1e200, 1.0, 1.0], [1.0, 1e200, 1.0, 1.0], "mul", Inf, 1),
        plant(|w, x| here(w + x), [1.0, 1.0, 1.7e308, 1.0], [1.0, 1.0, 1.7e308, 1.0], "add", Inf, 2),
        plant(|w, x| here(w - x), [1.0, 1.7e308, 1.0, 1.0], [1.0, -1.7e308, 1.0, 1.0], "sub", Inf, 1),
        plant(|w, _| here(w.square()), [-1e200, 1.0, 1.0, 1.0], ONES, "square", Inf, 0),
        plant(|w, _| here(w.asin()), [0.5, 1.0, 0.0, 1.5], ONES, "asin", Nan, 3),
        plant(|w, _| here(w.acos()), [0.5, -1.5, 0.0, 1.0], ONES, "acos", Nan, 1),
        plant(|w, _| here(w.lgamma()), [1.0, 2.0, 0.0, 1.0], ONES, "lgamma", Inf, 2),
        plant(|w, _| here(w.sum()), [1e308, 1e308, 1.0, 1.0], ONES, "sum", Inf, 0),
        plant(|w, _| here(w.prod()), [1e200, 1e200, 1.0, 1.0], ONES, "prod", Inf, 0),
        plant(|w, _| here(w.cumsum(0)), [1e308, 1.0, 1e308, 1.0], ONES, "cumsum", Inf, 2),
        plant(|w, _| here(w.cumprod(0)), [1e200, 1.0, 1.0, 1e200], ONES, "cumprod", Inf, 3),
        plant(
            |w, x| here(w.reshape(&[2, 2]).matmul(x.reshape(&[2, 2]))),
            [1.0, 1.0, 1e200, 1.0],
            [1.0, 1e200, 1.0, 1.0],
            "matmul",
            Inf,
            3,
        ),
        plant(|w, _| here(w.cast(DType::F32)).cast(DType::F64), [1.0, 1e40, 1.0, 1.0], ONES, "cast", Inf, 1),
    ]
}

#[test]
fn a_planted_birth_in_the_forward_pass_is_located_exactly() {
    for plant in forward() {
        let program = step(plant.planted);
        let gate = planted_at(&program);
        for memory in [0, 1 << 20] {
            let found = born(&program, plant.w, plant.x, Search { memory, ..Search::default() }).unwrap();
            let what = format!("{}: {found}", plant.op);
            assert_eq!((found.gate, found.of, found.op.as_str()), (gate, gate, plant.op), "{what}");
            assert_eq!((found.pass, found.kind, found.s), (Pass::Forward, plant.kind, 5), "{what}");
            assert_eq!(found.module, "second", "{what}");
            let dims = program.circuit().node(gate).spec.shape.dims();
            let element = found.at.iter().zip(&dims).fold(0, |sum, (at, dim)| sum * dim + at);
            assert_eq!(element, plant.element, "{what}");
            assert!(found.src.contains("births.rs:"), "{what}");
            assert!(!found.try_this.is_empty(), "{what}");
            let ends: Vec<u32> = found.path.iter().map(|gate| gate.gate).collect();
            assert_eq!(
                (ends.first(), ends.last()),
                (Some(&gate), program.circuit().outputs.first()),
                "{what}"
            );
            let numbers: Vec<f64> = found.inputs.iter().filter_map(|input| input.v).collect();
            let from = [plant.w[plant.element], plant.x[plant.element]];
            if program.circuit().node(gate).is_elementwise() {
                assert_eq!(numbers, from[..numbers.len()], "{what}");
            }
        }
    }
}

/// In each the value is finite, and the gradient is not.
fn backward() -> Vec<Plant> {
    use Kind::{Inf, Nan};
    const ZEROS: [f64; 4] = [0.0; 4];
    vec![
        plant(|w, _| here(w.sqrt()), [1.0, 0.0, 1.0, 1.0], ONES, "sqrt", Inf, 1),
        plant(|w, _| here(w.asin()), [0.5, 0.0, 1.0, 0.0], ONES, "asin", Inf, 2),
        plant(|w, _| here(w.acos()), [-1.0, 0.0, 0.5, 0.0], ONES, "acos", Inf, 0),
        plant(|w, _| here(w.log()), [1.0, 1.0, 1.0, 5e-324], ONES, "log", Inf, 3),
        plant(|w, _| here(w.log1p()) * 1e300, [1.0, -1.0 + 1e-16, 1.0, 1.0], ONES, "log1p", Inf, 1),
        plant(|w, x| here(x / w), [1.0, 1e-200, 1.0, 1.0], [1.0, 1e100, 1.0, 1.0], "div", Inf, 1),
        plant(|w, x| here(w / x) * 1e200, ZEROS, [1.0, 1.0, 1.0, 1e-200], "div", Inf, 3),
        plant(|w, _| here(w.reciprocal()), [1.0, 1.0, 1e-200, 1.0], ONES, "reciprocal", Inf, 2),
        plant(|w, _| here(w.rsqrt()), [1e-300, 1.0, 1.0, 1.0], ONES, "rsqrt", Inf, 0),
        plant(|w, x| here(w.pow(x)), [0.0, 1.0, 1.0, 1.0], [0.5, 1.0, 1.0, 1.0], "pow", Inf, 0),
        plant(|w, _| here(w.powi(-1)), [1.0, 1e-200, 1.0, 1.0], ONES, "powi", Inf, 1),
        plant(|w, x| here(w.atan2(x)), [0.0, 1.0, 1.0, 1.0], [0.0, 1.0, 1.0, 1.0], "atan2", Nan, 0),
        plant(|w, _| here(w.lgamma()) * 8.0, [1.0, 1.0, 1.0, 1e-308], ONES, "lgamma", Inf, 3),
        plant(
            |w, _| here(w.tan()) * 1e290,
            [0.0, 0.0, std::f64::consts::FRAC_PI_2, 0.0],
            ONES,
            "tan",
            Inf,
            2,
        ),
        plant(|w, _| here(w.erf()) * f64::MAX * 1.9, ZEROS, ONES, "erf", Inf, 0),
        // The value is 0, but what arrives times the other factor leaves the range.
        plant(|w, x| here(w * x) * 1e200, ZEROS, [0.0, 0.0, 1e200, 0.0], "mul", Inf, 2),
        plant(
            |w, x| here(w.reshape(&[2, 2]).matmul(x.reshape(&[2, 2]))) * 1e200,
            ZEROS,
            [0.0, 1e200, 0.0, 0.0],
            "matmul",
            Inf,
            0,
        ),
        plant(|w, _| here(w.cumprod(0)), [0.0, 1e200, 1e200, 1.0], ONES, "cumprod", Inf, 0),
        plant(|w, _| here(w.cumsum(0)) * f64::MAX, ZEROS, ONES, "cumsum", Inf, 0),
        plant(|w, _| here(w.sum().broadcast_to(&[4])) * f64::MAX, ZEROS, ONES, "broadcast", Inf, 0),
        plant(|w, _| here(w.cast(DType::F32).cast(DType::F64)) * 1e300, ZEROS, ONES, "cast", Inf, 0),
    ]
}

#[test]
fn a_planted_birth_in_the_backward_pass_is_located_exactly() {
    for plant in backward() {
        let program = step(plant.planted);
        let gate = planted_at(&program);
        let found = born(&program, plant.w, plant.x, Search::default()).unwrap();
        let what = format!("{}: {found}", plant.op);
        assert_eq!((found.pass, found.of, found.of_op.as_str()), (Pass::Backward, gate, plant.op), "{what}");
        let dims = program.circuit().node(found.gate).spec.shape.dims();
        let element = found.at.iter().zip(&dims).fold(0, |sum, (at, dim)| sum * dim + at);
        assert_eq!((found.kind, element), (plant.kind, plant.element), "{what}");
        assert!(found.gate > gate && found.module == "second", "{what}");
        assert!(found.src.contains("births.rs:") && !found.try_this.is_empty(), "{what}");
        if program.circuit().node(gate).is_elementwise() {
            assert!(found.up.is_some_and(f64::is_finite) && !found.local.is_empty(), "{what}");
            let from = [plant.w[plant.element], plant.x[plant.element]];
            assert!(
                found.of_in.iter().all(|input| from.contains(&input.v.unwrap())) || plant.op == "cast",
                "{what}"
            );
        }
    }
}

#[test]
fn a_step_that_is_sound_has_no_birth() {
    let program = step(|w, x| (w * x).tanh());
    assert_eq!(born(&program, ONES, ONES, Search { inf_counts: true, ..Search::default() }), None);
}

#[test]
fn what_came_in_is_said_to_have_come_in() {
    let program = step(|w, x| w * x);
    let found = born(&program, ONES, [1.0, 1.0, f64::NAN, 1.0], Search::default()).unwrap();
    assert_eq!((found.op.as_str(), found.module.as_str(), &found.at[..]), ("input", "1", &[2][..]));
    let found = born(&program, [f64::NAN, 0.0, 0.0, 0.0], ONES, Search::default()).unwrap();
    assert_eq!((found.op.as_str(), found.module.as_str(), &found.at[..]), ("input", "0", &[0][..]));
}

#[test]
fn the_infinity_behind_a_nan_is_what_is_named() {
    // exp overflows, and only three gates later an infinity less an infinity is no number.
    let program = step(|w, x| {
        let e = here(w.exp());
        (e * 2.0) - (e * x)
    });
    let found = born(&program, [0.0, 800.0, 0.0, 0.0], ONES, Search::default()).unwrap();
    assert_eq!((found.gate, found.op.as_str(), found.kind), (planted_at(&program), "exp", Kind::Inf));
}

#[test]
fn a_mask_of_infinities_is_not_taken_for_the_cause() {
    let program = step(|w, x| {
        let mask = x.gt(0.0).select(w, w * 0.0 + f64::NEG_INFINITY);
        mask.softmax(0) * here(w.log())
    });
    let found = born(&program, [1.0, 2.0, -1.0, 1.0], [1.0, 0.0, 1.0, 1.0], Search::default()).unwrap();
    assert_eq!((found.gate, found.op.as_str()), (planted_at(&program), "log"));
}

#[test]
fn births_in_loops_name_the_turn_and_the_gate() {
    // The state halves until it is below 0: log fails at turn 2.
    let program = step(|w, x| {
        let (last, _) = scan(|s: Wire, _: Wire| ((s - 1.0).log() * 0.0 + s - 1.0, s), w.sum(), x);
        last
    });
    let found = born(&program, [1.0, 1.0, 0.5, 0.0], ONES, Search::default()).unwrap();
    assert_eq!((found.op.as_str(), found.kind, found.pass), ("log", Kind::Nan, Pass::Forward), "{found}");
    assert!(found.within[0].starts_with("scan, turn 2, gate "), "{found}");
    assert_eq!(found.of_in[0].v, Some(-0.5), "{found}");
    // Backward in a loop: sqrt of 0 at the last turn.
    let program = step(|w, _| iterate(2, |s: Wire| (s - 1.0).sqrt(), w.sum() * 0.0 + 2.0));
    let found = born(&program, ONES, ONES, Search::default()).unwrap();
    assert_eq!(found.pass, Pass::Backward, "{found}");
    assert!(found.within[0].starts_with("scan, turn "), "{found}");
    // A branch.
    let program = step(|w, _| cond(w.sum().gt(0.0), |w: Wire| w.log(), |w: Wire| w, w));
    let found = born(&program, [1.0, 0.0, 1.0, 1.0], ONES, Search::default()).unwrap();
    assert_eq!((found.op.as_str(), found.within.len()), ("log", 1), "{found}");
}

/// As a trainer does that works on a batch part by part.
#[test]
fn a_gradient_that_is_taken_inside_of_a_loop_is_searched_too() {
    let spec = Spec::new(&[4], DType::F64).unwrap();
    let program = trace(
        |w: Wire, x: Wire| {
            let part = |sums: (Wire, Wire), x: Wire| {
                let w = w.identity();
                let loss = stage("root", || (w * x).sqrt().sum());
                ((sums.0 + loss, sums.1 + loss.gradient(&w)), loss)
            };
            let ((loss, gradient), _) = scan(part, ((w * 0.0).sum(), w * 0.0), x);
            (loss, w - 0.1 * gradient)
        },
        &(spec, spec),
    )
    .unwrap();
    let found = born(&program, [1.0, 4.0, 1.0, 1.0], [1.0, 1.0, 0.0, 1.0], Search::default()).unwrap();
    assert_eq!(
        (found.pass, found.of_op.as_str(), found.kind),
        (Pass::Backward, "sqrt", Kind::Inf),
        "{found}"
    );
    assert!(found.within[0].starts_with("scan, turn 2, gate ") && found.module == "root", "{found}");
    assert_eq!((found.of_in[0].v, &found.local[..]), (Some(0.0), &[f64::INFINITY][..]), "{found}");
}

#[test]
fn the_update_is_searched_too() {
    let spec = Spec::scalar(DType::F32);
    let program = trace(
        |w: Wire, x: Wire| {
            let loss = (w * x).square();
            (loss, w - loss.gradient(&w) * 1e30)
        },
        &(spec, spec),
    )
    .unwrap();
    let found = birth::find(&program, &1f32.into(), &1e10f32.into(), 1, Search::default()).unwrap().unwrap();
    assert_eq!((found.pass, found.op.as_str(), found.kind), (Pass::Update, "mul", Kind::Inf), "{found}");
}

#[test]
fn a_guard_goes_back_to_the_step_that_fails() {
    // The weight sinks by 0.3 a step and below 0 at the fifth: its square root is no number from then on.
    let spec = Spec::scalar(DType::F64);
    let program = trace(
        |w: Wire, x: Wire| {
            let loss = (w + x).sqrt();
            (loss, w - 0.3 + 0.0 * loss.gradient(&w))
        },
        &(spec, spec),
    )
    .unwrap();
    let plain = program.compile();
    let told = Arc::new(Mutex::new(Vec::new()));
    let sink = told.clone();
    let observer =
        Observer::new(&program, &["w".into()], Settings::default()).telling(move |record: &Record| {
            sink.lock().unwrap().push(record.clone());
            Ok(())
        });
    let mut guard: Guard<Wire, Wire, Wire, f64> = Guard::new(Some(observer), Search::default());
    let (mut w, mut loss) = (Tensor::scalar(1.0), Tensor::scalar(0.0));
    let mut last = 0;
    for step in 1..20 {
        let x = 0.01 * step as f64;
        let at = At { step, rate: 0.3 };
        last = step;
        if !guard.step(&plain, &mut w, &x.into(), x, &mut loss, at).unwrap().is_finite() {
            break;
        }
    }
    let found = guard.birth(&program, &plain, &mut loss, |_, x| Ok((*x).into())).unwrap().unwrap();
    assert_eq!((found.op.as_str(), found.s), ("sqrt", last), "{found}");
    assert!(last == 5 || last == 4, "{last}");
    let is_told =
        |record: &Record| matches!(record, Record::Birth(birth) if birth.to_string() == found.to_string());
    assert!(told.lock().unwrap().iter().any(is_told));
    guard.forget();
    assert_eq!(guard.birth(&program, &plain, &mut loss, |_, x| Ok((*x).into())).unwrap(), None);
}

/// The steps are those that were made, to the bit, also where the next snapshot would hold a NaN.
#[test]
fn snapshots_lead_back_to_the_state_before_the_failure() {
    let spec = Spec::scalar(DType::F64);
    let program = trace(
        |w: Wire, x: Wire| {
            let loss = (w * x).square();
            (loss, w - 0.1 * loss.gradient(&w) + (x - 7.0).log() * 0.0)
        },
        &(spec, spec),
    )
    .unwrap();
    let plain = program.compile();
    let (mut w, mut loss) = (Tensor::scalar(1.0), Tensor::scalar(0.0));
    let mut snapshots: Snapshots<Wire, f64> = Snapshots::every(3);
    let mut states = Vec::new();
    // The weight is no number after the step with x = 6, which is number 8; the loss only one later.
    let given = [8.1, 8.2, 8.3, 8.4, 8.5, 8.6, 8.7, 6.0, 8.8, 8.9, 8.0];
    for (step, x) in (1..).zip(given) {
        states.push(w.item().unwrap());
        snapshots.before(step, &w, x);
        plain.step(&mut w, &x.into(), &mut loss).unwrap();
    }
    let failing = snapshots.failing(&plain, &mut loss, |_, x| Ok(Tensor::scalar(*x))).unwrap().unwrap();
    assert_eq!((failing.step, failing.batch.item().unwrap()), (8, 6.0));
    assert_eq!(failing.state.item().unwrap().to_bits(), states[7].to_bits());
}

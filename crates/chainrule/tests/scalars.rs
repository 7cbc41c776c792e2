//! Circuits of single numbers: whatever shares a run, the results are those of the definitions.

#![allow(clippy::unwrap_used)]

use chainrule::Program;
use chainrule::prelude::*;

/// Numbers without a pattern.
struct Draws(u64);

impl Draws {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % n
    }

    /// One of the last `window` wires.
    fn of(&mut self, wires: &[Wire], window: usize) -> Wire {
        wires[wires.len() - 1 - self.below(window.min(wires.len()))]
    }
}

/// Floats that stay small, so that no difference is blown up.
fn floats(start: &[Wire], gates: usize, window: usize) -> Wire {
    let (mut wires, mut draws) = (start.to_vec(), Draws(7));
    for _ in 0..gates {
        let (x, y) = (draws.of(&wires, window), draws.of(&wires, window));
        let next = match draws.below(10) {
            0 => (x + y) * 0.5,
            1 => x * y,
            2 => x.maximum(y),
            3 => x.minimum(y),
            4 => x.gt(y).select(x, -y),
            5 => (x - y) * 0.4 + y,
            6 => x.sin(),
            7 => x.sigmoid(),
            8 => x.powi(3) * 0.3,
            _ => x.tanh(),
        };
        wires.push(next);
    }
    wires.iter().rev().take(window).copied().reduce(|a, b| a + b).unwrap()
}

/// Whole numbers and truth values; nothing is rounded.
fn whole(start: &[Wire], gates: usize, window: usize) -> Wire {
    let (mut wires, mut draws) = (start.to_vec(), Draws(8));
    let small = |x: Wire| if x.dtype() == DType::U8 { x } else { x % 1000 };
    for _ in 0..gates {
        let (x, y) = (draws.of(&wires, window), draws.of(&wires, window));
        let next = match draws.below(6) {
            0 => small(x + y),
            1 => small(x * y),
            2 => x.maximum(y),
            3 => x.minimum(y),
            4 => x.gt(y).or(!x.eq(y)).select(x, y),
            _ => x.eq(y).select(y, x),
        };
        wires.push(next);
    }
    wires.iter().rev().take(window).copied().reduce(|a, b| a.maximum(b)).unwrap()
}

/// Gates and runs of the plan.
fn counts(plan: &str) -> [usize; 2] {
    let line = plan.lines().find(|line| line.contains("scalars")).unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    [words[1], words[4]].map(|word| word.parse().unwrap())
}

type List = Vec<Wire>;

fn gradients(dtype: DType, inputs: usize, gates: usize, window: usize) -> Program<(List,), (Wire, List)> {
    let specs = (vec![Spec::scalar(dtype); inputs],);
    trace(|x: List| floats(&x, gates, window).value_and_grad_or_zero(&x), &specs).unwrap()
}

trait OrZero {
    fn value_and_grad_or_zero(self, x: &List) -> (Wire, List);
}

impl OrZero for Wire {
    /// A narrow circuit forgets most of its inputs: the sum keeps a path.
    fn value_and_grad_or_zero(self, x: &List) -> (Wire, List) {
        let all = x.iter().copied().reduce(|a, b| a + b).unwrap();
        (self + all * 0.125).value_and_grad(x)
    }
}

fn agrees(program: &Program<(List,), (Wire, List)>, at: &(Vec<Tensor>,), tolerance: f64) {
    let (value, gradient) = program.run(at.clone()).unwrap();
    let (want, wanted) = program.run_by_definition(at).unwrap();
    let scale = wanted.iter().map(|t| t.item().unwrap().abs()).fold(1.0, f64::max);
    for (found, want) in std::iter::once((&value, &want)).chain(gradient.iter().zip(&wanted)) {
        let (found, want) = (found.item().unwrap(), want.item().unwrap());
        assert!((found - want).abs() <= tolerance * scale, "{found} against {want}");
    }
}

#[test]
fn long_and_short_runs_agree_with_the_definitions() {
    for (inputs, gates, window) in [(300, 6000, 6000), (40, 3000, 30), (3, 2000, 3)] {
        for (dtype, tolerance) in [(DType::F64, 1e-10), (DType::F32, 2e-3)] {
            let program = gradients(dtype, inputs, gates, window);
            let [count, runs] = counts(&program.compile().plan());
            let mean = count as f64 / runs as f64;
            assert!(if window == 3 { mean < 4.0 } else { window == 30 || mean > 20.0 }, "{count} in {runs}");
            let number = |i: usize| Tensor::scalar((i as f64 * 0.7).sin()).cast(dtype);
            agrees(&program, &((0..inputs).map(number).collect(),), tolerance);
        }
    }
}

#[test]
fn whole_numbers_agree_bit_for_bit() {
    for dtype in [DType::I32, DType::I64, DType::U8] {
        for window in [2000, 4] {
            let specs = (vec![Spec::scalar(dtype); 30],);
            // Products of u8 wrap, which the definitions in f64 do not: maxima and choices alone.
            let gates = if dtype == DType::U8 { 0 } else { 2000 };
            let program = trace(
                |x: List| {
                    let y = whole(&x, gates, window);
                    vec![
                        y,
                        x[1].gt(y).select(x[2], y),
                        x.iter().copied().reduce(|a, b| a.minimum(b)).unwrap(),
                    ]
                },
                &specs,
            );
            let program = program.unwrap();
            let at =
                ((0..30).map(|i| Tensor::scalar(i64::from(i * i % 17)).cast(dtype)).collect::<Vec<_>>(),);
            assert_eq!(program.run(at.clone()).unwrap(), program.run_by_definition(&at).unwrap());
        }
    }
}

/// What adds up at one wire is folded from the first to the last, as written.
#[test]
fn joined_sums_keep_their_order_and_what_is_read_twice() {
    let specs = (vec![Spec::scalar(DType::F64); 5],);
    let program = trace(
        |x: List| {
            let all = x.iter().copied().reduce(|a, b| a + b).unwrap();
            let part = x[0] + x[1] + x[2];
            let again = part + x[3] + part;
            let other = x[4] - (x[0] - x[1] - x[2]) - x[3];
            vec![all, part, again, other, x[0] + x[0] + x[0], x[1] * x[2] * x[3] * x[4]]
        },
        &specs,
    );
    let x = [1e16, 1.0, -1e16, 3.0, 0.1];
    let found = program.unwrap().run((x.iter().map(|&v| v.into()).collect(),)).unwrap();
    let part = x[0] + x[1] + x[2];
    let want = [
        x[0] + x[1] + x[2] + x[3] + x[4],
        part,
        part + x[3] + part,
        x[4] - (x[0] - x[1] - x[2]) - x[3],
        x[0] + x[0] + x[0],
        x[1] * x[2] * x[3] * x[4],
    ];
    let found: Vec<f64> = found.iter().map(|t| t.item().unwrap()).collect();
    assert_eq!(found, want);
}

/// Single numbers of other steps and of arrays, views of numbers, and numbers that other steps read.
#[test]
fn numbers_come_from_other_steps_and_go_there() {
    let specs = (Spec::new(&[4], DType::F64).unwrap(), Spec::scalar(DType::F64));
    let program = trace(
        |x: Wire, a: Wire| {
            let first = x.slice_axis(0, 2, 3).reshape(&[]);
            let b = (first * a + a).tanh().reshape(&[1]);
            let norm = (x * b).square().sum();
            let c = norm.sqrt() + b.reshape(&[]) + first;
            let y = (x * c + norm).sum() * c;
            (y, y.gradient(&(x, a)))
        },
        &specs,
    );
    let program = program.unwrap();
    let at = ([0.5, -1.0, 2.0, 0.25].into(), 0.75.into());
    let (y, (x, a)) = program.run(at.clone()).unwrap();
    let (want, (want_x, want_a)) = program.run_by_definition(&at).unwrap();
    let near = |found: &Tensor, want: &Tensor| {
        let pairs = found.to_f64().into_iter().zip(want.to_f64());
        pairs.for_each(|(f, w)| assert!((f - w).abs() <= 1e-12 * w.abs().max(1.0), "{f} against {w}"));
    };
    near(&y, &want);
    near(&x, &want_x);
    near(&a, &want_a);
}

/// A long sum is one fold; a long chain needs no more room than two numbers.
#[test]
fn places_are_used_again() {
    let specs = (Spec::scalar(DType::F64),);
    let chain = compile(|x: Wire| (0..10_000).fold(x, |y, _| y.sin()), &specs).unwrap();
    assert!(chain.memory().arena <= 256, "{}", chain.memory().arena);
    let program = |x: Wire| (0..10_000).map(|i| x * f64::from(i)).reduce(|a, b| a + b).unwrap();
    let sum = compile(program, &specs).unwrap();
    // Forty runs of products, of which one is x itself, and one sum.
    assert_eq!(counts(&sum.plan()), [19_998, 41]);
    assert_eq!(sum.run((0.5.into(),)).unwrap().item().unwrap(), 0.25 * 9_999.0 * 10_000.0);
}

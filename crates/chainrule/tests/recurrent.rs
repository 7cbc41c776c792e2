//! Loops at speed: recurrent networks and solvers as scans against the same steps written one after the other, what their
//! gradients cost, and what leaves the loop.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use chainrule::prelude::*;
use chainrule::{Options, random, scan_reverse};

type Body = fn(&[Wire], &[Wire], Wire) -> Vec<Wire>;

/// A recurrent network: the shapes of weights and of states beside the rows of a batch, and its step. The first state is
/// what it gives at each step.
struct Net {
    name: &'static str,
    weights: fn(usize, usize) -> Vec<Vec<usize>>,
    states: usize,
    body: Body,
}

const LSTM: Net = Net {
    name: "lstm",
    weights: |x, h| vec![vec![x, 4 * h], vec![h, 4 * h], vec![4 * h]],
    states: 2,
    body: |w, s, x| {
        let gates = (x.matmul(w[0]) + s[0].matmul(w[1]) + w[2]).split(4, -1);
        let c = gates[1].sigmoid() * s[1] + gates[0].sigmoid() * gates[2].tanh();
        vec![gates[3].sigmoid() * c.tanh(), c]
    },
};

const GRU: Net = Net {
    name: "gru",
    weights: |x, h| vec![vec![x, 3 * h], vec![h, 2 * h], vec![h, h], vec![3 * h]],
    states: 1,
    body: |w, s, x| {
        let h = s[0];
        let size = h.shape()[1];
        let given = x.matmul(w[0]) + w[3];
        let own = h.matmul(w[1]);
        let part = |all: Wire, i: usize| all.slice_axis(-1, (i * size) as i64, ((i + 1) * size) as i64);
        let reset = (part(given, 0) + part(own, 0)).sigmoid();
        let update = (part(given, 1) + part(own, 1)).sigmoid();
        let candidate = (part(given, 2) + (reset * h).matmul(w[2])).tanh();
        vec![update * h + (1.0 - update) * candidate]
    },
};

const PLAIN: Net = Net {
    name: "rnn",
    weights: |x, h| vec![vec![x, h], vec![h, h]],
    states: 1,
    body: |w, s, x| vec![(x.matmul(w[0]) + s[0].matmul(w[1])).tanh()],
};

/// One weight in two products, and beside them.
const TIED: Net = Net {
    name: "tied",
    weights: |x, h| vec![vec![x, h], vec![h, h]],
    states: 1,
    body: |w, s, x| {
        let twice = s[0].matmul(w[1]).sin().matmul(w[1].t());
        vec![(x.matmul(w[0]) + twice * w[1].square().sum()).tanh()]
    },
};

/// Four stages of the states' derivative, which is a product and a sine.
const RUNGE_KUTTA: Net = Net {
    name: "rk4",
    weights: |x, h| vec![vec![x, h], vec![h, h]],
    states: 1,
    body: |w, s, x| {
        let drive = x.matmul(w[0]);
        let f = |y: Wire| (y.matmul(w[1]) + drive).sin();
        let y = s[0];
        let a = f(y);
        let b = f(y + 0.05 * a);
        let c = f(y + 0.05 * b);
        let d = f(y + 0.1 * c);
        vec![y + (0.1 / 6.0) * (a + 2.0 * b + 2.0 * c + d)]
    },
};

const NETS: [Net; 5] = [LSTM, GRU, PLAIN, TIED, RUNGE_KUTTA];

#[derive(Clone, Copy)]
struct Sizes {
    steps: usize,
    batch: usize,
    inputs: usize,
    width: usize,
}

fn numbers(dims: &[usize], key: i64) -> Tensor {
    let count = dims.iter().product::<usize>();
    let values: Vec<f64> = (0..count as u64).map(|i| f64::from(random::uniform_f32(key, i)) - 0.5).collect();
    Tensor::new(values, dims).unwrap()
}

/// Weights, first states, and the sequence.
type Given<T> = (Vec<T>, Vec<T>, T);

fn given(net: &Net, n: Sizes) -> Given<Tensor> {
    let shapes = (net.weights)(n.inputs, n.width);
    let weights = shapes.iter().zip(1..).map(|(dims, key)| numbers(dims, key)).collect();
    let states = (0..net.states as i64).map(|i| numbers(&[n.batch, n.width], 20 + i)).collect();
    (weights, states, numbers(&[n.steps, n.batch, n.inputs], 30))
}

fn specs(given: &Given<Tensor>) -> Given<Spec> {
    let all = |list: &[Tensor]| list.iter().map(Tensor::spec).collect();
    (all(&given.0), all(&given.1), given.2.spec())
}

/// The sum of squares of all that the network gives, by a scan.
fn looped(net: &Net, w: &[Wire], s: &[Wire], xs: Wire, backwards: bool) -> Wire {
    let step = |state: Vec<Wire>, x: Wire| {
        let next = (net.body)(w, &state, x);
        let out = next[0];
        (next, out)
    };
    let run = if backwards { scan_reverse } else { scan };
    let (last, outs) = run(step, s.to_vec(), xs);
    outs.square().sum() + last[last.len() - 1].sum()
}

/// The same step by step.
fn unrolled(net: &Net, w: &[Wire], s: &[Wire], xs: Wire, backwards: bool) -> Wire {
    let (steps, dims) = (xs.shape()[0], xs.shape().dims());
    let slice = |t: usize| xs.slice_axis(0, t as i64, t as i64 + 1).reshape(&dims[1..]);
    let (mut state, mut sum) = (s.to_vec(), None);
    for t in 0..steps {
        state = (net.body)(w, &state, slice(if backwards { steps - 1 - t } else { t }));
        let more = state[0].square().sum();
        sum = Some(sum.map_or(more, |sum: Wire| sum + more));
    }
    let last = state[state.len() - 1].sum();
    sum.map_or(last, |sum| sum + last)
}

/// Value, gradient, and the gradient of a weighted sum of the gradient.
fn to_second_order(loss: Wire, at: &Given<Wire>) -> (Wire, Given<Wire>, Given<Wire>) {
    let gradient = loss.gradient(at);
    let sum = gradient.leaves().into_iter().map(|g| (g * g).sum()).reduce(|a, b| a + b).unwrap();
    (loss, gradient, sum.gradient(at))
}

fn all_near(what: &str, a: &[Tensor], b: &[Tensor], tolerance: f64) {
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        assert_eq!(a.spec(), b.spec());
        for (a, b) in a.to_f64().into_iter().zip(b.to_f64()) {
            assert!((a - b).abs() <= tolerance * 1f64.max(a.abs()), "{what}: {a} is not {b}");
        }
    }
}

#[test]
fn loops_agree_with_their_steps_to_second_order() {
    for (net, backwards) in NETS.iter().flat_map(|net| [(net, false), (net, true)]) {
        for (steps, batch) in [(1, 2), (4, 1), (5, 3)] {
            let at = given(net, Sizes { steps, batch, inputs: 3, width: 4 });
            let by = |f: fn(&Net, &[Wire], &[Wire], Wire, bool) -> Wire| {
                let loss = |w: Vec<Wire>, s: Vec<Wire>, xs: Wire| {
                    to_second_order(f(net, &w, &s, xs, backwards), &(w, s, xs))
                };
                trace(loss, &specs(&at)).unwrap()
            };
            let (scan, apart) = (by(looped), by(unrolled));
            let found = scan.run(at.clone()).unwrap().leaves();
            all_near(net.name, &found, &apart.run(at.clone()).unwrap().leaves(), 1e-11);
            all_near(net.name, &found, &scan.run_by_definition(&at).unwrap().leaves(), 1e-11);
        }
    }
}

#[test]
fn modes_agree_and_batches_are_loops() {
    for net in &NETS {
        let at = given(net, Sizes { steps: 4, batch: 2, inputs: 3, width: 4 });
        let directions = |w: Vec<Wire>, s: Vec<Wire>, xs: Wire| {
            let loss = looped(net, &w, &s, xs, false);
            let along: Vec<Wire> = w.iter().map(|&w| w.sin()).collect();
            let gradient = loss.gradient(&w);
            let reverse = gradient.iter().zip(&along).map(|(&g, &v)| (g * v.stop_gradient()).sum());
            let reverse = reverse.reduce(|a, b| a + b).unwrap().gradient(&w);
            (jvp(&gradient, &w, &along), reverse, jvp(&loss, &w, &along), gradient, along)
        };
        let (over_reverse, twice, tangent, gradient, along) =
            compile(directions, &specs(&at)).unwrap().run(at.clone()).unwrap();
        all_near(net.name, &over_reverse, &twice, 1e-11);
        let dot =
            |(a, b): (&Tensor, &Tensor)| a.to_f64().iter().zip(b.to_f64()).map(|(a, b)| a * b).sum::<f64>();
        let slope: f64 = gradient.iter().zip(&along).map(dot).sum();
        all_near(net.name, &[tangent], &[slope.into()], 1e-11);

        // A batch of networks with weights of their own, which share the sequence.
        let many = |w: Vec<Wire>, s: Vec<Wire>, xs: Wire| {
            let both: Vec<Wire> = w.iter().map(|&w| chainrule::stack(&[w, 0.5 * w], 0)).collect();
            let each = |w: Vec<Wire>| looped(net, &w, &s, xs, false).gradient(&w);
            let together = vmap(each)((both,));
            let apart = [w.clone(), w.iter().map(|&w| 0.5 * w).collect()].map(each);
            (together, apart)
        };
        let (together, [first, second]) = compile(many, &specs(&at)).unwrap().run(at.clone()).unwrap();
        for ((all, a), b) in together.iter().zip(first).zip(second) {
            all_near(
                net.name,
                &[Tensor::new(all.to_f64(), &[all.to_f64().len()]).unwrap()],
                &[Tensor::new([a.to_f64(), b.to_f64()].concat(), &[2 * a.to_f64().len()]).unwrap()],
                1e-11,
            );
        }
    }
}

/// The backward pass computes no product again: it has two for each of the forward pass.
#[test]
fn a_gradient_costs_three_times_its_loss() {
    let n = Sizes { steps: 8, batch: 16, inputs: 32, width: 64 };
    for net in [LSTM, GRU, PLAIN, RUNGE_KUTTA] {
        let at = specs(&given(&net, n));
        let loss = |w: &[Wire], s: &[Wire], xs: Wire| looped(&net, w, s, xs, false);
        let value = trace(|w: Vec<Wire>, s: Vec<Wire>, xs: Wire| loss(&w, &s, xs), &at).unwrap();
        let all = |w: Vec<Wire>, s: Vec<Wire>, xs: Wire| {
            let loss = loss(&w, &s, xs);
            (loss, loss.gradient(&(w, s, xs)))
        };
        let gradient = trace(all, &at).unwrap();
        let [value, gradient] = [value.circuit().flops(), gradient.circuit().flops()];
        assert!(10 * gradient <= 31 * value, "{}: {gradient} for {value}", net.name);
    }
}

/// The lines of a plan's loops, without what they cost.
fn steps_in_loops(plan: &str) -> Vec<&str> {
    let inner = plan.lines().filter(|line| line.starts_with("      "));
    inner.map(|line| line[..60.min(line.len())].trim()).collect()
}

#[test]
fn products_leave_the_loop_where_no_state_needs_them() {
    let n = Sizes { steps: 10, batch: 2, inputs: 3, width: 4 };
    let at = specs(&given(&LSTM, n));
    let f = compile(
        |w: Vec<Wire>, s: Vec<Wire>, xs: Wire| {
            let loss = looped(&LSTM, &w, &s, xs, false);
            (loss, loss.gradient(&w))
        },
        &at,
    )
    .unwrap();
    let plan = f.plan();
    let products = |lines: &[&str]| lines.iter().filter(|line| line.starts_with("product")).count();
    // Forward the state times its weights; backward what arrives times them.
    assert_eq!(products(&steps_in_loops(&plan)), 2, "{plan}");
    // All inputs at once, and the gradients of both weights over all turns and rows at once.
    let all: Vec<&str> = plan.lines().map(str::trim).collect();
    let outside = |text: &str| all.iter().filter(|line| line.starts_with(text)).count();
    assert_eq!(outside("product  20x3x16"), 1, "{plan}");
    assert_eq!(outside("product  3x20x16"), 1, "{plan}");
    assert_eq!(outside("product  4x20x16"), 1, "{plan}");
}

#[test]
fn what_only_outputs_read_follows_the_loop() {
    let spec = |dims: &[usize]| Spec::new(dims, DType::F64).unwrap();
    let f = compile(
        |w: Wire, v: Wire, xs: Wire| {
            let step = |h: Wire, x: Wire| {
                let h = (h + x * v.exp().sum()).sin();
                (h, (h.matmul(w) + 1.0).exp())
            };
            scan(step, constant(Tensor::zeros(spec(&[2, 3]))), xs).1
        },
        &(spec(&[3, 5]), spec(&[7]), spec(&[6, 2, 3])),
    )
    .unwrap();
    let plan = f.plan();
    // Neither the product, nor what constants alone decide.
    let inside = steps_in_loops(&plan);
    assert!(inside.iter().all(|line| !line.starts_with("product") && !line.contains("exp")), "{plan}");
    assert!(plan.lines().any(|line| line.trim().starts_with("product  12x3x5")), "{plan}");
}

#[test]
fn memory_is_what_has_to_be_kept() {
    let n = Sizes { steps: 64, batch: 8, inputs: 16, width: 32 };
    let at = specs(&given(&LSTM, n));
    let bytes = |backward: bool| {
        let all = |w: Vec<Wire>, s: Vec<Wire>, xs: Wire| {
            let loss = looped(&LSTM, &w, &s, xs, false);
            if backward { [vec![loss], loss.gradient(&w)].concat() } else { vec![loss] }
        };
        compile(all, &at).unwrap().memory().arena
    };
    // In arrays of one state a turn: what the inputs give (4) and the outputs; for the gradient four gates, one tanh, two
    // histories, and what arrives before the gates (4), besides the weights in two orders and some turns' worth of room.
    let state = 8 * 32 * 8;
    assert!(bytes(false) <= (4 + 1) * 64 * state + 32 * state, "{} states", bytes(false) / state);
    assert!(bytes(true) <= (4 + 1 + 5 + 2 + 4) * 64 * state + 64 * state, "{} states", bytes(true) / state);
}

/// Gradients of weights and states with a whole scan under `checkpoint`, or within a limit: the same bits.
#[test]
fn limits_and_checkpoints_change_no_bit() {
    for net in &NETS {
        for batch in [1, 3] {
            let at = given(net, Sizes { steps: 200, batch, inputs: 8, width: 16 });
            let program = |apart: bool| {
                let loss = |w: Vec<Wire>, s: Vec<Wire>, xs: Wire| {
                    // Values that wait for the backward pass while the loops run.
                    let wide = (0..6).fold(xs, |x, _| x.cumsum(0).sin()).sum();
                    let of = |w: Vec<Wire>| looped(net, &w, &s, xs, false);
                    let loss = wide + if apart { checkpoint(of, w.clone()) } else { of(w.clone()) };
                    (loss, loss.gradient(&(w, s, xs)))
                };
                trace(loss, &specs(&at)).unwrap()
            };
            let freely = program(false).compile();
            let found = freely.run(at.clone()).unwrap().leaves();
            let limit = freely.memory().arena - 64;
            let same = |what: &str, first: usize, other: Vec<Tensor>| {
                for (i, (a, b)) in found.iter().zip(other).enumerate().skip(first) {
                    let equal = a.to_f64().iter().zip(b.to_f64()).filter(|(a, b)| **a == *b).count();
                    assert_eq!(equal, a.to_f64().len(), "{}, batch {batch}: {what}, result {i}", net.name);
                }
            };
            let tightly = program(false).compile_with(&Options::default().memory_limit(limit)).unwrap();
            same("limit", 0, tightly.run(at.clone()).unwrap().leaves());
            // The tiles of the loss's own sum are those of the sweep that it shares.
            same("checkpoint", 1, program(true).run(at.clone()).unwrap().leaves());
        }
    }
}

/// With a checkpoint around the body, its inner values are not kept.
#[test]
fn a_checkpointed_body_keeps_states_alone() {
    let n = Sizes { steps: 100, batch: 4, inputs: 8, width: 16 };
    let at = given(&LSTM, n);
    let program = |apart: bool| {
        let loss = |w: Vec<Wire>, s: Vec<Wire>, xs: Wire| {
            let step = |s: Vec<Wire>, x: Wire| {
                let body = |s: Vec<Wire>| (LSTM.body)(&w, &s, x);
                let next = if apart { checkpoint(body, s) } else { body(s) };
                let out = next[0];
                (next, out)
            };
            let loss = scan(step, s, xs).1.square().sum();
            (loss, loss.gradient(&w))
        };
        compile(loss, &specs(&at)).unwrap()
    };
    let (kept, again) = (program(false), program(true));
    assert!(again.memory().arena * 2 < kept.memory().arena);
    let [kept, again] = [kept, again].map(|f| f.run(at.clone()).unwrap().leaves());
    all_near("checkpoint", &kept, &again, 1e-12);
}

#[test]
fn inner_loops_and_branches_keep_their_values() {
    let spec = |dims: &[usize]| Spec::new(dims, DType::F64).unwrap();
    let at = (numbers(&[3, 3], 1), numbers(&[2, 3], 2), numbers(&[4, 2, 3], 3));
    let body = |w: Wire, s: Wire, x: Wire, unroll: bool| {
        let one = |s: Wire| (s.matmul(w) + x).tanh();
        let inner = if unroll { one(one(one(s))) } else { chainrule::iterate(3, one, s) };
        let (yes, no) = (|z: Wire| z.sin().matmul(w), |z: Wire| z * 0.5);
        cond(inner.sum().gt(0.0), yes, no, inner) + x.gt(0.0).select(x.exp(), x)
    };
    let by = |unroll: bool| {
        let loss = |w: Wire, s: Wire, xs: Wire| {
            let loss = if unroll {
                let slice = |t: i64| xs.slice_axis(0, t, t + 1).reshape(&[2, 3]);
                (0..4).fold(s, |s, t| body(w, s, slice(t), true)).square().sum()
            } else {
                scan(|s: Wire, x: Wire| (body(w, s, x, false), [] as [Wire; 0]), s, xs).0.square().sum()
            };
            let gradient = loss.gradient(&(w, s, xs));
            (loss, gradient, gradient.0.square().sum().gradient(&(w, s, xs)))
        };
        compile(loss, &(spec(&[3, 3]), spec(&[2, 3]), spec(&[4, 2, 3]))).unwrap()
    };
    let found = by(false).run(at.clone()).unwrap().leaves();
    all_near("nested", &found, &by(true).run(at).unwrap().leaves(), 1e-11);
}

/// The gradient of parts that fill a value is the parts' gradients end to end, not a sum of parts with zeros around them.
#[test]
fn gradients_of_parts_are_put_end_to_end() {
    let spec = Spec::new(&[2, 6], DType::F64).unwrap();
    let names = |f: fn(Wire) -> Wire| {
        let program = trace(|x: Wire| f(x).sum().gradient(&x), &(spec,)).unwrap();
        let text = program.circuit().to_string();
        (text.contains("concat"), text.contains("pad"), program.run((numbers(&[2, 6], 1),)).unwrap())
    };
    let (joins, _, found) = names(|x| {
        let parts = x.split(3, -1);
        (parts[2].sum() * 5.0 + parts[0].square().sum()) * 1.0 + parts[1].exp().sum()
    });
    assert!(joins);
    let x = numbers(&[2, 6], 1).to_f64();
    let of = |i: usize| match i % 6 {
        0 | 1 => 2.0 * x[i],
        2 | 3 => x[i].exp(),
        _ => 5.0,
    };
    all_near(
        "parts",
        &[found],
        &[Tensor::new((0..12).map(of).collect::<Vec<f64>>(), &[2, 6]).unwrap()],
        1e-15,
    );
    // Gaps, overlaps and parts along other axes are added up as before.
    let (joins, pads, found) = names(|x| {
        let (a, b, c) = (x.slice_axis(1, 0, 3), x.slice_axis(1, 2, 6), x.slice_axis(0, 1, 2));
        a.sum() + 2.0 * b.sum() + 4.0 * c.sum() + x.sum()
    });
    assert!(!joins && pads);
    let of = |i: usize| {
        1.0 + f64::from(u8::from(i % 6 < 3))
            + 2.0 * f64::from(u8::from(i % 6 > 1))
            + 4.0 * f64::from(u8::from(i > 5))
    };
    all_near(
        "parts",
        &[found],
        &[Tensor::new((0..12).map(of).collect::<Vec<f64>>(), &[2, 6]).unwrap()],
        1e-15,
    );
}

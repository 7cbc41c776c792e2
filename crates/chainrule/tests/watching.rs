//! A program that also gives out values from within gives what it gave before, bit for bit; and the notes of the adjoint
//! point at the gradients.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use chainrule::prelude::*;
use chainrule::{Circuit, Conv, Inside, Node, Options, Program, random, recurrence};

fn spec(dims: &[usize]) -> Spec {
    Spec::new(dims, DType::F32).unwrap()
}

fn numbers(spec: Spec, key: i64) -> Tensor {
    let values: Vec<f64> = (0..spec.shape.elements()).map(|i| random::normal(key, i as u64) * 0.5).collect();
    Tensor::from_f64(spec, &values)
}

type Step = Program<(Vec<Wire>, Wire), (Wire, Vec<Wire>)>;

/// A step of gradient descent with momentum over the loss that `f` gives.
fn step(weights: &[&[usize]], x: &[usize], f: impl Fn(&[Wire], Wire) -> Wire) -> Step {
    let specs = (weights.iter().map(|dims| spec(dims)).collect::<Vec<Spec>>(), spec(x));
    trace(
        |w: Vec<Wire>, x: Wire| {
            let loss = f(&w, x);
            let gradients = loss.gradient(&w);
            let next =
                w.iter().zip(&gradients).map(|(w, g)| *w - 0.1 * *g / (g.square().sum().sqrt() + 1e-8));
            (loss, next.collect())
        },
        &specs,
    )
    .unwrap()
}

fn networks() -> Vec<(&'static str, Step)> {
    let dense = step(&[&[7, 33], &[33], &[33, 5]], &[19, 7], |w, x| {
        let h = stage("hidden", || (x.matmul(w[0]) + w[1]).tanh());
        h.matmul(w[2]).log_softmax(1).square().mean()
    });
    let normed = step(&[&[40, 40], &[40]], &[6, 40], |w, x| {
        let h = stage("block", || (x.matmul(w[0]).layer_norm(None, None, 1e-5) * w[1]).gelu());
        ((h + x).softmax(1) * x).sum()
    });
    let images = step(&[&[8, 3, 3, 3], &[8]], &[2, 3, 9, 9], |w, x| {
        let h = stage("conv", || {
            x.conv2d(w[0], Conv { padding: [1; 2], ..Conv::default() }).relu() * w[1].reshape(&[8, 1, 1])
        });
        h.square().mean()
    });
    let recurrent = step(&[&[6, 6], &[4, 6]], &[5, 3, 4], |w, x| {
        let start = constant(0.0).cast(DType::F32).broadcast_to(&[3, 6]);
        let turn = |h: Wire, x: Wire| {
            let h = (x.matmul(w[1]) + h.matmul(w[0])).tanh();
            (h, h)
        };
        let (_, all) = scan(turn, start, x);
        all.square().sum()
    });
    let linear = step(&[&[4], &[4]], &[9, 4], |w, x| {
        recurrence(w[0].sigmoid().broadcast_to(&[9, 4]), x * w[1], 0, false).square().sum()
    });
    vec![
        ("dense", dense),
        ("normed", normed),
        ("images", images),
        ("recurrent", recurrent),
        ("linear", linear),
    ]
}

fn arguments(program: &Step) -> (Vec<Tensor>, Tensor) {
    let circuit = program.circuit();
    let mut all: Vec<Tensor> =
        circuit.specs(&circuit.inputs).iter().zip(1..).map(|(&s, key)| numbers(s, key)).collect();
    let x = all.pop().unwrap();
    (all, x)
}

fn bits(loss: &Tensor, state: &[Tensor]) -> Vec<Vec<u32>> {
    let of = |t: &Tensor| t.as_slice::<f32>().unwrap().iter().map(|x| x.to_bits()).collect();
    [loss].into_iter().chain(state).map(of).collect()
}

#[test]
fn a_second_plan_that_observes_changes_no_bit() {
    for (name, program) in networks() {
        let (loss, state) = program.run(arguments(&program)).unwrap();
        let wanted = bits(&loss, &state);
        let live: Vec<u32> =
            (0u32..).zip(program.circuit().live()).filter(|(_, l)| *l).map(|(i, _)| i).collect();
        // All wires at once, then few at a time: which gates share a pass differs each time.
        for chunk in [live.len(), 17, 5] {
            for wires in live.chunks(chunk) {
                let watching = program.watching(wires).unwrap();
                for options in [Options::default(), Options::default().as_traced().threads(2)] {
                    let function = watching.compile_with(&options).unwrap();
                    let ((loss, state), _) = function.run(arguments(&program)).unwrap();
                    assert_eq!(bits(&loss, &state), wanted, "{name}, {wires:?}");
                }
            }
        }
    }
}

#[test]
fn what_is_watched_is_the_same_whatever_else_is() {
    for (name, program) in networks() {
        let live: Vec<u32> =
            (0u32..).zip(program.circuit().live()).filter(|(_, l)| *l).map(|(i, _)| i).collect();
        let watch = |wires: &[u32]| program.watching(wires).unwrap().run(arguments(&program)).unwrap().1;
        let all = watch(&live);
        let few: Vec<Tensor> = live.chunks(11).flat_map(watch).collect();
        for ((a, b), wire) in all.iter().zip(&few).zip(&live) {
            assert!(a == b || a.to_f64().iter().any(|x| x.is_nan()), "{name}: wire {wire}");
        }
    }
}

#[test]
fn the_step_that_observes_is_the_step() {
    for (name, program) in networks() {
        let watched: Vec<u32> = program.circuit().upstreams().into_iter().flatten().collect();
        assert!(!watched.is_empty(), "{name}");
        let (plain, watching) = (program.compile(), program.watching_step(&watched).unwrap().compile());
        let (mut a, x) = arguments(&program);
        let (mut b, mut loss) = (a.clone(), Tensor::zeros(spec(&[])));
        let seen = program.circuit().specs(&watched).into_iter().map(Tensor::zeros).collect::<Vec<Tensor>>();
        let mut report = (loss.clone(), seen);
        for turn in 0..4 {
            plain.step(&mut a, &x, &mut loss).unwrap();
            // Plans may take turns on one state.
            if turn % 2 == 0 {
                watching.step(&mut b, &x, &mut report).unwrap();
            } else {
                plain.step(&mut b, &x, &mut report.0).unwrap();
            }
            assert_eq!(bits(&loss, &a), bits(&report.0, &b), "{name}");
        }
    }
}

#[test]
fn notes_point_at_gradients_and_at_what_passes_them_back() {
    for (name, program) in networks() {
        let circuit = program.circuit();
        let upstreams = circuit.upstreams();
        let weights = circuit.inputs.len() - 1;
        for &weight in &circuit.inputs[..weights] {
            assert!(upstreams[weight as usize].is_some(), "{name}: weight {weight} has a gradient");
        }
        for (wire, upstream) in upstreams.iter().enumerate() {
            let Some(upstream) = upstream else { continue };
            let specs: Vec<Spec> = circuit.specs(&[wire as u32, *upstream]);
            assert_eq!(specs[0], specs[1], "{name}: a gradient has the shape of its wire");
            assert!(*upstream as usize > wire);
        }
        // What serves a gate lies behind it.
        for (node, served) in circuit.served().iter().enumerate() {
            assert!(served.is_none_or(|s| (s.wire as usize) < node), "{name}: {node}");
        }
        assert!(program.simplified().passed.is_empty());
        assert_eq!(chainrule::parse_circuit(&circuit.to_string()).unwrap(), *circuit);
    }
}

#[test]
fn a_noted_upstream_is_the_gradient_of_that_wire() {
    let program = trace(
        |w: Wire, x: Wire| {
            let h = (w * x).tanh();
            let loss = (h * h + h.exp()).sum();
            (loss.gradient(&w), loss.gradient(&h))
        },
        &(spec(&[5]), spec(&[5])),
    )
    .unwrap();
    let circuit = program.circuit();
    let tanh = circuit.gates().find(|(_, node): &(u32, Node<'_>)| node.gate.name == "tanh").unwrap().0;
    let upstream = circuit.upstreams()[tanh as usize].unwrap();
    let at = (numbers(spec(&[5]), 1), numbers(spec(&[5]), 2));
    let ((_, wanted), seen) = program.watching(&[upstream]).unwrap().run(at).unwrap();
    assert_eq!(seen, [wanted]);
}

#[test]
fn turns_of_loops_and_branches_can_be_seen() {
    use std::ops::ControlFlow;
    let program = trace(
        |x: Wire, xs: Wire| {
            let (last, all) = scan(|s: Wire, x: Wire| (s * 2.0 + x, s), x, xs);
            let grown = while_loop(|s: Wire| s.lt(100.0), |s: Wire| s * s, last + all.sum());
            cond(grown.gt(0.0), |y: Wire| y.sqrt(), |y: Wire| y, grown)
        },
        &(spec(&[]), spec(&[3])),
    )
    .unwrap();
    let circuit = program.circuit();
    let holders: Vec<u32> = circuit.gates().filter(|(_, n)| n.holds_circuits()).map(|(i, _)| i).collect();
    assert_eq!(holders.len(), 3);
    let at = (Tensor::scalar(1f32), Tensor::from([1f32, 0.0, 2.0]));
    let mut counts = Vec::new();
    for &gate in &holders {
        let parts: Vec<u32> = (gate..gate + circuit.node(gate).parts).collect();
        let watched = [circuit.inputs_of(gate), &parts].concat();
        let (_, seen) = program.watching(&watched).unwrap().run(at.clone()).unwrap();
        let (inputs, outputs) = seen.split_at(circuit.inputs_of(gate).len());
        let (mut count, mut first) = (0, None);
        chainrule::turns(circuit, gate, inputs, &mut |turn| {
            count += 1;
            first = turn.outputs.first().cloned();
            ControlFlow::Continue(())
        })
        .unwrap();
        assert_eq!(first.as_ref(), outputs.first(), "the last turn gives what the gate gives");
        counts.push(count);
    }
    assert_eq!(counts, [3, 1, 1]);
}

/// An LSTM of which the last state alone counts, so that its gradient has to come through all turns.
fn lstm(reverse: bool) -> Step {
    step(&[&[4, 20], &[5, 20], &[20], &[5, 2]], &[6, 3, 4], move |w, x| {
        let zeros = constant(0.0).cast(DType::F32).broadcast_to(&[3, 5]);
        let turn = |(h, c): (Wire, Wire), x: Wire| {
            let gates = (x.matmul(w[0]) + h.matmul(w[1]) + w[2]).split(4, -1);
            let c = gates[1].sigmoid() * c + gates[0].sigmoid() * gates[2].tanh();
            let h = gates[3].sigmoid() * c.tanh();
            ((h, c), h.relu())
        };
        let ((last, _), all) = if reverse {
            chainrule::scan_reverse(turn, (zeros, zeros), x)
        } else {
            scan(turn, (zeros, zeros), x)
        };
        (last.matmul(w[3])).square().sum() + all.sum() * 0.01
    })
}

/// What a turn collects that collects nothing.
const NOTHING: [Wire; 0] = [];

/// A sum of gradients over two parts of a batch, taken within a loop, of a network with a loop.
fn by_parts() -> Step {
    trace(
        |w: Vec<Wire>, x: Wire| {
            let zeros: Vec<Wire> = w.iter().map(|w| *w * 0.0).collect();
            let part = |(sums, total): (Vec<Wire>, Wire), x: Wire| {
                let w: Vec<Wire> = w.iter().map(|w| w.identity()).collect();
                let start = constant(0.0).cast(DType::F32).broadcast_to(&[3, 6]);
                let turn = |h: Wire, x: Wire| ((x.matmul(w[1]) + h.matmul(w[0])).tanh(), NOTHING);
                let loss = scan(turn, start, x).0.square().sum();
                let sums = sums.iter().zip(loss.gradient(&w)).map(|(sum, one)| *sum + one);
                ((sums.collect(), total + loss), NOTHING)
            };
            let ((sums, loss), _) = scan(part, (zeros, constant(0.0).cast(DType::F32)), x);
            (loss, w.iter().zip(sums).map(|(w, g)| *w - 0.1 * g).collect())
        },
        &(vec![spec(&[6, 6]), spec(&[4, 6])], spec(&[2, 5, 3, 4])),
    )
    .unwrap()
}

/// All wires of all bodies of loops that can be given out.
fn inside(circuit: &Circuit, loops: &[u32], all: &Circuit, found: &mut Vec<Inside>) {
    for (gate, _) in circuit.gates().filter(|(_, node)| node.holds_circuits()) {
        let Some(body) = circuit.body_of(gate) else { continue };
        let loops = [loops, &[gate]].concat();
        let of = |wire| Inside { loops: loops.clone(), wire };
        found.extend((0..body.len() as u32).map(of).filter(|inside| all.spec_inside(inside).is_some()));
        inside(body, &loops, all, found);
    }
}

#[test]
fn watching_within_loops_changes_no_bit() {
    let mut networks = networks();
    networks.extend([("lstm", lstm(false)), ("back", lstm(true)), ("parts", by_parts())]);
    for (name, program) in networks {
        let mut all = Vec::new();
        inside(program.circuit(), &[], program.circuit(), &mut all);
        assert_eq!(all.is_empty(), ["dense", "normed", "images", "linear"].contains(&name), "{name}");
        let (loss, state) = program.run(arguments(&program)).unwrap();
        let wanted = bits(&loss, &state);
        let mut values = Vec::new();
        for chunk in [all.len().max(1), 17, 3] {
            let mut seen = Vec::new();
            for places in all.chunks(chunk) {
                let watching = program.watching_within(places).unwrap();
                for options in [Options::default(), Options::default().as_traced().threads(2)] {
                    let function = watching.compile_with(&options).unwrap();
                    let ((loss, state), more) = function.run(arguments(&program)).unwrap();
                    assert_eq!(bits(&loss, &state), wanted, "{name}, {places:?}");
                    let specs = places.iter().map(|place| program.circuit().spec_inside(place).unwrap());
                    assert!(more.iter().map(Tensor::spec).eq(specs), "{name}");
                    seen.push(more);
                }
            }
            values.push(seen.into_iter().step_by(2).flatten().collect::<Vec<Tensor>>());
        }
        assert!(values.iter().all(|seen| *seen == values[0]), "{name}: the same whatever else is watched");
    }
}

#[test]
fn the_gradients_of_wires_within_a_loop_are_those_of_the_loop_unrolled() {
    const TURNS: usize = 4;
    let square = spec(&[3, 3]);
    let turn = |w: Wire, h: Wire, x: Wire| (h.matmul(w) + x).tanh();
    for reverse in [false, true] {
        let looped = trace(
            |w: Wire, x: Wire| {
                let one = |h: Wire, x: Wire| (turn(w, h, x), NOTHING);
                let start = constant(0.0).cast(DType::F32).broadcast_to(&[3, 3]);
                let (last, _) =
                    if reverse { chainrule::scan_reverse(one, start, x) } else { scan(one, start, x) };
                last.square().sum().gradient(&w)
            },
            &(square, spec(&[TURNS, 3, 3])),
        )
        .unwrap();
        let unrolled = trace(
            |w: Wire, x: Wire| {
                let mut h = vec![constant(0.0).cast(DType::F32).broadcast_to(&[3, 3])];
                for t in 0..TURNS {
                    let t = if reverse { TURNS - 1 - t } else { t };
                    h.push(turn(w, h[h.len() - 1], x.split(TURNS, 0)[t].reshape(&[3, 3])));
                }
                let states = h[1..].to_vec();
                let gradients = h[TURNS].square().sum().gradient(&states);
                (states, gradients)
            },
            &(square, spec(&[TURNS, 3, 3])),
        )
        .unwrap();
        let at = (numbers(square, 3), numbers(spec(&[TURNS, 3, 3]), 4));
        let circuit = looped.circuit();
        let tanh = |body: &Circuit| body.gates().find(|(_, node)| node.gate.name == "tanh").map(|(i, _)| i);
        let (gate, wire) = circuit.gates().find_map(|(i, _)| Some((i, tanh(circuit.body_of(i)?)?))).unwrap();
        let (_, back, upstream) = circuit.upstreams_within(gate).find(|(of, ..)| *of == wire).unwrap();
        let places = [(gate, wire), (back, upstream)].map(|(gate, wire)| Inside { loops: vec![gate], wire });
        let (_, seen) = looped.watching_within(&places).unwrap().run(at.clone()).unwrap();
        let (states, gradients) = unrolled.run(at).unwrap();
        for (seen, mut wanted) in seen.iter().zip([states, gradients]) {
            // Stacked in the order of the slices.
            if reverse {
                wanted.reverse();
            }
            let wanted: Vec<f64> = wanted.iter().flat_map(Tensor::to_f64).collect();
            let far = seen.to_f64().iter().zip(&wanted).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(far < 1e-6, "{far}");
        }
    }
}

#[test]
fn what_is_not_within_a_loop_is_refused() {
    let program = lstm(false);
    let watch = |loops: &[u32], wire| {
        let place = Inside { loops: loops.to_vec(), wire };
        program.watching_within(&[place]).unwrap_err().to_string()
    };
    let (gate, _) = program.circuit().gates().find(|(_, node)| node.holds_circuits()).unwrap();
    assert!(watch(&[], 9999).starts_with("wires: watching: there is no wire 9999 among"));
    for (loops, wire) in
        [(vec![0], 0), (vec![gate], 9999), (vec![gate, 0], 0), (vec![9999], 0), (vec![gate + 1], 0)]
    {
        let said = watch(&loops, wire);
        assert!(said.contains("can't be given out; hint: name wires of loops' bodies"), "{said}");
    }
}

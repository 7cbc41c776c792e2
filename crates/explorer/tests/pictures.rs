//! What must hold of every picture, and the numbers in them.

mod common;

use chainrule_explorer::scene::{Direction, Kind, Pass, Refused, Scene, View, scene};
use common::{circuit, faults, formula};

const NEURON: &str = "f = sigmoid(w0*x0 + w1*x1 + w2)";
const AT: [(&str, f64); 5] = [("w0", 2.0), ("x0", -1.0), ("w1", -3.0), ("x1", -2.0), ("w2", -3.0)];
const PROGRAMS: [&str; 8] =
    ["neuron", "neuron_staged", "staged", "product", "two_layer", "digits", "conv", "router"];

fn views() -> Vec<View> {
    let view = |depth, direction| View { depth, direction, ..View::default() };
    vec![
        view(0, Direction::Lr),
        view(1, Direction::Lr),
        view(3, Direction::Lr),
        view(0, Direction::Tb),
        view(3, Direction::Tb),
    ]
}

#[test]
fn nothing_lies_over_anything() {
    for name in PROGRAMS {
        let (circuit, flow) = circuit(name, &AT);
        for view in views() {
            for flow in [Some(&flow), None] {
                let scene = scene(&circuit, flow, &view).expect("these are small");
                assert_eq!(faults(&scene), Vec::<String>::new(), "{name} {view:?}");
            }
        }
    }
}

/// Crossings, so that a change that makes pictures worse is seen.
#[test]
fn few_wires_cross() {
    let crossings = |name, depth| {
        let (circuit, flow) = circuit(name, &AT);
        scene(&circuit, Some(&flow), &View { depth, ..View::default() }).expect("these are small").crossings
    };
    let found = PROGRAMS.map(|name| (name, crossings(name, 0), crossings(name, 3)));
    let most = [0, 0, 2, 0, 3, 3, 3, 0];
    for ((name, closed, open), most) in found.into_iter().zip(most) {
        assert!(closed.max(open) <= most, "{name}: {closed} closed, {open} open, at most {most}");
    }
}

#[test]
fn the_neuron_has_the_lectures_numbers() {
    let (circuit, flow) = formula(NEURON, &AT);
    let scene = scene(&circuit, Some(&flow), &View::default()).expect("it is small");
    let labels: Vec<&str> = scene.blocks.iter().map(|b| b.label.as_str()).collect();
    assert_eq!(labels, ["w0", "x0", "w1", "x1", "w2", "×", "×", "+", "σ", "f"]);
    let texts = |name: &str| {
        let block = scene.blocks.iter().find(|b| b.label == name).expect("it is drawn");
        let wire = scene.wires.iter().find(|w| w.from == block.id).expect("it leads on");
        (
            wire.value.as_ref().expect("there is a flow").text.clone(),
            wire.gradient.as_ref().expect("it gets one").text.clone(),
        )
    };
    assert_eq!(texts("w0"), ("2".to_string(), "−0.1966".to_string()));
    assert_eq!(texts("x0"), ("−1".to_string(), "+0.3932".to_string()));
    assert_eq!(texts("σ"), ("0.7311".to_string(), "+1".to_string()));
    let times = &scene.blocks[5].card;
    assert_eq!(times.numbers, "2 × −1 = −2");
    assert_eq!(times.pattern.as_ref().map(|p| p.title.as_str()), Some("multiply swaps"));
    let row = &times.rows[0];
    let text = |q: &Option<chainrule_explorer::scene::Quantity>| {
        q.as_ref().map(|q| q.text.clone()).unwrap_or_default()
    };
    assert_eq!([text(&row.local), text(&row.upstream), text(&row.back)], ["−1", "+0.1966", "−0.1966"]);
    // a sum of three is one gate, and no gradient is lost in it
    let sum = &scene.blocks[7];
    assert_eq!((sum.ins.len(), sum.card.numbers.as_str()), (3, "−2 + 6 − 3 = 1"));
    assert!(sum.card.rows.iter().all(|r| text(&r.local) == "+1" && text(&r.back) == "+0.1966"));
    let numbers: Vec<(Pass, u32)> = scene.steps.iter().map(|s| (s.pass, s.number)).collect();
    let forward = (1..=4).map(|n| (Pass::Forward, n));
    assert_eq!(numbers, forward.chain((1..=4).rev().map(|n| (Pass::Backward, n))).collect::<Vec<_>>());
    assert_eq!(
        scene.blocks[5].aria,
        "gate 1 of 4, multiply, value −2, gradient +0.1966; passes back −0.1966 to w0, +0.3932 to x0 (multiply swaps)"
    );
}

#[test]
fn gradients_add_up_at_every_dot() {
    for name in ["staged", "two_layer"] {
        let (circuit, flow) = circuit(name, &[("x", 3.0), ("y", -4.0)]);
        for depth in [0, 3] {
            let scene =
                scene(&circuit, Some(&flow), &View { depth, ..View::default() }).expect("it is small");
            let mut branching = 0;
            for wire in scene.wires.iter().filter(|w| w.to.len() > 1 && w.gradient.is_some()) {
                let total = &wire.gradient.as_ref().expect("it was asked").raw;
                let mut sum = vec![0.0; total.len()];
                for piece in wire.pieces.iter().filter(|p| p.is_end) {
                    let part = piece.gradient.iter().flat_map(|g| &g.raw);
                    sum.iter_mut().zip(part).for_each(|(sum, g)| *sum += g);
                }
                for (sum, total) in sum.iter().zip(total) {
                    assert!(
                        (sum - total).abs() <= 1e-12 * total.abs().max(1.0),
                        "{name} {}: {sum} {total}",
                        wire.id
                    );
                }
                branching += 1;
            }
            assert!(branching >= 1, "{name} has copies");
        }
    }
}

#[test]
fn a_stage_states_the_product_of_its_parts() {
    let (circuit, flow) = circuit("neuron_staged", &AT);
    let scene = scene(&circuit, Some(&flow), &View::default()).expect("it is small");
    let stage = scene.blocks.iter().find(|b| b.kind == Kind::Stage).expect("it has one");
    let [check] = &stage.card.checks[..] else { panic!("one input, one output") };
    assert_eq!((check.local.text.as_str(), check.product.text.as_str()), ("+0.1966", "+0.1966"));
    let factors: Vec<&str> = check.factors.iter().map(|f| f.text.as_str()).collect();
    assert_eq!(factors, ["−0.5344", "+1", "+0.3679", "−1"]);
    assert_eq!(stage.card.rows[0].local.as_ref().map(|q| q.text.as_str()), Some("+0.1966"));
}

#[test]
fn opening_keeps_ids_and_the_selected_box() {
    let (circuit, flow) = circuit("staged", &[("x", 3.0), ("y", -4.0)]);
    let closed = scene(&circuit, Some(&flow), &View::default()).expect("it is small");
    for stage in closed.blocks.iter().filter(|b| b.opens) {
        let keep = Some((stage.id.clone(), stage.x, stage.y));
        let view = View { open: vec![stage.id.clone()], keep, ..View::default() };
        let opened = scene(&circuit, Some(&flow), &view).expect("it is small");
        let ids = |s: &Scene| s.blocks.iter().map(|b| b.id.clone()).collect::<Vec<_>>();
        let (before, after) = (ids(&closed), ids(&opened));
        assert!(before.iter().all(|id| after.contains(id)), "{before:?} {after:?}");
        let now = opened.blocks.iter().find(|b| b.id == stage.id).expect("it is still there");
        assert_eq!((now.kind, now.x, now.y), (Kind::Frame, stage.x, stage.y));
        // what was above or left of others still is: nothing jumps
        let place = |s: &Scene, id: &str| {
            s.blocks.iter().find(|b| b.id == id).map(|b| (b.x, b.y)).expect("it is there")
        };
        for a in &before {
            for b in &before {
                let ((ax, ay), (bx, by)) = (place(&closed, a), place(&closed, b));
                let ((cx, cy), (dx, dy)) = (place(&opened, a), place(&opened, b));
                if ax == bx && cx == dx {
                    assert_eq!(ay < by, cy < dy, "{a} and {b} changed places");
                }
            }
        }
    }
}

#[test]
fn what_does_not_fit_is_refused_with_an_offer() {
    let (circuit, flow) = circuit("two_layer", &[]);
    let view = View { depth: 5, most: 25, ..View::default() };
    let Err(Refused::Crowded { boxes, most, coarser: Some(coarser) }) = scene(&circuit, Some(&flow), &view)
    else {
        panic!("it has more boxes than that");
    };
    assert!(boxes > 25 && most == 25);
    let fits = scene(&circuit, Some(&flow), &coarser).expect("what is offered fits");
    assert!(fits.blocks.len() <= 25);
    let unknown = View { open: vec!["surprize".into()], ..View::default() };
    assert!(matches!(scene(&circuit, Some(&flow), &unknown), Err(Refused::Unknown { .. })));
    let (other, _) = common::formula(NEURON, &AT);
    assert_eq!(scene(&other, Some(&flow), &View::default()), Err(Refused::Foreign));
    // 700 gates in a row, without stages: nothing can be closed
    let long = "x".to_string() + &" * x".repeat(700);
    let (long, flow) = formula(&long, &[("x", 1.0)]);
    assert!(matches!(
        scene(&long, Some(&flow), &View::default()),
        Err(Refused::Crowded { coarser: None, .. })
    ));
}

#[test]
fn a_scene_survives_json() {
    let (circuit, flow) = circuit("two_layer", &[]);
    let scene = scene(&circuit, Some(&flow), &View { depth: 2, ..View::default() }).expect("it is small");
    let json = serde_json::to_string(&scene).expect("a scene is data");
    assert_eq!(serde_json::from_str::<Scene>(&json).expect("it was written so"), scene);
}

#[test]
fn what_is_special_is_marked() {
    let (circuit, flow) =
        formula("f = log(x) * 0 + max(x, y) + relu(z)", &[("x", 0.0), ("y", 3.0), ("z", -1.0)]);
    let scene = scene(&circuit, Some(&flow), &View::default()).expect("it is small");
    let block = |label: &str| scene.blocks.iter().find(|b| b.label == label).expect("it is drawn");
    let wire = |label: &str| scene.wires.iter().find(|w| w.from == block(label).id).expect("it leads on");
    assert!(wire("log").value.as_ref().is_some_and(|v| v.special.is_some()));
    let max = &block("max").card;
    assert_eq!(
        max.pattern.as_ref().map(|p| p.sentence.as_str()),
        Some("All of it goes to y, the largest; the others get 0.")
    );
    assert!(max.rows[0].back.as_ref().is_some_and(|b| b.zero));
    assert_eq!(
        block("relu").card.pattern.as_ref().map(|p| p.sentence.as_str()),
        Some("Shut: z is not above 0, nothing passes.")
    );
    assert!(wire("z").gradient.as_ref().is_some_and(|g| g.zero));
}

/// A dot product of eight numbers is one box; a sum opens into additions.
#[test]
fn sums_are_one_gate_and_open() {
    let terms: Vec<String> = (0..8).map(|i| format!("w{i} * x{i}")).collect();
    let (circuit, flow) = formula(&format!("{} + b", terms.join(" + ")), &[]);
    let gates = |s: &Scene| {
        s.blocks.iter().filter(|b| b.kind == Kind::Gate).map(|b| b.id.clone()).collect::<Vec<_>>()
    };
    let closed = scene(&circuit, Some(&flow), &View::default()).expect("it is small");
    let [dot] = &gates(&closed)[..] else { panic!("one gate") };
    let block = closed.blocks.iter().find(|b| b.id == *dot).expect("it is there");
    assert_eq!(block.ins.len(), 17);
    // the local gradient of each factor is the other
    let value = |name: &str| flow.named(name).and_then(|w| w.value.to_f64().first().copied());
    assert_eq!(block.card.rows[2].local.as_ref().map(|l| l.raw[0]), value("x1"));
    let opened = scene(&circuit, Some(&flow), &View { open: vec![dot.clone()], ..View::default() })
        .expect("it is small");
    assert!(gates(&opened).len() >= 9);
    let (circuit, flow) = formula("a + b + c + d", &[]);
    let closed = scene(&circuit, Some(&flow), &View::default()).expect("it is small");
    let open = gates(&closed);
    assert_eq!(open.len(), 1);
    let opened = scene(&circuit, Some(&flow), &View { open, ..View::default() }).expect("it is small");
    assert_eq!(gates(&opened).len(), 3);
}

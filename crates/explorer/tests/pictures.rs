//! What must hold of every picture, and the numbers in them.

mod common;

use chainrule_explorer::scene::{Direction, Kind, Line, Pass, Refused, Scene, View, scene};
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
        View { maps: true, ..view(0, Direction::Lr) },
        View { maps: true, ..view(3, Direction::Lr) },
        View { maps: true, ..view(0, Direction::Tb) },
        View { maps: true, ..view(3, Direction::Tb) },
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

#[test]
fn arrays_have_pictures_where_they_are_asked_for() {
    let (circuit, flow) = circuit("conv", &AT);
    let maps = |maps| {
        let scene = scene(&circuit, Some(&flow), &View { maps, ..View::default() }).expect("it is small");
        let has = |line: &&Line| line.maps.is_some();
        let arrays = scene.wires.iter().filter(|line| line.spec.is_some() && line.place.is_some()).count();
        (scene.wires.iter().filter(has).count(), arrays)
    };
    assert_eq!(maps(false).0, 0);
    let (drawn, arrays) = maps(true);
    assert!(drawn > 2 && drawn == arrays, "{drawn} of {arrays}");
}

#[test]
fn a_picture_draws_each_array_in_its_colours() {
    use chainrule_explorer::svg::{Options, picture};
    let (circuit, flow) =
        formula("a = [[1, -2], [0, 0]]\nb = x * [1, 3]\ny = sum(relu(a @ b))", &[("x", 2.0)]);
    for direction in [Direction::Lr, Direction::Tb] {
        let drawn = |maps| {
            let view = View { maps, direction, ..View::default() };
            let scene = scene(&circuit, Some(&flow), &view).expect("it is small");
            (picture(&scene, &Options { bare: true, ..Options::default() }), scene)
        };
        let (svg, scene) = drawn(true);
        let maps: Vec<_> = scene.wires.iter().filter_map(|line| line.maps.as_ref()).collect();
        let heats = maps.iter().map(|maps| 1 + usize::from(maps.gradient.is_some())).sum::<usize>();
        assert_eq!((svg.matches("class=\"map\"").count(), svg.matches("-m\">").count()), (heats, maps.len()));
        // of a: 1 is half as strong a blue as −2 is an orange, and both zeros are the ground
        assert!(svg.contains("class=\"cell more\" fill-opacity=\"0.5\""), "{svg}");
        assert!(svg.contains("class=\"cell less\" fill-opacity=\"1\""), "{svg}");
        assert!(!drawn(false).0.contains("class=\"map\""));
    }
}

#[test]
fn a_wire_without_a_name_is_called_by_what_it_is_made_of() {
    let rows = |text: &str, at: &[(&str, f64)], label: &str| {
        let (circuit, flow) = formula(text, at);
        let scene = scene(&circuit, Some(&flow), &View::default()).expect("it is small");
        let block = scene.blocks.iter().find(|block| block.label == label).expect("it is drawn");
        block.card.rows.iter().map(|row| row.input.clone()).collect::<Vec<String>>()
    };
    assert_eq!(rows(NEURON, &AT, "+"), ["w0·x0", "w1·x1", "w2"]);
    assert_eq!(rows(NEURON, &AT, "σ"), ["w0·x0+w1·x1+w2"]);
    let at = [("x", 2.0), ("y", 3.0)];
    assert_eq!(rows("f = tanh((x + 1) * y)", &at, "tanh"), ["(x+1)·y"]);
    assert_eq!(rows("f = exp(max(x, y)) / (x - y)", &at, "/"), ["exp(max(x, y))", "x−y"]);
    // too long for a name: its last gate
    assert_eq!(rows("f = tanh(exp(x * y) + exp(x + y) * x)", &at, "tanh"), ["…+…"]);
    assert_eq!(rows("f = tanh(sin(exp(x * y) + exp(x + y)))", &at, "tanh"), ["sin(…)"]);
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
    // Seven hundred outputs: nothing can be closed
    let many: Vec<String> = (0..700).map(|i| format!("a{i} = x * {i}.5")).collect();
    let (many, flow) = formula(&format!("{}\nx", many.join("\n")), &[("x", 1.0)]);
    let view = View { outputs: (1..many.len() as u32).collect(), ..View::default() };
    assert!(matches!(scene(&many, Some(&flow), &view), Err(Refused::Crowded { coarser: None, .. })));
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
    // the eight products and the sum stand in a frame, which closes again
    assert_eq!(gates(&opened).len(), 9);
    let frame = opened.blocks.iter().find(|b| b.kind == Kind::Frame).expect("there is one");
    assert_eq!((&frame.id[1..], frame.id.as_bytes()[0]), (&dot[1..], b'c'));
    assert!(opened.blocks.iter().all(|b| !b.opens));
    assert_eq!(faults(&opened), Vec::<String>::new());
    let (circuit, flow) = formula("a + b + c + d", &[]);
    let closed = scene(&circuit, Some(&flow), &View::default()).expect("it is small");
    let open = gates(&closed);
    assert_eq!(open.len(), 1);
    let opened = scene(&circuit, Some(&flow), &View { open, ..View::default() }).expect("it is small");
    assert_eq!(gates(&opened).len(), 3);
}

/// Formulas without stages, of each kind that there is: a row of gates, many inputs, a comb, and a long sum of all.
fn flat(gates: usize) -> Vec<String> {
    let row = format!(
        "a0 = x * 2\n{}",
        (0..gates).map(|i| format!("a{} = sin(a{i})\n", i + 1)).collect::<String>()
    );
    let inputs: String = (0..gates / 2).map(|i| format!("h{} = tanh(h{i} * v{i})\n", i + 1)).collect();
    let comb: String = (2..gates / 2).map(|i| format!("b{i} = b{} * b{} + 0.5\n", i - 1, i - 2)).collect();
    vec![row, format!("h0 = x\n{inputs}"), format!("b0 = x\nb1 = y\n{comb}")]
}

#[test]
fn flat_formulas_are_drawn_in_parts() {
    for source in [590, 700, 3000].into_iter().flat_map(flat) {
        let (circuit, flow) = formula(&source, &[("x", 0.3)]);
        let closed = scene(&circuit, Some(&flow), &View::default()).expect("its parts are few");
        assert!(closed.blocks.len() <= chainrule_explorer::scene::MOST);
        let all = closed.blocks.iter().filter(|b| b.kind == Kind::Gate).count();
        let inside: usize = closed.stages.iter().filter(|s| s.parent.is_none()).map(|s| s.gates).sum();
        let is_drawn =
            |n: &chainrule::Node<'_>| !n.is_input() && !n.is_constant() && n.gate.name != "identity";
        assert_eq!(all + inside, circuit.gates().filter(|(_, n)| is_drawn(n)).count());
        assert_eq!(faults(&closed), Vec::<String>::new());
        // Each part opens, by its id and by its name, and its wires have the numbers of the flow.
        for part in closed.stages.iter().step_by(9) {
            let open = |name: &str| View { open: vec![name.into()], ..View::default() };
            let opened = scene(&circuit, Some(&flow), &open(&part.id)).expect("one part fits");
            assert_eq!(opened, scene(&circuit, Some(&flow), &open(&part.path)).expect("one part fits"));
            assert!(opened.numbers && opened.blocks.len() > 20);
            assert_eq!(faults(&opened), Vec::<String>::new());
            let values = opened.wires.iter().map(|w| (w.wire, w.value.as_ref().expect("a number").raw[0]));
            values.for_each(|(wire, value)| assert_eq!(flow.wires[wire as usize].value.to_f64()[0], value));
            let kept =
                |s: &Scene| s.stages.iter().map(|e| (e.id.clone(), e.path.clone())).collect::<Vec<_>>();
            assert_eq!(kept(&opened), kept(&closed));
        }
    }
}

#[test]
fn levels_that_are_too_long_are_divided_as_often_as_it_takes() {
    // 45,000 gates of one stage: parts of parts, and everything around as it was
    let inside: String = (0..45_000).map(|i| format!("a{} = sin(a{i})\n", i + 1)).collect();
    let source = format!("stage long(z) {{\na0 = z * 2\n{inside}}}\nf = long(x) * y");
    let (circuit, _) = formula(&source, &[]);
    let open =
        |names: &[&str]| View { open: names.iter().map(|n| n.to_string()).collect(), ..View::default() };
    let closed = scene(&circuit, None, &open(&[])).expect("a stage is one box");
    assert_eq!(
        closed.blocks.iter().map(|b| b.label.as_str()).collect::<Vec<_>>(),
        ["x", "y", "long", "×", "f"]
    );
    let opened = scene(&circuit, None, &open(&["long"])).expect("its parts are few");
    let inner: Vec<&str> =
        opened.blocks.iter().filter(|b| b.frame.is_some()).map(|b| b.label.as_str()).collect();
    assert!(inner.len() < 20 && inner[0].starts_with("gates 1-"), "{inner:?}");
    let deep = opened.stages.iter().rfind(|e| e.depth == 2).expect("parts have parts");
    let opened = scene(&circuit, None, &open(&[&deep.id])).expect("it fits");
    assert!(opened.blocks.iter().any(|b| b.label == "sin"));
}

/// A reader's box is a stage: it states its local gradient beside the product of its parts.
#[test]
fn what_is_boxed_is_a_stage() {
    let (circuit, flow) = formula("f = sin(x * y) * tanh(x * y + z)", &[("x", 0.5), ("y", 0.7), ("z", 0.1)]);
    let plain = scene(&circuit, Some(&flow), &View::default()).expect("it is small");
    let id = |label: &str| plain.blocks.iter().find(|b| b.label == label).expect("it is drawn").id.clone();
    let ids = [id("+"), id("tanh")];
    let boxed = chainrule_explorer::scene::boxed(&circuit, "mine", &ids).expect("both are at the top");
    let values = circuit.inputs.iter().map(|&w| flow.wires[w as usize].value.clone()).collect::<Vec<_>>();
    let flow = chainrule::flow(&boxed, &values, &[1.0.into()]).expect("the same inputs");
    let drawn = scene(&boxed, Some(&flow), &View::default()).expect("it is small");
    assert_eq!(faults(&drawn), Vec::<String>::new());
    let stage = drawn.blocks.iter().find(|b| b.label == "mine").expect("it is drawn");
    assert_eq!((stage.kind, stage.opens), (Kind::Stage, true));
    let slope = 1.0 - (0.35f64 + 0.1).tanh().powi(2);
    assert!(stage.card.checks.iter().all(|c| (c.local.raw[0] - slope).abs() < 1e-12 && c.apart < 1e-12));
    assert_eq!(stage.card.checks.len(), 2);
    for (wrong, word) in
        [(vec![], "nothing"), (vec!["g0".to_string()], "no gate"), (vec!["s9".into()], "no gate")]
    {
        let why =
            chainrule_explorer::scene::boxed(&circuit, "mine", &wrong).expect_err("that can't be boxed");
        assert!(why.contains(word), "{why}");
    }
}

#[test]
fn everything_is_in_the_index_and_can_be_drawn() {
    let (circuit, flow) = circuit("two_layer", &[]);
    let all = chainrule_explorer::scene::index(&circuit, Some(&flow), &View::default());
    let open = scene(&circuit, Some(&flow), &View { depth: 9, ..View::default() }).expect("it is small");
    let ids = |ids: Vec<&String>| ids.into_iter().cloned().collect::<std::collections::BTreeSet<_>>();
    assert_eq!(ids(all.iter().map(|f| &f.id).collect()), ids(open.blocks.iter().map(|b| &b.id).collect()));
    // What is closed is drawn when the stage that it is said to be in is open.
    let hidden = all.iter().rfind(|f| f.within.is_some() && !f.gate.is_empty()).expect("a gate in a stage");
    let view = View { open: hidden.within.iter().cloned().collect(), ..View::default() };
    let opened = scene(&circuit, Some(&flow), &view).expect("it is small");
    assert!(opened.blocks.iter().any(|b| b.id == hidden.id));
    let (circuit, flow) = formula("f = log(x) * 0 + relu(y)", &[("x", 0.0), ("y", -1.0)]);
    let all = chainrule_explorer::scene::index(&circuit, Some(&flow), &View::default());
    let found = |label: &str| all.iter().find(|f| f.label == label).expect("it is there");
    assert!(found("log").special && found("y").zero && !found("relu").zero);
}

/// Numbers of two points stand beside each other where they differ, and have room.
#[test]
fn two_points_are_compared() {
    let (circuit, flow) = formula(NEURON, &AT);
    let (_, other) = formula(NEURON, &[("w0", 0.5), AT[1], AT[2], AT[3], AT[4]]);
    let both = chainrule_explorer::scene::scene_beside(&circuit, Some(&flow), Some(&other), &View::default())
        .expect("it is small");
    assert_eq!(faults(&both), Vec::<String>::new());
    let text = |name: &str| {
        let block = both.blocks.iter().find(|b| b.label == name).expect("it is drawn");
        let wire = both.wires.iter().find(|w| w.from == block.id).expect("it leads on");
        wire.value.as_ref().map(|v| v.text.clone())
    };
    assert_eq!((text("w0").as_deref(), text("x0").as_deref()), (Some("2 | 0.5"), Some("−1")));
    assert_eq!(text("σ").as_deref(), Some("0.7311 | 0.9241"));
}

/// Stages of one name and size say how many there are, and stay apart.
#[test]
fn repeated_stages_are_counted() {
    let (circuit, flow) = formula("stage s(z) = 1 / (1 + exp(-z))\nf = s(s(s(x)))", &[("x", 0.5)]);
    let drawn = scene(&circuit, Some(&flow), &View::default()).expect("it is small");
    let details: Vec<_> = drawn.blocks.iter().filter_map(|b| b.detail.as_deref()).collect();
    assert_eq!(details, ["4 gates ×3"; 3]);
}

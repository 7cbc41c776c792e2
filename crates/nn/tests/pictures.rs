//! Pictures of networks: what is visible fits, nothing lies over anything, and each stage opens.

use chainrule::Circuit;
use chainrule::prelude::*;
use chainrule_explorer::scene::{Kind, Scene, View, scene};
use chainrule_nn::data::Image;
use chainrule_nn::layers::{ConvNet, Gpt, GptOptions};
use chainrule_nn::rng::{Purpose, Rng};

/// Loss and gradients of a convolutional network.
fn cnn() -> Circuit {
    let rng = Rng::new(0, Purpose::Start);
    let net = ConvNet::new(Image::grey(16, 16), &[4, 8], &[32, 10], DType::F32, &rng).expect("it fits");
    let images = Spec::new(&[8, 1, 16, 16], DType::F32).expect("small");
    let labels = Spec::new(&[8], DType::I64).expect("small");
    let program = trace(
        |net: ConvNet<Wire>, x: Wire, y: Wire| {
            let loss = net.forward(x).cross_entropy(y).mean();
            (loss, loss.gradient(&net))
        },
        &(net.map(&mut |t: &Tensor| t.spec()), images, labels),
    );
    program.expect("it is sound").circuit().clone()
}

/// Loss and gradients of a GPT with about 3,000 gates.
fn gpt() -> Circuit {
    let options = GptOptions { vocabulary: 32, context: 16, layers: 8, width: 32, heads: 4, dropout: 0.0 };
    let net = Gpt::new(options, DType::F32, &Rng::new(0, Purpose::Start)).expect("it fits");
    let tokens = Spec::new(&[2, 16], DType::I64).expect("small");
    let program = trace(
        |net: Gpt<Wire>, x: Wire, y: Wire| {
            let loss = net.forward(x, None).cross_entropy(y).mean();
            (loss, loss.gradient(&net))
        },
        &(net.map(&mut |t: &Tensor| t.spec()), tokens, tokens),
    );
    program.expect("it is sound").circuit().clone()
}

/// Boxes that overlap and wires that run under boxes.
fn faults(scene: &Scene) -> usize {
    let mut faults = 0;
    let solid: Vec<_> = scene.blocks.iter().filter(|b| b.kind != Kind::Frame).collect();
    for (i, a) in solid.iter().enumerate() {
        let over = |b: &&&_| -> bool {
            let b: &chainrule_explorer::scene::Block = b;
            a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
        };
        faults += solid[..i].iter().filter(over).count();
        for pair in scene.wires.iter().flat_map(|w| &w.pieces).flat_map(|p| p.points.windows(2)) {
            let ((x, y), (u, v)) = (pair[0], pair[1]);
            let across = x.min(u) < a.x + a.w - 0.6 && a.x + 0.6 < x.max(u);
            let along = y.min(v) < a.y + a.h - 0.6 && a.y + 0.6 < y.max(v);
            let inside = |from: f64, size: f64, at: f64| from + 0.6 < at && at < from + size - 0.6;
            let under = if y == v { across && inside(a.y, a.h, y) } else { along && inside(a.x, a.w, x) };
            faults += usize::from(under);
        }
    }
    faults
}

/// Opens every stage by itself, and counts.
fn try_all(circuit: &Circuit, outputs: &[u32]) -> (usize, usize) {
    let view = |open: Vec<String>| View { outputs: outputs.to_vec(), open, ..View::default() };
    let closed = scene(circuit, None, &view(Vec::new())).expect("closed it fits");
    assert_eq!(faults(&closed), 0);
    let (mut most, mut crossings) = (closed.blocks.len(), closed.crossings);
    for stage in &closed.stages {
        let opened = scene(circuit, None, &view(vec![stage.id.clone()])).expect("one stage fits");
        assert_eq!(faults(&opened), 0, "{}", stage.path);
        assert!(opened.stages.iter().any(|s| s.id == stage.id && s.open && s.visible), "{}", stage.path);
        (most, crossings) = (most.max(opened.blocks.len()), crossings.max(opened.crossings));
    }
    (most, crossings)
}

#[test]
fn a_training_step_of_a_cnn() {
    let circuit = cnn();
    let (most, crossings) = try_all(&circuit, &circuit.outputs[..1]);
    assert!(most <= 45 && crossings <= 5, "{most} boxes, {crossings} crossings");
    let (most, crossings) = try_all(&circuit, &[]);
    assert!(most <= 115 && crossings <= 30, "{most} boxes, {crossings} crossings");
}

#[test]
fn a_gpt_of_three_thousand_gates() {
    let circuit = gpt();
    let gates = circuit.gates().count();
    assert!((2500..4000).contains(&gates), "{gates} gates");
    let (most, crossings) = try_all(&circuit, &circuit.outputs[..1]);
    assert!(most <= 140 && crossings <= 10, "{most} boxes, {crossings} crossings");
}

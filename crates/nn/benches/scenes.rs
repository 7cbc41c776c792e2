//! Milliseconds from a circuit to a scene and to a picture: `cargo bench -p chainrule-nn --bench scenes`.

use chainrule::prelude::*;
use chainrule_explorer::scene::{View, scene};
use chainrule_explorer::svg;
use chainrule_nn::layers::{Gpt, GptOptions};
use chainrule_nn::rng::{Purpose, Rng};
use std::hint::black_box;
use std::time::Instant;

fn milliseconds(mut f: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..20 {
        let begun = Instant::now();
        f();
        best = best.min(begun.elapsed().as_secs_f64());
    }
    best * 1e3
}

fn main() -> std::result::Result<(), chainrule_nn::Error> {
    let options = GptOptions { vocabulary: 32, context: 16, layers: 8, width: 32, heads: 4, dropout: 0.0 };
    let net = Gpt::new(options, DType::F32, &Rng::new(0, Purpose::Start))?;
    let tokens = Spec::new(&[2, 16], DType::I64).unwrap_or(Spec::scalar(DType::I64));
    let program = trace(
        |net: Gpt<Wire>, x: Wire, y: Wire| {
            let loss = net.forward(x, None).cross_entropy(y).mean();
            (loss, loss.gradient(&net))
        },
        &(net.map(&mut |t: &Tensor| t.spec()), tokens, tokens),
    )?;
    let circuit = program.circuit();
    println!("{} gates", circuit.gates().count());
    let loss = circuit.outputs[..1].to_vec();
    for (what, outputs, depth) in [
        ("loss, closed", loss.clone(), 0),
        ("loss, outermost stages open", loss.clone(), 1),
        ("loss, two levels open", loss.clone(), 2),
        ("loss, three levels open", loss, 3),
        ("everything, closed", Vec::new(), 0),
    ] {
        let view = View { outputs, depth, ..View::default() };
        let Ok(found) = scene(circuit, None, &view) else {
            println!("{what:30} refused");
            continue;
        };
        let scenes = milliseconds(|| drop(black_box(scene(circuit, None, &view))));
        let pictures = milliseconds(|| drop(black_box(svg::picture(&found, &svg::Options::default()))));
        println!(
            "{what:30} {:4} boxes {:5} wires {:5} crossings: scene {scenes:.2} ms, svg {pictures:.2} ms",
            found.blocks.len(),
            found.wires.len(),
            found.crossings
        );
    }
    Ok(())
}

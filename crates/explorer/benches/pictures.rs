//! Milliseconds a picture takes: `cargo bench -p chainrule-explorer --bench pictures`. The layout of what is visible is meant to
//! take less than 5 ms.

use chainrule::formula::{Formula, Options};
use chainrule::{Flow, Tensor, flow};
use chainrule_explorer::scene::{Scene, View, scene};
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

/// Only what is named on the command line, if something is.
fn is_wanted(what: &str) -> bool {
    let mut names = std::env::args().skip(1).filter(|name| !name.starts_with('-')).peekable();
    names.peek().is_none() || names.any(|name| what.contains(&name))
}

fn row(what: &str, source: &str, view: &View) {
    if !is_wanted(what) {
        return;
    }
    let built = Formula::parse(source).and_then(|f| f.build(&Options::default()));
    let circuit = built.expect("the formula is sound").circuit;
    let value = |wire: &u32| Tensor::full(circuit.node(*wire).spec, 0.7);
    let values: Vec<Tensor> = circuit.inputs.iter().map(value).collect();
    let upstream = Tensor::full(circuit.node(circuit.outputs[0]).spec, 1.0);
    let flow: Flow = flow(&circuit, &values, &[upstream]).expect("values fit");
    let draw = || -> Scene { scene(&circuit, Some(&flow), view).expect("it fits") };
    let boxes = draw().blocks.len();
    let time = milliseconds(|| drop(black_box(draw())));
    println!("{what:<50} {:>6} gates {boxes:>4} boxes {time:>7.2} ms", circuit.gates().count());
}

fn main() {
    let neuron = "f = sigmoid(w0*x0 + w1*x1 + w2)";
    row("the neuron", neuron, &View::default());
    let tangle: String = (2..100).map(|i| format!("b{i} = b{} * b{} + b{}\n", i - 1, i / 2, i - 2)).collect();
    row("a tangle", &format!("b0 = x\nb1 = y\n{tangle}"), &View::default());
    let grid: Vec<String> = (0..150).map(|i| format!("tanh(w{i} * x{})", i % 7)).collect();
    row("150 units side by side", &format!("f = ({})^2", grid.join(" * ")), &View::default());
    let layer = |n: usize, from: &str, to: &str| -> String {
        let unit = |i: usize| {
            let terms: Vec<String> = (0..n).map(|j| format!("w{to}{i}_{j} * {from}{j}")).collect();
            format!("{to}{i} = tanh({})\n", terms.join(" + "))
        };
        (0..n).map(unit).collect()
    };
    let dense = format!(
        "{}{}f = {}",
        layer(8, "x", "h"),
        layer(8, "h", "k"),
        (0..8).map(|i| format!("k{i}")).collect::<Vec<_>>().join(" + ")
    );
    row("two dense layers of 8", &dense, &View::default());
    let chain: String = (0..3000).map(|i| format!("a{} = sin(a{i})\n", i + 1)).collect();
    let chain = format!("a0 = x * 2\n{chain}");
    row("3,000 gates without stages", &chain, &View::default());
    row("the same, a part open", &chain, &View { open: vec!["gates 1-64".into()], ..View::default() });
    let inside: String = (0..40).map(|i| format!("b{} = sin(b{i}) * 1.1\n", i + 1)).collect();
    let calls: String = (0..37).map(|i| format!("a{} = s(a{i})\n", i + 1)).collect();
    let stages = format!("stage s(x) {{\nb0 = x * 1.5\n{inside}}}\na0 = x * 0.5\n{calls}");
    row("37 stages of 81 gates", &stages, &View::default());
    row(
        "the same, three open",
        &stages,
        &View { open: vec!["s".into(), "s#2".into(), "s#3".into()], ..View::default() },
    );
}

//! Layers beside PyTorch's: outputs and gradients, from `fixtures/layers.py`.

use chainrule::prelude::*;
use chainrule::{Conv, trace};
use chainrule_nn::init::{Fan, Init};
use chainrule_nn::layers::{
    BatchNorm, BatchResidual, CharLstm, CharLstmOptions, CharMlp, CharMlpOptions, Conv1d, Conv2d, Embedding,
    Gpt, GptOptions, GroupNorm, Gru, LayerNorm, Linear, Lstm, MultiHeadAttention, Residual, Rnn, Running,
    Sight, Transformer, TransformerOptions,
};
use chainrule_nn::rng::{Purpose, Rng};
use serde_json::Value;

const FIXTURE: &str = include_str!("fixtures/layers.json");

fn fixture() -> Value {
    serde_json::from_str(FIXTURE).expect("the fixture is JSON")
}

fn tensor(value: &Value) -> Tensor {
    let numbers = |name: &str| value[name].as_array().expect("a list").iter();
    let dims: Vec<usize> = numbers("dims").map(|d| d.as_u64().expect("a length") as usize).collect();
    let whole = numbers("values").all(Value::is_i64);
    let made = if whole {
        Tensor::new(numbers("values").map(|v| v.as_i64().expect("whole")).collect::<Vec<_>>(), &dims)
    } else {
        Tensor::new(numbers("values").map(|v| v.as_f64().expect("a number")).collect::<Vec<_>>(), &dims)
    };
    made.expect("lengths and values fit")
}

fn near(what: &str, found: &Tensor, wanted: &Tensor) {
    assert_eq!(found.shape(), wanted.shape(), "{what}");
    for (found, wanted) in found.to_f64().iter().zip(wanted.to_f64()) {
        assert!((found - wanted).abs() <= 1e-9 * wanted.abs().max(1.0), "{what}: {found} for {wanted}");
    }
}

/// The sum of the outputs, each times the cosine of its place.
fn weighed(y: Wire) -> Wire {
    let places: Vec<f64> = (0..y.shape().elements()).map(|i| (i as f64).cos()).collect();
    (y * constant(Tensor::new(places, &y.shape().dims()).expect("as many as y has"))).sum()
}

/// A layer with the weights of the fixture: its output, and the loss's gradients by all weights and the input.
fn agrees<N: Wires>(name: &str, layer: &N::With<Tensor>, forward: impl Fn(&N, Wire) -> Wire) {
    let fixture = fixture();
    let case = &fixture["cases"][name];
    let paths = layer.paths();
    let weights: Vec<Tensor> = paths
        .iter()
        .map(|path| {
            let found = &case["weights"][&path.replace("gates.", "")];
            assert!(found.is_object(), "{name}: {path} is not in the fixture");
            tensor(found)
        })
        .collect();
    assert_eq!(paths.len(), case["weights"].as_object().expect("an object").len(), "{name}");
    for (path, (weight, own)) in paths.iter().zip(weights.iter().zip(layer.leaves())) {
        assert_eq!(weight.shape(), own.shape(), "{name}: {path}");
    }
    let (x, y) = (tensor(&case["x"]), tensor(&case["y"]));
    let form: N = layer.map(&mut |_: &Tensor| Wire::default());
    let specs = weights.iter().map(Tensor::spec).collect::<Vec<_>>();
    let form = &form;
    let differentiable = x.dtype() == DType::F64;
    let program = trace(
        |weights: Vec<Wire>, x: Wire| {
            let net: N = form.fill(&weights).expect("one wire for each leaf");
            let y = forward(&net, x);
            let of = if differentiable { [weights.clone(), vec![x]].concat() } else { weights.clone() };
            (y, weighed(y).gradient(&of))
        },
        &(specs, x.spec()),
    )
    .unwrap_or_else(|why| panic!("{name}: {why}"));
    let (found, slopes) = program.run((weights, x)).unwrap_or_else(|why| panic!("{name}: {why}"));
    near(name, &found, &y);
    let names = paths.iter().map(|path| path.replace("gates.", "")).chain(["x".to_string()]);
    for (path, slope) in names.zip(&slopes) {
        near(&format!("{name}: gradient of {path}"), slope, &tensor(&case["slopes"][&path]));
    }
}

/// What a batch norm has seen before the first batch.
fn blank(channels: usize) -> Running<Wire> {
    let (mean, variance) = (constant(vec![0.0; channels]), constant(vec![1.0; channels]));
    Running { mean, variance, batches: constant(0i64) }
}

fn rng() -> Rng {
    Rng::new(1, Purpose::Start)
}

#[test]
fn linear_and_convolutions_are_those_of_pytorch() {
    let (he, rng) = ((Init::He, DType::F64), &mut rng());
    let linear = Linear::new(Fan { inputs: 4, outputs: 3 }, Init::He, DType::F64, rng).unwrap();
    agrees::<Linear<Wire>>("linear", &linear, |net, x| net.forward(x));
    let options = Conv { stride: [2], padding: [1], groups: 2, ..Conv::default() };
    let conv = Conv1d::new(Fan { inputs: 4, outputs: 6 }, 3, options, he, rng).unwrap();
    agrees::<Conv1d<Wire>>("conv1d", &conv, |net, x| net.forward(x));
    let options = Conv { stride: [1, 2], padding: [1, 0], ..Conv::default() };
    let conv = Conv2d::new(Fan { inputs: 3, outputs: 4 }, [3, 2], options, he, rng).unwrap();
    agrees::<Conv2d<Wire>>("conv2d", &conv, |net, x| net.forward(x));
}

#[test]
fn embeddings_and_norms_are_those_of_pytorch() {
    let embedding = Embedding::new(5, 3, DType::F64, &mut rng()).unwrap();
    agrees::<Embedding<Wire>>("embedding", &embedding, |net, x| net.forward(x));
    agrees::<LayerNorm<Wire>>("layer_norm", &LayerNorm::new(6, DType::F64).unwrap(), |net, x| net.forward(x));
    agrees::<GroupNorm<Wire>>("group_norm", &GroupNorm::new(2, 4, DType::F64).unwrap(), |net, x| {
        net.forward(x)
    });
    let (norm, _) = BatchNorm::new(3, DType::F64).unwrap();
    agrees::<BatchNorm<Wire>>("batch_norm", &norm, |net, x| net.forward(x, &blank(3)).0);
}

#[test]
fn a_batch_norm_remembers_what_it_has_seen() {
    let fixture = fixture();
    let (norm, running) = BatchNorm::new(3, DType::F64).unwrap();
    let case = &fixture["cases"]["batch_norm"];
    let norm = BatchNorm {
        weight: Some(tensor(&case["weights"]["weight"])),
        bias: Some(tensor(&case["weights"]["bias"])),
        ..norm
    };
    let (x, later) = (tensor(&case["x"]), tensor(&fixture["predicted"]["x"]));
    let specs = (
        norm.map(&mut |t: &Tensor| t.spec()),
        running.map(&mut |t: &Tensor| t.spec()),
        x.spec(),
        later.spec(),
    );
    let program = trace(
        |norm: BatchNorm<Wire>, running: Running<Wire>, x: Wire, later: Wire| {
            let (_, running) = norm.forward(x, &running);
            (norm.predict(later, &running), running)
        },
        &specs,
    )
    .unwrap();
    let (y, running) = program.run((norm, running, x, later)).unwrap();
    near("mean", &running.mean, &tensor(&fixture["predicted"]["running"]["mean"]));
    near("variance", &running.variance, &tensor(&fixture["predicted"]["running"]["variance"]));
    assert_eq!(running.batches, 1i64.into());
    near("prediction", &y, &tensor(&fixture["predicted"]["y"]));
}

#[test]
fn attention_is_that_of_pytorch() {
    let attention = MultiHeadAttention::new(8, 2, DType::F64, &rng()).unwrap();
    agrees::<MultiHeadAttention<Wire>>("attention", &attention, |net, x| net.forward(x, x, None, true));
    let refused = MultiHeadAttention::new(8, 3, DType::F64, &rng()).unwrap_err().to_string();
    assert!(refused.contains("3 heads can't share a width of 8"), "{refused}");
}

#[test]
fn recurrent_cells_are_those_of_pytorch() {
    let rng = &mut rng();
    agrees::<Rnn<Wire>>("rnn", &Rnn::new(3, 4, DType::F64, rng).unwrap(), |net, x| net.forward(x).0);
    agrees::<Lstm<Wire>>("lstm", &Lstm::new(3, 4, DType::F64, rng).unwrap(), |net, x| net.forward(x).0);
    agrees::<Gru<Wire>>("gru", &Gru::new(3, 4, DType::F64, rng).unwrap(), |net, x| net.forward(x).0);
}

#[test]
fn a_transformer_is_that_of_pytorch() {
    let options = TransformerOptions { layers: 2, width: 4, heads: 2, wide: 6, dropout: 0.1 };
    let encoder = Transformer::new(options, DType::F64, &rng()).unwrap();
    agrees::<Transformer<Wire>>("encoder", &encoder, |net, x| {
        let mask = Tensor::new([true, true, false].repeat(3), &[3, 3]).expect("3 times 3");
        net.forward(x, &Sight { mask: Some(constant(mask)), key: None, causal: false })
    });
}

#[test]
fn language_models_are_those_of_their_authors() {
    let options = GptOptions { vocabulary: 5, context: 4, layers: 2, width: 4, heads: 2, dropout: 0.1 };
    let gpt = Gpt::new(options, DType::F64, &rng()).unwrap();
    agrees::<Gpt<Wire>>("gpt", &gpt, |net, x| net.forward(x, None));
    let options = CharMlpOptions { vocabulary: 4, context: 3, width: 2, hidden: 5 };
    let mlp = CharMlp::new(options, DType::F64, &rng()).unwrap();
    agrees::<CharMlp<Wire>>("char_mlp", &mlp, |net, x| net.forward(x));
    let options = CharLstmOptions { vocabulary: 4, width: 2, hidden: 3 };
    let lstm = CharLstm::new(options, DType::F64, &rng()).unwrap();
    agrees::<CharLstm<Wire>>("char_lstm", &lstm, |net, x| net.forward(x));
}

#[test]
fn residual_blocks_go_around_themselves() {
    let wider = Fan { inputs: 2, outputs: 4 };
    let block = Residual::new(wider, 2, 2, DType::F64, &rng()).unwrap();
    agrees::<Residual<Wire>>("residual", &block, |net, x| net.forward(x));
    let same = Fan { inputs: 2, outputs: 2 };
    let (block, _) = BatchResidual::new(same, 1, DType::F64, &rng()).unwrap();
    agrees::<BatchResidual<Wire>>("batch_residual", &block, |net, x| net.forward(x, &[blank(2), blank(2)]).0);
    let refused = Residual::new(wider, 1, 3, DType::F64, &rng()).unwrap_err().to_string();
    assert!(refused.contains("4 channels can't be cut into 3 groups"), "{refused}");
    assert!(Residual::new(wider, 0, 2, DType::F64, &rng()).is_err());
}

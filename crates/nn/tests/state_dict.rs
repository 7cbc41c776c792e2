//! State dicts of PyTorch, read, computed with and written again; from `fixtures/state_dict.py`.

use chainrule::prelude::*;
use chainrule_nn::init::Fan;
use chainrule_nn::layers::{
    BatchNorm, BatchResidual, CharLstm, CharLstmOptions, ConvNet, Gpt, GptOptions, Gru, Lstm, Mlp,
    MultiHeadAttention, Rnn, Running, Transformer, TransformerOptions,
};
use chainrule_nn::rng::{Purpose, Rng};
use chainrule_nn::torch::{self, Names, StateDict};
use chainrule_nn::weights;
use serde_json::Value;
use std::path::Path;

const FILE: &[u8] = include_bytes!("fixtures/state_dict.safetensors");
const EXPECTED: &str = include_str!("fixtures/state_dict.json");

/// One of each kind whose weights PyTorch calls otherwise.
#[derive(Tree, Clone)]
struct Zoo<T> {
    mlp: Mlp<T>,
    cnn: ConvNet<T>,
    attention: MultiHeadAttention<T>,
    encoder: Transformer<T>,
    rnn: Rnn<T>,
    lstm: Lstm<T>,
    gru: Gru<T>,
    norm: (BatchNorm<T>, Running<T>),
    block: (BatchResidual<T>, [Running<T>; 2]),
    gpt: Gpt<T>,
    lstm_lm: CharLstm<T>,
}

impl StateDict for Zoo<Tensor> {
    fn describe(&self, names: &mut Names) {
        names.part("mlp", "mlp", &self.mlp);
        names.part("cnn", "cnn", &self.cnn);
        names.part("attention", "attention", &self.attention);
        names.part("encoder", "encoder", &self.encoder);
        names.part("rnn", "rnn", &self.rnn);
        names.part("lstm", "lstm", &self.lstm);
        names.part("gru", "gru", &self.gru);
        names.part("norm", "norm", &self.norm);
        names.part("block", "block", &self.block);
        names.part("gpt", "gpt", &self.gpt);
        names.part("lstm_lm", "lstm_lm", &self.lstm_lm);
    }
}

fn zoo(dtype: DType) -> chainrule_nn::Result<Zoo<Tensor>> {
    let rng = Rng::new(9, Purpose::Start);
    let encoder = TransformerOptions { layers: 1, width: 4, heads: 2, wide: 6, dropout: 0.0 };
    let gpt = GptOptions { vocabulary: 5, context: 4, layers: 1, width: 4, heads: 2, dropout: 0.0 };
    let lstm_lm = CharLstmOptions { vocabulary: 5, width: 2, hidden: 3 };
    Ok(Zoo {
        mlp: Mlp::new(&[3, 4, 2], dtype, &rng)?,
        cnn: ConvNet::new(chainrule_nn::data::Image::grey(4, 4), &[2], &[3, 2], dtype, &rng)?,
        attention: MultiHeadAttention::new(4, 2, dtype, &rng)?,
        encoder: Transformer::new(encoder, dtype, &rng)?,
        rnn: Rnn::new(2, 3, dtype, &mut rng.fold(1))?,
        lstm: Lstm::new(2, 3, dtype, &mut rng.fold(2))?,
        gru: Gru::new(2, 3, dtype, &mut rng.fold(3))?,
        norm: BatchNorm::new(2, dtype)?,
        block: BatchResidual::new(Fan { inputs: 2, outputs: 2 }, 2, dtype, &rng)?,
        gpt: Gpt::new(gpt, dtype, &rng)?,
        lstm_lm: CharLstm::new(lstm_lm, dtype, &rng)?,
    })
}

fn read() -> Zoo<Tensor> {
    torch::decode(FILE, Path::new("zoo"), &zoo(DType::F64).unwrap()).unwrap()
}

fn tensor(value: &Value) -> Tensor {
    let numbers = |name: &str| value[name].as_array().expect("a list").iter();
    let dims: Vec<usize> = numbers("dims").map(|d| d.as_u64().expect("a length") as usize).collect();
    let made = if numbers("values").all(Value::is_i64) {
        Tensor::new(numbers("values").map(|v| v.as_i64().expect("whole")).collect::<Vec<_>>(), &dims)
    } else {
        Tensor::new(numbers("values").map(|v| v.as_f64().expect("a number")).collect::<Vec<_>>(), &dims)
    };
    made.expect("lengths and values fit")
}

/// What a part makes of its input, beside what PyTorch made of it.
fn computes<N: Wires>(name: &str, net: &N::With<Tensor>, forward: impl Fn(&N, Wire) -> Wire) {
    let expected: Value = serde_json::from_str(EXPECTED).expect("the fixture is JSON");
    let case = &expected["cases"][name];
    let (x, y) = (tensor(&case["x"]), tensor(&case["y"]));
    let form: N = net.map(&mut |_: &Tensor| Wire::default());
    let specs = net.leaves().iter().map(Tensor::spec).collect::<Vec<_>>();
    let program = trace(
        |weights: Vec<Wire>, x: Wire| forward(&form.fill(&weights).expect("one wire for each leaf"), x),
        &(specs, x.spec()),
    )
    .unwrap_or_else(|why| panic!("{name}: {why}"));
    let found = program.run((net.leaves(), x)).unwrap_or_else(|why| panic!("{name}: {why}"));
    assert_eq!(found.shape(), y.shape(), "{name}");
    for (found, wanted) in found.to_f64().iter().zip(y.to_f64()) {
        assert!((found - wanted).abs() <= 1e-12 * wanted.abs().max(1.0), "{name}: {found} for {wanted}");
    }
}

#[test]
fn networks_of_pytorch_compute_the_same_here() {
    let zoo = read();
    computes::<Mlp<Wire>>("mlp", &zoo.mlp, |net, x| net.forward(x));
    computes::<ConvNet<Wire>>("cnn", &zoo.cnn, |net, x| net.forward(x.reshape(&[2, 16])));
    computes::<MultiHeadAttention<Wire>>("attention", &zoo.attention, |net, x| net.forward(x, x, None, true));
    let sight = chainrule_nn::layers::Sight { mask: None, key: None, causal: false };
    computes::<Transformer<Wire>>("encoder", &zoo.encoder, |net, x| net.forward(x, &sight));
    computes::<Rnn<Wire>>("rnn", &zoo.rnn, |net, x| net.forward(x).0);
    computes::<Lstm<Wire>>("lstm", &zoo.lstm, |net, x| net.forward(x).0);
    computes::<Gru<Wire>>("gru", &zoo.gru, |net, x| net.forward(x).0);
    computes::<(BatchNorm<Wire>, Running<Wire>)>("norm", &zoo.norm, |(net, seen), x| net.predict(x, seen));
    computes::<(BatchResidual<Wire>, [Running<Wire>; 2])>("block", &zoo.block, |(net, seen), x| {
        net.predict(x, seen)
    });
    computes::<Gpt<Wire>>("gpt", &zoo.gpt, |net, x| net.forward(x, None));
    computes::<CharLstm<Wire>>("lstm_lm", &zoo.lstm_lm, |net, x| net.forward(x));
    assert_eq!(zoo.norm.1.batches, 1i64.into());
}

#[test]
fn what_was_read_is_written_again_to_the_bit() {
    let again = torch::encode(&read()).unwrap();
    let bits = |bytes: &[u8]| -> Vec<(String, Spec, Vec<u64>)> {
        let entries = weights::entries(bytes, Path::new("zoo")).unwrap().into_iter();
        entries.map(|(name, t)| (name, t.spec(), t.to_f64().iter().map(|v| v.to_bits()).collect())).collect()
    };
    assert_eq!(bits(&again), bits(FILE));
    assert_eq!(bits(FILE).len(), 75);
}

#[test]
fn every_entry_that_does_not_fit_is_named() {
    let net = zoo(DType::F64).unwrap();
    let entries = weights::entries(FILE, Path::new("zoo")).unwrap();
    let with = |change: &dyn Fn(&mut Vec<(String, Tensor)>)| {
        let mut entries = entries.clone();
        change(&mut entries);
        net.load_state_dict(&entries).map(|_| ()).map_err(|why| why.to_string())
    };
    let said = with(&|entries| {
        entries.retain(|(name, _)| name != "rnn.weight_hh_l0");
        entries.push(("rnn.weight_hh_l1".into(), 1.0.into()));
        for (name, tensor) in entries.iter_mut().filter(|(name, _)| name.starts_with("attention.in_proj")) {
            *tensor = if name.ends_with("bias") {
                tensor.cast(DType::F32)
            } else {
                tensor.reshape(&[4, 12]).unwrap()
            };
        }
    })
    .unwrap_err();
    let wanted = [
        "state dict: state dict: attention.in_proj_weight is f64[4, 12], the network has f64[12, 4]",
        "attention.in_proj_bias is f32[12], the network has f64[12]",
        "rnn.weight_hh_l0 is missing",
        "the network has no rnn.weight_hh_l1",
    ];
    for part in wanted {
        assert!(said.contains(part), "{part} in {said}");
    }
    assert_eq!(said.lines().count(), wanted.len(), "{said}");
    // A tied weight may be there once, but not twice with different numbers.
    for name in ["gpt.lm_head.weight", "gpt.transformer.wte.weight"] {
        assert_eq!(with(&|entries| entries.retain(|(n, _)| n != name)), Ok(()));
    }
    let said = with(&|entries| {
        for (_, tensor) in entries.iter_mut().filter(|(name, _)| name == "gpt.lm_head.weight") {
            *tensor = Tensor::zeros(tensor.spec());
        }
    });
    let said = said.unwrap_err();
    assert!(
        said.contains("gpt.lm_head.weight and gpt.transformer.wte.weight are one weight, but differ"),
        "{said}"
    );
    let said = torch::decode(FILE, Path::new("zoo"), &zoo(DType::F32).unwrap()).err().expect("f64 is no f32");
    assert!(
        said.to_string().contains("zoo: state dict: mlp.0.weight is f64[4, 3], the network has f32[4, 3]")
    );
}

#[test]
fn a_description_that_loses_a_weight_is_refused() {
    #[derive(Tree, Clone)]
    struct Forgetful<T> {
        a: T,
        b: T,
    }
    impl StateDict for Forgetful<Tensor> {
        fn describe(&self, names: &mut Names) {
            names.one("a", "a");
            names.one("c", "c");
            names.rows("d", &[]);
            names.rows("e", &["a", "a"]);
        }
    }
    let said = Forgetful { a: 1.0.into(), b: 2.0.into() }.state_dict().unwrap_err().to_string();
    for part in [
        "describe: c is said to hold c, but the network has no such weight",
        "describe: d holds nothing",
        "describe: the weights a, a don't fit one below the other",
        "describe: the weight b has no name in PyTorch",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
}

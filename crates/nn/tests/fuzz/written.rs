//! The readers of what we write ourselves: weights, saved networks and checkpoints. Damage is also done to what a file says, with
//! lengths and checksums mended.

use super::common;
use super::harness::Reader;
use super::memory;
use super::mended::{mended, within_weights};
use super::readers::words;
use chainrule::{DType, Spec, Tensor, Tree};
use chainrule_nn::architecture::{Architecture, Interface};
use chainrule_nn::checkpoint::Keeper;
use chainrule_nn::data::{Examples, Goal, Image, Part};
use chainrule_nn::layers::{BatchNorm, Gpt, GptOptions, Mlp, MultiHeadAttention};
use chainrule_nn::model::Model;
use chainrule_nn::normalise::{Normaliser, Scale};
use chainrule_nn::parameters::Parameters;
use chainrule_nn::predict::Network;
use chainrule_nn::rng::{Purpose, Rng};
use chainrule_nn::saved::{About, Saved, encode};
use chainrule_nn::torch::StateDict;
use chainrule_nn::trainer::{Event, Trained};
use chainrule_nn::{torch, weights as files};
use serde_json::Value;
use std::cell::RefCell;
use std::ops::ControlFlow;
use std::path::Path;

const WEIGHTS: &[u8] = b"\x00\x01\xff\x7f{}[]\",:0189FI3264dtypeshape_offsets \xc3";
/// Memory for each byte of any of these.
const FACTOR: usize = 100;

fn path() -> &'static Path {
    Path::new("w.safetensors")
}

fn rng() -> Rng {
    Rng::new(3, Purpose::Start)
}

fn mlp() -> Mlp<Tensor> {
    Mlp::new(&[3, 4, 2], DType::F32, &rng()).unwrap()
}

/// Names, shapes and bits.
fn content(entries: &[(String, Tensor)]) -> Vec<(&str, Spec, Vec<u64>)> {
    let bits = |tensor: &Tensor| tensor.to_f64().iter().map(|v| v.to_bits()).collect();
    entries.iter().map(|(name, tensor)| (&name[..], tensor.spec(), bits(tensor))).collect()
}

pub fn weights() -> Reader {
    fn read(bytes: &[u8]) -> Result<(), String> {
        let (net, entries) = (mlp(), files::entries(bytes, path()));
        let decoded = files::decode(bytes, path(), &net);
        if let (Ok(notes), Ok(entries)) = (files::read_notes(bytes, path()), &entries) {
            let (names, values): (Vec<String>, Vec<Tensor>) = entries.iter().cloned().unzip();
            let size = files::size(bytes, path()).unwrap();
            assert_eq!(size.tensors, names.len() as u64);
            assert_eq!(size.numbers, values.iter().map(|v| v.shape().elements() as u64).sum::<u64>());
            let notes: Vec<(&str, String)> = notes.iter().map(|(k, v)| (&k[..], v.clone())).collect();
            let again = files::encode(&Parameters { names, values }, &notes).unwrap();
            assert_eq!(content(&files::entries(&again, path()).unwrap()), content(entries));
        }
        if let Ok(read) = decoded {
            assert_eq!(read.paths(), net.paths());
            assert!(read.leaves().iter().zip(net.leaves()).all(|(a, b)| a.spec() == b.spec()));
            assert!(entries.is_ok());
        }
        words(entries.map(drop))
    }
    let odd = Parameters {
        names: ["a", "b.\"c\"", "", "d"].map(String::from).to_vec(),
        values: vec![
            Tensor::new(vec![1.5f64, f64::NAN], &[2, 1]).unwrap(),
            Tensor::from([1i64, i64::MIN]),
            Tensor::zeros(Spec::new(&[0, 3], DType::F32).unwrap()),
            Tensor::scalar(0.5f32),
        ],
    };
    let plain = |notes| safetensors::serialize([("w", view())], notes).unwrap();
    let seeds = vec![
        files::encode(&mlp(), &[("about", "{\"a\":[1,2]}".into())]).unwrap(),
        files::encode(&odd, &[]).unwrap(),
        plain(None),
        plain(Some([("format".to_string(), "pt".to_string())].into())),
    ];
    let within = Some(within_weights as _);
    Reader { name: "weights", disk: false, seeds, telling: WEIGHTS, within, factor: FACTOR, read }
}

fn view() -> safetensors::tensor::TensorView<'static> {
    safetensors::tensor::TensorView::new(safetensors::Dtype::F32, vec![2], &[0; 8]).unwrap()
}

const GPT: GptOptions = GptOptions { vocabulary: 5, context: 3, layers: 1, width: 4, heads: 2, dropout: 0.1 };

pub fn state_dict() -> Reader {
    fn of<N: StateDict>(bytes: &[u8], net: &N) -> Result<(), String> {
        let read = words(torch::decode(bytes, path(), net))?;
        let again = torch::decode(&torch::encode(&read).unwrap(), path(), net).unwrap();
        let bits =
            |net: &N| content(&net.state_dict().unwrap()).iter().map(|e| e.2.clone()).collect::<Vec<_>>();
        assert_eq!(bits(&again), bits(&read));
        Ok(())
    }
    fn read(bytes: &[u8]) -> Result<(), String> {
        let attention = MultiHeadAttention::new(4, 2, DType::F32, &rng()).unwrap();
        of(bytes, &mlp())
            .or_else(|_| of(bytes, &Gpt::new(GPT, DType::F32, &rng()).unwrap()))
            .or_else(|_| of(bytes, &attention))
            .or_else(|_| of(bytes, &BatchNorm::new(3, DType::F32).unwrap()))
    }
    let attention = MultiHeadAttention::new(4, 2, DType::F32, &rng()).unwrap();
    let seeds = vec![
        torch::encode(&mlp()).unwrap(),
        torch::encode(&Gpt::new(GPT, DType::F32, &rng()).unwrap()).unwrap(),
        torch::encode(&attention).unwrap(),
        torch::encode(&BatchNorm::new(3, DType::F32).unwrap()).unwrap(),
    ];
    let within = Some(within_weights as _);
    // Four networks are tried, each with messages of its own.
    Reader { name: "state dict", disk: false, seeds, telling: WEIGHTS, within, factor: FACTOR, read }
}

const FORMULA: &str = "param W[features, 5] = he\nparam V[5, classes] = glorot\nlogits = relu(x @ W) @ V\n\
                       loss = cross_entropy(logits, y)";

/// Each kind of network, with what it reads and predicts.
fn networks() -> Vec<(Architecture, Interface)> {
    let names = |count: usize| (0..count).map(|i| format!("n{i}")).collect::<Vec<_>>();
    let of = |inputs: usize, tokens: bool, goal: Goal| Interface {
        columns: if tokens { Vec::new() } else { names(inputs) },
        inputs: vec![inputs],
        tokens,
        image: (inputs == 16).then(|| Image::grey(4, 4)),
        goal,
    };
    let (classes, tokens) = (|| Goal::Classes(names(3)), || Goal::Tokens(names(5)));
    vec![
        (Architecture::Layers { hidden: vec![5] }, of(4, false, Goal::Numbers(names(2)))),
        (Architecture::Convolutions { channels: vec![2], hidden: vec![3] }, of(16, false, classes())),
        (Architecture::Formula { source: FORMULA.into() }, of(4, false, classes())),
        (Architecture::CharMlp { width: 2, hidden: 3 }, of(3, true, classes())),
        (Architecture::Gpt { layers: 1, width: 4, heads: 2, dropout: 0.1 }, of(4, true, tokens())),
        (Architecture::Lstm { width: 3, hidden: 2 }, of(4, true, tokens())),
    ]
}

fn written(architecture: &Architecture, interface: &Interface) -> Vec<u8> {
    let model = architecture.model(interface, 4).unwrap();
    let (net, seen) = Model::start(&model, 0).unwrap();
    let of = |width: usize| Scale { mean: vec![0.5; width], deviation: vec![2.0; width] };
    let features = if interface.tokens { 0 } else { interface.inputs[0] };
    let targets = if let Goal::Numbers(names) = &interface.goal { names.len() } else { 0 };
    let normaliser = Normaliser { features: of(features), targets: of(targets) };
    let about = About {
        architecture: architecture.clone(),
        interface: interface.clone(),
        normaliser: normaliser.clone(),
        preparation: serde_json::json!({"text": "abcde"}),
    };
    let network = Network {
        model: &model,
        net: &net,
        seen: &seen,
        normaliser: &normaliser,
        options: chainrule::Options::default(),
        at_once: 4,
        compiled: &mut None,
    };
    encode(&about, &network).unwrap()
}

/// Zeros such as a network reads.
struct Zeros(Interface);

impl Examples for Zeros {
    fn rows(&self) -> usize {
        2
    }

    fn inputs(&self) -> Spec {
        self.0.spec().unwrap()
    }

    fn targets(&self) -> Spec {
        self.0.targets().unwrap()
    }

    fn goal(&self) -> Goal {
        self.0.goal.clone()
    }

    fn load(&self, _: &[usize], _: &mut Tensor, _: &mut Tensor) -> chainrule_nn::Result<()> {
        Ok(())
    }
}

pub fn saved() -> Reader {
    fn read(bytes: &[u8]) -> Result<(), String> {
        let mut saved = words(Saved::decode(bytes, path()))?;
        let About { architecture, interface, .. } = saved.about.clone();
        let size: usize = saved.weights().values.iter().map(|weight| weight.shape().elements()).sum();
        assert!(size <= bytes.len());
        let is_ours = match &architecture {
            Architecture::Formula { source } => source == FORMULA,
            _ => interface.inputs[0] <= 64,
        };
        // What is read can be used; how much that takes, nobody has said.
        if is_ours {
            memory::apart(|| {
                let width = interface.goal.names().len();
                let mut numbers = 0;
                let mut network = saved.network();
                network.at_once = 2;
                let mut taken = |_: &[usize], of_rows: &[f32], _: &_| {
                    numbers += of_rows.len();
                    Ok(())
                };
                network.predict(&Zeros(interface.clone()), &mut taken).unwrap();
                let places = if let Goal::Tokens(_) = interface.goal { interface.inputs[0] } else { 1 };
                assert_eq!(numbers, 2 * width * places);
            });
        }
        Ok(())
    }
    let seeds = networks().iter().map(|(architecture, interface)| written(architecture, interface)).collect();
    let within = Some(within_weights as _);
    Reader { name: "saved networks", disk: false, seeds, telling: WEIGHTS, within, factor: FACTOR, read }
}

/// Files of these notes and tensors, with their checksums.
fn noted(note: &str, text: &str, tensors: &str) -> Vec<u8> {
    let notes = serde_json::json!({"chainrule": "2", "crc32": "00000000", "crc32_head": "", note: text});
    let mut head: Value = serde_json::from_str(tensors).unwrap();
    head["__metadata__"] = notes;
    mended(head, &[])
}

/// As much as fits into files of weights, for each of their readers; and what they say.
pub fn crowded() -> Vec<(Reader, Vec<u8>, &'static str)> {
    let many =
        |one: &dyn Fn(usize) -> String, count: usize| (0..count).map(one).collect::<Vec<_>>().join(",");
    let empty = |i: usize| format!("\"{i}\":{{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}");
    let empty = format!("{{{}}}", many(&empty, 10_000));
    let shape = format!("[{},0]", many(&|_| "1".into(), (1 << 18) + 1));
    let long = format!("{{\"w\":{{\"dtype\":\"F32\",\"shape\":{shape},\"data_offsets\":[0,0]}}}}");
    let about = |hidden: usize, columns: usize| {
        let (architecture, interface) = networks().remove(0);
        let Architecture::Layers { .. } = architecture else { panic!("the first has layers") };
        let architecture = Architecture::Layers { hidden: vec![0; hidden] };
        let interface = Interface { columns: vec![String::new(); columns], ..interface };
        let preparation = vec![0; hidden].into();
        let normaliser = Normaliser::default();
        serde_json::to_string(&About { architecture, interface, normaliser, preparation }).unwrap()
    };
    vec![
        (weights(), noted("a", "", &empty), ""),
        (weights(), noted("a", "", &long), "w is f32[1, 1, 1"),
        (weights(), noted("a", &"\"".repeat(300_000), "{}"), ""),
        (state_dict(), noted("a", "", &empty), "the network has no "),
        (state_dict(), noted("a", "", &long), "w is f32[1, 1, 1"),
        (saved(), noted("about", "{}", &empty), "can't be read"),
        (saved(), noted("about", &about(300_000, 0), "{}"), "it would have 600002 weights with 2 numbers"),
        (saved(), noted("about", &about(0, 200_000), "{}"), "200000 names for 4 features"),
        (checkpoint(), noted("training", "{}", &empty), "not known in the training"),
        (checkpoint(), noted("training", &about(300_000, 0), "{}"), "not known in the training"),
    ]
}

/// A training that goes on from each file, and where they lie.
struct Going {
    trainer: common::Any,
    train: Part,
    held: Part,
    folder: tempfile::TempDir,
}

impl Going {
    fn new() -> Going {
        let (train, held) = common::parts();
        let trainer = common::trainer(common::settings(3), &train);
        Going { trainer, train, held, folder: tempfile::tempdir().unwrap() }
    }

    /// Makes so many more steps.
    fn go_on(&mut self, count: usize, keeper: Option<&mut Keeper>) {
        let until = self.trainer.steps_made() + count;
        let mut watch = |event: &Event<'_>| match event {
            Event::Step(progress) if progress.step >= until => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        };
        let given = Trained { train: &self.train, validation: Some(&self.held), keeper, steering: None };
        // Weights that are no numbers any more end it.
        self.trainer.fit_with(given, &mut watch).ok();
    }

    /// The newest checkpoint after so many steps.
    fn kept(&mut self, count: usize) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let mut keeper = Keeper::new(folder.path(), None, 1).unwrap();
        self.go_on(count, Some(&mut keeper));
        let file = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap();
        std::fs::read(file.path()).unwrap()
    }
}

pub fn checkpoint() -> Reader {
    fn read(bytes: &[u8]) -> Result<(), String> {
        thread_local! {
            static GOING: RefCell<Option<Going>> = const { RefCell::new(None) };
        }
        GOING.with_borrow_mut(|going| {
            let going = memory::apart(|| {
                let going = going.get_or_insert_with(Going::new);
                std::fs::write(going.folder.path().join("step-000000003.safetensors"), bytes).unwrap();
                going
            });
            let (_, saved) = words(Keeper::resume(going.folder.path(), None, 3))?;
            let before = going.trainer.steps_made();
            if let Err(error) = going.trainer.resume(&saved.unwrap(), &going.train) {
                assert_eq!(going.trainer.steps_made(), before);
                return Err(error.to_string());
            }
            memory::apart(|| going.go_on(2, None));
            Ok(())
        })
    }
    let mut going = Going::new();
    // Before the first validation, after it, and at the end.
    let seeds = vec![going.kept(2), going.kept(4), going.kept(100)];
    let within = Some(within_weights as _);
    Reader { name: "checkpoints", disk: true, seeds, telling: WEIGHTS, within, factor: FACTOR, read }
}

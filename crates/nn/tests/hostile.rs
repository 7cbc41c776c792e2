//! Files of weights and checkpoints, whole and with the right checksums, that say what can't be: each is refused with a reason, and
//! before anything is made of it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use chainrule::{DType, Tensor, Tree};
use chainrule_nn::architecture::{Architecture, Interface};
use chainrule_nn::checkpoint::Keeper;
use chainrule_nn::data::{Goal, Image};
use chainrule_nn::layers::Mlp;
use chainrule_nn::normalise::{Normaliser, Scale};
use chainrule_nn::parameters::Parameters;
use chainrule_nn::rng::{Purpose, Rng};
use chainrule_nn::saved::{About, Saved};
use chainrule_nn::trainer::{Event, Trained};
use chainrule_nn::weights;
use serde_json::{Value, json};
use std::ops::ControlFlow;
use std::path::Path;

const HUGE: usize = 1 << 40;

fn names(count: usize) -> Vec<String> {
    (0..count).map(|i| i.to_string()).collect()
}

fn interface(inputs: &[usize], tokens: bool, goal: Goal) -> Interface {
    Interface { columns: vec![], inputs: inputs.to_vec(), tokens, image: None, goal }
}

fn about(architecture: Architecture, interface: Interface) -> About {
    About { architecture, interface, normaliser: Normaliser::default(), preparation: Value::Null }
}

/// What is said of a network with the weights of a small one.
fn said(about: &About) -> String {
    let net = Mlp::new(&[3, 4, 2], DType::F32, &Rng::new(1, Purpose::Start)).unwrap();
    let bytes = weights::encode(&net, &[("about", serde_json::to_string(about).unwrap())]).unwrap();
    Saved::decode(&bytes, Path::new("w")).err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn a_network_larger_than_its_file_is_never_made() {
    let classes = || Goal::Classes(names(2));
    let tokens = || Goal::Tokens(names(2));
    let formula = |dims: &str| Architecture::Formula {
        source: format!(
            "param W[{dims}] = orthogonal\nlogits = sum(W) * x[:, 0:2]\nloss = cross_entropy(logits, y)"
        ),
    };
    let columns = Interface { columns: names(3), ..interface(&[3], false, classes()) };
    let image = Image { channels: 1, height: 8, width: 8 };
    let images = Interface { image: Some(image), ..interface(&[64], false, classes()) };
    let gpt = |layers: usize, width: usize| Architecture::Gpt { layers, width, heads: 1, dropout: 0.0 };
    for (architecture, interface, weights) in [
        (Architecture::Layers { hidden: vec![HUGE, HUGE] }, interface(&[3], false, classes()), "6 weights"),
        (
            Architecture::Layers { hidden: vec![0; 10_000] },
            interface(&[3], false, classes()),
            "20002 weights",
        ),
        (Architecture::Layers { hidden: vec![5] }, interface(&[1 << 30], false, classes()), "4 weights"),
        (Architecture::Convolutions { channels: vec![HUGE], hidden: vec![] }, images, "4 weights"),
        (formula("60000, 60000"), columns.clone(), "1 weights with 3600000000 numbers, more than 4 with 26"),
        (Architecture::CharMlp { width: HUGE, hidden: 1 }, interface(&[3], true, classes()), "5 weights"),
        (gpt(1, HUGE), interface(&[3], true, tokens()), "11 weights"),
        (gpt(HUGE, 0), interface(&[3], true, tokens()), "8796093022211 weights with 0 numbers"),
        (gpt(usize::MAX, 1), interface(&[3], true, tokens()), "18446744073709551615 weights"),
        (Architecture::Lstm { width: 1, hidden: usize::MAX }, interface(&[3], true, tokens()), "7 weights"),
    ] {
        let text = said(&about(architecture, interface));
        assert!(text.starts_with("w: weights: what the file says of its network does not fit"), "{text}");
        assert!(text.contains(&format!("it would have {weights}")), "{weights}: {text}");
    }
}

#[test]
fn a_network_for_what_no_example_can_be_is_refused() {
    let layers = || Architecture::Layers { hidden: vec![4] };
    let lstm = || Architecture::Lstm { width: 1, hidden: 1 };
    let good = interface(&[3], false, Goal::Classes(names(2)));
    assert_eq!(said(&about(layers(), good.clone())), "");
    let image = |channels, height, width| Some(Image { channels, height, width });
    for (architecture, interface, wanted) in [
        (lstm(), interface(&[HUGE], true, Goal::Tokens(names(2))), "letters at once are more than 1048576"),
        (lstm(), interface(&[3, 3], true, Goal::Tokens(names(2))), "texts with 2 axes"),
        (layers(), interface(&[3], false, Goal::Classes(vec![])), "there is nothing to predict"),
        (
            layers(),
            interface(&[usize::MAX, usize::MAX], false, Goal::Classes(names(2))),
            "has more than 4294967296 elements",
        ),
        (layers(), Interface { columns: names(4), ..good.clone() }, "4 names for 3 features"),
        (
            layers(),
            Interface { image: image(1, 2, 2), ..good.clone() },
            "1 channels of 2 by 2 are no image of 3",
        ),
        (layers(), Interface { image: image(3, HUGE, HUGE), ..good.clone() }, "are no image of 3 numbers"),
    ] {
        let text = said(&about(architecture, interface));
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    let scale =
        |mean: &[f32], deviation: &[f32]| Scale { mean: mean.to_vec(), deviation: deviation.to_vec() };
    for features in [
        scale(&[1.0], &[1.0]),
        scale(&[1.0; 3], &[1.0; 2]),
        scale(&[1.0; 3], &[1.0, 0.0, 1.0]),
        scale(&[], &[1.0; 3]),
    ] {
        let normaliser = Normaliser { features, targets: Scale::default() };
        let text = said(&About { normaliser, ..about(layers(), good.clone()) });
        assert!(text.contains("not normalised as 3 features and 0 targets can be"), "{text}");
    }
}

#[test]
fn a_checkpoint_at_a_place_where_no_training_can_be_is_refused() {
    let (train, _) = common::parts();
    let folder = tempfile::tempdir().unwrap();
    let mut keeper = Keeper::new(folder.path(), None, 1).unwrap();
    let mut trainer = common::trainer(common::settings(3), &train);
    let mut stop = |event: &Event<'_>| match event {
        Event::Step(progress) if progress.step == 2 => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    let given = Trained { train: &train, validation: None, keeper: Some(&mut keeper), steering: None };
    trainer.fit_with(given, &mut stop).unwrap();
    let path = folder.path().join("step-000000002.safetensors");
    let bytes = std::fs::read(&path).unwrap();
    let note: Value = serde_json::from_str(&weights::read_notes(&bytes, &path).unwrap()["training"]).unwrap();
    let (names, values): (Vec<String>, Vec<Tensor>) =
        weights::entries(&bytes, &path).unwrap().into_iter().unzip();
    let tree = Parameters { names, values };
    let mut said = |place: &str, name: &str, value: Value| {
        let mut note = note.clone();
        note[place][name] = value;
        std::fs::write(&path, weights::encode(&tree, &[("training", note.to_string())]).unwrap()).unwrap();
        let (_, saved) = Keeper::resume(folder.path(), None, 1).unwrap();
        let before = trainer.net().leaves();
        let said = trainer.resume(&saved.unwrap(), &train).err().map(|error| error.to_string());
        assert!(said.is_none() || trainer.net().leaves() == before);
        said.unwrap_or_default()
    };
    assert_eq!(said("position", "step", json!(2)), "");
    let nan = json!(f64::NAN.to_bits());
    for (name, value) in [
        ("step", json!(22)),
        ("step", json!(u64::MAX)),
        ("right", json!(1u64 << 40)),
        ("asked", json!(u64::MAX)),
        ("waited", json!(3)),
        ("flat", json!(u64::MAX)),
        ("best", json!([0, 3])),
        ("count", nan.clone()),
        ("pace", nan),
        ("pace", json!((-1.0f64).to_bits())),
    ] {
        let text = said("position", name, value);
        assert!(text.contains("checkpoint: has a damaged position; hint: "), "{name}: {text}");
    }
    let text = said("settings", "--rate", json!("0".repeat(100_000)));
    assert!(text.contains("--rate was 000") && text.len() < 1000, "{}", text.len());
}

//! Weights under PyTorch's names: a network's state dict, and safetensors files that `safetensors.torch` reads and writes.
//!
//! The layouts are the same. What differs are names, and that PyTorch keeps some weights one below the other in one tensor. Each layer says
//! once how its weights are called there ([`StateDict::describe`]); writing, reading and every complaint follow from that.
//!
//! | here | there |
//! |---|---|
//! | [`Linear`], [`Conv1d`], [`Conv2d`], [`Embedding`], [`LayerNorm`], [`GroupNorm`] | `nn.Linear` and so on |
//! | ([`BatchNorm`], [`Running`]) | `nn.BatchNorm1d`, `nn.BatchNorm2d` |
//! | [`MultiHeadAttention`] | `nn.MultiheadAttention` |
//! | [`Rnn`], [`Lstm`], [`Gru`] | `nn.RNN`, `nn.LSTM`, `nn.GRU` of one layer |
//! | [`Mlp`] | `nn.Sequential(Linear, ReLU, Linear, ..)` |
//! | [`ConvNet`] | `nn.Sequential(Conv2d, ReLU, MaxPool2d, .., Flatten, Linear, ReLU, ..)` |
//! | [`Residual`], ([`BatchResidual`], [`Running`] twice) | torchvision's `BasicBlock`, without a norm in `downsample` |
//! | [`TransformerBlock`], [`Transformer`] | `nn.TransformerEncoderLayer(norm_first=True)`, `nn.TransformerEncoder` |
//! | [`Gpt`] | nanoGPT's `GPT` |

use crate::error::Result;
use crate::layers::{
    BatchNorm, BatchResidual, CharLstm, CharMlp, Conv1d, Conv2d, ConvNet, Convolutions, Embedding, Gates,
    Gpt, GroupNorm, Gru, LayerNorm, Linear, Lstm, Mlp, MultiHeadAttention, Residual, Rnn, Running,
    Transformer, TransformerBlock,
};
use crate::parameters::Parameters;
use crate::weights;
use chainrule::{Diagnostic, Mistake, Place, Shape, Spec, Tensor, Tree};
use std::collections::BTreeMap;
use std::path::Path;

/// A network that knows how PyTorch calls its weights. One of your own states it in a line for each part:
///
/// ```
/// use chainrule::prelude::*;
/// use chainrule_nn::layers::{Linear, Lstm};
/// use chainrule_nn::init::{Fan, Init};
/// use chainrule_nn::rng::{Purpose, Rng};
/// use chainrule_nn::torch::{Names, StateDict};
///
/// #[derive(Tree, Clone)]
/// struct Reader<T> {
///     memory: Lstm<T>,
///     verdict: Linear<T>,
/// }
/// impl StateDict for Reader<Tensor> {
///     fn describe(&self, names: &mut Names) {
///         names.part("lstm", "memory", &self.memory); // self.lstm = nn.LSTM(..) in PyTorch
///         names.part("fc", "verdict", &self.verdict);
///     }
/// }
/// let mut rng = Rng::new(0, Purpose::Start);
/// let reader = Reader {
///     memory: Lstm::new(4, 8, DType::F32, &mut rng)?,
///     verdict: Linear::new(Fan { inputs: 8, outputs: 2 }, Init::Glorot, DType::F32, &mut rng)?,
/// };
/// let entries = reader.state_dict()?;
/// assert_eq!((entries[0].0.as_str(), entries[4].0.as_str()), ("lstm.weight_ih_l0", "fc.weight"));
/// assert_eq!(reader.load_state_dict(&entries)?.leaves(), reader.leaves());
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
pub trait StateDict: Tree<Leaf = Tensor> + Clone {
    /// Says how each weight is called.
    fn describe(&self, names: &mut Names);

    /// The state dict: PyTorch's names, and weights in its layout.
    ///
    /// # Errors
    /// [`StateDict::describe`] leaves a weight out, names one that is not there, or puts together what doesn't fit.
    fn state_dict(&self) -> Result<Vec<(String, Tensor)>> {
        let described = described(self)?;
        Ok(described.into_iter().map(|entry| (entry.name, stacked(&entry.weights))).collect())
    }

    /// The same network with the weights of a state dict. Of entries that hold one weight twice (tied ones) one is enough, and all
    /// that are there must agree.
    ///
    /// # Errors
    /// Every entry that is missing, unknown, misshapen or in disagreement, by name.
    fn load_state_dict(&self, entries: &[(String, Tensor)]) -> Result<Self> {
        load(self, entries, &Place::Argument("state dict".into()))
    }
}

/// One entry of a state dict: the paths of our weights in it, one below the other.
#[derive(Debug)]
struct Entry {
    name: String,
    paths: Vec<String>,
    weights: Vec<Tensor>,
}

/// Collects how weights are called: `theirs` are names in PyTorch, `ours` are paths, both seen from the layer that describes itself.
#[derive(Debug, Default)]
pub struct Names {
    theirs: Vec<String>,
    ours: Vec<String>,
    entries: Vec<Entry>,
}

impl Names {
    /// A part with names of its own.
    pub fn part(&mut self, theirs: impl ToString, ours: impl ToString, part: &impl StateDict) {
        self.within(theirs, ours, |names| part.describe(names));
    }

    /// One weight.
    pub fn one(&mut self, theirs: &str, ours: &str) {
        self.rows(theirs, &[ours]);
    }

    /// Weights that PyTorch has one below the other in one tensor.
    pub fn rows(&mut self, theirs: &str, ours: &[&str]) {
        let paths = ours.iter().map(|ours| joined(&self.ours, ours)).collect();
        self.entries.push(Entry { name: joined(&self.theirs, theirs), paths, weights: Vec::new() });
    }

    /// All weights of a tree that are called the same here and there.
    pub fn same(&mut self, tree: &impl Tree<Leaf = Tensor>) {
        tree.paths().iter().for_each(|path| self.one(path, path));
    }

    fn within(&mut self, theirs: impl ToString, ours: impl ToString, f: impl FnOnce(&mut Names)) {
        self.theirs.push(theirs.to_string());
        self.ours.push(ours.to_string());
        f(self);
        self.theirs.pop();
        self.ours.pop();
    }
}

fn joined(around: &[String], name: &str) -> String {
    let steps = around.iter().map(String::as_str).chain([name]);
    steps.filter(|step| !step.is_empty()).collect::<Vec<_>>().join(".")
}

/// The entries with their weights.
fn described(net: &impl StateDict) -> Result<Vec<Entry>> {
    let mut names = Names::default();
    net.describe(&mut names);
    let weights: BTreeMap<String, Tensor> = net.paths().into_iter().zip(net.leaves()).collect();
    let mut mistakes = Vec::new();
    let mut mistake = |what: String| mistakes.push(Mistake::new(Place::Unknown, "describe", what));
    for entry in &mut names.entries {
        let known = |path: &String| weights.get(path).cloned();
        entry.weights = entry.paths.iter().filter_map(known).collect();
        for path in entry.paths.iter().filter(|path| !weights.contains_key(*path)) {
            mistake(format!("{} is said to hold {path}, but the network has no such weight", entry.name));
        }
        if entry.paths.is_empty() {
            mistake(format!("{} holds nothing", entry.name));
        }
        let mut rows =
            entry.weights.iter().map(|w| (w.dtype(), w.shape().dims().split_off(w.shape().rank().min(1))));
        let first = rows.next();
        if rows.any(|row| Some(row) != first)
            || (entry.weights.len() > 1 && entry.weights[0].shape().rank() == 0)
        {
            mistake(format!("the weights {} don't fit one below the other", entry.paths.join(", ")));
        }
    }
    let named = |path: &String| names.entries.iter().any(|entry| entry.paths.contains(path));
    for path in weights.keys().filter(|path| !named(path)) {
        mistake(format!("the weight {path} has no name in PyTorch"));
    }
    Diagnostic::from_all(mistakes).map_or(Ok(names.entries), |mistakes| Err(mistakes.into()))
}

/// The spec of tensors one below the other.
fn spec_of(parts: &[Tensor]) -> Spec {
    let first = parts[0].spec();
    let mut dims = first.shape.dims();
    if let Some(rows) = dims.first_mut() {
        *rows = parts.iter().filter_map(|part| part.shape().iter().next()).sum();
    }
    first.with_shape(
        Shape::new(&dims).expect("the parts are in memory, and their sum is no longer than they are"),
    )
}

fn stacked(parts: &[Tensor]) -> Tensor {
    match parts {
        [only] => only.clone(),
        _ => Tensor::from_f64(spec_of(parts), &parts.iter().flat_map(Tensor::to_f64).collect::<Vec<_>>()),
    }
}

/// The parts of which a tensor is the stack.
fn unstacked(whole: &Tensor, parts: &[Tensor]) -> Vec<Tensor> {
    if let [_] = parts {
        return vec![whole.clone()];
    }
    let values = whole.to_f64();
    let mut rest = &values[..];
    let cut = |part: &Tensor| {
        let (mine, others) = rest.split_at(part.shape().elements());
        rest = others;
        Tensor::from_f64(part.spec(), mine)
    };
    parts.iter().map(cut).collect()
}

fn load<N: StateDict>(like: &N, given: &[(String, Tensor)], place: &Place) -> Result<N> {
    let wanted = described(like)?;
    let mut mistakes = Vec::new();
    let mut mistake = |what: String| mistakes.push(Mistake::new(place.clone(), "state dict", what));
    // For each weight the entry that it was found in, and its new value; none if that doesn't fit.
    let mut found: BTreeMap<&str, (&str, Option<Tensor>)> = BTreeMap::new();
    for entry in &wanted {
        let Some((name, tensor)) = given.iter().find(|(name, _)| *name == entry.name) else { continue };
        let spec = spec_of(&entry.weights);
        if tensor.spec() != spec {
            mistake(format!("{name} is {}, the network has {spec}", tensor.spec()));
            entry.paths.iter().for_each(|path| drop(found.insert(path, (name, None))));
            continue;
        }
        for (path, part) in entry.paths.iter().zip(unstacked(tensor, &entry.weights)) {
            if let Some((other, Some(before))) = found.get(path.as_str())
                && *before != part
            {
                mistake(format!("{name} and {other} are one weight, but differ"));
            }
            found.insert(path, (name, Some(part)));
        }
    }
    for entry in
        wanted.iter().filter(|entry| !entry.paths.iter().all(|path| found.contains_key(path.as_str())))
    {
        mistake(format!("{} is missing", entry.name));
    }
    for (name, _) in given.iter().filter(|(name, _)| !wanted.iter().any(|entry| entry.name == *name)) {
        mistake(format!("the network has no {name}"));
    }
    if let Some(mistakes) = Diagnostic::from_all(mistakes) {
        return Err(mistakes.into());
    }
    let mut paths = like.paths().into_iter();
    let mut net = like.clone();
    net.visit_mut(&mut |weight| {
        if let Some((_, Some(tensor))) = paths.next().and_then(|path| found.get(path.as_str())) {
            *weight = tensor.clone();
        }
    });
    Ok(net)
}

/// The bytes of a safetensors file with a network's state dict, which `safetensors.torch.load_file` reads.
///
/// # Errors
/// A weight of a dtype that no weight has.
pub fn encode(net: &impl StateDict) -> Result<Vec<u8>> {
    let (names, values) = net.state_dict()?.into_iter().unzip();
    weights::encode(&Parameters { names, values }, &[("format", "pt".to_string())])
}

/// Reads what `safetensors.torch.save_file(model.state_dict(), path)` has written, for a network like this one.
///
/// # Errors
/// Bytes that are no safetensors file, and those of [`StateDict::load_state_dict`]. `path` is for messages.
pub fn decode<N: StateDict>(bytes: &[u8], path: &Path, like: &N) -> Result<N> {
    let place = Place::File { path: path.to_path_buf(), line: None, column: None };
    load(like, &weights::entries(bytes, path)?, &place)
}

/// Layers whose weights are called the same here and there.
macro_rules! same {
    ($($layer:ident)*) => {$(
        impl StateDict for $layer<Tensor> {
            fn describe(&self, names: &mut Names) {
                names.same(self);
            }
        }
    )*};
}

same!(Linear Conv1d Conv2d Embedding LayerNorm GroupNorm CharMlp Parameters);

impl StateDict for (BatchNorm<Tensor>, Running<Tensor>) {
    fn describe(&self, names: &mut Names) {
        batch_norm(names, &self.0, ["0", "1"]);
    }
}

/// PyTorch keeps a batch norm's weights and what it has seen side by side.
fn batch_norm(names: &mut Names, norm: &BatchNorm<Tensor>, [weights, running]: [&str; 2]) {
    norm.paths().iter().for_each(|path| names.one(path, &format!("{weights}.{path}")));
    for (theirs, ours) in
        [("running_mean", "mean"), ("running_var", "variance"), ("num_batches_tracked", "batches")]
    {
        names.one(theirs, &format!("{running}.{ours}"));
    }
}

impl StateDict for MultiHeadAttention<Tensor> {
    fn describe(&self, names: &mut Names) {
        names.rows("in_proj_weight", &["query.weight", "key.weight", "value.weight"]);
        if self.query.bias.is_some() {
            names.rows("in_proj_bias", &["query.bias", "key.bias", "value.bias"]);
        }
        names.part("out_proj", "output", &self.output);
    }
}

/// PyTorch numbers the layers of a recurrent network; ours have one.
fn recurrent(gates: &Gates<Tensor>, names: &mut Names) {
    gates.paths().iter().for_each(|path| names.one(&format!("{path}_l0"), &format!("gates.{path}")));
}

impl StateDict for Rnn<Tensor> {
    fn describe(&self, names: &mut Names) {
        recurrent(&self.gates, names);
    }
}

impl StateDict for Lstm<Tensor> {
    fn describe(&self, names: &mut Names) {
        recurrent(&self.gates, names);
    }
}

impl StateDict for Gru<Tensor> {
    fn describe(&self, names: &mut Names) {
        recurrent(&self.gates, names);
    }
}

impl StateDict for Mlp<Tensor> {
    fn describe(&self, names: &mut Names) {
        for (i, layer) in self.layers.iter().enumerate() {
            names.part(2 * i, format!("layers.{i}"), layer);
        }
    }
}

impl StateDict for ConvNet<Tensor> {
    fn describe(&self, names: &mut Names) {
        for (i, convolution) in self.convolutions.iter().enumerate() {
            names.part(3 * i, format!("convolutions.{i}"), convolution);
        }
        for (i, layer) in self.head.layers.iter().enumerate() {
            names.part(3 * self.convolutions.len() + 1 + 2 * i, format!("head.layers.{i}"), layer);
        }
    }
}

impl StateDict for Convolutions<Tensor> {
    fn describe(&self, names: &mut Names) {
        names.part("conv1", "first", &self.first);
        names.part("conv2", "second", &self.second);
        if let Some(skip) = &self.skip {
            names.part("downsample.0", "skip", skip);
        }
    }
}

impl StateDict for Residual<Tensor> {
    fn describe(&self, names: &mut Names) {
        names.part("", "convolutions", &self.convolutions);
        names.part("bn1", "norms.0", &self.norms[0]);
        names.part("bn2", "norms.1", &self.norms[1]);
    }
}

impl StateDict for (BatchResidual<Tensor>, [Running<Tensor>; 2]) {
    fn describe(&self, names: &mut Names) {
        names.part("", "0.convolutions", &self.0.convolutions);
        let [first, second] = &self.0.norms;
        names.within("bn1", "", |names| batch_norm(names, first, ["0.norms.0", "1.0"]));
        names.within("bn2", "", |names| batch_norm(names, second, ["0.norms.1", "1.1"]));
    }
}

impl StateDict for TransformerBlock<Tensor> {
    fn describe(&self, names: &mut Names) {
        names.part("self_attn", "attention", &self.attention);
        names.part("linear1", "mlp.up", &self.mlp.up);
        names.part("linear2", "mlp.down", &self.mlp.down);
        names.part("norm1", "attention_norm", &self.attention_norm);
        names.part("norm2", "mlp_norm", &self.mlp_norm);
    }
}

impl StateDict for Transformer<Tensor> {
    fn describe(&self, names: &mut Names) {
        for (i, layer) in self.layers.iter().enumerate() {
            names.part(format!("layers.{i}"), format!("layers.{i}"), layer);
        }
        names.part("norm", "norm", &self.norm);
    }
}

impl StateDict for CharLstm<Tensor> {
    fn describe(&self, names: &mut Names) {
        names.part("embedding", "embedding", &self.embedding);
        names.part("lstm", "lstm", &self.lstm);
        names.part("output", "output", &self.output);
    }
}

/// The output is tied to the embedding and stands twice in nanoGPT's files.
impl StateDict for Gpt<Tensor> {
    fn describe(&self, names: &mut Names) {
        names.part("transformer.wte", "tokens", &self.tokens);
        names.part("transformer.wpe", "positions", &self.positions);
        for (i, block) in self.transformer.layers.iter().enumerate() {
            names.within(format!("transformer.h.{i}"), format!("transformer.layers.{i}"), |names| {
                names.part("ln_1", "attention_norm", &block.attention_norm);
                let parts = ["attention.query.weight", "attention.key.weight", "attention.value.weight"];
                names.rows("attn.c_attn.weight", &parts);
                names.part("attn.c_proj", "attention.output", &block.attention.output);
                names.part("ln_2", "mlp_norm", &block.mlp_norm);
                names.part("mlp.c_fc", "mlp.up", &block.mlp.up);
                names.part("mlp.c_proj", "mlp.down", &block.mlp.down);
            });
        }
        names.part("transformer.ln_f", "transformer.norm", &self.transformer.norm);
        names.part("lm_head", "tokens", &self.tokens);
    }
}

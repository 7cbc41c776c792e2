//! Networks that are known by a few words and numbers: those of the command line, as they are written into files of weights.

mod size;

pub use size::Size;

use crate::data::{Examples, Goal, Image, limits};
use crate::error::{Error, Result};
use crate::formula::{Form, FormulaModel};
use crate::layers::{CharLstmOptions, CharMlpOptions, ConvNet, GptOptions};
use crate::model::{AnyModel, Batch, Classifier, ImageClassifier, Mode, Regressor, boxed};
use crate::parameters::Parameters;
use crate::summary::{Summary, summary};
use chainrule::formula::Formula;
use chainrule::{DType, Spec, Tensor, Tree, Wire, trace};
use serde::{Deserialize, Serialize};

/// What a network is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Architecture {
    /// Linear layers with relu between them.
    Layers {
        /// Widths of the hidden ones.
        hidden: Vec<usize>,
    },
    /// Convolutions of 3 by 3, relu and a pool after each, then linear layers.
    Convolutions {
        /// Channels of the convolutions.
        channels: Vec<usize>,
        /// Widths of the hidden layers.
        hidden: Vec<usize>,
    },
    /// A formula that binds `logits` and `loss`.
    Formula {
        /// Its text.
        source: String,
    },
    /// The last few characters through one hidden layer.
    CharMlp {
        /// Numbers a character.
        width: usize,
        /// Width of the hidden layer.
        hidden: usize,
    },
    /// A transformer.
    Gpt {
        /// Blocks.
        layers: usize,
        /// Numbers a place.
        width: usize,
        /// Heads of attention.
        heads: usize,
        /// How much is dropped while training.
        dropout: f64,
    },
    /// A recurrent network.
    Lstm {
        /// Numbers a character.
        width: usize,
        /// Numbers of its state.
        hidden: usize,
    },
}

/// What a network reads and what it predicts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interface {
    /// Names of the features, where they have any.
    pub columns: Vec<String>,
    /// The shape of one example's inputs.
    pub inputs: Vec<usize>,
    /// Whether these are tokens rather than numbers.
    pub tokens: bool,
    /// The form of each example, if it is an image.
    pub image: Option<Image>,
    /// What it predicts.
    pub goal: Goal,
}

impl Interface {
    /// That of a network for such examples.
    pub fn of(data: &dyn Examples) -> Interface {
        let inputs = data.inputs();
        Interface {
            columns: data.columns().to_vec(),
            inputs: inputs.shape.dims(),
            tokens: inputs.dtype == DType::I64,
            image: data.image(),
            goal: data.goal(),
        }
    }

    /// The spec of one example's inputs.
    ///
    /// # Errors
    /// A tensor can't be that large.
    pub fn spec(&self) -> Result<Spec> {
        let dtype = if self.tokens { DType::I64 } else { DType::F32 };
        Spec::new(&self.inputs, dtype).map_err(|why| Error::argument("inputs", why, "give smaller examples"))
    }

    /// The spec of one example's targets.
    ///
    /// # Errors
    /// As [`Interface::spec`].
    pub fn targets(&self) -> Result<Spec> {
        match &self.goal {
            Goal::Classes(_) => Ok(Spec::scalar(DType::I64)),
            Goal::Tokens(_) => self.spec(),
            Goal::Numbers(names) => Spec::new(&[names.len()], DType::F32)
                .map_err(|why| Error::argument("targets", why, "ask for fewer numbers")),
        }
    }

    fn features(&self) -> usize {
        self.inputs.iter().fold(1, |product, &n| product.saturating_mul(n))
    }

    /// What can't be so of any examples, since no reader gives such.
    fn check(&self) -> Result<()> {
        let wrong = |what: String| Err(Error::argument("examples", what, "give other examples"));
        if let (true, &[context]) = (self.tokens, &self.inputs[..])
            && context > limits::CONTEXT
        {
            let what = format!("{context} letters at once are more than {}", limits::CONTEXT);
            return Err(Error::argument("--context", what, "give a smaller number"));
        }
        if self.tokens && self.inputs.len() != 1 {
            return wrong(format!("texts with {} axes", self.inputs.len()));
        }
        if self.goal.names().is_empty() {
            return wrong("there is nothing to predict".into());
        }
        let features = self.spec()?.shape.elements();
        if let Some(Image { channels, height, width }) = self.image {
            let pixels = channels.checked_mul(height).and_then(|n| n.checked_mul(width));
            if pixels != Some(features) || features as u64 > limits::IMAGE_BYTES {
                return wrong(format!(
                    "{channels} channels of {height} by {width} are no image of {features} numbers"
                ));
            }
        }
        if !self.tokens && !self.columns.is_empty() && self.columns.len() != features {
            return wrong(format!("{} names for {features} features", self.columns.len()));
        }
        Ok(())
    }

    /// How many tokens are read at once.
    pub fn context(&self) -> usize {
        self.inputs.first().copied().unwrap_or(0)
    }
}

impl Architecture {
    /// What it is, in a line.
    ///
    /// # Errors
    /// As [`Architecture::model`].
    pub fn name(&self, interface: &Interface) -> Result<String> {
        let joined = |sizes: &[usize]| sizes.iter().map(usize::to_string).collect::<Vec<_>>().join("-");
        let last = interface.goal.names().len();
        Ok(match self {
            Architecture::Layers { hidden } => {
                format!("layers {}", joined(&widths(interface.features(), hidden, last)))
            }
            Architecture::Convolutions { channels, hidden } => {
                let features = ConvNet::features(interface.pixels()?, channels)?;
                format!(
                    "convolutions {}, layers {}",
                    joined(channels),
                    joined(&widths(features, hidden, last))
                )
            }
            Architecture::Formula { .. } => "a formula".to_string(),
            Architecture::CharMlp { width, hidden } => {
                format!("the last {} characters by {width}, layer {hidden}", interface.context())
            }
            Architecture::Gpt { layers, width, heads, dropout } => {
                let drops = if *dropout > 0.0 { format!(", dropout {dropout}") } else { String::new() };
                let context = interface.context();
                format!("GPT of {layers} layers, width {width}, {heads} heads, context {context}{drops}")
            }
            Architecture::Lstm { width, hidden } => {
                format!("LSTM {width}-{hidden}, context {}", interface.context())
            }
        })
    }

    /// The model, trained on batches of so many examples.
    ///
    /// # Errors
    /// It does not fit what is to be read or predicted, or its weights are too large.
    pub fn model(&self, interface: &Interface, rows: usize) -> Result<Box<dyn AnyModel>> {
        self.model_within(interface, rows, Size::LARGEST)
    }

    /// The same if it has no more weights than `most`, which is known before they are made.
    ///
    /// # Errors
    /// As [`Architecture::model`], or it has more.
    pub fn model_within(&self, interface: &Interface, rows: usize, most: Size) -> Result<Box<dyn AnyModel>> {
        let within = |size: Size| match size.fits(most) {
            true => Ok(()),
            false => {
                let what = format!(
                    "it would have {} weights with {} numbers, more than {} with {}",
                    size.tensors, size.numbers, most.tensors, most.numbers
                );
                Err(Error::argument("--layers", what, "make the layers smaller"))
            }
        };
        interface.check()?;
        self.size(interface)?.map_or(Ok(()), within)?;
        let last = interface.goal.names().len();
        match self {
            Architecture::Layers { hidden } => {
                let widths = widths(interface.features(), hidden, last);
                match interface.goal {
                    _ if interface.tokens => Err(interface.foreign("layers of numbers")),
                    Goal::Numbers(_) => boxed(Regressor { widths }),
                    _ => boxed(Classifier { widths }),
                }
            }
            Architecture::Convolutions { channels, hidden } => {
                let image = interface.pixels()?;
                let Goal::Classes(_) = interface.goal else {
                    return Err(interface.foreign("convolutions"));
                };
                let widths = [&hidden[..], &[last]].concat();
                boxed(ImageClassifier { image, channels: channels.clone(), widths })
            }
            Architecture::Formula { source } => {
                let form = Form { columns: interface.columns.clone(), goal: interface.goal.clone(), rows };
                let model = FormulaModel::new(&Formula::parse(source)?, &form)?;
                within(model.size())?;
                boxed(model)
            }
            Architecture::CharMlp { width, hidden } => match interface.goal {
                Goal::Classes(_) if interface.tokens => boxed(CharMlpOptions {
                    vocabulary: last,
                    context: interface.context(),
                    width: *width,
                    hidden: *hidden,
                }),
                _ => Err(interface.foreign("a character MLP")),
            },
            Architecture::Gpt { layers, width, heads, dropout } => match interface.goal {
                Goal::Tokens(_) => boxed(GptOptions {
                    vocabulary: last,
                    context: interface.context(),
                    layers: *layers,
                    width: *width,
                    heads: *heads,
                    dropout: *dropout,
                }),
                _ => Err(interface.foreign("a GPT")),
            },
            Architecture::Lstm { width, hidden } => match interface.goal {
                Goal::Tokens(_) => {
                    boxed(CharLstmOptions { vocabulary: last, width: *width, hidden: *hidden })
                }
                _ => Err(interface.foreign("an LSTM")),
            },
        }
    }
}

/// A model's modules with their outputs, weights and costs, for so many examples at once.
///
/// # Errors
/// Mistakes in the model; weights that are too large.
pub fn summarised(model: &dyn AnyModel, interface: &Interface, rows: usize) -> Result<Summary> {
    let (net, seen) = model.start(0)?;
    let spec = |tensors: &Parameters<Tensor>| tensors.map(&mut |tensor: &Tensor| tensor.spec());
    let batch = Batch::of(rows, interface.spec()?, interface.targets()?)?;
    let forward = |net: Parameters<Wire>, seen: Parameters<Wire>, batch: Batch<Wire>| {
        model.record(&net.values, &seen.values, &batch, Mode::Predicting).output
    };
    let program = trace(forward, &(spec(&net), spec(&seen), batch))?;
    Ok(summary(program.circuit(), &spec(&net)))
}

impl Interface {
    /// The form of the images that convolutions read.
    fn pixels(&self) -> Result<Image> {
        let hint = "leave them out, or train on images, as the digits are";
        self.image.ok_or_else(|| Error::argument("--channels", "the examples are no images", hint))
    }

    fn foreign(&self, network: &str) -> Error {
        let (reads, predicts) = match (&self.goal, self.tokens) {
            (_, false) => ("numbers", "classes or numbers"),
            (Goal::Tokens(_), true) => ("texts", "what comes next at every place"),
            (_, true) => ("characters", "the next one"),
        };
        let what = format!("{network} can't read {reads} and predict {predicts}");
        Error::argument("--network", what, "choose another network, or other data")
    }
}

/// Widths of layers from features to predictions.
fn widths(features: usize, hidden: &[usize], last: usize) -> Vec<usize> {
    [&[features], hidden, &[last]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;
    use chainrule::Tree;

    fn interface(tokens: bool, goal: Goal, image: Option<Image>) -> Interface {
        Interface { columns: vec![], inputs: vec![16], tokens, image, goal }
    }

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|i| i.to_string()).collect()
    }

    /// All kinds, each with what it is for.
    pub fn all() -> Vec<(Architecture, Interface)> {
        let classes = || Goal::Classes(names(3));
        let numbers = interface(false, Goal::Numbers(names(2)), None);
        let images = interface(false, classes(), Some(Image::grey(4, 4)));
        let source =
            "param W[features, classes] = he\nlogits = x @ W\nloss = cross_entropy(logits, y)".into();
        vec![
            (Architecture::Layers { hidden: vec![5] }, numbers),
            (Architecture::Convolutions { channels: vec![2], hidden: vec![] }, images),
            (
                Architecture::Formula { source },
                Interface { columns: names(16), ..interface(false, classes(), None) },
            ),
            (Architecture::CharMlp { width: 2, hidden: 8 }, interface(true, classes(), None)),
            (
                Architecture::Gpt { layers: 2, width: 8, heads: 2, dropout: 0.1 },
                interface(true, Goal::Tokens(names(9)), None),
            ),
            (Architecture::Lstm { width: 3, hidden: 5 }, interface(true, Goal::Tokens(names(9)), None)),
        ]
    }

    #[test]
    fn every_kind_is_built_from_what_its_json_says() {
        for (architecture, interface) in all() {
            let text = serde_json::to_string(&(&architecture, &interface)).unwrap();
            let (read, of): (Architecture, Interface) = serde_json::from_str(&text).unwrap();
            assert_eq!((&read, &of), (&architecture, &interface));
            let start = |architecture: &Architecture| architecture.model(&of, 4).unwrap().start(3).unwrap().0;
            assert_eq!(start(&read).leaves(), start(&architecture).leaves());
            assert!(!read.name(&of).unwrap().is_empty());
        }
    }

    #[test]
    fn networks_refuse_what_they_can_not_read() {
        let said = |architecture: &Architecture, interface: &Interface| {
            architecture.model(interface, 4).err().map(|error| error.to_string()).unwrap_or_default()
        };
        let all = all();
        let (text, numbers) = (&all[4].1, &all[0].1);
        assert!(said(&all[0].0, text).starts_with("--network: layers of numbers can't read texts"));
        assert!(said(&all[4].0, numbers).starts_with("--network: a GPT can't read numbers"));
        assert!(said(&all[1].0, numbers).starts_with("--channels: the examples are no images"));
    }
}

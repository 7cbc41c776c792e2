//! One network trained on one data set, for one seed or several.

use super::progress::Watch;
use crate::failure::{Result, argument};
use crate::interrupt;
use chainrule::formula::Formula;
use chainrule_nn::data::{Examples, Image, Part};
use chainrule_nn::formula::{Form, FormulaModel};
use chainrule_nn::layers::ConvNet;
use chainrule_nn::metrics::Evaluation;
use chainrule_nn::model::{Classifier, ImageClassifier, Model};
use chainrule_nn::normalise::Normaliser;
use chainrule_nn::split::{Split, held_out};
use chainrule_nn::trainer::{Event, Settings, Trainer};
use chainrule_nn::{atomic, weights};
use serde_json::json;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// What is to be trained.
pub struct Job {
    /// What the data is called.
    pub name: String,
    /// The examples.
    pub data: Arc<dyn Examples>,
    /// Those that are held out, if they came apart from the others.
    pub held: Option<Arc<dyn Examples>>,
    /// The share of the examples that is held out otherwise.
    pub test_share: f64,
    /// The network.
    pub network: Network,
    /// How to train it.
    pub settings: Settings,
    /// Where the weights go.
    pub save: Option<PathBuf>,
}

/// What is trained.
pub enum Network {
    /// Convolutions and linear layers with relu between them.
    Layers {
        /// Channels of the convolutions; none for a network without.
        channels: Vec<usize>,
        /// Widths of the hidden layers.
        hidden: Vec<usize>,
    },
    /// A formula with parameters, and the file that it came from.
    Formula(Box<Formula>, PathBuf),
}

/// Called with the examples when everything is known to fit.
pub type Ready<'a> = &'a mut dyn FnMut(&Split) -> Result<()>;

/// A network after training.
pub struct Trained {
    /// How good it is on the examples that were held out.
    pub evaluation: Evaluation,
    /// The gradient's norm by weight, and over how many examples.
    pub norms: (Vec<(String, f64)>, usize),
    /// How many weights it has.
    pub weights: usize,
    /// Steps made.
    pub steps: usize,
    /// How long the steps took.
    pub seconds: f64,
    /// Whether Ctrl-C ended it.
    pub stopped: bool,
    /// What came of saving the weights; all is well if that was not asked for.
    pub saved: Result<()>,
}

impl Job {
    /// What the network is, in a word or two.
    ///
    /// # Errors
    /// Convolutions of something that is no image, or is too small for them.
    pub fn network(&self) -> Result<String> {
        let joined = |sizes: &[usize]| sizes.iter().map(usize::to_string).collect::<Vec<_>>().join("-");
        match &self.network {
            Network::Formula(_, path) => Ok(format!("formula {}", path.display())),
            Network::Layers { channels, hidden } if channels.is_empty() => {
                Ok(format!("layers {}", joined(&self.widths(self.width(), hidden))))
            }
            Network::Layers { channels, hidden } => {
                let features = ConvNet::features(self.image()?, channels)?;
                let layers = joined(&self.widths(features, hidden));
                Ok(format!("convolutions {}, layers {layers}", joined(channels)))
            }
        }
    }

    /// Widths of the layers from features to classes.
    fn widths(&self, features: usize, hidden: &[usize]) -> Vec<usize> {
        [&[features], hidden, &[self.classes()]].concat()
    }

    /// How many features an example has.
    pub fn width(&self) -> usize {
        self.data.inputs().shape.elements()
    }

    /// How many classes there are.
    pub fn classes(&self) -> usize {
        self.data.goal().names().len()
    }

    fn image(&self) -> Result<Image> {
        let hint = "leave them out, or train on images, as the digits are";
        let none = || argument("--channels", format!("{} holds no images", self.name), hint);
        Ok(self.data.image().ok_or_else(none)?)
    }

    /// The examples divided by a seed.
    ///
    /// # Errors
    /// A share that leaves nothing to learn from, or nothing to hold out.
    pub fn split(&self, seed: u64) -> Result<Split> {
        match &self.held {
            Some(test) => {
                Ok(Split { train: Part::whole(self.data.clone()), test: Part::whole(test.clone()) })
            }
            None => Ok(held_out(&self.data, self.test_share, seed, "--test-share")?),
        }
    }

    /// Trains with this seed, shows progress on standard error and saves the weights, also after Ctrl-C. `ready` is
    /// called before the first step, when everything is known to fit.
    ///
    /// # Errors
    /// Settings or data that do not fit, a place that can't be written, those of `ready`, a loss that leaves the finite
    /// numbers.
    pub fn train(&self, seed: u64, ready: Ready<'_>) -> Result<Trained> {
        match &self.network {
            Network::Layers { channels, hidden } if channels.is_empty() => {
                let model = Classifier { widths: self.widths(self.width(), hidden) };
                self.run(model, self.network()?.trim_start_matches("layers "), seed, ready)
            }
            Network::Layers { channels, hidden } => {
                let widths = [&hidden[..], &[self.classes()]].concat();
                let model = ImageClassifier { image: self.image()?, channels: channels.clone(), widths };
                self.run(model, &self.network()?, seed, ready)
            }
            Network::Formula(formula, path) => {
                let model = FormulaModel::new(
                    formula,
                    &Form::of(&*self.data, self.settings.batch.min(self.data.rows())),
                );
                let trained =
                    model.map_err(Into::into).and_then(|m| self.run(m, formula.source(), seed, ready));
                trained.map_err(|failure| failure.came_from(formula.source(), path))
            }
        }
    }

    fn run<M: Model>(&self, model: M, network: &str, seed: u64, ready: Ready<'_>) -> Result<Trained> {
        let split = self.split(seed)?;
        let train = &split.train;
        let settings = Settings { seed, ..self.settings.clone() };
        let mut trainer = Trainer::new(model, settings, train)?;
        let save = self.save.as_deref();
        // A place that can't be written is known before the training, not after it.
        save.map_or(Ok(()), |path| atomic::rehearse(path, &encoded(&trainer, network, train)?))?;
        ready(&split)?;
        let start = Instant::now();
        let mut watch = Watch::new(trainer.epochs(train.rows()));
        let (mut steps, mut stopped) = (0, false);
        let ended = trainer.fit(train, &mut |event| {
            if let Event::Step(progress) = event {
                watch.show(progress);
                steps = progress.step;
            }
            stopped = interrupt::pressed();
            if stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        watch.finish();
        let seconds = start.elapsed().as_secs_f64();
        // Whether it ended by itself or by Ctrl-C: what is learnt so far is kept.
        let _ = ended?;
        let evaluation = trainer.evaluate(&split.test)?;
        if !evaluation.loss.is_finite() {
            let what = format!("the held-out loss is {} after step {steps}", evaluation.loss);
            return Err(chainrule_nn::Error::diverged(what, self.settings.rate).into());
        }
        let write = |path| atomic::write(path, &encoded(&trainer, network, train)?);
        let saved = save.map_or(Ok(()), write).map_err(Into::into);
        Ok(Trained {
            evaluation,
            norms: trainer.network().gradient_norms(train)?,
            weights: trainer.weights(),
            steps,
            seconds,
            stopped,
            saved,
        })
    }
}

/// The weights as a file, with what is needed to use them on new data.
fn encoded<M: Model>(
    trainer: &Trainer<M>,
    network: &str,
    train: &dyn Examples,
) -> chainrule_nn::Result<Vec<u8>> {
    weights::encode(trainer.net(), &notes(network, train, trainer.normaliser()))
}

/// What is needed, besides the weights, to use a network on new data.
fn notes(network: &str, train: &dyn Examples, normaliser: &Normaliser) -> Vec<(&'static str, String)> {
    vec![
        ("network", network.to_string()),
        ("columns", json!(train.columns()).to_string()),
        ("classes", json!(train.goal().names()).to_string()),
        ("mean", json!(normaliser.features.mean).to_string()),
        ("deviation", json!(normaliser.features.deviation).to_string()),
    ]
}

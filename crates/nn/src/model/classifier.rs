//! Networks of layers for rows of numbers and for images.

use super::{Batch, Mode, Model, Outcome, Start};
use crate::data::Image;
use crate::error::Result;
use crate::layers::{ConvNet, Mlp};
use crate::rng::{Purpose, Rng};
use chainrule::{DType, Wire};

/// Linear layers with relu between them and softmax cross-entropy at the end.
#[derive(Clone, Debug, PartialEq)]
pub struct Classifier {
    /// Features, hidden layers, classes.
    pub widths: Vec<usize>,
}

impl Model for Classifier {
    type Net = Mlp<Wire>;
    type Seen = Vec<Wire>;

    fn start(&self, seed: u64) -> Result<Start<Self>> {
        Ok((Mlp::new(&self.widths, DType::F32, &Rng::new(seed, Purpose::Start))?, Vec::new()))
    }

    fn record(&self, net: &Mlp<Wire>, _: &Vec<Wire>, batch: &Batch<Wire>, _: Mode) -> Outcome {
        let logits = net.forward(batch.x);
        Outcome::new(logits, logits.cross_entropy(batch.y))
    }
}

/// Linear layers with relu between them that predict numbers, with half the mean of squared differences for a loss.
#[derive(Clone, Debug, PartialEq)]
pub struct Regressor {
    /// Features, hidden layers, numbers.
    pub widths: Vec<usize>,
}

impl Model for Regressor {
    type Net = Mlp<Wire>;
    type Seen = Vec<Wire>;

    fn start(&self, seed: u64) -> Result<Start<Self>> {
        Ok((Mlp::new(&self.widths, DType::F32, &Rng::new(seed, Purpose::Start))?, Vec::new()))
    }

    fn record(&self, net: &Mlp<Wire>, _: &Vec<Wire>, batch: &Batch<Wire>, _: Mode) -> Outcome {
        let output = net.forward(batch.x);
        Outcome::new(output, (output - batch.y).square().mean_axes(&[1]) * 0.5)
    }
}

/// Convolutions, then linear layers, and softmax cross-entropy at the end.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageClassifier {
    /// The form of the images.
    pub image: Image,
    /// Channels of the convolutions.
    pub channels: Vec<usize>,
    /// Hidden layers, classes.
    pub widths: Vec<usize>,
}

impl Model for ImageClassifier {
    type Net = ConvNet<Wire>;
    type Seen = Vec<Wire>;

    fn start(&self, seed: u64) -> Result<Start<Self>> {
        let rng = Rng::new(seed, Purpose::Start);
        Ok((ConvNet::new(self.image, &self.channels, &self.widths, DType::F32, &rng)?, Vec::new()))
    }

    fn record(&self, net: &ConvNet<Wire>, _: &Vec<Wire>, batch: &Batch<Wire>, _: Mode) -> Outcome {
        let logits = net.forward(batch.x);
        Outcome::new(logits, logits.cross_entropy(batch.y))
    }
}

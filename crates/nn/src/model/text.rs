//! Networks that read characters.

use super::{Batch, Mode, Model, Outcome, Start};
use crate::error::Result;
use crate::layers::{CharLstm, CharLstmOptions, CharMlp, CharMlpOptions, Gpt, GptOptions};
use crate::rng::{Purpose, Rng};
use chainrule::{DType, Wire};

impl Model for CharMlpOptions {
    type Net = CharMlp<Wire>;
    type Seen = Vec<Wire>;

    fn start(&self, seed: u64) -> Result<Start<Self>> {
        Ok((CharMlp::new(*self, DType::F32, &Rng::new(seed, Purpose::Start))?, Vec::new()))
    }

    fn record(&self, net: &CharMlp<Wire>, _: &Vec<Wire>, batch: &Batch<Wire>, _: Mode) -> Outcome {
        let logits = net.forward(batch.x);
        Outcome::new(logits, logits.cross_entropy(batch.y))
    }
}

impl Model for CharLstmOptions {
    type Net = CharLstm<Wire>;
    type Seen = Vec<Wire>;

    fn start(&self, seed: u64) -> Result<Start<Self>> {
        Ok((CharLstm::new(*self, DType::F32, &Rng::new(seed, Purpose::Start))?, Vec::new()))
    }

    fn record(&self, net: &CharLstm<Wire>, _: &Vec<Wire>, batch: &Batch<Wire>, _: Mode) -> Outcome {
        let logits = net.forward(batch.x);
        Outcome::new(logits, logits.cross_entropy_ignoring(batch.y, -1))
    }
}

impl Model for GptOptions {
    type Net = Gpt<Wire>;
    type Seen = Vec<Wire>;

    fn start(&self, seed: u64) -> Result<Start<Self>> {
        Ok((Gpt::new(*self, DType::F32, &Rng::new(seed, Purpose::Start))?, Vec::new()))
    }

    fn record(&self, net: &Gpt<Wire>, _: &Vec<Wire>, batch: &Batch<Wire>, mode: Mode) -> Outcome {
        let logits = net.forward(batch.x, (mode == Mode::Training).then_some(batch.key));
        Outcome::new(logits, logits.cross_entropy_ignoring(batch.y, -1))
    }
}

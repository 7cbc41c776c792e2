//! What is learnt and how, where nothing else is asked for.

use crate::commands::train::learning::{Course, Method};
use crate::commands::train::network::Reader;
use crate::commands::train::what::Task;
use chainrule_nn::trainer::Length;

/// The settings of a task.
#[derive(Clone, Debug, PartialEq)]
pub struct Usual {
    /// Widths of hidden layers.
    pub layers: &'static [usize],
    /// A formula in their place.
    pub formula: Option<&'static str>,
    /// What reads text.
    pub reader: Option<Reader>,
    /// How much of it is read at once.
    pub context: usize,
    /// Numbers a place of a network that reads text.
    pub width: usize,
    /// How long.
    pub length: Length,
    /// Examples a step.
    pub batch: usize,
    /// The learning rate; none: that of the optimiser.
    pub rate: Option<f64>,
    /// How it changes.
    pub schedule: Course,
    /// Steps of warm-up.
    pub warmup: usize,
    /// What the rate comes down to.
    pub floor: f64,
    /// How weights follow.
    pub optimiser: Method,
    /// How fast they shrink; none: as usual with the optimiser.
    pub decay: Option<f64>,
    /// Whether images are moved by up to a pixel.
    pub shifts: bool,
    /// The largest norm of gradients.
    pub clip: Option<f64>,
    /// The share that is held out.
    pub test_share: f64,
}

/// Those of a table, and where they differ of the others.
const PLAIN: Usual = Usual {
    layers: &[256, 128],
    formula: None,
    reader: None,
    context: 0,
    width: 128,
    length: Length::Epochs(100),
    batch: 32,
    rate: None,
    schedule: Course::Cosine,
    warmup: 0,
    floor: 0.0,
    optimiser: Method::Adam,
    decay: None,
    shifts: true,
    clip: None,
    test_share: 0.2,
};

impl Usual {
    /// The same for another network that reads lines: one that needs fewer steps and smaller ones.
    pub fn read_by(self, reader: Reader) -> Usual {
        match reader {
            Reader::Mlp => self,
            Reader::Gpt | Reader::Lstm if self.reader == Some(Reader::Gpt) => self,
            Reader::Gpt | Reader::Lstm => Usual {
                length: Length::Steps(8000),
                batch: 64,
                rate: Some(2e-3),
                optimiser: Method::Adam,
                decay: None,
                warmup: 200,
                clip: Some(1.0),
                width: 64,
                ..self
            },
        }
    }

    /// The same for a network with convolutions. They see a garment that is shifted as the same one: 93 % on clothes.
    pub fn convolved(self, task: &Task) -> Usual {
        let clothes = *task == Task::FashionMnist;
        if clothes { Usual { length: Length::Epochs(12), shifts: true, ..self } } else { self }
    }

    /// Those of a task.
    pub fn of(task: &Task) -> Usual {
        match task {
            // Clothes fill their images: what is shifted is harder than what is tested.
            Task::FashionMnist => Usual {
                layers: &[128],
                length: Length::Epochs(20),
                batch: 128,
                schedule: Course::OneCycle,
                shifts: false,
                ..PLAIN
            },
            Task::Images => Usual { length: Length::Epochs(20), ..PLAIN },
            // As nanoGPT has it for a text of this size, at three times the rate: 1.79 instead of 1.91 on tinyshakespeare.
            Task::Text => Usual {
                reader: Some(Reader::Gpt),
                context: 64,
                length: Length::Steps(2000),
                batch: 12,
                rate: Some(3e-3),
                warmup: 100,
                floor: 0.1,
                clip: Some(1.0),
                test_share: 0.1,
                ..PLAIN
            },
            // The makemore lectures' network, context and steps.
            Task::Lines => Usual {
                reader: Some(Reader::Mlp),
                context: 3,
                length: Length::Steps(200_000),
                rate: Some(0.1),
                optimiser: Method::Sgd,
                decay: Some(0.0),
                test_share: 0.1,
                ..PLAIN
            },
            // micrograd's demo: its network, hinge loss and 100 steps over all points, from rate 1 in a line to 0.1.
            Task::Moons => Usual {
                formula: Some(include_str!("../../formulas/moons.cr")),
                length: Length::Epochs(100),
                batch: usize::MAX,
                rate: Some(1.0),
                schedule: Course::Linear,
                floor: 0.1,
                optimiser: Method::Sgd,
                decay: Some(0.0),
                ..PLAIN
            },
            // CS231n's case study: 100 hidden units, L2 of 0.001, rate 1, 10,000 steps over all points.
            Task::Spiral => Usual {
                layers: &[100],
                length: Length::Epochs(10_000),
                batch: usize::MAX,
                rate: Some(1.0),
                schedule: Course::Constant,
                optimiser: Method::Sgd,
                decay: Some(0.001),
                ..PLAIN
            },
            _ => PLAIN,
        }
    }
}

//! What is kept and told of a training.

use chainrule_nn::trainer::OnNan;
use std::path::PathBuf;

/// What is kept and told.
#[derive(clap::Args)]
pub struct Keeping {
    /// Where the weights go (safetensors), with all that predict and evaluate need
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,

    /// A folder for checkpoints, from which --resume goes on
    #[arg(long, value_name = "FOLDER")]
    pub checkpoints: Option<PathBuf>,

    /// How many checkpoints are kept, the last ones
    #[arg(long, value_name = "NUMBER", default_value_t = 3, requires = "checkpoints")]
    pub keep: usize,

    /// Steps between two checkpoints [default: those of an epoch]
    #[arg(long, value_name = "STEPS", requires = "checkpoints")]
    pub keep_every: Option<usize>,

    /// Go on from the newest checkpoint: the training ends as if it had never stopped, bit for bit
    #[arg(long, requires = "checkpoints")]
    pub resume: bool,

    /// How progress is told [default: a bar on a terminal, plain lines elsewhere]
    #[arg(long, value_enum)]
    pub log: Option<Log>,

    /// A folder for event files that TensorBoard reads
    #[arg(long, value_name = "FOLDER")]
    pub tensorboard: Option<PathBuf>,

    /// A run file: steps, histograms of values and gradients, alerts; for `chainrule doctor`. Observing takes 2 % of the time
    #[arg(long, value_name = "FILE")]
    pub run: Option<PathBuf>,

    /// What becomes of a loss that is NaN or infinite
    #[arg(long, value_enum, default_value_t = Lost::Report)]
    pub on_nan: Lost,

    /// Print so many characters, or lines, that the network makes up afterwards
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub sample: usize,

    /// How boldly they are drawn
    #[arg(long, value_name = "NUMBER", default_value_t = 1.0)]
    pub temperature: f64,

    /// What they begin with
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub prompt: String,
}

/// What becomes of a loss that is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Lost {
    /// Training stops, and says at which gate a number was lost
    Report,
    /// Training stops
    Stop,
    /// Training goes on
    Ignore,
}

impl From<Lost> for OnNan {
    fn from(lost: Lost) -> OnNan {
        match lost {
            Lost::Report => OnNan::Report,
            Lost::Stop => OnNan::Stop,
            Lost::Ignore => OnNan::Ignore,
        }
    }
}

/// How progress is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Log {
    /// A bar on standard error
    Bar,
    /// Plain lines on standard error
    Plain,
    /// JSON Lines on standard output, in place of everything else
    Json,
}

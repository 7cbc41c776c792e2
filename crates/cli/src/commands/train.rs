//! `chainrule train`: a classifier from the embedded digits or any table.

use crate::failure::{Failure, Result, argument, read_text};
use crate::train::{Job, Network, Trained, header, line, results, several};
use crate::{interrupt, output};
use chainrule::formula::Formula;
use chainrule_nn::data::{Dataset, Examples, digits, fashion_mnist, idx::FASHION_MNIST};
use chainrule_nn::optimiser::{Clip, Optimiser, Rule};
use chainrule_nn::schedule::Schedule;
use chainrule_nn::split::Split;
use chainrule_nn::trainer::{Length, Settings};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Train a classifier on digits, clothes or a CSV file
#[derive(clap::Args)]
#[command(after_help = EXAMPLE)]
pub struct Train {
    /// What to train on, unless --data names a file
    #[arg(value_enum, default_value_t = Task::Digits, conflicts_with = "data")]
    task: Task,

    /// A CSV file, packed with gzip or not: one example a row, every column but the label a number
    #[arg(long, value_name = "FILE", requires = "label")]
    data: Option<PathBuf>,

    /// The column of classes: its name, or its position from 0 (negative: from the end)
    #[arg(long, value_name = "COLUMN", requires = "data", allow_hyphen_values = true)]
    label: Option<String>,

    /// Widths of the hidden layers, divided by commas; `none` for no hidden layer
    #[arg(long, value_name = "WIDTHS", default_value = "256,128", value_parser = layers)]
    layers: Layers,

    /// The folder of fashion-mnist's four files [default: where Debian's package puts them]
    #[arg(long, value_name = "FOLDER", conflicts_with = "data")]
    folder: Option<PathBuf>,

    /// Channels of convolutions before the layers, divided by commas, each with a pool that halves the image; for images alone
    #[arg(long, value_name = "CHANNELS", value_delimiter = ',', value_parser = channels)]
    channels: Vec<usize>,

    /// A network as a formula: it takes x and y (or columns by name), has parameters, and binds logits and loss
    #[arg(long, value_name = "FILE", conflicts_with_all = ["layers", "channels"])]
    model: Option<PathBuf>,

    /// How often each example is seen
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    epochs: usize,

    /// Examples a step
    #[arg(long, value_name = "NUMBER", default_value_t = 32)]
    batch: usize,

    /// The learning rate, of which the schedule takes a part [default: one for each optimiser, as 0.003 for adam]
    #[arg(long, value_name = "NUMBER")]
    rate: Option<f64>,

    /// How the learning rate changes
    #[arg(long, value_enum, default_value_t = Course::Cosine)]
    schedule: Course,

    /// Steps in which the cosine first goes up from 0
    #[arg(long, value_name = "STEPS", default_value_t = 0)]
    warmup: usize,

    /// How weights follow their gradients
    #[arg(long, value_enum, default_value_t = Method::Adam)]
    optimiser: Method,

    /// How fast weights shrink by themselves: by this times the learning rate, a step [default: one for each optimiser]
    #[arg(long, value_name = "NUMBER")]
    decay: Option<f64>,

    /// The largest Euclidean norm of all gradients together; where it is more, all are scaled down
    #[arg(long, value_name = "NORM")]
    clip: Option<f64>,

    /// Keep a running mean of the weights, of which so much stays a step, and predict with it, as in 0.999
    #[arg(long, value_name = "SHARE")]
    average: Option<f64>,

    /// Decides the split, first weights, order and shifts
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    seed: u64,

    /// Train with this many seeds, from --seed on, and report mean and spread
    #[arg(long, value_name = "NUMBER", default_value_t = 1, conflicts_with = "save")]
    seeds: u64,

    /// The share of the examples of each class that is held out
    #[arg(long, value_name = "SHARE", default_value_t = 0.2)]
    test_share: f64,

    /// Move images by up to a pixel while training, anew in each epoch; the default
    #[arg(long, overrides_with = "no_shifts")]
    shifts: bool,

    /// Leave images where they are
    #[arg(long)]
    no_shifts: bool,

    /// How many threads share the work; they change no number [default: CHAINRULE_THREADS, or one for each core]
    #[arg(long, value_name = "NUMBER")]
    threads: Option<usize>,

    /// Where the weights go (safetensors)
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
}

const EXAMPLE: &str = "\
Example:
  chainrule train digits --epochs 20 --save digits.safetensors
  chainrule train digits --channels 32,64 --layers 128 --epochs 40
  chainrule train --data flowers.csv --label kind --layers 64,32

Ctrl-C stops after the step; the weights are saved all the same, and the exit code is 130.
Exit code 1: the loss became NaN or infinite.";

/// Data sets that are built in.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Task {
    /// 1,797 hand-written digits of 8 by 8 pixels, embedded
    Digits,
    /// 60,000 images of clothes of 28 by 28 pixels, and 10,000 to test with
    FashionMnist,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Method {
    /// Against the gradient
    Sgd,
    /// Against a running sum of gradients
    Momentum,
    /// The same, a step ahead
    Nesterov,
    /// Against the gradient, each weight at a pace that falls with all its gradients so far
    Adagrad,
    /// Against the gradient, each weight at the pace of its latest gradients
    #[value(name = "rmsprop")]
    RmsProp,
    /// Against the running mean of gradients, each weight at its own pace
    Adam,
    /// The same, a step ahead
    #[value(name = "nadam")]
    NAdam,
    /// Against the sign of the running mean of gradients
    Lion,
    /// Matrices along the nearest orthogonal matrix, all else as adam
    Muon,
}

impl Method {
    /// The rule, its usual rate, and how fast weights usually shrink with it.
    fn usual(self) -> (Rule, f64, f64) {
        match self {
            Method::Sgd => (Rule::Sgd, 0.1, 0.0005),
            Method::Momentum => (Rule::MOMENTUM, 0.03, 0.0005),
            Method::Nesterov => (Rule::NESTEROV, 0.03, 0.0005),
            Method::Adagrad => (Rule::ADAGRAD, 0.02, 0.0005),
            Method::RmsProp => (Rule::RMSPROP, 0.001, 0.1),
            Method::Adam => (Rule::ADAM, 0.003, 0.1),
            Method::NAdam => (Rule::NADAM, 0.003, 0.1),
            Method::Lion => (Rule::LION, 0.001, 0.3),
            Method::Muon => (Rule::MUON, 0.01, 0.1),
        }
    }
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Course {
    /// Down to 0 along half a cosine
    Cosine,
    /// Always the same
    Constant,
    /// Up from a 25th in the first three tenths, then down to almost 0
    OneCycle,
}

/// Widths of hidden layers.
#[derive(Clone, Debug, PartialEq)]
struct Layers(Vec<usize>);

fn layers(text: &str) -> std::result::Result<Layers, String> {
    if text == "none" {
        return Ok(Layers(Vec::new()));
    }
    let width = |part: &str| size(part, "a layer of width 0 lets nothing through", "width");
    text.split(',').map(width).collect::<std::result::Result<_, _>>().map(Layers)
}

fn channels(text: &str) -> std::result::Result<usize, String> {
    size(text, "a convolution without channels lets nothing through", "number of channels")
}

fn size(text: &str, zero: &str, what: &str) -> std::result::Result<usize, String> {
    match text.trim().parse::<usize>() {
        Ok(0) => Err(zero.to_string()),
        Ok(size) => Ok(size),
        Err(_) => {
            Err(format!("{:?} is no {what}; write whole numbers divided by commas, as in 64,32", text.trim()))
        }
    }
}

/// The arguments when none are given: those of the main job.
pub fn defaults() -> Train {
    #[derive(clap::Parser)]
    struct Alone {
        #[command(flatten)]
        train: Train,
    }
    <Alone as clap::Parser>::parse_from(["chainrule"]).train
}

/// Runs it.
pub fn run(args: &Train) -> Result<()> {
    let job = args.job()?;
    interrupt::listen();
    let stopped = match args.seeds {
        0 => return Err(argument("--seeds", "0 runs tell nothing", "give 1 or more").into()),
        1 => one(&job, args.seed)?,
        count => all(&job, (0..count).map(|i| args.seed.wrapping_add(i)))?,
    };
    if stopped { Err(Failure::interrupted()) } else { Ok(()) }
}

/// What is about to be trained, once all is known to fit: a mistake stands alone.
fn introduce(job: &Job, split: &Split) -> Result<()> {
    output::print(&format!("{}\n", header(job, split)?))
}

/// Trains once; whether Ctrl-C ended it.
fn one(job: &Job, seed: u64) -> Result<bool> {
    let trained = job.train(seed, &mut |split| introduce(job, split))?;
    output::print(&results(&trained))?;
    trained.saved?;
    if let Some(path) = &job.save {
        output::print(&format!("\nweights saved to {}\n", path.display()))?;
    }
    Ok(trained.stopped)
}

/// Trains once for each seed; whether Ctrl-C ended it.
fn all(job: &Job, seeds: impl Iterator<Item = u64>) -> Result<bool> {
    let mut runs: Vec<(u64, Trained)> = Vec::new();
    let mut stopped = false;
    for seed in seeds {
        let is_first = runs.is_empty();
        let trained = job.train(seed, &mut |split| if is_first { introduce(job, split) } else { Ok(()) })?;
        stopped = trained.stopped;
        if stopped {
            break;
        }
        output::print(&line(seed, &trained))?;
        runs.push((seed, trained));
    }
    if !runs.is_empty() {
        output::print(&several(&runs))?;
    }
    Ok(stopped)
}

impl Train {
    fn job(&self) -> Result<Job> {
        self.keep_sources()?;
        self.threads_within_limits()?;
        self.nothing_idle()?;
        let network = match &self.model {
            Some(path) => Network::Formula(Box::new(formula(path)?), path.clone()),
            None => Network::Layers { channels: self.channels.clone(), hidden: self.layers.0.clone() },
        };
        let (name, data, held): (String, Arc<dyn Examples>, Option<Arc<dyn Examples>>) =
            match (&self.data, &self.label, self.task) {
                (Some(path), Some(label), _) => {
                    (path.display().to_string(), Arc::new(Dataset::from_csv(path, label)?), None)
                }
                (_, _, Task::Digits) => ("digits".to_string(), Arc::new(digits()?), None),
                (_, _, Task::FashionMnist) => {
                    let (train, test) =
                        fashion_mnist(self.folder.as_deref().unwrap_or(Path::new(FASHION_MNIST)))?;
                    ("fashion-mnist".to_string(), Arc::new(train), Some(Arc::new(test)))
                }
            };
        Ok(Job {
            name,
            data,
            held,
            test_share: self.test_share,
            network,
            settings: self.settings(),
            save: self.save.clone(),
        })
    }

    fn threads_within_limits(&self) -> Result<()> {
        let most = chainrule::limits::THREADS;
        match self.threads {
            Some(count) if !(1..=most).contains(&count) => {
                let hint = format!("give a number from 1 to {most}");
                Err(argument("--threads", format!("{count} threads can't be had"), hint).into())
            }
            _ => Ok(()),
        }
    }

    /// What is given must matter.
    fn nothing_idle(&self) -> Result<()> {
        if self.warmup > 0 && !matches!(self.schedule, Course::Cosine) {
            let hint = "leave one of them out: the cosine alone warms up";
            return Err(argument("--warmup", "means nothing to this --schedule", hint).into());
        }
        if self.folder.is_some() && !matches!(self.task, Task::FashionMnist) {
            let hint = "write `train fashion-mnist`, or leave the folder out";
            return Err(argument("--folder", "means nothing to the embedded digits", hint).into());
        }
        Ok(())
    }

    /// The weights must not replace what they are made from.
    fn keep_sources(&self) -> Result<()> {
        let same = |a: &PathBuf, b: &PathBuf| matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b);
        let mut sources = self.data.iter().chain(&self.model);
        match &self.save {
            Some(save) if sources.any(|source| same(source, save)) && save.is_file() => {
                let what = format!("{} is read by this training; it would be replaced", save.display());
                Err(argument("--save", what, "give a file of its own, as in weights.safetensors").into())
            }
            _ => Ok(()),
        }
    }

    fn settings(&self) -> Settings {
        let (rule, rate, decay) = self.optimiser.usual();
        Settings {
            length: Length::Epochs(self.epochs),
            batch: self.batch,
            parts: 1,
            every: None,
            patience: None,
            rate: self.rate.unwrap_or(rate),
            schedule: match self.schedule {
                Course::Cosine => Schedule::Cosine { warmup: self.warmup, floor: 0.0 },
                Course::Constant => Schedule::Constant,
                Course::OneCycle => Schedule::ONE_CYCLE,
            },
            optimiser: Optimiser {
                clip: self.clip.map_or(Clip::None, Clip::Norm),
                average: self.average,
                ..Optimiser::new(rule).shrinking(self.decay.unwrap_or(decay))
            },
            seed: self.seed,
            shifts: !self.no_shifts,
            threads: self.threads,
        }
    }
}

fn formula(path: &Path) -> Result<Formula> {
    let text = read_text(path)?;
    Formula::parse(&text).map_err(|mistakes| Failure::from(mistakes).came_from(&text, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_read() {
        assert_eq!(layers("64,32"), Ok(Layers(vec![64, 32])));
        assert_eq!(layers("64, 32"), Ok(Layers(vec![64, 32])));
        assert_eq!(layers("none"), Ok(Layers(vec![])));
        assert!(layers("64,").is_err() && layers("0").is_err() && layers("a").is_err());
    }
}

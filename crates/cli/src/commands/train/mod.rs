//! `chainrule train`: networks from the embedded digits, tables, images, texts, or a formula.

pub mod keeping;
pub mod learning;
pub mod network;
pub mod showing;
pub mod what;

use crate::failure::{Failure, Result, argument, read_text};
use crate::interrupt;
use crate::train::{Job, Material, Usual, run as train};
use chainrule::formula::Formula;
use chainrule_nn::architecture::Architecture;
use chainrule_nn::optimiser::Optimiser;
use chainrule_nn::schedule::Schedule;
use chainrule_nn::summary::Summary;
use chainrule_nn::trainer::{Length, Settings};
use keeping::Keeping;
use learning::{Course, Learning};
use network::{NetworkArgs, Reader};
use showing::Showing;
use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use what::{Task, What};

/// Train a network on digits, clothes, tables, images or text
#[derive(clap::Args)]
#[command(after_help = EXAMPLE, allow_negative_numbers = true)]
pub struct Train {
    #[command(flatten)]
    what: What,
    #[command(flatten)]
    network: NetworkArgs,
    #[command(flatten)]
    learning: Learning,
    #[command(flatten)]
    keeping: Keeping,
    #[command(flatten)]
    showing: Showing,
    /// A TOML file with options by their names; what is given here comes first [default: chainrule.toml, if it is there]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

const EXAMPLE: &str = "\
Example:
  chainrule train digits --epochs 20 --save digits.safetensors
  chainrule train digits --channels 32,64 --layers 128 --epochs 40
  chainrule train csv flowers.csv --label kind --layers 64,32
  chainrule train csv houses.csv --target price --missing mean
  chainrule train text shakespeare.txt --sample 500
  chainrule train network.cr moons
  chainrule train spiral --web --paused

Ctrl-C stops after the step; the weights are saved all the same, and the exit code is 130.
Exit code 1: the loss became NaN or infinite.";

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
    let learning = &args.learning;
    let stopped = match learning.seeds {
        0 => return Err(argument("--seeds", "0 runs tell nothing", "give 1 or more").into()),
        1 => train::one(&job, learning.seed)?,
        count => train::all(&job, (0..count).map(|i| learning.seed.wrapping_add(i)))?,
    };
    if stopped { Err(Failure::interrupted()) } else { Ok(()) }
}

impl Train {
    fn job(&self) -> Result<Job<'_>> {
        self.keep_sources()?;
        self.threads_within_limits()?;
        let mut material = Material::new(&self.what)?;
        let usual = material.usual.clone();
        let usual = match self.network.network {
            Some(reader) => usual.read_by(reader),
            None if !self.network.channels.is_empty() => usual.convolved(&self.what.task),
            None => usual,
        };
        self.nothing_idle(&usual)?;
        let (architecture, origin) = self.architecture(&usual)?;
        material.read_lines(!matches!(architecture, Architecture::CharMlp { .. }));
        Ok(Job {
            test_share: self.what.test_share.unwrap_or(usual.test_share),
            validation: self.validation(),
            settings: self.settings(&usual)?,
            material,
            architecture,
            origin,
            keeping: &self.keeping,
            place: self.showing.place(),
            live: OnceCell::new(),
        })
    }

    /// The network, and the file that it came from.
    fn architecture(&self, usual: &Usual) -> Result<(Architecture, Option<PathBuf>)> {
        let net = &self.network;
        let formula = match (&self.what.task, &net.model) {
            (Task::Formula(path), None) | (_, Some(path)) => Some(path),
            _ => None,
        };
        if let Some(path) = formula {
            let text = read_text(path)?;
            Formula::parse(&text).map_err(|mistakes| Failure::from(mistakes).came_from(&text, path))?;
            return Ok((Architecture::Formula { source: text }, Some(path.clone())));
        }
        let reader = net.network.or(usual.reader);
        Ok((
            match (reader, usual.formula) {
                (Some(Reader::Gpt), _) => Architecture::Gpt {
                    layers: net.depth.unwrap_or(4),
                    width: net.width.unwrap_or(usual.width),
                    heads: net.heads.unwrap_or(4),
                    dropout: net.dropout.unwrap_or(0.0),
                },
                (Some(Reader::Lstm), _) => Architecture::Lstm {
                    width: net.width.unwrap_or(usual.width),
                    hidden: net.hidden.unwrap_or(256),
                },
                (Some(Reader::Mlp), _) => Architecture::CharMlp {
                    width: net.width.unwrap_or(10),
                    hidden: net.hidden.unwrap_or(200),
                },
                (None, Some(source)) if net.layers.is_none() && net.channels.is_empty() => {
                    Architecture::Formula { source: source.to_string() }
                }
                _ => {
                    let hidden = net.layers.as_ref().map_or(usual.layers.to_vec(), |layers| layers.0.clone());
                    match &net.channels[..] {
                        [] => Architecture::Layers { hidden },
                        channels => Architecture::Convolutions { channels: channels.to_vec(), hidden },
                    }
                }
            },
            None,
        ))
    }

    /// What is kept from learning to try the network on: a tenth, where that is needed.
    fn validation(&self) -> Option<f64> {
        let needed = self.learning.patience.is_some() || self.learning.schedule == Some(Course::Plateau);
        self.what.validation.or(needed.then_some(0.1))
    }

    /// The file of a saved network, if --model names one rather than a formula.
    pub fn saved_network(&self) -> Option<&Path> {
        let path = self.network.model.as_deref()?;
        path.extension().is_some_and(|ending| ending == "safetensors").then_some(path)
    }

    /// The size of a batch, if it is given.
    pub fn batch_or(&self, usual: usize) -> usize {
        self.learning.batch.unwrap_or(usual)
    }

    /// The network that would be trained, module by module, for a batch.
    ///
    /// # Errors
    /// As training it, before the first step.
    pub fn summary(&self) -> Result<Summary> {
        self.job()?.summary(self.learning.seed)
    }

    fn threads_within_limits(&self) -> Result<()> {
        let most = chainrule::limits::THREADS;
        match self.learning.threads {
            Some(count) if !(1..=most).contains(&count) => {
                let hint = format!("give a number from 1 to {most}");
                Err(argument("--threads", format!("{count} threads can't be had"), hint).into())
            }
            _ => Ok(()),
        }
    }

    /// What is given must matter.
    fn nothing_idle(&self, usual: &Usual) -> Result<()> {
        let course = self.learning.schedule.unwrap_or(usual.schedule);
        if self.learning.warmup.is_some() && course != Course::Cosine {
            let hint = "leave one of them out: the cosine alone warms up";
            return Err(argument("--warmup", "means nothing to this --schedule", hint).into());
        }
        if self.learning.floor.is_some() && !matches!(course, Course::Cosine | Course::Linear) {
            let hint = "leave one of them out: cosine and linear come down to it";
            return Err(argument("--floor", "means nothing to this --schedule", hint).into());
        }
        let net = &self.network;
        let reader = net.network.or(usual.reader);
        let given = [
            ("--network", net.network.is_some() && usual.reader.is_none()),
            ("--depth", net.depth.is_some() && reader != Some(Reader::Gpt)),
            ("--heads", net.heads.is_some() && reader != Some(Reader::Gpt)),
            ("--dropout", net.dropout.is_some() && reader != Some(Reader::Gpt)),
            ("--width", net.width.is_some() && reader.is_none()),
            ("--hidden", net.hidden.is_some() && !matches!(reader, Some(Reader::Lstm | Reader::Mlp))),
            ("--layers", net.layers.is_some() && reader.is_some()),
            ("--channels", !net.channels.is_empty() && reader.is_some()),
            ("--sample", self.keeping.sample > 0 && reader.is_none()),
        ];
        match given.iter().find(|(_, idle)| *idle) {
            Some((flag, _)) => {
                let hint = "leave it out; --help says what each option is of";
                Err(argument(flag, "means nothing to this network", hint).into())
            }
            None => Ok(()),
        }
    }

    /// The weights must not replace what they are made from.
    fn keep_sources(&self) -> Result<()> {
        let same =
            |a: &Path, b: &Path| matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b);
        let formula = if let Task::Formula(path) = &self.what.task { Some(path) } else { None };
        let read = [&self.what.data, &self.what.source, &self.network.model];
        let mut sources = read.into_iter().flatten().chain(formula);
        match &self.keeping.save {
            Some(save) if sources.any(|source| same(source, save)) && save.is_file() => {
                let what = format!("{} is read by this training; it would be replaced", save.display());
                Err(argument("--save", what, "give a file of its own, as in weights.safetensors").into())
            }
            _ => Ok(()),
        }
    }

    fn settings(&self, usual: &Usual) -> Result<Settings> {
        let given = &self.learning;
        let (rule, rate, decay) = given.rule(given.optimiser.unwrap_or(usual.optimiser))?;
        // A task's own rate and decay are those of its own optimiser.
        let same = given.optimiser.is_none_or(|method| method == usual.optimiser);
        let of_task = |number: Option<f64>| number.filter(|_| same);
        let length = match (given.epochs, given.steps) {
            (Some(epochs), _) => Length::Epochs(epochs),
            (_, Some(steps)) => Length::Steps(steps),
            _ => usual.length,
        };
        Ok(Settings {
            length,
            batch: given.batch.unwrap_or(usual.batch),
            parts: given.parts,
            rate: given.rate.or(of_task(usual.rate)).unwrap_or(rate),
            schedule: self.schedule(usual),
            optimiser: Optimiser {
                clip: given.clip(usual.clip),
                average: given.average,
                groups: given.groups(),
                ..Optimiser::new(rule).shrinking(given.decay.or(of_task(usual.decay)).unwrap_or(decay))
            },
            seed: given.seed,
            shifts: !given.no_shifts && (given.shifts || usual.shifts),
            every: given.every,
            patience: given.patience,
            on_nan: self.keeping.on_nan.into(),
            threads: given.threads,
        })
    }

    fn schedule(&self, usual: &Usual) -> Schedule {
        let given = &self.learning;
        let floor = given.floor.unwrap_or(usual.floor);
        match given.schedule.unwrap_or(usual.schedule) {
            Course::Cosine => Schedule::Cosine { warmup: given.warmup.unwrap_or(usual.warmup), floor },
            Course::Constant => Schedule::Constant,
            Course::Linear => Schedule::Linear { floor },
            Course::OneCycle => Schedule::ONE_CYCLE,
            Course::Plateau => Schedule::Plateau { patience: 3, factor: 0.5 },
            Course::Step => Schedule::Thirds { factor: 0.1 },
        }
    }
}

//! How to learn.

use crate::failure::{Result, argument};
use chainrule_nn::optimiser::{Clip, Group, Rule};
use std::str::FromStr;

/// How it learns. What is not given depends on the task and the optimiser, and is printed before the first step.
#[derive(clap::Args)]
pub struct Learning {
    /// How often each example is seen [default: 100; by task]
    #[arg(long, value_name = "NUMBER", conflicts_with = "steps")]
    pub epochs: Option<usize>,

    /// How many steps are made, instead of epochs
    #[arg(long, value_name = "NUMBER")]
    pub steps: Option<usize>,

    /// Examples a step [default: 32; by task]
    #[arg(long, value_name = "NUMBER")]
    pub batch: Option<usize>,

    /// Work on a batch in so many equal parts, one after another: the same step in less memory
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub parts: usize,

    /// The learning rate, of which the schedule takes a part [default: one for each optimiser, as 0.003 for adam]
    #[arg(long, value_name = "NUMBER")]
    pub rate: Option<f64>,

    /// How the learning rate changes [default: cosine; by task]
    #[arg(long, value_enum)]
    pub schedule: Option<Course>,

    /// Steps in which the cosine first goes up from 0
    #[arg(long, value_name = "STEPS")]
    pub warmup: Option<usize>,

    /// The part of the rate that cosine and linear come down to [default: 0; by task]
    #[arg(long, value_name = "SHARE")]
    pub floor: Option<f64>,

    /// How weights follow their gradients [default: adam; by task]
    #[arg(long, value_enum)]
    pub optimiser: Option<Method>,

    /// How much of what is remembered of gradients stays a step, with momentum, nesterov and muon [default: 0.9; muon 0.95]
    #[arg(long, value_name = "SHARE")]
    pub momentum: Option<f64>,

    /// How often Newton and Schulz's iteration is made, with muon [default: 5]
    #[arg(long, value_name = "NUMBER")]
    pub newton_schulz: Option<usize>,

    /// Step along the mean of gradients itself, with muon, not a step ahead of it
    #[arg(long)]
    pub no_nesterov: bool,

    /// How fast weights shrink by themselves: by this times the learning rate, a step [default: one for each optimiser]
    #[arg(long, value_name = "NUMBER")]
    pub decay: Option<f64>,

    /// The same for some weights, by whole steps of their path, as in bias=0 or layers.1=0.01,bias=0; the first that fits counts
    #[arg(long, value_name = "PART=NUMBER", value_delimiter = ',')]
    pub decay_of: Vec<Of>,

    /// Let some weights learn at so many times the rate, as in layers.0=0.1; 0 keeps them as they are
    #[arg(long, value_name = "PART=FACTOR", value_delimiter = ',')]
    pub rate_of: Vec<Of>,

    /// The largest Euclidean norm of all gradients together; where it is more, all are scaled down
    #[arg(long, value_name = "NORM", conflicts_with = "clip_value")]
    pub clip: Option<f64>,

    /// The largest size of each number of a gradient; what is more is brought down to it
    #[arg(long, value_name = "NUMBER")]
    pub clip_value: Option<f64>,

    /// Keep a running mean of the weights, of which so much stays a step, and predict with it, as in 0.999
    #[arg(long, value_name = "SHARE")]
    pub average: Option<f64>,

    /// Stop after so many validations in a row that were no better than the best one
    #[arg(long, value_name = "NUMBER")]
    pub patience: Option<usize>,

    /// Steps between two validations [default: those of an epoch, or a tenth of --steps]
    #[arg(long, value_name = "STEPS")]
    pub every: Option<usize>,

    /// Decides the split, first weights, order, shifts and dropout
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub seed: u64,

    /// Train with this many seeds, from --seed on, and report mean and spread
    #[arg(long, value_name = "NUMBER", default_value_t = 1, conflicts_with_all = ["save", "checkpoints", "tensorboard", "run"])]
    pub seeds: u64,

    /// Move images by up to a pixel while training, anew in each step; the default but for fashion-mnist without convolutions
    #[arg(long, overrides_with = "no_shifts")]
    pub shifts: bool,

    /// Leave images where they are
    #[arg(long)]
    pub no_shifts: bool,

    /// How many threads share the work; they change no number [default: CHAINRULE_THREADS, or one for each core]
    #[arg(long, value_name = "NUMBER")]
    pub threads: Option<usize>,
}

/// A number for weights whose path has a part.
#[derive(Clone, Debug, PartialEq)]
pub struct Of {
    part: String,
    number: f64,
}

impl FromStr for Of {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Of, String> {
        let (part, number) = text.rsplit_once('=').ok_or("write PART=NUMBER, as in bias=0")?;
        let number = number.trim().parse().map_err(|_| format!("`{number}` is no number"))?;
        let part = part.trim().to_string();
        if part.is_empty() { Err("write PART=NUMBER, as in bias=0".into()) } else { Ok(Of { part, number }) }
    }
}

impl Learning {
    /// Weights with numbers of their own, in the order in which they are named.
    pub fn groups(&self) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        let mut of = |part: &str, change: &dyn Fn(&mut Group)| {
            let at = groups.iter().position(|group| group.part == part).unwrap_or_else(|| {
                groups.push(Group { part: part.into(), pace: 1.0, shrink: None });
                groups.len() - 1
            });
            change(&mut groups[at]);
        };
        self.decay_of.iter().for_each(|o| of(&o.part, &|group| group.shrink = Some(o.number)));
        self.rate_of.iter().for_each(|o| of(&o.part, &|group| group.pace = o.number));
        groups
    }

    /// The rule of an optimiser with the numbers that are given for it, its usual rate, and how fast weights usually shrink with
    /// it.
    ///
    /// # Errors
    /// A number of another optimiser.
    pub fn rule(&self, method: Method) -> Result<(Rule, f64, f64)> {
        let (mut rule, rate, shrink) = method.usual();
        let means_nothing = |flag: &str, of: &str| {
            let hint = format!("leave it out, or choose --optimiser {of}");
            Err(argument(flag, format!("means nothing to {}", rule.name()), hint).into())
        };
        let is_muon = matches!(rule, Rule::Muon { .. });
        let has_momentum = is_muon || matches!(rule, Rule::Momentum { .. } | Rule::Nesterov { .. });
        if self.momentum.is_some() && !has_momentum {
            return means_nothing("--momentum", "momentum, nesterov or muon");
        }
        if self.newton_schulz.is_some() && !is_muon {
            return means_nothing("--newton-schulz", "muon");
        }
        if self.no_nesterov && !is_muon {
            return means_nothing("--no-nesterov", "muon");
        }
        match &mut rule {
            Rule::Momentum { decay } | Rule::Nesterov { decay } => {
                *decay = self.momentum.unwrap_or(*decay);
            }
            Rule::Muon { decay, iterations, is_ahead } => {
                *decay = self.momentum.unwrap_or(*decay);
                *iterations = self.newton_schulz.unwrap_or(*iterations);
                *is_ahead = !self.no_nesterov;
            }
            _ => {}
        }
        Ok((rule, rate, shrink))
    }

    /// What is done to gradients first; `usual` is the largest norm of the task, if it has one.
    pub fn clip(&self, usual: Option<f64>) -> Clip {
        match self.clip_value {
            Some(most) => Clip::Value(most),
            None => self.clip.or(usual).map_or(Clip::None, Clip::Norm),
        }
    }
}

/// Optimisers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Method {
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
    pub fn usual(self) -> (Rule, f64, f64) {
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

/// Schedules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Course {
    /// Down to the floor along half a cosine
    Cosine,
    /// Always the same
    Constant,
    /// Down to the floor in a line
    Linear,
    /// Up from a 25th in the first three tenths, then down to almost 0
    OneCycle,
    /// A tenth after every third of the steps
    Step,
    /// Half as much whenever three validations were no better
    Plateau,
}

//! One network trained on one data set.

use super::live::{Live, Place};
use super::material::{Divided, Material};
use super::tell::Teller;
use crate::commands::train::keeping::Keeping;
use crate::failure::{Result, file};
use crate::{interrupt, output};
use chainrule::formula::Formula;
use chainrule_explorer::run::{Head, Sink, Writer};
use chainrule_nn::architecture::{Architecture, Interface, summarised};
use chainrule_nn::checkpoint::Keeper;
use chainrule_nn::data::{Examples, Part};
use chainrule_nn::metrics::Evaluation;
use chainrule_nn::model::AnyModel;
use chainrule_nn::saved::{self, About};
use chainrule_nn::split::{Split, held_out};
use chainrule_nn::summary::Summary;
use chainrule_nn::trainer::{self, End, Event, Length, Settings, Steering, Trainer};
use chainrule_nn::{Error, atomic, observe};
use serde_json::Value;
use std::cell::OnceCell;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// Up to how many examples the report says what the network makes of those that it has learnt.
const LOOKED_AT: usize = 20_000;

/// How many observed steps a run file keeps.
const OBSERVED: usize = 400;

/// A network whose kind is known at run time.
pub type AnyTrainer = Trainer<Box<dyn AnyModel>>;

/// What is to be trained.
pub struct Job<'a> {
    /// The data.
    pub material: Material,
    /// The share of it that is held out.
    pub test_share: f64,
    /// The share of the rest that the network is tried on while it learns.
    pub validation: Option<f64>,
    /// The network.
    pub architecture: Architecture,
    /// The file that it came from.
    pub origin: Option<PathBuf>,
    /// How to train it.
    pub settings: Settings,
    /// What is kept and told.
    pub keeping: &'a Keeping,
    /// Where a page shows it, if that is asked for,
    pub place: Option<Place>,
    /// and what stands behind that page once it is served.
    pub live: OnceCell<Live>,
}

/// Called with the parts of the data and the network's name when everything is known to fit.
pub type Ready<'a> = &'a mut dyn FnMut(&Parts, &str) -> Result<()>;

/// Data that is divided into what is learnt from, what the network is tried on meanwhile, and what is held out.
pub struct Parts {
    /// To learn from.
    pub train: Part,
    /// To try the network on while it learns.
    pub validation: Option<Part>,
    /// To measure with in the end.
    pub test: Part,
}

/// A network after training.
pub struct Trained {
    /// How good it is on the examples that were held out.
    pub evaluation: Evaluation,
    /// How good it is on those that it has learnt from, where these are few.
    pub learnt: Option<Evaluation>,
    /// The gradient's norm by weight, and over how many examples.
    pub norms: (Vec<(String, f64)>, usize),
    /// How many weights it has.
    pub weights: usize,
    /// Steps made.
    pub steps: usize,
    /// The best step, where validations were made.
    pub best: Option<usize>,
    /// The share of the time that observing took.
    pub observing: Option<f64>,
    /// How long the steps took.
    pub seconds: f64,
    /// Why it ended.
    pub end: End,
    /// Texts that it makes up.
    pub samples: Vec<String>,
    /// What came of saving the weights; all is well if that was not asked for.
    pub saved: Result<()>,
}

impl Job<'_> {
    /// Trains with this seed, tells how it goes and saves the weights, also after Ctrl-C. `ready` is called before the first
    /// step, when everything is known to fit.
    ///
    /// # Errors
    /// Settings or data that do not fit, a place that can't be written, those of `ready`, a loss that leaves the finite
    /// numbers.
    pub fn train(&self, seed: u64, ready: Ready<'_>) -> Result<Trained> {
        let trained = self.run(seed, ready);
        match (&self.architecture, &self.origin) {
            (Architecture::Formula { source }, Some(path)) => {
                // Mistakes are told of the text as the parser has it.
                let source =
                    Formula::parse(source).map_or(source.clone(), |formula| formula.source().to_string());
                trained.map_err(|failure| failure.came_from(&source, path))
            }
            _ => trained,
        }
    }

    /// The network module by module, for a batch.
    ///
    /// # Errors
    /// As [`Job::train`], before the first step.
    pub fn summary(&self, seed: u64) -> Result<Summary> {
        let train = self.material.divide(self.test_share, seed)?.split.train;
        let (interface, rows) = (Interface::of(&train), self.settings.batch.min(train.rows()));
        let model = self.architecture.model(&interface, rows)?;
        Ok(summarised(&*model, &interface, rows)?)
    }

    fn run(&self, seed: u64, ready: Ready<'_>) -> Result<Trained> {
        let Divided { split, preparation } = self.material.divide(self.test_share, seed)?;
        let parts = self.parts(split, seed)?;
        let train = &parts.train;
        let interface = Interface::of(train);
        let settings = Settings { seed, ..self.settings.clone() };
        let model = self.architecture.model(&interface, settings.batch.min(train.rows()))?;
        let mut trainer = Trainer::new(model, settings, train)?;
        let about = About {
            architecture: self.architecture.clone(),
            interface,
            normaliser: trainer.normaliser().clone(),
            preparation,
        };
        let mut keeper = self.keeper(&mut trainer, train)?;
        let live = self.watch(&mut trainer, train)?;
        // A place that can't be written is known before the training, not after it.
        self.save(&about, &mut trainer, atomic::rehearse)?;
        let name = about.architecture.name(&about.interface)?;
        let by_steps = matches!(self.settings.length, Length::Steps(_));
        let keeping = self.keeping;
        let mut teller =
            Teller::new(keeping.log, keeping.tensorboard.as_deref(), trainer.epochs(train.rows()), by_steps)?;
        ready(&parts, &name)?;
        let live = match live {
            Some(live) => {
                live.serve(&trainer, train)?;
                Some(self.live.get_or_init(|| live))
            }
            None => None,
        };
        let mut steerer = live.map(Live::steerer);
        let start = Instant::now();
        let mut steps = trainer.steps_made();
        let given = trainer::Trained {
            train,
            validation: parts.validation.as_ref().map(|part| part as &dyn Examples),
            keeper: keeper.as_mut(),
            steering: steerer.as_mut().map(|steerer| steerer as &mut dyn Steering),
        };
        let ended = trainer.fit_with(given, &mut |event| {
            if let Event::Step(progress) = event {
                steps = progress.step;
            }
            teller.hear(event);
            let stop = interrupt::pressed() || teller.has_failed();
            if stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        let told = teller.finish();
        live.into_iter().for_each(|live| live.over(&trainer));
        if let Some(born) = trainer.born() {
            output::tell(&format!("{born}\n"));
        }
        // Whether it ended by itself or by Ctrl-C: what is learnt so far is kept.
        let end = ended?;
        told?;
        let seconds = start.elapsed().as_secs_f64();
        let evaluation = trainer.evaluate(&parts.test)?;
        if !evaluation.loss.is_finite() {
            let what = format!("the held-out loss is {} after step {steps}", evaluation.loss);
            return Err(Error::diverged(what, self.settings.rate).into());
        }
        let learnt = (train.rows() <= LOOKED_AT).then(|| trainer.evaluate(train)).transpose()?;
        Ok(Trained {
            evaluation,
            learnt,
            norms: trainer.network().gradient_norms(train)?,
            weights: trainer.weights(),
            steps,
            best: trainer.best_step(),
            observing: trainer.observing(),
            seconds,
            end,
            samples: self.samples(&about, &mut trainer, seed)?,
            saved: self.save(&about, &mut trainer, atomic::write),
        })
    }

    /// What is learnt from, less what the network is tried on.
    fn parts(&self, split: Split, seed: u64) -> Result<Parts> {
        let Split { train, test } = split;
        let Some(share) = self.validation else {
            // Of a text, what is held out is what it is tried on: the last part says how far it is.
            let tried = matches!(self.architecture, Architecture::Gpt { .. } | Architecture::Lstm { .. });
            return Ok(Parts { validation: tried.then(|| test.clone()), train, test });
        };
        let whole: Arc<dyn Examples> = Arc::new(train);
        let Split { train, test: validation } = held_out(&whole, share, seed, "--validation")?;
        Ok(Parts { train, validation: Some(validation), test })
    }

    /// The folder of checkpoints; the trainer goes on from the newest one if that is asked for.
    fn keeper(&self, trainer: &mut AnyTrainer, train: &Part) -> Result<Option<Keeper>> {
        let keeping = self.keeping;
        let Some(folder) = &keeping.checkpoints else { return Ok(None) };
        if !keeping.resume {
            return Ok(Some(Keeper::new(folder, keeping.keep_every, keeping.keep)?));
        }
        let (keeper, saved) = Keeper::resume(folder, keeping.keep_every, keeping.keep)?;
        match saved {
            Some(saved) => {
                trainer.resume(&saved, train)?;
                output::tell(&format!("resumed from {}", saved.path().display()));
            }
            None => output::tell(&format!("{} has no checkpoint yet: from the beginning", folder.display())),
        }
        Ok(Some(keeper))
    }

    /// Has it watched, if a run file or a page is asked for. Gives what stands behind the page.
    fn watch(&self, trainer: &mut AnyTrainer, train: &Part) -> Result<Option<Live>> {
        let mut sinks: Vec<Box<dyn Sink + Send>> = Vec::new();
        if let Some(path) = &self.keeping.run {
            let resumed = self.keeping.resume && path.is_file();
            let writer =
                if resumed { Writer::append(path, OBSERVED) } else { Writer::create(path, OBSERVED) };
            sinks.push(Box::new(writer.map_err(|why| file(path, "written", &why))?));
        }
        let live = self.place.clone().map(Live::new);
        sinks.extend(live.as_ref().map(Live::sink));
        if sinks.is_empty() {
            return Ok(None);
        }
        let steps = u64::try_from(trainer.settings().steps(train.rows())).ok();
        let (argv, dtype) = (std::env::args().collect(), "f32".to_string());
        let head = Head { argv, dtype, steps, ..Head::default() };
        trainer.watch(observe::Settings::default(), sinks, head)?;
        trainer.watch_plane(train)?;
        Ok(live)
    }

    fn save(
        &self,
        about: &About,
        trainer: &mut AnyTrainer,
        write: fn(&std::path::Path, &[u8]) -> chainrule_nn::Result<()>,
    ) -> Result<()> {
        match &self.keeping.save {
            Some(path) => Ok(write(path, &saved::encode(about, &trainer.network())?)?),
            None => Ok(()),
        }
    }

    fn samples(&self, about: &About, trainer: &mut AnyTrainer, seed: u64) -> Result<Vec<String>> {
        let Keeping { sample, temperature, prompt, .. } = self.keeping;
        if *sample == 0 || about.preparation == Value::Null {
            return Ok(Vec::new());
        }
        let asked = crate::text::Asked { count: *sample, temperature: *temperature, prompt, seed };
        crate::text::samples(about, &mut trainer.network(), &asked)
    }
}

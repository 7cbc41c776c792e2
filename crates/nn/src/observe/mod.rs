//! Watches a training: which wires of a step are summarised, when, and who is told.
//!
//! A step that is observed is run by a second plan of the same circuit, in which the watched wires are outputs too. It gives
//! the same weights, bit for bit, so that observing changes nothing but the time.

mod cadence;
mod guard;
mod level;
mod passes;
mod spacing;
mod turns;
mod units;
mod watch;

pub use cadence::Cadence;
pub use guard::Guard;
pub use passes::passes;
pub use spacing::Kept;
pub use watch::{Counted, Time, Watched, Watching, graph, source};

use crate::error::{Error, Kind, Result};
use crate::snapshots::shared;
use cadence::Books;
use chainrule::{Function, Mistake, Options, Path, Place, Program, Spec, Tensor, Tree, Wire, Wires};
use chainrule_explorer::health::{Rule, Thresholds};
use chainrule_explorer::run::{
    End, Field, Graph, Head, History, Milliseconds, Record, Sink, Step, Summary, VERSION,
};
use std::collections::HashSet;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Observed steps that the rules look back on while a network is trained.
const WINDOW: usize = 256;

/// How a training is watched.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Which steps are observed.
    pub cadence: Cadence,
    /// What the rules compare with.
    pub thresholds: Thresholds,
    /// How the second plan is compiled: as the first.
    pub options: Options,
}

/// A step as the trainer knows it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct At {
    /// Its number, from 1.
    pub step: u64,
    /// The learning rate.
    pub rate: f64,
}

type Plain<S, D, R> = Function<(S, D), (R, S)>;
type Seeing<S, D, R> = Function<(S, D), ((R, Vec<Wire>), S)>;

/// Watches the steps of one program.
pub struct Observer<S: Wires, D: Wires, R: Wires> {
    program: Program<(S, D), (R, S)>,
    inputs: Vec<Spec>,
    watching: Watching,
    graph: Graph,
    settings: Settings,
    /// The plan that gives out the watched wires, and what it writes them into; made when it is first needed.
    seeing: Option<(Seeing<S, D, R>, Vec<Tensor>)>,
    /// What compiling that plan took, in seconds. It is done once and not part of the budget.
    compiled: f64,
    books: Books,
    history: History,
    /// Rules that were broken and told of.
    told: HashSet<(Rule, String)>,
    sinks: Vec<Box<dyn Sink + Send>>,
    begun: Instant,
    last: u64,
}

impl<S: Wires, D: Wires, R: Wires> Observer<S, D, R>
where
    (S, D): Wires,
    (R, S): Wires,
    ((R, Vec<Wire>), S): Wires,
{
    /// For the steps of a program that takes `(state, batch)` and gives `(report, state)`. The first leaves of the state are
    /// the parameters, of these names; the first leaf of the report is the loss.
    pub fn new(program: &Program<(S, D), (R, S)>, names: &[String], settings: Settings) -> Observer<S, D, R> {
        let reports = reports(&program.output_paths());
        let watching = Watching::new(program.circuit(), names, reports);
        let graph = graph(program.circuit(), &watching, reports);
        let mut history = History::default();
        history.push(&Record::Graph(graph.clone()));
        Observer {
            program: program.clone(),
            inputs: program.circuit().specs(&program.circuit().inputs),
            watching,
            graph,
            books: Books::new(settings.cadence),
            settings,
            seeing: None,
            compiled: 0.0,
            history,
            told: HashSet::new(),
            sinks: Vec::new(),
            begun: Instant::now(),
            last: 0,
        }
    }

    /// Adds someone who is told everything: a [`Writer`](chainrule_explorer::run::Writer), a list, a function.
    #[must_use]
    pub fn telling(mut self, sink: impl Sink + Send + 'static) -> Observer<S, D, R> {
        self.sinks.push(Box::new(sink));
        self
    }

    /// What is watched.
    pub fn watching(&self) -> &Watching {
        &self.watching
    }

    /// What the rules have to go on.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The share of the time that went into observing so far, and the seconds that compiling its plan took.
    pub fn cost(&self) -> (f64, f64) {
        (self.books.share(), self.compiled)
    }

    /// Tells of the run and its circuit. What `head` leaves open is filled in.
    ///
    /// # Errors
    /// Someone who is told can't take it in, such as a file.
    pub fn begin(&mut self, head: Head) -> Result<()> {
        self.begun = Instant::now();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |t| t.as_secs_f64());
        let id = if head.id.is_empty() { format!("{now:.3}") } else { head.id };
        let t = if head.t == 0.0 { now } else { head.t };
        self.record(&Record::Run(Head { v: VERSION, id, t, ..head }))?;
        self.record(&Record::Graph(self.graph.clone()))
    }

    /// Tells everyone.
    ///
    /// # Errors
    /// As [`Observer::begin`].
    pub fn record(&mut self, record: &Record) -> Result<()> {
        self.history.push(record);
        self.sinks.iter_mut().try_for_each(|sink| sink.record(record)).map_err(|why| {
            let text = why.to_string();
            let what = format!("can't be written: {}", text.split(" (os error").next().unwrap_or(&text));
            let mistake = Mistake::new(Place::Argument("the run file".into()), "", what);
            Error {
                kind: Kind::File,
                diagnostic: mistake.hint("make room on the disk, or train without it").into(),
            }
        })
    }

    /// Leaves a part of the budget to something else that is observed.
    pub fn leave(&mut self, part: f64) {
        self.books.leave(part);
    }

    /// Whether the next step will be observed.
    pub fn is_due(&self) -> bool {
        self.books.is_due()
    }

    /// Has the next step observed: the last one of a run, for instance.
    pub fn ask(&mut self) {
        self.books.ask();
    }

    /// Makes a step, by `plain`, or by the plan that gives out the watched wires if its turn has come. Both give the same
    /// bits. A plan for other batches than the program's, such as a short last one, is never observed. Gives the loss.
    ///
    /// # Errors
    /// As [`Function::step`] and [`Observer::begin`].
    pub fn step(
        &mut self,
        plain: &Plain<S, D, R>,
        state: &mut S::With<Tensor>,
        batch: &D::With<Tensor>,
        report: &mut R::With<Tensor>,
        at: At,
    ) -> Result<f64> {
        if !self.is_due() || plain.inputs() != self.inputs {
            let begun = Instant::now();
            plain.step(state, batch, report)?;
            let loss = first(report)?;
            self.unobserved(at, loss, begun.elapsed().as_secs_f64())?;
            return Ok(loss);
        }
        let (seeing, mut seen) = match self.seeing.take() {
            Some(ready) => ready,
            None => self.compile()?,
        };
        let old = leaves(state, self.watching.parameters.len());
        let mut both = (shared::<R>(report), std::mem::take(&mut seen));
        let begun = Instant::now();
        let stepped = seeing.step(state, batch, &mut both);
        let run = begun.elapsed().as_secs_f64();
        let (written, seen) = both;
        if let Err(why) = stepped {
            self.seeing = Some((seeing, seen));
            return Err(why.into());
        }
        *report = written;
        let loss = first(report)?;
        let after = Instant::now();
        let new = leaves(state, old.len());
        let told = self.summaries(at.step, &old, &new, &seen).and_then(|()| self.alerts(at.step));
        self.seeing = Some((seeing, seen));
        told?;
        let times = self.books.book(true, run, after.elapsed().as_secs_f64());
        self.tell(at, loss, times)?;
        Ok(loss)
    }

    /// Takes note of a step that was made otherwise and took so many seconds.
    ///
    /// # Errors
    /// As [`Observer::begin`].
    pub fn unobserved(&mut self, at: At, loss: f64, seconds: f64) -> Result<()> {
        let times = self.books.book(false, seconds, 0.0);
        self.tell(at, loss, times)
    }

    /// Tells how it ended: `done`, `nan` or `interrupted`.
    ///
    /// # Errors
    /// As [`Observer::begin`].
    pub fn end(&mut self, why: &str) -> Result<()> {
        self.record(&Record::End(End { s: self.last, why: why.to_string() }))
    }

    fn tell(&mut self, at: At, loss: f64, (step, obs): (f64, f64)) -> Result<()> {
        self.last = at.step;
        let ms = Milliseconds { step: step * 1e3, obs: obs * 1e3 };
        let t = self.begun.elapsed().as_secs_f64();
        self.record(&Record::Step(Step { s: at.step, t, loss, lr: at.rate, ms }))
    }

    fn compile(&mut self) -> Result<(Seeing<S, D, R>, Vec<Tensor>)> {
        let begun = Instant::now();
        let (places, circuit) = (self.watching.places(), self.program.circuit());
        let function = self.program.watching_step_within(&places)?.compile_with(&self.settings.options)?;
        let seen = places.iter().filter_map(|place| circuit.spec_inside(place)).map(Tensor::zeros).collect();
        self.compiled = begun.elapsed().as_secs_f64();
        Ok((function, seen))
    }

    /// Tells of everything that was watched, in the order of [`Watching::places`].
    fn summaries(&mut self, step: u64, old: &[Tensor], new: &[Tensor], seen: &[Tensor]) -> Result<()> {
        let mut seen = seen.iter();
        let mut sums = Vec::new();
        for ((watched, old), new) in self.watching.parameters.iter().zip(old).zip(new) {
            let w = watched.watch.w;
            sums.push(Summary::of(old).record(step, w, Field::Parameter));
            if let Some(gradient) = watched.gradient.as_ref().and_then(|_| seen.next()) {
                sums.push(Summary::of(gradient).record(step, w, Field::Gradient));
            }
            sums.push(Summary::of_difference(new, old).record(step, w, Field::Update));
        }
        for watched in &self.watching.activations {
            let (w, Some(value)) = (watched.watch.w, seen.next()) else { break };
            let mut sum = Summary::of(value).record(step, w, Field::Value);
            units::count(watched.counted, value, &mut sum);
            sums.push(sum);
            if let Some(gradient) = watched.gradient.as_ref().and_then(|_| seen.next()) {
                let mut sum = Summary::of(gradient).record(step, w, Field::Gradient);
                watched.time.into_iter().for_each(|time| turns::compare(time, gradient, &mut sum));
                sums.push(sum);
            }
        }
        sums.into_iter().try_for_each(|sum| self.record(&Record::Sum(Box::new(sum))))
    }

    /// Tells of rules that were not broken before. The step after is observed too.
    fn alerts(&mut self, step: u64) -> Result<()> {
        self.history.trim(WINDOW);
        // Whether the loss falls is for the end to say.
        let rules = Rule::ALL.into_iter().filter(|rule| *rule != Rule::Loss);
        let judged = rules.flat_map(|rule| rule.judge(&self.history, &self.settings.thresholds));
        for verdict in judged.collect::<Vec<_>>() {
            if self.told.insert((verdict.rule, verdict.at.clone())) {
                self.books.ask();
                self.record(&Record::Alert(verdict.alert(step)))?;
            }
        }
        Ok(())
    }
}

/// How many outputs of a step are no state, by the paths of its outputs.
pub fn reports(paths: &[String]) -> usize {
    paths.iter().filter(|path| path.split('.').next() == Some("0")).count()
}

/// The first leaves of a tree.
fn leaves<T: Tree<Leaf = Tensor>>(tree: &T, count: usize) -> Vec<Tensor> {
    let mut leaves = Vec::with_capacity(count);
    tree.visit(&mut Path::silent(), &mut |_, leaf| {
        if leaves.len() < count {
            leaves.push(leaf.clone());
        }
    });
    leaves
}

/// The first number of a report: the loss.
fn first<T: Tree<Leaf = Tensor>>(report: &T) -> Result<f64> {
    let loss = leaves(report, 1);
    let Some(loss) = loss.first() else {
        let mistake = Mistake::new(Place::Unknown, "observe", "the step reports nothing");
        return Err(mistake.hint("let the loss be the first of what it reports").into());
    };
    Ok(loss.item()?)
}

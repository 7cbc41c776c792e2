//! A training that a page shows and steers while it goes on. The training has the thread that it always has; the page's server has
//! its own, and neither waits for the other.

use super::job::AnyTrainer;
use crate::commands::view::{self, Listening};
use crate::failure::Result;
use crate::{interrupt, output};
use chainrule::formula::{Built, BuiltInput, Init};
use chainrule::{Diagnostic, Mistake, Tensor};
use chainrule_explorer::run::{Feed, Shared, Sink, locked};
use chainrule_explorer::web::run::{Control, Example, Examples, Next};
use chainrule_explorer::web::{First, Page, Run, Server};
use chainrule_nn::data::{Examples as Data, Part};
use chainrule_nn::trainer::{Course, Single, Steering};
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Where a page is served, and whether its reader starts the training.
#[derive(Clone)]
pub struct Place {
    /// The address.
    pub listening: Listening,
    /// Whether it waits before the first step.
    pub is_paused: bool,
}

/// What stands behind a page of a training.
pub struct Live {
    place: Place,
    book: Shared,
    control: Arc<Control>,
    held: Arc<Held>,
    server: OnceCell<Server>,
}

/// The examples with the weights of some steps.
#[derive(Default)]
struct Held {
    network: Mutex<Option<Arc<Network>>>,
    weights: Mutex<BTreeMap<u64, Vec<Tensor>>>,
    /// Those of now, when nobody changes them.
    now: Mutex<Option<(u64, Vec<Tensor>)>>,
}

/// What does not change in a training.
struct Network {
    single: Single,
    built: Arc<Built>,
    data: Part,
}

fn open<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Live {
    /// Nothing is served yet.
    pub fn new(place: Place) -> Live {
        let control = Arc::new(Control::new(place.is_paused));
        Live { place, book: Shared::default(), control, held: Arc::default(), server: OnceCell::new() }
    }

    /// Takes what is told of the training.
    pub fn sink(&self) -> Box<dyn Sink + Send> {
        Box::new(Feed::new(Arc::clone(&self.book)))
    }

    /// Serves the page, and says where.
    ///
    /// # Errors
    /// The address can't be had; mistakes in the model.
    pub fn serve(&self, trainer: &AnyTrainer, train: &Part) -> Result<()> {
        let single = trainer.single(train)?;
        let inputs =
            single.names.iter().zip(single.specs()).enumerate().map(|(i, (name, spec))| BuiltInput {
                name: name.clone(),
                spec,
                // What is learnt is a parameter; the example itself comes last.
                init: (i + 2 < single.names.len()).then_some(Init::Normal(1.0)),
            });
        let built = Arc::new(Built {
            circuit: single.circuit.clone(),
            inputs: inputs.collect(),
            bindings: Vec::new(),
            output: Some("loss".into()),
            dims: BTreeMap::new(),
        });
        *open(&self.held.network) = Some(Arc::new(Network { single, built, data: train.clone() }));
        let examples: Arc<dyn Examples> = Arc::<Held>::clone(&self.held);
        let run = Run::live(Arc::clone(&self.book), Arc::clone(&self.control), Some(examples));
        let first = First { page: Page::Train, ..view::neuron() };
        let server = self.place.listening.serve(first, Some(run))?;
        self.server.set(server).ok();
        Ok(())
    }

    /// What the training asks between its steps.
    pub fn steerer(&self) -> Steerer {
        Steerer {
            book: Arc::clone(&self.book),
            control: Arc::clone(&self.control),
            held: Arc::clone(&self.held),
            steps: Vec::new(),
        }
    }

    /// The training is over, and its last weights are these.
    pub fn over(&self, trainer: &AnyTrainer) {
        *open(&self.held.now) = Some((trainer.steps_made() as u64, trainer.weights_now()));
        self.control.over();
    }

    /// Serves on until Ctrl-C.
    pub fn wait(&self) {
        let Some(server) = self.server.get() else { return };
        if !interrupt::pressed() {
            output::tell(&format!("the training is over; {} shows it until Ctrl-C", server.url()));
        }
        view::hold();
    }
}

/// Between the page and the training.
pub struct Steerer {
    book: Shared,
    control: Arc<Control>,
    held: Arc<Held>,
    steps: Vec<u64>,
}

impl Steering for Steerer {
    fn between(&mut self, made: usize, held: &[usize], weights: &dyn Fn() -> Vec<Tensor>) -> Course {
        if self.steps.len() != held.len()
            || self.steps.last().copied() != held.last().map(|&step| step as u64)
        {
            self.steps = held.iter().map(|&step| step as u64).collect();
            open(&self.held.weights).retain(|step, _| self.steps.contains(step));
        }
        let now = || *open(&self.held.now) = Some((made as u64, weights()));
        match self.control.between(&self.steps, &interrupt::pressed, &mut { now }) {
            Next::Step => Course::On,
            Next::Back(step) => usize::try_from(step).map_or(Course::On, Course::Back),
        }
    }

    fn holds(&mut self, made: usize, weights: Vec<Tensor>) {
        open(&self.held.weights).insert(made as u64, weights);
        // What was of now when it waited is old.
        *open(&self.held.now) = None;
    }

    fn back(&mut self, made: usize) {
        open(&self.held.weights).retain(|&step, _| step <= made as u64);
        *open(&self.held.now) = None;
        locked(&self.book).back_to(made as u64);
    }
}

impl Held {
    /// The weights of a step, or of the nearest before it; without one, the newest.
    fn weights(&self, step: Option<u64>) -> Option<(u64, Vec<Tensor>)> {
        let step = step.unwrap_or(u64::MAX);
        let held = open(&self.weights).range(..=step).next_back().map(|(&at, weights)| (at, weights.clone()));
        let now = open(&self.now).clone().filter(|(at, _)| *at <= step);
        match (held, now) {
            (Some(held), Some(now)) => Some(if now.0 >= held.0 { now } else { held }),
            (held, now) => held.or(now),
        }
    }
}

impl Examples for Held {
    fn example(&self, row: usize, step: Option<u64>) -> std::result::Result<Example, Diagnostic> {
        let refuse = |what: String, hint: &str| {
            Diagnostic::from(Mistake::new(chainrule::Place::Argument("example".into()), "", what).hint(hint))
        };
        let network = open(&self.network).clone();
        let known = network.zip(self.weights(step));
        let Some((network, (step, mut values))) = known else {
            return Err(refuse("no weights are held yet".into(), "ask again after the first step"));
        };
        let rows = network.data.rows();
        if row >= rows {
            return Err(refuse(
                format!("there is no example {row}"),
                &format!("they go from 0 to {}", rows.max(1) - 1),
            ));
        }
        let example = network.single.example(&network.data, row).map_err(|why| why.diagnostic)?;
        values.extend(example);
        Ok(Example { built: Arc::clone(&network.built), values, step })
    }
}

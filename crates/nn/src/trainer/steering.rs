//! Someone who steers a training from outside between its steps: has it wait, and go back to a state that is held.

use super::{Position, State, Trainer};
use crate::model::{Model, Tensors};
use crate::snapshots::shared;
use chainrule::{Tensor, Tree};

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// The next step.
    On,
    /// The state after so many steps, if it is held; from there the training goes on as it did the first time, bit for bit.
    Back(usize),
}

/// Steers.
pub trait Steering {
    /// Called between two steps, also before the first: how many were made, and which states are held. May wait as long as
    /// it likes. `weights` gives the weights, and what the model has seen, of now.
    fn between(&mut self, made: usize, held: &[usize], weights: &dyn Fn() -> Vec<Tensor>) -> Course;

    /// A state is held from now on: its weights, and what the model has seen.
    fn holds(&mut self, made: usize, weights: Vec<Tensor>);

    /// The training has gone back to the state after so many steps; later ones are no longer held.
    fn back(&mut self, made: usize);
}

/// Most states that are held.
const MOST: usize = 16;
/// Bytes that all of them may take.
const BYTES: usize = 256 << 20;
/// Steps between two at first; twice as many whenever there are too many.
const EVERY: usize = 10;

/// States to go back to. Tensors are shared, not copied: the step after writes its state beside, once, instead of over it.
pub(super) struct Holds<M: Model> {
    every: usize,
    states: Vec<Held<M>>,
}

/// A state.
struct Held<M: Model> {
    state: Tensors<State<M>>,
    best: Option<Tensors<M::Net>>,
    position: Position,
}

impl<M: Model> Holds<M> {
    pub fn new() -> Holds<M> {
        Holds { every: EVERY, states: Vec::new() }
    }

    /// The steps whose states are held.
    pub fn steps(&self) -> Vec<usize> {
        self.states.iter().map(|held| held.position.step).collect()
    }

    /// Holds the state of now, if its turn has come. Gives whether it does.
    pub fn take(&mut self, trainer: &Trainer<M>) -> bool {
        let step = trainer.position.step;
        let is_held = self.states.last().is_some_and(|held| held.position.step >= step);
        if !step.is_multiple_of(self.every) || is_held {
            return false;
        }
        self.states.push(Held {
            state: shared::<State<M>>(&trainer.state),
            best: trainer.best.as_ref().map(shared::<M::Net>),
            position: trainer.position.clone(),
        });
        let bytes: usize =
            trainer.state.leaves().iter().map(|t| t.shape().elements() * t.dtype().bytes()).sum();
        let most = (BYTES / bytes.max(1)).clamp(2, MOST);
        if self.states.len() > most {
            self.every *= 2;
            let every = self.every;
            self.states.retain(|held| held.position.step.is_multiple_of(every));
        }
        true
    }

    /// Brings back a state that is held; whether it is.
    pub fn bring(&mut self, trainer: &mut Trainer<M>, step: usize) -> bool {
        let Some(at) = self.states.iter().position(|held| held.position.step == step) else { return false };
        // What comes after it comes again.
        self.states.truncate(at + 1);
        let held = &self.states[at];
        let best = held.best.as_ref().map(shared::<M::Net>);
        trainer.go_on(shared::<State<M>>(&held.state), best, held.position.clone());
        true
    }
}

impl<M: Model> Trainer<M> {
    /// The weights to predict with of now, and what the model has seen, one after the other.
    pub fn weights_now(&self) -> Vec<Tensor> {
        let net = super::latest(&self.settings, &self.state.0).leaves();
        net.into_iter().chain(self.state.1.leaves()).collect()
    }
}

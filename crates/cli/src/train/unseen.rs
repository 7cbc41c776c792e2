//! Without the feature `web` no page shows a training.

use super::job::AnyTrainer;
use crate::failure::Result;
use chainrule::Tensor;
use chainrule_explorer::run::Sink;
use chainrule_nn::data::Part;
use chainrule_nn::trainer::{Course, Steering};

/// Where a page is served: nowhere.
#[derive(Clone)]
pub enum Place {}

/// What stands behind a page that there is not.
pub enum Live {}

/// Who steers.
pub enum Nobody {}

impl Steering for Nobody {
    fn between(&mut self, _: usize, _: &[usize], _: &dyn Fn() -> Vec<Tensor>) -> Course {
        match *self {}
    }

    fn holds(&mut self, _: usize, _: Vec<Tensor>) {
        match *self {}
    }

    fn back(&mut self, _: usize) {
        match *self {}
    }
}

impl Live {
    /// There is no place to begin with.
    pub fn new(place: Place) -> Live {
        match place {}
    }

    /// Takes what is told.
    pub fn sink(&self) -> Box<dyn Sink + Send> {
        match *self {}
    }

    /// Serves the page.
    pub fn serve(&self, _: &AnyTrainer, _: &Part) -> Result<()> {
        match *self {}
    }

    /// What the training asks between its steps.
    pub fn steerer(&self) -> Nobody {
        match *self {}
    }

    /// The training is over.
    pub fn over(&self, _: &AnyTrainer) {
        match *self {}
    }

    /// Serves on.
    pub fn wait(&self) {
        match *self {}
    }
}

//! Without the feature `web` no page shows a training.

use super::job::AnyTrainer;
use crate::failure::Result;
use chainrule_explorer::run::Sink;
use chainrule_nn::data::Part;
use chainrule_nn::trainer::Steering;

/// Where a page is served: nowhere.
#[derive(Clone)]
pub enum Place {}

/// What stands behind a page that there is not.
pub enum Live {}

impl Live {
    /// There is no place to begin with.
    pub fn new(place: Place) -> Live {
        match place {}
    }

    /// See `live.rs`, as for all below.
    pub fn sink(&self) -> Box<dyn Sink + Send> {
        match *self {}
    }

    #[allow(missing_docs)]
    pub fn serve(&self, _: &AnyTrainer, _: &Part) -> Result<()> {
        match *self {}
    }

    #[allow(missing_docs)]
    pub fn steerer(&self) -> Box<dyn Steering> {
        match *self {}
    }

    #[allow(missing_docs)]
    pub fn over(&self, _: &AnyTrainer) {
        match *self {}
    }

    #[allow(missing_docs)]
    pub fn wait(&self) {
        match *self {}
    }
}

//! Networks in files: weights with all that is needed to use them on new data.

use crate::architecture::{Architecture, Interface};
use crate::data::{Goal, table::beginning};
use crate::error::{Error, Result};
use crate::model::{AnyModel, Model};
use crate::normalise::Normaliser;
use crate::parameters::Parameters;
use crate::predict::{Compiled, Network};
use crate::weights;
use chainrule::{Mistake, Options, Place, Tensor};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::Path;

/// Letters of what is wrong that a message holds at most.
const SHOWN: usize = 300;

/// What a file of weights says about itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// What the network is made of.
    pub architecture: Architecture,
    /// What it reads and predicts.
    pub interface: Interface,
    /// What features and targets are normalised by.
    pub normaliser: Normaliser,
    /// How raw data becomes examples: what the columns of a table or the letters of a text mean.
    pub preparation: Value,
}

impl About {
    /// What the types can't say, and the network's making does not.
    fn check(&self) -> std::result::Result<(), String> {
        let Interface { inputs, tokens, goal, .. } = &self.interface;
        let features = if *tokens { 0 } else { inputs.iter().product() };
        let targets = if let Goal::Numbers(names) = goal { names.len() } else { 0 };
        match self.normaliser.fits(features, targets) {
            true => Ok(()),
            false => Err(format!(
                "its numbers are not normalised as {features} features and {targets} targets can be"
            )),
        }
    }
}

/// The note that holds it.
const NOTE: &str = "about";
/// Examples that are predicted together.
const AT_ONCE: usize = 256;

/// A network that was read from a file.
pub struct Saved {
    /// What the file says about itself.
    pub about: About,
    model: Box<dyn AnyModel>,
    net: Parameters<Tensor>,
    seen: Parameters<Tensor>,
    compiled: Option<Compiled<Box<dyn AnyModel>>>,
}

/// The bytes of a file with a network.
///
/// # Errors
/// Weights that are neither f32 nor f64.
pub fn encode(about: &About, network: &Network<'_, Box<dyn AnyModel>>) -> Result<Vec<u8>> {
    let note = serde_json::to_string(about).map_err(|why| Error::argument("weights", why.to_string(), ""))?;
    weights::encode(&together(network.net, network.seen), &[(NOTE, note)])
}

/// Weights and what was seen, by names that can't meet.
fn together(net: &Parameters<Tensor>, seen: &Parameters<Tensor>) -> Parameters<Tensor> {
    let names = seen.names.iter().map(|name| format!("seen.{name}"));
    Parameters {
        names: net.names.iter().cloned().chain(names).collect(),
        values: net.values.iter().chain(&seen.values).cloned().collect(),
    }
}

impl Saved {
    /// Reads a network.
    ///
    /// # Errors
    /// Bytes that are no such file, or a damaged one; weights that don't fit what it says about itself.
    pub fn decode(bytes: &[u8], path: &Path) -> Result<Saved> {
        let wrong = |what: String| -> Error {
            let place = Place::File { path: path.to_path_buf(), line: None, column: None };
            Mistake::new(place, "weights", what)
                .hint("give a file that `chainrule train --save` has written")
                .into()
        };
        let notes = weights::read_notes(bytes, path)?;
        let note = notes.get(NOTE).ok_or_else(|| wrong("the file does not say what network it is".into()))?;
        let about: About = serde_json::from_str(note).map_err(|why| {
            let why = why.to_string();
            wrong(format!("what the file says of its network can't be read ({})", beginning(&why, SHOWN)))
        })?;
        // No more than the file holds is made, whatever it says.
        let most = weights::size(bytes, path)?;
        let model = about.architecture.model_within(&about.interface, 1, most).map_err(|why| {
            let why = why.diagnostic.mistakes().first().map_or("", |mistake| &mistake.what);
            let why = beginning(why, SHOWN);
            wrong(format!("what the file says of its network does not fit its weights or itself: {why}"))
        })?;
        about.check().map_err(wrong)?;
        let (net, seen) = Model::start(&model, 0)?;
        let read = weights::decode(bytes, path, &together(&net, &seen))?;
        let (weights, state) = read.values.split_at(net.values.len());
        let (weights, state) = (weights.to_vec(), state.to_vec());
        Ok(Saved {
            about,
            model,
            net: Parameters { values: weights, ..net },
            seen: Parameters { values: state, ..seen },
            compiled: None,
        })
    }

    /// The network, ready for use.
    pub fn network(&mut self) -> Network<'_, Box<dyn AnyModel>> {
        Network {
            model: &self.model,
            net: &self.net,
            seen: &self.seen,
            normaliser: &self.about.normaliser,
            options: Options::default(),
            at_once: AT_ONCE,
            compiled: &mut self.compiled,
        }
    }

    /// Names and values of the weights.
    pub fn weights(&self) -> &Parameters<Tensor> {
        &self.net
    }

    /// The model.
    pub fn model(&self) -> &dyn AnyModel {
        &*self.model
    }
}

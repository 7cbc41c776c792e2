//! The training that several tests make: a small one of the digits, with everything on that has to be remembered from step to step.

use chainrule_nn::architecture::{Architecture, Interface};
use chainrule_nn::data::{Examples, Part, digits};
use chainrule_nn::model::AnyModel;
use chainrule_nn::optimiser::{Clip, Optimiser, Rule};
use chainrule_nn::schedule::Schedule;
use chainrule_nn::trainer::{Length, Settings, Trainer};
use std::sync::Arc;

pub type Any = Trainer<Box<dyn AnyModel>>;

/// A hundred digits to learn from, seven batches, and fifty to try on.
pub fn parts() -> (Part, Part) {
    let all: Arc<dyn Examples> = Arc::new(digits().expect("they are embedded"));
    (Part::new(all.clone(), (0..100).collect()), Part::new(all, (100..150).collect()))
}

pub fn settings(epochs: usize) -> Settings {
    let optimiser =
        Optimiser { clip: Clip::Norm(1.0), average: Some(0.9), ..Optimiser::new(Rule::NADAM).shrinking(0.1) };
    Settings {
        shifts: true,
        every: Some(3),
        schedule: Schedule::Plateau { patience: 1, factor: 0.5 },
        ..Settings::new(Length::Epochs(epochs), 16, 0.02, optimiser, 5)
    }
}

pub fn trainer(settings: Settings, train: &dyn Examples) -> Any {
    let architecture = Architecture::Layers { hidden: vec![12] };
    let model = architecture.model(&Interface::of(train), 16).expect("it fits the digits");
    Trainer::new(model, settings, train).expect("the settings make sense")
}

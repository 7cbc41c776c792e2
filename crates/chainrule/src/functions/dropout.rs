//! Values dropped at random.

use super::support::is_float;
use crate::circuit::{Call, Doc, Fault, FunctionDef, Wire, composed, mistake};
use crate::gates::support::{arguments, operands::zeros_like};

/// See the module.
pub static DROPOUT: FunctionDef = FunctionDef {
    name: "dropout",
    doc: Doc {
        summary: "Each element 0 with probability `rate`, else divided by 1 - rate, so that the mean stays. Which ones depends \
                  on the i64 key alone: give each step and layer one of its own, as with key.fold.",
        formula: "y = x / (1 - rate) where uniform(key) >= rate, else 0",
        local: "dy/dx = 1 / (1 - rate) where the element is kept, else 0",
        kinks: "a NaN or infinity that is dropped reaches neither the value nor the gradient",
        source: "Srivastava et al. 2014, \"Dropout: a simple way to prevent neural networks from overfitting\"",
    },
    call: Call {
        signature: "x, rate, key",
        build: |a| a.wire("x").dropout(a.real("rate", 0.5), arguments::whole(a, "key")),
    },
};

impl Wire {
    /// Each element 0 with probability `rate`, else divided by `1 - rate`; which ones depends on the i64 key alone.
    #[track_caller]
    pub fn dropout(self, rate: f64, key: Wire) -> Wire {
        if key.is_poisoned() || !is_float("dropout", self) {
            return Wire::POISON;
        }
        if !(0.0..1.0).contains(&rate) {
            return mistake(
                "dropout",
                Fault::new(format!("a rate of {rate}"), "the rate is at least 0 and less than 1"),
            );
        }
        if key.shape().rank() > 0 {
            let what = format!("a key of shape {}", key.shape());
            return mistake("dropout", Fault::new(what, "give one key"));
        }
        composed("dropout", &[self, key], || {
            let keep = key.random_uniform(&self.shape().dims(), self.dtype()).ge(rate);
            keep.select(self / (1.0 - rate), zeros_like(self))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::base::{DType, Spec, Tensor};
    use crate::functions::support::tests::{gradient_of, mistakes, run};

    #[test]
    fn a_part_is_dropped_and_the_mean_stays() {
        let x = Tensor::from(vec![1.0; 10_000]);
        let found = run(
            |w| vec![w[0].dropout(0.25, w[1]), w[0].dropout(0.25, w[2])],
            &[x.clone(), 1i64.into(), 2i64.into()],
        );
        let kept = found[0].iter().filter(|y| **y != 0.0).count();
        assert!(found[0].iter().all(|&y| y == 0.0 || y == 1.0 / 0.75) && kept.abs_diff(7500) < 200, "{kept}");
        assert_ne!(found[0], found[1]);
        let gradient = gradient_of(|w| w[0].dropout(0.25, w[1]).sum(), &[x, 1i64.into()]);
        assert_eq!(gradient[0], found[0]);
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let specs = [Spec::scalar(DType::F64), Spec::scalar(DType::I64)];
        assert!(
            mistakes(|w| w[0].dropout(1.0, w[1]), &specs)
                .contains("dropout: a rate of 1; hint: the rate is at least 0")
        );
        assert!(mistakes(|w| w[0].dropout(0.5, w[0]), &specs).contains("the key is f64, not i64"));
    }
}

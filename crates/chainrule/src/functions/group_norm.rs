//! Normalisation of groups of channels, one example at a time.

use super::batch_norm::{by_channel, has_channels};
use super::layer_norm::{scaled, standardised};
use super::support::optional;
use crate::circuit::{Call, Doc, Fault, FunctionDef, Wire, composed, mistake};

/// See the module.
pub static GROUP_NORM: FunctionDef = FunctionDef {
    name: "group_norm",
    doc: Doc {
        summary: "Each group of channels of [n, c, ..] with mean 0 and variance 1 in every example, then scaled and \
                  shifted. One group is layer normalisation over all channels, as many as channels instance normalisation.",
        formula: "y = (x - mean) / sqrt(variance + epsilon) scale + bias; mean and variance of each group of each example",
        local: "as layer_norm, along the group",
        kinks: "",
        source: "Wu and He 2018, arXiv:1803.08494",
    },
    call: Call {
        signature: "x, groups, scale=none, bias=none, epsilon=1e-5",
        build: |a| {
            let groups = usize::try_from(a.int("groups", 1)).unwrap_or(0);
            a.wire("x").group_norm(groups, optional(a, "scale"), optional(a, "bias"), a.real("epsilon", 1e-5))
        },
    },
};

impl Wire {
    /// Each group of channels of `[n, c, ..]` with mean 0 and variance 1 in every example, then times `scale` plus `bias`,
    /// which are `[c]`.
    #[track_caller]
    pub fn group_norm(self, groups: usize, scale: Option<Wire>, bias: Option<Wire>, epsilon: f64) -> Wire {
        if !has_channels("group_norm", self) {
            return Wire::POISON;
        }
        let (dims, channels) = (self.shape().dims(), self.shape()[1]);
        if groups == 0 || !channels.is_multiple_of(groups) {
            let what = format!("{channels} channels in {groups} groups");
            return mistake("group_norm", Fault::new(what, "the groups must divide the channels"));
        }
        let given: Vec<Wire> = [Some(self), scale, bias].into_iter().flatten().collect();
        composed("group_norm", &given, || {
            let each = channels / groups * dims[2..].iter().product::<usize>();
            let grouped = self.reshape(&[dims[0], groups, each]);
            let y = standardised(grouped, &[2], epsilon).0.reshape(&dims);
            let wide = |numbers: Option<Wire>| numbers.map(|n| by_channel("group_norm", self, n));
            scaled(y, wide(scale), wide(bias))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::base::{DType, Spec};
    use crate::functions::support::tests::{check_gradient, mistakes, random, run};

    #[test]
    fn groups_have_mean_zero_and_variance_one() {
        let x = random(&[2, 4, 3], 4);
        let found = run(
            |w| {
                let y = w[0].group_norm(2, None, None, 0.0).reshape(&[2, 2, 6]);
                let whole = w[0].group_norm(1, None, None, 1e-5).reshape(&[2, 12]);
                let layer = w[0].reshape(&[2, 12]).layer_norm(None, None, 1e-5);
                vec![y.mean_axes(&[2]), y.variance_axes(&[2], 0.0), whole - layer]
            },
            std::slice::from_ref(&x),
        );
        assert!(found[0].iter().all(|m| m.abs() < 1e-15) && found[1].iter().all(|v| (v - 1.0).abs() < 1e-14));
        assert!(found[2].iter().all(|d| *d == 0.0));
        let all = [x, random(&[4], 5), random(&[4], 6), random(&[2, 4, 3], 7)];
        check_gradient(|w| (w[0].group_norm(2, Some(w[1]), Some(w[2]), 1e-5) * w[3]).sum(), &all);
    }

    #[test]
    fn groups_that_do_not_divide_the_channels() {
        let spec = Spec::new(&[2, 4], DType::F64).expect("a small shape");
        let text = mistakes(|w| w[0].group_norm(3, None, None, 1e-5), &[spec]);
        assert!(
            text.contains("group_norm: 4 channels in 3 groups; hint: the groups must divide the channels"),
            "{text}"
        );
    }
}

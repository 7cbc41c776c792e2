//! Samples that several rooms share.

use crate::circuit::{Attrs, Case, Sampler};

/// Two inputs that never tie, either of which may be the larger.
pub fn apart(s: &mut Sampler) -> Case {
    let dims = s.dims(0, 3);
    let both = s.distinct(&[2, dims.iter().product()]).to_f64();
    let half = |part: &[f64]| {
        crate::base::Tensor::new(part.to_vec(), &dims).expect("half of twice the elements is the elements")
    };
    let (first, second) = both.split_at(both.len() / 2);
    Case { attrs: Attrs::NONE, inputs: vec![half(first), half(second)] }
}

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

/// Numbers among which some are infinite or NaN, for questions about them.
pub fn odd(s: &mut Sampler) -> Case {
    let mut case = s.elementwise(&[(-2.0, 2.0, &[])]);
    let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
    let values = case.inputs[0].to_f64().into_iter().map(|x| if s.coin() { x } else { odd[s.size(0, 2)] });
    case.inputs[0] = crate::base::Tensor::from_f64(case.inputs[0].spec(), &values.collect::<Vec<_>>());
    case
}

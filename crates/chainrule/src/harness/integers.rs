//! Kernels of integers against the definitions: every gate that takes integers where its sample has floats.

use super::{CASES, Subject, Verdict, run};
use crate::base::{DType, Tensor};
use crate::circuit::{Class, GateDef, Plain, Sampler};
use crate::{gates::ALL, reference};

/// Small numbers, zeros and ties among them, so that no product wraps: the definitions are in f64.
fn whole(like: &Tensor, dtype: DType, sampler: &mut Sampler) -> Tensor {
    let low = if dtype == DType::U8 { 0 } else { -3 };
    let dims = like.shape().dims();
    if like.dtype().is_float() { sampler.ints(&dims, low, 3).cast(dtype) } else { like.clone() }
}

fn check(gate: &'static GateDef, dtype: DType) -> Verdict {
    for seed in 0..CASES {
        let mut subject = Subject::draw(gate, seed);
        let mut sampler = Sampler::new(seed);
        subject.inputs = subject.inputs.iter().map(|t| whole(t, dtype, &mut sampler)).collect();
        // Gates that refuse integers say so in their shape rule.
        let Ok(circuit) = subject.trace(&subject.inputs, |w| subject.record(w)) else { continue };
        let plain = |t: &Tensor| Plain { spec: t.spec(), data: t.to_f64() };
        let wanted = reference::run(&circuit, &subject.inputs.iter().map(plain).collect::<Vec<_>>());
        for (got, wanted) in run(&circuit, &subject.inputs).iter().zip(wanted) {
            // A difference of u8 may leave their range on the way.
            let range = if got.dtype() == DType::U8 { 256.0 } else { f64::INFINITY };
            let wrapped =
                wanted.data.iter().map(|&x| if range.is_finite() { x.rem_euclid(range) } else { x });
            if got.to_f64() != wrapped.collect::<Vec<_>>() {
                return Err(format!(
                    "{} in {dtype}: {:?}: {got:?} instead of {wanted:?}",
                    gate.name, subject.inputs
                ));
            }
        }
    }
    Ok(())
}

#[test]
fn every_integer_kernel_passes() {
    let dtypes = [DType::I32, DType::I64, DType::U8];
    let gates = ALL.iter().filter(|gate| !matches!(gate.class, Class::Input));
    let failures: Vec<String> =
        gates.flat_map(|gate| dtypes.map(|d| check(gate, d).err())).flatten().collect();
    assert!(failures.is_empty(), "{} kernels fail:\n{}", failures.len(), failures.join("\n"));
}

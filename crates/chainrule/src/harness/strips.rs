//! Steps that go over one matrix in turns give the bits that they give one after the other.

use super::circuits::{gradients_of, one_result, trace};
use crate::base::{DType, Tensor};
use crate::circuit::{Sampler, Wire};
use crate::plan::{Part, Plan};
use crate::run::evaluate;
use crate::transform::simplify::simplify;

type Loss = fn(&[Wire]) -> Vec<Wire>;

/// Of a matrix, numbers for its rows, and two vectors for its columns.
const LOSSES: [(&str, usize, Loss); 5] = [
    ("a linear model", 2, |w| gradients_of((w[0].matmul(w[2]).tanh() - w[1]).square().mean(), &w[2..3])),
    ("vector times matrix", 2, |w| gradients_of((w[2].matmul(w[0].t()).sigmoid() * w[1]).sum(), &w[2..3])),
    ("two products before the last", 3, |w| {
        let (z, dz) = (w[0].matmul(w[2]), w[0].matmul(w[3]));
        let slope = z.sigmoid() * (1.0 - z.sigmoid());
        vec![w[0].t().matmul(slope * dz * w[1]), slope.sum()]
    }),
    ("scalars between them, and what is kept", 2, |w| {
        let z = w[0].matmul(w[2]);
        let s = (z - w[1]).exp();
        vec![w[0].t().matmul(s) / (s.sum() + 1.0), s, z.max()]
    }),
    ("a gradient that waits for a sum over all rows", 0, |w| {
        let z = w[0].matmul(w[2]);
        vec![w[0].t().matmul(z / z.square().sum().sqrt())]
    }),
];

#[test]
fn a_matrix_is_gone_over_in_strips_without_a_change() -> Result<(), String> {
    for (rows, columns, dtype) in
        [(3000, 50, DType::F64), (5001, 129, DType::F32), (512, 512, DType::F32), (1999, 255, DType::F64)]
    {
        let mut sampler = Sampler::new(rows as u64);
        let mut draw = |dims: &[usize]| {
            let x = sampler.reals(dims, -1.0, 1.0);
            Tensor::from_f64(x.spec().with_dtype(dtype), &x.to_f64())
        };
        let at = [&[rows, columns][..], &[rows], &[columns], &[columns]].map(&mut draw);
        for (what, steps, loss) in LOSSES {
            // Upstreams that are constants are no steps then.
            let circuit = simplify(&trace(&at, loss)?, evaluate);
            let plan = Plan::new(&circuit);
            let products = |plan: &Plan| {
                let all = plan.strips.iter().flat_map(|group| &group.parts);
                all.filter(|&&part| part != Part::Tiles).count()
            };
            if products(&plan) != steps {
                return Err(format!(
                    "{what}, {rows} by {columns}: {} products go along\n{plan}",
                    products(&plan)
                ));
            }
            one_result(&circuit, &at).map_err(|why| format!("{what}, {rows} by {columns}: {why}"))?;
        }
    }
    Ok(())
}

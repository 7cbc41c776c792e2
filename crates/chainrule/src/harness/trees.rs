//! Sums have one order, which follows from shapes alone: the same reductions with and without neighbours in their sweep, fused
//! and not, by any number of threads, in any room. Arrays have several tiles, and lengths that no tile or block divides.

use super::circuits::{gradients_of, one_result, trace};
use crate::base::{DType, Tensor};
use crate::circuit::{Sampler, Wire};

const SHAPES: [&[usize]; 12] = [
    &[2],
    &[7],
    &[255],
    &[257],
    &[4097],
    &[100_003],
    &[3, 1000],
    &[1000, 3],
    &[777, 129],
    &[64, 1000, 5],
    &[40, 4095],
    &[5, 7001],
];

/// Numbers of very different sizes: of those hardly two orders of addition have the same sum.
fn numbers(dims: &[usize], dtype: DType) -> Tensor {
    let mut sampler = Sampler::new(dims.iter().sum::<usize>() as u64);
    let x = sampler.reals(dims, -1.0, 1.0);
    let wide: Vec<f64> = x.to_f64().iter().map(|&x| x * 3.0 + x.powi(9) * 1e3).collect();
    Tensor::from_f64(x.spec().with_dtype(dtype), &wide)
}

/// All ways to choose some axes.
fn choices(rank: usize) -> impl Iterator<Item = Vec<usize>> {
    (1..1usize << rank).map(move |bits| (0..rank).filter(|axis| bits >> axis & 1 == 1).collect())
}

fn cases() -> impl Iterator<Item = (&'static [usize], DType)> {
    SHAPES.into_iter().flat_map(|dims| [(dims, DType::F32), (dims, DType::F64)])
}

/// What may share a sweep with a reduction of x: chains that read other arrays too, values that are kept, rows, columns and
/// totals. The more a sweep holds the smaller are its tiles.
const NEIGHBOURS: [fn(Wire, Wire) -> Vec<Wire>; 6] = [
    |_, _| Vec::new(),
    |x, y| vec![x * 2.0, x + y, (x * y).sin(), (x - y).square(), x.exp(), y.tanh() * x],
    |x, y| vec![x.softmax(-1).sum(), (x * y).sum(), x.max()],
    |x, y| vec![(x + y).sum_axes(&[0]), (x * y).sum_axes(&[x.shape().rank() - 1]).square().sum()],
    |x, y| vec![(x + y.sum_axes(&[0])).square().sum(), x.layer_norm(None, None, 1e-5).square().mean()],
    |x, y| vec![(1..40).fold(x, |x, i| (x * y).sigmoid() + i as f64), x.cos().sum()],
];

#[test]
fn a_reduction_does_not_depend_on_its_neighbours() -> Result<(), String> {
    for dims in SHAPES {
        for (axes, dtype) in choices(dims.len()).zip([DType::F32, DType::F64].into_iter().cycle()) {
            let at = [numbers(dims, dtype), numbers(dims, dtype)];
            let mut alone = Vec::new();
            for (which, neighbours) in NEIGHBOURS.into_iter().enumerate() {
                let circuit = trace(&at, |w| {
                    let (x, y) = (w[0], w[1] * 0.5);
                    // The first outputs are the same in all circuits; the last one reads what is reduced once more.
                    let value = x.sin() * x;
                    let mut outputs = vec![value.sum_axes(&axes), value.sum_axes(&axes).square().sum()];
                    outputs.extend(neighbours(value, y));
                    outputs
                })?;
                let bits = one_result(&circuit, &at)
                    .map_err(|why| format!("{dims:?} {dtype} over {axes:?} with {which}: {why}"))?;
                let first = dims.iter().enumerate().filter(|(axis, _)| !axes.contains(axis)).map(|(_, &n)| n);
                let first = &bits[..first.product::<usize>() + 1];
                if which == 0 {
                    alone = first.to_vec();
                }
                if first != alone {
                    return Err(format!("{dims:?} {dtype} over {axes:?}: neighbours {which} change it"));
                }
            }
        }
    }
    Ok(())
}

#[test]
fn losses_and_their_gradients_have_one_result() -> Result<(), String> {
    // Arguments are an array, another like it, and a row of its last axis.
    let losses: [fn(Wire, Wire, Wire) -> Wire; 8] = [
        |x, y, b| ((x + b).tanh() - y).square().mean(),
        |x, y, b| ((x * b).softmax(-1) * y).sum(),
        |x, y, b| (x.layer_norm(Some(b), Some(b), 1e-5) * y).square().mean(),
        |x, y, b| ((x + b).log_softmax(-1) * y).sum_axes(&[x.shape().rank() - 1]).mean(),
        |x, y, b| (x * y).sum_axes(&[0]).square().sum() + (x + b).sum() * 0.1,
        |x, y, b| (x.maximum(y) + b).max() + (x * b).min() + x.sum_axes(&[0]).max(),
        // A loss with many readers, each of which adds something to the same gradients.
        |x, y, b| {
            let loss = (x + b).square().mean();
            loss.sin() * loss + (x * loss).sum() * 1e-3 + ((y - loss) * b).square().sum()
        },
        |x, y, b| {
            let (mean, spread) = (x.mean_axes(&[0]), (x - x.mean_axes(&[0])).square().mean_axes(&[0]));
            ((x - mean) * (spread + 1e-5).rsqrt() * b - y).square().sum()
        },
    ];
    for (dims, dtype) in cases() {
        let row = [dims[dims.len() - 1]];
        let at = [dims, dims, &row].map(|dims| numbers(dims, dtype));
        for (which, loss) in losses.into_iter().enumerate() {
            let circuit = trace(&at, |w| gradients_of(loss(w[0], w[1], w[2]), w))?;
            one_result(&circuit, &at).map_err(|why| format!("{dims:?} {dtype}: loss {which}: {why}"))?;
        }
    }
    Ok(())
}

#[test]
fn a_product_does_not_depend_on_who_else_reads_it_or_its_factors() -> Result<(), String> {
    for dtype in [DType::F32, DType::F64] {
        let at =
            [&[6, 90, 70][..], &[6, 70, 90], &[150, 170], &[150], &[170]].map(|dims| numbers(dims, dtype));
        let products = |w: &[Wire]| {
            let (a, v, u) = (w[2], w[3], w[4]);
            vec![w[0].matmul(w[1]).sum_axes(&[0]), v.matmul(a), a.t().matmul(v), a.matmul(u), u.matmul(a.t())]
        };
        let alone = one_result(&trace(&at, products)?, &at)?;
        let beside = trace(&at, |w| {
            // Sweeps read what is transposed as a copy; the products after them do not.
            let turned = w[2].t();
            let first = [turned.exp().sum_axes(&[0]), w[0].matmul(w[1]).sin()];
            let product = w[0].matmul(w[1]);
            let sum = product.sum_axes(&[0]);
            let rest = [turned.matmul(w[3]), w[4].matmul(turned)];
            let plain = products(w);
            vec![sum, plain[1], rest[0], plain[3], rest[1], first[0], first[1], product]
        })?;
        let beside = one_result(&beside, &at)?;
        assert!(beside[..alone.len()] == alone, "{dtype}");
    }
    Ok(())
}

/// The first of equal extremes and the first NaN win, wherever blocks and tiles end.
#[test]
fn extremes_have_one_result() -> Result<(), String> {
    for (dims, dtype) in cases() {
        let count: usize = dims.iter().product();
        for nan in [None, Some(count / 2), Some(count - 1)] {
            let zeros = |i: usize| if i.is_multiple_of(3) { -0.0 } else { 0.0 };
            let values: Vec<f64> =
                (0..count).map(|i| if nan == Some(i) { f64::NAN } else { zeros(i) }).collect();
            let at = [Tensor::from_f64(numbers(dims, dtype).spec(), &values)];
            let circuit = trace(&at, |w| {
                let x = w[0] * 1.0;
                vec![x.max(), x.min(), x.argmax(0), x.max_axes(&[0]), x.sum(), (x + 1.0).exp()]
            })?;
            let bits = one_result(&circuit, &at).map_err(|why| format!("{dims:?} {dtype}: {why}"))?;
            for extreme in [bits[0], bits[1]].map(f64::from_bits) {
                assert_eq!(extreme.is_nan(), nan.is_some(), "{dims:?}");
                assert!(nan.is_some() || extreme.is_sign_negative(), "{dims:?}: the first zero is -0");
            }
        }
    }
    Ok(())
}

//! What rooms of reductions share. The attribute `axes` lists the axes that are folded away, sorted.

use super::axes;
use crate::base::{Shape, Spec, coordinates};
use crate::circuit::{Args, Attrs, Case, Fault, GateDef, Plain, Room, Sampler, Wire, mistake, record};
use crate::gates::transpose::inverse;
use crate::numeric::reduce::{Reduce, reduce_axis};
use crate::numeric::{Number, scratch};

/// The input's spec without the folded axes.
pub fn shape(attrs: &Attrs, inputs: &[Spec]) -> Result<Spec, Fault> {
    let from = inputs[0].shape;
    let axes = axes::axes(from.rank(), attrs.ints("axes"))?;
    // Kernels read the attribute as it is; the text form of a circuit could hold it in another order.
    if axes != attrs.indices("axes") {
        let what = format!("axes {:?}", attrs.ints("axes"));
        return Err(Fault::new(what, "list axes from the lowest to the highest, counted from 0"));
    }
    let to = Shape::new(&axes::without(from, &axes)).map_err(|e| Fault::new(e, ""))?;
    Ok(inputs[0].with_shape(to))
}

/// Records a reduction over axes in any order.
#[track_caller]
pub fn over(gate: &'static GateDef, x: Wire, axes: &[usize]) -> Wire {
    let mut sorted = axes.to_vec();
    sorted.sort_unstable();
    record(gate, Attrs::new([("axes", sorted.into())]), &[x])
}

/// A call from a formula: `f(x, axis=.., keep=..)`.
#[track_caller]
pub fn call(args: &Args<'_>, gate: &'static GateDef) -> Wire {
    let x = args.wire("x");
    let rank = x.shape().rank();
    if x.is_poisoned() {
        return x;
    }
    let list = args.ints("axis").unwrap_or_else(|| (0..rank as i64).collect());
    match axes::axes(rank, &list) {
        Err(fault) => mistake(gate.name, fault),
        Ok(axes) => {
            let folded = over(gate, x, &axes);
            if args.flag("keep", false) { folded.keep_axes(x.shape(), &axes) } else { folded }
        }
    }
}

/// The elements that are folded into the output at `at`, row-major.
pub fn elements<'a>(attrs: &Attrs, x: &'a Plain, at: &[usize]) -> impl Iterator<Item = f64> + 'a {
    let (folded, from, at) = (attrs.indices("axes"), x.spec.shape, at.to_vec());
    coordinates(from).filter_map(move |index| {
        let rest = index.iter().enumerate().filter(|(axis, _)| !folded.contains(axis)).map(|(_, &i)| i);
        rest.eq(at.iter().copied()).then(|| x.at(&index))
    })
}

/// The same reduction with all axes one further on.
pub fn batch(room: &Room<'_>, _: &[bool]) -> Vec<Wire> {
    let axes: Vec<usize> = room.attrs.indices("axes").iter().map(|a| a + 1).collect();
    vec![record(room.gate, Attrs::new([("axes", axes.into())]), &[room.inputs[0]])]
}

/// A random case with distinct elements, so that those which compare are smooth.
pub fn sample(s: &mut Sampler) -> Case {
    let dims = s.dims(1, 3);
    let axes: Vec<usize> = (0..dims.len()).filter(|_| s.coin()).collect();
    Case { attrs: Attrs::new([("axes", axes.into())]), inputs: vec![s.distinct(&dims)] }
}

/// The same without folded axes of length 0, which have no extreme.
pub fn sample_not_empty(s: &mut Sampler) -> Case {
    let mut dims = s.dims(1, 3);
    let axes: Vec<usize> = (0..dims.len()).filter(|_| s.coin()).collect();
    axes.iter().for_each(|&axis| dims[axis] = dims[axis].max(1));
    Case { attrs: Attrs::new([("axes", axes.into())]), inputs: vec![s.distinct(&dims)] }
}

/// A value with its folded axes joined to one, and which axis that is. Where they are not neighbours, they go last.
pub fn join(x: Wire, axes: &[usize]) -> (Wire, usize) {
    let (order, at) = joined_order(x.shape(), axes);
    let x = x.transpose(&order);
    let dims = x.shape().dims();
    let (before, rest) = dims.split_at(at);
    let (folded, after) = rest.split_at(axes.len());
    (x.reshape(&[before, &[folded.iter().product()], after].concat()), at)
}

/// The inverse of [`join`]: a value with joined axes in the shape that they had.
pub fn part(joined: Wire, shape: Shape, axes: &[usize]) -> Wire {
    let (order, _) = joined_order(shape, axes);
    let dims: Vec<usize> = order.iter().map(|&axis| shape[axis]).collect();
    joined.reshape(&dims).transpose(&inverse(&order))
}

/// The order in which the folded axes are neighbours, and where they begin.
fn joined_order(shape: Shape, axes: &[usize]) -> (Vec<usize>, usize) {
    let neighbours = axes.windows(2).all(|pair| pair[1] == pair[0] + 1);
    if neighbours {
        return ((0..shape.rank()).collect(), axes.first().copied().unwrap_or(shape.rank()));
    }
    let mut order: Vec<usize> = (0..shape.rank()).filter(|axis| !axes.contains(axis)).collect();
    let at = order.len();
    order.extend(axes);
    (order, at)
}

/// Folds several axes, last first. Neighbouring axes are folded as one.
pub fn fold_axes<T: Number>(x: &[T], shape: Shape, axes: &[i64], output: &mut [T], op: Reduce) {
    fold_before(x, shape.lengths(), 1, axes, output, op);
}

/// The same, for an array of axes of these lengths before parts of `inner` elements.
fn fold_before<T: Number>(
    x: &[T],
    lengths: &[usize],
    inner: usize,
    axes: &[i64],
    output: &mut [T],
    op: Reduce,
) {
    let Some(&last) = axes.last() else { return output.copy_from_slice(x) };
    let neighbours = axes.windows(2).rev().take_while(|pair| pair[0] + 1 == pair[1]).count() + 1;
    let rest = &axes[..axes.len() - neighbours];
    let (from, to) = (last as usize + 1 - neighbours, last as usize + 1);
    let outer: usize = lengths[..from].iter().product();
    let length = lengths[from..to].iter().product();
    let inner = lengths[to..].iter().product::<usize>() * inner;
    if rest.is_empty() {
        return reduce_axis(x, outer, length, inner, output, op);
    }
    scratch::filled(outer * inner, T::ZERO, |next| {
        reduce_axis(x, outer, length, inner, next, op);
        fold_before(next, &lengths[..from], inner, rest, output, op);
    });
}

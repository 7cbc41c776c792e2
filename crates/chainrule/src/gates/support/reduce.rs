//! What rooms of reductions share. The attribute `axes` lists the axes that are folded away, sorted.

use super::axes;
use crate::base::{Shape, Spec, coordinates};
use crate::circuit::{Args, Attrs, Case, Fault, GateDef, Plain, Room, Sampler, Wire, mistake, record};
use crate::numeric::Number;
use crate::numeric::reduce::{Reduce, reduce_axis};

/// The input's spec without the folded axes.
pub fn shape(attrs: &Attrs, inputs: &[Spec]) -> Result<Spec, Fault> {
    let from = inputs[0].shape;
    let axes = axes::axes(from.rank(), attrs.ints("axes"))?;
    let to = Shape::new(&axes::without(from, &axes)).map_err(|e| Fault::new(e, ""))?;
    Ok(inputs[0].with_shape(to))
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
            let folded = record(gate, Attrs::new([("axes", axes.clone().into())]), &[x]);
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

/// Folds several axes, last first. Neighbouring axes are folded as one.
pub fn fold_axes<T: Number>(x: &[T], shape: Shape, axes: &[usize], output: &mut [T], op: Reduce) {
    let mut dims = shape.dims();
    let mut current: Option<Vec<T>> = None;
    let mut groups: Vec<(usize, usize)> = Vec::new();
    for &axis in axes {
        match groups.last_mut() {
            Some((_, end)) if *end == axis => *end += 1,
            _ => groups.push((axis, axis + 1)),
        }
    }
    if groups.is_empty() {
        return output.copy_from_slice(x);
    }
    while let Some((from, to)) = groups.pop() {
        let outer: usize = dims[..from].iter().product();
        let length: usize = dims[from..to].iter().product();
        let inner: usize = dims[to..].iter().product();
        dims.drain(from..to);
        let source = current.as_deref().unwrap_or(x);
        if groups.is_empty() {
            return reduce_axis(source, outer, length, inner, output, op);
        }
        let mut next = vec![T::ZERO; outer * inner];
        reduce_axis(source, outer, length, inner, &mut next, op);
        current = Some(next);
    }
}

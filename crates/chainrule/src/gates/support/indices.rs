//! What rooms that index share: shapes of picks, constant indices, windows at computed places.

use crate::base::{DType, Shape, Spec};
use crate::circuit::{Attrs, Class, Fault, Wire, open_node};
use crate::gates::iota;
use crate::gates::support::operands::literal;
use crate::numeric::index::{Pick, place};

/// The sizes of a pick from an array by indices, along the attribute `axis`, the first `shared` axes in common.
pub fn pick(attrs: &Attrs, array: Shape, indices: Shape) -> Pick {
    let (axis, shared) = (attrs.index("axis"), attrs.index("shared"));
    let (outer, len, inner) = array.around(axis);
    let groups: usize = array.iter().take(shared).product();
    let picks = indices.iter().skip(shared).product();
    let outer = outer.checked_div(groups).unwrap_or(0);
    Pick { groups, outer, len, picks, inner }
}

/// The shape that a pick gives, or what does not fit.
pub fn picked(attrs: &Attrs, array: Spec, indices: Spec) -> Result<Shape, Fault> {
    let (axis, shared, rank) = (attrs.int("axis"), attrs.int("shared"), array.shape.rank() as i64);
    if indices.dtype != DType::I64 {
        return Err(Fault::new(
            format!("indices are {}, not i64", indices.dtype),
            "cast them first, as in .cast(DType::I64)",
        ));
    }
    if !(0..rank).contains(&axis) || !(0..=axis).contains(&shared) || shared as usize > indices.shape.rank() {
        let what = format!(
            "axis {axis} of {}, with {shared} axes shared with indices {}",
            array.shape, indices.shape
        );
        return Err(Fault::new(
            what,
            "the axis must be one of the value, and the shared ones stand before it",
        ));
    }
    let (axis, shared) = (axis as usize, shared as usize);
    if !array.shape.iter().take(shared).eq(indices.shape.iter().take(shared)) {
        let what =
            format!("the first {shared} axes of {} and of indices {} differ", array.shape, indices.shape);
        return Err(Fault::new(what, "they must be equal"));
    }
    let dims: Vec<usize> = array.shape.iter().take(axis).chain(indices.shape.iter().skip(shared)).collect();
    let dims = [dims, array.shape.iter().skip(axis + 1).collect()].concat();
    Shape::new(&dims).map_err(|e| Fault::new(e, ""))
}

/// Where an element of a pick comes from; none if its index is out of range. `index` reads the indices.
pub fn origin(
    attrs: &Attrs,
    array: Shape,
    indices: Shape,
    at: &[usize],
    index: impl Fn(&[usize]) -> f64,
) -> Option<Vec<usize>> {
    let (axis, shared) = (attrs.index("axis"), attrs.index("shared"));
    let own = axis..axis + indices.rank() - shared;
    let row = place(index(&[&at[..shared], &at[own.clone()]].concat()) as i64, array[axis])?;
    Some([&at[..axis], &[row], &at[own.end..]].concat())
}

/// Whether indices that are part of the circuit lie within an axis of this length.
pub fn check_constant(indices: Wire, length: usize) -> Result<(), Fault> {
    let Some(node) = open_node(indices).filter(|node| matches!(node.gate.class, Class::Constant)) else {
        return Ok(());
    };
    match node.attrs.tensor("value").slice().to_i64().into_iter().find(|&i| place(i, length).is_none()) {
        None => Ok(()),
        Some(index) if length == 0 => {
            Err(Fault::new(format!("index {index} of an axis without elements"), ""))
        }
        Some(index) => {
            let hint = format!("indices go from 0 to {}, or from -{length} to -1", length - 1);
            Err(Fault::new(format!("index {index} of an axis of length {length}"), hint))
        }
    }
}

/// A start of a window as the kernels clamp it, so that the window lies within the axis.
pub fn clamped(start: i64, length: usize, window: usize) -> usize {
    start.clamp(0, (length - window) as i64) as usize
}

/// The starts of one window for each example, clamped: [batch] each, from wires of which some have no batch axis.
pub fn clamped_starts(starts: &[Wire], dims: &[usize], window: &[usize], batch: usize) -> Vec<Wire> {
    let clamp = |((&start, &length), &window): ((&Wire, &usize), &usize)| {
        let bound = |value: usize| literal(value as f64, DType::I64);
        let low = start.lt(0).select(bound(0), start);
        low.gt((length - window) as i64).select(bound(length - window), low).broadcast_to(&[batch])
    };
    starts.iter().zip(dims).zip(window).map(clamp).collect()
}

/// One number for each example, repeated to a shape that begins with the batch axis.
pub fn spread(each: Wire, dims: &[usize]) -> Wire {
    let mut aligned = vec![1; dims.len()];
    aligned[0] = dims[0];
    each.reshape(&aligned).broadcast_to(dims)
}

/// Coordinates along `axis` in a shape.
pub fn coordinate(dims: &[usize], axis: usize) -> Wire {
    iota(dims, axis as i64, DType::I64)
}

/// Row-major flat indices from coordinates along each axis, given in one shape `dims`.
pub fn flat(coordinates: &[Wire], strides: &[usize], dims: &[usize]) -> Wire {
    let start = literal(0.0, DType::I64).broadcast_to(dims);
    let terms = coordinates.iter().zip(strides);
    terms.fold(start, |sum, (&coordinate, &stride)| sum + coordinate * stride as i64)
}

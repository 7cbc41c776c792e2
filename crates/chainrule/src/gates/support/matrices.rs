//! What rooms of linear algebra share. Matrices are the last two axes; those before are a batch.

use super::operands::zeros_like;
use super::wants;
use crate::base::{Shape, Spec, Tensor};
use crate::circuit::{Fault, Wire};
use crate::gates::constant;

/// The rows of square matrices of floats.
pub fn square(x: Spec) -> Result<usize, Fault> {
    if !x.dtype.is_float() {
        return Err(wants("floats", x.dtype));
    }
    match x.shape.dims()[..] {
        [.., rows, columns] if rows == columns => Ok(rows),
        _ => Err(Fault::new(
            format!("takes square matrices, not {}", x.shape),
            "the last two axes must be equal",
        )),
    }
}

/// Batch axes, rows and columns.
pub fn split(shape: Shape) -> (Vec<usize>, usize, usize) {
    let mut batch = shape.dims();
    let (columns, rows) = (batch.pop().unwrap_or(1), batch.pop().unwrap_or(1));
    (batch, rows, columns)
}

/// Row numbers as a column and column numbers as a row: what masks are compared from.
pub fn numbers(rows: usize, columns: usize) -> (Wire, Wire) {
    let count = |length: usize| constant(Tensor::from((0..length as i64).collect::<Vec<_>>()));
    (count(rows).unsqueeze(1), count(columns))
}

/// A triangle of matrices with zeros elsewhere, chosen and not multiplied, so that a NaN elsewhere stays out.
pub fn triangle(x: Wire, lower: bool, strict: bool) -> Wire {
    let (_, rows, columns) = split(x.shape());
    let (i, j) = numbers(rows, columns);
    let inside = match (lower, strict) {
        (true, true) => i.gt(j),
        (true, false) => i.ge(j),
        (false, true) => i.lt(j),
        (false, false) => i.le(j),
    };
    inside.select(x, zeros_like(x))
}

/// The diagonal of square matrices.
pub fn diagonal(x: Wire) -> Wire {
    let (batch, rows, columns) = split(x.shape());
    let (i, j) = numbers(rows, columns);
    i.eq(j).select(x, zeros_like(x)).sum_axes(&[batch.len() + 1])
}

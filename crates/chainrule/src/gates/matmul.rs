//! Matrix products.

use super::seen_in_basis;
use super::support::{batch, wants};
use crate::base::{DType, Shape, Spec};
use crate::circuit::{
    Arity, Attrs, Call, Case, Class, Doc, Fault, GateDef, Local, Outputs, Reads, Room, Wire, mistake, record,
};

/// See the module.
pub static MATMUL: GateDef = GateDef {
    name: "matmul",
    doc: Doc {
        summary: "Matrix product; axes before the last two are a batch.",
        formula: "C[.., i, j] = sum over k of A[.., i, k] B[.., k, j]",
        local: "passed back to A: upstream B^T; to B: A^T upstream",
        kinks: "",
        source: "",
    },
    call: Some(Call { signature: "a, b", build: |a| a.wire("a").matmul(a.wire("b")) }),
    arity: Arity::Exactly(2),
    attrs: &[],
    shape: shape_rule,
    class: Class::Product,
    element: |_, x, at| {
        let (batch, [i, j]) = at.split_at(at.len() - 2) else { return f64::NAN };
        let length = x[0].spec.shape[at.len() - 1];
        let (left, right) = (|k| [batch, &[*i, k]].concat(), |k| [batch, &[k, *j]].concat());
        (0..length).map(|k| x[0].at(&left(k)) * x[1].at(&right(k))).sum()
    },
    local: Local::Pair {
        vjp: |r, up, wants| {
            let Some(up) = up[0] else { return vec![None, None] };
            let (a, b) = (r.inputs[0], r.inputs[1]);
            vec![wants[0].then(|| up.matmul(b.mt())), wants[1].then(|| a.mt().matmul(up))]
        },
        jvp: |r, tangents| {
            let left = tangents[0].map(|t| t.matmul(r.inputs[1]));
            let right = tangents[1].map(|t| r.inputs[0].matmul(t));
            vec![match (left, right) {
                (Some(left), Some(right)) => Some(left + right),
                (left, right) => left.or(right),
            }]
        },
    },
    reads: Reads::INPUTS,
    batch: |r, batched| match in_directions(r, batched) {
        Some(product) => vec![product],
        None => vec![record(&MATMUL, Attrs::NONE, &batch::inputs(r, batched))],
    },
    flops: |_, inputs, outputs| {
        let depth = inputs[0].shape[inputs[0].shape.rank() - 1];
        2 * depth as u64 * outputs[0].shape.elements() as u64
    },
    identities: &[],
    sample: |s| {
        let dims = [s.dims(0, 2), s.dims(3, 3)].concat();
        let (batch, [m, k, n]) = dims.split_at(dims.len() - 3) else {
            unreachable!("three axes were drawn last")
        };
        let inputs = vec![
            s.reals(&[batch, &[*m, *k]].concat(), -2.0, 2.0),
            s.reals(&[batch, &[*k, *n]].concat(), -2.0, 2.0),
        ];
        Case { attrs: Attrs::NONE, inputs }
    },
};

/// Batch axes and the last two.
fn split(shape: Shape) -> (Vec<usize>, usize, usize) {
    let dims = shape.dims();
    let (batch, last) = dims.split_at(dims.len() - 2);
    (batch.to_vec(), last[0], last[1])
}

/// A batch of products of one matrix with unit directions: each is a column or a row of that matrix, or 0 for a direction
/// that is none of this vector's. So nothing is multiplied, and what an infinity in another column would make of 0 is not seen.
fn in_directions(r: &Room<'_>, batched: &[bool]) -> Option<Wire> {
    let (vector, matrix) = match batched {
        [false, true] => (r.inputs[1], r.inputs[0]),
        [true, false] => (r.inputs[0], r.inputs[1]),
        _ => return None,
    };
    let (directions, view) = seen_in_basis(vector)?;
    let &[count, rows, columns] = &vector.shape().dims()[..] else { return None };
    let (along, length, lines) = if batched[1] { (1, rows, matrix.mt()) } else { (2, columns, matrix) };
    let is_vector = rows * columns == length && length > 0;
    // Element `i` of direction `d` is then 1 where d = first + i.
    let steps = view.strides();
    let each = count == directions && steps[0] == directions as isize && (length == 1 || steps[along] == 1);
    if !is_vector || !each || view.offset + length > directions {
        return None;
    }
    let seen = lines.unsqueeze(if batched[1] { 2 } else { 1 });
    let (before, after) = (view.offset as i64, (directions - view.offset - length) as i64);
    Some(if length == directions { seen } else { seen.pad(&[before, 0, 0], &[after, 0, 0]) })
}

fn shape_rule(_: &Attrs, inputs: &[Spec]) -> Result<Outputs, Fault> {
    let (a, b) = (inputs[0], inputs[1]);
    if a.dtype != b.dtype {
        return Err(Fault::new(format!("dtypes differ: {} and {}", a.dtype, b.dtype), "cast one of them"));
    }
    if matches!(a.dtype, DType::U8 | DType::Bool) {
        return Err(wants("f32, f64, i32 or i64", a.dtype));
    }
    if a.shape.rank() < 2 || b.shape.rank() < 2 {
        return Err(Fault::new(
            format!("takes matrices, not {} and {}", a.shape, b.shape),
            "reshape them to two axes",
        ));
    }
    let ((batch, m, k), (other_batch, k2, n)) = (split(a.shape), split(b.shape));
    if k != k2 || batch != other_batch {
        let hint =
            "the columns of the first must be as many as the rows of the second, and the batch axes equal";
        return Err(Fault::new(format!("shapes don't fit: {} and {}", a.shape, b.shape), hint));
    }
    let shape = Shape::new(&[&batch[..], &[m, n]].concat()).map_err(|e| Fault::new(e, ""))?;
    Ok(Outputs::One(a.with_shape(shape)))
}

impl Wire {
    /// The matrix product. A vector on the left is a row, on the right a column, and its axis is dropped from the result;
    /// batch axes are broadcast.
    #[track_caller]
    pub fn matmul(self, other: Wire) -> Wire {
        let (Some(a), Some(b)) = (self.spec(), other.spec()) else { return Wire::POISON };
        if a.shape.rank() == 0 || b.shape.rank() == 0 {
            let what = format!("takes matrices and vectors, not {} and {}", a.shape, b.shape);
            return mistake("matmul", Fault::new(what, "multiply scalars with *"));
        }
        let left = if a.shape.rank() == 1 { self.reshape(&[1, a.shape[0]]) } else { self };
        let right = if b.shape.rank() == 1 { other.reshape(&[b.shape[0], 1]) } else { other };
        let ((left_batch, m, k), (right_batch, k2, n)) = (split(left.shape()), split(right.shape()));
        let (left_shape, right_shape) = (Shape::new(&left_batch), Shape::new(&right_batch));
        let common = match (left_shape, right_shape) {
            (Ok(x), Ok(y)) => x.broadcast(y).map(Shape::dims),
            _ => None,
        };
        // Where batch axes don't fit, the gate's own rule reports it.
        let product = match common {
            Some(batch) if k == k2 => {
                let left = left.broadcast_to(&[&batch[..], &[m, k]].concat());
                let right = right.broadcast_to(&[&batch[..], &[k, n]].concat());
                record(&MATMUL, Attrs::NONE, &[left, right])
            }
            _ => record(&MATMUL, Attrs::NONE, &[left, right]),
        };
        drop_vector_axes(product, a.shape.rank() == 1, b.shape.rank() == 1)
    }

    /// The transpose of the last two axes.
    #[track_caller]
    pub fn mt(self) -> Wire {
        let rank = self.shape().rank();
        if self.is_poisoned() || rank < 2 {
            return self;
        }
        let mut order: Vec<usize> = (0..rank).collect();
        order.swap(rank - 2, rank - 1);
        self.transpose(&order)
    }
}

#[track_caller]
fn drop_vector_axes(product: Wire, left: bool, right: bool) -> Wire {
    if product.is_poisoned() || !(left || right) {
        return product;
    }
    let (mut dims, m, n) = split(product.shape());
    dims.extend((!left).then_some(m));
    dims.extend((!right).then_some(n));
    product.reshape(&dims)
}

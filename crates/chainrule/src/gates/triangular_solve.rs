//! Systems of linear equations with triangular matrices.

use super::support::matrices::{split, square};
use super::support::{batch, matrices};
use crate::base::{Shape, Spec, Strided};
use crate::circuit::{
    Arity, Attrs, Call, Case, Class, Doc, Fault, GateDef, Job, Kind, Local, Outputs, Plain, Reads, Room,
    Sampler,
};
use crate::circuit::{Wire, record};
use crate::numeric::{Float, linalg};

/// See the module.
pub static TRIANGULAR_SOLVE: GateDef = GateDef {
    name: "triangular_solve",
    doc: Doc {
        summary: "X with T X = B, where T is a triangle of A, or its transpose; axes before the last two are a batch. The \
                  other triangle is not read; with unit, neither is the diagonal, which counts as 1.",
        formula: "X = T^-1 B",
        local: "passed back to B: T^-T upstream; to A: -(T^-T upstream) X^T in the triangle that was read (the transpose \
                of it where T is the transpose), 0 elsewhere",
        kinks: "a zero on the diagonal gives infinities or NaN, as the division says",
        source: "Golub and Van Loan, \"Matrix Computations\", section 3.1; Giles 2008, \"Collected matrix derivative \
                 results\"",
    },
    call: Some(Call {
        signature: "a, b, lower=true, transpose=false, unit=false",
        build: |a| {
            let kind = Triangle {
                lower: a.flag("lower", true),
                transpose: a.flag("transpose", false),
                unit: a.flag("unit", false),
            };
            a.wire("a").triangular_solve(a.wire("b"), kind)
        },
    }),
    arity: Arity::Exactly(2),
    attrs: &[("lower", Kind::Flag), ("transpose", Kind::Flag), ("unit", Kind::Flag)],
    shape: shape_rule,
    class: Class::Contract(kernel, Strided::is_contiguous, None),
    element,
    local: Local::Pair { vjp, jvp },
    reads: Reads::BOTH,
    batch: batch_rule,
    flops: |_, inputs, outputs| {
        inputs[0].shape.iter().last().unwrap_or(0) as u64 * outputs[0].shape.elements() as u64
    },
    identities: &[],
    sample,
};

/// Which triangle a system has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Triangle {
    /// The lower triangle of the matrix is read, else the upper one.
    pub lower: bool,
    /// The system is that of the transpose.
    pub transpose: bool,
    /// The diagonal counts as 1 and is not read.
    pub unit: bool,
}

impl Triangle {
    /// The lower triangle, as it is.
    pub const LOWER: Triangle = Triangle { lower: true, transpose: false, unit: false };
    /// The upper triangle, as it is.
    pub const UPPER: Triangle = Triangle { lower: false, transpose: false, unit: false };

    fn of(attrs: &Attrs) -> Triangle {
        Triangle { lower: attrs.flag("lower"), transpose: attrs.flag("transpose"), unit: attrs.flag("unit") }
    }

    fn attrs(self) -> Attrs {
        Attrs::new([
            ("lower", self.lower.into()),
            ("transpose", self.transpose.into()),
            ("unit", self.unit.into()),
        ])
    }

    /// The system of the transpose of this one's matrix.
    fn flipped(self) -> Triangle {
        Triangle { transpose: !self.transpose, ..self }
    }

    /// What of a matrix the system reads, zeros elsewhere.
    fn read(self, x: Wire) -> Wire {
        matrices::triangle(x, self.lower, self.unit)
    }
}

fn shape_rule(_: &Attrs, inputs: &[Spec]) -> Result<Outputs, Fault> {
    let (a, b) = (inputs[0], inputs[1]);
    let n = square(a)?;
    if a.dtype != b.dtype {
        return Err(Fault::new(format!("dtypes differ: {} and {}", a.dtype, b.dtype), "cast one of them"));
    }
    let ((batch, ..), (other, rows, _)) = (split(a.shape), split(b.shape));
    if b.shape.rank() < 2 || rows != n || batch != other {
        let hint = "right sides are the columns of a matrix with as many rows, and the batch axes are equal";
        return Err(Fault::new(format!("shapes don't fit: {} and {}", a.shape, b.shape), hint));
    }
    Ok(Outputs::One(b))
}

fn kernel(job: &mut Job<'_>) {
    let (a, b) = (job.inputs[0], job.inputs[1]);
    let kind = Triangle::of(job.attrs);
    for_dtype!(a.data.dtype(), [f32 f64], T => solve::<T>(a.typed(), a.shape, b.typed(), b.shape, kind, job.output()))
}

fn solve<T: Float>(a: &[T], shape: Shape, b: &[T], sides: Shape, kind: Triangle, output: &mut [T]) {
    let [n, columns] = [shape, sides].map(|shape| shape[shape.rank() - 1]);
    output.copy_from_slice(b);
    let triangle = linalg::Triangle { lower: kind.lower, transposed: kind.transpose, unit: kind.unit };
    for (a, x) in a.chunks((n * n).max(1)).zip(output.chunks_mut((n * columns).max(1))) {
        linalg::solve_triangular(a, n, x, columns, triangle);
    }
}

fn element(attrs: &Attrs, inputs: &[Plain], at: &[usize]) -> f64 {
    let (batch, [row, column]) = at.split_at(at.len() - 2) else { return f64::NAN };
    let (kind, n) = (Triangle::of(attrs), inputs[1].spec.shape[batch.len()]);
    let a = |i: usize, j: usize| {
        let (i, j) = if kind.transpose { (j, i) } else { (i, j) };
        if kind.unit && i == j { 1.0 } else { inputs[0].at(&[batch, &[i, j]].concat()) }
    };
    let downwards = kind.lower != kind.transpose;
    let order: Vec<usize> = if downwards { (0..n).collect() } else { (0..n).rev().collect() };
    let mut x = vec![0.0; n];
    for (step, &i) in order.iter().enumerate() {
        let known: f64 = order[..step].iter().map(|&j| a(i, j) * x[j]).sum();
        x[i] = (inputs[1].at(&[batch, &[i, *column]].concat()) - known) / a(i, i);
    }
    x[*row]
}

fn vjp(r: &Room<'_>, up: &[Option<Wire>], wants: &[bool]) -> Vec<Option<Wire>> {
    let Some(up) = up[0] else { return vec![None, None] };
    let (kind, a, x) = (Triangle::of(r.attrs), r.inputs[0], r.output());
    let to_sides = a.triangular_solve(up, kind.flipped());
    let to_matrix = || {
        let product = if kind.transpose { x.matmul(to_sides.mt()) } else { to_sides.matmul(x.mt()) };
        -kind.read(product)
    };
    vec![wants[0].then(to_matrix), wants[1].then_some(to_sides)]
}

/// T dX = dB - dT X.
fn jvp(r: &Room<'_>, tangents: &[Option<Wire>]) -> Vec<Option<Wire>> {
    let (kind, a, x) = (Triangle::of(r.attrs), r.inputs[0], r.output());
    let of_matrix = tangents[0].map(|t| {
        let t = kind.read(t);
        if kind.transpose { t.mt().matmul(x) } else { t.matmul(x) }
    });
    let moved = match (tangents[1], of_matrix) {
        (Some(b), Some(t)) => Some(b - t),
        (b, t) => b.or(t.map(|t| -t)),
    };
    vec![moved.map(|sides| a.triangular_solve(sides, kind))]
}

/// A batch of right sides alone is more columns; a batch of matrices is one batch axis more.
fn batch_rule(r: &Room<'_>, batched: &[bool]) -> Vec<Wire> {
    let (a, b, kind) = (r.inputs[0], r.inputs[1], Triangle::of(r.attrs));
    if batched[0] {
        return vec![record(&TRIANGULAR_SOLVE, r.attrs.clone(), &batch::inputs(r, batched))];
    }
    let columns = b.shape().rank() - 2;
    let moved = b.move_axis(0, columns);
    let (outer, size, each) = split(moved.shape());
    let x = a.triangular_solve(moved.reshape(&[&outer[..], &[size * each]].concat()), kind);
    vec![x.reshape(&moved.shape().dims()).move_axis(columns, 0)]
}

/// A diagonal well away from 0, so that the solution does not blow up.
fn sample(s: &mut Sampler) -> Case {
    let (dims, n, columns) = (s.dims(0, 2), s.size(0, 3), s.size(0, 3));
    let kind = Triangle { lower: s.coin(), transpose: s.coin(), unit: s.coin() };
    let mut values = s.reals(&[&dims[..], &[n, n]].concat(), -1.0, 1.0).to_f64();
    for matrix in values.chunks_mut((n * n).max(1)) {
        matrix.iter_mut().step_by(n + 1).for_each(|d| *d += 2.0 * d.signum());
    }
    let a = crate::base::Tensor::new(values, &[&dims[..], &[n, n]].concat());
    let sides = s.reals(&[&dims[..], &[n, columns]].concat(), -2.0, 2.0);
    Case { attrs: kind.attrs(), inputs: vec![a.expect("as many numbers as were drawn"), sides] }
}

impl Wire {
    /// X with T X = B, where T is a triangle of this matrix. A vector is one right side; batch axes are broadcast.
    #[track_caller]
    pub fn triangular_solve(self, b: Wire, kind: Triangle) -> Wire {
        let (Some(a), Some(sides)) = (self.spec(), b.spec()) else { return Wire::POISON };
        if sides.shape.rank() == 1 {
            let x = self.triangular_solve(b.unsqueeze(1), kind);
            let dims = x.shape().dims();
            return x.reshape(&dims[..dims.len().saturating_sub(1)]);
        }
        let ((left, n, m), (right, rows, columns)) = (split(a.shape), split(sides.shape));
        let common = match (Shape::new(&left), Shape::new(&right)) {
            (Ok(left), Ok(right)) => left.broadcast(right).map(Shape::dims),
            _ => None,
        };
        // Where batch axes don't fit, the gate's own rule reports it.
        let (a, b) = match common {
            Some(batch) if a.shape.rank() >= 2 && sides.shape.rank() >= 2 => {
                let a = self.broadcast_to(&[&batch[..], &[n, m]].concat());
                (a, b.broadcast_to(&[&batch[..], &[rows, columns]].concat()))
            }
            _ => (self, b),
        };
        record(&TRIANGULAR_SOLVE, kind.attrs(), &[a, b])
    }
}

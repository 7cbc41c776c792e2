//! Static shapes: up to eight axes, row-major, known when a circuit is traced.

use super::{DType, limits};
use std::hash::{Hash, Hasher};
use std::{fmt, ops::Index};

/// The lengths of a tensor's axes; no axes for a scalar.
#[derive(Clone, Copy, Eq, Default)]
pub struct Shape {
    rank: u8,
    dims: [usize; limits::RANK],
}

/// Unused axes are 0, but in a poisoned shape; so the first one tells it from a scalar. Running a small circuit is mostly
/// comparing shapes.
impl PartialEq for Shape {
    #[inline]
    fn eq(&self, other: &Shape) -> bool {
        self.rank == other.rank && (0..self.rank().max(1)).all(|axis| self.dims[axis] == other.dims[axis])
    }
}

impl Hash for Shape {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.dims[..self.rank().max(1)].hash(state);
    }
}

impl Shape {
    /// No axes: one number.
    pub const SCALAR: Shape = Shape { rank: 0, dims: [0; limits::RANK] };

    /// The shape of a poisoned wire: it answers 1 to any index, so that code which reads it goes on to the end.
    pub const POISON: Shape = Shape { rank: 0, dims: [1; limits::RANK] };

    /// A shape with these axes.
    ///
    /// # Errors
    /// More than [`limits::RANK`] axes or [`limits::ELEMENTS`] elements, or an axis longer than [`limits::AXIS`].
    pub fn new(dims: &[usize]) -> Result<Shape, String> {
        if dims.len() > limits::RANK {
            return Err(format!(
                "{} axes are more than the {} that a tensor can have",
                dims.len(),
                limits::RANK
            ));
        }
        let elements = dims.iter().try_fold(1u64, |n, &d| n.checked_mul(d as u64)).unwrap_or(u64::MAX);
        if elements > limits::ELEMENTS {
            return Err(format!("{dims:?} has more than {} elements", limits::ELEMENTS));
        }
        if dims.iter().any(|&d| d as u64 > limits::AXIS) {
            return Err(format!("{dims:?} has an axis longer than {}", limits::AXIS));
        }
        let mut shape = Shape { rank: dims.len() as u8, dims: [0; limits::RANK] };
        shape.dims[..dims.len()].copy_from_slice(dims);
        Ok(shape)
    }

    /// Number of axes.
    #[inline]
    pub fn rank(self) -> usize {
        self.rank as usize
    }

    /// The lengths, first axis first.
    pub fn dims(self) -> Vec<usize> {
        self.iter().collect()
    }

    /// The lengths, one after the other.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = usize> + ExactSizeIterator {
        self.dims.into_iter().take(self.rank as usize)
    }

    /// Number of elements; 1 for a scalar.
    pub fn elements(self) -> usize {
        self.iter().product()
    }

    /// The lengths, where they are.
    pub(crate) fn lengths(&self) -> &[usize] {
        &self.dims[..self.rank()]
    }

    /// Row-major strides in elements, followed by zeros.
    pub(crate) fn steps(self) -> [isize; limits::RANK] {
        let (mut steps, mut step) = ([0; limits::RANK], 1);
        for axis in (0..self.rank()).rev() {
            steps[axis] = step as isize;
            step *= self[axis];
        }
        steps
    }

    /// Row-major strides in elements.
    pub fn strides(self) -> Vec<usize> {
        let mut strides = vec![1; self.rank()];
        for axis in (1..self.rank()).rev() {
            strides[axis - 1] = strides[axis] * self[axis];
        }
        strides
    }

    /// NumPy's rule: axes are matched from the last; each pair must be equal or hold a 1. None where they don't fit.
    pub fn broadcast(self, other: Shape) -> Option<Shape> {
        let rank = self.rank().max(other.rank());
        let mut dims = vec![0; rank];
        for (axis, to) in dims.iter_mut().enumerate() {
            let of = |s: Shape| (axis + s.rank()).checked_sub(rank).map_or(1, |a| s[a]);
            *to = match (of(self), of(other)) {
                (a, b) if a == b => a,
                (1, b) => b,
                (a, 1) => a,
                _ => return None,
            };
        }
        Shape::new(&dims).ok()
    }

    /// The elements before, along and after `axis`: the layout that reductions and cumulations loop over.
    pub fn around(self, axis: usize) -> (usize, usize, usize) {
        (self.iter().take(axis).product(), self[axis], self.iter().skip(axis + 1).product())
    }
}

impl Index<usize> for Shape {
    type Output = usize;
    fn index(&self, axis: usize) -> &usize {
        if *self == Shape::POISON { &1 } else { &self.dims[..self.rank as usize][axis] }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.dims())
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What is known of a wire before any number is: its shape and dtype.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Spec {
    /// Lengths of the axes.
    pub shape: Shape,
    /// Kind of number.
    pub dtype: DType,
}

impl Spec {
    /// A spec from axes and dtype.
    ///
    /// # Errors
    /// See [`Shape::new`].
    pub fn new(dims: &[usize], dtype: DType) -> Result<Spec, String> {
        Ok(Spec { shape: Shape::new(dims)?, dtype })
    }

    /// One number.
    pub const fn scalar(dtype: DType) -> Spec {
        Spec { shape: Shape::SCALAR, dtype }
    }

    /// The same dtype in another shape.
    pub fn with_shape(self, shape: Shape) -> Spec {
        Spec { shape, ..self }
    }

    /// The same shape of another dtype.
    pub fn with_dtype(self, dtype: DType) -> Spec {
        Spec { dtype, ..self }
    }

    /// Bytes of the whole tensor.
    pub fn bytes(self) -> usize {
        self.shape.elements() * self.dtype.bytes()
    }
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.dtype, self.shape)
    }
}

impl fmt::Debug for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// All coordinates of a shape in row-major order. One empty coordinate for a scalar, none where an axis is empty.
pub fn coordinates(shape: Shape) -> impl Iterator<Item = Vec<usize>> {
    let dims = shape.dims();
    (0..shape.elements()).map(move |flat| {
        let mut rest = flat;
        let mut at = vec![0; dims.len()];
        for axis in (0..dims.len()).rev() {
            at[axis] = rest % dims[axis];
            rest /= dims[axis];
        }
        at
    })
}

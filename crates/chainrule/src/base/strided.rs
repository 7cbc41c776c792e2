//! Views: the elements of one array seen in another order, without a copy.

use super::{Shape, limits::RANK};

/// Which places of a row-major array a value takes: element (i, j, ..) is at `offset + i * strides[0] + j * strides[1] + ..`.
/// A stride of 0 repeats, a negative one runs backwards.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Strided {
    /// The place of the first element.
    pub offset: usize,
    /// The lengths of the axes.
    pub shape: Shape,
    strides: [isize; RANK],
}

impl Strided {
    /// A whole array, row-major.
    pub fn whole(shape: Shape) -> Strided {
        let mut strides = [0; RANK];
        for (to, stride) in strides.iter_mut().zip(shape.strides()) {
            *to = stride as isize;
        }
        Strided { offset: 0, shape, strides }
    }

    /// The same elements from another place on.
    pub fn moved_to(self, offset: usize) -> Strided {
        Strided { offset, ..self }
    }

    /// The stride of each axis, in elements.
    pub fn strides(&self) -> &[isize] {
        &self.strides[..self.shape.rank()]
    }

    /// Whether the elements lie one after the other, wherever they begin.
    pub fn is_contiguous(&self) -> bool {
        let mut expected = 1;
        self.shape.elements() <= 1
            || self.shape.iter().zip(self.strides()).rev().all(|(length, &stride)| {
                let fits = length == 1 || stride == expected;
                expected *= length as isize;
                fits
            })
    }

    /// From the first element's place to that after the last; no stride may be negative.
    pub fn reach(&self) -> usize {
        if self.shape.elements() == 0 {
            return 0;
        }
        let axes = self.shape.iter().zip(self.strides());
        1 + axes.map(|(length, stride)| (length - 1) * stride.unsigned_abs()).sum::<usize>()
    }

    /// Whether it is the whole of an array with so many elements, row-major.
    pub fn is_whole(&self, elements: usize) -> bool {
        self.offset == 0 && self.shape.elements() == elements && self.is_contiguous()
    }

    /// Repeated to a shape, by NumPy's rule. The shape must fit: shape rules see to that.
    pub fn broadcast(&self, to: Shape) -> Strided {
        let mut strides = [0; RANK];
        let skip = to.rank() - self.shape.rank();
        for (axis, length) in self.shape.iter().enumerate() {
            strides[skip + axis] = if length == 1 { 0 } else { self.strides[axis] };
        }
        Strided { offset: self.offset, shape: to, strides }
    }

    /// Axis `i` of the result is axis `order[i]` of this; `shape` is the result's.
    pub fn permute(&self, order: &[usize], shape: Shape) -> Strided {
        let mut strides = [0; RANK];
        for (to, &axis) in strides.iter_mut().zip(order) {
            *to = self.strides[axis];
        }
        Strided { offset: self.offset, shape, strides }
    }

    /// From `starts`, every `steps`-th element of each axis; `shape` is the result's.
    pub fn slice(&self, starts: &[usize], steps: &[usize], shape: Shape) -> Strided {
        let (mut offset, mut strides) = (self.offset, [0; RANK]);
        if shape.elements() == 0 {
            return Strided { offset: 0, shape, strides };
        }
        for axis in 0..shape.rank() {
            offset = offset.wrapping_add_signed(self.strides[axis] * starts[axis] as isize);
            // A step may be longer than memory where the axis has one place left; then it is never taken.
            strides[axis] = self.strides[axis].wrapping_mul(steps[axis] as isize);
        }
        Strided { offset, shape, strides }
    }

    /// Some axes from the last element to the first.
    pub fn reverse(&self, axes: &[usize]) -> Strided {
        let mut view = *self;
        for &axis in axes.iter().filter(|&&axis| self.shape[axis] > 1) {
            let span = self.strides[axis] * (self.shape[axis] - 1) as isize;
            view.offset = view.offset.wrapping_add_signed(span);
            view.strides[axis] = -self.strides[axis];
        }
        view
    }

    /// The same elements in the same order in another shape; `None` where no strides can say that.
    pub fn reshape(&self, to: Shape) -> Option<Strided> {
        if self.shape.elements() == 0 {
            return Some(Strided { offset: 0, ..Strided::whole(to) });
        }
        let (lengths, steps, rank) = self.merged();
        let mut strides = [0; RANK];
        let (mut group, mut left, mut step) = (rank, 1usize, 0isize);
        for axis in (0..to.rank()).rev().filter(|&axis| to[axis] != 1) {
            if left == 1 {
                group = group.checked_sub(1)?;
                (left, step) = (lengths[group], steps[group]);
            }
            if left % to[axis] != 0 {
                return None;
            }
            strides[axis] = step;
            step *= to[axis] as isize;
            left /= to[axis];
        }
        (group == 0 && left == 1).then_some(Strided { offset: self.offset, shape: to, strides })
    }

    /// The same places with as few axes as possible: lengths, strides and number of axes. Axes of length 1 go, and
    /// neighbours that one stride can walk are joined.
    pub fn merged(&self) -> ([usize; RANK], [isize; RANK], usize) {
        let (mut lengths, mut strides, mut rank) = ([1; RANK], [0; RANK], 0);
        for (length, &stride) in self.shape.iter().zip(self.strides()).filter(|(length, _)| *length != 1) {
            if rank > 0 && strides[rank - 1] == stride * length as isize {
                (lengths[rank - 1], strides[rank - 1]) = (lengths[rank - 1] * length, stride);
            } else {
                (lengths[rank], strides[rank]) = (length, stride);
                rank += 1;
            }
        }
        (lengths, strides, rank)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(dims: &[usize]) -> Shape {
        Shape::new(dims).unwrap()
    }

    /// The places in row-major order.
    fn places(view: &Strided) -> Vec<isize> {
        let at = |index: Vec<usize>| -> isize {
            index.iter().zip(view.strides()).map(|(&i, s)| i as isize * s).sum::<isize>()
                + view.offset as isize
        };
        crate::base::coordinates(view.shape).map(at).collect()
    }

    #[test]
    fn views_name_the_places() {
        let x = Strided::whole(shape(&[2, 3]));
        assert_eq!(places(&x), [0, 1, 2, 3, 4, 5]);
        let t = x.permute(&[1, 0], shape(&[3, 2]));
        assert_eq!(places(&t), [0, 3, 1, 4, 2, 5]);
        assert!(x.is_contiguous() && !t.is_contiguous());
        assert_eq!(places(&t.slice(&[1, 0], &[1, 1], shape(&[2, 1]))), [1, 2]);
        assert_eq!(places(&x.reverse(&[1])), [2, 1, 0, 5, 4, 3]);
        let row = Strided::whole(shape(&[3])).broadcast(shape(&[2, 3]));
        assert_eq!(places(&row), [0, 1, 2, 0, 1, 2]);
    }

    #[test]
    fn reshape_keeps_the_order_or_says_that_it_cannot() {
        let x = Strided::whole(shape(&[2, 3, 4]));
        assert_eq!(places(&x.reshape(shape(&[6, 1, 4])).unwrap()), (0..24).collect::<Vec<isize>>());
        let t = x.permute(&[2, 0, 1], shape(&[4, 2, 3]));
        assert_eq!(places(&t.reshape(shape(&[2, 2, 6])).unwrap()), places(&t));
        assert_eq!(t.reshape(shape(&[8, 3])), None);
        assert_eq!(t.reshape(shape(&[24])), None);
        let repeated = Strided::whole(shape(&[1])).broadcast(shape(&[5]));
        assert_eq!(places(&repeated.reshape(shape(&[5, 1])).unwrap()), [0; 5]);
        let one = Strided::whole(Shape::SCALAR).reshape(shape(&[1, 1])).unwrap();
        assert_eq!(places(&one), [0]);
    }
}

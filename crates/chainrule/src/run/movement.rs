//! Elements from anywhere in memory, brought into a row. Numbers are moved as bits: only their size matters.

use super::{Address, Shared};
use crate::base::{Strided, limits::RANK};
use crate::numeric::gemm::lanes::Real;
use crate::numeric::team::{Team, cut, least};
use crate::plan::Copied;

/// # Safety
/// `values` are the addresses of the plan's values.
pub unsafe fn copy(copied: &Copied, values: &[Address], team: Team) {
    let (view, bytes) = (&copied.from.view, copied.from.dtype.bytes());
    let (from, to) = (values[copied.from.value as usize], values[copied.to as usize]);
    if from == to {
        // An output that is written over the input that it is.
        return;
    }
    // SAFETY: the view lies within its value and the target has room for all of it, by the plan. Floats stand for all
    // numbers of their size: they are moved as they are.
    let is_turned = unsafe {
        match bytes {
            8 => turn::<f64>(from.cast(), view, to.cast()),
            4 => turn::<f32>(from.cast(), view, to.cast()),
            _ => false,
        }
    };
    if is_turned {
        return;
    }
    let (shared, len) = (Shared(values), view.shape.elements());
    let parts = (len * bytes / least(PART_BYTES)).clamp(1, MOST_PARTS);
    team.run(parts, 0, |part| {
        let (values, [start, end]) = (shared.all(), cut(len, parts, part));
        let (from, to) = (values[copied.from.value as usize], values[copied.to as usize]);
        // SAFETY: as above; parts write different elements.
        unsafe { gather(from, view, bytes, start, end - start, to.add(start * bytes)) }
    });
}

/// A view whose neighbours along an earlier axis are neighbours in memory, all of it, block by block; says whether it is one.
///
/// # Safety
/// As `gather`, for numbers of this size.
unsafe fn turn<T: Real>(from: *const T, view: &Strided, to: *mut T) -> bool {
    let (lengths, strides, rank) = view.merged();
    let inner = rank.saturating_sub(1);
    let along = (0..inner).find(|&axis| strides[axis] == 1 && !lengths.contains(&0));
    let Some(along) = along.filter(|_| ![0, 1].contains(&strides[inner])) else { return false };
    let mut steps = [1usize; RANK];
    (0..inner).rev().for_each(|axis| steps[axis] = steps[axis + 1] * lengths[axis + 1]);
    let mut index = [0usize; RANK];
    loop {
        // SAFETY: each place is one of the view, and one of the row-major array that it becomes.
        unsafe {
            let place = (0..rank).map(|axis| index[axis] as isize * strides[axis]).sum::<isize>();
            let target = (0..rank).map(|axis| index[axis] * steps[axis]).sum::<usize>();
            let first = from.offset(view.offset as isize + place);
            turn_plane(first, strides[inner], [lengths[inner], lengths[along]], to.add(target), steps[along]);
        }
        let mut axis = inner;
        loop {
            let Some(before) = axis.checked_sub(1) else { return true };
            axis = before;
            if axis != along {
                index[axis] += 1;
                if index[axis] < lengths[axis] {
                    break;
                }
                index[axis] = 0;
            }
        }
    }
}

/// Rows of neighbours become columns. Of so many rows that they stay in a near cache, four columns at a time are walked down, so
/// that both sides are streams.
///
/// # Safety
/// `from` has `rows` rows of `columns` numbers, `step` apart; `to` has `columns` rows of `rows`, `width` apart.
unsafe fn turn_plane<T: Real>(
    from: *const T,
    step: isize,
    [rows, columns]: [usize; 2],
    to: *mut T,
    width: usize,
) {
    const ROWS: usize = 256;
    for first in (0..rows).step_by(ROWS) {
        let end = (first + ROWS).min(rows);
        for j in (0..columns).step_by(4) {
            // SAFETY: rows `first..end` and columns `j..` are within both.
            unsafe {
                let row = |i: usize| from.offset(i as isize * step).add(j);
                let mut i = first;
                while i + 4 <= end && j + 4 <= columns {
                    T::turn_four(std::array::from_fn(|r| row(i + r)), to.add(j * width + i), width);
                    i += 4;
                }
                for i in i..end {
                    (0..(columns - j).min(4)).for_each(|c| *to.add((j + c) * width + i) = *row(i).add(c));
                }
            }
        }
    }
}

/// The fewest bytes that are worth a part of a copy, and the most parts.
const PART_BYTES: usize = 64 << 10;
const MOST_PARTS: usize = 64;

/// Elements `start..start + len` of a view, in its order.
///
/// # Safety
/// The view lies within what is at `from`, `to` has room for `len` elements of so many bytes, and they do not overlap.
pub unsafe fn gather(from: Address, view: &Strided, bytes: usize, start: usize, len: usize, to: Address) {
    // SAFETY: handed on; addresses are aligned for the elements that they hold.
    unsafe {
        match bytes {
            8 => walk::<u64>(from.cast(), view, start, len, to.cast()),
            4 => walk::<u32>(from.cast(), view, start, len, to.cast()),
            _ => walk::<u8>(from, view, start, len, to),
        }
    }
}

/// # Safety
/// As `gather`.
unsafe fn walk<T: Copy>(from: *const T, view: &Strided, start: usize, len: usize, mut to: *mut T) {
    if len == 0 {
        return;
    }
    let (lengths, strides, rank) = view.merged();
    // SAFETY: every index below is one of the view, and as many elements are written as were asked for.
    unsafe {
        if rank == 0 {
            std::slice::from_raw_parts_mut(to.cast::<std::mem::MaybeUninit<T>>(), len)
                .fill(std::mem::MaybeUninit::new(from.add(view.offset).read()));
            return;
        }
        let mut index = [0usize; 8];
        let mut rest = start;
        for axis in (0..rank).rev() {
            index[axis] = rest % lengths[axis];
            rest /= lengths[axis];
        }
        let (mut left, inner) = (len, rank - 1);
        loop {
            let place = (0..rank).map(|axis| index[axis] as isize * strides[axis]).sum::<isize>();
            let count = (lengths[inner] - index[inner]).min(left);
            row(from.offset(view.offset as isize + place), strides[inner], count, to);
            (to, left) = (to.add(count), left - count);
            if left == 0 {
                return;
            }
            // The next row: the inner axis starts again, and the axes before it count on.
            index[inner] = 0;
            for axis in (0..inner).rev() {
                index[axis] += 1;
                if index[axis] < lengths[axis] {
                    break;
                }
                index[axis] = 0;
            }
        }
    }
}

/// # Safety
/// `count` elements can be read at this stride and written one after the other.
#[inline(always)]
unsafe fn row<T: Copy>(from: *const T, stride: isize, count: usize, to: *mut T) {
    // SAFETY: the caller's promise.
    unsafe {
        match stride {
            1 => std::ptr::copy_nonoverlapping(from, to, count),
            0 => {
                let value = from.read();
                (0..count).for_each(|i| to.add(i).write(value));
            }
            _ => (0..count).for_each(|i| to.add(i).write(from.offset(i as isize * stride).read())),
        }
    }
}

/// Each of `rows` numbers, `each` times.
///
/// # Safety
/// `from` has so many numbers of so many bytes, `to` room for all, and they do not overlap.
pub unsafe fn spread(from: Address, bytes: usize, rows: usize, each: usize, to: Address) {
    /// # Safety
    /// As `spread`.
    unsafe fn of<T: Copy>(from: *const T, rows: usize, each: usize, to: *mut T) {
        for i in 0..rows {
            // SAFETY: the caller's promise.
            unsafe { row(from.add(i), 0, each, to.add(i * each)) }
        }
    }
    // SAFETY: handed on.
    unsafe {
        match bytes {
            8 => of::<u64>(from.cast(), rows, each, to.cast()),
            4 => of::<u32>(from.cast(), rows, each, to.cast()),
            _ => of::<u8>(from, rows, each, to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Shape;

    #[test]
    fn turning_block_by_block_moves_the_same_elements() {
        let shape = |dims: &[usize]| Shape::new(dims).expect("small");
        let cases: [(&[usize], &[usize]); 6] = [
            (&[300, 41], &[1, 0]),
            (&[3, 2], &[1, 0]),
            (&[2, 19, 9], &[2, 0, 1]),
            (&[2, 19, 9], &[0, 2, 1]),
            (&[3, 5, 7, 11], &[3, 1, 0, 2]),
            (&[3, 5, 7, 11], &[1, 3, 2, 0]),
        ];
        for (dims, order) in cases {
            let turned: Vec<usize> = order.iter().map(|&axis| dims[axis]).collect();
            let view = Strided::whole(shape(dims)).permute(order, shape(&turned));
            let len = view.shape.elements();
            let from: Vec<u64> = (0..len as u64).collect();
            let (mut plain, mut blocks) = (vec![0u64; len], vec![0u64; len]);
            let at = from.as_ptr().cast_mut().cast();
            // SAFETY: the view is a permutation of `from`, and both targets have room for it.
            unsafe {
                gather(at, &view, 8, 0, len, plain.as_mut_ptr().cast());
                assert!(turn::<f64>(at.cast(), &view, blocks.as_mut_ptr().cast()), "{dims:?} {order:?}");
            }
            assert_eq!(blocks, plain, "{dims:?} {order:?}");
        }
        let nothing = Strided::whole(shape(&[5, 0])).permute(&[1, 0], shape(&[0, 5]));
        // SAFETY: nothing is read or written.
        assert!(!unsafe { turn::<f64>(std::ptr::null(), &nothing, std::ptr::null_mut()) });
    }
}

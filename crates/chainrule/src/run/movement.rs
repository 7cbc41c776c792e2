//! Elements from anywhere in memory, brought into a row. Numbers are moved as bits: only their size matters.

use super::{Address, Shared};
use crate::base::Strided;
use crate::numeric::team::{Team, cut};
use crate::plan::Copied;

/// # Safety
/// `values` are the addresses of the plan's values.
pub unsafe fn copy(copied: &Copied, values: &[Address], team: Team) {
    let shared = Shared(values);
    let (view, bytes) = (&copied.from.view, copied.from.dtype.bytes());
    let len = view.shape.elements();
    let parts = (len * bytes / PART_BYTES).clamp(1, MOST_PARTS);
    team.run(parts, 0, |part| {
        let (values, [start, end]) = (shared.all(), cut(len, parts, part));
        let (from, to) = (values[copied.from.value as usize], values[copied.to as usize]);
        // SAFETY: the view lies within its value and the target has room for all of it, by the plan; parts write different
        // elements.
        unsafe { gather(from, view, bytes, start, end - start, to.add(start * bytes)) }
    });
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

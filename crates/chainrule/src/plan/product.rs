//! Matrix products: sizes and strides from views, with as few batch axes as possible.

use super::{Array, Factor, Product, ValueId};

/// Writes a product. Transposes and repeated matrices are strides; nothing is copied.
pub(super) fn emit(a: Array, b: Array, output: ValueId) -> Product {
    let rank = a.view.shape.rank();
    let (m, k, n) = (a.view.shape[rank - 2], a.view.shape[rank - 1], b.view.shape[rank - 1]);
    let steps = |array: &Array| -> Vec<usize> { array.view.strides().iter().map(|&s| s as usize).collect() };
    let (a_steps, b_steps) = (steps(&a), steps(&b));
    let factor = |array: &Array, steps: &[usize]| Factor {
        value: array.value,
        offset: array.view.offset,
        row: steps[rank - 2],
        col: steps[rank - 1],
    };
    let (mut left, right) = (factor(&a, &a_steps), factor(&b, &b_steps));
    let mut batch: Vec<(usize, [usize; 2])> = Vec::new();
    for axis in (0..rank - 2).filter(|&axis| a.view.shape[axis] != 1) {
        let (length, step) = (a.view.shape[axis], [a_steps[axis], b_steps[axis]]);
        match batch.last_mut() {
            Some((outer, before)) if *before == [step[0] * length, step[1] * length] => {
                (*outer, *before) = (*outer * length, step);
            }
            _ => batch.push((length, step)),
        }
    }
    let mut m = m;
    // One matrix on the right for a whole batch: the rows of all of them are the rows of one product.
    while let Some(&(length, [step, 0])) = batch.last() {
        if m != 1 && step != left.row * m {
            break;
        }
        if m == 1 {
            left.row = step;
        }
        m *= length;
        batch.pop();
    }
    Product { dtype: a.dtype, m, k, n, a: left, b: right, batch, output }
}

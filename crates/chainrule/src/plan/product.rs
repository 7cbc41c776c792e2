//! Matrix products: sizes and strides from views, with as few batch axes as possible.

use super::{Array, Factor, Place, Plan, Product, Step, Value, ValueId, memory};
use crate::base::DType;
use crate::numeric::gemm::{Size, ready_room};

/// Writes a product, or the sum of a batch of products. Transposes and repeated matrices are strides; nothing is copied.
pub(super) fn emit(a: Array, b: Array, output: ValueId, is_sum: bool) -> Product {
    let rank = a.view.shape.rank();
    let (m, k, n) = (a.view.shape[rank - 2], a.view.shape[rank - 1], b.view.shape[rank - 1]);
    let factor = |array: &Array| {
        let steps = array.view.strides();
        let (row, col) = (steps[rank - 2] as usize, steps[rank - 1] as usize);
        Factor { value: array.value, offset: array.view.offset, row, col }
    };
    let (a_side, b_side) = (factor(&a), factor(&b));
    let batch = batch_axes(&a, &b);
    let mut product =
        Product { dtype: a.dtype, m, k, n, a: a_side, b: b_side, batch, is_sum, output, ready: None };
    if is_sum {
        product.join_depths();
    } else {
        product.join_rows();
        product.join_columns();
    }
    product
}

impl Plan {
    /// Gives each product of a loop's body whose right factor is the same at every turn room for that in the order in which
    /// the kernel reads it. The first inputs are the loop's constants.
    pub(super) fn make_ready(&mut self, constants: usize) {
        for step in &mut self.steps {
            let Step::Product(product) = step else { continue };
            let is_fixed = match self.values[product.b.value as usize].place {
                Place::Input(i) => (i as usize) < constants,
                Place::Constant(_) => true,
                Place::Arena(_) | Place::Output(_) => false,
            };
            let (size, b) =
                (Size { m: product.m, k: product.k, n: product.n }, [product.b.row, product.b.col]);
            let count = match product.dtype {
                _ if !is_fixed || product.is_sum || !product.batch.is_empty() => 0,
                DType::F32 => ready_room::<f32>(size, b),
                DType::F64 => ready_room::<f64>(size, b),
                _ => 0,
            };
            if count > 0 {
                let bytes = count * product.dtype.bytes();
                product.ready = Some(self.values.len() as ValueId);
                self.values.push(Value { place: Place::Arena(self.arena), bytes });
                self.arena += memory::padded(bytes);
            }
        }
    }
}

/// Lengths and steps of the axes before the last two; neighbours that one step can walk are joined.
fn batch_axes(a: &Array, b: &Array) -> Vec<(usize, [usize; 2])> {
    let mut batch: Vec<(usize, [usize; 2])> = Vec::new();
    for axis in (0..a.view.shape.rank() - 2).filter(|&axis| a.view.shape[axis] != 1) {
        let (length, step) = (a.view.shape[axis], [a, b].map(|side| side.view.strides()[axis] as usize));
        match batch.last_mut() {
            Some((outer, before)) if *before == step.map(|step| step * length) => {
                (*outer, *before) = (*outer * length, step);
            }
            _ => batch.push((length, step)),
        }
    }
    batch
}

impl Product {
    /// One matrix on the right for a whole batch: the rows of all of them are the rows of one product.
    fn join_rows(&mut self) {
        while let Some(&(length, [step, 0])) = self.batch.last() {
            if self.m != 1 && step != self.a.row * self.m {
                break;
            }
            if self.m == 1 {
                self.a.row = step;
            }
            self.m *= length;
            self.batch.pop();
        }
    }

    /// One matrix on the left for a batch of columns: the results lie as the rows of one product, transposed.
    fn join_columns(&mut self) {
        if let (1, &[(length, [0, step])]) = (self.n, &self.batch[..]) {
            let left = Factor { row: step, col: self.b.row, ..self.b };
            let right = Factor { row: self.a.col, col: self.a.row, ..self.a };
            (self.a, self.b, self.n, self.m) = (left, right, self.m, length);
            self.batch.clear();
        }
    }

    /// A sum of products is one product of matrices side by side, if each side's lie at equal distances.
    fn join_depths(&mut self) {
        while let Some(&(length, [a_step, b_step])) = self.batch.last() {
            if self.k != 1 && [a_step, b_step] != [self.a.col * self.k, self.b.row * self.k] {
                break;
            }
            if self.k == 1 {
                (self.a.col, self.b.row) = (a_step, b_step);
            }
            self.k *= length;
            self.batch.pop();
        }
    }
}

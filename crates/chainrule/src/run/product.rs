//! Matrix products.

use super::{Address, Shared};
use crate::base::DType;
use crate::numeric::gemm::share::Cuts;
use crate::numeric::gemm::{
    Gemm, Matrix, MatrixMut, Size, Store, Target, gemm_ready, gemm_to, make_ready, ready_room,
};
use crate::numeric::team::Team;
use crate::plan::{Factor, Part, Product};

/// # Safety
/// `values` are the addresses of the plan's values.
pub unsafe fn run(product: &Product, values: &[Address], team: Team) {
    // SAFETY: handed on, with the type that the plan states.
    unsafe {
        match product.dtype {
            DType::F32 => all::<f32>(product, values, team),
            DType::F64 => all::<f64>(product, values, team),
            DType::I32 => all::<i32>(product, values, team),
            DType::I64 => all::<i64>(product, values, team),
            DType::U8 | DType::Bool => unreachable!("the shape rule of products refuses u8 and bool"),
        }
    }
}

/// # Safety
/// As `run`, for numbers of this type.
unsafe fn all<T: Gemm>(product: &Product, values: &[Address], team: Team) {
    let size = Size { m: product.m, k: product.k, n: product.n };
    if let Some(ready) = product.ready {
        // SAFETY: as below; B was made ready before the first turn, and nothing else was written there.
        unsafe {
            let a = factor::<T>(&product.a, values, 0, [size.m, size.k]);
            let b = ready_slice::<T>(product, values[ready as usize]);
            let c = values[product.output as usize].cast::<T>();
            let c = std::slice::from_raw_parts_mut(c, size.m * size.n);
            return gemm_ready(team, size, a, b, MatrixMut::row_major(c, size.n), Store::Replace);
        }
    }
    let count: usize = product.batch.iter().map(|(length, _)| length).product();
    if product.is_sum && count == 0 {
        // SAFETY: the result has room for one product; zero bytes are zeros.
        unsafe { values[product.output as usize].cast::<T>().write_bytes(0, size.m * size.n) };
    }
    let cuts = Cuts::new::<T>(size, count, product.is_sum, team.threads());
    if cuts == Cuts::WHOLE {
        // SAFETY: handed on: this is all.
        return unsafe { part::<T>(product, values, [[0, count], [0, size.m], [0, size.n]]) };
    }
    let shared = Shared(values);
    team.run(cuts.parts(), cuts.room::<T>(size, count), |i| {
        // SAFETY: handed on; parts are apart.
        unsafe { part::<T>(product, shared.all(), cuts.part::<T>(size, count, i)) }
    });
}

/// Some products of a batch, and of each some rows and columns.
///
/// # Safety
/// As `run`, for numbers of this type; nobody else writes these elements meanwhile.
unsafe fn part<T: Gemm>(product: &Product, values: &[Address], [batch, rows, cols]: [[usize; 2]; 3]) {
    let size = Size { m: rows[1] - rows[0], k: product.k, n: cols[1] - cols[0] };
    for i in batch[0]..batch[1] {
        let (mut rest, mut moved) = (i, [rows[0] * product.a.row, cols[0] * product.b.col]);
        for (length, steps) in product.batch.iter().rev() {
            let at = rest % length;
            rest /= length;
            moved = [moved[0] + at * steps[0], moved[1] + at * steps[1]];
        }
        // SAFETY: both matrices lie within their values, the result has room for all products, and they do not overlap.
        unsafe {
            let a = factor::<T>(&product.a, values, moved[0], [size.m, size.k]);
            let b = factor::<T>(&product.b, values, moved[1], [size.k, size.n]);
            let place = if product.is_sum { 0 } else { i * product.m * product.n };
            let first = values[product.output as usize].cast::<T>();
            let first = first.add(place + rows[0] * product.n + cols[0]);
            let store = if product.is_sum && i > 0 { Store::Add } else { Store::Replace };
            gemm_to(size, a, b, Target { first, row: product.n, col: 1 }, store);
        }
    }
}

/// Some elements of a product of a matrix with a vector; or some of the terms, behind those before them.
///
/// # Safety
/// As `run`. The terms before the first of these have been added, and `Part` is what the plan states.
pub unsafe fn strip(product: &Product, values: &[Address], part: Part, rows: [usize; 2]) {
    // SAFETY: handed on.
    unsafe {
        match product.dtype {
            DType::F32 => strip_of::<f32>(product, values, part, rows),
            DType::F64 => strip_of::<f64>(product, values, part, rows),
            _ => unreachable!("the plan has strips for products of floats alone"),
        }
    }
}

/// # Safety
/// As `strip`, for numbers of this type.
unsafe fn strip_of<T: Gemm>(product: &Product, values: &[Address], along: Part, [from, to]: [usize; 2]) {
    let Product { m, n, .. } = *product;
    // SAFETY: as in `part`; these terms are there.
    unsafe {
        if along == Part::Result {
            let cut = if n == 1 { [[from, to], [0, 1]] } else { [[0, 1], [from, to]] };
            return self::part::<T>(product, values, [[0, 1], cut[0], cut[1]]);
        }
        let size = Size { m, k: to - from, n };
        let a = factor::<T>(&product.a, values, from * product.a.col, [m, size.k]);
        let b = factor::<T>(&product.b, values, from * product.b.row, [size.k, n]);
        let store = if from == 0 { Store::Replace } else { Store::Add };
        let first = values[product.output as usize].cast::<T>();
        gemm_to(size, a, b, Target { first, row: n, col: 1 }, store);
    }
}

/// Before a loop: brings a right factor that stays the same into the order in which the kernel reads it.
///
/// # Safety
/// `values` are the addresses of the plan's values.
pub unsafe fn prepare(product: &Product, values: &[Address]) {
    /// # Safety
    /// As above, for this type.
    unsafe fn of<T: Gemm>(product: &Product, values: &[Address], ready: Address) {
        let size = Size { m: product.m, k: product.k, n: product.n };
        // SAFETY: B lies within its value, and its room is apart from all else.
        unsafe {
            let b = factor::<T>(&product.b, values, 0, [size.k, size.n]);
            let room = ready_slice::<T>(product, ready);
            make_ready(size, b, room);
        }
    }
    let Some(ready) = product.ready else { return };
    let ready = values[ready as usize];
    // SAFETY: handed on, with the type that the plan states.
    unsafe {
        match product.dtype {
            DType::F32 => of::<f32>(product, values, ready),
            DType::F64 => of::<f64>(product, values, ready),
            _ => unreachable!("the plan gives room to products of floats alone"),
        }
    }
}

/// # Safety
/// The plan has made room there for the right factor, which nobody else looks at.
unsafe fn ready_slice<'a, T: Gemm>(product: &Product, at: Address) -> &'a mut [T] {
    let size = Size { m: product.m, k: product.k, n: product.n };
    // SAFETY: the caller's promise. Any bytes are numbers.
    unsafe {
        let count = ready_room::<T>(size, [product.b.row, product.b.col]);
        std::slice::from_raw_parts_mut(at.cast(), count)
    }
}

/// # Safety
/// The matrix lies within its value.
unsafe fn factor<'a, T>(
    factor: &Factor,
    values: &[Address],
    moved: usize,
    lengths: [usize; 2],
) -> Matrix<'a, T> {
    let span = if lengths.contains(&0) {
        0
    } else {
        (lengths[0] - 1) * factor.row + (lengths[1] - 1) * factor.col + 1
    };
    // SAFETY: the caller's promise: the span ends with the matrix's last element.
    let data = unsafe {
        let first = values[factor.value as usize].cast::<T>().add(factor.offset + moved);
        std::slice::from_raw_parts(first, span)
    };
    Matrix { data, row: factor.row, col: factor.col }
}

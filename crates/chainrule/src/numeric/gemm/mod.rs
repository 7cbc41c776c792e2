//! Matrix product with arbitrary strides: the one door to the kernels.
//!
//! The kernel is chosen by shape alone: [`packed`] for large products, [`small`], and [`vector`] where one side is one row.
//! In all but the last every element is a sum in the order of k (in parts of equal length where k is long), so that neither
//! tiles nor neighbours change a result.

#![allow(unsafe_code)]

pub mod lanes;
pub(super) mod micro;
pub(super) mod pack;
pub(super) mod packed;
mod ready;
pub(super) use super::scratch;
pub mod share;
mod small;
mod vector;

use super::number::Number;
use super::team::Team;
use super::tile::{Instructions, instructions};
use super::work::at;
use lanes::Real;
use pack::At;
use packed::Packed;
use ready::Ready;
use small::Small;
use vector::{Dots, Rows};

pub use vector::IN_ORDER;

/// A matrix to read: element (i, j) is `data[i * row + j * col]`. Swapped strides are a transpose; a stride
/// of 0 repeats.
#[derive(Clone, Copy)]
pub struct Matrix<'a, T> {
    /// The elements.
    pub data: &'a [T],
    /// The step from one row to the next.
    pub row: usize,
    /// The step from one column to the next.
    pub col: usize,
}

/// A matrix to write, with the same strides as [`Matrix`]; its elements must be distinct places.
pub struct MatrixMut<'a, T> {
    /// The elements.
    pub data: &'a mut [T],
    /// The step from one row to the next.
    pub row: usize,
    /// The step from one column to the next.
    pub col: usize,
}

impl<'a, T> Matrix<'a, T> {
    /// A row-major matrix with `cols` columns.
    pub fn row_major(data: &'a [T], cols: usize) -> Self {
        Self { data, row: cols, col: 1 }
    }
}

impl<'a, T> MatrixMut<'a, T> {
    /// A row-major matrix with `cols` columns.
    pub fn row_major(data: &'a mut [T], cols: usize) -> Self {
        Self { data, row: cols, col: 1 }
    }
}

/// The sizes of a product: C is m by n, A is m by k, B is k by n.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Rows of A and C.
    pub m: usize,
    /// Columns of A, rows of B.
    pub k: usize,
    /// Columns of B and C.
    pub n: usize,
}

/// How a product meets what C holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// C = A B; what C held is not read.
    Replace,
    /// C += A B.
    Add,
}

/// A number type with a matrix product. Sizes are at least 1 and indices are checked when `product` is
/// called.
pub trait Gemm: Number {
    #[doc(hidden)]
    fn product(
        size: Size,
        a: Matrix<'_, Self>,
        b: Matrix<'_, Self>,
        c: Target<Self>,
        store: Store,
        _: Checked,
    );

    /// See [`ready_room`].
    #[doc(hidden)]
    fn ready_room(_size: Size, _b: [usize; 2]) -> usize {
        0
    }

    /// See [`make_ready`].
    #[doc(hidden)]
    fn make_ready(_size: Size, _b: Matrix<'_, Self>, _room: &mut [Self], _: Checked) {}

    /// See [`gemm_ready`].
    #[doc(hidden)]
    fn product_ready(
        _team: Team,
        _size: Size,
        _a: Matrix<'_, Self>,
        _b: &[Self],
        _c: MatrixMut<'_, Self>,
        _store: Store,
        _: Checked,
    ) {
    }
}

/// Proof that [`gemm`] or the caller of [`gemm_to`] has checked all indices; nobody else can make one.
pub struct Checked(());

/// C = A B or C += A B, as [`gemm`], for a C whose other elements are somebody else's.
///
/// # Safety
/// No other thread reads or writes the elements of C, which are there, distinct, and apart from A and B.
pub unsafe fn gemm_to<T: Gemm>(size: Size, a: Matrix<'_, T>, b: Matrix<'_, T>, c: Target<T>, store: Store) {
    let Size { m, k, n } = size;
    assert_within("A", a.data.len(), [m, k], [a.row, a.col]);
    assert_within("B", b.data.len(), [k, n], [b.row, b.col]);
    if m == 0 || n == 0 {
        return;
    }
    if k > 0 {
        return T::product(size, a, b, c, store, Checked(()));
    }
    for (i, j) in (0..m).flat_map(|i| (0..n).map(move |j| (i, j))).filter(|_| store == Store::Replace) {
        // SAFETY: the caller's promise.
        unsafe { *c.at(i, j) = T::ZERO };
    }
}

/// C = A B or C += A B; k = 0 gives zeros, or leaves C as it is. Asserts that every index lies within its
/// slice.
pub fn gemm<T: Gemm>(size: Size, a: Matrix<'_, T>, b: Matrix<'_, T>, c: MatrixMut<'_, T>, store: Store) {
    let Size { m, n, .. } = size;
    assert_within("C", c.data.len(), [m, n], [c.row, c.col]);
    assert!(
        are_distinct([m, n], [c.row, c.col]),
        "gemm: elements of C overlap: {m} by {n} with strides {} and {}",
        c.row,
        c.col
    );
    let to = Target { first: c.data.as_mut_ptr(), row: c.row, col: c.col };
    // SAFETY: C is borrowed mutably, hence apart from A and B, and its elements were checked above.
    unsafe { gemm_to(size, a, b, to, store) }
}

/// How many numbers it takes to make B of these strides ready, for products with one B and C row-major; 0 where B is read as
/// it lies in any case.
pub fn ready_room<T: Gemm>(size: Size, b: [usize; 2]) -> usize {
    if size.m * size.n * size.k == 0 { 0 } else { T::ready_room(size, b) }
}

/// Brings B into the order in which the kernel reads it. `room` is what [`ready_room`] said.
pub fn make_ready<T: Gemm>(size: Size, b: Matrix<'_, T>, room: &mut [T]) {
    assert_within("B", b.data.len(), [size.k, size.n], [b.row, b.col]);
    let wanted = ready_room::<T>(size, [b.row, b.col]);
    assert!(wanted > 0 && room.len() == wanted, "gemm: room for {} numbers, not {wanted}", room.len());
    T::make_ready(size, b, room, Checked(()));
}

/// As [`gemm`], bit for bit, by a team, with a B that [`make_ready`] has made ready for this size. C is row-major.
pub fn gemm_ready<T: Gemm>(
    team: Team,
    size: Size,
    a: Matrix<'_, T>,
    b: &[T],
    c: MatrixMut<'_, T>,
    store: Store,
) {
    let Size { m, k, n } = size;
    assert_within("A", a.data.len(), [m, k], [a.row, a.col]);
    assert_within("C", c.data.len(), [m, n], [c.row, c.col]);
    assert!(c.col == 1 && c.row >= n, "gemm: the result is row-major");
    assert!(m * n * k > 0 && b.len() >= ready::least::<T>(size), "gemm: {} numbers are no B", b.len());
    T::product_ready(team, size, a, b, c, store, Checked(()));
}

fn assert_within(name: &str, len: usize, shape: [usize; 2], strides: [usize; 2]) {
    if shape.contains(&0) {
        return;
    }
    let reach = |axis: usize| (shape[axis] - 1).checked_mul(strides[axis]);
    let last = reach(0).zip(reach(1)).and_then(|(row, col)| row.checked_add(col));
    // Strides must also fit the signed type of the kernels; a stride along an axis of size 1 is never used by
    // them.
    let signed = strides.iter().all(|&stride| isize::try_from(stride).is_ok());
    assert!(
        signed && last.is_some_and(|last| last < len),
        "gemm: {name} of shape {shape:?} with strides {strides:?} does not fit {len} elements"
    );
}

/// Whether one axis steps over everything that the other one reaches, so that no two indices meet.
fn are_distinct(shape: [usize; 2], strides: [usize; 2]) -> bool {
    let steps_over = |outer: usize, inner: usize| {
        let span = (shape[inner].max(1) - 1) * strides[inner];
        (shape[outer] <= 1 || strides[outer] > span) && (shape[inner] <= 1 || strides[inner] > 0)
    };
    shape.contains(&0) || steps_over(0, 1) || steps_over(1, 0)
}

macro_rules! gemm_by_kernels {
    ($($type:ty),*) => {$(
        impl Gemm for $type {
            fn product(
                size: Size,
                a: Matrix<'_, Self>,
                b: Matrix<'_, Self>,
                c: Target<Self>,
                store: Store,
                _: Checked,
            ) {
                let at = |matrix: Matrix<'_, $type>| At { first: matrix.data.as_ptr(), row: matrix.row, col: matrix.col };
                // SAFETY: `Checked` is made by `gemm_to` alone, after it has asserted for these sizes and strides that the
                // largest index of A and B lies within its slice; its caller promises the rest.
                unsafe { by_shape(instructions(), size, at(a), at(b), c, store) }
            }

            fn ready_room(size: Size, b: [usize; 2]) -> usize {
                ready::room::<$type>(size, b)
            }

            fn make_ready(size: Size, b: Matrix<'_, Self>, room: &mut [Self], _: Checked) {
                let b = At { first: b.data.as_ptr(), row: b.row, col: b.col };
                // SAFETY: `make_ready` has asserted that B has its elements, and that there is room.
                unsafe { ready::make(instructions(), size, b, room.as_mut_ptr()) }
            }

            fn product_ready(
                team: Team,
                size: Size,
                a: Matrix<'_, Self>,
                b: &[Self],
                c: MatrixMut<'_, Self>,
                store: Store,
                _: Checked,
            ) {
                let a = At { first: a.data.as_ptr(), row: a.row, col: a.col };
                // SAFETY: `gemm_ready` has asserted that A and C have their elements, and that B is as long as one of this
                // size is when it is ready. C is borrowed mutably, hence disjoint from both.
                let (level, b, c_row, c) = (instructions(), b.as_ptr(), c.row, c.data.as_mut_ptr());
                unsafe { Ready { level, size, a, b, c, c_row, store }.run(team) }
            }
        }
    )*};
}

gemm_by_kernels!(f32, f64);

/// Where C is.
#[derive(Clone, Copy)]
pub struct Target<T> {
    /// The first element.
    pub first: *mut T,
    /// The step from one row to the next.
    pub row: usize,
    /// The step from one column to the next.
    pub col: usize,
}

impl<T> Target<T> {
    fn at(&self, i: usize, j: usize) -> *mut T {
        self.first.wrapping_add(i * self.row + j * self.col)
    }
}

/// Chooses the kernel by shape, and turns the product so that elements of a row of C lie side by side.
///
/// # Safety
/// All elements are there, those of C apart from each other and from the rest; no size is 0.
unsafe fn by_shape<T: Real>(level: Instructions, size: Size, a: At<T>, b: At<T>, c: Target<T>, store: Store) {
    let Size { m, k, n } = size;
    // SAFETY: the caller's promise; a turned product is the same one.
    unsafe {
        if (n == 1 && m > 1 && c.row == 1) || (c.col != 1 && n > 1 && (c.row == 1 || m == 1)) {
            let turned = Target { first: c.first, row: c.col, col: c.row };
            return to_rows(level, Size { m: n, k, n: m }, b.transposed(), a.transposed(), turned, store);
        }
        if c.col == 1 || n == 1 {
            return to_rows(level, size, a, b, c, store);
        }
        apart(level, size, a, b, c, store);
    }
}

/// The product where elements of a row of C lie side by side.
///
/// # Safety
/// As `by_shape`.
unsafe fn to_rows<T: Real>(level: Instructions, size: Size, a: At<T>, b: At<T>, c: Target<T>, store: Store) {
    let Size { m, k, n } = size;
    let y = c.first;
    if m == 1 && b.col == 1 {
        return at(level, Rows { k, n, x: a.first, x_step: a.col, b, y, store });
    }
    if m == 1 && b.row == 1 {
        if a.col == 1 || k == 1 {
            return at(level, Dots { k, n, x: a.first, rows: b.first, step: b.col, y, store });
        }
        return scratch::with(k, |x: *mut T| {
            for l in 0..k {
                // SAFETY: there is room for k elements, and A has so many.
                unsafe { *x.add(l) = *a.part(0, l).first };
            }
            at(level, Dots { k, n, x, rows: b.first, step: b.col, y, store });
        });
    }
    if small::is_small(size) {
        let product = |room| at(level, Small { size, a, b, c: y, c_row: c.row, store, room });
        return match small::room(size, &b) {
            0 => product(std::ptr::null_mut()),
            room => scratch::with(room, product),
        };
    }
    scratch::with(packed::room::<T>(size), |room| {
        at(level, Packed { size, a, b, c: y, c_row: c.row, store, room });
    });
}

/// The product where elements of C lie apart in both directions: computed elsewhere and brought there.
///
/// # Safety
/// As `by_shape`.
unsafe fn apart<T: Real>(level: Instructions, size: Size, a: At<T>, b: At<T>, c: Target<T>, store: Store) {
    scratch::with(size.m * size.n, |first: *mut T| {
        // SAFETY: the room has `m n` elements.
        unsafe {
            to_rows(level, size, a, b, Target { first, row: size.n, col: 1 }, Store::Replace);
            for i in 0..size.m {
                for j in 0..size.n {
                    let (from, to) = (*first.add(i * size.n + j), c.first.add(i * c.row + j * c.col));
                    *to = if store == Store::Add { *to + from } else { from };
                }
            }
        }
    });
}

macro_rules! gemm_by_loops {
    ($($type:ty),*) => {$(
        impl Gemm for $type {
            fn product(
                size: Size,
                a: Matrix<'_, Self>,
                b: Matrix<'_, Self>,
                c: Target<Self>,
                store: Store,
                _: Checked,
            ) {
                // SAFETY: as for the kernels.
                unsafe { triple_loop(size, a, b, c, store) }
            }
        }
    )*};
}

gemm_by_loops!(i32, i64);

/// # Safety
/// All elements of C are there, and nobody else uses them.
unsafe fn triple_loop<T: Number>(size: Size, a: Matrix<'_, T>, b: Matrix<'_, T>, c: Target<T>, store: Store) {
    for i in 0..size.m {
        for j in 0..size.n {
            // SAFETY: the caller's promise.
            let place = unsafe { &mut *c.at(i, j) };
            let mut sum = if store == Store::Add { *place } else { T::ZERO };
            for l in 0..size.k {
                sum = sum.plus(a.data[i * a.row + l * a.col].times(b.data[l * b.row + j * b.col]));
            }
            *place = sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::team::sharing_everything;
    use super::*;

    /// Small whole numbers: every product and sum is exact, so that any order gives the same bits.
    fn whole(len: usize, seed: usize) -> Vec<i64> {
        (0..len).map(|i| ((i * 7919 + seed * 104_729) % 19) as i64 - 9).collect()
    }

    fn check<T: Gemm>(size: Size, from: impl Fn(i64) -> T, store: Store, transposed: [bool; 3]) {
        let Size { m, k, n } = size;
        let (a, b, start) = (whole(m * k, 1), whole(k * n, 2), whole(m * n, 3));
        let strides = |rows: usize, cols: usize, swap: bool| if swap { (1, rows) } else { (cols, 1) };
        let [(ar, ac), (br, bc), (cr, cc)] =
            [strides(m, k, transposed[0]), strides(k, n, transposed[1]), strides(m, n, transposed[2])];
        let typed = |values: &[i64]| values.iter().map(|&x| from(x)).collect::<Vec<T>>();
        let (a_typed, b_typed, mut c) = (typed(&a), typed(&b), typed(&start));
        gemm(
            size,
            Matrix { data: &a_typed, row: ar, col: ac },
            Matrix { data: &b_typed, row: br, col: bc },
            MatrixMut { data: &mut c, row: cr, col: cc },
            store,
        );
        for i in 0..m {
            for j in 0..n {
                let product: i64 = (0..k).map(|l| a[i * ar + l * ac] * b[l * br + j * bc]).sum();
                let before = if store == Store::Add { start[i * cr + j * cc] } else { 0 };
                assert_eq!(
                    c[i * cr + j * cc],
                    from(product + before),
                    "{size:?} {store:?} {transposed:?} {i} {j}"
                );
            }
        }
    }

    #[test]
    fn products_match_the_definition_in_every_layout() {
        let sizes =
            [(1, 1, 1), (3, 4, 5), (17, 9, 33), (8, 0, 3), (0, 2, 3), (2, 3, 0), (1, 40, 1), (65, 70, 5)];
        for (m, k, n) in sizes {
            for bits in 0..8 {
                let transposed = [bits & 1 > 0, bits & 2 > 0, bits & 4 > 0];
                for store in [Store::Replace, Store::Add] {
                    let size = Size { m, k, n };
                    check(size, |x| x as f32, store, transposed);
                    check(size, |x| x as f64, store, transposed);
                    check(size, |x| x as i32, store, transposed);
                    check(size, |x| x, store, transposed);
                }
            }
        }
    }

    fn by_level<T: Real>(
        level: Instructions,
        size: Size,
        from: impl Fn(i64) -> T,
        store: Store,
        bits: usize,
    ) {
        let Size { m, k, n } = size;
        let (a, b, start) = (whole(m * k, 4), whole(k * n, 5), whole(2 * m * n, 6));
        let strides =
            |rows: usize, cols: usize, bit: usize| if bits & bit > 0 { (1, rows) } else { (cols, 1) };
        let ((ar, ac), (br, bc), (cr, cc)) = (strides(m, k, 1), strides(k, n, 2), strides(m, n, 4));
        // Elements of C may lie apart in both directions.
        let spread = 1 + usize::from(bits & 8 > 0);
        let (cr, cc) = (cr * spread, cc * spread);
        let typed = |values: &[i64]| values.iter().map(|&x| from(x)).collect::<Vec<T>>();
        let (a_typed, b_typed, mut c) = (typed(&a), typed(&b), typed(&start));
        let at = |data: &[T], row, col| At { first: data.as_ptr(), row, col };
        let to = Target { first: c.as_mut_ptr(), row: cr, col: cc };
        // SAFETY: all elements are there, and C is a vector of its own.
        unsafe { by_shape(level, size, at(&a_typed, ar, ac), at(&b_typed, br, bc), to, store) };
        for i in 0..m {
            for j in 0..n {
                let product: i64 = (0..k).map(|l| a[i * ar + l * ac] * b[l * br + j * bc]).sum();
                let before = if store == Store::Add { start[i * cr + j * cc] } else { 0 };
                assert_eq!(c[i * cr + j * cc], from(product + before), "{level:?} {size:?} {store:?} {bits}");
            }
        }
    }

    #[test]
    fn every_kernel_matches_the_definition_at_every_level() {
        let sizes = [
            (1, 1, 1),
            (5, 3, 2),
            (33, 65, 17),
            (1, 70, 45),
            (45, 70, 1),
            (1, 19, 2100),
            (29, 300, 70),
            (2, 600, 33),
            (520, 17, 40),
            (15, 257, 31),
        ];
        for (m, k, n) in sizes {
            for (bits, store) in (0..16).flat_map(|bits| [(bits, Store::Replace), (bits, Store::Add)]) {
                for level in [Instructions::Portable, Instructions::Avx2, Instructions::Avx512] {
                    let size = Size { m, k, n };
                    by_level(level, size, |x| x as f32, store, bits);
                    by_level(level, size, |x| x as f64, store, bits);
                }
            }
        }
    }

    #[test]
    fn neighbours_and_tiles_change_no_bit() {
        let numbers = |len: usize, key: i64| {
            (0..len as u64).map(|i| super::super::philox::uniform_f32(key, i) - 0.5).collect::<Vec<f32>>()
        };
        let (m, k, n) = (40, 90, 100);
        let (a, b) = (numbers(m * k, 1), numbers(k * n, 2));
        let (mut large, mut rows) = (vec![0.0; m * n], vec![0.0; m * n]);
        let right = Matrix::row_major(&b, n);
        let size = Size { m, k, n };
        gemm(size, Matrix::row_major(&a, k), right, MatrixMut::row_major(&mut large, n), Store::Replace);
        for (a, c) in a.chunks(3 * k).zip(rows.chunks_mut(3 * n)) {
            let size = Size { m: a.len() / k, k, n };
            gemm(size, Matrix::row_major(a, k), right, MatrixMut::row_major(c, n), Store::Replace);
        }
        assert_eq!(large, rows);
    }

    /// Sizes on both sides of every choice between kernels, B as it is and transposed.
    #[test]
    fn a_factor_that_is_ready_changes_no_bit() {
        fn check<T: Gemm + From<f32>>(size: Size, transposed: bool) {
            let numbers = |len: usize, key: i64| -> Vec<T> {
                (0..len as u64).map(|i| (super::super::philox::uniform_f32(key, i) - 0.5).into()).collect()
            };
            let Size { m, k, n } = size;
            let (a, b) = (numbers(m * k, 1), numbers(k * n, 2));
            let [row, col] = if transposed { [1, k] } else { [n, 1] };
            let room = ready_room::<T>(size, [row, col]);
            if room == 0 {
                return;
            }
            let mut ready = vec![T::ZERO; room];
            make_ready(size, Matrix { data: &b, row, col }, &mut ready);
            for store in [Store::Replace, Store::Add] {
                let (mut plain, mut found) = (numbers(m * n, 3), numbers(m * n, 3));
                let a = Matrix::row_major(&a, k);
                gemm(size, a, Matrix { data: &b, row, col }, MatrixMut::row_major(&mut plain, n), store);
                let c = MatrixMut::row_major(&mut found, n);
                gemm_ready(Team::ALONE, size, a, &ready, c, store);
                assert!(plain == found, "{size:?} {store:?} {transposed}");
                let mut shared = numbers(m * n, 3);
                let c = MatrixMut::row_major(&mut shared, n);
                sharing_everything(|| gemm_ready(Team::new(3), size, a, &ready, c, store));
                assert!(plain == shared, "{size:?} {store:?} {transposed} by threads");
            }
        }
        let sizes =
            [(1, 64, 64), (2, 64, 64), (2, 300, 40), (3, 70, 33), (17, 9, 1), (32, 128, 512), (14, 300, 96)];
        for (m, k, n) in sizes.into_iter().chain([(29, 513, 45), (65, 256, 31), (100, 700, 50), (5, 1, 7)]) {
            for transposed in [false, true] {
                check::<f32>(Size { m, k, n }, transposed);
                check::<f64>(Size { m, k, n }, transposed);
            }
        }
        assert!(ready_room::<f32>(Size { m: 32, k: 128, n: 512 }, [512, 1]) >= 128 * 512);
        assert_eq!(ready_room::<i64>(Size { m: 32, k: 128, n: 512 }, [512, 1]), 0);
    }

    #[test]
    fn stride_zero_repeats_a_row() {
        let mut c = [0.0f64; 4];
        let a = Matrix { data: &[1.0, 2.0], row: 0, col: 1 };
        let b = Matrix { data: &[3.0, 4.0, 5.0, 6.0], row: 1, col: 2 };
        gemm(Size { m: 2, k: 2, n: 2 }, a, b, MatrixMut::row_major(&mut c, 2), Store::Replace);
        assert_eq!(c, [11.0, 17.0, 11.0, 17.0]);
    }

    #[test]
    fn replace_does_not_read_what_was_there() {
        let mut c = [f32::NAN; 1];
        let one = Matrix::row_major(&[2.0f32], 1);
        gemm(Size { m: 1, k: 1, n: 1 }, one, one, MatrixMut::row_major(&mut c, 1), Store::Replace);
        assert_eq!(c, [4.0]);
    }

    #[test]
    fn integers_wrap() {
        let mut c = [0i32];
        let size = Size { m: 1, k: 2, n: 1 };
        let a = Matrix::row_major(&[i32::MAX, 1], 2);
        let b = Matrix::row_major(&[2, 7], 1);
        gemm(size, a, b, MatrixMut::row_major(&mut c, 1), Store::Replace);
        assert_eq!(c, [5]);
    }

    #[test]
    #[should_panic(expected = "A of shape [2, 2] with strides [2, 1] does not fit 3 elements")]
    fn short_slices_are_refused() {
        let data = [0.0f32; 4];
        let mut c = [0.0f32; 4];
        let size = Size { m: 2, k: 2, n: 2 };
        let (a, b) = (Matrix::row_major(&data[..3], 2), Matrix::row_major(&data, 2));
        gemm(size, a, b, MatrixMut::row_major(&mut c, 2), Store::Replace);
    }

    #[test]
    #[should_panic(expected = "does not fit")]
    fn overflowing_strides_are_refused() {
        let mut c = [0.0f64; 4];
        let a = Matrix { data: &[0.0; 4], row: usize::MAX, col: usize::MAX };
        let b = Matrix::row_major(&[0.0; 4], 2);
        gemm(Size { m: 2, k: 2, n: 2 }, a, b, MatrixMut::row_major(&mut c, 2), Store::Replace);
    }

    #[test]
    #[should_panic(expected = "elements of C overlap")]
    fn overlapping_results_are_refused() {
        let mut c = [0.0f64; 4];
        let a = Matrix::row_major(&[0.0; 4], 2);
        let target = MatrixMut { data: &mut c, row: 1, col: 1 };
        gemm(Size { m: 2, k: 2, n: 2 }, a, a, target, Store::Replace);
    }
}

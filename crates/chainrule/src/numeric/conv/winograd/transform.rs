//! The transforms of F(4, 3): along an axis four outputs of a window of three from six inputs, with six products.
//!
//! They evaluate and interpolate polynomials at 0, a, -a, b, -b and infinity (Winograd 1980; Lavin and Gray 2015, "Fast
//! algorithms for convolutional neural networks"). The usual points 1 and 2 cost accuracy: with these the error is half as
//! large (Barabasz, Anderson, Soodhalter and Gregg 2020, "Error analysis and improving the accuracy of Winograd
//! convolution for deep neural networks"; the pair was found by trial). Their squares and products are exact in f32.

use super::super::super::gemm::lanes::{Lanes, Real};

/// The nearer pair of points.
const A: f64 = 11.0 / 16.0;
/// The farther pair.
const B: f64 = 13.0 / 8.0;
/// One by the product of the distances to the other points: of 0, of A and -A, of B and -B.
const SCALES: [f64; 3] =
    [1.0 / (A * A * B * B), 1.0 / (2.0 * A * A * (A * A - B * B)), 1.0 / (2.0 * B * B * (B * B - A * A))];

/// Places along an axis that a tile of inputs has.
pub const IN: usize = 6;
/// Places that a tile of outputs has.
pub const OUT: usize = 4;
/// The window's length.
pub const WINDOW: usize = 3;

/// A linear map of `M` numbers along an axis to `N`.
pub trait Along<const M: usize, const N: usize> {
    /// Applies it to vectors of such numbers.
    ///
    /// # Safety
    /// The machine has the instructions.
    unsafe fn along<T: Real, L: Lanes<T>>(x: [L::V; M]) -> [L::V; N];
}

/// The map along the columns and along the rows of a square.
///
/// # Safety
/// The machine has the instructions.
#[inline(always)]
pub unsafe fn square<T: Real, L: Lanes<T>, F: Along<M, N>, const M: usize, const N: usize>(
    x: [[L::V; M]; M],
) -> [[L::V; N]; N] {
    // SAFETY: the caller's promise.
    unsafe {
        let mut half = [[L::splat(T::ZERO); M]; N];
        for j in 0..M {
            let mut column = [L::splat(T::ZERO); M];
            for i in 0..M {
                column[i] = x[i][j];
            }
            let column = F::along::<T, L>(column);
            for i in 0..N {
                half[i][j] = column[i];
            }
        }
        let mut whole = [[L::splat(T::ZERO); N]; N];
        for i in 0..N {
            whole[i] = F::along::<T, L>(half[i]);
        }
        whole
    }
}

/// a + b x.
// SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
#[inline(always)]
unsafe fn plus<T: Real, L: Lanes<T>>(a: L::V, b: f64, x: L::V) -> L::V {
    // SAFETY: the caller's promise, here and below.
    unsafe { L::fma(L::splat(T::from_f64(b)), x, a) }
}

/// b x.
// SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
#[inline(always)]
unsafe fn times<T: Real, L: Lanes<T>>(b: f64, x: L::V) -> L::V {
    // SAFETY: as above.
    unsafe { L::mul(L::splat(T::from_f64(b)), x) }
}

/// a x + b y.
// SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
#[inline(always)]
unsafe fn mixed<T: Real, L: Lanes<T>>([a, b]: [f64; 2], x: L::V, y: L::V) -> L::V {
    // SAFETY: as above.
    unsafe { plus::<T, L>(times::<T, L>(a, x), b, y) }
}

/// x + p y and x - p y.
// SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
#[inline(always)]
unsafe fn pair<T: Real, L: Lanes<T>>(x: L::V, p: f64, y: L::V) -> [L::V; 2] {
    // SAFETY: as above.
    unsafe { [plus::<T, L>(x, p, y), plus::<T, L>(x, -p, y)] }
}

/// Inputs: for each point the coefficients of the product of x - p over the other points.
pub struct Inputs;

impl Along<IN, IN> for Inputs {
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn along<T: Real, L: Lanes<T>>(d: [L::V; IN]) -> [L::V; IN] {
        // SAFETY: as above.
        unsafe {
            let first = plus::<T, L>(plus::<T, L>(d[4], -A * A - B * B, d[2]), A * A * B * B, d[0]);
            let last = plus::<T, L>(plus::<T, L>(d[5], -A * A - B * B, d[3]), A * A * B * B, d[1]);
            let near = pair::<T, L>(plus::<T, L>(d[4], -B * B, d[2]), A, plus::<T, L>(d[3], -B * B, d[1]));
            let far = pair::<T, L>(plus::<T, L>(d[4], -A * A, d[2]), B, plus::<T, L>(d[3], -A * A, d[1]));
            [first, near[0], near[1], far[0], far[1], last]
        }
    }
}

/// Weights: the values of their polynomial at the points, scaled.
pub struct Weights;

impl Along<WINDOW, IN> for Weights {
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn along<T: Real, L: Lanes<T>>(g: [L::V; WINDOW]) -> [L::V; IN] {
        let [zero, a, b] = SCALES;
        // SAFETY: as above.
        unsafe {
            let near = pair::<T, L>(mixed::<T, L>([a, A * A * a], g[0], g[2]), A * a, g[1]);
            let far = pair::<T, L>(mixed::<T, L>([b, B * B * b], g[0], g[2]), B * b, g[1]);
            [times::<T, L>(zero, g[0]), near[0], near[1], far[0], far[1], g[2]]
        }
    }
}

/// Products to outputs: sums of the powers of the points.
pub struct Outputs;

impl Along<IN, OUT> for Outputs {
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn along<T: Real, L: Lanes<T>>(m: [L::V; IN]) -> [L::V; OUT] {
        // SAFETY: as above.
        unsafe {
            let [near, odd_near] = pair::<T, L>(m[1], 1.0, m[2]);
            let [far, odd_far] = pair::<T, L>(m[3], 1.0, m[4]);
            let last = plus::<T, L>(plus::<T, L>(m[5], A * A * A, odd_near), B * B * B, odd_far);
            let first = L::add(m[0], L::add(near, far));
            [first, mixed::<T, L>([A, B], odd_near, odd_far), mixed::<T, L>([A * A, B * B], near, far), last]
        }
    }
}

/// The transpose of [`Outputs`].
pub struct Upstream;

impl Along<OUT, IN> for Upstream {
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn along<T: Real, L: Lanes<T>>(u: [L::V; OUT]) -> [L::V; IN] {
        // SAFETY: as above.
        unsafe {
            let near = pair::<T, L>(plus::<T, L>(u[0], A * A, u[2]), A, plus::<T, L>(u[1], A * A, u[3]));
            let far = pair::<T, L>(plus::<T, L>(u[0], B * B, u[2]), B, plus::<T, L>(u[1], B * B, u[3]));
            [u[0], near[0], near[1], far[0], far[1], u[3]]
        }
    }
}

/// The transpose of [`Weights`].
pub struct ToWeights;

impl Along<IN, WINDOW> for ToWeights {
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn along<T: Real, L: Lanes<T>>(m: [L::V; IN]) -> [L::V; WINDOW] {
        let [zero, a, b] = SCALES;
        // SAFETY: as above.
        unsafe {
            let [near, odd_near] = pair::<T, L>(m[1], 1.0, m[2]);
            let [far, odd_far] = pair::<T, L>(m[3], 1.0, m[4]);
            let first = plus::<T, L>(mixed::<T, L>([a, b], near, far), zero, m[0]);
            let second = mixed::<T, L>([A * a, B * b], odd_near, odd_far);
            let third = plus::<T, L>(plus::<T, L>(m[5], A * A * a, near), B * B * b, far);
            [first, second, third]
        }
    }
}

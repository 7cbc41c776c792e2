//! Vectors of numbers: what the kernels of products and convolutions are written in, once for all instructions.
//!
//! Every function is inlined into a kernel that is compiled for the instructions in question, see [`super::super::work`].

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

use super::super::number::{Float, Number};
#[cfg(target_arch = "x86_64")]
use super::super::tile::{Avx2, Avx512};
use super::super::tile::{Level, Portable};
use super::super::work::{self, Work};

/// Vectors of `T` under one set of instructions.
pub trait Lanes<T>: 'static {
    /// A vector.
    type V: Copy;
    /// Numbers in a vector.
    const N: usize;
    /// Rows of the largest tile of a product that registers hold, two vectors wide.
    const ROWS: usize;

    /// The same number in every lane.
    ///
    /// # Safety
    /// For this and all others: the machine has the instructions, and what is read or written can be.
    unsafe fn splat(x: T) -> Self::V;
    /// A whole vector.
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[allow(clippy::missing_safety_doc)]
    unsafe fn load(from: *const T) -> Self::V;
    /// The first `count` numbers, at most `N`; zeros follow.
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[allow(clippy::missing_safety_doc)]
    unsafe fn load_part(from: *const T, count: usize) -> Self::V;
    /// Writes a whole vector.
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[allow(clippy::missing_safety_doc)]
    unsafe fn store(to: *mut T, v: Self::V);
    /// Writes the first `count` numbers, at most `N`.
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[allow(clippy::missing_safety_doc)]
    unsafe fn store_part(to: *mut T, count: usize, v: Self::V);
    /// a b + c, rounded once where that is one instruction.
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[allow(clippy::missing_safety_doc)]
    unsafe fn fma(a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// a + b.
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[allow(clippy::missing_safety_doc)]
    unsafe fn add(a: Self::V, b: Self::V) -> Self::V;
    /// The first `count` numbers, at most `N`; those of `other` follow.
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[allow(clippy::missing_safety_doc)]
    unsafe fn load_or(from: *const T, count: usize, other: Self::V) -> Self::V;
    /// a b.
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[allow(clippy::missing_safety_doc)]
    unsafe fn mul(a: Self::V, b: Self::V) -> Self::V;
    /// a where a > b, else b.
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[allow(clippy::missing_safety_doc)]
    unsafe fn larger(a: Self::V, b: Self::V) -> Self::V;
    /// a where a < b, else b.
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[allow(clippy::missing_safety_doc)]
    unsafe fn smaller(a: Self::V, b: Self::V) -> Self::V;
    /// a where it is a NaN, else b.
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[allow(clippy::missing_safety_doc)]
    unsafe fn nan_or(a: Self::V, b: Self::V) -> Self::V;
    /// Of the 2 N numbers of a and b in a row, those in even places and those in odd ones.
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[allow(clippy::missing_safety_doc)]
    unsafe fn split(a: Self::V, b: Self::V) -> (Self::V, Self::V);
    /// The other way round: 2 N numbers in a row, in turn from `even` and `odd`.
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[allow(clippy::missing_safety_doc)]
    unsafe fn merge(even: Self::V, odd: Self::V) -> (Self::V, Self::V);
    /// `rest` where a equals b or both are NaN, and zeros elsewhere; and what that leaves of it.
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[allow(clippy::missing_safety_doc)]
    unsafe fn give(a: Self::V, b: Self::V, rest: Self::V) -> (Self::V, Self::V);
    /// The sum of all lanes.
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[allow(clippy::missing_safety_doc)]
    unsafe fn sum(v: Self::V) -> T;
}

/// A number type with products by vectors.
pub trait Real: Float {
    /// Reads four elements from each of four rows, and writes the columns as four lines, `width` apart.
    ///
    /// # Safety
    /// All can be read and written.
    unsafe fn turn_four(rows: [*const Self; 4], to: *mut Self, width: usize);
}

/// A set of instructions with its vectors.
pub trait Vectors: Level + 'static {
    /// Vectors of f32.
    type F32: Lanes<f32>;
    /// Vectors of f64.
    type F64: Lanes<f64>;
    /// Does work in a function of its own, so that the registers are allocated for it alone.
    ///
    /// # Safety
    /// The machine has the instructions.
    unsafe fn apart<W: Work>(work: W) -> W::Output;
}

macro_rules! real {
    ($($type:ident $turn:ident),*) => {$(
        impl Real for $type {
            // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
            #[inline(always)]
            unsafe fn turn_four(rows: [*const Self; 4], to: *mut Self, width: usize) {
                // SAFETY: the caller's promise.
                unsafe { $turn(rows, to, width) }
            }
        }
    )*};
}

#[cfg(target_arch = "x86_64")]
real!(f32 turn_f32, f64 turn_f64);
#[cfg(not(target_arch = "x86_64"))]
real!(f32 turn_any, f64 turn_any);

/// See [`Real::turn_four`].
// SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
unsafe fn turn_any<T: Copy>(rows: [*const T; 4], to: *mut T, width: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        let block: [[T; 4]; 4] = rows.map(|row| row.cast::<[T; 4]>().read_unaligned());
        for i in 0..4 {
            to.add(i * width).cast::<[T; 4]>().write_unaligned(block.map(|row| row[i]));
        }
    }
}

/// See [`Real::turn_four`]: the compiler would move number by number. These instructions are on every x86-64 machine.
// SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn turn_f32(rows: [*const f32; 4], to: *mut f32, width: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        let [a, b, c, d] = rows.map(|row| _mm_loadu_ps(row));
        let [ab, cd] = [_mm_unpacklo_ps(a, b), _mm_unpacklo_ps(c, d)];
        _mm_storeu_ps(to, _mm_movelh_ps(ab, cd));
        _mm_storeu_ps(to.add(width), _mm_movehl_ps(cd, ab));
        let [ab, cd] = [_mm_unpackhi_ps(a, b), _mm_unpackhi_ps(c, d)];
        _mm_storeu_ps(to.add(2 * width), _mm_movelh_ps(ab, cd));
        _mm_storeu_ps(to.add(3 * width), _mm_movehl_ps(cd, ab));
    }
}

/// See [`turn_f32`].
// SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn turn_f64(rows: [*const f64; 4], to: *mut f64, width: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        for i in [0, 2] {
            let [a, b, c, d] = rows.map(|row| _mm_loadu_pd(row.add(i)));
            let to = to.add(i * width);
            _mm_storeu_pd(to, _mm_unpacklo_pd(a, b));
            _mm_storeu_pd(to.add(2), _mm_unpacklo_pd(c, d));
            _mm_storeu_pd(to.add(width), _mm_unpackhi_pd(a, b));
            _mm_storeu_pd(to.add(width + 2), _mm_unpackhi_pd(c, d));
        }
    }
}

impl Vectors for Portable {
    type F32 = Plain;
    type F64 = Plain;
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn apart<W: Work>(work: W) -> W::Output {
        // SAFETY: the caller's promise.
        unsafe { work::portable(work) }
    }
}

/// Four numbers; the compiler finds the instructions.
pub struct Plain;

impl<T: Number> Lanes<T> for Plain {
    type V = [T; 4];
    const N: usize = 4;
    const ROWS: usize = 4;

    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn splat(x: T) -> [T; 4] {
        [x; 4]
    }
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn load(from: *const T) -> [T; 4] {
        // SAFETY: the caller's promise.
        unsafe { from.cast::<[T; 4]>().read_unaligned() }
    }
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn load_part(from: *const T, count: usize) -> [T; 4] {
        let mut v = [T::ZERO; 4];
        // SAFETY: the caller's promise.
        unsafe {
            if count == 4 {
                return <Self as Lanes<T>>::load(from);
            }
            for (i, to) in v.iter_mut().enumerate().take(count) {
                *to = *from.add(i);
            }
        }
        v
    }
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn store(to: *mut T, v: [T; 4]) {
        // SAFETY: the caller's promise.
        unsafe { to.cast::<[T; 4]>().write_unaligned(v) }
    }
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn store_part(to: *mut T, count: usize, v: [T; 4]) {
        // SAFETY: the caller's promise.
        unsafe {
            for (i, &x) in v.iter().enumerate().take(count) {
                *to.add(i) = x;
            }
        }
    }
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn fma(a: [T; 4], b: [T; 4], c: [T; 4]) -> [T; 4] {
        std::array::from_fn(|i| T::fused::<Portable>(a[i], b[i], c[i]))
    }
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn add(a: [T; 4], b: [T; 4]) -> [T; 4] {
        std::array::from_fn(|i| a[i].plus(b[i]))
    }
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn load_or(from: *const T, count: usize, other: [T; 4]) -> [T; 4] {
        // SAFETY: the caller's promise.
        std::array::from_fn(|i| if i < count { unsafe { *from.add(i) } } else { other[i] })
    }
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn mul(a: [T; 4], b: [T; 4]) -> [T; 4] {
        std::array::from_fn(|i| a[i].times(b[i]))
    }
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn larger(a: [T; 4], b: [T; 4]) -> [T; 4] {
        std::array::from_fn(|i| if a[i] > b[i] { a[i] } else { b[i] })
    }
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn smaller(a: [T; 4], b: [T; 4]) -> [T; 4] {
        std::array::from_fn(|i| if a[i] < b[i] { a[i] } else { b[i] })
    }
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn nan_or(a: [T; 4], b: [T; 4]) -> [T; 4] {
        std::array::from_fn(|i| if a[i].is_nan() { a[i] } else { b[i] })
    }
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn split(a: [T; 4], b: [T; 4]) -> ([T; 4], [T; 4]) {
        ([a[0], a[2], b[0], b[2]], [a[1], a[3], b[1], b[3]])
    }
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn merge(even: [T; 4], odd: [T; 4]) -> ([T; 4], [T; 4]) {
        ([even[0], odd[0], even[1], odd[1]], [even[2], odd[2], even[3], odd[3]])
    }
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn give(a: [T; 4], b: [T; 4], rest: [T; 4]) -> ([T; 4], [T; 4]) {
        let is_same = |i: usize| a[i] == b[i] || (a[i].is_nan() && b[i].is_nan());
        let given = std::array::from_fn(|i| if is_same(i) { rest[i] } else { T::ZERO });
        (given, std::array::from_fn(|i| if is_same(i) { T::ZERO } else { rest[i] }))
    }
    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline(always)]
    unsafe fn sum(v: [T; 4]) -> T {
        v[0].plus(v[2]).plus(v[1].plus(v[3]))
    }
}

/// One number type's vectors from the machine's own functions.
#[cfg(target_arch = "x86_64")]
macro_rules! lanes {
    ($name:ident, $type:ty, $vector:ty, $n:literal, $rows:literal, $splat:ident, $load:ident, $store:ident, $fma:ident,
     $add:ident, $mask:expr, $load_part:ident, $store_part:ident, $sum:expr, $load_or:expr, $mul:ident, $max:ident, $min:ident,
     $nan_or:expr, $split:expr, $merge:expr, $give:expr) => {
        /// See the trait.
        pub struct $name;

        impl Lanes<$type> for $name {
            type V = $vector;
            const N: usize = $n;
            const ROWS: usize = $rows;

            // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
            #[inline(always)]
            unsafe fn splat(x: $type) -> $vector {
                // SAFETY: the caller's promise, here and below.
                unsafe { $splat(x) }
            }
            // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
            #[inline(always)]
            unsafe fn load(from: *const $type) -> $vector {
                // SAFETY: as above.
                unsafe { $load(from) }
            }
            // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
            #[inline(always)]
            unsafe fn load_part(from: *const $type, count: usize) -> $vector {
                // SAFETY: as above; lanes beyond the mask are not read.
                unsafe { $load_part($mask(count), from) }
            }
            // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
            #[inline(always)]
            unsafe fn store(to: *mut $type, v: $vector) {
                // SAFETY: as above.
                unsafe { $store(to, v) }
            }
            // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
            #[inline(always)]
            unsafe fn store_part(to: *mut $type, count: usize, v: $vector) {
                // SAFETY: as above; lanes beyond the mask are not written.
                unsafe { $store_part(to, $mask(count), v) }
            }
            // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
            #[inline(always)]
            unsafe fn fma(a: $vector, b: $vector, c: $vector) -> $vector {
                // SAFETY: as above.
                unsafe { $fma(a, b, c) }
            }
            // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
            #[inline(always)]
            unsafe fn add(a: $vector, b: $vector) -> $vector {
                // SAFETY: as above.
                unsafe { $add(a, b) }
            }
            // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
            #[inline(always)]
            unsafe fn load_or(from: *const $type, count: usize, other: $vector) -> $vector {
                // SAFETY: as above; lanes beyond the mask are not read.
                unsafe { $load_or(other, $mask(count), from) }
            }
            // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
            #[inline(always)]
            unsafe fn mul(a: $vector, b: $vector) -> $vector {
                // SAFETY: as above.
                unsafe { $mul(a, b) }
            }
            // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
            #[inline(always)]
            unsafe fn larger(a: $vector, b: $vector) -> $vector {
                // SAFETY: as above.
                unsafe { $max(a, b) }
            }
            // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
            #[inline(always)]
            unsafe fn smaller(a: $vector, b: $vector) -> $vector {
                // SAFETY: as above.
                unsafe { $min(a, b) }
            }
            // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
            #[inline(always)]
            unsafe fn nan_or(a: $vector, b: $vector) -> $vector {
                // SAFETY: as above.
                unsafe { $nan_or(a, b) }
            }
            // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
            #[inline(always)]
            unsafe fn split(a: $vector, b: $vector) -> ($vector, $vector) {
                // SAFETY: as above.
                unsafe { $split(a, b) }
            }
            // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
            #[inline(always)]
            unsafe fn merge(even: $vector, odd: $vector) -> ($vector, $vector) {
                // SAFETY: as above.
                unsafe { $merge(even, odd) }
            }
            // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
            #[inline(always)]
            unsafe fn give(a: $vector, b: $vector, rest: $vector) -> ($vector, $vector) {
                // SAFETY: as above.
                unsafe { $give(a, b, rest) }
            }
            // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
            #[inline(always)]
            unsafe fn sum(v: $vector) -> $type {
                // SAFETY: as above.
                unsafe { $sum(v) }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::*;

    impl Vectors for Avx512 {
        type F32 = F32x16;
        type F64 = F64x8;
        // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
        #[inline(always)]
        unsafe fn apart<W: Work>(work: W) -> W::Output {
            // SAFETY: the caller's promise.
            unsafe { work::avx512(work) }
        }
    }
    impl Vectors for Avx2 {
        type F32 = F32x8;
        type F64 = F64x4;
        // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
        #[inline(always)]
        unsafe fn apart<W: Work>(work: W) -> W::Output {
            // SAFETY: the caller's promise.
            unsafe { work::avx2(work) }
        }
    }

    lanes!(
        F32x16,
        f32,
        __m512,
        16,
        14,
        _mm512_set1_ps,
        _mm512_loadu_ps,
        _mm512_storeu_ps,
        _mm512_fmadd_ps,
        _mm512_add_ps,
        |count: usize| ((1u32 << count) - 1) as __mmask16,
        _mm512_maskz_loadu_ps,
        _mm512_mask_storeu_ps,
        |v| _mm512_reduce_add_ps(v),
        |other, mask, from| _mm512_mask_loadu_ps(other, mask, from),
        _mm512_mul_ps,
        _mm512_max_ps,
        _mm512_min_ps,
        |a, b| _mm512_mask_blend_ps(_mm512_cmp_ps_mask::<_CMP_UNORD_Q>(a, a), b, a),
        |a, b| {
            let even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
            let odd = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
            (_mm512_permutex2var_ps(a, even, b), _mm512_permutex2var_ps(a, odd, b))
        },
        |even, odd| {
            let first = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            let second = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
            (_mm512_permutex2var_ps(even, first, odd), _mm512_permutex2var_ps(even, second, odd))
        },
        |a, b, rest| {
            let both =
                _mm512_mask_cmp_ps_mask::<_CMP_UNORD_Q>(_mm512_cmp_ps_mask::<_CMP_UNORD_Q>(a, a), b, b);
            let same = both | _mm512_cmp_ps_mask::<_CMP_EQ_OQ>(a, b);
            (_mm512_maskz_mov_ps(same, rest), _mm512_maskz_mov_ps(!same, rest))
        }
    );
    lanes!(
        F64x8,
        f64,
        __m512d,
        8,
        14,
        _mm512_set1_pd,
        _mm512_loadu_pd,
        _mm512_storeu_pd,
        _mm512_fmadd_pd,
        _mm512_add_pd,
        |count: usize| ((1u32 << count) - 1) as __mmask8,
        _mm512_maskz_loadu_pd,
        _mm512_mask_storeu_pd,
        |v| _mm512_reduce_add_pd(v),
        |other, mask, from| _mm512_mask_loadu_pd(other, mask, from),
        _mm512_mul_pd,
        _mm512_max_pd,
        _mm512_min_pd,
        |a, b| _mm512_mask_blend_pd(_mm512_cmp_pd_mask::<_CMP_UNORD_Q>(a, a), b, a),
        |a, b| {
            let even = _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14);
            let odd = _mm512_setr_epi64(1, 3, 5, 7, 9, 11, 13, 15);
            (_mm512_permutex2var_pd(a, even, b), _mm512_permutex2var_pd(a, odd, b))
        },
        |even, odd| {
            let first = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);
            let second = _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15);
            (_mm512_permutex2var_pd(even, first, odd), _mm512_permutex2var_pd(even, second, odd))
        },
        |a, b, rest| {
            let both =
                _mm512_mask_cmp_pd_mask::<_CMP_UNORD_Q>(_mm512_cmp_pd_mask::<_CMP_UNORD_Q>(a, a), b, b);
            let same = both | _mm512_cmp_pd_mask::<_CMP_EQ_OQ>(a, b);
            (_mm512_maskz_mov_pd(same, rest), _mm512_maskz_mov_pd(!same, rest))
        }
    );
    lanes!(
        F32x8,
        f32,
        __m256,
        8,
        6,
        _mm256_set1_ps,
        _mm256_loadu_ps,
        _mm256_storeu_ps,
        _mm256_fmadd_ps,
        _mm256_add_ps,
        |count: usize| _mm256_cmpgt_epi32(
            _mm256_set1_epi32(count as i32),
            _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)
        ),
        load_part_f32,
        _mm256_maskstore_ps,
        |v| sum_f32(v),
        |other, mask, from| load_or_f32(other, mask, from),
        _mm256_mul_ps,
        _mm256_max_ps,
        _mm256_min_ps,
        |a, b| _mm256_blendv_ps(b, a, _mm256_cmp_ps::<_CMP_UNORD_Q>(a, a)),
        |a, b| {
            let turned = |v| _mm256_castpd_ps(_mm256_permute4x64_pd::<0b11_01_10_00>(_mm256_castps_pd(v)));
            (turned(_mm256_shuffle_ps::<0x88>(a, b)), turned(_mm256_shuffle_ps::<0xdd>(a, b)))
        },
        |even, odd| {
            let (low, high) = (_mm256_unpacklo_ps(even, odd), _mm256_unpackhi_ps(even, odd));
            (_mm256_permute2f128_ps::<0x20>(low, high), _mm256_permute2f128_ps::<0x31>(low, high))
        },
        |a, b, rest| {
            let both =
                _mm256_and_ps(_mm256_cmp_ps::<_CMP_UNORD_Q>(a, a), _mm256_cmp_ps::<_CMP_UNORD_Q>(b, b));
            let same = _mm256_or_ps(both, _mm256_cmp_ps::<_CMP_EQ_OQ>(a, b));
            (_mm256_and_ps(same, rest), _mm256_andnot_ps(same, rest))
        }
    );
    lanes!(
        F64x4,
        f64,
        __m256d,
        4,
        6,
        _mm256_set1_pd,
        _mm256_loadu_pd,
        _mm256_storeu_pd,
        _mm256_fmadd_pd,
        _mm256_add_pd,
        |count: usize| _mm256_cmpgt_epi64(_mm256_set1_epi64x(count as i64), _mm256_setr_epi64x(0, 1, 2, 3)),
        load_part_f64,
        _mm256_maskstore_pd,
        |v| sum_f64(v),
        |other, mask, from| load_or_f64(other, mask, from),
        _mm256_mul_pd,
        _mm256_max_pd,
        _mm256_min_pd,
        |a, b| _mm256_blendv_pd(b, a, _mm256_cmp_pd::<_CMP_UNORD_Q>(a, a)),
        |a, b| {
            let turned = |v| _mm256_permute4x64_pd::<0b11_01_10_00>(v);
            (turned(_mm256_unpacklo_pd(a, b)), turned(_mm256_unpackhi_pd(a, b)))
        },
        |even, odd| {
            let (low, high) = (_mm256_unpacklo_pd(even, odd), _mm256_unpackhi_pd(even, odd));
            (_mm256_permute2f128_pd::<0x20>(low, high), _mm256_permute2f128_pd::<0x31>(low, high))
        },
        |a, b, rest| {
            let both =
                _mm256_and_pd(_mm256_cmp_pd::<_CMP_UNORD_Q>(a, a), _mm256_cmp_pd::<_CMP_UNORD_Q>(b, b));
            let same = _mm256_or_pd(both, _mm256_cmp_pd::<_CMP_EQ_OQ>(a, b));
            (_mm256_and_pd(same, rest), _mm256_andnot_pd(same, rest))
        }
    );

    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn load_part_f32(mask: __m256i, from: *const f32) -> __m256 {
        // SAFETY: the caller's promise.
        unsafe { _mm256_maskload_ps(from, mask) }
    }

    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn load_part_f64(mask: __m256i, from: *const f64) -> __m256d {
        // SAFETY: the caller's promise.
        unsafe { _mm256_maskload_pd(from, mask) }
    }

    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn load_or_f32(other: __m256, mask: __m256i, from: *const f32) -> __m256 {
        // SAFETY: the caller's promise.
        unsafe { _mm256_blendv_ps(other, _mm256_maskload_ps(from, mask), _mm256_castsi256_ps(mask)) }
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    fn sum_f32(v: __m256) -> f32 {
        let v = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps::<1>(v));
        let v = _mm_add_ps(v, _mm_movehl_ps(v, v));
        _mm_cvtss_f32(_mm_add_ss(v, _mm_shuffle_ps::<1>(v, v)))
    }

    // SAFETY: the caller keeps the promise of the trait, or of the function that this is a part of.
    #[inline]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn load_or_f64(other: __m256d, mask: __m256i, from: *const f64) -> __m256d {
        // SAFETY: the caller's promise.
        unsafe { _mm256_blendv_pd(other, _mm256_maskload_pd(from, mask), _mm256_castsi256_pd(mask)) }
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    fn sum_f64(v: __m256d) -> f64 {
        let v = _mm_add_pd(_mm256_castpd256_pd128(v), _mm256_extractf128_pd::<1>(v));
        _mm_cvtsd_f64(_mm_add_sd(v, _mm_unpackhi_pd(v, v)))
    }
}

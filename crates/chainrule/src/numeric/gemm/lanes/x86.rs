//! Vectors of AVX-512 and AVX2.

use super::super::super::tile::{Avx2, Avx512};
use super::super::super::work::{self, Work};
use super::{Lanes, Vectors};
use std::arch::x86_64::*;

/// One number type's vectors from the machine's own functions.
macro_rules! lanes {
    ($name:ident: $n:literal of $type:ty as $vector:ty, $rows:literal rows;
     splat: $splat:ident, load: $load:ident, store: $store:ident, fma: $fma:ident, add: $add:ident,
     mask: $mask:expr, load_part: $load_part:ident, store_part: $store_part:ident, sum: $sum:expr,
     load_or: $load_or:expr, mul: $mul:ident, max: $max:ident, min: $min:ident, nan_or: $nan_or:expr,
     split: $split:expr, merge: $merge:expr, give: $give:expr) => {
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
    F32x16: 16 of f32 as __m512, 14 rows;
    splat: _mm512_set1_ps,
    load: _mm512_loadu_ps,
    store: _mm512_storeu_ps,
    fma: _mm512_fmadd_ps,
    add: _mm512_add_ps,
    mask: |count: usize| ((1u32 << count) - 1) as __mmask16,
    load_part: _mm512_maskz_loadu_ps,
    store_part: _mm512_mask_storeu_ps,
    sum: |v| _mm512_reduce_add_ps(v),
    load_or: |other, mask, from| _mm512_mask_loadu_ps(other, mask, from),
    mul: _mm512_mul_ps,
    max: _mm512_max_ps,
    min: _mm512_min_ps,
    nan_or: |a, b| _mm512_mask_blend_ps(_mm512_cmp_ps_mask::<_CMP_UNORD_Q>(a, a), b, a),
    split: |a, b| {
        let even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
        let odd = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
        (_mm512_permutex2var_ps(a, even, b), _mm512_permutex2var_ps(a, odd, b))
    },
    merge: |even, odd| {
        let first = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        let second = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        (_mm512_permutex2var_ps(even, first, odd), _mm512_permutex2var_ps(even, second, odd))
    },
    give: |a, b, rest| {
        let both =
            _mm512_mask_cmp_ps_mask::<_CMP_UNORD_Q>(_mm512_cmp_ps_mask::<_CMP_UNORD_Q>(a, a), b, b);
        let same = both | _mm512_cmp_ps_mask::<_CMP_EQ_OQ>(a, b);
        (_mm512_maskz_mov_ps(same, rest), _mm512_maskz_mov_ps(!same, rest))
    }
);
lanes!(
    F64x8: 8 of f64 as __m512d, 14 rows;
    splat: _mm512_set1_pd,
    load: _mm512_loadu_pd,
    store: _mm512_storeu_pd,
    fma: _mm512_fmadd_pd,
    add: _mm512_add_pd,
    mask: |count: usize| ((1u32 << count) - 1) as __mmask8,
    load_part: _mm512_maskz_loadu_pd,
    store_part: _mm512_mask_storeu_pd,
    sum: |v| _mm512_reduce_add_pd(v),
    load_or: |other, mask, from| _mm512_mask_loadu_pd(other, mask, from),
    mul: _mm512_mul_pd,
    max: _mm512_max_pd,
    min: _mm512_min_pd,
    nan_or: |a, b| _mm512_mask_blend_pd(_mm512_cmp_pd_mask::<_CMP_UNORD_Q>(a, a), b, a),
    split: |a, b| {
        let even = _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14);
        let odd = _mm512_setr_epi64(1, 3, 5, 7, 9, 11, 13, 15);
        (_mm512_permutex2var_pd(a, even, b), _mm512_permutex2var_pd(a, odd, b))
    },
    merge: |even, odd| {
        let first = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);
        let second = _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15);
        (_mm512_permutex2var_pd(even, first, odd), _mm512_permutex2var_pd(even, second, odd))
    },
    give: |a, b, rest| {
        let both =
            _mm512_mask_cmp_pd_mask::<_CMP_UNORD_Q>(_mm512_cmp_pd_mask::<_CMP_UNORD_Q>(a, a), b, b);
        let same = both | _mm512_cmp_pd_mask::<_CMP_EQ_OQ>(a, b);
        (_mm512_maskz_mov_pd(same, rest), _mm512_maskz_mov_pd(!same, rest))
    }
);
lanes!(
    F32x8: 8 of f32 as __m256, 6 rows;
    splat: _mm256_set1_ps,
    load: _mm256_loadu_ps,
    store: _mm256_storeu_ps,
    fma: _mm256_fmadd_ps,
    add: _mm256_add_ps,
    mask: |count: usize| _mm256_cmpgt_epi32(
        _mm256_set1_epi32(count as i32),
        _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)
    ),
    load_part: load_part_f32,
    store_part: _mm256_maskstore_ps,
    sum: |v| sum_f32(v),
    load_or: |other, mask, from| load_or_f32(other, mask, from),
    mul: _mm256_mul_ps,
    max: _mm256_max_ps,
    min: _mm256_min_ps,
    nan_or: |a, b| _mm256_blendv_ps(b, a, _mm256_cmp_ps::<_CMP_UNORD_Q>(a, a)),
    split: |a, b| {
        let turned = |v| _mm256_castpd_ps(_mm256_permute4x64_pd::<0b11_01_10_00>(_mm256_castps_pd(v)));
        (turned(_mm256_shuffle_ps::<0x88>(a, b)), turned(_mm256_shuffle_ps::<0xdd>(a, b)))
    },
    merge: |even, odd| {
        let (low, high) = (_mm256_unpacklo_ps(even, odd), _mm256_unpackhi_ps(even, odd));
        (_mm256_permute2f128_ps::<0x20>(low, high), _mm256_permute2f128_ps::<0x31>(low, high))
    },
    give: |a, b, rest| {
        let both =
            _mm256_and_ps(_mm256_cmp_ps::<_CMP_UNORD_Q>(a, a), _mm256_cmp_ps::<_CMP_UNORD_Q>(b, b));
        let same = _mm256_or_ps(both, _mm256_cmp_ps::<_CMP_EQ_OQ>(a, b));
        (_mm256_and_ps(same, rest), _mm256_andnot_ps(same, rest))
    }
);
lanes!(
    F64x4: 4 of f64 as __m256d, 6 rows;
    splat: _mm256_set1_pd,
    load: _mm256_loadu_pd,
    store: _mm256_storeu_pd,
    fma: _mm256_fmadd_pd,
    add: _mm256_add_pd,
    mask: |count: usize| _mm256_cmpgt_epi64(_mm256_set1_epi64x(count as i64), _mm256_setr_epi64x(0, 1, 2, 3)),
    load_part: load_part_f64,
    store_part: _mm256_maskstore_pd,
    sum: |v| sum_f64(v),
    load_or: |other, mask, from| load_or_f64(other, mask, from),
    mul: _mm256_mul_pd,
    max: _mm256_max_pd,
    min: _mm256_min_pd,
    nan_or: |a, b| _mm256_blendv_pd(b, a, _mm256_cmp_pd::<_CMP_UNORD_Q>(a, a)),
    split: |a, b| {
        let turned = |v| _mm256_permute4x64_pd::<0b11_01_10_00>(v);
        (turned(_mm256_unpacklo_pd(a, b)), turned(_mm256_unpackhi_pd(a, b)))
    },
    merge: |even, odd| {
        let (low, high) = (_mm256_unpacklo_pd(even, odd), _mm256_unpackhi_pd(even, odd));
        (_mm256_permute2f128_pd::<0x20>(low, high), _mm256_permute2f128_pd::<0x31>(low, high))
    },
    give: |a, b, rest| {
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

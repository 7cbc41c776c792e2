//! Vectors of any machine: four numbers, for which the compiler finds the instructions.

use super::super::super::number::Number;
use super::super::super::tile::Portable;
use super::super::super::work::{self, Work};
use super::{Lanes, Vectors};

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

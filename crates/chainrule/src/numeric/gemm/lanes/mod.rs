//! Vectors of numbers: what the kernels of products and convolutions are written in, once for all instructions.
//!
//! Every function is inlined into a kernel that is compiled for the instructions in question, see [`super::super::work`].

mod plain;
#[cfg(target_arch = "x86_64")]
mod x86;

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

use super::super::number::Float;
use super::super::tile::Level;
use super::super::work::Work;
pub use plain::Plain;

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

/// The first `count` numbers, at most a vector; zeros follow.
///
/// # Safety
/// `count` elements can be read.
#[inline(always)]
pub unsafe fn load<T, L: Lanes<T>>(from: *const T, count: usize) -> L::V {
    // SAFETY: the caller's promise.
    unsafe { if count == L::N { L::load(from) } else { L::load_part(from, count) } }
}

/// Writes the first `count` numbers.
///
/// # Safety
/// `count` elements can be written.
#[inline(always)]
pub unsafe fn store<T, L: Lanes<T>>(to: *mut T, count: usize, v: L::V) {
    // SAFETY: the caller's promise.
    unsafe { if count == L::N { L::store(to, v) } else { L::store_part(to, count, v) } }
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

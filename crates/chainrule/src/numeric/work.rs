//! Work compiled once for each set of vector instructions, and done with the best that the machine has.

#![allow(unsafe_code)]

use super::gemm::lanes::Vectors;
use super::tile::Portable;
#[cfg(target_arch = "x86_64")]
use super::tile::{Avx2, Avx512};
use super::tile::{Instructions, instructions};

/// Something to be done with vector instructions.
pub trait Work {
    /// What comes of it.
    type Output;
    /// Whether it is compiled for each set of instructions, or for those alone that every machine has.
    const VECTORS: bool = true;
    /// Does it. Implementations are `#[inline(always)]`, as is all that they call in their loops, or those are not
    /// compiled for the instructions.
    ///
    /// # Safety
    /// The machine has the instructions.
    unsafe fn work<L: Vectors>(self) -> Self::Output;
}

/// Does the work with the best instructions that the machine has.
#[inline]
pub fn at_best<W: Work>(work: W) -> W::Output {
    at(instructions(), work)
}

/// Does the work with these instructions, or with less if the machine has not got them.
#[inline]
pub fn at<W: Work>(level: Instructions, work: W) -> W::Output {
    if !W::VECTORS {
        // SAFETY: every machine has these.
        return unsafe { portable(work) };
    }
    match level.min(instructions()) {
        // SAFETY: the machine has AVX-512, as `instructions` found.
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx512 => unsafe { avx512(work) },
        // SAFETY: the machine has AVX2, as `instructions` found, which counts AVX-512 only with AVX2.
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx2 => unsafe { avx2(work) },
        // SAFETY: every machine has these.
        _ => unsafe { portable(work) },
    }
}

/// # Safety
/// The machine has AVX-512.
#[cfg(target_arch = "x86_64")]
#[inline(never)]
#[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
pub(super) unsafe fn avx512<W: Work>(work: W) -> W::Output {
    // SAFETY: the caller's promise.
    unsafe { work.work::<Avx512>() }
}

/// # Safety
/// The machine has AVX2.
#[cfg(target_arch = "x86_64")]
#[inline(never)]
#[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
pub(super) unsafe fn avx2<W: Work>(work: W) -> W::Output {
    // SAFETY: the caller's promise.
    unsafe { work.work::<Avx2>() }
}

/// # Safety
/// None is needed; unsafe like the others.
#[inline(never)]
pub(super) unsafe fn portable<W: Work>(work: W) -> W::Output {
    // SAFETY: every machine has these instructions.
    unsafe { work.work::<Portable>() }
}

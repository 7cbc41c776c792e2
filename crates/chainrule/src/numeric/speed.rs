//! How quick this machine is: measured, for the bounds that plans are printed with. No result depends on it.

#![allow(unsafe_code)]

use super::gemm::lanes::{Lanes, Vectors};
use super::work::{Work, at_best};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Sums that are formed side by side: more than a unit of the processor has in flight.
const SUMS: usize = 12;

/// Multiplications with additions, on numbers that stay in registers. Gives what came of it, and how many operations a turn has.
struct MultiplyAdd<T> {
    turns: usize,
    factor: T,
    term: T,
}

macro_rules! multiply_add {
    ($($type:ident $vector:ident),*) => {$(
        impl Work for MultiplyAdd<$type> {
            type Output = ($type, usize);
            #[inline(always)]
            // SAFETY: the caller keeps the promise of the trait.
            unsafe fn work<L: Vectors>(self) -> Self::Output {
                // SAFETY: the caller's promise; nothing is read or written.
                unsafe {
                    let factor = L::$vector::splat(self.factor);
                    let term = L::$vector::splat(self.term);
                    let mut sums = [term; SUMS];
                    for _ in 0..self.turns {
                        for sum in &mut sums {
                            *sum = L::$vector::fma(*sum, factor, term);
                        }
                    }
                    let total = sums.iter().fold(term, |total, &sum| L::$vector::add(total, sum));
                    (L::$vector::sum(total), 2 * SUMS * <L::$vector as Lanes<$type>>::N)
                }
            }
        }
    )*};
}

multiply_add!(f32 F32, f64 F64);

/// The most floating-point operations a second that one thread reaches, in f32 and in f64.
pub fn peak() -> [f64; 2] {
    const TURNS: usize = 20_000;
    let rate = |operations: usize, time: Duration| (operations * TURNS) as f64 / time.as_secs_f64();
    let narrow = || {
        let start = Instant::now();
        let work = MultiplyAdd { turns: TURNS, factor: black_box(0.5f32), term: black_box(1.0) };
        let (_, operations) = black_box(at_best(work));
        rate(operations, start.elapsed())
    };
    let wide = || {
        let start = Instant::now();
        let work = MultiplyAdd { turns: TURNS, factor: black_box(0.5f64), term: black_box(1.0) };
        let (_, operations) = black_box(at_best(work));
        rate(operations, start.elapsed())
    };
    [best(20, narrow), best(20, wide)]
}

/// Adds up numbers that lie in a row, whole turns of `SUMS` vectors.
struct Add<'a>(&'a [f32]);

impl Work for Add<'_> {
    type Output = f32;
    #[inline(always)]
    // SAFETY: the caller keeps the promise of the trait.
    unsafe fn work<L: Vectors>(self) -> f32 {
        let width = <L::F32 as Lanes<f32>>::N;
        // SAFETY: the machine has the instructions, and each vector lies within a turn.
        unsafe {
            let mut sums = [L::F32::splat(0.0); SUMS];
            for turn in self.0.chunks_exact(SUMS * width) {
                for (i, sum) in sums.iter_mut().enumerate() {
                    *sum = L::F32::add(*sum, L::F32::load(turn.as_ptr().add(i * width)));
                }
            }
            let zero = L::F32::splat(0.0);
            L::F32::sum(sums.iter().fold(zero, |total, &sum| L::F32::add(total, sum)))
        }
    }
}

/// Bytes a second of whatever is quicker at so many bytes: reading them all, or copying one half over the other.
pub fn traffic(bytes: usize) -> f64 {
    copying(bytes).max(reading(bytes))
}

fn reading(bytes: usize) -> f64 {
    let from = vec![1f32; bytes / 4];
    let repeats = ((1 << 21) / bytes).max(1);
    best(4, || {
        let start = Instant::now();
        for _ in 0..repeats {
            black_box(at_best(Add(black_box(&from))));
        }
        (bytes * repeats) as f64 / start.elapsed().as_secs_f64()
    })
}

/// Bytes a second, read and written, of a copy that touches so many bytes.
fn copying(bytes: usize) -> f64 {
    let (from, mut to) = (vec![1u8; bytes / 2], vec![2u8; bytes / 2]);
    let repeats = ((1 << 21) / bytes).max(1);
    best(4, || {
        let start = Instant::now();
        for _ in 0..repeats {
            black_box(&mut to[..]).copy_from_slice(black_box(&from));
        }
        (bytes * repeats) as f64 / start.elapsed().as_secs_f64()
    })
}

/// Others may disturb a measurement, but never make it quicker.
fn best(times: usize, mut measure: impl FnMut() -> f64) -> f64 {
    (0..times).map(|_| measure()).fold(0.0, f64::max)
}

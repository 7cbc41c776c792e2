//! Times the elementary functions: `cargo bench -p chainrule --bench vector [part of a name]`.
//!
//! Each line: nanoseconds an element on a tile that stays in the first cache and over 32 MiB of memory, at each level of
//! instructions, the least of many runs. Beside the first it says how many fused multiply-adds (or copies) of an element
//! take as long: a function cannot be faster than the operations that it consists of. Memory is bounded by the line
//! `copy`.

#![allow(unsafe_code, dead_code, unused_imports, missing_docs)]

// The floor `numeric` imports nothing from the rest of the crate, so that its parts compile alone.
#[path = "../src/numeric"]
mod numeric {
    pub mod simple;
    pub mod tile;
    pub mod vector;
}

use numeric::tile::{Instructions, Level, Lone, Ports, Tile, Unary, instructions, unary_on};
use numeric::vector;
use std::time::Instant;

struct Case {
    name: &'static str,
    single: fn(Instructions) -> Tile,
    double: fn(Instructions) -> Tile,
}

macro_rules! cases {
    ($($name:literal |$x:ident| $body:expr, $far:expr;)*) => {
        const CASES: &[Case] = &[$({
            struct Op;
            macro_rules! operation {
                ($type:ident) => {
                    impl Unary<$type, $type> for Op {
                        #[inline(always)]
                        fn at<L: Level>($x: $type, _: i64) -> $type {
                            $body
                        }
                        #[inline(always)]
                        fn is_far(x: $type) -> bool {
                            $far && vector::is_far(x)
                        }
                    }
                };
            }
            operation!(f32);
            operation!(f64);
            Case {
                name: $name,
                single: |level| unary_on::<Op, f32, f32>(level, 0),
                double: |level| unary_on::<Op, f64, f64>(level, 0),
            }
        }),*];
    };
}

cases! {
    "copy" |x| x, false;
    "32 fma" |x| (0..32).fold(x, |y, _| if L::FUSED { y.mul_add(x, x) } else { y * x + x }), false;
    "exp" |x| vector::exp::<L, _>(x), false;
    "expm1" |x| vector::expm1::<L, _>(x), false;
    "tanh" |x| vector::tanh::<L, _>(x), false;
    "sigmoid" |x| vector::sigmoid::<L, _>(x), false;
    "sinh" |x| vector::sinh::<L, _>(x), false;
    "cosh" |x| vector::cosh::<L, _>(x), false;
    "log" |x| vector::log::<L, _>(x), false;
    "log1p" |x| vector::log1p::<L, _>(x), false;
    "sin" |x| vector::sin::<L, _>(x), true;
    "cos" |x| vector::cos::<L, _>(x), true;
    "tan" |x| vector::tan::<L, _>(x), true;
    "erf" |x| vector::erf::<L, _>(x), false;
    "atan" |x| vector::atan::<L, _>(x), false;
    "asin" |x| vector::asin::<L, _>(x), false;
    "acos" |x| vector::acos::<L, _>(x), false;
    "platform's exp" |x| x.exp(), false;
    "platform's tanh" |x| x.tanh(), false;
    "platform's log" |x| x.ln(), false;
    "platform's sin" |x| x.sin(), false;
}

/// Nanoseconds an element of tiles of 1 KiB: over one tile, and over all of the memory.
fn time<T: Copy>(tile: Tile, x: &[T], y: &mut [T]) -> (f64, f64) {
    let len = 1024 / size_of::<T>();
    let mut pass = |tiles: usize, step: usize| {
        let start = Instant::now();
        for i in 0..tiles {
            let at = i * step;
            let ports = Ports {
                inputs: [x[at..at + len].as_ptr().cast(), std::ptr::null(), std::ptr::null()],
                output: y[at..at + len].as_mut_ptr().cast(),
                len,
                lone: Lone::NONE,
            };
            // SAFETY: both slices hold `len` elements, and they are of different vectors.
            unsafe { tile.run(&ports) };
        }
        start.elapsed().as_secs_f64() * 1e9 / (tiles * len) as f64
    };
    let least = |runs: usize, run: &mut dyn FnMut() -> f64| (0..runs).map(|_| run()).fold(f64::MAX, f64::min);
    let near = least(60, &mut || pass(300, 0));
    (near, least(4, &mut || pass(x.len() / len, len)))
}

fn table<T: Copy + From<f32>>(dtype: &str, of: fn(&Case) -> fn(Instructions) -> Tile, filter: &str) {
    let count = (32 << 20) / size_of::<T>();
    let x: Vec<T> = (0..count).map(|i| T::from((i * 7919 % 1013) as f32 * 0.004 + 0.01)).collect();
    let mut y = x.clone();
    let all = [Instructions::Avx512, Instructions::Avx2, Instructions::Portable];
    for level in all.into_iter().filter(|&level| level <= instructions()) {
        let (copy, _) = time(of(&CASES[0])(level), &x, &mut y);
        let fma = time(of(&CASES[1])(level), &x, &mut y).0 / 32.0;
        for case in CASES.iter().filter(|case| case.name.contains(filter)) {
            let (near, far) = time(of(case)(level), &x, &mut y);
            let gigabytes = 2.0 * size_of::<T>() as f64 / far;
            println!(
                "{dtype} {level:<9} {:<16} {near:7.3} ns = {:5.1} fma = {:5.1} copies; memory {far:7.3} ns, {gigabytes:5.1} GB/s",
                case.name,
                near / fma,
                near / copy,
                level = format!("{level:?}"),
            );
        }
    }
}

fn main() {
    // Cargo adds `--bench`.
    let filter = std::env::args().skip(1).find(|a| !a.starts_with("--")).unwrap_or_default();
    table::<f64>("f64", |case| case.double, &filter);
    table::<f32>("f32", |case| case.single, &filter);
}

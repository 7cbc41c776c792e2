//! Times a fork and join: `cargo bench -p chainrule --bench team [threads]`.
//!
//! Parts that do nothing, then parts that are worth something beside the time that one thread takes for all of them. Bound: what
//! two processors take to tell each other of a change of one number, twice, measured first.

#![allow(unsafe_code, dead_code, unused_imports, missing_docs)]

// The floor `numeric` imports nothing from the rest of the crate, so that its parts compile alone.
#[path = "../src/numeric"]
mod numeric {
    pub mod scratch;
    pub mod team;
}

use numeric::team::Team;
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Median and least nanoseconds of some runs of many calls.
fn time(mut call: impl FnMut()) -> [f64; 2] {
    let mut run = || {
        let start = Instant::now();
        (0..1000).for_each(|_| call());
        start.elapsed().as_secs_f64() * 1e6
    };
    let mut times: Vec<f64> = (0..200).map(|_| run()).collect();
    times.sort_by(f64::total_cmp);
    [times[100], times[0]]
}

/// Nanoseconds for a number to go to another thread and back.
fn round_trip() -> f64 {
    let (there, back) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let wait = |number: &AtomicUsize, wanted| {
        while number.load(Ordering::Acquire) != wanted {
            std::hint::spin_loop();
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for i in 1..=200_000 {
                wait(&there, i);
                back.store(i, Ordering::Release);
            }
        });
        let mut at = 0;
        time(|| {
            at += 1;
            there.store(at, Ordering::Release);
            wait(&back, at);
        })[0]
    })
}

/// Work for about four nanoseconds a loop.
fn work(loops: usize) {
    let mut x = black_box(1u64);
    for _ in 0..loops * 2 {
        x = x.wrapping_mul(6364136223846793005).rotate_left(17) ^ x;
    }
    black_box(x);
}

fn main() {
    let threads = std::env::args().find_map(|a| a.parse().ok());
    let threads = threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, |n| n.get()));
    let team = Team::new(threads);
    println!("{threads} threads; a number there and back: {:.0} ns", round_trip());
    println!("{:<44} {:>9} {:>9} {:>9}", "", "ns", "least", "alone");
    for (name, parts, loops) in [
        ("fork and join, a part for each, no work", threads, 0),
        ("fork and join, 16 parts, no work", 16, 0),
        ("a part for each", threads, 1000),
        ("a part for each, longer", threads, 10_000),
        ("16 parts", 16, 1000),
    ] {
        let [median, least] = time(|| team.run(parts, 0, |_| work(loops)));
        let alone = time(|| Team::ALONE.run(parts, 0, |_| work(loops)))[0];
        println!("{name:<44} {median:>9.0} {least:>9.0} {alone:>9.0}");
    }
    let mut times: Vec<f64> = (0..200)
        .map(|_| {
            std::thread::sleep(Duration::from_millis(1));
            let start = Instant::now();
            team.run(threads, 0, |_| ());
            start.elapsed().as_secs_f64() * 1e9
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("{:<44} {:>9.0} {:>9.0}", "fork and join while workers sleep", times[100], times[0]);
}

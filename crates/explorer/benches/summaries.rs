//! Nanoseconds an element of a summary: `cargo bench -p chainrule-explorer`.

use chainrule::random;
use chainrule_explorer::run::Summary;
use std::hint::black_box;
use std::time::Instant;

fn nanoseconds(elements: usize, mut f: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..30 {
        let begun = Instant::now();
        f();
        best = best.min(begun.elapsed().as_secs_f64());
    }
    best * 1e9 / elements as f64
}

fn main() {
    for elements in [100, 10_000, 200_000, 4_000_000] {
        let wide: Vec<f64> = (0..elements).map(|i| random::normal(1, i as u64)).collect();
        let narrow: Vec<f32> = wide.iter().map(|&x| x as f32).collect();
        let half: Vec<f32> = narrow.iter().map(|x| x.max(0.0)).collect();
        let f32s = nanoseconds(elements, || drop(black_box(Summary::of_f32(black_box(&narrow)))));
        let zeros = nanoseconds(elements, || drop(black_box(Summary::of_f32(black_box(&half)))));
        let f64s = nanoseconds(elements, || drop(black_box(Summary::of_f64(black_box(&wide)))));
        println!(
            "{elements:>8} elements: f32 {f32s:.2} ns, half of them zero {zeros:.2} ns, f64 {f64s:.2} ns"
        );
    }
}

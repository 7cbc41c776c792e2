//! Time of convolutions and both of their gradients beside what the vector units can do:
//! `cargo bench -p chainrule --bench convolutions [f64] [part of a name]`.
//!
//! Rates are operations of the definition a nanosecond, so that what saves multiplications can be ahead of the peak. Times
//! are minima of many repeats on one thread. Gradients by the weights read transposed views, as plans have it.

#![allow(dead_code, missing_docs, unused_imports)]

#[path = "../src/numeric/mod.rs"]
mod numeric;
mod shared;

use numeric::conv::{Conv, ConvParams, Convolve, Planes, conv};
use numeric::team::Team;
use shared::{Wanted, least, peak};
use std::hint::black_box;
use std::time::Duration;

/// Images, channels, outputs, height, width, window, step, groups, dilation.
type Case = ([usize; 2], [usize; 2], usize, [usize; 2], usize, usize, usize);

fn main() {
    let mut wanted = Wanted::new();
    let double = wanted.starts_with("f64");
    if double { table::<f64>(&wanted) } else { table::<f32>(&wanted) }
}

fn cases() -> Vec<Case> {
    let square = |n, c, o, side, window: usize, step| ([n, c], [o, 1], side, [window; 2], step, 1, 1);
    let mut cases = Vec::new();
    // The network of design.md.
    cases.extend([square(64, 3, 32, 32, 3, 1), square(64, 32, 32, 32, 3, 1), square(64, 32, 64, 16, 3, 1)]);
    for n in [1, 16] {
        // ResNet and what is like it.
        cases.extend([
            square(n, 3, 64, 224, 7, 2),
            square(n, 64, 64, 56, 3, 1),
            square(n, 64, 256, 56, 1, 1),
        ]);
        cases.extend([
            square(n, 64, 128, 56, 3, 2),
            square(n, 128, 128, 28, 3, 1),
            square(n, 256, 256, 14, 3, 1),
        ]);
        cases.extend([
            square(n, 256, 512, 14, 1, 2),
            square(n, 512, 512, 7, 3, 1),
            square(n, 16, 16, 28, 3, 1),
        ]);
        cases.extend([square(n, 8, 8, 28, 3, 1), square(n, 1, 6, 28, 5, 1), square(n, 6, 16, 14, 5, 1)]);
        cases.push(([n, 32], [32, 32], 56, [3; 2], 1, 1, 1));
        cases.push(([n, 96], [96, 96], 28, [3; 2], 2, 1, 1));
        cases.push(([n, 64], [64, 4], 28, [3; 2], 1, 1, 1));
        cases.push(([n, 64], [64, 1], 28, [3; 2], 1, 2, 1));
        // Along one axis.
        cases.push(([n, 64], [64, 1], 256, [1, 3], 1, 1, 0));
        cases.push(([n, 32], [64, 1], 512, [1, 9], 2, 1, 0));
    }
    cases
}

fn table<T: Convolve + From<f32>>(wanted: &Wanted) {
    let peak = peak::<T>();
    println!("one thread: {peak:.0} GFLOP/s");
    println!(
        "{:<44} {:>9} {:>24} {:>24} {:>24}",
        "work", "MFLOP", "forward us GFLOP/s", "by input", "by weights"
    );
    for ([n, c], [o, groups], side, window, step, dilation, rank) in cases() {
        let height = if rank == 0 { 1 } else { side };
        let pad = [0, 1].map(|axis| ((window[axis] - 1) * dilation / 2) as isize);
        let params = ConvParams {
            stride: if rank == 0 { [1, step] } else { [step; 2] },
            pad_low: pad,
            pad_high: pad,
            dilation: [dilation; 2],
            groups,
            ..Default::default()
        };
        let name =
            format!("{n}x{c}x{height}x{side} {}x{}({o}) /{step} g{groups} d{dilation}", window[0], window[1]);
        if !wanted.has(&name) {
            continue;
        }
        let (input, weights) = ([n, c, height, side], [o, c / groups, window[0], window[1]]);
        let forward = Conv::new(params, input, weights).expect("fits");
        let output = forward.output_shape();
        let flops = 2.0 * (output.iter().product::<usize>() * c / groups * window[0] * window[1]) as f64;
        let turned = [c, o / groups, window[0], window[1]];
        let back = params.for_input_gradient([height, side], window).expect("fits");
        let by_weights = params.for_weight_gradient([height, side], window).expect("fits");
        let [images, upstream] = [[c / groups, groups * n, height, side], [o, n, output[2], output[3]]];
        let plans = [(params, input, weights), (back, output, turned), (by_weights, images, upstream)];
        print!("{name:<44} {:>9.1}", flops / 1e6);
        for (i, (params, xs, ws)) in plans.into_iter().enumerate() {
            let plan = Conv::new(params, xs, ws).expect("fits");
            let [x, w, y] = [xs, ws, plan.output_shape()].map(|shape| shape.iter().product::<usize>());
            let (x, w, mut y) = (vec![T::from(1.0); x], vec![T::from(0.5); w], vec![T::ZERO; y]);
            let mut planes = [Planes::row_major(&x, xs), Planes::row_major(&w, ws)];
            if i == 2 {
                let [a, b] = [xs, ws].map(|s| [s[2] * s[3], s[0] * s[2] * s[3]]);
                if groups == 1 {
                    planes[0].steps = a;
                }
                planes[1].steps = b;
            }
            let time = least(Duration::from_millis(60), &mut || {
                let [x, w] = black_box(planes);
                conv(Team::ALONE, &plan, x, w, black_box(&mut y));
            });
            print!(" {:>11.1} {:>6.1} {:>4.0}%", time / 1e3, flops / time, 100.0 * flops / time / peak);
        }
        println!();
    }
}

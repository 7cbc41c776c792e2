//! Time of products beside the machine's bound: `cargo bench -p chainrule --bench products [part of a name]`.
//!
//! The bound is what the vector units can do, measured first, or the reading and writing of all operands from memory at
//! the measured rate of copying, whichever takes longer. Times are minima of many repeats on one thread.

#![allow(dead_code, missing_docs, unused_imports)]

#[path = "../src/numeric/mod.rs"]
mod numeric;
mod shared;

use numeric::gemm::{Gemm, Matrix, MatrixMut, Size, Store, gemm};
use numeric::reduce::{Reduce, reduce_axis};
use numeric::window::{Pool, Pooling, average_pool, average_pool_transpose, max_pool, max_pool_index};
use numeric::{Float, Number};
use shared::{Wanted, peak};
use std::hint::black_box;
use std::time::Duration;

/// How long a row is timed.
const TIME: Duration = Duration::from_millis(150);

/// What the machine can do.
struct Machine {
    /// Floating-point operations a nanosecond: f32, f64.
    flops: [f64; 2],
    /// Bytes a nanosecond.
    bytes: f64,
}

fn main() {
    let wanted = Wanted::new();
    let machine = Machine { flops: [peak::<f32>(), peak::<f64>()], bytes: copying() };
    println!(
        "one thread: {:.0} GFLOP/s f32, {:.0} f64, {:.0} GB/s",
        machine.flops[0], machine.flops[1], machine.bytes
    );
    println!("{:<40} {:>10} {:>10} {:>9} {:>6}", "work", "ns", "bound", "GFLOP/s", "share");
    let show = |name: &str, work: Cost, run: &mut dyn FnMut()| {
        if wanted.has(name) {
            machine.show(name, work, run);
        }
    };
    products::<f32>(&show);
    products::<f64>(&show);
    reductions::<f32>(&show);
    pools::<f32>(&show);
    pools::<f64>(&show);
    reductions::<f64>(&show);
}

type Show<'a> = dyn Fn(&str, Cost, &mut dyn FnMut()) + 'a;

/// What work costs by its definition.
#[derive(Clone, Copy)]
struct Cost {
    flops: f64,
    bytes: f64,
    double: bool,
}

impl Machine {
    fn show(&self, name: &str, work: Cost, run: &mut dyn FnMut()) {
        let time = shared::least(TIME, run);
        let bound = (work.flops / self.flops[usize::from(work.double)]).max(work.bytes / self.bytes);
        let kind = if work.double { "f64" } else { "f32" };
        let (rate, share) = (work.flops / time, 100.0 * bound / time);
        println!("{:<40} {time:>10.0} {bound:>10.0} {rate:>9.1} {share:>5.0}%", format!("{kind} {name}"));
    }
}

/// Bytes a nanosecond of copying what no cache holds, counting what is read and what is written.
fn copying() -> f64 {
    let (from, mut to) = (vec![1u8; 64 << 20], vec![0u8; 64 << 20]);
    2.0 * from.len() as f64
        / shared::least(TIME, &mut || black_box(&mut to).copy_from_slice(black_box(&from)))
}

fn products<T: Gemm>(show: &Show<'_>) {
    let sizes = [
        (64, 784, 256, 1, "MLP layer"),
        (64, 256, 784, 4, "its gradient by input"),
        (784, 64, 256, 2, "its gradient by weights"),
        (512, 784, 256, 1, "MLP layer"),
        (512, 256, 784, 4, "its gradient by input"),
        (784, 512, 256, 2, "its gradient by weights"),
        (64, 128, 10, 1, "MLP, last layer"),
        (768, 128, 512, 1, "GPT layer"),
        (768, 512, 128, 1, "GPT layer"),
        (768, 512, 128, 4, "GPT layer"),
        (64, 64, 32, 1, "attention"),
        (64, 32, 64, 4, "attention, keys"),
        (32, 192, 512, 1, "LSTM cell"),
        (10_000, 50, 1, 1, "matrix times vector"),
        (50, 10_000, 1, 2, "matrix times vector"),
        (1, 784, 256, 1, "vector times matrix"),
        (1, 784, 256, 4, "vector times matrix"),
        (4, 4, 4, 1, "small"),
        (4, 4, 4, 6, "small"),
        (16, 16, 16, 1, "small"),
        (32, 32, 32, 1, "small"),
        (33, 65, 17, 1, "odd"),
        (33, 65, 17, 4, "odd"),
        (1024, 1024, 1024, 1, "large"),
    ];
    for (m, k, n, turned, what) in sizes {
        let (a, b, mut c) = (vec![T::ONE; m * k], vec![T::ONE; k * n], vec![T::ZERO; m * n]);
        let strides =
            |bit: usize, rows: usize, cols: usize| if turned & bit > 0 { (1, rows) } else { (cols, 1) };
        let ((a_row, a_col), (b_row, b_col)) = (strides(2, m, k), strides(4, k, n));
        let letters = [if turned & 2 > 0 { "t" } else { "" }, if turned & 4 > 0 { "t" } else { "" }];
        let name = format!("{m}{}x{k}x{n}{} {what}", letters[0], letters[1]);
        let elements = m * k + k * n + m * n;
        let work = Cost {
            flops: 2.0 * (m * k * n) as f64,
            // What fits into the caches need not come from memory.
            bytes: if elements * size_of::<T>() > 16 << 20 {
                (elements * size_of::<T>()) as f64
            } else {
                0.0
            },
            double: size_of::<T>() == 8,
        };
        show(&name, work, &mut || {
            let (a, b) = (black_box(&a), black_box(&b));
            gemm(
                Size { m, k, n },
                Matrix { data: a, row: a_row, col: a_col },
                Matrix { data: b, row: b_row, col: b_col },
                MatrixMut::row_major(black_box(&mut c), n),
                Store::Replace,
            );
        });
    }
}

fn reductions<T: Number>(show: &Show<'_>) {
    let cases = [
        (1, 1_000_000, 1),
        (25, 10, 1),
        (4, 64, 1),
        (2, 128, 1),
        (1, 64, 256),
        (1, 2, 128),
        (1, 100_000, 50),
        (1, 25, 10),
    ];
    for (outer, len, inner) in cases {
        let (input, mut output) = (vec![T::ONE; outer * len * inner], vec![T::ZERO; outer * inner]);
        for (name, op) in [("sum", Reduce::Sum), ("max", Reduce::Max)] {
            let bytes = size_of_val(&input[..]);
            let bytes = if bytes > 16 << 20 { bytes as f64 } else { 0.0 };
            let cost = Cost { flops: input.len() as f64, bytes, double: size_of::<T>() == 8 };
            show(&format!("{name} {outer}x{len}x{inner}"), cost, &mut || {
                reduce_axis(black_box(&input), outer, len, inner, black_box(&mut output), op);
            });
        }
    }
}

fn pools<T: Float>(show: &Show<'_>) {
    for (planes, side, window, stride, pad) in [(2048, 32, 2, 2, 0), (512, 28, 3, 2, 1), (64, 30, 3, 1, 1)] {
        let pool = Pool { window: [window; 2], stride: [stride; 2], pad_low: [pad; 2], pad_high: [pad; 2] };
        let p = Pooling::new(pool, planes, [side; 2]).expect("fits");
        let (x, mut y, mut places) =
            (vec![T::ONE; p.input_len()], vec![T::ZERO; p.output_len()], vec![0; p.output_len()]);
        let mut back = vec![T::ZERO; x.len()];
        let name = format!("{planes}x{side}x{side} {window}/{stride}");
        let cost =
            Cost { flops: x.len() as f64, bytes: size_of_val(&x[..]) as f64, double: size_of::<T>() == 8 };
        show(&format!("max pool {name}"), cost, &mut || max_pool(&p, black_box(&x), black_box(&mut y)));
        show(&format!("max pool index {name}"), cost, &mut || {
            max_pool_index(&p, black_box(&x), black_box(&mut places))
        });
        show(&format!("average pool {name}"), cost, &mut || {
            average_pool(&p, black_box(&x), black_box(&mut y), true)
        });
        show(&format!("average pool back {name}"), cost, &mut || {
            average_pool_transpose(&p, black_box(&y), black_box(&mut back), true);
        });
    }
}

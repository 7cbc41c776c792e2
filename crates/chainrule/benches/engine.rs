//! Times the engine around its kernels: `cargo bench -p chainrule --bench engine [gates ...]`.
//!
//! For circuits of so many single-number gates (100,000 and 1,000,000 if nothing is said): tracing with the gradient,
//! compiling, and a call; then the lecture's neuron. Beside a call stands its bound: every gate reads two numbers from
//! anywhere in the arena, as fast as this machine does just that; of a call of a few gates, nothing.

#![allow(missing_docs)]

use chainrule::prelude::*;
use std::hint::black_box;
use std::time::Instant;

/// The least seconds of some runs.
fn least(runs: usize, mut f: impl FnMut()) -> f64 {
    let time = |_| {
        let start = Instant::now();
        f();
        start.elapsed().as_secs_f64()
    };
    (0..runs).map(time).fold(f64::INFINITY, f64::min)
}

/// Seconds to read a number from anywhere in so many bytes.
fn read(bytes: usize) -> f64 {
    let memory = vec![1f64; (bytes / 8).max(1)];
    let mut state = 1u64;
    let mut place = |_| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize % memory.len()
    };
    let places: Vec<usize> = (0..1 << 18).map(&mut place).collect();
    let mut row = [0.0; 256];
    let all = least(20, || {
        for places in places.chunks(row.len()) {
            row.iter_mut().zip(places).for_each(|(to, &place)| *to = memory[place]);
            black_box(&mut row);
        }
    });
    all / places.len() as f64
}

/// A circuit of `n` gates: each combines the newest wire of one of 1,000 chains with one from anywhere.
fn gates(start: &[Wire], n: usize) -> Wire {
    let mut wires = start.to_vec();
    let mut state = 1u64;
    let width = start.len();
    // The sum at the end has `width - 1` gates. Every second gate is a tanh, so that no value grows beyond bounds.
    for _ in 0..n.saturating_sub(width - 1) {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let (x, y) = (wires[wires.len() - width], wires[(state >> 33) as usize % wires.len()]);
        wires.push(match (state >> 20) % 6 {
            0 => x + y,
            1 => x * y,
            2 => x.maximum(y),
            _ => x.tanh(),
        });
    }
    let newest = wires.len() - width;
    wires[newest..].iter().skip(1).fold(wires[newest], |sum, &w| sum + w)
}

fn scalar_gates(n: usize) -> Result<()> {
    let specs = (vec![Spec::scalar(DType::F64); 1000],);
    let start = Instant::now();
    let program = trace(|x: Vec<Wire>| gates(&x, n).value_and_grad(&x), &specs)?;
    let traced = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let function = program.compile();
    let compiled = start.elapsed().as_secs_f64();
    let input = ((0..1000).map(|i| Tensor::scalar(f64::from(i) / 1000.0 - 0.5)).collect::<Vec<_>>(),);
    let mut out = function.run(input.clone())?;
    let mut mistake = None;
    let call = least(20, || mistake = function.run_into(&input, &mut out).err());
    let count = program.circuit().gates().count();
    let bound = 2.0 * count as f64 * read(function.memory().arena);
    println!("{n} gates, {count} with the gradient");
    println!("  trace and gradient {:9.1} ms {:7.1} ns a gate", traced * 1e3, traced * 1e9 / n as f64);
    println!("  compile            {:9.1} ms {:7.1} ns a gate", compiled * 1e3, compiled * 1e9 / n as f64);
    let (call_ms, bound_ms) = (call * 1e3, bound * 1e3);
    println!(
        "  call               {call_ms:9.3} ms {:7.2} ns a gate, bound {bound_ms:.3} ms",
        call * 1e9 / n as f64
    );
    mistake.map_or(Ok(()), Err)
}

fn neuron() -> Result<()> {
    let scalar = Spec::scalar(DType::F32);
    let program =
        |w: [Wire; 3], x: [Wire; 2]| (w[0] * x[0] + w[1] * x[1] + w[2]).sigmoid().value_and_grad(&(w, x));
    let function = compile(program, &([scalar; 3], [scalar; 2]))?;
    let number = |v: f32| Tensor::scalar(v);
    let input = ([2.0, -3.0, -3.0].map(number), [-1.0, -2.0].map(number));
    let mut out = function.run(input.clone())?;
    let mut mistake = None;
    let call = least(100, || {
        for _ in 0..1000 {
            mistake = function.run_into(black_box(&input), &mut out).err();
        }
    });
    println!("neuron, value and five gradients: {:.0} ns a call", call * 1e6);
    mistake.map_or(Ok(()), Err)
}

fn main() -> Result<()> {
    let sizes: Vec<usize> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    neuron()?;
    let sizes = if sizes.is_empty() { vec![100_000, 1_000_000] } else { sizes };
    sizes.into_iter().try_for_each(scalar_gates)
}

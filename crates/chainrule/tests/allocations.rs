//! In the steady state a call allocates nothing, with one thread or with two.

#![allow(clippy::unwrap_used, unsafe_code)]

mod trained;

use chainrule::Options;
use chainrule::prelude::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The system's memory, counted, for all threads.
struct Counting;

static COUNT: AtomicUsize = AtomicUsize::new(0);

// SAFETY: the system's allocator does the work.
unsafe impl GlobalAlloc for Counting {
    // SAFETY: handed on to the system's allocator, with the promises that it asks for.
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }
    // SAFETY: as above.
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often memory was asked for.
fn allocations(f: impl FnOnce()) -> usize {
    let before = COUNT.load(Ordering::Relaxed);
    f();
    COUNT.load(Ordering::Relaxed) - before
}

/// The only test in this file: the count is that of the whole process.
#[test]
fn calls_in_the_steady_state_allocate_nothing() {
    for network in trained::all() {
        for threads in [1, 2] {
            let function = network.program.compile_with(&Options::default().threads(threads)).unwrap();
            let (mut state, mut loss) = (network.weights.clone(), Tensor::zeros(function.outputs()[0]));
            let mut step = || function.step(&mut state, &network.data, &mut loss).unwrap();
            step();
            step();
            let count = allocations(|| (0..5).for_each(|_| step()));
            assert_eq!(count, 0, "{}: step with {threads} threads", network.name);

            let input = (network.weights.clone(), network.data.clone());
            let mut out = function.run(input.clone()).unwrap();
            let count = allocations(|| (0..5).for_each(|_| function.run_into(&input, &mut out).unwrap()));
            assert_eq!(count, 0, "{}: run_into with {threads} threads", network.name);
        }
    }
}

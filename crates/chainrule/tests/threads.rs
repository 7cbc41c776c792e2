//! The number of threads: what it may be, and that it changes no bit.

#![allow(clippy::unwrap_used)]

mod trained;

use chainrule::Options;
use chainrule::prelude::*;

fn bits(tensors: &[Tensor]) -> Vec<u64> {
    tensors.iter().flat_map(|t| t.to_f64()).map(f64::to_bits).collect()
}

#[test]
fn networks_are_trained_to_the_same_bits() {
    for network in trained::all() {
        let train = |threads: usize| {
            let step = network.program.compile_with(&Options::default().threads(threads)).unwrap();
            assert_eq!(step.threads(), threads);
            let (mut state, data) = (network.weights.clone(), network.data.clone());
            let mut loss = Tensor::zeros(step.outputs()[0]);
            (0..3).for_each(|_| step.step(&mut state, &data, &mut loss).unwrap());
            state.push(loss);
            bits(&state)
        };
        let alone = train(1);
        assert!(alone.iter().any(|&bits| f64::from_bits(bits) != 0.0), "{}", network.name);
        for threads in [2, 3, 7] {
            assert!(train(threads) == alone, "{} with {threads} threads", network.name);
        }
    }
}

#[test]
fn calls_from_several_threads_at_once_agree() {
    let network = trained::all().swap_remove(0);
    let step = network.program.compile_with(&Options::default().threads(2)).unwrap();
    let call = || {
        let (mut state, mut loss) = (network.weights.clone(), Tensor::zeros(step.outputs()[0]));
        step.step(&mut state, &network.data, &mut loss).unwrap();
        bits(&state)
    };
    let first = call();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..5).for_each(|_| assert!(call() == first)));
        }
    });
}

#[test]
fn memory_does_not_depend_on_the_number_of_threads() {
    for network in trained::all() {
        let memory = |threads: usize| {
            network.program.compile_with(&Options::default().threads(threads)).unwrap().memory()
        };
        assert_eq!(memory(1), memory(5), "{}", network.name);
    }
}

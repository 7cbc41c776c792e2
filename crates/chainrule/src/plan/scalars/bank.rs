//! Where the numbers of a step lie in its bank: those of a run side by side, in places that older runs no longer need.

use super::gates::{Gates, Operand};
use super::order::Order;
use crate::plan::memory::Free;

/// Blocks from this size on begin at a cache line.
const LINE: usize = 64;

/// Marks runs whose numbers are read after the step.
const KEPT: u32 = u32::MAX;

/// Places in bytes.
pub struct Bank {
    /// Of the gates, in their order.
    pub of_gates: Vec<u32>,
    pub of_loads: Vec<u32>,
    pub bytes: u32,
}

impl Bank {
    /// Gives every run a block as long as any of its numbers is read.
    pub fn lay_out(gates: &Gates, order: &Order) -> Bank {
        let mut free = Free::default();
        let loads: usize = gates.loads.len() * 8;
        let start = free.take(loads.next_multiple_of(LINE));
        let of_loads = (0..gates.loads.len()).map(|i| (start + 8 * i) as u32).collect();
        let ends = ends(gates, order);
        // For each run the first of those that end with it; for each run the next one that ends with the same.
        let (mut first, mut next) = (vec![KEPT; order.len()], vec![KEPT; order.len()]);
        let mut blocks: Vec<(usize, usize)> = Vec::with_capacity(order.len());
        let mut of_gates = Vec::with_capacity(order.gates.len());
        for (number, run) in order.runs().enumerate() {
            // What the run before read last is free now.
            let mut over = if number > 0 { first[number - 1] } else { KEPT };
            while over != KEPT {
                let (at, size) = blocks[over as usize];
                free.give_back(at, size);
                over = next[over as usize];
            }
            let bytes = usize::from(gates.kind_of(run[0] as usize).output_bytes);
            let wanted = run.len() * bytes;
            let size = wanted.next_multiple_of(if wanted < LINE { 8 } else { LINE });
            let at = free.take(size);
            blocks.push((at, size));
            of_gates.extend((0..run.len()).map(|i| (at + i * bytes) as u32));
            if ends[number] != KEPT {
                let end = &mut first[ends[number] as usize];
                (next[number], *end) = (*end, number as u32);
            }
        }
        Bank { of_gates, of_loads, bytes: free.end() as u32 }
    }
}

/// For each run the last one that reads a number of it; itself if none does.
fn ends(gates: &Gates, order: &Order) -> Vec<u32> {
    let mut run_of = vec![0; gates.nodes.len()];
    for (number, run) in (0..).zip(order.runs()) {
        run.iter().for_each(|&gate| run_of[gate as usize] = number);
    }
    let mut ends: Vec<u32> = (0..order.len() as u32).collect();
    for (number, run) in (0..).zip(order.runs()) {
        let mut read = |operand: Operand| {
            if let Ok(gate) = operand.unpack() {
                let end = &mut ends[run_of[gate] as usize];
                *end = number.max(*end);
            }
        };
        for &gate in run {
            if gates.joined(gate as usize).is_some() {
                gates.fold_from_last(gate).for_each(&mut read);
            } else {
                gates.operands(gate as usize).iter().for_each(|&operand| read(operand));
            }
        }
    }
    for (number, run) in order.runs().enumerate() {
        if run.iter().any(|&gate| gates.is_kept[gate as usize]) {
            ends[number] = KEPT;
        }
    }
    ends
}

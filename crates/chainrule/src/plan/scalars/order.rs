//! In which order the gates of a step are done.

use super::CHUNK;
use super::gates::Gates;
use std::collections::HashMap;

/// The gates in order, but for those that are parts of others.
pub struct Order {
    pub gates: Vec<u32>,
    /// Where each run begins among them, and the end.
    starts: Vec<u32>,
}

impl Order {
    /// The runs, one after the other.
    pub fn runs(&self) -> impl Iterator<Item = &[u32]> {
        self.starts.windows(2).map(|pair| &self.gates[pair[0] as usize..pair[1] as usize])
    }

    /// How many runs there are.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// By depth, then by kind, then by who is needed longest: numbers that are last read at the same time lie side by side,
    /// so that their place is free as a whole. A run of very many gates goes on in the next.
    pub fn of(gates: &Gates) -> Order {
        let levels = levels(gates);
        let kinds = kinds(gates);
        let ends = ends(gates, &levels);
        let all = (0..levels.len() as u32).filter(|&gate| !gates.is_joined(gate as usize)).collect();
        let by_end = counted(all, |gate| ends[gate as usize]);
        let by_kind = counted(by_end, |gate| kinds[gate as usize]);
        let sorted = counted(by_kind, |gate| levels[gate as usize]);
        let key = |at: usize| (levels[sorted[at] as usize], kinds[sorted[at] as usize]);
        let mut starts = vec![0];
        let mut first = 0;
        for at in 1..sorted.len() {
            if key(at) != key(first) || at - first == CHUNK {
                starts.push(at as u32);
                first = at;
            }
        }
        starts.push(sorted.len() as u32);
        Order { gates: sorted, starts }
    }
}

/// How deep each gate lies: one deeper than what it reads.
fn levels(gates: &Gates) -> Vec<u32> {
    let mut levels: Vec<u32> = Vec::with_capacity(gates.nodes.len());
    for gate in 0..gates.nodes.len() {
        let joined = gates.joined(gate);
        let below = |i: usize| if Some(i) == joined { levels[i] } else { levels[i] + 1 };
        let inside = gates.operands(gate).iter().filter_map(|operand| operand.unpack().ok());
        levels.push(inside.map(below).max().unwrap_or(0));
    }
    levels
}

/// For each gate how deep the deepest lies that reads it; deeper than all if it is read after the step.
fn ends(gates: &Gates, levels: &[u32]) -> Vec<u32> {
    let after = levels.iter().copied().max().unwrap_or(0) + 1;
    // What a fold reads is read where it ends.
    let mut read_at = levels.to_vec();
    let mut ends: Vec<u32> =
        levels.iter().zip(&gates.is_kept).map(|(&level, &kept)| if kept { after } else { level }).collect();
    for gate in (0..levels.len()).rev() {
        let joined = gates.joined(gate);
        for i in gates.operands(gate).iter().filter_map(|operand| operand.unpack().ok()) {
            if Some(i) == joined {
                read_at[i] = read_at[gate];
            } else {
                ends[i] = ends[i].max(read_at[gate]);
            }
        }
    }
    ends
}

/// Kinds again, but folds of different numbers of terms differ.
fn kinds(gates: &Gates) -> Vec<u32> {
    let mut folds: HashMap<(u32, u32), u32> = HashMap::new();
    let mut next = gates.kinds.len() as u32;
    let of = |gate: usize| {
        let (kind, terms) = (gates.kind(gate), gates.terms(gate));
        if terms as usize <= gates.kind_of(gate).arity() {
            return kind;
        }
        *folds.entry((kind, terms)).or_insert_with(|| {
            next += 1;
            next - 1
        })
    };
    (0..gates.nodes.len()).map(of).collect()
}

/// Sorts by a small number, keeping the order of what is equal.
fn counted(list: Vec<u32>, key: impl Fn(u32) -> u32) -> Vec<u32> {
    let most = list.iter().map(|&gate| key(gate)).max().unwrap_or(0) as usize;
    let mut starts = vec![0u32; most + 2];
    list.iter().for_each(|&gate| starts[key(gate) as usize + 1] += 1);
    for i in 0..=most {
        starts[i + 1] += starts[i];
    }
    let mut sorted = vec![0; list.len()];
    for gate in list {
        let at = &mut starts[key(gate) as usize];
        sorted[*at as usize] = gate;
        *at += 1;
    }
    sorted
}

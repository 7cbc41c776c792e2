//! In which order the gates of a step are done.

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

    /// By depth, then by kind, then as they were recorded. (Runs sorted by the places of their inputs are no faster.)
    pub fn of(gates: &Gates) -> Order {
        let levels = levels(gates);
        let kinds = kinds(gates);
        let all = (0..levels.len() as u32).filter(|&gate| !gates.is_joined(gate as usize)).collect();
        let by_kind = counted(all, |gate| kinds[gate as usize]);
        let sorted = counted(by_kind, |gate| levels[gate as usize]);
        let key = |gate: u32| (levels[gate as usize], kinds[gate as usize]);
        let mut starts = vec![0];
        for (at, pair) in sorted.windows(2).enumerate() {
            if key(pair[0]) != key(pair[1]) {
                starts.push(at as u32 + 1);
            }
        }
        if !sorted.is_empty() {
            starts.push(sorted.len() as u32);
        }
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

//! The order of the steps. They were made in the order of the circuit, whose way back computes one gradient after the other and
//! uses them at the end. Here a step goes ahead of its place as soon as it gives back more memory than it takes: the
//! update of a weight runs when its gradient is there, which then need not be kept.

use super::emit::bytes;
use super::lower::{BEFORE, Draft, Lowering};
use std::collections::{BTreeSet, HashMap};

/// What steps wait for and what they give back.
struct Schedule {
    /// The roots that each step reads, those of other steps alone.
    reads: Vec<Vec<u32>>,
    /// For roots that a step makes and others read.
    values: HashMap<u32, Value>,
    /// The roots that each step makes and others read.
    makes: Vec<Vec<u32>>,
    /// How many reads each step still waits for.
    waits: Vec<usize>,
    /// Steps that should come before each other, though they need not: how many each waits for, and who waits for it.
    held: Vec<usize>,
    holds: Vec<Vec<u32>>,
    /// What the arena grows by with each step.
    growth: Vec<isize>,
    /// Steps that could run now; those of them that make the arena smaller; and those that should wait for others.
    ready: BTreeSet<u32>,
    eager: BTreeSet<u32>,
    patient: BTreeSet<u32>,
    done: Vec<bool>,
}

struct Value {
    bytes: isize,
    /// The steps that still have to read it: how many, and the sum of their numbers.
    left: (usize, u64),
    readers: Vec<u32>,
}

/// Puts the steps into their order.
pub(super) fn arrange(lowering: &mut Lowering<'_>, wanted: &[u32]) {
    let steps = lowering.drafts.len();
    if steps <= 2 {
        return;
    }
    let mut schedule = Schedule::new(lowering, wanted);
    let mut order = Vec::with_capacity(steps);
    for _ in 0..steps {
        let next = schedule.next();
        schedule.run(next);
        order.push(next);
    }
    lowering.reorder(&order);
}

impl Lowering<'_> {
    /// Brings the steps into an order, which holds their numbers.
    pub(super) fn reorder(&mut self, order: &[u32]) {
        let mut drafts: Vec<Option<Draft>> = std::mem::take(&mut self.drafts).into_iter().map(Some).collect();
        let mut place = vec![0; drafts.len()];
        for (at, &step) in (0..).zip(order) {
            place[step as usize] = at;
            self.drafts.extend(drafts[step as usize].take());
        }
        for step in self.step.iter_mut().filter(|step| **step != BEFORE) {
            *step = place[*step as usize];
        }
    }
}

impl Schedule {
    fn new(lowering: &Lowering<'_>, wanted: &[u32]) -> Schedule {
        let steps = lowering.drafts.len();
        let mut schedule = Schedule {
            reads: Vec::with_capacity(steps),
            values: HashMap::new(),
            makes: vec![Vec::new(); steps],
            waits: vec![0; steps],
            held: vec![0; steps],
            holds: vec![Vec::new(); steps],
            growth: vec![0; steps],
            ready: BTreeSet::new(),
            eager: BTreeSet::new(),
            patient: BTreeSet::new(),
            done: vec![false; steps],
        };
        let mut given_out: Vec<u32> = wanted.iter().map(|&wire| lowering.root[wire as usize]).collect();
        given_out.sort_unstable();
        let mut of_inputs: HashMap<u32, Vec<u32>> = HashMap::new();
        for (number, draft) in (0..).zip(&lowering.drafts) {
            let mut reads = lowering.reads(draft);
            reads.sort_unstable();
            reads.dedup();
            reads.retain(|&root| lowering.step[root as usize] != number);
            for &root in &reads {
                if lowering.step[root as usize] == BEFORE {
                    if lowering.is_input(root) {
                        of_inputs.entry(root).or_default().push(number);
                    }
                    continue;
                }
                let value = schedule.values.entry(root).or_insert_with(|| Value {
                    // Outputs are not in the arena.
                    bytes: match given_out.binary_search(&root) {
                        Ok(_) => 0,
                        Err(_) => bytes(lowering.spec(root)) as isize,
                    },
                    left: (0, 0),
                    readers: Vec::new(),
                });
                value.left = (value.left.0 + 1, value.left.1 + u64::from(number));
                value.readers.push(number);
            }
            reads.retain(|&root| lowering.step[root as usize] != BEFORE);
            schedule.waits[number as usize] = reads.len();
            schedule.reads.push(reads);
        }
        schedule.hold_updates(lowering, &given_out, &of_inputs);
        schedule.begin(lowering);
        schedule
    }

    /// A step that computes an output from an input like it should come after all others that read the input: then the one
    /// may be written over the other.
    fn hold_updates(&mut self, lowering: &Lowering<'_>, given_out: &[u32], inputs: &HashMap<u32, Vec<u32>>) {
        for (&input, readers) in inputs.iter().filter(|(_, readers)| readers.len() > 1) {
            let spec = lowering.spec(input);
            let updates = |&step: &u32| match &lowering.drafts[step as usize] {
                Draft::Sweep(sweep) => sweep.members.iter().any(|member| {
                    lowering.spec(member.node) == spec && given_out.binary_search(&member.node).is_ok()
                }),
                _ => false,
            };
            let (last, others): (Vec<u32>, Vec<u32>) = readers.iter().copied().partition(updates);
            if let [update] = last[..] {
                self.held[update as usize] += others.len();
                others.iter().for_each(|&other| self.holds[other as usize].push(update));
            }
        }
    }

    fn begin(&mut self, lowering: &Lowering<'_>) {
        for (&root, value) in &self.values {
            let made = lowering.step[root as usize] as usize;
            self.makes[made].push(root);
            self.growth[made] += value.bytes;
            if let [only] = value.readers[..] {
                self.growth[only as usize] -= value.bytes;
            }
        }
        for step in 0..self.waits.len() as u32 {
            self.wake(step);
        }
    }

    /// Puts a step where it belongs, if it waits for nothing.
    fn wake(&mut self, step: u32) {
        let at = step as usize;
        if self.waits[at] > 0 || self.done[at] {
            return;
        }
        if self.held[at] > 0 {
            self.patient.insert(step);
            return;
        }
        self.patient.remove(&step);
        self.ready.insert(step);
        if self.growth[at] < 0 {
            self.eager.insert(step);
        }
    }

    fn next(&mut self) -> u32 {
        let next = self.eager.first().or(self.ready.first()).or(self.patient.first());
        let next = *next.expect("steps wait for earlier ones alone, so one of them is ready");
        for set in [&mut self.eager, &mut self.ready, &mut self.patient] {
            set.remove(&next);
        }
        next
    }

    fn run(&mut self, step: u32) {
        self.done[step as usize] = true;
        for root in std::mem::take(&mut self.reads[step as usize]) {
            let Some(value) = self.values.get_mut(&root) else { continue };
            value.left = (value.left.0 - 1, value.left.1 - u64::from(step));
            if let (1, last) = value.left {
                self.growth[last as usize] -= value.bytes;
                if self.ready.contains(&(last as u32)) {
                    self.wake(last as u32);
                }
            }
        }
        for root in std::mem::take(&mut self.makes[step as usize]) {
            let readers = self.values.get_mut(&root).map(|value| std::mem::take(&mut value.readers));
            for reader in readers.unwrap_or_default() {
                self.waits[reader as usize] -= 1;
                self.wake(reader);
            }
        }
        for held in std::mem::take(&mut self.holds[step as usize]) {
            self.held[held as usize] = self.held[held as usize].saturating_sub(1);
            self.wake(held);
        }
    }
}

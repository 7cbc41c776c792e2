//! Groups of simple gates within a sweep as one loop each, made when the plan is made, whose inner values never leave the
//! registers of the machine. See `numeric::code`.

use super::sweep::{Coded, Level, Op};
use crate::numeric::code::{Code, Draft, Kind, MOST_PORTS, Source, Step};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;

/// What was made, by what it does: the gates of an optimiser are the same for each weight.
pub type Library = HashMap<Draft, Option<Arc<Code>>>;

/// How many operations are looked at together when an order is sought: no more, since what is computed early waits in a register.
const WINDOW: usize = 96;

/// The fewest elements of a sweep that code is made for.
const FEWEST_ELEMENTS: usize = 64;

/// What is known of the ports of a sweep.
pub struct Ports<'a> {
    /// Whether a port is nothing but a register.
    pub is_register: Box<dyn Fn(u32) -> bool + 'a>,
    /// Whether it is one number for all elements.
    pub is_lone: Box<dyn Fn(u32) -> bool + 'a>,
    /// How many there are.
    pub count: usize,
    /// Those that sinks read, behind all operations.
    pub sinks: Vec<u32>,
}

/// The operations in an order that keeps simple gates together, in groups of those that can be one loop. It is the same on every
/// machine, whether it can make code or not.
pub fn ordered(ops: Vec<Op>, ports: &Ports<'_>) -> Vec<Vec<Op>> {
    let mut groups = Vec::new();
    let mut ops = ops.into_iter();
    while ops.len() > 0 {
        groups.extend(in_groups(ops.by_ref().take(WINDOW).collect(), ports));
    }
    groups
}

/// The groups as code where there can be some. `moves` are done behind them; where the last loop can write what a move would
/// bring to its place, it does.
pub fn joined(
    groups: &[Vec<Op>],
    moves: &mut Vec<Op>,
    ports: &Ports<'_>,
    elements: usize,
    library: &mut Library,
) -> Vec<Op> {
    let mut readers = vec![0u32; ports.count];
    let read = groups.iter().flatten().chain(&*moves).flat_map(Op::reads).chain(ports.sinks.iter().copied());
    read.for_each(|port| readers[port as usize] += 1);
    let mut joined = Vec::new();
    for (number, group) in groups.iter().enumerate() {
        let mut none = Vec::new();
        let moves = if number + 1 == groups.len() { &mut *moves } else { &mut none };
        if elements < FEWEST_ELEMENTS {
            joined.extend(group.iter().cloned());
        } else {
            coded(group, &readers, ports, moves, library, &mut joined);
        }
    }
    joined
}

/// The operations in an order that keeps simple ones together: all others that can be done, then all simple ones that can, and
/// so on. A group is one other operation, or simple ones of one kind.
fn in_groups(ops: Vec<Op>, ports: &Ports<'_>) -> Vec<Vec<Op>> {
    let writer: HashMap<u32, usize> =
        ops.iter().enumerate().flat_map(|(at, op)| op.writes().map(move |port| (port, at))).collect();
    let mut waits = vec![0; ops.len()];
    let mut readers = vec![Vec::new(); ops.len()];
    for (at, op) in ops.iter().enumerate() {
        for from in op.reads().filter_map(|port| writer.get(&port)) {
            waits[at] += 1;
            readers[*from].push(at);
        }
    }
    let simple: Vec<Option<Kind>> = ops.iter().map(|op| kind(op, ports)).collect();
    // The earliest first, of the simple ones and of the others.
    let mut ready = [BinaryHeap::new(), BinaryHeap::new()];
    let queue = |at: usize| usize::from(simple[at].is_some());
    (0..ops.len()).filter(|&at| waits[at] == 0).for_each(|at| ready[queue(at)].push(Reverse(at)));
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut group = (Vec::new(), Kind::Truth);
    for turn in [0, 1].into_iter().cycle() {
        while let Some(Reverse(at)) = ready[turn].pop() {
            match simple[at] {
                None => groups.push(vec![at]),
                Some(kind) if group.1 == Kind::Truth || kind == Kind::Truth || kind == group.1 => {
                    group.0.push(at);
                    group.1 = if kind == Kind::Truth { group.1 } else { kind };
                }
                Some(kind) => groups.push(std::mem::replace(&mut group, (vec![at], kind)).0),
            }
            for &reader in &readers[at] {
                waits[reader] -= 1;
                if waits[reader] == 0 {
                    ready[queue(reader)].push(Reverse(reader));
                }
            }
        }
        let (done, _) = std::mem::replace(&mut group, (Vec::new(), Kind::Truth));
        groups.extend((!done.is_empty()).then_some(done));
        if ready.iter().all(BinaryHeap::is_empty) {
            break;
        }
    }
    let mut ops: Vec<Option<Op>> = ops.into_iter().map(Some).collect();
    let of_group = |group: Vec<usize>| group.into_iter().filter_map(|at| ops[at].take()).collect();
    groups.into_iter().map(of_group).collect()
}

/// The kind of a gate that code can do: not of one truth value for all elements.
fn kind(op: &Op, ports: &Ports<'_>) -> Option<Kind> {
    let Op::Gate { tile, inputs, level: Level::Full, .. } = *op else { return None };
    let (function, kind) = tile.simple()?;
    let truths = inputs.iter().take(function.truths());
    truths.copied().all(|port| !(ports.is_lone)(port)).then_some(kind)
}

/// Writes a group as code; in halves where it needs too many registers, gate by gate where there is none.
fn coded(
    group: &[Op],
    readers: &[u32],
    ports: &Ports<'_>,
    moves: &mut Vec<Op>,
    library: &mut Library,
    to: &mut Vec<Op>,
) {
    if group.len() < 2 {
        return to.extend(group.iter().cloned());
    }
    let mut whole = Group::of(group, readers, ports);
    let code = (whole.ports().len() <= MOST_PORTS).then(|| {
        let made = library.entry(whole.draft.clone());
        made.or_insert_with_key(|draft| Code::of(draft).map(Arc::new)).clone()
    });
    if let Some(Some(code)) = code {
        whole.write_moved(readers, moves);
        let names = group.iter().flat_map(Op::names).collect();
        let (sources, ports) = (whole.sources.len(), whole.ports().into());
        return to.push(Op::Code(Coded { code, names, ports, sources }));
    }
    let (first, second) = group.split_at(group.len() / 2);
    coded(first, readers, ports, &mut Vec::new(), library, to);
    coded(second, readers, ports, moves, library, to);
}

/// A group as a draft, and the ports of what it reads and writes.
struct Group {
    draft: Draft,
    sources: Vec<u32>,
    stores: Vec<u32>,
}

impl Group {
    fn of(group: &[Op], readers: &[u32], ports: &Ports<'_>) -> Group {
        let written: HashMap<u32, u32> =
            (0..).zip(group).flat_map(|(at, op)| op.writes().map(move |p| (p, at))).collect();
        let mut whole = Group { draft: Draft::default(), sources: Vec::new(), stores: Vec::new() };
        let mut inside: HashMap<u32, u32> = HashMap::new();
        for op in group {
            let Op::Gate { tile, .. } = op else { continue };
            let truths = tile.simple().map_or(0, |(function, _)| function.truths());
            for (i, port) in op.reads().enumerate() {
                *inside.entry(port).or_default() += 1;
                if !written.contains_key(&port) && !whole.sources.contains(&port) {
                    whole.sources.push(port);
                    whole.draft.sources.push(match (i < truths, (ports.is_lone)(port)) {
                        (true, _) => Source::Truths,
                        (false, true) => Source::Lone,
                        (false, false) => Source::Floats,
                    });
                }
            }
        }
        let count = whole.sources.len() as u32;
        let value = |port: u32| match written.get(&port) {
            Some(at) => count + at,
            None => whole.sources.iter().position(|&known| known == port).map_or(0, |at| at as u32),
        };
        for op in group {
            let Op::Gate { tile, inputs, arity, output, .. } = *op else { continue };
            let Some((function, kind)) = tile.simple() else { continue };
            whole.draft.is_double |= kind == Kind::Double;
            let mut of = [0; 3];
            of.iter_mut().zip(inputs).take(arity).for_each(|(of, port)| *of = value(port));
            whole.draft.steps.push(Step { function, inputs: of });
            let is_read_outside = readers[output as usize] > inside.get(&output).copied().unwrap_or(0);
            if is_read_outside || !(ports.is_register)(output) {
                whole.draft.stores.push(value(output));
                whole.stores.push(output);
            }
        }
        whole
    }

    fn ports(&self) -> Vec<u32> {
        self.sources.iter().chain(&self.stores).copied().collect()
    }

    /// Lets the loop write to their places what only moves would read. Nothing is read behind it but by sinks, which read no
    /// input that may be written over.
    fn write_moved(&mut self, readers: &[u32], moves: &mut Vec<Op>) {
        moves.retain(|op| {
            let Op::Move { input, output, .. } = *op else { return true };
            let store = self.stores.iter_mut().find(|port| **port == input && readers[input as usize] == 1);
            store.map(|port| *port = output).is_none()
        });
    }
}

//! Circuits of single numbers: gates of one kind that do not depend on each other are done together.
//!
//! The gates of a step are sorted by how deep they lie, then by kind. What is left of one depth and kind is a run: its
//! inputs are gathered from the step's bank, one vectorised kernel computes all of them, and its outputs lie side by side.

use super::ValueId;
use super::emit::Emitter;
use crate::base::DType;
use crate::circuit::Class;
use crate::numeric::tile::Tile;
use std::collections::{HashMap, HashSet};

/// Most numbers that a run gathers at a time.
const CHUNK: usize = 256;

/// Gates over single numbers. All offsets are bytes into the bank.
pub struct Scalars {
    /// The memory of all the step's numbers.
    pub bank: ValueId,
    /// Numbers that other steps or the caller made.
    pub loads: Vec<Transfer>,
    /// Numbers that go out.
    pub stores: Vec<Transfer>,
    /// What is computed, in order.
    pub runs: Vec<Run>,
    /// Offsets of the inputs of all runs: for each run, its first inputs, its second ones, its third ones.
    pub gathers: Vec<u32>,
    /// Room to gather in, for each of three inputs `chunk` numbers of eight bytes.
    pub scratch: ValueId,
    /// Most numbers that are gathered at a time.
    pub chunk: usize,
}

impl Scalars {
    /// How many gates it computes.
    pub fn gates(&self) -> u64 {
        self.runs.iter().map(|run| u64::from(run.count)).sum()
    }
}

/// One number brought into the bank, or out of it.
#[derive(Clone, Copy, Debug)]
pub struct Transfer {
    /// The value on the other side.
    pub value: ValueId,
    /// Where there, in bytes.
    pub offset: usize,
    /// Bytes of the number.
    pub bytes: u8,
    /// Where in the bank.
    pub at: u32,
}

/// Gates of one kind and depth.
#[derive(Clone, Copy)]
pub struct Run {
    /// Their kernel.
    pub tile: Tile,
    /// How many.
    pub count: u32,
    /// Where their offsets begin in `gathers`.
    pub gathers: u32,
    /// Bytes of a number of each input; 0 for inputs that the gate does not have.
    pub input_bytes: [u8; 3],
    /// Bytes of an output.
    pub output_bytes: u8,
    /// Where the first output goes.
    pub output: u32,
}

/// How the numbers of a step lie in its bank.
pub struct Layout {
    bank: ValueId,
    entries: Vec<Entry>,
    kinds: Vec<Kind>,
    /// Bytes of the bank; the numbers from outside lie behind those that the step computes.
    loads: Vec<(u32, u32)>,
}

/// A gate on its way into a run.
struct Entry {
    level: u32,
    /// Kinds are numbered as they are met.
    kind: u32,
    node: u32,
}

/// A kernel, with the sizes of what it reads and writes.
struct Kind {
    tile: Tile,
    input_bytes: [u8; 3],
    output_bytes: u8,
}

/// Sorts the gates of a step and gives each a place in the bank, which lives until step `until`.
pub(super) fn lay_out(emitter: &mut Emitter<'_>, members: &[u32], number: u32, until: u32) -> Layout {
    let (entries, kinds) = sorted(emitter, members, number);
    let mut end = 0u32;
    let mut place = |bytes: u8| {
        let at = end.next_multiple_of(bytes.into());
        end = at + u32::from(bytes);
        at
    };
    let mut offsets: Vec<(u32, u32)> = Vec::with_capacity(entries.len());
    for entry in &entries {
        offsets.push((entry.node, place(kinds[entry.kind as usize].output_bytes)));
    }
    let mut loads = Vec::new();
    let mut seen = HashSet::new();
    for &node in members {
        for &wire in emitter.lowering.circuit.inputs_of(node) {
            let root = emitter.lowering.root[wire as usize];
            if emitter.lowering.step[root as usize] != number && seen.insert(wire) {
                let bytes = emitter.lowering.circuit.node(wire).spec.dtype.bytes() as u8;
                loads.push((wire, place(bytes)));
            }
        }
    }
    let bank = emitter.memory.inside(end as usize, number, until);
    offsets.iter().for_each(|&(node, offset)| emitter.set_scalar(node, bank, offset));
    Layout { bank, entries, kinds, loads }
}

/// The gates by depth and kind.
fn sorted(emitter: &Emitter<'_>, members: &[u32], number: u32) -> (Vec<Entry>, Vec<Kind>) {
    let lowering = &emitter.lowering;
    let mut kinds: Vec<Kind> = Vec::new();
    // Members are in numeric order, so that a gate's level is found by where it stands among them.
    let mut levels: HashMap<u32, u32> = HashMap::with_capacity(members.len());
    let mut entries = Vec::with_capacity(members.len());
    for &node in members {
        let inside = lowering.circuit.inputs_of(node).iter().map(|&w| lowering.root[w as usize]);
        let inside = inside.filter(|&root| lowering.step[root as usize] == number);
        let level = inside.map(|root| levels[&root] + 1).max().unwrap_or(0);
        levels.insert(node, level);
        let kind = kind_of(emitter, node);
        let known =
            kinds.iter().position(|k| k.tile.is_same(&kind.tile) && k.input_bytes == kind.input_bytes);
        let kind = known.unwrap_or_else(|| {
            kinds.push(kind);
            kinds.len() - 1
        });
        entries.push(Entry { level, kind: kind as u32, node });
    }
    entries.sort_unstable_by_key(|e| (e.level, e.kind, e.node));
    (entries, kinds)
}

fn kind_of(emitter: &Emitter<'_>, node: u32) -> Kind {
    let circuit = emitter.lowering.circuit;
    let Class::Elementwise(tiles) = circuit.node(node).gate.class else {
        unreachable!("scalar steps hold element-wise gates")
    };
    let inputs = circuit.inputs_of(node);
    let (mut dtypes, mut input_bytes) = ([DType::Bool; 3], [0; 3]);
    for (i, &wire) in inputs.iter().enumerate() {
        dtypes[i] = circuit.node(wire).spec.dtype;
        input_bytes[i] = dtypes[i].bytes() as u8;
    }
    let node = circuit.node(node);
    let tile = tiles(&node.attrs, &dtypes[..inputs.len()]);
    Kind { tile, input_bytes, output_bytes: node.spec.dtype.bytes() as u8 }
}

/// Writes a step that has been laid out.
pub(super) fn emit(emitter: &mut Emitter<'_>, number: u32) -> Scalars {
    let layout = emitter.banks.remove(&number).expect("scalars are laid out before steps are written");
    let Layout { bank, entries, kinds, loads } = layout;
    let circuit = emitter.lowering.circuit;
    let from_outside: HashMap<u32, u32> = loads.iter().copied().collect();
    let place = |wire: u32| {
        let root = emitter.lowering.root[wire as usize];
        let own = emitter.lowering.step[root as usize] == number;
        if own { emitter.offsets[root as usize] } else { from_outside[&wire] }
    };
    let (mut runs, mut gathers) = (Vec::new(), Vec::new());
    for same in entries.chunk_by(|a, b| (a.level, a.kind) == (b.level, b.kind)) {
        let kind = &kinds[same[0].kind as usize];
        runs.push(Run {
            tile: kind.tile,
            count: same.len() as u32,
            gathers: gathers.len() as u32,
            input_bytes: kind.input_bytes,
            output_bytes: kind.output_bytes,
            output: emitter.offsets[same[0].node as usize],
        });
        for input in 0..kind.input_bytes.iter().filter(|&&b| b > 0).count() {
            gathers.extend(same.iter().map(|entry| place(circuit.inputs_of(entry.node)[input])));
        }
    }
    let transfer = |&(wire, at): &(u32, u32)| {
        let from = emitter.array(wire);
        let bytes = from.dtype.bytes();
        Transfer { value: from.value, offset: from.view.offset * bytes, bytes: bytes as u8, at }
    };
    let loads = loads.iter().map(transfer).collect();
    let store = |&(_, root, value): &(u32, u32, ValueId)| {
        let bytes = circuit.node(root).spec.dtype.bytes() as u8;
        Transfer { value, offset: 0, bytes, at: emitter.offsets[root as usize] }
    };
    let stores = emitter.stores.iter().filter(|(step, ..)| *step == number).map(store).collect();
    // A run of one reads its inputs where they are.
    let longest = runs.iter().map(|run: &Run| run.count as usize).max().filter(|&n| n > 1);
    let chunk = longest.map_or(0, |n| n.min(CHUNK));
    let scratch = emitter.memory.scratch(3 * chunk * 8, number);
    Scalars { bank, loads, stores, runs, gathers, scratch, chunk }
}

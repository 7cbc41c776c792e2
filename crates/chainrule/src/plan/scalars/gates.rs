//! The gates of a step of scalars, numbered among themselves, with what they read.

use super::Transfer;
use crate::base::DType;
use crate::circuit::Attrs;
use crate::numeric::tile::Tile;
use crate::plan::emit::Emitter;
use std::collections::HashMap;

/// What a gate reads: another gate of the step, or a number from outside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Operand(u32);

impl Operand {
    const OUTSIDE: u32 = 1 << 31;

    fn gate(index: usize) -> Operand {
        Operand(index as u32)
    }

    fn load(index: usize) -> Operand {
        Operand(index as u32 | Operand::OUTSIDE)
    }

    /// The gate, or else the load.
    pub fn unpack(self) -> Result<usize, usize> {
        let index = (self.0 & !Operand::OUTSIDE) as usize;
        if self.0 & Operand::OUTSIDE == 0 { Ok(index) } else { Err(index) }
    }
}

/// A kernel, with the sizes of what it reads and writes.
pub struct Kind {
    pub tile: Tile,
    pub input_bytes: [u8; 3],
    pub output_bytes: u8,
    /// Whether it takes two numbers of the kind that it gives.
    is_closed: bool,
}

impl Kind {
    /// Inputs of the kernel.
    pub fn arity(&self) -> usize {
        self.input_bytes.iter().filter(|&&bytes| bytes > 0).count()
    }
}

/// Which number each wire has in the step that is laid out now; kept from step to step, so that laying out many steps
/// costs no more than their gates.
pub struct Seen {
    of_wire: Vec<(u32, Operand)>,
}

impl Seen {
    /// For so many wires.
    pub fn new(wires: usize) -> Seen {
        Seen { of_wire: vec![(u32::MAX, Operand(0)); wires] }
    }
}

/// What is asked about the wires of the circuit.
pub struct Wires<'e, 'a> {
    pub emitter: &'e Emitter<'a>,
    pub number: u32,
    pub last: &'e [u32],
}

/// See the module.
pub struct Gates {
    /// Their nodes in the circuit.
    pub nodes: Vec<u32>,
    pub kinds: Vec<Kind>,
    /// What is read from outside; has no place yet.
    pub loads: Vec<Transfer>,
    kind: Vec<u32>,
    /// Where each gate's operands begin.
    first: Vec<u32>,
    operands: Vec<Operand>,
    /// For the last gate of a fold, how many terms it has; else the number of operands. 0: the fold goes on.
    terms: Vec<u32>,
    /// Whether its result is read outside of the step.
    pub is_kept: Vec<bool>,
}

impl Gates {
    /// Reads the gates of a step. `stored` are those that are outputs.
    pub fn read(
        wires: &Wires<'_, '_>,
        seen: &mut Seen,
        members: &[u32],
        stored: impl Iterator<Item = u32>,
    ) -> Gates {
        let count = members.len();
        let mut gates = Gates {
            nodes: members.to_vec(),
            kinds: Vec::new(),
            loads: Vec::new(),
            kind: Vec::with_capacity(count),
            first: Vec::with_capacity(count + 1),
            operands: Vec::with_capacity(2 * count),
            terms: Vec::with_capacity(count),
            is_kept: members.iter().map(|&node| wires.last[node as usize] > 0).collect(),
        };
        let mut reader = Reader { wires, seen, kinds: Kinds::default(), loads: HashMap::new() };
        for (index, &node) in members.iter().enumerate() {
            gates.first.push(gates.operands.len() as u32);
            reader.seen.of_wire[node as usize] = (wires.number, Operand::gate(index));
            for &wire in wires.emitter.lowering.circuit.inputs_of(node) {
                let operand = reader.operand(wire, &mut gates.loads);
                gates.operands.push(operand);
            }
            gates.terms.push(gates.operands.len() as u32 - gates.first[index]);
            gates.kind.push(reader.kind(node, &mut gates.kinds));
        }
        gates.first.push(gates.operands.len() as u32);
        for root in stored {
            if let Ok(gate) = reader.seen.of_wire[root as usize].1.unpack() {
                gates.is_kept[gate] = true;
            }
        }
        gates.join_folds();
        gates
    }

    pub fn kind_of(&self, gate: usize) -> &Kind {
        &self.kinds[self.kind[gate] as usize]
    }

    /// The number of its kind.
    pub fn kind(&self, gate: usize) -> u32 {
        self.kind[gate]
    }

    /// Inputs of the gate in the circuit.
    pub fn operands(&self, gate: usize) -> &[Operand] {
        &self.operands[self.first[gate] as usize..self.first[gate + 1] as usize]
    }

    /// Whether it is computed as a part of a later gate.
    pub fn is_joined(&self, gate: usize) -> bool {
        self.terms[gate] == 0 && !self.operands(gate).is_empty()
    }

    /// How many numbers are folded to its result, or how many inputs it has.
    pub fn terms(&self, gate: usize) -> u32 {
        self.terms[gate]
    }

    /// The gate that a fold goes on from.
    pub fn joined(&self, gate: usize) -> Option<usize> {
        let before = self.operands(gate).first()?.unpack().ok()?;
        self.is_joined(before).then_some(before)
    }

    /// What a fold reads, from the last to the first.
    pub fn fold_from_last(&self, gate: u32) -> impl Iterator<Item = Operand> {
        let mut at = Some(gate as usize);
        let mut first = None;
        std::iter::from_fn(move || {
            let Some(gate) = at else { return first.take() };
            let operands = self.operands(gate);
            at = self.joined(gate);
            first = at.is_none().then(|| operands[0]);
            Some(operands[1])
        })
    }

    /// A sum whose only reader adds to it is a part of that: gradients that add up at one wire become one fold, and the
    /// sums between need no place. The order stays the same, so that the result does.
    fn join_folds(&mut self) {
        let mut uses = vec![0u8; self.nodes.len()];
        for operand in &self.operands {
            if let Ok(gate) = operand.unpack() {
                uses[gate] = uses[gate].saturating_add(1);
            }
        }
        for gate in 0..self.nodes.len() {
            if !self.kind_of(gate).is_closed {
                continue;
            }
            if let Ok(before) = self.operands(gate)[0].unpack()
                && self.kind[before] == self.kind[gate]
                && uses[before] == 1
                && !self.is_kept[before]
            {
                self.terms[gate] = self.terms[before] + 1;
                self.terms[before] = 0;
            }
        }
    }
}

struct Reader<'r, 'e, 'a> {
    wires: &'r Wires<'e, 'a>,
    seen: &'r mut Seen,
    kinds: Kinds,
    /// The numbers from outside: equal constants have one place.
    loads: HashMap<(u32, usize), Operand>,
}

impl Reader<'_, '_, '_> {
    fn operand(&mut self, wire: u32, loads: &mut Vec<Transfer>) -> Operand {
        let Wires { emitter, number, .. } = *self.wires;
        let root = emitter.lowering.root[wire as usize];
        if emitter.lowering.step[root as usize] == number {
            return self.seen.of_wire[root as usize].1;
        }
        let (step, known) = self.seen.of_wire[wire as usize];
        if step == number {
            return known;
        }
        let from = emitter.array(wire);
        let bytes = from.dtype.bytes();
        let offset = from.view.offset * bytes;
        let operand = *self.loads.entry((from.value, offset)).or_insert_with(|| {
            loads.push(Transfer { value: from.value, offset, bytes: bytes as u8, at: 0 });
            Operand::load(loads.len() - 1)
        });
        self.seen.of_wire[wire as usize] = (number, operand);
        operand
    }

    fn kind(&mut self, node: u32, list: &mut Vec<Kind>) -> u32 {
        let circuit = self.wires.emitter.lowering.circuit;
        let (gate, attrs, output) = {
            let node = circuit.node(node);
            (node.gate, node.attrs, node.spec.dtype)
        };
        let inputs = circuit.inputs_of(node);
        let mut dtypes = [DType::Bool; 3];
        dtypes.iter_mut().zip(inputs).for_each(|(to, &wire)| *to = circuit.node(wire).spec.dtype);
        let plain = *attrs == Attrs::NONE;
        let key = (std::ptr::from_ref(gate) as usize, dtypes);
        if let Some(known) = self.kinds.recent(key).filter(|_| plain) {
            return known;
        }
        let crate::circuit::Class::Elementwise(tiles) = gate.class else {
            unreachable!("steps of scalars hold element-wise gates")
        };
        let mut input_bytes = [0; 3];
        input_bytes.iter_mut().zip(&dtypes[..inputs.len()]).for_each(|(to, d)| *to = d.bytes() as u8);
        let tile = tiles(attrs, &dtypes[..inputs.len()]);
        let is_closed = inputs.len() == 2 && dtypes[0] == output && dtypes[1] == output;
        let output_bytes = output.bytes() as u8;
        let kind = *self.kinds.all.entry((tile.key(), input_bytes)).or_insert_with(|| {
            list.push(Kind { tile, input_bytes, output_bytes, is_closed });
            list.len() as u32 - 1
        });
        if plain {
            self.kinds.remember(key, kind);
        }
        kind
    }
}

/// A gate and the dtypes of its inputs.
type Key = (usize, [DType; 3]);

/// The kinds that were met.
#[derive(Default)]
struct Kinds {
    all: HashMap<((usize, i64), [u8; 3]), u32>,
    /// Those of gates without attributes, one for each remainder of a key: few gates are asked for very often.
    recent: [Option<(Key, u32)>; 32],
}

impl Kinds {
    fn slot((gate, dtypes): Key) -> usize {
        (gate / 64 + dtypes[0] as usize * 5 + dtypes[1] as usize) % 32
    }

    fn recent(&self, key: Key) -> Option<u32> {
        self.recent[Kinds::slot(key)].filter(|(known, _)| *known == key).map(|(_, kind)| kind)
    }

    fn remember(&mut self, key: Key, kind: u32) {
        self.recent[Kinds::slot(key)] = Some((key, kind));
    }
}

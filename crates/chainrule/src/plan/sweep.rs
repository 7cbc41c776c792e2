//! Sweeps: element-wise gates, and the reductions at their edge, tile by tile in one pass over memory.
//!
//! A tile is some hundred elements, in whole rows where a gate asks for rows. Each gate's kernel runs over the tile; what
//! only the sweep itself reads lies in registers, stretches of memory that stay in the first-level cache.

use super::emit::Emitter;
use super::lower::{Link, Member, Role, SweepDraft};
use super::{Place, Strips, ValueId, coded};
use crate::base::{DType, Strided};
use crate::circuit::Class;
use crate::numeric::code::Code;
use crate::numeric::tile::{Lone, Tile};
use crate::numeric::{reduce, reduce::Reduce, team};
use std::collections::HashMap;
use std::slice;
use std::sync::Arc;

/// Bytes that the registers and the tiles of all inputs and outputs should fit in: most of a first-level cache.
const TILE_BYTES: usize = 24 << 10;

/// The fewest and the most elements of a tile, where rows leave the choice.
const TILE_ELEMENTS: [usize; 2] = [128, 1024];

/// The longest stretch that repeats which is laid out once for all tiles.
const LONGEST_PERIOD: usize = 1024;

/// What an element costs, roughly: a gate at four bytes in the first-level cache, and a byte in memory.
const PICOSECONDS_A_GATE: usize = 100;
const PICOSECONDS_A_BYTE: usize = 40;

/// The least work of a chunk: several times what a fork costs.
const CHUNK_PICOSECONDS: usize = 6_000_000;

/// The most chunks of a sweep, but for the last.
const MOST_CHUNKS: usize = 64;

/// One pass.
pub struct Sweep {
    /// Elements of a full value.
    pub elements: usize,
    /// Elements of a row; 1 where rows do not matter.
    pub row: usize,
    /// Elements of a tile: whole rows.
    pub tile: usize,
    /// Tiles of a round, after which ports that repeat begin again.
    pub round: usize,
    /// Tiles that one thread does at a time: a power of two, and whole blocks of what is folded.
    pub chunk: usize,
    /// Everything that operations read and write.
    pub ports: Vec<Port>,
    /// Done once, before the first tile.
    pub once: Vec<Op>,
    /// Done for each tile, in order.
    pub ops: Vec<Op>,
    /// Folds over all tiles.
    pub sinks: Vec<Sink>,
    /// The registers' memory.
    pub registers: ValueId,
    /// Bytes that a thread needs to do a chunk: its registers, and then room for the begun blocks of sinks.
    pub room: usize,
}

/// How many numbers a port has for a tile.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// One an element.
    Full,
    /// One a row.
    Row,
}

/// Something that an operation reads or writes.
#[derive(Clone, Copy, Debug)]
pub struct Port {
    /// The value that it lies in.
    pub value: ValueId,
    /// Where it begins there, in bytes.
    pub offset: usize,
    /// Bytes that it moves on from tile to tile; 0 for registers.
    pub step: usize,
    /// Whether it begins again after each round of tiles.
    pub repeats: bool,
    /// Whether every thread has its own: registers that are written anew for each tile.
    pub is_own: bool,
}

/// What is done for a tile.
#[derive(Clone)]
#[allow(missing_docs)]
pub enum Op {
    /// An element-wise gate.
    Gate {
        tile: Tile,
        name: &'static str,
        inputs: [u32; 3],
        arity: usize,
        lone: Lone,
        output: u32,
        level: Level,
    },
    /// Several element-wise gates in one loop.
    Code(Coded),
    /// Elements from anywhere in memory, in the order of the tile.
    Load { from: ValueId, view: Strided, bytes: usize, output: u32, level: Level },
    /// The number of each row, repeated along it.
    Spread { bytes: usize, input: u32, output: u32 },
    /// A tile of an output that may lie where an input lies, whose tile has been read by now.
    Move { bytes: usize, input: u32, output: u32 },
    /// Each row folded to one number.
    Fold { fold: Reduce, dtype: DType, input: u32, output: u32 },
}

/// Element-wise gates in one loop that was made for them.
#[derive(Clone)]
pub struct Coded {
    /// The loop.
    pub code: Arc<Code>,
    /// Of the gates.
    pub names: Box<[&'static str]>,
    /// What it reads, then what it writes.
    pub ports: Box<[u32]>,
    /// How many it reads.
    pub sources: usize,
}

/// A fold over all tiles. It is done in blocks, whose results are folded in the end; which those are follows from the shape of
/// what is folded alone, and never from the tiles, see `numeric::reduce`.
#[derive(Clone, Copy, Debug)]
pub struct Sink {
    /// How.
    pub fold: Reduce,
    /// Kind of number.
    pub dtype: DType,
    /// What is folded.
    pub input: u32,
    /// How many numbers a tile of it has.
    pub level: Level,
    /// Length of the result: 1, or the columns.
    pub columns: usize,
    /// Where the result goes.
    pub output: ValueId,
    /// The results of the blocks. Of values that are one a row, the values.
    pub partials: ValueId,
    /// How many there are.
    pub blocks: usize,
    /// Where a thread keeps what a tile has begun of a block, from the beginning of its registers.
    pub begun: usize,
}

/// A port before it has a place.
#[derive(Clone, Copy)]
enum Virtual {
    /// `repeats`: the stretch that comes again and again, see `Writer::round`.
    Memory { value: ValueId, offset: usize, level: Level, bytes: usize, repeats: bool },
    /// One number for all elements, read where it is.
    Lone { value: ValueId, offset: usize },
    /// `pinned`: filled once, kept for all tiles.
    Register { dtype: DType, pinned: bool },
}

struct Writer<'e, 'a> {
    emitter: &'e mut Emitter<'a>,
    draft: &'e SweepDraft,
    number: u32,
    row: usize,
    /// The unit of tiles: a multiple of the row and of what repeats.
    unit: usize,
    /// Elements of the long stretch that repeats and is read where it lies: whole tiles.
    round: Option<usize>,
    ports: Vec<Virtual>,
    once: Vec<Op>,
    ops: Vec<Op>,
    sinks: Vec<Sink>,
    /// What is written to memory when a tile is done.
    moves: Vec<Op>,
    /// The port of each node that the sweep computes.
    own: HashMap<u32, u32>,
    /// The port of each row value that was spread.
    spread: HashMap<u32, u32>,
    /// The ports of what was loaded: root, view, level.
    loaded: Vec<(u32, Strided, Level, u32)>,
}

/// Writes a sweep.
pub(super) fn emit(emitter: &mut Emitter<'_>, draft: &SweepDraft, number: u32) -> Sweep {
    let row = draft.row.unwrap_or(1).max(1);
    let mut writer = Writer {
        emitter,
        draft,
        number,
        row,
        unit: row,
        round: None,
        ports: Vec::new(),
        once: Vec::new(),
        ops: Vec::new(),
        sinks: Vec::new(),
        moves: Vec::new(),
        own: HashMap::new(),
        spread: HashMap::new(),
        loaded: Vec::new(),
    };
    draft.members.iter().for_each(|&member| writer.member(member));
    writer.finish()
}

impl Writer<'_, '_> {
    fn member(&mut self, member: Member) {
        let node = self.emitter.lowering.circuit.node(member.node);
        let inputs = self.emitter.lowering.circuit.inputs_of(member.node);
        let dtype = node.spec.dtype;
        match (member.role, node.gate.class) {
            (Role::Full | Role::Row, Class::Elementwise(tiles)) => {
                let level = if member.role == Role::Full { Level::Full } else { Level::Row };
                let dtypes: Vec<DType> =
                    inputs.iter().map(|&w| self.emitter.lowering.circuit.node(w).spec.dtype).collect();
                let (mut ports, mut lone, arity) = ([0; 3], Lone::NONE, inputs.len());
                for (i, (port, &input)) in ports.iter_mut().zip(inputs).enumerate() {
                    let one = lone.with(i, arity).zip(self.lone(input));
                    *port = one.map_or_else(|| self.read(input, member.role), |(_, port)| port);
                    lone = one.map_or(lone, |(more, _)| more);
                }
                let output = self.write(member.node, dtype, level);
                let (tile, name) = (tiles(node.attrs, &dtypes), node.gate.name);
                self.ops.push(Op::Gate { tile, name, inputs: ports, arity, lone, output, level });
            }
            (Role::FoldRows(fold), _) => {
                let input = self.read(inputs[0], Role::Full);
                let output = self.write(member.node, dtype, Level::Row);
                self.ops.push(Op::Fold { fold, dtype, input, output });
            }
            (Role::Sink(fold), _) => self.sink(member.node, inputs[0], fold),
            _ => unreachable!("sweeps hold element-wise gates and reductions"),
        }
    }

    fn sink(&mut self, node: u32, wire: u32, fold: Reduce) {
        let circuit = self.emitter.lowering.circuit;
        let is_full = circuit.node(wire).spec.shape.elements() == self.draft.elements;
        let role = if is_full { Role::Full } else { Role::Row };
        let input = self.read(wire, role);
        let level = if is_full { Level::Full } else { Level::Row };
        let spec = circuit.node(node).spec;
        let columns = spec.shape.elements();
        let output = self.emitter.output(node, self.number);
        let blocks = match level {
            Level::Row => self.draft.elements / self.row,
            Level::Full if columns == 1 => self.draft.elements.div_ceil(reduce::BLOCK),
            Level::Full => (self.draft.elements / columns).div_ceil(reduce::ROW_BLOCK),
        };
        let bytes = blocks * columns * spec.dtype.bytes();
        let partials = self.emitter.memory.scratch(bytes, self.number);
        // Room for what is begun is found when it is known how long the registers are.
        let begun = 0;
        self.sinks.push(Sink {
            fold,
            dtype: spec.dtype,
            input,
            level,
            columns,
            output,
            partials,
            blocks,
            begun,
        });
    }

    /// The port of a number from another step that is repeated for all elements.
    fn lone(&mut self, wire: u32) -> Option<u32> {
        let lowering = &self.emitter.lowering;
        let root = lowering.root[wire as usize];
        let view = lowering.view(wire);
        if lowering.step[root as usize] == self.number || view.shape.elements() < 2 || period(&view) > 1 {
            return None;
        }
        let array = self.emitter.array(wire);
        let (value, offset) = (array.value, array.view.offset * array.dtype.bytes());
        let is_it = |port: &Virtual| matches!(*port, Virtual::Lone { value: v, offset: o } if (v, o) == (value, offset));
        let known = self.ports.iter().position(is_it).map(|port| port as u32);
        Some(known.unwrap_or_else(|| self.port(Virtual::Lone { value, offset })))
    }

    /// The port from which a gate of this role reads a wire.
    fn read(&mut self, wire: u32, reader: Role) -> u32 {
        let lowering = &self.emitter.lowering;
        let root = lowering.root[wire as usize];
        if lowering.step[root as usize] == self.number {
            let link =
                lowering.link(wire, self.draft, reader).expect("gates join a sweep that they can read from");
            let port = self.own[&root];
            return if link == Link::Same { port } else { self.spread(root, port) };
        }
        let (array, level) =
            (self.emitter.array(wire), if reader == Role::Row { Level::Row } else { Level::Full });
        if let Some(known) = self.loaded.iter().find(|l| (l.0, l.1, l.2) == (root, array.view, level)) {
            return known.3;
        }
        let bytes = array.dtype.bytes();
        let port = if array.view.is_contiguous() {
            let offset = array.view.offset * bytes;
            self.port(Virtual::Memory { value: array.value, offset, level, bytes, repeats: false })
        } else if level == Level::Full && self.goes_round(&array.view) {
            let offset = array.view.offset * bytes;
            self.port(Virtual::Memory { value: array.value, offset, level, bytes, repeats: true })
        } else {
            self.load(array, level)
        };
        self.loaded.push((root, array.view, level, port));
        port
    }

    /// Whether a view is a long stretch of memory again and again, in which tiles can end where it does.
    fn goes_round(&mut self, view: &Strided) -> bool {
        let period = period(view);
        let (lengths, strides, rank) = view.merged();
        let is_stretch = rank > 0 && strides[rank - 1] == 1 && lengths[rank - 1] == period;
        let goes = is_stretch
            && period > LONGEST_PERIOD
            && self.round.is_none_or(|round| round == period)
            && tile_of_round(period, self.unit, TILE_ELEMENTS[1]).is_some();
        if goes {
            self.round = Some(period);
        }
        goes
    }

    /// A strided array brought into a register: once, where every tile would get the same.
    fn load(&mut self, array: super::Array, level: Level) -> u32 {
        let period = period(&array.view);
        let repeats = match level {
            Level::Row => period == 1,
            Level::Full if self.unit.is_multiple_of(period) => true,
            Level::Full
                if period.is_multiple_of(self.unit)
                    && period <= LONGEST_PERIOD
                    && self.round.is_none_or(|round| tile_of_round(round, period, period).is_some()) =>
            {
                self.unit = period;
                true
            }
            Level::Full => false,
        };
        let output = self.port(Virtual::Register { dtype: array.dtype, pinned: repeats });
        let op = Op::Load { from: array.value, view: array.view, bytes: array.dtype.bytes(), output, level };
        if repeats {
            self.once.push(op)
        } else {
            self.ops.push(op)
        }
        output
    }

    fn spread(&mut self, root: u32, input: u32) -> u32 {
        if let Some(&port) = self.spread.get(&root) {
            return port;
        }
        let dtype = self.emitter.lowering.circuit.node(root).spec.dtype;
        let output = self.port(Virtual::Register { dtype, pinned: false });
        self.ops.push(Op::Spread { bytes: dtype.bytes(), input, output });
        self.spread.insert(root, output);
        output
    }

    /// The port to which a node of the sweep is written: memory if another step reads it.
    fn write(&mut self, node: u32, dtype: DType, level: Level) -> u32 {
        let port = if self.emitter.is_kept(node) {
            let (value, bytes) = (self.emitter.value(node), dtype.bytes());
            let memory = self.port(Virtual::Memory { value, offset: 0, level, bytes, repeats: false });
            let is_output = matches!(self.emitter.memory.place(value), Place::Output(_));
            if is_output && level == Level::Full && self.emitter.lowering.updates(self.draft, node) {
                let input = self.port(Virtual::Register { dtype, pinned: false });
                self.moves.push(Op::Move { bytes, input, output: memory });
                input
            } else {
                memory
            }
        } else {
            self.port(Virtual::Register { dtype, pinned: false })
        };
        self.own.insert(node, port);
        port
    }

    fn port(&mut self, port: Virtual) -> u32 {
        self.ports.push(port);
        self.ports.len() as u32 - 1
    }

    fn finish(mut self) -> Sweep {
        let groups = self.ordered();
        let registers = Registers::assign(&self);
        let each = registers.width + self.memory_width();
        let group = Strips::around(&self.emitter.strips, self.number as usize);
        let most = group.map_or(TILE_ELEMENTS[1], |group| group.each.min(TILE_ELEMENTS[1]));
        let wanted = (TILE_BYTES / each.max(1)).clamp(TILE_ELEMENTS[0], most);
        let unit = whole_vectors(self.unit, wanted);
        let mut units = (wanted / unit).max(1);
        if self.sinks.iter().any(Sink::is_total) {
            // Tiles and blocks of elements then have ends in common, or often at least.
            units = 1 << units.ilog2();
        }
        let tile = match self.round {
            Some(round) => tile_of_round(round, self.unit, wanted).unwrap_or(self.unit),
            None => units * unit,
        };
        let tile = tile.min(self.draft.elements.next_multiple_of(self.unit).max(1));
        let mut starts = vec![0];
        for &bytes in &registers.slots {
            starts.push(starts[starts.len() - 1] + (bytes * tile).next_multiple_of(64));
        }
        let chunk = self.chunk(tile);
        self.join(&groups);
        let mut room = starts[starts.len() - 1];
        for sink in self.sinks.iter_mut().filter(|sink| sink.is_total()) {
            sink.begun = room;
            room += reduce::BLOCK * sink.dtype.bytes();
        }
        let memory = self.emitter.memory.scratch(room, self.number);
        let place = |(port, &register): (&Virtual, &Option<usize>)| match *port {
            Virtual::Memory { value, offset, level, bytes, repeats } => {
                let count = if level == Level::Full { tile } else { tile / self.row };
                Port { value, offset, step: count * bytes, repeats, is_own: false }
            }
            Virtual::Lone { value, offset } => Port { value, offset, step: 0, repeats: false, is_own: false },
            Virtual::Register { pinned, .. } => {
                let offset = register.map_or(0, |slot| starts[slot]);
                Port { value: memory, offset, step: 0, repeats: false, is_own: !pinned }
            }
        };
        let ports: Vec<Port> = self.ports.iter().zip(&registers.of).map(place).collect();
        self.emitter.ports = self.emitter.ports.max(ports.len());
        Sweep {
            elements: self.draft.elements,
            row: self.row,
            tile,
            round: self.round.map_or(usize::MAX, |round| round / tile),
            chunk,
            ports,
            once: self.once,
            ops: self.ops,
            sinks: self.sinks,
            registers: memory,
            room,
        }
    }

    fn about_ports(&self) -> coded::Ports<'_> {
        coded::Ports {
            is_register: Box::new(|port| {
                matches!(self.ports[port as usize], Virtual::Register { pinned: false, .. })
            }),
            is_lone: Box::new(|port| matches!(self.ports[port as usize], Virtual::Lone { .. })),
            count: self.ports.len(),
            sinks: self.sinks.iter().map(|sink| sink.input).collect(),
        }
    }

    /// Brings the operations into the order in which they are done, and gives them in groups.
    fn ordered(&mut self) -> Vec<Vec<Op>> {
        let ops = std::mem::take(&mut self.ops);
        let groups = coded::ordered(ops, &self.about_ports());
        self.ops = groups.iter().flatten().chain(&self.moves).cloned().collect();
        groups
    }

    /// Lets code do what it can. Registers are given before, so that they are the same on every machine.
    fn join(&mut self, groups: &[Vec<Op>]) {
        let (mut moves, mut library) =
            (std::mem::take(&mut self.moves), std::mem::take(&mut self.emitter.library));
        let mut ops =
            coded::joined(groups, &mut moves, &self.about_ports(), self.draft.elements, &mut library);
        ops.append(&mut moves);
        self.ops = ops;
        self.emitter.library = library;
    }

    /// How many tiles one thread does at a time: enough to be worth a fork, and so many that there are not too many chunks.
    fn chunk(&self, tile: usize) -> usize {
        let gates = |op: &Op| match *op {
            Op::Gate { level: Level::Full, .. } | Op::Load { .. } | Op::Spread { .. } | Op::Fold { .. } => 1,
            // Code comes later.
            Op::Gate { level: Level::Row, .. } | Op::Move { .. } | Op::Code(_) => 0,
        };
        let work = self.ops.iter().map(gates).sum::<usize>() + self.sinks.len();
        let picoseconds = work * PICOSECONDS_A_GATE + self.memory_width() * PICOSECONDS_A_BYTE;
        let worth = (team::least(CHUNK_PICOSECONDS) / picoseconds.max(1)).div_ceil(tile);
        let least = self.draft.elements.div_ceil(tile).div_ceil(MOST_CHUNKS).max(worth);
        let aligned = self.sinks.iter().map(|sink| sink.alignment(tile)).max().unwrap_or(1);
        least.max(aligned).next_power_of_two()
    }

    /// Bytes that a tile takes in memory for each of its elements.
    fn memory_width(&self) -> usize {
        let of = |port: &Virtual| match port {
            Virtual::Memory { level: Level::Full, bytes, .. } => *bytes,
            _ => 0,
        };
        self.ports.iter().map(of).sum()
    }
}

impl Port {
    /// Bytes from its first tile to another, with rounds of so many tiles.
    pub fn moved(&self, tile: usize, round: usize) -> usize {
        self.step * if self.repeats { tile % round } else { tile }
    }
}

impl Sweep {
    /// How many tiles there are.
    pub fn tiles(&self) -> usize {
        self.elements.div_ceil(self.tile)
    }
}

impl Sink {
    /// Whether all elements are folded to one number.
    fn is_total(&self) -> bool {
        self.level == Level::Full && self.columns == 1
    }

    /// How many tiles are whole blocks: a power of two, as blocks are.
    fn alignment(&self, tile: usize) -> usize {
        let (block, tile) = match self.level {
            Level::Row => return 1,
            Level::Full if self.columns == 1 => (reduce::BLOCK, tile),
            Level::Full => (reduce::ROW_BLOCK, tile / self.columns),
        };
        block >> tile.trailing_zeros().min(block.trailing_zeros())
    }
}

impl Op {
    /// The ports that it reads.
    pub fn reads(&self) -> impl Iterator<Item = u32> {
        let list = match self {
            Op::Gate { inputs, arity, .. } => &inputs[..*arity],
            Op::Code(coded) => &coded.ports[..coded.sources],
            Op::Load { .. } => &[],
            Op::Spread { input, .. } | Op::Move { input, .. } | Op::Fold { input, .. } => {
                slice::from_ref(input)
            }
        };
        list.iter().copied()
    }

    /// The ports that it writes.
    pub fn writes(&self) -> impl Iterator<Item = u32> {
        let list = match self {
            Op::Code(coded) => &coded.ports[coded.sources..],
            Op::Gate { output, .. }
            | Op::Load { output, .. }
            | Op::Spread { output, .. }
            | Op::Move { output, .. }
            | Op::Fold { output, .. } => slice::from_ref(output),
        };
        list.iter().copied()
    }

    /// The names of its gates.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        let list = match self {
            Op::Gate { name, .. } => slice::from_ref(name),
            Op::Code(coded) => &coded.names,
            Op::Load { .. } | Op::Spread { .. } | Op::Move { .. } | Op::Fold { .. } => &[],
        };
        list.iter().copied()
    }
}

/// Which register each port has. Registers are used again when their value is no longer read.
struct Registers {
    of: Vec<Option<usize>>,
    /// Bytes of an element of each register.
    slots: Vec<usize>,
    /// Bytes of all registers for each element of a tile.
    width: usize,
}

impl Registers {
    fn assign(writer: &Writer<'_, '_>) -> Registers {
        let mut last = vec![0; writer.ports.len()];
        for (at, op) in writer.ops.iter().enumerate() {
            op.reads().chain(op.writes()).for_each(|port| last[port as usize] = at);
        }
        // Sinks read after the last operation.
        writer.sinks.iter().for_each(|sink| last[sink.input as usize] = usize::MAX);
        let mut registers = Registers { of: vec![None; last.len()], slots: Vec::new(), width: 0 };
        let mut free = Vec::new();
        for op in &writer.once {
            op.writes().for_each(|port| registers.give(writer, port, &mut Vec::new()));
        }
        for (at, op) in writer.ops.iter().enumerate() {
            op.writes().for_each(|port| registers.give(writer, port, &mut free));
            let mut done: Vec<u32> =
                op.reads().chain(op.writes()).filter(|&p| last[p as usize] == at).collect();
            done.sort_unstable();
            done.dedup();
            for port in done {
                if let (Some(slot), Virtual::Register { pinned: false, .. }) =
                    (registers.of[port as usize], writer.ports[port as usize])
                {
                    free.push(slot);
                }
            }
        }
        registers.width = registers.slots.iter().sum();
        registers
    }

    fn give(&mut self, writer: &Writer<'_, '_>, port: u32, free: &mut Vec<usize>) {
        let Virtual::Register { dtype, .. } = writer.ports[port as usize] else { return };
        // Of the same width: code may write an element where it has read that element, and no other.
        let known = free.iter().rposition(|&slot| self.slots[slot] == dtype.bytes());
        let slot = known.map(|at| free.remove(at)).unwrap_or_else(|| {
            self.slots.push(dtype.bytes());
            self.slots.len() - 1
        });
        self.of[port as usize] = Some(slot);
    }
}

/// A multiple of a tile's unit that is also one of whole cache lines of any number, if a tile of at most so many elements can
/// be: loads then do not lie across two lines, and no loop has a rest.
fn whole_vectors(unit: usize, most: usize) -> usize {
    let whole = unit << (6 - unit.trailing_zeros().min(6));
    if whole <= most { whole } else { unit }
}

/// The tile for a stretch that repeats: a multiple of the unit, of which the stretch has a whole number; if there is one, of whole
/// cache lines, and no longer than `wanted`.
fn tile_of_round(stretch: usize, unit: usize, wanted: usize) -> Option<usize> {
    let [least, most] = TILE_ELEMENTS;
    let tiles = (unit..=most).step_by(unit).filter(|&tile| tile >= least && stretch.is_multiple_of(tile));
    tiles.max_by_key(|&tile| {
        let lines = tile.trailing_zeros().min(4);
        (lines == 4, tile <= wanted, if tile <= wanted { tile as isize } else { -(tile as isize) })
    })
}

/// After how many elements a view begins again; all of them where it never does.
fn period(view: &Strided) -> usize {
    let (lengths, strides, rank) = view.merged();
    let repeats = (0..rank).take_while(|&axis| strides[axis] == 0).count();
    lengths[repeats..rank].iter().product()
}

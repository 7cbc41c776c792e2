//! Circuits of single numbers: gates of one kind that do not depend on each other are done together.
//!
//! `gates` reads a step's gates and joins sums of sums; `order` sorts them by how deep they lie, then by kind. What is
//! left of one depth and kind is a run: its inputs are gathered from the step's bank, one vectorised kernel computes all
//! of them, and its outputs lie side by side. `bank` gives each run its place there.

mod bank;
mod gates;
mod order;

use super::ValueId;
use super::emit::Emitter;
use crate::numeric::tile::Tile;
use bank::Bank;
use gates::{Gates, Wires};
use order::Order;

pub(super) use gates::Seen;

/// Most gates of a run. What they read fits the first-level cache, and the places of longer ones would be hard to use again.
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
    /// Offsets of the inputs of all runs: for each run, its first inputs, its second ones, and so on; of inputs that are
    /// not scattered the first offset alone, of twins none.
    pub gathers: Vec<u32>,
    /// Room to gather in, for each of three inputs `chunk` numbers of eight bytes.
    pub scratch: ValueId,
    /// Most gates of a run whose inputs are gathered.
    pub chunk: usize,
    /// How many gates of each name there are, for people.
    pub names: Vec<(&'static str, u64)>,
}

impl Scalars {
    /// How many gates it computes.
    pub fn gates(&self) -> u64 {
        self.runs.iter().map(Run::gates).sum()
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

/// Gates of one kind and depth, up to some hundred.
#[derive(Clone, Copy)]
pub struct Run {
    /// Their kernel.
    pub tile: Tile,
    /// How many.
    pub count: u32,
    /// Where their offsets begin in `gathers`.
    pub gathers: u32,
    /// Where the first output goes.
    pub output: u32,
    /// How many inputs each has. More than the kernel takes: then it folds them, from the first to the last.
    pub terms: u32,
    /// How the kernel's inputs lie; those of folds are scattered.
    pub inputs: [Input; 3],
    /// Bytes of an output.
    pub output_bytes: u8,
}

impl Run {
    /// So many gates are faster one by one than gathered. Measured: a tile costs some 6 ns besides its elements, a gate 2.
    pub const FEW: u32 = 4;

    /// Inputs of the kernel.
    pub fn arity(&self) -> usize {
        self.inputs.iter().filter(|input| input.bytes > 0).count()
    }

    /// Whether each of its results is a fold of many numbers by a kernel of two.
    pub fn is_fold(&self) -> bool {
        self.terms as usize > self.arity()
    }

    /// How many gates of the circuit it computes.
    fn gates(&self) -> u64 {
        let each = if self.is_fold() { u64::from(self.terms) - 1 } else { 1 };
        each * u64::from(self.count)
    }
}

/// One input of all gates of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Input {
    /// Bytes of a number; 0 for inputs that the kernel does not take.
    pub bytes: u8,
    /// Where the numbers are.
    pub form: Form,
}

/// How the numbers of an input lie in the bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Anywhere.
    Scattered,
    /// Side by side, in the order of the gates.
    Row,
    /// The same number for all gates.
    Shared,
    /// Those of the input before.
    Twin,
}

/// A step that has been laid out.
pub(super) struct Layout {
    bank: ValueId,
    gates: Gates,
    order: Order,
    places: Bank,
}

/// Sorts the gates of a step and gives each a place in the bank, which lives until step `until`. `last` says which step
/// reads a number last, other than this.
pub(super) fn lay_out(
    emitter: &mut Emitter<'_>,
    seen: &mut Seen,
    members: &[u32],
    number: u32,
    last: &[u32],
) -> Layout {
    let until = members.iter().map(|&m| last[m as usize]).max().unwrap_or(0).max(number);
    let stored = emitter.stores.iter().filter(|(step, ..)| *step == number).map(|&(_, root, _)| root);
    let gates = Gates::read(&Wires { emitter, number, last }, seen, members, stored);
    let order = Order::of(&gates);
    let places = Bank::lay_out(&gates, &order);
    let bank = emitter.memory.inside(places.bytes as usize, number, until);
    for (&gate, &place) in order.gates.iter().zip(&places.of_gates) {
        emitter.set_scalar(gates.nodes[gate as usize], bank, place);
    }
    Layout { bank, gates, order, places }
}

/// Writes a step that has been laid out.
pub(super) fn emit(emitter: &mut Emitter<'_>, number: u32) -> Scalars {
    let layout = emitter.banks.remove(&number).expect("scalars are laid out before steps are written");
    let Layout { bank, gates, order, places } = layout;
    let mut at = vec![0; gates.nodes.len()];
    order.gates.iter().zip(&places.of_gates).for_each(|(&gate, &place)| at[gate as usize] = place);
    let mut writer = Writer { gates: &gates, at, loads: &places.of_loads, gathers: Vec::new() };
    let runs: Vec<Run> = order.runs().map(|run| writer.run(run)).collect();
    let gathers = writer.gathers;
    let mut names: Vec<(&'static str, u64)> = Vec::new();
    for (gates_of_run, run) in order.runs().zip(&runs) {
        let name = emitter.lowering.circuit.node(gates.nodes[gates_of_run[0] as usize]).gate.name;
        match names.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += run.gates(),
            None => names.push((name, run.gates())),
        }
    }
    let load = |(load, &at): (&Transfer, &u32)| Transfer { at, ..*load };
    let loads = gates.loads.iter().zip(&places.of_loads).map(load).collect();
    let store = |&(_, root, value): &(u32, u32, ValueId)| {
        let bytes = emitter.lowering.circuit.node(root).spec.dtype.bytes() as u8;
        Transfer { value, offset: 0, bytes, at: emitter.offsets[root as usize] }
    };
    let stores = emitter.stores.iter().filter(|(step, ..)| *step == number).map(store).collect();
    let gathered = runs.iter().filter(|run| run.count > Run::FEW);
    let longest = gathered.map(|run| run.count as usize).max();
    let chunk = longest.unwrap_or(0);
    let scratch = emitter.memory.scratch(3 * chunk * 8, number);
    Scalars { bank, loads, stores, runs, gathers, scratch, chunk, names }
}

struct Writer<'a> {
    gates: &'a Gates,
    /// Where each gate's output is.
    at: Vec<u32>,
    /// Where each number from outside is.
    loads: &'a [u32],
    gathers: Vec<u32>,
}

impl Writer<'_> {
    fn run(&mut self, run: &[u32]) -> Run {
        let first = run[0] as usize;
        let kind = self.gates.kind_of(first);
        let (gathers, terms) = (self.gathers.len() as u32, self.gates.terms(first));
        let mut inputs = kind.input_bytes.map(|bytes| Input { bytes, form: Form::Scattered });
        if terms as usize > kind.arity() {
            let start = self.gathers.len();
            let count = run.len();
            self.gathers.resize(start + count * terms as usize, 0);
            for (i, &gate) in run.iter().enumerate() {
                for (term, operand) in (0..terms as usize).rev().zip(self.gates.fold_from_last(gate)) {
                    self.gathers[start + term * count + i] = self.place(operand);
                }
            }
        } else {
            for (i, input) in inputs.iter_mut().enumerate().take(kind.arity()) {
                input.form = self.input(run, i, u32::from(input.bytes));
            }
        }
        let output_bytes = kind.output_bytes;
        Run {
            tile: kind.tile,
            count: run.len() as u32,
            gathers,
            output: self.at[first],
            terms,
            inputs,
            output_bytes,
        }
    }

    /// Writes the offsets of one input.
    fn input(&mut self, run: &[u32], i: usize, bytes: u32) -> Form {
        let few = run.len() <= Run::FEW as usize;
        let is_twin = |gate: &u32| {
            let operands = self.gates.operands(*gate as usize);
            operands[i] == operands[i - 1]
        };
        if i > 0 && !few && run.iter().all(is_twin) {
            return Form::Twin;
        }
        let start = self.gathers.len();
        let of = |gate: &u32| self.place(self.gates.operands(*gate as usize)[i]);
        let offsets: Vec<u32> = run.iter().map(of).collect();
        let form = match &offsets[..] {
            _ if few => Form::Scattered,
            [first, rest @ ..] if rest.iter().all(|at| at == first) => Form::Shared,
            all if all.windows(2).all(|pair| pair[1] == pair[0] + bytes) => Form::Row,
            _ => Form::Scattered,
        };
        self.gathers.extend(offsets);
        if form != Form::Scattered {
            self.gathers.truncate(start + 1);
        }
        form
    }

    fn place(&self, operand: gates::Operand) -> u32 {
        match operand.unpack() {
            Ok(gate) => self.at[gate],
            Err(load) => self.loads[load],
        }
    }
}

//! From a list of functions to machine instructions: which register each value lies in, and for how long.

use super::x86::{ADDRESSES, Assembler, General, Mask, REST, Vector};
use super::{Draft, Simple, Source, Step};

/// Vector registers, and masks beside that of the rest.
const VECTORS: u8 = 32;
const MASKS: std::ops::Range<u8> = 2..8;

/// The bytes of a draft, or nothing if the registers do not suffice.
pub fn bytes(draft: &Draft) -> Option<Vec<u8>> {
    let mut assembler = Assembler { is_double: draft.is_double, ..Assembler::default() };
    assembler.begin();
    let mut writer = Writer::begin(draft, &mut assembler)?;
    let start = writer.clone();
    let mut fits = true;
    assembler.for_whole(|assembler| fits &= writer.body(assembler, None).is_some());
    let mut writer = start;
    assembler.for_rest(|assembler| fits &= writer.body(assembler, Some(REST)).is_some());
    assembler.end();
    fits.then_some(assembler.bytes)
}

/// Where a value lies.
#[derive(Clone, Copy)]
enum Place {
    Vector(Vector),
    Mask(Mask),
    /// In a tile, which nobody has read yet.
    Tile(General),
}

/// Numbers that functions need: made once from bits, never loaded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Constant {
    Zero,
    One,
    Infinity,
    /// The bit of the sign.
    Sign,
    /// A 1 in each byte.
    ByteOnes,
}

#[derive(Clone)]
struct Writer<'a> {
    draft: &'a Draft,
    places: Vec<Option<Place>>,
    /// Where each stored value goes.
    targets: Vec<General>,
    constants: Vec<(Constant, Vector)>,
    vectors: Vec<Vector>,
    masks: Vec<Mask>,
    /// The last step that reads each value; those that are stored are read behind all.
    last: Vec<usize>,
}

impl<'a> Writer<'a> {
    /// What is done once: addresses, lone numbers and constants. The registers that these take are theirs for good.
    fn begin(draft: &'a Draft, assembler: &mut Assembler) -> Option<Writer<'a>> {
        let values = draft.sources.len() + draft.steps.len();
        let mut last = vec![0; values];
        for (at, step) in draft.steps.iter().enumerate() {
            step.reads().iter().for_each(|&value| last[value as usize] = at);
        }
        draft.stores.iter().for_each(|&value| last[value as usize] = usize::MAX);
        let mut writer = Writer {
            draft,
            places: vec![None; values],
            targets: Vec::new(),
            constants: Vec::new(),
            vectors: (0..VECTORS).rev().map(Vector).collect(),
            masks: MASKS.rev().map(Mask).collect(),
            last,
        };
        // Any address register can lend itself to a lone number before addresses come.
        for (number, _) in draft.sources.iter().enumerate().filter(|(_, source)| **source == Source::Lone) {
            let to = writer.vectors.pop()?;
            assembler.address(ADDRESSES[0], number as u32);
            assembler.broadcast(to, ADDRESSES[0]);
            writer.places[number] = Some(Place::Vector(to));
            writer.last[number] = usize::MAX;
        }
        let mut free = ADDRESSES.iter().copied();
        for (number, _) in draft.sources.iter().enumerate().filter(|(_, source)| **source != Source::Lone) {
            let base = free.next()?;
            assembler.address(base, number as u32);
            writer.places[number] = Some(Place::Tile(base));
        }
        for number in 0..draft.stores.len() {
            let base = free.next()?;
            assembler.address(base, (draft.sources.len() + number) as u32);
            writer.targets.push(base);
        }
        for constant in writer.needed() {
            let to = writer.vectors.pop()?;
            make(assembler, constant, to);
            writer.constants.push((constant, to));
        }
        Some(writer)
    }

    /// The constants that the steps and the stores need.
    fn needed(&self) -> Vec<Constant> {
        let mut needed = Vec::new();
        let of_steps = self.draft.steps.iter().flat_map(|step| constants(step.function));
        let of_stores = self.draft.stores.iter().filter(|&&value| self.is_question(value));
        for &constant in of_steps.chain(of_stores.map(|_| &Constant::ByteOnes)) {
            if !needed.contains(&constant) {
                needed.push(constant);
            }
        }
        needed
    }

    fn is_question(&self, value: u32) -> bool {
        let sources = self.draft.sources.len();
        match self.draft.sources.get(value as usize) {
            Some(source) => *source == Source::Truths,
            None => self.draft.steps[value as usize - sources].function.is_question(),
        }
    }

    /// All steps, then all stores: an output may lie where an input lies, of which every element has then been read.
    fn body(&mut self, assembler: &mut Assembler, mask: Option<Mask>) -> Option<()> {
        let draft = self.draft;
        for (at, step) in draft.steps.iter().enumerate() {
            for &value in step.reads() {
                self.load(assembler, value, mask)?;
            }
            self.step(assembler, at, step)?;
        }
        let targets = std::mem::take(&mut self.targets);
        for (&value, &base) in draft.stores.iter().zip(&targets) {
            match self.places[value as usize]? {
                Place::Vector(from) => assembler.store(from, base, mask),
                Place::Mask(from) => {
                    let by = *self.vectors.last()?;
                    assembler.store_truths(from, by, self.constant(Constant::ByteOnes), base, mask);
                }
                // Only what steps gave is stored.
                Place::Tile(_) => return None,
            }
        }
        Some(())
    }

    fn load(&mut self, assembler: &mut Assembler, value: u32, mask: Option<Mask>) -> Option<()> {
        let Some(Place::Tile(base)) = self.places[value as usize] else { return Some(()) };
        let place = if self.draft.sources[value as usize] == Source::Truths {
            let (to, by) = (self.masks.pop()?, *self.vectors.last()?);
            assembler.load_truths(to, by, base, mask);
            Place::Mask(to)
        } else {
            let to = self.vectors.pop()?;
            assembler.load(to, base, mask);
            Place::Vector(to)
        };
        self.places[value as usize] = Some(place);
        Some(())
    }

    /// One function. The registers of what is read for the last time are free for the result: no function reads its inputs behind
    /// the first instruction that writes it.
    fn step(&mut self, assembler: &mut Assembler, at: usize, step: &Step) -> Option<()> {
        let value = self.draft.sources.len() + at;
        // Room beside inputs and result.
        let between = *self.masks.last()?;
        let vector = *self.vectors.last()?;
        let inputs = step.inputs;
        for &input in step.reads() {
            if self.last[input as usize] == at {
                self.free(input);
            }
        }
        if step.function.is_question() {
            let to = self.masks.pop()?;
            self.question(assembler, step, to, vector);
            self.places[value] = Some(Place::Mask(to));
        } else {
            let to = self.vectors.pop()?;
            self.number(assembler, step.function, inputs, to, between);
            self.places[value] = Some(Place::Vector(to));
        }
        if self.last[value] == 0 {
            // Nobody reads it.
            self.free(value as u32);
        }
        Some(())
    }

    /// The place stays known: the step that reads it last has yet to be written.
    fn free(&mut self, value: u32) {
        match self.places[value as usize] {
            Some(Place::Vector(vector)) if !self.vectors.contains(&vector) => self.vectors.push(vector),
            Some(Place::Mask(mask)) if !self.masks.contains(&mask) => self.masks.push(mask),
            _ => {}
        }
    }

    fn vector(&self, value: u32) -> Vector {
        match self.places[value as usize] {
            Some(Place::Vector(vector)) => vector,
            _ => unreachable!("floats lie in vectors when a step reads them"),
        }
    }

    fn mask(&self, value: u32) -> Mask {
        match self.places[value as usize] {
            Some(Place::Mask(mask)) => mask,
            _ => unreachable!("truth values lie in masks when a step reads them"),
        }
    }

    fn constant(&self, constant: Constant) -> Vector {
        let known = self.constants.iter().find(|known| known.0 == constant);
        known.expect("what functions need was made before").1
    }

    fn number(
        &self,
        assembler: &mut Assembler,
        function: Simple,
        inputs: [u32; 3],
        to: Vector,
        between: Mask,
    ) {
        if function == Simple::Select {
            let [p, x, y] = inputs;
            return assembler.blend(to, self.mask(p), self.vector(y), self.vector(x));
        }
        let x = self.vector(inputs[0]);
        let y = if function.arity() == 2 { self.vector(inputs[1]) } else { x };
        match function {
            Simple::Plus => assembler.add(to, x, y),
            Simple::Minus => assembler.sub(to, x, y),
            Simple::Times | Simple::Square => assembler.mul(to, x, y, None),
            Simple::Over => assembler.div(to, x, y),
            Simple::Scaled => {
                assembler.compare(between, x, self.constant(Constant::Zero), NOT_EQUAL);
                assembler.mul(to, x, y, Some(between));
            }
            Simple::Greater | Simple::Smaller => {
                second_wins(assembler, between, [x, y], function == Simple::Greater);
                assembler.blend(to, between, x, y);
            }
            Simple::Negative => assembler.xor(to, x, self.constant(Constant::Sign)),
            Simple::Size => assembler.and_not(to, self.constant(Constant::Sign), x),
            Simple::Root => assembler.sqrt(to, x),
            Simple::Inverse => assembler.div(to, self.constant(Constant::One), x),
            Simple::InverseRoot => {
                assembler.sqrt(to, x);
                assembler.div(to, self.constant(Constant::One), to);
            }
            Simple::Positive => {
                assembler.compare(between, x, self.constant(Constant::Zero), NOT_LESS_EQUAL);
                assembler.keep(to, x, between);
            }
            _ => unreachable!("{function:?} gives no number"),
        }
    }

    fn question(&self, assembler: &mut Assembler, step: &Step, to: Mask, between: Vector) {
        let [first, second, _] = step.inputs;
        match step.function {
            Simple::And => assembler.and_masks(to, self.mask(first), self.mask(second)),
            Simple::Or => assembler.or_masks(to, self.mask(first), self.mask(second)),
            Simple::Not => assembler.not_mask(to, self.mask(first)),
            Simple::FirstIsGreater | Simple::FirstIsSmaller => {
                let inputs = [self.vector(first), self.vector(second)];
                second_wins(assembler, to, inputs, step.function == Simple::FirstIsGreater);
                assembler.not_mask(to, to);
            }
            Simple::IsNan => {
                let x = self.vector(first);
                assembler.compare(to, x, x, UNORDERED);
            }
            Simple::IsFinite => {
                assembler.and_not(between, self.constant(Constant::Sign), self.vector(first));
                assembler.compare(to, between, self.constant(Constant::Infinity), LESS);
            }
            function => {
                let predicate = function.compares().expect("the other questions are comparisons");
                assembler.compare(to, self.vector(first), self.vector(second), predicate);
            }
        }
    }
}

/// Where the second of two is the greater one, or else the smaller one: x is no NaN, and x >= y (or x <= y) does not hold.
fn second_wins(assembler: &mut Assembler, to: Mask, [x, y]: [Vector; 2], greater: bool) {
    assembler.compare(to, x, x, ORDERED);
    assembler.compare_further(to, x, y, if greater { NOT_GREATER_EQUAL } else { NOT_LESS_EQUAL });
}

/// Predicates of vcmpps: quiet ones, that what is not ordered answers as the name says.
const UNORDERED: u8 = 0x03;
const ORDERED: u8 = 0x07;
const NOT_EQUAL: u8 = 0x04;
const NOT_LESS_EQUAL: u8 = 0x16;
const LESS: u8 = 0x11;
const NOT_GREATER_EQUAL: u8 = 0x19;

/// What a function needs beside its inputs.
fn constants(function: Simple) -> &'static [Constant] {
    match function {
        Simple::Scaled | Simple::Positive => &[Constant::Zero],
        Simple::Negative | Simple::Size => &[Constant::Sign],
        Simple::Inverse | Simple::InverseRoot => &[Constant::One],
        Simple::IsFinite => &[Constant::Sign, Constant::Infinity],
        _ => &[],
    }
}

/// Makes a constant from ones, moved down and up: an exponent of 8 or 11 bits stands above 23 or 52 others.
fn make(assembler: &mut Assembler, constant: Constant, to: Vector) {
    let [exponent, fraction] = if assembler.is_double { [11, 52] } else { [8, 23] };
    assembler.ones(to);
    match constant {
        Constant::Zero => assembler.xor(to, to, to),
        Constant::One => assembler.shift(to, fraction + 2, fraction),
        Constant::Infinity => assembler.shift(to, fraction + 1, fraction),
        Constant::Sign => assembler.shift(to, 0, fraction + exponent),
        Constant::ByteOnes => assembler.byte_sizes(to),
    }
}

impl Step {
    fn reads(&self) -> &[u32] {
        &self.inputs[..self.function.arity()]
    }
}

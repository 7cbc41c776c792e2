//! The machine instructions that code is made of, as bytes: AVX-512 with its 32 vectors and 8 masks.
//! Encodings: Intel, Software Developer's Manual, volume 2, sections 2.7 (EVEX) and 5 (the instructions).

/// A vector register.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Vector(pub u8);

/// A mask register: a bit an element.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mask(pub u8);

/// A general register.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct General(u8);

/// The first argument: the table of addresses.
pub const TABLE: General = General(7);
/// The second: elements of whole vectors.
const WHOLE: u8 = 6;
/// The third: a bit for each element after those; from then on the number of the element.
const INDEX: u8 = 2;
/// What addresses can lie in. The last six belong to the caller.
pub const ADDRESSES: [General; 12] = [
    General(0),
    General(1),
    General(8),
    General(9),
    General(10),
    General(11),
    General(3),
    General(5),
    General(12),
    General(13),
    General(14),
    General(15),
];
const KEPT: &[General] = ADDRESSES.split_at(6).1;

/// The elements after the last whole vector.
pub const REST: Mask = Mask(1);

/// An instruction on vectors: its map, prefix, whether it is one of 64-bit elements, and its byte.
#[derive(Clone, Copy)]
struct Code {
    map: u8,
    prefix: u8,
    wide: bool,
    byte: u8,
}

/// What an instruction does besides.
#[derive(Clone, Copy, Default)]
struct With {
    mask: u8,
    zeroes: bool,
    /// Of 128 bits instead of 512.
    short: bool,
}

/// Bytes of machine instructions, in the making.
#[derive(Default)]
pub struct Assembler {
    /// What there is.
    pub bytes: Vec<u8>,
    /// Whether floats are f64.
    pub is_double: bool,
}

/// A place in memory: an address and its bytes an element.
#[derive(Clone, Copy)]
pub struct Memory {
    /// Where the tile begins.
    pub base: General,
    /// Bytes of an element.
    pub scale: u8,
}

impl Assembler {
    /// The instruction of floats with this byte: of the 0F map, `ps` or `pd`.
    fn float(&self, byte: u8) -> Code {
        Code { map: 1, prefix: u8::from(self.is_double), wide: self.is_double, byte }
    }

    /// The instruction of whole numbers as wide as the floats.
    fn whole(&self, map: u8, byte: u8) -> Code {
        Code { map, prefix: 1, wide: self.is_double, byte }
    }

    fn evex(&mut self, code: Code, reg: u8, second: u8, [rm, high]: [u8; 2], with: With) {
        let not = |bit: u8| bit & 1 ^ 1;
        let map = not(reg >> 3) << 7 | not(high) << 6 | not(rm >> 3) << 5 | not(reg >> 4) << 4 | code.map;
        let width = u8::from(code.wide) << 7 | (!second & 15) << 3 | 4 | code.prefix;
        let length = if with.short { 0 } else { 2 << 5 };
        let mask = u8::from(with.zeroes) << 7 | length | not(second >> 4) << 3 | with.mask;
        self.bytes.extend([0x62, map, width, mask, code.byte]);
    }

    /// With registers alone.
    fn registers(&mut self, code: Code, reg: u8, second: u8, rm: u8, with: With) {
        self.evex(code, reg, second, [rm, rm >> 4], with);
        self.bytes.push(0xC0 | (reg & 7) << 3 | rm & 7);
    }

    /// With memory, at the element that the index says.
    fn memory(&mut self, code: Code, reg: u8, memory: Memory, with: With) {
        let base = memory.base.0;
        self.evex(code, reg, 0, [base, INDEX >> 3], with);
        // The address is base + index * scale + 0.
        let scale = memory.scale.trailing_zeros() as u8;
        self.bytes.extend([0x44 | (reg & 7) << 3, scale << 6 | INDEX << 3 | base & 7, 0]);
    }

    /// to = x + y.
    pub fn add(&mut self, to: Vector, x: Vector, y: Vector) {
        self.registers(self.float(0x58), to.0, x.0, y.0, With::default());
    }

    /// to = x - y.
    pub fn sub(&mut self, to: Vector, x: Vector, y: Vector) {
        self.registers(self.float(0x5C), to.0, x.0, y.0, With::default());
    }

    /// to = x y, or 0 where a mask says no.
    pub fn mul(&mut self, to: Vector, x: Vector, y: Vector, mask: Option<Mask>) {
        self.registers(self.float(0x59), to.0, x.0, y.0, zeroing(mask));
    }

    /// to = x / y.
    pub fn div(&mut self, to: Vector, x: Vector, y: Vector) {
        self.registers(self.float(0x5E), to.0, x.0, y.0, With::default());
    }

    /// The square root.
    pub fn sqrt(&mut self, to: Vector, x: Vector) {
        self.registers(self.float(0x51), to.0, 0, x.0, With::default());
    }

    /// to = x, or 0 where the mask says no.
    pub fn keep(&mut self, to: Vector, x: Vector, mask: Mask) {
        self.registers(self.float(0x28), to.0, 0, x.0, zeroing(Some(mask)));
    }

    /// to = y where the mask says so, else x.
    pub fn blend(&mut self, to: Vector, mask: Mask, x: Vector, y: Vector) {
        let with = With { mask: mask.0, ..With::default() };
        self.registers(self.whole(2, 0x65), to.0, x.0, y.0, with);
    }

    /// The bits of one or the other, but not of both.
    pub fn xor(&mut self, to: Vector, x: Vector, y: Vector) {
        self.registers(self.whole(1, 0xEF), to.0, x.0, y.0, With::default());
    }

    /// The bits of y that x lacks.
    pub fn and_not(&mut self, to: Vector, x: Vector, y: Vector) {
        self.registers(self.whole(1, 0xDF), to.0, x.0, y.0, With::default());
    }

    /// A comparison of floats, by its predicate.
    pub fn compare(&mut self, to: Mask, x: Vector, y: Vector, predicate: u8) {
        self.registers(self.float(0xC2), to.0, x.0, y.0, With::default());
        self.bytes.push(predicate);
    }

    /// A comparison where `to` is set so far; nowhere else.
    pub fn compare_further(&mut self, to: Mask, x: Vector, y: Vector, predicate: u8) {
        self.registers(self.float(0xC2), to.0, x.0, y.0, With { mask: to.0, ..With::default() });
        self.bytes.push(predicate);
    }

    /// Where x has any bit.
    pub fn test(&mut self, to: Mask, x: Vector) {
        self.registers(self.whole(2, 0x27), to.0, x.0, x.0, With::default());
    }

    /// All bits.
    pub fn ones(&mut self, to: Vector) {
        self.registers(
            Code { map: 3, prefix: 1, wide: false, byte: 0x25 },
            to.0,
            to.0,
            to.0,
            With::default(),
        );
        self.bytes.push(0xFF);
    }

    /// The bits of each element moved down by so many, then up.
    pub fn shift(&mut self, vector: Vector, down: u8, up: u8) {
        let byte = if self.is_double { 0x73 } else { 0x72 };
        for (way, by) in [(2, down), (6, up)] {
            if by > 0 {
                self.registers(self.whole(1, byte), way, vector.0, vector.0, With::default());
                self.bytes.push(by);
            }
        }
    }

    /// 1 in each of the 16 bytes whose bits are all set.
    pub fn byte_sizes(&mut self, vector: Vector) {
        let with = With { short: true, ..With::default() };
        self.registers(Code { map: 2, prefix: 1, wide: false, byte: 0x1C }, vector.0, 0, vector.0, with);
    }

    /// A number for all elements, from the beginning of memory.
    pub fn broadcast(&mut self, to: Vector, base: General) {
        let byte = if self.is_double { 0x19 } else { 0x18 };
        let code = self.whole(2, byte);
        self.evex(code, to.0, 0, [base.0, 0], With::default());
        // A base of five in its low bits would mean no base without an offset.
        self.bytes.extend([0x40 | (to.0 & 7) << 3 | base.0 & 7]);
        if base.0 & 7 == 4 {
            self.bytes.push(0x24);
        }
        self.bytes.push(0);
    }

    /// Floats from a tile: all, or those of the mask.
    pub fn load(&mut self, to: Vector, base: General, mask: Option<Mask>) {
        let scale = self.scale();
        self.memory(self.float(0x10), to.0, Memory { base, scale }, zeroing(mask));
    }

    /// Floats to a tile.
    pub fn store(&mut self, from: Vector, base: General, mask: Option<Mask>) {
        let with = With { mask: mask.map_or(0, |mask| mask.0), ..With::default() };
        let scale = self.scale();
        self.memory(self.float(0x11), from.0, Memory { base, scale }, with);
    }

    /// Truth values from a tile, by way of a vector.
    pub fn load_truths(&mut self, to: Mask, by: Vector, base: General, mask: Option<Mask>) {
        let byte = if self.is_double { 0x32 } else { 0x31 };
        let code = Code { map: 2, prefix: 1, wide: false, byte };
        self.memory(code, by.0, Memory { base, scale: 1 }, zeroing(mask));
        self.test(to, by);
    }

    /// Truth values to a tile, by way of a vector; `ones` has a 1 in each byte.
    pub fn store_truths(&mut self, from: Mask, by: Vector, ones: Vector, base: General, mask: Option<Mask>) {
        let bytes = Code { map: 1, prefix: 3, wide: false, byte: 0x6F };
        let short = With { short: true, ..With::default() };
        self.registers(bytes, by.0, 0, ones.0, With { mask: from.0, zeroes: true, ..short });
        let memory = Memory { base, scale: 1 };
        let with = With { mask: mask.map_or(0, |mask| mask.0), ..short };
        let code = match (mask, self.is_double) {
            // Eight bytes: a vector of doubles has no more.
            (None, true) => Code { map: 1, prefix: 1, wide: true, byte: 0xD6 },
            _ => Code { byte: 0x7F, ..bytes },
        };
        self.memory(code, by.0, memory, with);
    }

    /// Both masks.
    pub fn and_masks(&mut self, to: Mask, p: Mask, q: Mask) {
        self.masks(0x41, to, p, q);
    }

    /// One of both masks.
    pub fn or_masks(&mut self, to: Mask, p: Mask, q: Mask) {
        self.masks(0x45, to, p, q);
    }

    /// The other bits.
    pub fn not_mask(&mut self, to: Mask, p: Mask) {
        self.bytes.extend([0xC5, 0xF8, 0x44, 0xC0 | to.0 << 3 | p.0]);
    }

    fn masks(&mut self, byte: u8, to: Mask, p: Mask, q: Mask) {
        self.bytes.extend([0xC5, 0x84 | (!p.0 & 15) << 3, byte, 0xC0 | to.0 << 3 | q.0]);
    }

    /// An address from the table.
    pub fn address(&mut self, to: General, number: u32) {
        self.bytes.extend([0x48 | (to.0 >> 3) << 2, 0x8B, 0x80 | (to.0 & 7) << 3 | TABLE.0]);
        self.bytes.extend((8 * number).to_le_bytes());
    }

    /// The beginning: what belongs to the caller is kept, the rest's mask is set, the index is zero.
    pub fn begin(&mut self) {
        KEPT.iter().for_each(|register| self.push_or_pop(0x50, *register));
        // kmovw k1, edx; xor edx, edx
        self.bytes.extend([0xC5, 0xF8, 0x92, 0xC0 | REST.0 << 3 | INDEX, 0x31, 0xD2]);
    }

    /// The end.
    pub fn end(&mut self) {
        KEPT.iter().rev().for_each(|register| self.push_or_pop(0x58, *register));
        // vzeroupper; ret
        self.bytes.extend([0xC5, 0xF8, 0x77, 0xC3]);
    }

    fn push_or_pop(&mut self, byte: u8, register: General) {
        if register.0 >= 8 {
            self.bytes.push(0x41);
        }
        self.bytes.push(byte | register.0 & 7);
    }

    /// The body for each whole vector.
    pub fn for_whole(&mut self, body: impl FnOnce(&mut Assembler)) {
        // test rsi, rsi; jz behind
        self.bytes.extend([0x48, 0x85, 0xC0 | WHOLE << 3 | WHOLE]);
        let behind = self.jump(0x84);
        let start = self.bytes.len();
        body(self);
        // add rdx, lanes; cmp rdx, rsi; jb start
        self.bytes.extend([0x48, 0x83, 0xC0 | INDEX, self.lanes()]);
        self.bytes.extend([0x48, 0x39, 0xC0 | WHOLE << 3 | INDEX]);
        let again = self.jump(0x82);
        self.land(again, start);
        self.land(behind, self.bytes.len());
    }

    /// The body for the rest, if there is any.
    pub fn for_rest(&mut self, body: impl FnOnce(&mut Assembler)) {
        // kortestw k1, k1; jz behind
        self.bytes.extend([0xC5, 0xF8, 0x98, 0xC0 | REST.0 << 3 | REST.0]);
        let behind = self.jump(0x84);
        body(self);
        self.land(behind, self.bytes.len());
    }

    /// A jump on a condition to a place that is not known yet.
    fn jump(&mut self, condition: u8) -> usize {
        self.bytes.extend([0x0F, condition, 0, 0, 0, 0]);
        self.bytes.len()
    }

    fn land(&mut self, jump: usize, place: usize) {
        let distance = place as i32 - jump as i32;
        self.bytes[jump - 4..jump].copy_from_slice(&distance.to_le_bytes());
    }

    /// Elements of a vector.
    pub fn lanes(&self) -> u8 {
        64 / self.scale()
    }

    fn scale(&self) -> u8 {
        if self.is_double { 8 } else { 4 }
    }
}

fn zeroing(mask: Option<Mask>) -> With {
    mask.map_or(With::default(), |mask| With { mask: mask.0, zeroes: true, short: false })
}

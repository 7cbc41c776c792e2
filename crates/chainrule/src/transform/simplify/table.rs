//! Gates that were recorded, to be found by what they do: gate, attributes, inputs.

use crate::base::{Slice, Spec, Tensor};
use crate::circuit::{Attr, Attrs, Circuit, GateDef, Then};
use std::hash::{Hash, Hasher};

/// A hash table of nodes. What the nodes are is looked up in the circuit.
///
/// Slots come in buckets of one cache line. A node is put in the bucket that its newest input points to; gates that are
/// recorded one after the other mostly read what is new, so that this bucket is in the cache. If it is full, as where very many
/// gates read one wire, the node goes to the buckets that its hash points to.
pub struct Table {
    slots: Vec<Slot>,
    count: usize,
}

/// Slots of a bucket.
const BUCKET: usize = 8;

/// A node with its hash, so that the circuit is asked about those alone that are almost certainly the same.
#[derive(Clone, Copy, Default)]
struct Slot {
    hash: u32,
    /// The node's number plus one; 0 is free.
    node: u32,
}

/// Most elements of a constant that its hash is made of.
const SAMPLED: usize = 64;

/// A gate that the table is asked for.
pub struct Entry<'a> {
    pub gate: &'static GateDef,
    pub attrs: &'a Attrs,
    pub inputs: &'a [u32],
    pub spec: Spec,
}

/// The free slot that a node would be put in that was not found, with its hash.
pub struct Vacancy {
    at: usize,
    hash: u32,
}

impl Table {
    /// Room for so many nodes.
    pub fn with_room_for(nodes: usize) -> Table {
        Table { slots: vec![Slot::default(); (2 * nodes).next_power_of_two().max(BUCKET)], count: 0 }
    }

    /// The node that does the same, if it is there.
    pub fn find(&mut self, circuit: &Circuit, entry: &Entry<'_>) -> Result<u32, Vacancy> {
        // A quarter stays free, so that every search ends soon.
        if 4 * self.count >= 3 * self.slots.len() {
            self.grow(circuit);
        }
        let hash = hash(entry);
        self.search(entry.inputs, hash, |index| entry.is(circuit, index))
    }

    /// Looks through buckets up to the first free slot.
    fn search(&self, inputs: &[u32], hash: u32, is_wanted: impl Fn(u32) -> bool) -> Result<u32, Vacancy> {
        let mask = self.slots.len() / BUCKET - 1;
        let newest = inputs.iter().max().map_or(hash, |newest| newest / (BUCKET as u32 / 2));
        let mut bucket = newest as usize & mask;
        let mut next = hash as usize;
        loop {
            let first = bucket * BUCKET;
            for (at, slot) in (first..).zip(&self.slots[first..first + BUCKET]) {
                match slot.node.checked_sub(1) {
                    None => return Err(Vacancy { at, hash }),
                    Some(node) if slot.hash == hash && is_wanted(node) => return Ok(node),
                    Some(_) => {}
                }
            }
            bucket = next & mask;
            next += 1;
        }
    }

    /// Adds a node that was just not found.
    pub fn insert(&mut self, Vacancy { at, hash }: Vacancy, index: u32) {
        self.slots[at] = Slot { hash, node: index + 1 };
        self.count += 1;
    }

    fn grow(&mut self, circuit: &Circuit) {
        let larger = vec![Slot::default(); 2 * self.slots.len()];
        let before = std::mem::replace(&mut self.slots, larger);
        for slot in before.into_iter().filter(|slot| slot.node != 0) {
            if let Err(Vacancy { at, .. }) =
                self.search(circuit.inputs_of(slot.node - 1), slot.hash, |_| false)
            {
                self.slots[at] = slot;
            }
        }
    }
}

impl Entry<'_> {
    fn is(&self, circuit: &Circuit, index: u32) -> bool {
        let node = circuit.node(index);
        std::ptr::eq(node.gate, self.gate)
            && are_same(self.gate, circuit.inputs_of(index), self.inputs)
            && node.spec == self.spec
            && *node.attrs == *self.attrs
    }
}

/// Whether a gate gives the same when its two inputs change places.
fn commutes(gate: &GateDef) -> bool {
    gate.identities.iter().any(|law| matches!(law.then, Then::Swapped))
}

fn are_same(gate: &GateDef, a: &[u32], b: &[u32]) -> bool {
    match (a, b) {
        (&[a, b], &[c, d]) => (a, b) == (c, d) || ((a, b) == (d, c) && commutes(gate)),
        _ => a == b,
    }
}

/// Quick and good enough: a multiplication spreads each word over the upper half, which is folded down at the end.
struct Mixer(u64);

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.chunks(8).for_each(|chunk| {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        });
    }
    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
    fn write_u32(&mut self, word: u32) {
        self.write_u64(word.into());
    }
    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }
}

/// The same for inputs in either order: two wires are put in order first.
fn hash(entry: &Entry<'_>) -> u32 {
    let mut mixer = Mixer(0);
    mixer.write_usize(std::ptr::from_ref(entry.gate) as usize);
    match *entry.inputs {
        [a, b] => mixer.write_u64(u64::from(a.min(b)) << 32 | u64::from(a.max(b))),
        _ => entry.inputs.iter().for_each(|&wire| mixer.write_u32(wire)),
    }
    entry.attrs.list().iter().for_each(|(_, attr)| mix(attr, &mut mixer));
    mixer.finish() as u32
}

fn mix(attr: &Attr, mixer: &mut Mixer) {
    match attr {
        Attr::Int(v) => v.cast_unsigned().hash(mixer),
        Attr::Ints(v) => v.hash(mixer),
        Attr::Real(v) => v.to_bits().hash(mixer),
        Attr::Flag(v) => v.hash(mixer),
        Attr::DType(v) => v.name().hash(mixer),
        Attr::Text(v) => v.hash(mixer),
        Attr::Tensor(v) => mix_tensor(v, mixer),
        // Circuits that were one before are one now.
        Attr::Circuit(v) => mixer.write_usize(std::sync::Arc::as_ptr(v) as usize),
    }
}

fn mix_tensor(tensor: &Tensor, mixer: &mut Mixer) {
    fn sample<T: Copy>(slice: &[T], bits: fn(T) -> u64, mixer: &mut Mixer) {
        let step = slice.len().div_ceil(SAMPLED).max(1);
        slice.iter().step_by(step).for_each(|&x| mixer.write_u64(bits(x)));
    }
    mixer.write_usize(tensor.shape().elements());
    match tensor.slice() {
        Slice::F32(s) => sample(s, |x| u64::from(x.to_bits()), mixer),
        Slice::F64(s) => sample(s, f64::to_bits, mixer),
        Slice::I32(s) => sample(s, |x| i64::from(x).cast_unsigned(), mixer),
        Slice::I64(s) => sample(s, i64::cast_unsigned, mixer),
        Slice::U8(s) => sample(s, u64::from, mixer),
        Slice::Bool(s) => sample(s, u64::from, mixer),
    }
}

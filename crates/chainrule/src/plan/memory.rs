//! Gives every value its place. Values of the arena share places where their lifetimes do not meet.

use super::{Place, Strips, Value, ValueId};
use std::collections::{BTreeMap, BTreeSet};

/// Every place is a multiple of this, so that vectors never straddle a cache line.
const ALIGNMENT: usize = 64;

/// The values of a plan while it is laid out.
pub(super) struct Places {
    /// Whether values share places.
    shares: bool,
    values: Vec<Value>,
    /// For values of the arena: the first and the last step that touches them.
    lives: Vec<Option<Life>>,
    /// Steps that run in turns, in order.
    strips: Vec<Strips>,
}

/// The steps between which a value of the arena is needed, both included.
#[derive(Clone, Copy)]
pub(super) struct Life {
    pub first: u32,
    pub last: u32,
}

impl Places {
    /// No values yet. For tests each may get a place of its own. What one step of a group touches is needed as long as
    /// any of them runs.
    pub fn new(shares: bool, strips: Vec<Strips>) -> Places {
        Places { shares, values: Vec::new(), lives: Vec::new(), strips }
    }

    /// Where a value is; in the arena, that is not known yet.
    pub fn place(&self, value: ValueId) -> Place {
        self.values[value as usize].place
    }

    /// A value that is not in the arena.
    pub fn outside(&mut self, place: Place, bytes: usize) -> ValueId {
        self.push(Value { place, bytes }, None)
    }

    /// A value of the arena that lives from one step to another.
    pub fn inside(&mut self, bytes: usize, first: u32, last: u32) -> ValueId {
        let group = |step: u32| Strips::around(&self.strips, step as usize).map(Strips::steps);
        let first = group(first).map_or(first, |steps| steps.start as u32);
        let last = group(last).map_or(last, |steps| steps.end as u32 - 1);
        self.push(Value { place: Place::Arena(0), bytes }, Some(Life { first, last }))
    }

    /// Room that one step needs while it runs.
    pub fn scratch(&mut self, bytes: usize, step: u32) -> ValueId {
        self.inside(bytes, step, step)
    }

    fn push(&mut self, value: Value, life: Option<Life>) -> ValueId {
        self.values.push(value);
        self.lives.push(life);
        self.values.len() as ValueId - 1
    }

    /// Assigns the places; gives the values, their lives in the arena, and its bytes.
    pub fn finish(mut self) -> (Vec<Value>, Vec<Option<Life>>, usize) {
        let mut order: Vec<(u32, ValueId, u32)> = Vec::new();
        for (id, life) in self.lives.iter().enumerate() {
            if let Some(life) = life {
                order.push((life.first, id as ValueId, life.last));
            }
        }
        order.sort_unstable();
        let mut free = Free::default();
        let mut ends: BTreeSet<(u32, ValueId)> = BTreeSet::new();
        for (first, id, last) in order {
            while let Some(&(over, done)) = ends.first().filter(|(over, _)| self.shares && *over < first) {
                ends.remove(&(over, done));
                let Place::Arena(offset) = self.values[done as usize].place else { continue };
                free.give_back(offset, padded(self.values[done as usize].bytes));
            }
            let value = &mut self.values[id as usize];
            value.place = Place::Arena(free.take(padded(value.bytes)));
            ends.insert((last, id));
        }
        (self.values, self.lives, free.end)
    }
}

/// Bytes of a place for so many.
pub(super) fn padded(bytes: usize) -> usize {
    bytes.max(1).next_multiple_of(ALIGNMENT)
}

/// The gaps of the arena: the smallest one that fits is taken, neighbours are joined.
#[derive(Default)]
pub(super) struct Free {
    by_offset: BTreeMap<usize, usize>,
    by_size: BTreeSet<(usize, usize)>,
    end: usize,
}

impl Free {
    /// How far places reach.
    pub fn end(&self) -> usize {
        self.end
    }

    pub fn take(&mut self, size: usize) -> usize {
        let Some(&(found, offset)) = self.by_size.range((size, 0)..).next() else {
            let offset = self.end;
            self.end += size;
            return offset;
        };
        self.remove(offset, found);
        if found > size {
            self.insert(offset + size, found - size);
        }
        offset
    }

    pub fn give_back(&mut self, mut offset: usize, mut size: usize) {
        if let Some((&before, &length)) = self.by_offset.range(..offset).next_back()
            && before + length == offset
        {
            self.remove(before, length);
            (offset, size) = (before, size + length);
        }
        if let Some(&length) = self.by_offset.get(&(offset + size)) {
            self.remove(offset + size, length);
            size += length;
        }
        self.insert(offset, size);
    }

    fn insert(&mut self, offset: usize, size: usize) {
        self.by_offset.insert(offset, size);
        self.by_size.insert((size, offset));
    }

    fn remove(&mut self, offset: usize, size: usize) {
        self.by_offset.remove(&offset);
        self.by_size.remove(&(size, offset));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_shared_only_by_values_that_never_meet() {
        let mut memory = Places::new(true, Vec::new());
        let mut lives = Vec::new();
        for i in 0..200u32 {
            let (bytes, length) = (1 + (i as usize * 7919) % 500, (i * 31) % 9);
            memory.inside(bytes, i, i + length);
            lives.push((bytes, i, i + length));
        }
        let (values, _, arena) = memory.finish();
        let place = |i: usize| match values[i].place {
            Place::Arena(offset) => offset..offset + lives[i].0,
            _ => unreachable!("all of them are in the arena"),
        };
        for a in 0..200 {
            assert!(place(a).end <= arena);
            for b in 0..a {
                let meet = lives[a].1 <= lives[b].2 && lives[b].1 <= lives[a].2;
                let apart = place(a).end <= place(b).start || place(b).end <= place(a).start;
                assert!(apart || !meet, "{a} and {b}");
            }
        }
        assert!(arena < 200 * 512 / 4, "{arena} bytes");
    }
}

//! Gates over single numbers, run by run.

use super::Address;
use crate::numeric::tile::{Lone, Ports};
use crate::plan::{Form, Run, Scalars};

/// # Safety
/// `values` are the addresses of the plan's values.
pub unsafe fn run(step: &Scalars, values: &[Address]) {
    let bank = values[step.bank as usize];
    let room = Room { bank, scratch: values[step.scratch as usize], chunk: step.chunk };
    // SAFETY: every number that comes from outside lies within its value, and has a place in the bank.
    unsafe {
        for load in &step.loads {
            let from = values[load.value as usize].add(load.offset);
            move_one(from, bank.add(load.at as usize), load.bytes);
        }
        for run in &step.runs {
            let offsets = &step.gathers[run.gathers as usize..];
            if run.is_fold() {
                fold(run, offsets, &room);
            } else if run.count <= Run::FEW {
                few(run, offsets, bank);
            } else {
                many(run, offsets, &room);
            }
        }
        for store in &step.stores {
            let to = values[store.value as usize].add(store.offset);
            move_one(bank.add(store.at as usize), to, store.bytes);
        }
    }
}

/// What a run works in.
struct Room {
    bank: Address,
    scratch: Address,
    /// Most gates of a run.
    chunk: usize,
}

impl Room {
    /// Room for one chunk.
    ///
    /// # Safety
    /// `i` is less than 3.
    unsafe fn part(&self, i: usize) -> Address {
        // SAFETY: the scratch has room for three chunks of eight-byte numbers.
        unsafe { self.scratch.add(i * self.chunk * 8) }
    }
}

/// A few gates read their inputs where they are, one gate after the other.
///
/// # Safety
/// The offsets lie within the bank, for each input as many as there are gates.
#[inline(always)]
unsafe fn few(run: &Run, offsets: &[u32], bank: Address) {
    let count = run.count as usize;
    let at = |input: usize, gate: usize| match offsets.get(input * count + gate) {
        Some(&offset) if input < run.terms as usize => bank.wrapping_add(offset as usize).cast_const(),
        _ => std::ptr::null(),
    };
    for gate in 0..count {
        let inputs = [at(0, gate), at(1, gate), at(2, gate)];
        let output = bank.wrapping_add(run.output as usize + gate * usize::from(run.output_bytes));
        // SAFETY: offsets lie within the bank, where every number is aligned.
        unsafe { run.tile.run_one(inputs, output) };
    }
}

/// # Safety
/// The offsets lie within the bank, and the scratch has room for three chunks.
unsafe fn many(run: &Run, offsets: &[u32], room: &Room) {
    let len = run.count as usize;
    let mut inputs = [std::ptr::null(); 3];
    let mut rest = offsets;
    for (i, input) in run.inputs.iter().enumerate().take_while(|(_, input)| input.bytes > 0) {
        // SAFETY: offsets lie within the bank, where every number is aligned; a chunk of eight-byte numbers fits its part
        // of the scratch.
        unsafe {
            let (first, part) = (|| room.bank.add(rest[0] as usize), room.part(i));
            inputs[i] = match input.form {
                Form::Row => first().cast_const(),
                Form::Twin => inputs[i - 1],
                Form::Scattered => {
                    collect(room.bank, &rest[..len], input.bytes, part);
                    part.cast_const()
                }
                Form::Shared => {
                    repeat(first(), input.bytes, len, part);
                    part.cast_const()
                }
            };
        }
        let used = match input.form {
            Form::Scattered => len,
            Form::Row | Form::Shared => 1,
            Form::Twin => 0,
        };
        rest = &rest[used..];
    }
    // SAFETY: as above; an output is no input of the same run.
    unsafe {
        run.tile.run(&Ports { inputs, output: room.bank.add(run.output as usize), len, lone: Lone::NONE })
    };
}

/// Folds many numbers for each gate by a kernel of two, from the first to the last.
///
/// # Safety
/// As `many`.
unsafe fn fold(run: &Run, offsets: &[u32], room: &Room) {
    let (count, terms) = (run.count as usize, run.terms as usize);
    let (input, output) = (run.inputs[0].bytes, usize::from(run.output_bytes));
    if run.count <= Run::FEW {
        for gate in 0..count {
            let at = |term: usize| room.bank.wrapping_add(offsets[term * count + gate] as usize).cast_const();
            let to = room.bank.wrapping_add(run.output as usize + gate * output);
            // SAFETY: as in `few`.
            unsafe {
                run.tile.run_one([at(0), at(1), std::ptr::null()], to);
                for term in 2..terms {
                    run.tile.run_one([to.cast_const(), at(term), std::ptr::null()], to);
                }
            }
        }
        return;
    }
    let of_term = |term: usize| &offsets[term * count..][..count];
    // SAFETY: as in `many`. Partial results take turns in two parts of the scratch, the last one goes to the bank.
    unsafe {
        let (mut before, mut after, next) = (room.part(0), room.part(1), room.part(2));
        collect(room.bank, of_term(0), input, before);
        for term in 1..terms {
            collect(room.bank, of_term(term), input, next);
            if term == terms - 1 {
                after = room.bank.add(run.output as usize);
            }
            let inputs = [before.cast_const(), next.cast_const(), std::ptr::null()];
            run.tile.run(&Ports { inputs, output: after, len: count, lone: Lone::NONE });
            (before, after) = (after, before);
        }
    }
}

/// # Safety
/// The offsets lie within the bank, and `to` has room for all of them.
#[inline(always)]
unsafe fn collect(bank: Address, offsets: &[u32], bytes: u8, to: Address) {
    // SAFETY: the caller's promise; every number is aligned to its size.
    unsafe fn of<T: Copy>(bank: Address, offsets: &[u32], to: *mut T) {
        for (i, &offset) in offsets.iter().enumerate() {
            // SAFETY: as above.
            unsafe { to.add(i).write(bank.add(offset as usize).cast::<T>().read()) }
        }
    }
    // SAFETY: handed on.
    unsafe {
        match bytes {
            8 => of::<u64>(bank, offsets, to.cast()),
            4 => of::<u32>(bank, offsets, to.cast()),
            _ => of::<u8>(bank, offsets, to),
        }
    }
}

/// # Safety
/// `from` holds a number of so many bytes, and `to` has room for `len` of them.
unsafe fn repeat(from: Address, bytes: u8, len: usize, to: Address) {
    // SAFETY: the caller's promise.
    unsafe {
        match bytes {
            8 => std::slice::from_raw_parts_mut(to.cast::<u64>(), len).fill(from.cast::<u64>().read()),
            4 => std::slice::from_raw_parts_mut(to.cast::<u32>(), len).fill(from.cast::<u32>().read()),
            _ => std::slice::from_raw_parts_mut(to, len).fill(from.read()),
        }
    }
}

/// # Safety
/// Both hold a number of so many bytes.
#[inline(always)]
unsafe fn move_one(from: Address, to: Address, bytes: u8) {
    // SAFETY: the caller's promise.
    unsafe {
        match bytes {
            8 => to.cast::<u64>().write(from.cast::<u64>().read()),
            4 => to.cast::<u32>().write(from.cast::<u32>().read()),
            _ => to.write(from.read()),
        }
    }
}

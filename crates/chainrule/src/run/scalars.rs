//! Gates over single numbers, run by run.

use super::Address;
use crate::numeric::tile::Ports;
use crate::plan::{Run, Scalars};

/// # Safety
/// `values` are the addresses of the plan's values.
pub unsafe fn run(step: &Scalars, values: &[Address]) {
    let bank = values[step.bank as usize];
    // SAFETY: every number that comes from outside lies within its value, and has a place in the bank.
    unsafe {
        for load in &step.loads {
            let from = values[load.value as usize].add(load.offset);
            move_one(from, bank.add(load.at as usize), load.bytes);
        }
        for run in &step.runs {
            if run.count == 1 {
                one(run, &step.gathers, bank);
            } else {
                many(run, &step.gathers, bank, values[step.scratch as usize], step.chunk);
            }
        }
        for store in &step.stores {
            let to = values[store.value as usize].add(store.offset);
            move_one(bank.add(store.at as usize), to, store.bytes);
        }
    }
}

/// A gate alone reads its inputs where they are.
///
/// # Safety
/// The offsets lie within the bank.
#[inline(always)]
unsafe fn one(run: &Run, gathers: &[u32], bank: Address) {
    let mut inputs = [std::ptr::null(); 3];
    // SAFETY: offsets lie within the bank, where every number is aligned; an output is no input of the same run.
    unsafe {
        for (i, input) in inputs.iter_mut().enumerate().take_while(|(i, _)| run.input_bytes[*i] > 0) {
            *input = bank.add(gathers[run.gathers as usize + i] as usize).cast_const();
        }
        run.tile.run(&Ports { inputs, output: bank.add(run.output as usize), len: 1 });
    }
}

/// # Safety
/// The offsets lie within the bank, and `scratch` has room for three chunks.
unsafe fn many(run: &Run, gathers: &[u32], bank: Address, scratch: Address, chunk: usize) {
    let count = run.count as usize;
    let mut done = 0;
    while done < count {
        let len = chunk.min(count - done);
        let mut inputs = [std::ptr::null(); 3];
        // SAFETY: as in `one`; a chunk of eight-byte numbers fits its part of the scratch.
        unsafe {
            for (i, input) in inputs.iter_mut().enumerate().take_while(|(i, _)| run.input_bytes[*i] > 0) {
                let offsets = &gathers[run.gathers as usize + i * count + done..][..len];
                let to = scratch.add(i * chunk * 8);
                collect(bank, offsets, run.input_bytes[i], to);
                *input = to.cast_const();
            }
            let output = bank.add(run.output as usize + done * run.output_bytes as usize);
            run.tile.run(&Ports { inputs, output, len });
        }
        done += len;
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

//! Sweeps: tile after tile, each operation over the whole tile.

use super::{Address, Shared, movement};
use crate::base::DType;
use crate::numeric::code::MOST_PORTS;
use crate::numeric::reduce::{BLOCK, ROW_BLOCK, Reduce, add_to, reduce_axis};
use crate::numeric::team::Team;
use crate::numeric::tile::Ports;
use crate::numeric::{Number, scratch};
use crate::plan::{Level, Op, Sink, Sweep};
use std::ops::Range;

/// # Safety
/// `values` are the addresses of the plan's values; `ports` has room for all of the sweep's.
pub unsafe fn run(sweep: &Sweep, values: &[Address], ports: &mut [Address], team: Team) {
    let tiles = sweep.tiles();
    // SAFETY: handed on.
    unsafe {
        if team.is_alone() || tiles <= sweep.chunk {
            return some(sweep, values, ports, 0..tiles);
        }
        let ports = begin(sweep, values, ports, 0);
        chunks(sweep, values, ports, tiles, team);
        end(sweep, values);
    }
}

/// Some tiles on one thread, which does all of them in order.
///
/// # Safety
/// As `run`; nobody else used the registers since the tile before the first.
pub unsafe fn some(sweep: &Sweep, values: &[Address], ports: &mut [Address], tiles: Range<usize>) {
    // SAFETY: handed on.
    unsafe {
        let ports = begin(sweep, values, ports, tiles.start);
        walk(sweep, values, ports, tiles.clone(), values[sweep.registers as usize]);
        if tiles.end == sweep.tiles() {
            end(sweep, values);
        }
    }
}

/// Has the ports stand at a tile; does what comes before the first one.
///
/// # Safety
/// As `run`.
unsafe fn begin<'a>(
    sweep: &Sweep,
    values: &[Address],
    ports: &'a mut [Address],
    tile: usize,
) -> &'a mut [Address] {
    let ports = &mut ports[..sweep.ports.len()];
    // SAFETY: every port lies within its value, by the plan.
    unsafe {
        for (at, port) in ports.iter_mut().zip(&sweep.ports) {
            *at = values[port.value as usize].add(port.offset + port.moved(tile, sweep.round));
        }
        for op in sweep.once.iter().filter(|_| tile == 0) {
            operate(op, sweep, values, ports, 0, sweep.tile);
        }
    }
    ports
}

/// Does what comes after the last tile.
///
/// # Safety
/// As `run`.
unsafe fn end(sweep: &Sweep, values: &[Address]) {
    for sink in &sweep.sinks {
        // SAFETY: all blocks were folded.
        unsafe { finish(sink, values[sink.partials as usize], values[sink.output as usize]) }
    }
}

/// Chunk by chunk, on several threads.
///
/// # Safety
/// As `run`; `ports` stand at the first tile.
unsafe fn chunks(sweep: &Sweep, values: &[Address], ports: &[Address], tiles: usize, team: Team) {
    let count = tiles.div_ceil(sweep.chunk);
    let shared = [Shared(values), Shared(ports)];
    // The room of a thread is followed by its ports.
    let room = sweep.room + size_of_val(ports);
    team.run(count, room, |chunk| {
        let [values, ports] = shared.each_ref().map(Shared::all);
        scratch::with(room, |room: Address| {
            let first = chunk * sweep.chunk;
            // SAFETY: the room holds registers, begun blocks and ports, all aligned to cache lines. Chunks write different
            // tiles and fold different blocks, and what they share is only read.
            unsafe {
                let own = std::slice::from_raw_parts_mut(room.add(sweep.room).cast::<Address>(), ports.len());
                for ((own, &at), port) in own.iter_mut().zip(ports).zip(&sweep.ports) {
                    let first = at.wrapping_add(port.moved(first, sweep.round));
                    *own = if port.is_own { room.add(port.offset) } else { first };
                }
                walk(sweep, values, own, first..tiles.min(first + sweep.chunk), room);
            }
        });
    });
}

/// Does some tiles, at whose first the ports stand.
///
/// # Safety
/// As `run`; `room` is where the registers begin.
unsafe fn walk(sweep: &Sweep, values: &[Address], ports: &mut [Address], tiles: Range<usize>, room: Address) {
    for tile in tiles {
        let start = tile * sweep.tile;
        let len = sweep.tile.min(sweep.elements - start);
        // SAFETY: a tile's part of every port lies within its value, by the plan.
        unsafe {
            for op in &sweep.ops {
                operate(op, sweep, values, ports, start, len);
            }
            for sink in &sweep.sinks {
                let (from, to) = (ports[sink.input as usize], values[sink.partials as usize]);
                add(sink, sweep, [from, to, room.wrapping_add(sink.begun)], start, len);
            }
        }
        for (at, port) in ports.iter_mut().zip(&sweep.ports) {
            *at = at.wrapping_add(port.step);
        }
        if (tile + 1).is_multiple_of(sweep.round) {
            for (at, port) in ports.iter_mut().zip(&sweep.ports).filter(|(_, port)| port.repeats) {
                *at = at.wrapping_sub(sweep.round * port.step);
            }
        }
    }
}

/// # Safety
/// `ports` stand at the tile that begins at element `start`.
#[inline(always)]
unsafe fn operate(op: &Op, sweep: &Sweep, values: &[Address], ports: &[Address], start: usize, len: usize) {
    let count = |level: Level, n: usize| if level == Level::Full { n } else { n / sweep.row };
    let at = |port: u32| ports[port as usize];
    // SAFETY: the ports of an operation hold a tile each, of the types that it was made for, and its output is another
    // port than its inputs, or lies where code reads it element by element; loads stay within the view that they read.
    unsafe {
        match *op {
            Op::Code(ref coded) => {
                let mut addresses = [std::ptr::null_mut(); MOST_PORTS];
                addresses.iter_mut().zip(&coded.ports).for_each(|(to, &port)| *to = at(port));
                coded.code.run(&addresses, len);
            }
            Op::Gate { tile, inputs, lone, output, level, .. } => {
                let inputs = inputs.map(|port| at(port).cast_const());
                tile.run(&Ports { inputs, output: at(output), len: count(level, len), lone });
            }
            Op::Load { from, ref view, bytes, output, level } => {
                let (start, len) = (count(level, start), count(level, len));
                movement::gather(values[from as usize], view, bytes, start, len, at(output));
            }
            Op::Spread { bytes, input, output } => {
                movement::spread(at(input), bytes, len / sweep.row, sweep.row, at(output));
            }
            Op::Move { bytes, input, output } => {
                std::ptr::copy_nonoverlapping(at(input), at(output), len * bytes);
            }
            Op::Fold { fold, dtype, input, output } => {
                fold_rows(dtype, fold, at(input), [len / sweep.row, sweep.row, 1], at(output));
            }
        }
    }
}

/// Calls a function for the type of a dtype.
macro_rules! for_type {
    ($dtype:expr, $of:ident($($argument:expr),*)) => {
        match $dtype {
            DType::F32 => $of::<f32>($($argument),*),
            DType::F64 => $of::<f64>($($argument),*),
            DType::I32 => $of::<i32>($($argument),*),
            DType::I64 => $of::<i64>($($argument),*),
            DType::U8 | DType::Bool => unreachable!("sweeps fold numbers of four and eight bytes"),
        }
    };
}

/// Folds the middle axis of an array.
///
/// # Safety
/// The array and the result are of this dtype and these sizes, and do not overlap.
unsafe fn fold_rows(dtype: DType, fold: Reduce, from: Address, sizes: [usize; 3], to: Address) {
    // SAFETY: handed on.
    unsafe { for_type!(dtype, fold_as(fold, from.cast(), sizes, to.cast())) }
}

/// # Safety
/// As `fold_rows`, for this type.
unsafe fn fold_as<T: Number>(fold: Reduce, from: *const T, [outer, length, inner]: [usize; 3], to: *mut T) {
    // SAFETY: the caller's promise.
    unsafe {
        let input = std::slice::from_raw_parts(from, outer * length * inner);
        let output = std::slice::from_raw_parts_mut(to, outer * inner);
        reduce_axis(input, outer, length, inner, output, fold);
    }
}

/// Folds a tile, block by block: what blocks there are follows from the shape of the whole alone, see `numeric::reduce`.
///
/// # Safety
/// `at` holds the tile, the results of all blocks, and room for a block that tiles before this one have begun and not ended.
/// The first tile of a chunk begins with a block.
unsafe fn add(sink: &Sink, sweep: &Sweep, at: [Address; 3], start: usize, len: usize) {
    let bytes = sink.dtype.bytes();
    let is_last = start + len == sweep.elements;
    // SAFETY: handed on.
    unsafe {
        match sink.level {
            Level::Row => {
                let to = at[1].add(start / sweep.row * bytes);
                std::ptr::copy_nonoverlapping(at[0], to, len / sweep.row * bytes);
            }
            Level::Full if sink.columns == 1 => {
                for_type!(sink.dtype, add_elements(sink.fold, at, start, len, is_last))
            }
            Level::Full => for_type!(sink.dtype, add_rows(sink, at, start, len)),
        }
    }
}

/// # Safety
/// As `add`, for this type and elements that are all folded to one.
unsafe fn add_elements<T: Number>(
    fold: Reduce,
    [from, to, begun]: [Address; 3],
    start: usize,
    len: usize,
    is_last: bool,
) {
    let (mut from, begun): (*const T, *mut T) = (from.cast(), begun.cast());
    let (mut rest, there) = (len, start % BLOCK);
    // SAFETY: blocks that begin within the tiles so far have a place for their result; a block's worth can be begun.
    unsafe {
        let mut to = to.cast::<T>().add(start / BLOCK);
        if there > 0 {
            let more = rest.min(BLOCK - there);
            std::ptr::copy_nonoverlapping(from, begun.add(there), more);
            (from, rest) = (from.add(more), rest - more);
            if there + more == BLOCK || (rest == 0 && is_last) {
                fold_as(fold, begun, [1, there + more, 1], to);
                to = to.add(1);
            }
        }
        let whole = rest / BLOCK;
        fold_as(fold, from, [whole, BLOCK, 1], to);
        (from, to, rest) = (from.add(whole * BLOCK), to.add(whole), rest % BLOCK);
        if rest > 0 && is_last {
            fold_as(fold, from, [1, rest, 1], to);
        } else {
            std::ptr::copy_nonoverlapping(from, begun, rest);
        }
    }
}

/// # Safety
/// As `add`, for this type and rows that are folded to one.
unsafe fn add_rows<T: Number>(sink: &Sink, [from, to, _]: [Address; 3], start: usize, len: usize) {
    let columns = sink.columns;
    let (mut row, end) = (start / columns, (start + len) / columns);
    let mut from: *const T = from.cast();
    while row < end {
        let more = (end - row).min(ROW_BLOCK - row % ROW_BLOCK);
        // SAFETY: a block that begins within the tiles so far has a place for its result, which holds what its rows up to
        // this one gave.
        unsafe {
            let to = to.cast::<T>().add(row / ROW_BLOCK * columns);
            if row.is_multiple_of(ROW_BLOCK) {
                fold_as(sink.fold, from, [1, more, columns], to);
            } else {
                let rows = std::slice::from_raw_parts(from, more * columns);
                add_to(rows, std::slice::from_raw_parts_mut(to, columns), sink.fold);
            }
            from = from.add(more * columns);
        }
        row += more;
    }
}

/// Folds the results of the blocks.
///
/// # Safety
/// `partials` holds them, and `to` has room for the result.
unsafe fn finish(sink: &Sink, partials: Address, to: Address) {
    // SAFETY: the caller's promise.
    unsafe {
        if sink.blocks == 1 {
            // A fold of one block's result is that result.
            std::ptr::copy_nonoverlapping(partials, to, sink.columns * sink.dtype.bytes());
        } else {
            fold_rows(sink.dtype, sink.fold, partials, [1, sink.blocks, sink.columns], to);
        }
    }
}

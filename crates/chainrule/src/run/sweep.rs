//! Sweeps: tile after tile, each operation over the whole tile.

use super::{Address, Shared, movement};
use crate::base::DType;
use crate::numeric::reduce::{Reduce, join, reduce_axis};
use crate::numeric::team::Team;
use crate::numeric::tile::Ports;
use crate::numeric::{Number, scratch};
use crate::plan::{Level, Op, Sink, Sweep};
use std::ops::Range;

/// # Safety
/// `values` are the addresses of the plan's values; `ports` has room for all of the sweep's.
pub unsafe fn run(sweep: &Sweep, values: &[Address], ports: &mut [Address], team: Team) {
    let ports = &mut ports[..sweep.ports.len()];
    // SAFETY: every port lies within its value, by the plan.
    unsafe {
        for (at, port) in ports.iter_mut().zip(&sweep.ports) {
            *at = values[port.value as usize].add(port.offset);
        }
        for op in &sweep.once {
            operate(op, sweep, values, ports, 0, sweep.tile);
        }
        let tiles = sweep.elements.div_ceil(sweep.tile);
        if !team.is_alone() && tiles > sweep.chunk {
            return chunks(sweep, values, ports, tiles, team);
        }
        let depth = walk(sweep, values, ports, 0..tiles, |sink| values[sink.partials as usize]);
        for sink in &sweep.sinks {
            finish(sink, values[sink.partials as usize], depth, values[sink.output as usize]);
        }
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
            // SAFETY: the room holds registers, partial results and ports, all aligned to cache lines. Chunks write different
            // tiles, and what they share is only read.
            unsafe {
                let own = std::slice::from_raw_parts_mut(room.add(sweep.room).cast::<Address>(), ports.len());
                for ((own, &at), port) in own.iter_mut().zip(ports).zip(&sweep.ports) {
                    let first = at.wrapping_add(first * port.step);
                    *own = if port.is_own { room.add(port.offset) } else { first };
                }
                let tiles = first..tiles.min(first + sweep.chunk);
                let depth = walk(sweep, values, own, tiles, |sink| room.add(sink.stack));
                for sink in &sweep.sinks {
                    let bytes = sink.columns * sink.dtype.bytes();
                    let to = values[sink.partials as usize].add(chunk * bytes);
                    finish(sink, room.add(sink.stack), depth, to);
                }
            }
        });
    });
    for sink in &sweep.sinks {
        let (partials, bytes) = (values[sink.partials as usize], sink.columns * sink.dtype.bytes());
        let mut depth = 0usize;
        for chunk in 0..count {
            // SAFETY: there is a partial result for each chunk, and those before this one are fewer than chunks by now.
            unsafe {
                std::ptr::copy(partials.add(chunk * bytes), partials.add(depth * bytes), bytes);
                carry(sink, partials, chunk, depth);
            }
            depth = (chunk + 1).count_ones() as usize;
        }
        // SAFETY: as above.
        unsafe { finish(sink, partials, depth, values[sink.output as usize]) };
    }
}

/// Does some tiles, at whose first the ports stand; how many partial results there are then in each stack.
///
/// # Safety
/// As `run`; stacks have room for as many partial results as the number of tiles has binary digits, and one more.
unsafe fn walk(
    sweep: &Sweep,
    values: &[Address],
    ports: &mut [Address],
    tiles: Range<usize>,
    stack: impl Fn(&Sink) -> Address,
) -> usize {
    let mut depth = 0;
    for (done, tile) in tiles.enumerate() {
        let start = tile * sweep.tile;
        let len = sweep.tile.min(sweep.elements - start);
        // SAFETY: a tile's part of every port lies within its value, by the plan.
        unsafe {
            for op in &sweep.ops {
                operate(op, sweep, values, ports, start, len);
            }
            for sink in &sweep.sinks {
                add(sink, sweep, ports, len, stack(sink), depth);
                carry(sink, stack(sink), done, depth);
            }
        }
        depth = (done + 1).count_ones() as usize;
        for (at, port) in ports.iter_mut().zip(&sweep.ports) {
            *at = at.wrapping_add(port.step);
        }
    }
    depth
}

/// # Safety
/// `ports` stand at the tile that begins at element `start`.
#[inline(always)]
unsafe fn operate(op: &Op, sweep: &Sweep, values: &[Address], ports: &[Address], start: usize, len: usize) {
    let count = |level: Level, n: usize| if level == Level::Full { n } else { n / sweep.row };
    let at = |port: u32| ports[port as usize];
    // SAFETY: the ports of an operation hold a tile each, of the types that it was made for, and its output is another
    // port than its inputs; loads stay within the view that they read.
    unsafe {
        match *op {
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
                fold_rows(dtype, fold, at(input), len / sweep.row, sweep.row, 1, at(output));
            }
        }
    }
}

/// Folds the middle axis of an array.
///
/// # Safety
/// The array and the result are of this dtype and these sizes, and do not overlap.
unsafe fn fold_rows(
    dtype: DType,
    fold: Reduce,
    from: Address,
    outer: usize,
    length: usize,
    inner: usize,
    to: Address,
) {
    /// # Safety
    /// As above, for this type.
    unsafe fn of<T: Number>(fold: Reduce, from: Address, sizes: [usize; 3], to: Address) {
        let [outer, length, inner] = sizes;
        // SAFETY: the caller's promise.
        unsafe {
            let input = std::slice::from_raw_parts(from.cast::<T>(), outer * length * inner);
            let output = std::slice::from_raw_parts_mut(to.cast::<T>(), outer * inner);
            reduce_axis(input, outer, length, inner, output, fold);
        }
    }
    let sizes = [outer, length, inner];
    // SAFETY: handed on.
    unsafe {
        match dtype {
            DType::F32 => of::<f32>(fold, from, sizes, to),
            DType::F64 => of::<f64>(fold, from, sizes, to),
            DType::I32 => of::<i32>(fold, from, sizes, to),
            DType::I64 => of::<i64>(fold, from, sizes, to),
            DType::U8 | DType::Bool => unreachable!("sweeps fold numbers of four and eight bytes"),
        }
    }
}

/// Folds a tile to one more partial result.
///
/// # Safety
/// `ports` stand at this tile; `depth` partial results are in the stack, which has room for one more.
unsafe fn add(sink: &Sink, sweep: &Sweep, ports: &[Address], len: usize, stack: Address, depth: usize) {
    let len = if sink.level == Level::Full { len } else { len / sweep.row };
    let (from, bytes) = (ports[sink.input as usize], sink.columns * sink.dtype.bytes());
    // SAFETY: the caller's promise.
    unsafe {
        let to = stack.add(depth * bytes);
        fold_rows(sink.dtype, sink.fold, from, 1, len / sink.columns, sink.columns, to);
    }
}

/// Joins the partial results that now cover equally many tiles, as a binary counter carries. So partial results are joined
/// pairwise, in an order that depends on the number of tiles alone.
///
/// # Safety
/// The stack holds `depth` partial results and the one of this tile.
unsafe fn carry(sink: &Sink, stack: Address, tile: usize, mut depth: usize) {
    let bytes = sink.columns * sink.dtype.bytes();
    for _ in 0..tile.trailing_ones() {
        depth -= 1;
        // SAFETY: the caller's promise.
        unsafe { join_two(sink, stack.add(depth * bytes), stack.add((depth + 1) * bytes)) };
    }
}

/// Joins what is left, from the last to the first, and brings it to its place.
///
/// # Safety
/// The stack holds `depth` partial results, and `to` has room for one.
unsafe fn finish(sink: &Sink, stack: Address, depth: usize, to: Address) {
    let bytes = sink.columns * sink.dtype.bytes();
    // SAFETY: the caller's promise.
    unsafe {
        for i in (1..depth).rev() {
            join_two(sink, stack.add((i - 1) * bytes), stack.add(i * bytes));
        }
        std::ptr::copy_nonoverlapping(stack, to, bytes);
    }
}

/// # Safety
/// Both hold a partial result.
unsafe fn join_two(sink: &Sink, into: Address, from: Address) {
    /// # Safety
    /// As above, for this type.
    unsafe fn of<T: Number>(fold: Reduce, into: Address, from: Address, columns: usize) {
        // SAFETY: the caller's promise.
        unsafe {
            let into = std::slice::from_raw_parts_mut(into.cast::<T>(), columns);
            join(into, std::slice::from_raw_parts(from.cast::<T>(), columns), fold);
        }
    }
    // SAFETY: handed on.
    unsafe {
        match sink.dtype {
            DType::F32 => of::<f32>(sink.fold, into, from, sink.columns),
            DType::F64 => of::<f64>(sink.fold, into, from, sink.columns),
            DType::I32 => of::<i32>(sink.fold, into, from, sink.columns),
            DType::I64 => of::<i64>(sink.fold, into, from, sink.columns),
            DType::U8 | DType::Bool => unreachable!("sweeps fold numbers of four and eight bytes"),
        }
    }
}

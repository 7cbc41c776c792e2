//! Sweeps: tile after tile, each operation over the whole tile.

use super::{Address, movement};
use crate::base::DType;
use crate::numeric::Number;
use crate::numeric::reduce::{Reduce, join, reduce_axis};
use crate::numeric::tile::Ports;
use crate::plan::{Level, Op, Sink, Sweep};

/// # Safety
/// `values` are the addresses of the plan's values; `ports` has room for all of the sweep's.
pub unsafe fn run(sweep: &Sweep, values: &[Address], ports: &mut [Address]) {
    // SAFETY: every port lies within its value, and a tile's part of it as well, by the plan.
    unsafe {
        for (at, port) in ports.iter_mut().zip(&sweep.ports) {
            *at = values[port.value as usize].add(port.offset);
        }
        let mut depth = 0;
        for op in &sweep.once {
            operate(op, sweep, values, ports, 0, sweep.tile);
        }
        let tiles = sweep.elements.div_ceil(sweep.tile);
        for tile in 0..tiles {
            let start = tile * sweep.tile;
            let len = sweep.tile.min(sweep.elements - start);
            for op in &sweep.ops {
                operate(op, sweep, values, ports, start, len);
            }
            for sink in &sweep.sinks {
                add(sink, sweep, values, ports, len, tile, depth);
            }
            depth = (tile + 1).count_ones() as usize;
            for (at, port) in ports.iter_mut().zip(&sweep.ports) {
                *at = at.wrapping_add(port.step);
            }
        }
        sweep.sinks.iter().for_each(|sink| finish(sink, values, depth));
    }
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
            Op::Gate { tile, inputs, output, level, .. } => {
                let inputs = inputs.map(|port| at(port).cast_const());
                tile.run(&Ports { inputs, output: at(output), len: count(level, len) });
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

/// Folds a tile and joins the partial results that now cover equally many tiles, as a binary counter carries. So partial
/// results are joined pairwise, in an order that depends on the number of tiles alone.
///
/// # Safety
/// `ports` stand at this tile; `depth` partial results are there.
unsafe fn add(
    sink: &Sink,
    sweep: &Sweep,
    values: &[Address],
    ports: &[Address],
    len: usize,
    tile: usize,
    mut depth: usize,
) {
    let len = if sink.level == Level::Full { len } else { len / sweep.row };
    let (from, bytes) = (ports[sink.input as usize], sink.columns * sink.dtype.bytes());
    let partials = values[sink.partials as usize];
    // SAFETY: there is room for as many partial results as the number of tiles has binary digits, and one more.
    unsafe {
        let rows = len / sink.columns;
        fold_rows(sink.dtype, sink.fold, from, 1, rows, sink.columns, partials.add(depth * bytes));
        for _ in 0..tile.trailing_ones() {
            depth -= 1;
            join_two(sink, partials.add(depth * bytes), partials.add((depth + 1) * bytes));
        }
    }
}

/// Joins what is left, from the last to the first.
///
/// # Safety
/// `depth` partial results are there.
unsafe fn finish(sink: &Sink, values: &[Address], depth: usize) {
    let (partials, bytes) = (values[sink.partials as usize], sink.columns * sink.dtype.bytes());
    // SAFETY: as in `add`; the result has room for one number a column.
    unsafe {
        for i in (1..depth).rev() {
            join_two(sink, partials.add((i - 1) * bytes), partials.add(i * bytes));
        }
        std::ptr::copy_nonoverlapping(partials, values[sink.output as usize], bytes);
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

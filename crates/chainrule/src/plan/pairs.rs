//! Two cheap gates of a sweep as one pass over a tile, where the second alone reads what the first gives.

use super::sweep::Op;
use crate::base::DType;
use crate::numeric::cheap;
use crate::numeric::tile::{Lone, Tile};

/// The operations with such pairs joined, each at the place of its second gate. `is_register` says of a port whether nothing but
/// operations reads it.
pub fn joined(ops: Vec<Op>, is_register: impl Fn(u32) -> bool, read_behind: &[u32]) -> Vec<Op> {
    let ports = ops.iter().flat_map(|op| op.reads().chain([op.writes()])).chain(read_behind.iter().copied());
    let count = ports.max().map_or(0, |port| port as usize + 1);
    let mut readers = vec![0; count];
    let read = ops.iter().flat_map(Op::reads).chain(read_behind.iter().copied());
    read.for_each(|port| readers[port as usize] += 1);
    // Where the operation stands that writes a port.
    let mut written = vec![None; count];
    let mut kept: Vec<Option<Op>> = Vec::with_capacity(ops.len());
    for op in ops {
        let is_single = |port: u32| is_register(port) && readers[port as usize] == 1;
        let firsts = op.reads().enumerate().filter(|&(_, port)| is_single(port));
        let pair = firsts.filter_map(|(i, port)| Some((written[port as usize]?, i))).find_map(|(at, i)| {
            let first: &Op = kept[at as usize].as_ref()?;
            Some((at, pair(first, &op, i)?))
        });
        let op = match pair {
            Some((at, pair)) => {
                kept[at as usize] = None;
                pair
            }
            None => op,
        };
        written[op.writes() as usize] = Some(kept.len() as u32);
        kept.push(Some(op));
    }
    kept.into_iter().flatten().collect()
}

/// Two gates as one, of which the second reads the first as its input number `i`.
fn pair(first: &Op, second: &Op, i: usize) -> Option<Op> {
    let Op::Gate { tile, names: [name, None], mut inputs, arity: 2, lone, level, dtype, .. } = *first else {
        return None;
    };
    let Op::Gate {
        tile: other,
        names: [then, None],
        inputs: rest,
        arity: 2,
        lone: alone,
        output,
        level: same,
        ..
    } = *second
    else {
        return None;
    };
    let (Some(function), Some(next)) = (tile.cheap(), other.cheap()) else { return None };
    let mut is_lone = [lone.has(0), lone.has(1), alone.has(1 - i)];
    if is_lone[0] {
        // Kernels of three numbers read the first from a tile.
        if !function.is_symmetric() {
            return None;
        }
        inputs.swap(0, 1);
        is_lone.swap(0, 1);
    }
    let lone = (1..3).filter(|&j| is_lone[j]).try_fold(Lone::NONE, |lone, j| lone.with(j, 3))?;
    let tile: Tile = match dtype {
        DType::F32 => cheap::two::<f32>(function, next, i == 0),
        DType::F64 => cheap::two::<f64>(function, next, i == 0),
        _ => return None,
    };
    let inputs = [inputs[0], inputs[1], rest[1 - i]];
    (level == same).then_some(Op::Gate {
        tile,
        names: [name, then],
        inputs,
        arity: 3,
        lone,
        output,
        level,
        dtype,
    })
}

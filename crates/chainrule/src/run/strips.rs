//! Steps that go over one matrix together: for some of its rows all of them, then for the next ones.

use super::{Address, product, sweep};
use crate::numeric::gemm::IN_ORDER;
use crate::numeric::team::cut;
use crate::plan::{MOST_STRIPS, Part, Step, Strips};
use std::time::Instant;

/// Two threads that read a matrix twice take as long as one that reads it once, or longer if it is larger than the caches; more
/// should be faster, which was not measured.
pub const MOST_THREADS: usize = 2;

/// # Safety
/// `values` are the addresses of the plan's values, `steps` those of the group; `ports` has room for all of any sweep's.
pub unsafe fn run(
    group: &Strips,
    steps: &[Step],
    values: &[Address],
    ports: &mut [Address],
    mut seconds: Option<&mut [f64]>,
) {
    let strips = group.rows.div_ceil(group.each);
    // How many rows each step has done. None goes further than the one before it.
    let mut done = [0; MOST_STRIPS];
    for strip in 0..strips {
        let mut given = cut(group.rows, strips, strip)[1];
        for (number, (step, &part)) in steps.iter().zip(&group.parts).enumerate() {
            let begun = seconds.is_some().then(Instant::now);
            // SAFETY: handed on. What a step reads of the group's results are rows that the steps before it have done.
            given = unsafe { further(step, part, values, ports, [done[number], given, group.rows]) };
            done[number] = given;
            if let (Some(begun), Some(seconds)) = (begun, &mut seconds) {
                seconds[number] += begun.elapsed().as_secs_f64();
            }
        }
    }
}

/// Takes a step from the rows that it has done to those that it is given, as far as it can; gives how far.
///
/// # Safety
/// As `run`.
unsafe fn further(
    step: &Step,
    part: Part,
    values: &[Address],
    ports: &mut [Address],
    [done, given, rows]: [usize; 3],
) -> usize {
    // SAFETY: handed on; the last rows are given once, and then all are done.
    unsafe {
        match step {
            Step::Product(product) => {
                let unit = if part == Part::Depth && given < rows { IN_ORDER } else { 1 };
                let to = given / unit * unit;
                if to > done {
                    product::strip(product, values, part, [done, to]);
                }
                to
            }
            Step::Sweep(sweep) => {
                let end = if given == rows { sweep.tiles() } else { given / sweep.tile };
                let first = done.div_ceil(sweep.tile);
                if end > first {
                    sweep::some(sweep, values, ports, first..end);
                }
                rows.min(end * sweep.tile)
            }
            _ => unreachable!("groups hold products and sweeps"),
        }
    }
}

//! Which outputs may be written over which inputs: a training step then changes its weights where they are.

use super::lower::{BEFORE, Draft, Lowering, Role};
use super::{Plan, Strips};

/// When inputs are read for the last time, and when outputs are written.
#[derive(Default)]
pub struct Overwrites {
    /// `None` for inputs that nobody reads.
    inputs: Vec<Option<Touch>>,
    outputs: Vec<Touch>,
}

/// A step that reads an input or writes an output.
#[derive(Clone, Copy)]
struct Touch {
    step: u32,
    /// Reads: no tile of it after that tile was done. Writes: no tile of it before all reads of that tile.
    by_tile: bool,
}

impl Touch {
    /// The same where steps run in turns: none of them is before another.
    fn among(self, strips: &[Strips]) -> Touch {
        match Strips::around(strips, self.step as usize) {
            Some(group) => Touch { step: group.first as u32, by_tile: false },
            None => self,
        }
    }
}

impl Overwrites {
    pub(super) fn of(
        lowering: &Lowering<'_>,
        strips: &[Strips],
        wanted: &[u32],
        copied: &[(u32, u32)],
    ) -> Overwrites {
        let circuit = lowering.circuit;
        let mut last: Vec<Option<Touch>> = vec![None; circuit.len()];
        let mut read = |root: u32, touch: Touch| {
            if lowering.step[root as usize] == BEFORE {
                last[root as usize] = Some(touch);
            }
        };
        for (step, draft) in (0..).zip(&lowering.drafts) {
            for root in lowering.reads(draft) {
                let by_tile = match draft {
                    Draft::Sweep(sweep) if lowering.step[root as usize] == BEFORE => {
                        lowering.reads_by_tile(sweep, root)
                    }
                    _ => false,
                };
                read(root, Touch { step, by_tile }.among(strips));
            }
        }
        let mut outputs: Vec<Touch> =
            wanted.iter().map(|&wire| written(lowering, wire).among(strips)).collect();
        for (step, &(output, wire)) in (lowering.drafts.len() as u32..).zip(copied) {
            // The copy of an input to itself does nothing.
            let by_tile = lowering.view(wire).is_whole(lowering.spec(wire).shape.elements());
            let touch = Touch { step, by_tile };
            read(lowering.root[wire as usize], touch);
            outputs[output as usize] = touch;
        }
        Overwrites { inputs: circuit.inputs.iter().map(|&input| last[input as usize]).collect(), outputs }
    }
}

/// Where an output is computed that is not copied there.
fn written(lowering: &Lowering<'_>, wire: u32) -> Touch {
    let root = lowering.root[wire as usize];
    let step = lowering.step[root as usize];
    let by_tile = match lowering.drafts.get(step as usize) {
        Some(Draft::Sweep(sweep)) => {
            let is_full = sweep.members.iter().any(|m| m.node == root && m.role == Role::Full);
            is_full && lowering.updates(sweep, root)
        }
        _ => false,
    };
    Touch { step, by_tile }
}

impl Plan {
    /// Whether an output may lie where an input lies: all that reads the input has read it when the output is written.
    pub fn may_overwrite(&self, input: usize, output: usize) -> bool {
        let (Some(read), Some(write)) =
            (self.overwrites.inputs.get(input), self.overwrites.outputs.get(output))
        else {
            return false;
        };
        let after = |read: &Touch| {
            read.step < write.step || (read.step == write.step && read.by_tile && write.by_tile)
        };
        self.inputs[input] == self.outputs[output] && read.as_ref().is_none_or(after)
    }
}

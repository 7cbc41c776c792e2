//! Gates that wait for their first reader. An element-wise gate over what was there long before could run at any time; beside
//! the gate that reads it, its result need not go through memory. So it is placed when that gate is: the decay of a momentum
//! lands in the sweep that adds the gradient, and what the way back needs of a local gradient is computed there, from
//! values that are kept anyway, not beside them on the way forward.

use super::lower::{Lowering, Role};
use crate::circuit::Class;

/// Arrays up to this size are not worth the wait.
const SMALL: usize = 1024;

impl Lowering<'_> {
    /// Whether nothing that a gate reads comes from the newest step: whatever reads that could take the gate along.
    pub fn can_wait(&self, index: u32) -> bool {
        let newest = self.drafts.len() as u32;
        !self.apart
            && self.elements(index) > SMALL
            && self.newest_input(&[index]).is_none_or(|step| step + 1 < newest)
    }

    /// Whether a gate can take a waiting input into its own sweep.
    fn is_joinable(&self, index: u32, wire: u32) -> bool {
        let elements = self.elements(index);
        matches!(self.circuit.node(index).gate.class, Class::Elementwise(_))
            && self.view(wire).is_whole(elements)
    }

    /// Places the waiting inputs of a gate that can't take them into its own sweep. Views take nothing and pass them on.
    pub fn settle_unless_joinable(&mut self, index: u32) {
        if self.deferred.is_empty() || matches!(self.circuit.node(index).gate.class, Class::View(_)) {
            return;
        }
        let circuit = self.circuit;
        for &wire in circuit.inputs_of(index) {
            if !self.is_joinable(index, wire) {
                self.settle(self.root[wire as usize]);
            }
        }
    }

    /// Places a gate, if it waits, and what it waits for.
    pub fn settle(&mut self, root: u32) {
        if self.deferred.remove(&root) {
            self.place_elementwise(root);
        }
    }

    /// Places all that still wait: nobody but outputs reads them. From the last on, so that each takes along what it reads.
    pub fn settle_all(&mut self) {
        let mut rest: Vec<u32> = self.deferred.iter().copied().collect();
        rest.sort_unstable();
        for node in rest.into_iter().rev() {
            self.settle(node);
        }
    }

    /// A gate and all waiting gates that it reads, in numeric order. They have equally many elements and read each other
    /// whole. They no longer wait: they are placed together.
    pub fn taken_along(&mut self, index: u32) -> Vec<u32> {
        let circuit = self.circuit;
        let (mut found, mut at) = (vec![index], 0);
        while let (Some(&gate), false) = (found.get(at), self.deferred.is_empty()) {
            at += 1;
            for &wire in circuit.inputs_of(gate) {
                let root = self.root[wire as usize];
                if self.deferred.remove(&root) {
                    found.push(root);
                }
            }
        }
        found.sort_unstable();
        found
    }

    /// What all gates of a group would be in the step that the newest of their inputs comes from.
    pub fn group_joins(&self, group: &[u32]) -> Option<(u32, Role)> {
        let step = self.newest_input(group)?;
        let role = self.joins(group[0], step)?;
        let all = group.iter().all(|&gate| self.may_join(gate, step) && self.joins(gate, step) == Some(role));
        all.then_some((step, role))
    }
}

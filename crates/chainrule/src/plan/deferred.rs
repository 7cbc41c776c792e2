//! Gates that wait for their first reader. An element-wise gate that reads inputs and constants alone could run at any
//! time; beside the gate that reads it, its result need not go through memory. So it is placed when that gate is: the
//! decay of a momentum lands in the sweep that adds the gradient, not in one of its own at the beginning.

use super::lower::{BEFORE, Lowering, Role};
use crate::circuit::Class;

/// Arrays up to this size are not worth the wait.
const SMALL: usize = 1024;

impl Lowering<'_> {
    /// Whether a gate reads nothing but inputs, constants and gates that wait themselves.
    pub fn can_wait(&self, index: u32) -> bool {
        let waits = |&wire: &u32| {
            let root = self.root[wire as usize];
            self.step[root as usize] == BEFORE
        };
        self.elements(index) > SMALL && self.circuit.inputs_of(index).iter().all(waits)
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

    /// Places all waiting inputs of a gate.
    pub fn settle_inputs(&mut self, index: u32) {
        let circuit = self.circuit;
        circuit.inputs_of(index).iter().for_each(|&wire| self.settle(self.root[wire as usize]));
    }

    /// Places a waiting gate, and what it waits for, in a sweep of their own.
    pub fn settle(&mut self, root: u32) {
        for node in self.waiting_for(&[root]) {
            self.deferred.remove(&node);
            self.place_elementwise(node);
        }
    }

    /// Places all that still wait: nobody but outputs reads them.
    pub fn settle_all(&mut self) {
        let mut rest: Vec<u32> = self.deferred.iter().copied().collect();
        rest.sort_unstable();
        for node in rest {
            self.settle(node);
        }
    }

    /// Takes the waiting inputs of a gate into the sweep that it joins.
    pub fn absorb(&mut self, index: u32, step: u32) {
        if self.deferred.is_empty() {
            return;
        }
        let circuit = self.circuit;
        let roots: Vec<u32> = circuit.inputs_of(index).iter().map(|&w| self.root[w as usize]).collect();
        for node in self.waiting_for(&roots) {
            self.deferred.remove(&node);
            self.join(node, step, Role::Full);
        }
    }

    /// Those of some roots that wait, and all that they wait for, in numeric order.
    fn waiting_for(&self, roots: &[u32]) -> Vec<u32> {
        let (mut found, mut open) = (Vec::new(), roots.to_vec());
        while let Some(root) = open.pop() {
            if self.deferred.contains(&root) && !found.contains(&root) {
                found.push(root);
                open.extend(self.circuit.inputs_of(root).iter().map(|&w| self.root[w as usize]));
            }
        }
        found.sort_unstable();
        found
    }
}

//! Keeps what is needed to go back a few steps: the state as it was, and what each step since then was given.

use chainrule::{Function, Tensor, Tree, Wire, Wires};
use std::ops::ControlFlow;

/// A copy of the state every so many steps, and what came since.
///
/// `B` is whatever gives the batch of a step again: row numbers, a seed, or the tensors themselves. Tensors are shared, not
/// copied: the step after a snapshot writes its state beside the old one, once, instead of over it.
pub struct Snapshots<S: Wires, B> {
    every: usize,
    state: Option<S::With<Tensor>>,
    given: Vec<(u64, B)>,
}

impl<S: Wires, B> Snapshots<S, B> {
    /// One every so many steps, at least 1.
    pub fn every(steps: usize) -> Snapshots<S, B> {
        Snapshots { every: steps.max(1), state: None, given: Vec::new() }
    }

    /// Before step number `step`: takes a snapshot if it is time, and notes what the step is given.
    pub fn before(&mut self, step: u64, state: &S::With<Tensor>, batch: B) {
        if self.state.is_none() || self.given.len() >= self.every {
            self.state = Some(shared::<S>(state));
            self.given.clear();
        }
        self.given.push((step, batch));
    }

    /// Forgets everything, as after a jump to other weights.
    pub fn forget(&mut self) {
        self.state = None;
        self.given.clear();
    }

    /// Goes through the steps since the snapshot again, with the plan that made them: gives each one's number, the state
    /// before it and what it was given, until `visit` breaks. `load` makes the batch again.
    ///
    /// # Errors
    /// What `load` says, and as [`Function::step`].
    pub fn replay<D: Wires, R: Wires, E: From<chainrule::Diagnostic>>(
        &self,
        plain: &Function<(S, D), (R, S)>,
        report: &mut R::With<Tensor>,
        mut load: impl FnMut(u64, &B) -> Result<D::With<Tensor>, E>,
        mut visit: impl FnMut(u64, &S::With<Tensor>, &D::With<Tensor>) -> Result<ControlFlow<()>, E>,
    ) -> Result<(), E>
    where
        (S, D): Wires,
        (R, S): Wires,
    {
        let Some(state) = &self.state else { return Ok(()) };
        let mut state = shared::<S>(state);
        for (step, batch) in &self.given {
            let data = load(*step, batch)?;
            if visit(*step, &state, &data)?.is_break() {
                break;
            }
            plain.step(&mut state, &data, report)?;
        }
        Ok(())
    }
}

/// The same tree, whose tensors share their numbers with it until one of the two is written.
pub(crate) fn shared<T: Wires>(tree: &T::With<Tensor>) -> T::With<Tensor> {
    let form: T = tree.map(&mut |_: &Tensor| Wire::default());
    form.fill(&tree.leaves()).expect("a tree has as many leaves as itself")
}

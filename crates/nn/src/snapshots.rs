//! Keeps what is needed to go back a few steps: the state as it was, and what each step since then was given.

use crate::error::Result;
use chainrule::{Function, Slice, Tensor, Tree, Wire, Wires};

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

    /// How many steps there are between two snapshots.
    pub fn spacing(&self) -> usize {
        self.every
    }

    /// Changes that.
    pub fn space(&mut self, steps: usize) {
        self.every = steps.max(1);
    }

    /// Before step number `step`: notes what it is given, and takes a snapshot if it is time, of a state that is finite. Gives
    /// whether it did.
    pub fn before(&mut self, step: u64, state: &S::With<Tensor>, batch: B) -> bool {
        let is_time = self.state.is_none() || self.given.len() >= self.every && is_finite(state);
        if is_time {
            self.state = Some(shared::<S>(state));
            self.given.clear();
        }
        self.given.push((step, batch));
        is_time
    }

    /// Forgets everything, as after a jump to other weights.
    pub fn forget(&mut self) {
        self.state = None;
        self.given.clear();
    }

    /// Makes the steps since the snapshot again, with the plan that made them, up to the first whose loss (the first number of
    /// `report`) or new state is not finite: its number, the state before it and its batch, which `load` makes again.
    ///
    /// # Errors
    /// What `load` says, and as [`Function::step`].
    pub fn failing<D: Wires, R: Wires>(
        &self,
        plain: &Function<(S, D), (R, S)>,
        report: &mut R::With<Tensor>,
        mut load: impl FnMut(u64, &B) -> Result<D::With<Tensor>>,
    ) -> Result<Option<Failing<S, D>>>
    where
        (S, D): Wires,
        (R, S): Wires,
    {
        let Some(state) = &self.state else { return Ok(None) };
        let mut state = shared::<S>(state);
        for (step, batch) in &self.given {
            let data = load(*step, batch)?;
            let before = shared::<S>(&state);
            plain.step(&mut state, &data, report)?;
            let loss = report.leaves().into_iter().next();
            if !loss.is_none_or(|loss| finite(&loss)) || !is_finite(&state) {
                return Ok(Some(Failing { step: *step, state: before, batch: data }));
            }
        }
        Ok(None)
    }
}

/// A step that gives what is not finite, and what it was given.
pub struct Failing<S: Wires, D: Wires> {
    /// Its number.
    pub step: u64,
    /// The state before it.
    pub state: S::With<Tensor>,
    /// Its batch.
    pub batch: D::With<Tensor>,
}

/// Whether all numbers of a tree are finite.
fn is_finite<T: Tree<Leaf = Tensor>>(tree: &T) -> bool {
    tree.leaves().iter().all(finite)
}

fn finite(tensor: &Tensor) -> bool {
    match tensor.slice() {
        Slice::F32(values) => values.iter().fold(true, |all, x| all & x.is_finite()),
        Slice::F64(values) => values.iter().fold(true, |all, x| all & x.is_finite()),
        _ => true,
    }
}

/// The same tree, whose tensors share their numbers with it until one of the two is written.
pub(crate) fn shared<T: Wires>(tree: &T::With<Tensor>) -> T::With<Tensor> {
    let form: T = tree.map(&mut |_: &Tensor| Wire::default());
    form.fill(&tree.leaves()).expect("a tree has as many leaves as itself")
}

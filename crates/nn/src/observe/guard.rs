//! What a trainer calls instead of the plain step: watches it, and knows the way back when something is no number.

use super::spacing::{Kept, Spacing};
use super::{At, Observer};
use crate::birth::{self, Search};
use crate::error::Result;
use crate::snapshots::Snapshots;
use chainrule::{Function, Program, Tensor, Tree, Wire, Wires};
use chainrule_explorer::run::{Birth, Record};
use std::time::Instant;

/// Watches steps and keeps snapshots. `B` is what gives the batch of a step again.
pub struct Guard<S: Wires, D: Wires, R: Wires, B> {
    observer: Option<Observer<S, D, R>>,
    snapshots: Snapshots<S, B>,
    search: Search,
    spacing: Spacing,
    /// Bytes of the state.
    bytes: u64,
}

impl<S: Wires, D: Wires, R: Wires, B> Guard<S, D, R, B>
where
    (S, D): Wires,
    (R, S): Wires,
    ((R, Vec<Wire>), S): Wires,
{
    /// With an observer, or for the way back alone.
    pub fn new(observer: Option<Observer<S, D, R>>, search: Search) -> Guard<S, D, R, B> {
        Guard { observer, snapshots: Snapshots::every(1), search, spacing: Spacing::default(), bytes: 0 }
    }

    /// The observer, to be told of what happens beside the steps.
    pub fn observer(&mut self) -> Option<&mut Observer<S, D, R>> {
        self.observer.as_mut()
    }

    /// Makes a step and gives its loss. `given` gives its batch again.
    ///
    /// # Errors
    /// As [`Observer::step`].
    pub fn step(
        &mut self,
        plain: &Function<(S, D), (R, S)>,
        state: &mut S::With<Tensor>,
        batch: &D::With<Tensor>,
        given: B,
        report: &mut R::With<Tensor>,
        at: At,
    ) -> Result<f64> {
        let begun = Instant::now();
        self.snapshots.space(if self.spacing.is_due() { 1 } else { usize::MAX });
        let is_fresh = self.snapshots.before(at.step, state, given);
        if is_fresh {
            self.bytes = state.leaves().iter().map(|tensor| tensor.spec().bytes() as u64).sum();
        }
        let is_plain = self.observer.as_ref().is_none_or(|observer| !observer.is_due());
        let loss = match &mut self.observer {
            Some(observer) => observer.step(plain, state, batch, report, at)?,
            None => {
                plain.step(state, batch, report)?;
                super::first(report)?
            }
        };
        self.spacing.book(is_fresh, is_plain.then(|| begun.elapsed().as_secs_f64()));
        Ok(loss)
    }

    /// What snapshots have cost.
    pub fn kept(&self) -> Kept {
        self.spacing.kept(self.bytes)
    }

    /// Goes back to the last snapshot, makes the steps since then again, and looks for the birth in the first that fails. It is
    /// told to the observer. `load` makes the batch of a step again; `report` is written over. `None` if none fails.
    ///
    /// # Errors
    /// What `load` says; as [`Observer::step`].
    pub fn birth(
        &mut self,
        program: &Program<(S, D), (R, S)>,
        plain: &Function<(S, D), (R, S)>,
        report: &mut R::With<Tensor>,
        load: impl FnMut(u64, &B) -> Result<D::With<Tensor>>,
    ) -> Result<Option<Birth>> {
        let Some(failing) = self.snapshots.failing(plain, report, load)? else { return Ok(None) };
        let born = birth::find(program, &failing.state, &failing.batch, failing.step, self.search)?;
        if let (Some(born), Some(observer)) = (&born, &mut self.observer) {
            observer.record(&Record::Birth(Box::new(born.clone())))?;
        }
        Ok(born)
    }

    /// Forgets the snapshots, as after a jump to other weights, or when a failure was reported and training goes on.
    pub fn forget(&mut self) {
        self.snapshots.forget();
    }
}

//! What a trainer calls instead of the plain step: watches it, and knows the way back when something is no number.

use super::{At, Observer};
use crate::birth::{self, Search};
use crate::error::Result;
use crate::snapshots::Snapshots;
use chainrule::{Function, Program, Tensor, Wire, Wires};
use chainrule_explorer::run::{Birth, Record};
use std::time::Instant;

/// The share of the time that snapshots may take.
const SHARE: f64 = 0.01;
/// Steps between snapshots: at first, and at most.
const SPACING: (usize, usize) = (100, 10_000);

/// Watches steps and keeps snapshots. `B` is what gives the batch of a step again.
pub struct Guard<S: Wires, D: Wires, R: Wires, B> {
    observer: Option<Observer<S, D, R>>,
    snapshots: Snapshots<S, B>,
    search: Search,
    /// Seconds of a step that follows no snapshot, smoothed.
    usual: Option<f64>,
}

impl<S: Wires, D: Wires, R: Wires, B> Guard<S, D, R, B>
where
    (S, D): Wires,
    (R, S): Wires,
    ((R, Vec<Wire>), S): Wires,
{
    /// With an observer, or for the way back alone.
    pub fn new(observer: Option<Observer<S, D, R>>, search: Search) -> Guard<S, D, R, B> {
        Guard { observer, snapshots: Snapshots::every(SPACING.0), search, usual: None }
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
        let is_fresh = self.snapshots.before(at.step, state, given);
        let is_plain = self.observer.as_ref().is_none_or(|observer| !observer.is_due());
        let loss = match &mut self.observer {
            Some(observer) => observer.step(plain, state, batch, report, at)?,
            None => {
                plain.step(state, batch, report)?;
                super::first(report)?
            }
        };
        if is_plain {
            self.space(is_fresh, begun.elapsed().as_secs_f64());
        }
        Ok(loss)
    }

    /// Takes the time of a step into account: the one after a snapshot writes the state beside itself.
    fn space(&mut self, is_fresh: bool, seconds: f64) {
        match self.usual {
            Some(usual) if is_fresh => {
                let needed = ((seconds - usual) / (SHARE * usual)).ceil();
                // One slow step, such as one that was interrupted, changes the spacing by a factor of 4 at most.
                let (now, least) = (self.snapshots.spacing(), SPACING.0);
                let most = (4 * now).min(SPACING.1);
                self.snapshots.space(if needed > 0.0 { (needed as usize).clamp(least, most) } else { least });
            }
            Some(usual) => self.usual = Some(usual + 0.2 * (seconds - usual)),
            None if !is_fresh => self.usual = Some(seconds),
            None => {}
        }
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

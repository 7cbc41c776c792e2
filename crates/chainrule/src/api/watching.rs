//! Programs that also give out values from within.

use super::{Program, program::CloneTree};
use crate::base::{Mistake, Place, Result};
use crate::circuit::{Circuit, Wire, Wires};

impl<In: Wires, Out: Wires> Program<In, Out> {
    /// The same circuit with more outputs: some of its wires, by their numbers in [`Program::circuit`]. What it gave before
    /// it still gives, bit for bit. Wires that the outputs do not need are computed too.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let program = trace(|x: Wire| (x * x).exp(), &(Spec::scalar(DType::F64),))?;
    /// let (result, seen) = program.watching(&[1])?.run((3.0.into(),))?;
    /// assert_eq!((result, seen), (9f64.exp().into(), vec![9.0.into()]));
    /// let error = program.watching(&[7]).unwrap_err().to_string();
    /// assert_eq!(error, "wires: watching: there is no wire 7 among 3; hint: name wires of this program's circuit");
    /// # Ok::<(), Diagnostic>(())
    /// ```
    ///
    /// # Errors
    /// A number that no wire has.
    pub fn watching(&self, wires: &[u32]) -> Result<Program<In, (Out, Vec<Wire>)>> {
        check(self.circuit(), wires)?;
        let outputs = [&self.circuit().outputs, wires].concat();
        Ok(self.giving(outputs, (self.out().clone_tree(), watched(wires))))
    }
}

/// A step of training that also reports values from within.
pub type WatchingStep<S, D, R> = Program<(S, D), ((R, Vec<Wire>), S)>;

impl<S: Wires, D: Wires, R: Wires> Program<(S, D), (R, S)>
where
    (S, D): Wires,
    (R, S): Wires,
    ((R, Vec<Wire>), S): Wires,
{
    /// The same for a step of training: what is watched is part of its report, and the state is updated in place as before.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let spec = Spec::scalar(DType::F64);
    /// let descend = trace(
    ///     |w: Wire, x: Wire| {
    ///         let loss = (w * x).square();
    ///         (loss, w - 0.25 * loss.gradient(&w))
    ///     },
    ///     &(spec, spec),
    /// )?;
    /// let product = descend.circuit().inputs_of(3)[0];
    /// let watching = descend.watching_step(&[product])?.compile();
    /// let (mut w, mut report) = (1.0.into(), (0.0.into(), vec![0.0.into()]));
    /// watching.step(&mut w, &2.0.into(), &mut report)?;
    /// assert_eq!((w, report), ((-1.0).into(), (4.0.into(), vec![2.0.into()])));
    /// # Ok::<(), Diagnostic>(())
    /// ```
    ///
    /// # Errors
    /// As [`Program::watching`].
    pub fn watching_step(&self, wires: &[u32]) -> Result<WatchingStep<S, D, R>> {
        check(self.circuit(), wires)?;
        let (report, state) = self.out();
        let (reports, states) = self.circuit().outputs.split_at(report.leaves().len());
        let out = ((report.clone_tree(), watched(wires)), state.clone_tree());
        Ok(self.giving([reports, wires, states].concat(), out))
    }
}

fn watched(wires: &[u32]) -> Vec<Wire> {
    wires.iter().map(|&index| Wire { trace: 0, index }).collect()
}

fn check(circuit: &Circuit, wires: &[u32]) -> Result<()> {
    let Some(odd) = wires.iter().find(|&&wire| wire as usize >= circuit.len()) else { return Ok(()) };
    let what = format!("there is no wire {odd} among {}", circuit.len());
    Err(Mistake::new(Place::Argument("wires".into()), "watching", what)
        .hint("name wires of this program's circuit")
        .into())
}

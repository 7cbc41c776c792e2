//! Programs that also give out values from within.

use super::Program;
use crate::base::{Mistake, Place, Result};
use crate::circuit::{Circuit, Inside, Wire, Wires};

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
        self.watching_within(&inside(wires))
    }

    /// The same, also for wires within loops: of those it gives the values of all turns, stacked along a new first axis.
    /// [`Circuit::upstreams_within`] says where their gradients are.
    ///
    /// ```
    /// use chainrule::{Inside, prelude::*};
    /// let program = trace(|x: Wire| iterate(3, |x: Wire| x * x, x), &(Spec::scalar(DType::F64),))?;
    /// let circuit = program.circuit();
    /// let (gate, _) = circuit.gates().find(|(_, node)| node.holds_circuits()).unwrap();
    /// let wire = circuit.body_of(gate).unwrap().outputs[0];
    /// let (result, seen) = program.watching_within(&[Inside { loops: vec![gate], wire }])?.run((2.0.into(),))?;
    /// assert_eq!((result, seen), (256.0.into(), vec![[4.0, 16.0, 256.0].into()]));
    /// # Ok::<(), Diagnostic>(())
    /// ```
    ///
    /// # Errors
    /// A number that no wire has, a gate around it that is no loop, and values that stacked are larger than a tensor can be.
    pub fn watching_within(&self, wires: &[Inside]) -> Result<Program<In, (Out, Vec<Wire>)>> {
        check(self.circuit(), wires)?;
        let (mut circuit, places) = self.circuit().giving_inside(wires);
        let out = (refilled(self.out(), &circuit.outputs), watched(&places));
        circuit.outputs.extend(&places);
        Ok(self.with_circuit(circuit, out))
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
        self.watching_step_within(&inside(wires))
    }

    /// The same for wires within loops, as [`Program::watching_within`].
    ///
    /// # Errors
    /// As there.
    pub fn watching_step_within(&self, wires: &[Inside]) -> Result<WatchingStep<S, D, R>> {
        check(self.circuit(), wires)?;
        let (mut circuit, places) = self.circuit().giving_inside(wires);
        let (report, state) = self.out();
        let (reports, states) = circuit.outputs.split_at(report.leaves().len());
        let out = ((refilled(report, reports), watched(&places)), refilled(state, states));
        circuit.outputs = [reports, &places, states].concat();
        Ok(self.with_circuit(circuit, out))
    }
}

fn inside(wires: &[u32]) -> Vec<Inside> {
    wires.iter().map(|&wire| wire.into()).collect()
}

/// The same tree of outputs, which have other numbers now.
fn refilled<T: Wires>(tree: &T, outputs: &[u32]) -> T {
    tree.fill(&watched(outputs)).expect("the circuit has one output for each leaf")
}

fn watched(wires: &[u32]) -> Vec<Wire> {
    wires.iter().map(|&index| Wire { trace: 0, index }).collect()
}

fn check(circuit: &Circuit, wires: &[Inside]) -> Result<()> {
    let Some(odd) = wires.iter().find(|inside| circuit.spec_inside(inside).is_none()) else { return Ok(()) };
    let (what, hint) = match &odd.loops[..] {
        [] => (
            format!("there is no wire {} among {}", odd.wire, circuit.len()),
            "name wires of this program's circuit",
        ),
        loops => (
            format!("wire {} within gates {loops:?} can't be given out", odd.wire),
            "name wires of loops' bodies that are no larger than a tensor can be with all turns",
        ),
    };
    Err(Mistake::new(Place::Argument("wires".into()), "watching", what).hint(hint).into())
}

//! How a program is compiled.

use super::{Function, Program};
use crate::base::{Mistake, Place, Result, limits};
use crate::circuit::Wires;
use crate::numeric::team::Team;
use crate::plan::Plan;
use crate::transform::hoist::hoisted;

/// How a program is compiled, for [`Program::compile_with`]. The default is what [`Program::compile`] does.
///
/// ```
/// use chainrule::prelude::*;
/// use chainrule::Options;
/// let spec = Spec::new(&[10_000], DType::F64).unwrap();
/// let program = trace(
///     |x: Wire| (0..32).fold(x, |x, _| x.cumsum(0).sin()).sum().gradient(&x),
///     &(spec,),
/// )?;
/// let freely = program.compile();
/// let limit = freely.memory().arena / 3;
/// let tightly = program.compile_with(&Options::default().memory_limit(limit))?;
/// assert!(tightly.memory().arena <= limit);
/// let at = || (Tensor::new(vec![1e-4; 10_000], &[10_000]).unwrap(),);
/// assert_eq!(tightly.run(at())?, freely.run(at())?);
/// # Ok::<(), Diagnostic>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    memory_limit: Option<usize>,
    as_traced: bool,
    threads: Option<usize>,
}

impl Options {
    /// Runs every gate that was traced and that an output needs, instead of [`Program::simplified`]. The results are the
    /// same bit for bit, so this is for those who doubt that.
    #[must_use]
    pub fn as_traced(self) -> Options {
        Options { as_traced: true, ..self }
    }

    /// The most bytes that intermediate values may take: [`Memory::arena`](crate::Memory::arena). Where they would take
    /// more, values that wait long for their reader are dropped and computed again, the cheapest first. Results stay the
    /// same bit for bit. Loops are kept whole: split them, or use [`checkpoint`](crate::checkpoint) within.
    #[must_use]
    pub fn memory_limit(self, bytes: usize) -> Options {
        Options { memory_limit: Some(bytes), ..self }
    }

    /// How many threads share the work of a call, the caller's among them: from 1 to
    /// [`limits::THREADS`](crate::limits::THREADS). Results do not depend on it, bit for bit. Where nothing is said, it is
    /// what [`threads`](crate::threads) gives: as many as there are cores, if `CHAINRULE_THREADS` says nothing else.
    ///
    /// Only steps with work for many microseconds are shared. The threads are the same for all functions of a process; of
    /// several calls at the same time, those that find them busy do without.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// use chainrule::Options;
    /// let spec = Spec::new(&[1000, 1000], DType::F32).unwrap();
    /// let program = trace(|x: Wire| x.matmul(x).tanh().sum(), &(spec,))?;
    /// let [one, two] = [1, 2].map(|count| program.compile_with(&Options::default().threads(count)));
    /// let x = || (Tensor::full(spec, 0.001),);
    /// assert_eq!(one?.run(x())?, two?.run(x())?);
    /// # Ok::<(), Diagnostic>(())
    /// ```
    #[must_use]
    pub fn threads(self, count: usize) -> Options {
        Options { threads: Some(count), ..self }
    }

    fn team(&self) -> Result<Team> {
        let Some(count) = self.threads else { return Ok(Team::new(super::threads()?)) };
        if (1..=limits::THREADS).contains(&count) {
            return Ok(Team::new(count));
        }
        Err(Mistake::new(Place::Argument("threads".into()), "compile", format!("are {count}"))
            .hint(format!("give a number from 1 to {}", limits::THREADS))
            .into())
    }
}

impl<In: Wires, Out: Wires> Program<In, Out> {
    /// Makes it ready to run, with options.
    ///
    /// # Errors
    /// A memory limit that can't be met; the message says what could be reached. A number of threads that is no such number,
    /// in the options or in the environment.
    pub fn compile_with(&self, options: &Options) -> Result<Function<In, Out>> {
        let team = options.team()?;
        let circuit =
            if options.as_traced { hoisted(self.circuit()).into_owned() } else { self.simplified() };
        let Some(limit) = options.memory_limit else { return Ok(self.ready(Plan::new(&circuit), team)) };
        let plan = Plan::within(&circuit, limit).map_err(|least| {
            let what =
                format!("{least} bytes were the fewest that could be reached, over the limit of {limit}");
            Mistake::new(Place::Argument("memory limit".into()), "compile", what)
                .hint("raise the limit, or make the batch smaller")
        })?;
        Ok(self.ready(plan, team))
    }
}

//! How a program is compiled.

use super::{Function, Program};
use crate::base::{Mistake, Place, Result};
use crate::circuit::Wires;
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
}

impl<In: Wires, Out: Wires> Program<In, Out> {
    /// Makes it ready to run, with options.
    ///
    /// # Errors
    /// A memory limit that can't be met; the message says what could be reached.
    pub fn compile_with(&self, options: &Options) -> Result<Function<In, Out>> {
        let circuit =
            if options.as_traced { hoisted(self.circuit()).into_owned() } else { self.simplified() };
        let Some(limit) = options.memory_limit else { return Ok(self.ready(Plan::new(&circuit))) };
        let plan = Plan::within(&circuit, limit).map_err(|least| {
            let what =
                format!("{least} bytes were the fewest that could be reached, over the limit of {limit}");
            Mistake::new(Place::Argument("memory limit".into()), "compile", what)
                .hint("raise the limit, or make the batch smaller")
        })?;
        Ok(self.ready(plan))
    }
}

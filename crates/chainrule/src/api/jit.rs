//! Functions that compile themselves on first use for each set of input specs.

use super::{Function, Options, Traced, function, program};
use crate::base::{Result, Spec, Tensor, limits};
use crate::circuit::{Path, Tree, Wires};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

/// A function that is traced and compiled when it first meets inputs of some shapes and dtypes, and kept for the next call.
/// `Send + Sync`; calls from several threads run side by side, and those that need the same compilation wait for the one.
///
/// At most [`limits::JIT_FUNCTIONS`] compiled functions are kept; past that the one unused for longest is dropped.
pub struct Jit<In: Wires, Out> {
    f: Box<dyn Traced<In, Out = Out> + Send + Sync>,
    /// The one used last is last.
    kept: Mutex<Vec<Kept<In, Out>>>,
}

/// Path and spec of each input.
type Key = Vec<(String, Spec)>;

/// What one tracing gave; empty while that is going on.
type Compiled<In, Out> = OnceLock<Result<Arc<Function<In, Out>>>>;

struct Kept<In, Out> {
    key: Key,
    compiled: Arc<Compiled<In, Out>>,
}

/// Compiles a function on first use for each set of input specs.
///
/// Shapes and dtypes of the inputs and the paths of their leaves tell one compilation from another. Settings in a tree, fields
/// that are no leaves, do not: they are those of the first call with these shapes, so make a `jit` for each.
///
/// ```
/// use chainrule::prelude::*;
/// let norm = jit(|x: Wire| x.square().sum().sqrt());
/// assert_eq!(norm.run(([3.0, 4.0].into(),))?.item()?, 5.0); // compiles
/// assert_eq!(norm.run(([6.0, 8.0].into(),))?.item()?, 10.0); // runs
/// assert_eq!(norm.run(([2.0, 3.0, 6.0].into(),))?.item()?, 7.0); // compiles for another shape
/// assert_eq!(norm.kept(), 2);
/// # Ok::<(), Diagnostic>(())
/// ```
pub fn jit<In: Wires, F: Traced<In> + Send + Sync + 'static>(f: F) -> Jit<In, F::Out> {
    Jit { f: Box::new(f), kept: Mutex::new(Vec::new()) }
}

impl<In: Wires, Out: Wires> Jit<In, Out> {
    /// Runs it, compiled for these inputs.
    ///
    /// # Errors
    /// The mistakes that tracing it for these shapes meets, each with its line. They are not kept: the next call tries again.
    pub fn run(&self, input: In::With<Tensor>) -> Result<Out::With<Tensor>> {
        self.function(&input)?.run(input)
    }

    /// Runs it, compiled for these inputs, and writes the results into the caller's tensors. Nothing is written if one of
    /// them does not fit.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let double = jit(|x: Wire| 2.0 * x);
    /// let mut result = Tensor::zeros(Spec::new(&[2], DType::F64).unwrap());
    /// double.run_into(&([1.0, 2.0].into(),), &mut result)?;
    /// assert_eq!(result.to_f64(), [2.0, 4.0]);
    /// # Ok::<(), Diagnostic>(())
    /// ```
    ///
    /// # Errors
    /// As [`Jit::run`]; an output tensor of another shape or dtype than the function gives.
    pub fn run_into(&self, input: &In::With<Tensor>, out: &mut Out::With<Tensor>) -> Result<()> {
        self.function(input)?.run_into(input, out)
    }

    /// How many compiled functions it keeps.
    pub fn kept(&self) -> usize {
        self.lock().len()
    }

    /// The function for these inputs. No lock is held while it is traced, so that it may use other `jit` functions, and this
    /// one for other shapes.
    fn function(&self, input: &In::With<Tensor>) -> Result<Arc<Function<In, Out>>> {
        let compiled = self.find(key(input));
        let traced = compiled.get_or_init(|| {
            let program = program::trace_by::<In, _>(&*self.f, &function::specs::<In>(input))?;
            Ok(Arc::new(program.compile_with(&Options::default())?))
        });
        if traced.is_err() {
            self.lock().retain(|kept| !Arc::ptr_eq(&kept.compiled, &compiled));
        }
        traced.clone()
    }

    /// What is kept for a key, or a new place for it, now the one used last.
    fn find(&self, key: Key) -> Arc<Compiled<In, Out>> {
        let mut kept = self.lock();
        let found = match kept.iter().position(|kept| kept.key == key) {
            Some(at) => kept.remove(at),
            None => Kept { key, compiled: Arc::new(OnceLock::new()) },
        };
        if kept.len() >= limits::JIT_FUNCTIONS {
            kept.remove(0);
        }
        let compiled = found.compiled.clone();
        kept.push(found);
        compiled
    }

    /// A panic in the user's function happens while nothing is locked, so the list is whole even if poisoned.
    fn lock(&self) -> MutexGuard<'_, Vec<Kept<In, Out>>> {
        self.kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

fn key<T: Tree<Leaf = Tensor>>(input: &T) -> Key {
    let mut key = Vec::new();
    input.visit(&mut Path::default(), &mut |path, tensor| key.push((path.to_string(), tensor.spec())));
    key
}

impl<In: Wires, Out: Wires> fmt::Debug for Jit<In, Out> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jit").field("kept", &self.kept()).finish_non_exhaustive()
    }
}

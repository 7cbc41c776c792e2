//! A function that is ready to run.

use crate::base::{Diagnostic, Mistake, Place, Result, Slice, Spec, Tensor};
use crate::circuit::{Circuit, Tree, Wire, Wires};
use crate::plan::{self, Plan};
use crate::run::{Workspace, execute};
use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex};

/// A compiled function from a tree of tensors to a tree of tensors. `Send + Sync`; calls from several threads run side by side.
/// Cloning shares the plan. `Debug` is a short summary.
pub struct Function<In, Out> {
    plan: Arc<Plan>,
    out: Out,
    /// Paths of the inputs, for messages.
    paths: Vec<String>,
    /// Workspaces that no call is using.
    idle: Mutex<Vec<Workspace>>,
    marker: PhantomData<fn(In)>,
}

impl<In: Wires, Out: Wires> Function<In, Out> {
    pub(super) fn new(circuit: &Circuit, paths: Vec<String>, out: Out) -> Self {
        let plan = Arc::new(plan::build(circuit));
        Function { plan, out, paths, idle: Mutex::new(Vec::new()), marker: PhantomData }
    }

    /// Specs of the inputs, leaf by leaf.
    pub fn inputs(&self) -> &[Spec] {
        &self.plan.inputs
    }

    /// Specs of the outputs, leaf by leaf.
    pub fn outputs(&self) -> Vec<Spec> {
        self.plan.outputs.iter().map(|(_, spec)| *spec).collect()
    }

    /// Bytes of memory for intermediate values, those of loops and branches included.
    pub fn bytes(&self) -> usize {
        self.plan.slot_bytes()
    }

    /// Runs it.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let vector = Spec::new(&[2], DType::F64).unwrap();
    /// let dot = compile(|x: Wire, y: Wire| (x * y).sum(), &(vector, vector))?;
    /// assert_eq!(dot.run(([1.0, 2.0].into(), [3.0, 4.0].into()))?.item()?, 11.0);
    /// let error = dot.run(([1.0, 2.0].into(), 3.0.into())).unwrap_err().to_string();
    /// assert!(error.starts_with("input 1: run: is f64[], traced for f64[2]; hint: "), "{error}");
    /// # Ok::<(), Diagnostic>(())
    /// ```
    ///
    /// # Errors
    /// A tensor of another shape or dtype than the function was traced for.
    pub fn run(&self, input: In::With<Tensor>) -> Result<Out::With<Tensor>> {
        let mut results: Vec<Tensor> =
            self.plan.outputs.iter().map(|(_, spec)| Tensor::zeros(*spec)).collect();
        self.execute(&tensors(&input), &mut results.iter_mut().collect::<Vec<_>>())?;
        Ok(self.out.fill(&results).expect("one result was made for each leaf"))
    }

    /// Runs it and writes the results into the caller's tensors. Nothing is written if an argument does not fit.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let spec = Spec::scalar(DType::F64);
    /// let double = compile(|x: Wire| 2.0 * x, &(spec,))?;
    /// let mut result = Tensor::zeros(spec);
    /// double.run_into(&(3.0.into(),), &mut result)?;
    /// assert_eq!(result.item()?, 6.0);
    /// # Ok::<(), Diagnostic>(())
    /// ```
    ///
    /// # Errors
    /// A tensor, of input or output, of another shape or dtype than the function was traced for.
    pub fn run_into(&self, input: &In::With<Tensor>, out: &mut Out::With<Tensor>) -> Result<()> {
        self.execute(&tensors(input), &mut tensors_mut(out))
    }

    fn execute(&self, inputs: &[&Tensor], outputs: &mut [&mut Tensor]) -> Result<()> {
        let (given, taken) = (inputs.iter().map(|t| t.spec()), outputs.iter().map(|t| t.spec()));
        let wanted = self.outputs();
        check("input", &self.plan.inputs, given.collect(), &self.paths)?;
        check("output", &wanted, taken.collect(), &self.out.paths())?;
        let slices: Vec<Slice<'_>> = inputs.iter().map(|t| t.slice()).collect();
        let idle = self.idle.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).pop();
        let mut workspace = idle.unwrap_or_else(|| Workspace::new(&self.plan));
        execute(&self.plan, &mut workspace, &slices);
        for (i, output) in outputs.iter_mut().enumerate() {
            output.slice_mut().copy_from(workspace.output(&self.plan, &slices, i));
        }
        self.idle.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(workspace);
        Ok(())
    }
}

impl<In: Wires, Out: Wires> Clone for Function<In, Out> {
    fn clone(&self) -> Self {
        let (plan, paths) = (self.plan.clone(), self.paths.clone());
        let out = self.out.map(&mut |&w: &Wire| w);
        Function { plan, out, paths, idle: Mutex::new(Vec::new()), marker: PhantomData }
    }
}

impl<In: Wires, Out: Wires> fmt::Debug for Function<In, Out> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function")
            .field("inputs", &self.inputs())
            .field("outputs", &self.outputs())
            .field("steps", &self.plan.steps.len())
            .field("bytes", &self.bytes())
            .finish()
    }
}

impl<S: Wires, D: Wires, R: Wires> Function<(S, D), (R, S)>
where
    (S, D): Wires,
    (R, S): Wires,
{
    /// One step of training: runs the function on `state` and `data`, updates the state and writes the report.
    /// Everything is checked before the first write: a mistake leaves both as they were.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let spec = Spec::scalar(DType::F64);
    /// let descend = compile(
    ///     |w: Wire, x: Wire| {
    ///         let loss = (w * x - 6.0).square();
    ///         (loss, w - 0.1 * loss.gradient(&w))
    ///     },
    ///     &(spec, spec),
    /// )?;
    /// let (mut w, mut loss) = (1.0.into(), Tensor::zeros(spec));
    /// descend.step(&mut w, &2.0.into(), &mut loss)?;
    /// assert_eq!((loss.item()?, w.item()?), (16.0, 2.6));
    /// # Ok::<(), Diagnostic>(())
    /// ```
    ///
    /// # Errors
    /// A tensor of another shape or dtype than the function was traced for.
    pub fn step(
        &self,
        state: &mut S::With<Tensor>,
        data: &D::With<Tensor>,
        report: &mut R::With<Tensor>,
    ) -> Result<()> {
        let before: Vec<Tensor> = state.leaves();
        let inputs: Vec<&Tensor> = before.iter().chain(tensors(data)).collect();
        let mut next: Vec<Tensor> = before.iter().map(|t| Tensor::zeros(t.spec())).collect();
        let mut outputs: Vec<&mut Tensor> = tensors_mut(report);
        outputs.extend(next.iter_mut());
        self.execute(&inputs, &mut outputs)?;
        let mut next = next.into_iter();
        state.visit_mut(&mut |leaf| {
            if let Some(tensor) = next.next() {
                *leaf = tensor;
            }
        });
        Ok(())
    }
}

fn tensors<T: Tree<Leaf = Tensor>>(tree: &T) -> Vec<&Tensor> {
    let mut all = Vec::new();
    tree.visit(&mut crate::circuit::Path::default(), &mut |_, t| all.push(t));
    all
}

fn tensors_mut<T: Tree<Leaf = Tensor>>(tree: &mut T) -> Vec<&mut Tensor> {
    let mut all = Vec::new();
    tree.visit_mut(&mut |t| all.push(t));
    all
}

/// The specs of a tree of tensors.
pub(super) fn specs<In: Wires>(at: &In::With<Tensor>) -> In::With<Spec> {
    let specs: Vec<Spec> = tensors(at).into_iter().map(Tensor::spec).collect();
    let skeleton: In = at.map(&mut |_| Wire::default());
    skeleton.fill(&specs).expect("both trees have the leaves of the tensors")
}

/// Every tensor that does not fit, by its path.
pub(super) fn check(what: &str, wanted: &[Spec], given: Vec<Spec>, paths: &[String]) -> Result<()> {
    if wanted.len() != given.len() {
        let text = format!("{} tensors were given where the function has {}", given.len(), wanted.len());
        return Err(Mistake::new(Place::Argument(what.into()), "run", text)
            .hint("give a tree of the traced shape")
            .into());
    }
    let mistakes = wanted.iter().zip(given).zip(paths).filter(|((wanted, given), _)| *wanted != given);
    let report = |((wanted, given), path): ((&Spec, Spec), &String)| {
        let place = Place::Argument(format!("{what} {path}").trim_end().to_string());
        Mistake::new(place, "run", format!("is {given}, traced for {wanted}"))
            .hint("give it in that shape, or trace again")
    };
    Diagnostic::from_all(mistakes.map(report).collect()).map_or(Ok(()), Err)
}

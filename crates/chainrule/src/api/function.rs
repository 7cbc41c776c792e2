//! A function that is ready to run.

use crate::base::{Diagnostic, Mistake, Place, Result, Spec, Tensor};
use crate::circuit::{Circuit, Tree, Wires};
use crate::plan::Plan;
use crate::run::Workspace;
use std::{marker::PhantomData, sync::Mutex};

/// A compiled function from a tree of tensors to a tree of tensors. `Send + Sync`; calls from several threads run side by side.
pub struct Function<In, Out> {
    plan: Plan,
    out: Out,
    /// Paths of the inputs, for messages.
    paths: Vec<String>,
    /// Workspaces that no call is using.
    idle: Mutex<Vec<Workspace>>,
    marker: PhantomData<fn(In)>,
}

impl<In: Wires, Out: Wires> Function<In, Out> {
    pub(super) fn new(circuit: &Circuit, paths: Vec<String>, out: Out) -> Self {
        Function { plan: Plan::new(circuit), out, paths, idle: Mutex::new(Vec::new()), marker: PhantomData }
    }

    /// Specs of the inputs, leaf by leaf.
    pub fn inputs(&self) -> &[Spec] {
        &self.plan.inputs
    }

    /// Bytes of memory for intermediate values, those of loops and branches included.
    pub fn bytes(&self) -> usize {
        self.plan.bytes()
    }

    /// Runs it.
    ///
    /// # Errors
    /// A tensor of another shape or dtype than the function was traced for.
    pub fn run(&self, input: In::With<Tensor>) -> Result<Out::With<Tensor>> {
        let mut results: Vec<Tensor> =
            self.plan.outputs.iter().map(|spec| Tensor::zeros(*spec)).collect();
        self.execute(&tensors(&input), &mut results.iter_mut().collect::<Vec<_>>())?;
        Ok(self.out.fill(&results).expect("one result was made for each leaf"))
    }

    /// Runs it and writes the results into the caller's tensors. Nothing is written if an argument does not fit.
    ///
    /// # Errors
    /// A tensor, of input or output, of another shape or dtype than the function was traced for.
    pub fn run_into(&self, input: &In::With<Tensor>, out: &mut Out::With<Tensor>) -> Result<()> {
        self.execute(&tensors(input), &mut tensors_mut(out))
    }

    fn execute(&self, inputs: &[&Tensor], outputs: &mut [&mut Tensor]) -> Result<()> {
        let (given, taken) = (inputs.iter().map(|t| t.spec()), outputs.iter().map(|t| t.spec()));
        check("input", &self.plan.inputs, given.collect(), &self.paths)?;
        check("output", &self.plan.outputs, taken.collect(), &self.out.paths())?;
        let idle = self.idle.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).pop();
        let mut workspace = idle.unwrap_or_else(|| Workspace::new(&self.plan));
        workspace.run(&self.plan, inputs.iter().map(|t| t.slice()), outputs.iter_mut().map(|t| t.slice_mut()));
        self.idle.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(workspace);
        Ok(())
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
        let place = Place::Argument(format!("{what} {path}"));
        Mistake::new(place, "run", format!("is {given}, traced for {wanted}"))
            .hint("give it in that shape, or trace again")
    };
    Diagnostic::from_all(mistakes.map(report).collect()).map_or(Ok(()), Err)
}

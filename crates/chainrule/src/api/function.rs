//! A function that is ready to run.

use crate::base::{Diagnostic, Mistake, Place, Result, Spec, Tensor};
use crate::circuit::{Path, Tree, Wire, Wires};
use crate::numeric::team::Team;
use crate::plan::{Beside, Machine, Memory, Plan, PlanReport};
use crate::run::{Held, Workspace};
use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::{Arc, Mutex, TryLockError};

/// A compiled function from a tree of tensors to a tree of tensors. `Send + Sync`; calls from several threads run side by side.
/// Cloning shares the plan. `Debug` is a short summary.
pub struct Function<In, Out> {
    plan: Arc<Plan>,
    out: Out,
    /// Paths of the inputs, for messages.
    paths: Vec<String>,
    /// What a call works in that comes alone. It is locked during the call, which costs half of taking it out and
    /// putting it back: a call of a few gates takes no longer than two locks do.
    first: Mutex<Option<Room>>,
    /// What no call is using of what calls at the same time work in.
    others: Mutex<Vec<Room>>,
    team: Team,
    marker: PhantomData<fn(In)>,
}

/// What one call works in.
struct Room {
    workspace: Workspace,
    /// For a `step`: the parts of the state that are updated in place, and where the others are written before they change
    /// places with the current ones.
    held: Vec<Option<Held>>,
    next: Vec<Option<Tensor>>,
}

impl Room {
    fn new(plan: &Plan) -> Room {
        Room { workspace: Workspace::new(plan), held: Vec::new(), next: Vec::new() }
    }
}

impl<In: Wires, Out: Wires> Function<In, Out> {
    pub(super) fn new(plan: Plan, paths: Vec<String>, out: Out, team: Team) -> Self {
        Function::ready(Arc::new(plan), paths, out, team)
    }

    fn ready(plan: Arc<Plan>, paths: Vec<String>, out: Out, team: Team) -> Self {
        let (first, others) = (Mutex::new(None), Mutex::new(Vec::new()));
        Function { plan, out, paths, first, others, team, marker: PhantomData }
    }

    /// Specs of the inputs, leaf by leaf.
    pub fn inputs(&self) -> &[Spec] {
        &self.plan.inputs
    }

    /// Specs of the outputs, leaf by leaf.
    pub fn outputs(&self) -> &[Spec] {
        &self.plan.outputs
    }

    /// How many threads share the work of a call: see [`Options::threads`](crate::Options::threads).
    pub fn threads(&self) -> usize {
        self.team.threads()
    }

    /// Bytes of memory that a call uses, known before the first.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let spec = Spec::new(&[100, 100], DType::F32).unwrap();
    /// let f = compile(|x: Wire| x.matmul(x).exp().matmul(x), &(spec,))?;
    /// let memory = f.memory();
    /// assert_eq!((memory.inputs, memory.outputs), (40_000, 40_000));
    /// assert!(memory.arena >= 40_000 && memory.total() >= 120_000);
    /// # Ok::<(), Diagnostic>(())
    /// ```
    pub fn memory(&self) -> Memory {
        self.plan.memory()
    }

    /// The plan as text: a line a step, with what it computes and what that costs.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let spec = Spec::new(&[1000], DType::F64).unwrap();
    /// let f = compile(|x: Wire| (x * x).exp().sum(), &(spec,))?;
    /// assert!(f.plan().contains("mul, exp, sum of all"), "{}", f.plan());
    /// # Ok::<(), Diagnostic>(())
    /// ```
    pub fn plan(&self) -> String {
        self.plan.to_string()
    }

    /// The plan as data, with the least time of each step on a machine. Its text is the plan's, with those times.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// use chainrule::Machine;
    /// let spec = Spec::new(&[64, 64], DType::F32).unwrap();
    /// let f = compile(|x: Wire| x.matmul(x).tanh().sum(), &(spec,))?;
    /// let report = f.report(Some(Machine::measured()));
    /// assert_eq!((report.steps.len(), report.steps[0].flops), (2, 2 * 64 * 64 * 64));
    /// assert!(report.steps[0].bound > Some(0.0));
    /// assert_eq!(f.report(None).to_string(), f.plan());
    /// # Ok::<(), Diagnostic>(())
    /// ```
    pub fn report(&self, machine: Option<&Machine>) -> PlanReport {
        self.plan.report(Beside { machine, times: None })
    }

    /// Runs it once, and then so many times more with a clock at every step: what each step takes on the average, beside the
    /// least that this machine would need. Looking at the clock costs some 50 ns a step.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let spec = Spec::new(&[64, 64], DType::F32).unwrap();
    /// let f = compile(|x: Wire| x.matmul(x).tanh().sum(), &(spec,))?;
    /// let profile = f.profile(&(Tensor::zeros(spec),), 10)?;
    /// assert!(profile.steps.iter().all(|step| step.seconds.is_some() && step.bound.is_some()));
    /// println!("{profile}");
    /// # Ok::<(), Diagnostic>(())
    /// ```
    ///
    /// # Errors
    /// As [`Function::run`].
    pub fn profile(&self, input: &In::With<Tensor>, calls: usize) -> Result<PlanReport> {
        self.check_inputs(input, 0..self.plan.inputs.len())?;
        let mut results: Vec<Tensor> = self.plan.outputs.iter().map(|spec| Tensor::zeros(*spec)).collect();
        let mut workspace = Workspace::new(&self.plan);
        let calls = calls.max(1);
        for turn in 0..=calls {
            let mut call = workspace.call(&self.plan);
            each(input, |t| call.input(t));
            results.iter_mut().for_each(|t| call.output(t));
            assert!(call.run(self.team), "inputs were checked before");
            if turn == 0 {
                workspace.watch(&self.plan);
            }
        }
        let (machine, times) = (Some(Machine::measured()), workspace.times());
        let report = self.plan.report(Beside { machine, times: Some((&times, calls)) });
        Ok(PlanReport { threads: self.threads(), ..report })
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
        self.check_inputs(&input, 0..self.plan.inputs.len())?;
        let mut results: Vec<Tensor> = self.plan.outputs.iter().map(|spec| Tensor::zeros(*spec)).collect();
        let has_run = self.with_room(|plan, room| {
            let mut call = room.workspace.call(plan);
            each(&input, |t| call.input(t));
            results.iter_mut().for_each(|t| call.output(t));
            call.run(self.team)
        });
        assert!(has_run, "inputs were checked before");
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
        let has_run = self.with_room(|plan, room| {
            let mut call = room.workspace.call(plan);
            each(input, |t| call.input(t));
            out.visit_mut(&mut |t| call.output(t));
            call.run(self.team)
        });
        if has_run {
            return Ok(());
        }
        self.check_inputs(input, 0..self.plan.inputs.len())?;
        self.check_outputs(out, 0..self.plan.outputs.len())
    }

    /// Lends what no other call is using.
    fn with_room<R>(&self, f: impl FnOnce(&Plan, &mut Room) -> R) -> R {
        let new = || Room::new(&self.plan);
        let first = match self.first.try_lock() {
            Ok(first) => Some(first),
            // What a call that panicked left is written anew by the next.
            Err(TryLockError::Poisoned(first)) => Some(first.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        };
        if let Some(mut first) = first {
            return f(&self.plan, first.get_or_insert_with(new));
        }
        let others = || self.others.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let idle = others().pop();
        let mut room = idle.unwrap_or_else(new);
        let result = f(&self.plan, &mut room);
        others().push(room);
        result
    }

    /// Every tensor that does not fit some of the inputs.
    fn check_inputs<T: Tree<Leaf = Tensor>>(&self, given: &T, range: Range<usize>) -> Result<()> {
        check_tree("input", &self.plan.inputs, given, range, &|| self.paths.clone())
    }

    /// Every tensor that does not fit some of the outputs.
    fn check_outputs<T: Tree<Leaf = Tensor>>(&self, given: &T, range: Range<usize>) -> Result<()> {
        check_tree("output", &self.plan.outputs, given, range, &|| self.out.paths())
    }
}

impl<In: Wires, Out: Wires> Clone for Function<In, Out> {
    fn clone(&self) -> Self {
        let (plan, paths) = (self.plan.clone(), self.paths.clone());
        Function::ready(plan, paths, self.out.map(&mut |&w: &Wire| w), self.team)
    }
}

impl<In: Wires, Out: Wires> fmt::Debug for Function<In, Out> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function")
            .field("inputs", &self.inputs())
            .field("outputs", &self.outputs())
            .field("steps", &self.plan.steps.len())
            .field("arena", &self.plan.arena)
            .finish()
    }
}

impl<S: Wires, D: Wires, R: Wires> Function<(S, D), (R, S)>
where
    (S, D): Wires,
    (R, S): Wires,
{
    /// One step of training: runs the function on `state` and `data`, updates the state and writes the report.
    /// Everything is checked before the first write: a mistake leaves both as they were. Clones of the state's tensors keep
    /// their numbers.
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
        let (states, reports) = (count(state), count(report));
        self.check_inputs(state, 0..states)?;
        self.check_inputs(data, states..self.plan.inputs.len())?;
        self.check_outputs(report, 0..reports)?;
        self.check_outputs(state, reports..self.plan.outputs.len())?;
        self.with_room(|plan, room| {
            let Room { workspace, held, next } = room;
            held.clear();
            next.resize(states, None);
            let mut call = workspace.call(plan);
            state.visit_mut(&mut |t| held.push(call.state(t, reports + held.len())));
            each(data, |t| call.input(t));
            report.visit_mut(&mut |t| call.output(t));
            for ((held, next), &spec) in held.iter().zip(next.iter_mut()).zip(&plan.outputs[reports..]) {
                match *held {
                    Some(held) => call.over(held),
                    None => call.output(next.get_or_insert_with(|| Tensor::zeros(spec))),
                }
            }
            assert!(call.run(self.team), "everything was checked before");
            let mut at = 0;
            state.visit_mut(&mut |leaf| {
                if let (None, Some(tensor)) = (held[at], &mut next[at]) {
                    std::mem::swap(leaf, tensor);
                    if plan.may_overwrite(at, reports + at) {
                        // What someone else held is his alone now; from here on this part is updated in place.
                        next[at] = None;
                    }
                }
                at += 1;
            });
        });
        Ok(())
    }

    /// Bytes of memory that a `step` uses: the parts of the state that are updated in place, and not written beside
    /// themselves, do not count among the outputs. They are those that nothing reads any more when they are written. A tensor
    /// of the state that is a clone of another is written beside it once.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let spec = Spec::new(&[1000], DType::F32).unwrap();
    /// let train = compile(|w: Wire, x: Wire| ((w * x).sum(), w - 0.1 * x), &(spec, spec))?;
    /// assert_eq!((train.memory().outputs, train.step_memory().outputs), (4004, 4));
    /// # Ok::<(), Diagnostic>(())
    /// ```
    pub fn step_memory(&self) -> Memory {
        let mut reports = 0;
        self.out.0.visit(&mut Path::silent(), &mut |_, _| reports += 1);
        let mut memory = self.plan.memory();
        for (state, spec) in self.plan.outputs[reports..].iter().enumerate() {
            if self.plan.may_overwrite(state, reports + state) {
                memory.outputs -= spec.dtype.bytes() * spec.shape.elements();
            }
        }
        memory
    }
}

/// Visits the leaves without their paths.
fn each<'a, T: Tree<Leaf = Tensor>>(tree: &'a T, mut f: impl FnMut(&'a Tensor)) {
    tree.visit(&mut Path::silent(), &mut |_, t| f(t));
}

fn count<T: Tree<Leaf = Tensor>>(tree: &T) -> usize {
    let mut count = 0;
    each(tree, |_| count += 1);
    count
}

/// The specs of a tree of tensors.
pub(super) fn specs<In: Wires>(at: &In::With<Tensor>) -> In::With<Spec> {
    let mut specs = Vec::new();
    each(at, |t| specs.push(t.spec()));
    let skeleton: In = at.map(&mut |_| Wire::default());
    skeleton.fill(&specs).expect("both trees have the leaves of the tensors")
}

/// Compares the tensors of a tree with a part of what a function takes or gives; asks for paths only where they don't fit.
fn check_tree<T: Tree<Leaf = Tensor>>(
    what: &str,
    wanted: &[Spec],
    given: &T,
    range: Range<usize>,
    paths: &dyn Fn() -> Vec<String>,
) -> Result<()> {
    let range = range.start.min(wanted.len())..range.end.min(wanted.len());
    let wanted = &wanted[range.clone()];
    let (mut at, mut fits) = (0, true);
    each(given, |t| {
        fits &= wanted.get(at).is_some_and(|spec| t.is(spec));
        at += 1;
    });
    if fits && at == wanted.len() {
        return Ok(());
    }
    let mut specs = Vec::new();
    each(given, |t| specs.push(t.spec()));
    check(what, wanted, specs, &paths()[range])
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

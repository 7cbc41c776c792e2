//! The circuit of a step: forward pass, backward pass and update.

use super::Settings;
use crate::data::{Examples, Goal};
use crate::error::Result;
use crate::metrics::best;
use crate::model::{Batch, Mode, Model, Tensors, specs};
use crate::optimiser;
use crate::predict::{mean, weighed};
use chainrule::{DType, Function, Program, Tensor, Tree, Wire, Wires, constant, note_gradient, scan, trace};
use std::cell::Cell;

/// All that steps change: weights, the optimiser's memory, and what the model has seen.
pub type State<M> = (optimiser::State<<M as Model>::Net>, <M as Model>::Seen);

/// What a step reports.
#[derive(Tree, Clone, Debug)]
pub struct Report<T> {
    /// The mean loss of the batch.
    pub loss: T,
    /// What it is the mean of: examples, or tokens.
    pub count: T,
    /// The predictions, before the update.
    pub output: T,
}

/// A traced step.
pub type StepProgram<M> = Program<(State<M>, Batch<Wire>), (Report<Wire>, State<M>)>;
type StepFunction<M> = Function<(State<M>, Batch<Wire>), (Report<Wire>, State<M>)>;

/// A compiled step with the tensors that it is fed from and reports to.
pub(super) struct Stepper<M: Model> {
    pub program: StepProgram<M>,
    pub function: StepFunction<M>,
    pub batch: Batch<Tensor>,
    pub report: Report<Tensor>,
    /// Whether the loss has a number for each row.
    pub is_by_row: bool,
}

/// What came of a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Done {
    /// The mean loss, and what it is the mean of.
    pub loss: f64,
    pub count: f64,
    /// How many predictions were asked for and how many were right; of numbers, none.
    pub asked: usize,
    pub right: usize,
}

impl<M: Model> Stepper<M> {
    /// Traces and compiles a step for so many examples.
    pub fn new(
        model: &M,
        settings: &Settings,
        state: &Tensors<State<M>>,
        rows: usize,
        data: &dyn Examples,
    ) -> Result<Stepper<M>> {
        let batch = Batch::specs(rows, data)?;
        let parts = if rows.is_multiple_of(settings.parts) { settings.parts } else { 1 };
        let is_by_row = Cell::new(false);
        let step = |state: State<M>, batch: Batch<Wire>| {
            let ((net, moments, clock), seen) = state;
            let (report, gradients, seen) = match parts {
                0 | 1 => at_once(model, &net, seen, &batch, &is_by_row),
                parts => by_parts(model, &net, seen, &batch, (parts, &is_by_row)),
            };
            let state = settings.optimiser.update((net, moments, clock), &gradients, batch.rate);
            (report, (state, seen))
        };
        let program = trace(step, &(specs::<State<M>>(state), batch.clone()))?;
        let function = program.clone().compile_with(&settings.options())?;
        // The report's leaves come before those of the state.
        let reported = |i: usize| Tensor::zeros(function.outputs()[i]);
        let report = Report { loss: reported(0), count: reported(1), output: reported(2) };
        Ok(Stepper { program, function, batch: Batch::zeros(&batch), report, is_by_row: is_by_row.get() })
    }

    /// What the last step reported of the first `rows` examples.
    pub fn done(&self, goal: &Goal, rows: usize) -> Result<Done> {
        let (mut asked, mut right) = (0, 0);
        if !matches!(goal, Goal::Numbers(_)) {
            let width = goal.names().len().max(1);
            let labels = self.batch.y.as_slice::<i64>()?;
            let labels = &labels[..labels.len() / self.batch.weight.shape().elements().max(1) * rows];
            let logits = self.report.output.as_slice::<f32>()?.chunks_exact(width);
            for (logits, &label) in logits.zip(labels).filter(|(_, label)| **label >= 0) {
                asked += 1;
                right += usize::from(best(logits) as i64 == label);
            }
        }
        Ok(Done { loss: self.report.loss.item()?, count: self.report.count.item()?, asked, right })
    }
}

type Parts<N, S> = (Report<Wire>, N, S);

/// Also notes whether the loss has a number for each row.
fn at_once<M: Model>(
    model: &M,
    net: &M::Net,
    seen: M::Seen,
    batch: &Batch<Wire>,
    is_by_row: &Cell<bool>,
) -> Parts<M::Net, M::Seen> {
    let outcome = model.record(net, &seen, batch, Mode::Training);
    is_by_row.set(outcome.loss.shape().rank() > 0);
    let (loss, count) = mean(outcome.loss, batch);
    let gradients = loss.gradient(net);
    (Report { loss, count, output: outcome.output }, gradients, outcome.seen)
}

/// The same in parts that are worked on one after another in a loop: only one part's values are kept at a time.
fn by_parts<M: Model>(
    model: &M,
    net: &M::Net,
    seen: M::Seen,
    batch: &Batch<Wire>,
    (parts, is_by_row): (usize, &Cell<bool>),
) -> Parts<M::Net, M::Seen> {
    let divided = |wire: Wire| {
        let mut dims = wire.shape().dims();
        dims[0] /= parts;
        dims.insert(0, parts);
        wire.reshape(&dims)
    };
    let zeros = net.map(&mut |w: &Wire| *w * 0.0);
    let nothing = constant(0.0).cast(DType::F32);
    let start = (zeros, (nothing, nothing, batch.key), seen);
    let over = (divided(batch.x), divided(batch.y), divided(batch.weight));
    let part = |(gradients, (sum, count, key), seen): (M::Net, (Wire, Wire, Wire), M::Seen),
                (x, y, weight): (Wire, Wire, Wire)| {
        let batch = Batch { x, y, weight, rate: batch.rate, key: key.fold(1) };
        // Wires of the loop, by which it can differentiate.
        let net = net.map(&mut |w: &Wire| w.identity());
        let outcome = model.record(&net, &seen, &batch, Mode::Training);
        is_by_row.set(outcome.loss.shape().rank() > 0);
        let (loss, weight) = weighed(outcome.loss, &batch);
        let gradients = gradients.zip(&loss.gradient(&net), |all, one| all + one);
        ((gradients, (sum + loss, count + weight, batch.key), outcome.seen), outcome.output)
    };
    let ((gradients, (sum, count, _), seen), output) = scan(part, start, over);
    let weight = count.maximum(nothing + 1.0);
    let mut dims = output.shape().dims();
    let rows = dims.remove(1);
    dims[0] *= rows;
    let report = Report { loss: sum / weight, count, output: output.reshape(&dims) };
    let gradients = gradients.map(&mut |g: &Wire| *g / weight);
    net.leaves().into_iter().zip(gradients.leaves()).for_each(|(of, gradient)| note_gradient(of, gradient));
    (report, gradients, seen)
}

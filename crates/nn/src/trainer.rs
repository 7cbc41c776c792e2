//! The trainer: forward pass, backward pass and update are one circuit, compiled once and run for every batch.

use crate::batches::shuffled;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::metrics::{Evaluation, best};
use crate::model::{Batch, Model, Tensors, replace, specs};
use crate::normalise::Normaliser;
use crate::optimiser::{Optimiser, State};
use crate::rng::{Purpose, Rng};
use crate::schedule::Schedule;
use chainrule::{DType, Function, Options, Shape, Spec, Tensor, Tree, Wire, Wires, trace};
use std::{collections::BTreeMap, ops::ControlFlow};

/// Most examples whose gradient is reported by layer.
const REPORTED: usize = 1024;

/// How to train.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// How often each example is seen.
    pub epochs: usize,
    /// Examples a step.
    pub batch: usize,
    /// The learning rate at the start.
    pub rate: f64,
    /// How it changes.
    pub schedule: Schedule,
    /// How weights follow their gradients.
    pub optimiser: Optimiser,
    /// Decides first weights, order and shifts.
    pub seed: u64,
    /// Whether images are moved by up to a pixel, anew in each epoch.
    pub shifts: bool,
    /// How many threads share a step, the same bits whatever it is; as [`chainrule::threads`] says if nothing is given.
    pub threads: Option<usize>,
}

impl Settings {
    /// How functions are compiled.
    fn options(&self) -> Options {
        self.threads.map_or(Options::default(), |count| Options::default().threads(count))
    }
}

/// How far training is, after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// The epoch, from 1.
    pub epoch: usize,
    /// Steps made in all.
    pub step: usize,
    /// Steps that there will be.
    pub steps: usize,
    /// Whether this step was the last of its epoch.
    pub epoch_ends: bool,
    /// The mean loss of this epoch's examples so far.
    pub loss: f64,
    /// The share of them that was predicted right when their turn came.
    pub accuracy: f64,
    /// The learning rate of the step.
    pub rate: f64,
}

/// What a step reports.
#[derive(Tree, Clone, Debug)]
struct Report<T> {
    loss: T,
    logits: T,
}

type Step<N> = Function<(State<N>, Batch<Wire>), (Report<Wire>, State<N>)>;
type Forward<N> = Function<(N, Batch<Wire>), Wire>;

/// A compiled step with the tensors that it is fed from and reports to.
struct Stepper<N: Wires> {
    function: Step<N>,
    batch: Batch<Tensor>,
    report: Report<Tensor>,
}

/// Trains a model.
pub struct Trainer<M: Model> {
    model: M,
    settings: Settings,
    normaliser: Normaliser,
    state: <State<M::Net> as Tree>::With<Tensor>,
    /// One for each size of batch: a single one where short batches can be filled up.
    steppers: BTreeMap<usize, Stepper<M::Net>>,
    forward: Option<(Forward<M::Net>, Batch<Tensor>)>,
}

impl<M: Model> Trainer<M> {
    /// A trainer with first weights, for examples like these: the normaliser is fitted to them.
    ///
    /// # Errors
    /// Settings that make no sense, weights that are too large.
    pub fn new(model: M, settings: Settings, train: &Dataset) -> Result<Trainer<M>> {
        check(&settings, train.rows())?;
        let net = model.start(settings.seed)?;
        let state = settings.optimiser.start::<M::Net>(net);
        let normaliser = Normaliser::fit(train);
        let mut trainer =
            Trainer { model, settings, normaliser, state, steppers: BTreeMap::new(), forward: None };
        // Mistakes in the model are found now, not after the data was read and the first lines were printed.
        trainer.stepper(trainer.settings.batch.min(train.rows()), train)?;
        Ok(trainer)
    }

    /// The weights: their running mean, if the optimiser keeps one.
    pub fn net(&self) -> &Tensors<M::Net> {
        let mean = self.settings.optimiser.average.and_then(|_| self.state.1.last());
        mean.unwrap_or(&self.state.0)
    }

    /// Goes on from other weights, as if no step had been made.
    pub fn set_net(&mut self, net: Tensors<M::Net>) {
        self.state = self.settings.optimiser.start::<M::Net>(net);
    }

    /// What is subtracted from features, and what they are divided by.
    pub fn normaliser(&self) -> &Normaliser {
        &self.normaliser
    }

    /// The specs of a batch.
    fn batch_specs(rows: usize, data: &Dataset) -> Result<Batch<Spec>> {
        let what = format!("a batch of {rows} rows of {} columns is too large", data.width());
        Batch::specs(rows, data.width())
            .ok_or_else(|| Error::argument("--batch", what, "choose a smaller one"))
    }

    /// The compiled step for batches of so many rows.
    fn stepper(&mut self, rows: usize, data: &Dataset) -> Result<&mut Stepper<M::Net>> {
        if !self.steppers.contains_key(&rows) {
            let batch = Self::batch_specs(rows, data)?;
            let (model, optimiser) = (&self.model, &self.settings.optimiser);
            let step = |state: State<M::Net>, batch: Batch<Wire>| {
                let outcome = model.record(&state.0, &batch);
                let loss = mean(outcome.loss, batch.weight);
                let gradients = loss.gradient(&state.0);
                let report = Report { loss, logits: outcome.logits };
                (report, optimiser.update(state, &gradients, batch.rate))
            };
            let specs = (specs::<State<M::Net>>(&self.state), batch.clone());
            let function = trace(step, &specs)?.compile_with(&self.settings.options())?;
            let logits = Shape::new(&[rows, data.classes.len()]).unwrap_or_default();
            let report = Report {
                loss: Tensor::scalar(0f32),
                logits: Tensor::zeros(Spec { shape: logits, dtype: DType::F32 }),
            };
            let batch = batch.map(&mut |s: &Spec| Tensor::zeros(*s));
            self.steppers.insert(rows, Stepper { function, batch, report });
        }
        Ok(self.steppers.get_mut(&rows).expect("it was there or was inserted just now"))
    }

    /// Trains on examples. `watch` is called after each step and may stop the training there.
    ///
    /// # Errors
    /// The loss becomes NaN or infinite.
    pub fn fit(
        &mut self,
        train: &Dataset,
        watch: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>> {
        let settings = self.settings.clone();
        let rows = train.rows();
        let batch = settings.batch.min(rows);
        let by_epoch = rows.div_ceil(batch.max(1));
        let steps = settings.epochs * by_epoch;
        let shifts = Rng::new(settings.seed, Purpose::Shift);
        for epoch in 0..settings.epochs {
            let order = shuffled(rows, settings.seed, epoch);
            let mut shift = shifts.fold(epoch as u64);
            let (mut loss, mut right, mut seen) = (0.0, 0, 0);
            for (i, chosen) in order.chunks(batch.max(1)).enumerate() {
                let step = epoch * by_epoch + i;
                let rate = settings.rate * settings.schedule.factor(step, steps);
                let (batch_loss, batch_right) =
                    self.step(train, chosen, batch, rate, settings.shifts.then_some(&mut shift))?;
                if !batch_loss.is_finite() {
                    let what = format!("the loss is {batch_loss} at step {} (epoch {})", step + 1, epoch + 1);
                    return Err(Error::diverged(what, settings.rate));
                }
                (loss, right, seen) =
                    (loss + batch_loss * chosen.len() as f64, right + batch_right, seen + chosen.len());
                let progress = Progress {
                    epoch: epoch + 1,
                    step: step + 1,
                    steps,
                    epoch_ends: i + 1 == by_epoch,
                    loss: loss / seen as f64,
                    accuracy: right as f64 / seen as f64,
                    rate,
                };
                if watch(&progress).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// One step: its loss, and how many examples were predicted right before it.
    fn step(
        &mut self,
        data: &Dataset,
        chosen: &[usize],
        batch: usize,
        rate: f64,
        shifts: Option<&mut Rng>,
    ) -> Result<(f64, usize)> {
        let rows = if self.model.loss_by_row() { batch } else { chosen.len() };
        self.stepper(rows, data)?;
        let stepper = self.steppers.get_mut(&rows).expect("the line above has compiled it");
        stepper.batch.load(data, chosen, &self.normaliser, shifts);
        stepper.batch.set_rate(rate);
        stepper.function.step(&mut self.state, &stepper.batch, &mut stepper.report)?;
        let logits = stepper.report.logits.as_slice::<f32>()?;
        let predicted = logits.chunks_exact(data.classes.len()).map(best);
        let right = predicted.zip(chosen).filter(|(class, row)| *class == data.labels[**row]).count();
        Ok((stepper.report.loss.item()?, right))
    }

    /// The logits of examples, row by row.
    ///
    /// # Errors
    /// The examples have other columns than those that the model was made for.
    pub fn logits(&mut self, data: &Dataset) -> Result<Vec<f32>> {
        let rows = self.settings.batch.min(data.rows()).max(1);
        let fits =
            |(_, batch): &(Forward<M::Net>, Batch<Tensor>)| batch.x.shape().iter().eq([rows, data.width()]);
        if !self.forward.as_ref().is_some_and(fits) {
            let batch = Self::batch_specs(rows, data)?;
            let model = &self.model;
            let forward = |net: M::Net, batch: Batch<Wire>| model.record(&net, &batch).logits;
            let specs = (specs::<M::Net>(self.net()), batch.clone());
            let function = trace(forward, &specs)?.compile_with(&self.settings.options())?;
            self.forward = Some((function, batch.map(&mut |s: &Spec| Tensor::zeros(*s))));
        }
        let mut logits = Vec::with_capacity(data.rows() * data.classes.len());
        let all: Vec<usize> = (0..data.rows()).collect();
        let net = replace::<M::Net>(self.net(), Tensor::clone);
        if let Some((function, batch)) = &mut self.forward {
            for chosen in all.chunks(rows) {
                batch.load(data, chosen, &self.normaliser, None);
                let result = function.run((replace::<M::Net>(&net, Tensor::clone), batch.clone()))?;
                logits.extend_from_slice(&result.as_slice::<f32>()?[..chosen.len() * data.classes.len()]);
            }
        }
        Ok(logits)
    }

    /// How good the predictions on examples are.
    ///
    /// # Errors
    /// As [`Trainer::logits`].
    pub fn evaluate(&mut self, data: &Dataset) -> Result<Evaluation> {
        Ok(Evaluation::new(&self.logits(data)?, &data.labels, &data.classes))
    }

    /// The Euclidean norm of the loss's gradient by weight, over the first examples (at most 1024), unshifted; and how
    /// many these were.
    ///
    /// # Errors
    /// As [`Trainer::logits`].
    pub fn gradient_norms(&self, data: &Dataset) -> Result<(Vec<(String, f64)>, usize)> {
        let chosen: Vec<usize> = (0..data.rows().min(REPORTED)).collect();
        let batch_specs = Self::batch_specs(chosen.len(), data)?;
        let mut batch = batch_specs.map(&mut |s: &Spec| Tensor::zeros(*s));
        batch.load(data, &chosen, &self.normaliser, None);
        let norms = |net: M::Net, batch: Batch<Wire>| {
            let loss = mean(self.model.record(&net, &batch).loss, batch.weight);
            loss.gradient(&net).map(&mut |g: &Wire| (*g * *g).sum().sqrt())
        };
        let specs = (specs::<M::Net>(self.net()), batch_specs);
        let function = trace(norms, &specs)?.compile_with(&self.settings.options())?;
        let norms = function.run((replace::<M::Net>(self.net(), Tensor::clone), batch))?;
        let values = norms.leaves().iter().map(Tensor::item).collect::<chainrule::Result<Vec<f64>>>()?;
        Ok((self.net().paths().into_iter().zip(values).collect(), chosen.len()))
    }
}

/// The mean over rows, each as heavy as its weight; a loss without rows as it is.
fn mean(loss: Wire, weight: Wire) -> Wire {
    if loss.shape().rank() == 0 { loss } else { (loss * weight).sum() / weight.sum() }
}

fn check(settings: &Settings, rows: usize) -> Result<()> {
    if settings.epochs.checked_mul(rows).is_none() {
        let what = format!("{} epochs are more steps than can be counted", settings.epochs);
        return Err(Error::argument("--epochs", what, "give a smaller number; Ctrl-C ends a long training"));
    }
    if settings.batch == 0 {
        return Err(Error::argument("--batch", "0 examples a step teach nothing", "give 1 or more"));
    }
    if !(settings.rate > 0.0 && settings.rate.is_finite()) {
        let what = format!("{} is no learning rate", settings.rate);
        return Err(Error::argument("--rate", what, "give a number above 0, as in 0.001"));
    }
    settings.optimiser.check()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::layers::{Linear, Mlp};
    use crate::model::Classifier;
    use crate::optimiser::Rule;

    /// Two clouds of points, one a class.
    fn data(rows: usize) -> Dataset {
        let mut rng = Rng::new(3, Purpose::Split);
        let labels: Vec<usize> = (0..rows).map(|i| i % 2).collect();
        let features =
            labels.iter().flat_map(|&l| [l as f64 * 2.0 - 1.0, 0.5].map(|m| (m + 0.4 * rng.normal()) as f32));
        let columns = vec!["width".into(), "height".into()];
        Dataset {
            columns,
            features: features.collect(),
            classes: vec!["a".into(), "b".into()],
            labels: labels.clone(),
            image: None,
        }
    }

    fn settings(rule: Rule, rate: f64) -> Settings {
        let optimiser = Optimiser::new(rule);
        Settings {
            epochs: 3,
            batch: 8,
            rate,
            schedule: Schedule::Constant,
            optimiser,
            seed: 1,
            shifts: false,
            threads: None,
        }
    }

    fn trainer(settings: Settings, data: &Dataset) -> Trainer<Classifier> {
        Trainer::new(Classifier { widths: vec![2, 5, 2] }, settings, data).unwrap()
    }

    fn go_on(_: &Progress) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    #[test]
    fn rows_that_fill_up_a_batch_change_nothing() {
        // 11 rows in batches of 16 padded, and in one batch of 11: the same weights.
        let data = data(11);
        let all: Vec<usize> = (0..11).collect();
        let mut exact = trainer(Settings { batch: 11, ..settings(Rule::Sgd, 0.5) }, &data);
        let mut padded = trainer(Settings { batch: 16, ..settings(Rule::Sgd, 0.5) }, &data);
        for _ in 0..5 {
            let (a, b) = (
                exact.step(&data, &all, 11, 0.5, None).unwrap(),
                padded.step(&data, &all, 16, 0.5, None).unwrap(),
            );
            assert!((a.0 - b.0).abs() < 1e-6 && a.1 == b.1, "{a:?} {b:?}");
        }
        for (a, b) in exact.net().leaves().iter().zip(padded.net().leaves()) {
            a.to_f64().iter().zip(b.to_f64()).for_each(|(a, b)| assert!((a - b).abs() < 1e-6, "{a} {b}"));
        }
        assert_eq!(exact.logits(&data).unwrap().len(), 22);
    }

    #[test]
    fn the_seed_decides_everything_and_the_network_learns() {
        let data = data(50);
        let run = |seed| {
            let mut trainer = trainer(Settings { seed, epochs: 20, ..settings(Rule::ADAM, 0.05) }, &data);
            assert!(trainer.fit(&data, &mut go_on).unwrap().is_continue());
            (trainer.net().leaves(), trainer.evaluate(&data).unwrap())
        };
        let (weights, evaluation) = run(1);
        assert!(evaluation.accuracy() > 0.95, "{}", evaluation.accuracy());
        assert_eq!(run(1).0, weights);
        assert_ne!(run(2).0, weights);
    }

    #[test]
    fn progress_counts_steps_and_epochs_and_can_stop_the_training() {
        let data = data(20);
        let mut trainer = trainer(settings(Rule::MOMENTUM, 0.1), &data);
        let mut seen = Vec::new();
        let _ = trainer
            .fit(&data, &mut |p| {
                seen.push((p.epoch, p.step, p.steps, p.epoch_ends));
                ControlFlow::Continue(())
            })
            .unwrap();
        let expected: Vec<_> = (1..=9usize).map(|s| (s.div_ceil(3), s, 9, s % 3 == 0)).collect();
        assert_eq!(seen, expected);
        let before = trainer.net().leaves();
        let stopped = trainer.fit(&data, &mut |_| ControlFlow::Break(())).unwrap();
        assert!(stopped.is_break());
        assert_ne!(trainer.net().leaves(), before, "the step that was under way is finished");
    }

    #[test]
    fn a_loss_that_leaves_the_numbers_is_reported_with_its_step() {
        let data = data(20);
        let mut trainer = trainer(settings(Rule::Sgd, 1e30), &data);
        let error = trainer.fit(&data, &mut go_on).unwrap_err();
        assert_eq!(error.kind, Kind::Diverged);
        let text = error.to_string();
        assert!(text.starts_with("train: the loss is ") && text.contains(" at step "), "{text}");
        assert!(text.ends_with("hint: a lower rate than 1000000000000000000000000000000 may help"), "{text}");
    }

    #[test]
    fn gradient_norms_are_those_of_the_mean_loss() {
        let data = Dataset {
            columns: vec!["a".into()],
            features: vec![1.0, -1.0],
            labels: vec![0, 1],
            classes: vec!["p".into(), "q".into()],
            image: None,
        };
        let mut trainer =
            Trainer::new(Classifier { widths: vec![1, 2] }, settings(Rule::Sgd, 1.0), &data).unwrap();
        let zeros = |dims: &[usize]| Tensor::zeros(Spec::new(dims, DType::F32).unwrap());
        trainer.set_net(Mlp { layers: vec![Linear { weight: zeros(&[2, 1]), bias: Some(zeros(&[2])) }] });
        // Even predictions: upstream of the logits is (p - onehot) / 2 = +-1/4; the weight's gradient -1/2 and 1/2.
        let (norms, rows) = trainer.gradient_norms(&data).unwrap();
        assert_eq!(rows, 2);
        assert_eq!(norms[0].0, "layers.0.weight");
        assert!((norms[0].1 - 0.5f64.sqrt()).abs() < 1e-6 && norms[1].1 < 1e-6, "{norms:?}");
    }

    #[test]
    fn settings_without_sense_are_refused() {
        let refused = |settings| {
            Trainer::new(Classifier { widths: vec![2, 2] }, settings, &data(4)).err().unwrap().to_string()
        };
        assert!(refused(Settings { batch: 0, ..settings(Rule::Sgd, 1.0) }).starts_with("--batch: "));
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(refused(settings(Rule::Sgd, rate)).starts_with("--rate: "), "{rate}");
        }
        for shrink in [-1.0, f64::NAN, f64::INFINITY] {
            let optimiser = Optimiser::new(Rule::Sgd).shrinking(shrink);
            let text = refused(Settings { optimiser, ..settings(Rule::Sgd, 1.0) });
            assert!(text.starts_with("--decay: weights can't shrink by "), "{text}");
        }
        let text = refused(Settings { epochs: usize::MAX, ..settings(Rule::Sgd, 1.0) });
        assert!(text.starts_with("--epochs: ") && text.contains("more steps than can be counted"), "{text}");
    }
}

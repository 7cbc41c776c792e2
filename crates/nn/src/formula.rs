//! Networks written as formulas: parameters, `logits` and `loss` by name.

use crate::architecture::Size;
use crate::data::{Examples, Goal};
use crate::error::{Error, Result};
use crate::init;
use crate::model::{Batch, Mode, Model, Outcome, Start};
use crate::parameters::Parameters;
use crate::rng::{Purpose, Rng};
use chainrule::formula::{Env, Formula, Init, Options, nearest};
use chainrule::{DType, Diagnostic, Mistake, Place, Spec, Wire};
use std::collections::BTreeMap;

/// What every formula must bind.
const RESULTS: [&str; 2] = ["logits", "loss"];
/// What messages call the formula.
const NAME: &str = "--model";

/// A formula that can be trained. Its inputs are `x`, all features; `y`, the class as i64 or the numbers that are asked for;
/// or columns of the data by their names. The lengths `features`, `classes` (or numbers) and `batch` are known to it.
#[derive(Clone, Debug)]
pub struct FormulaModel {
    formula: Formula,
    /// Names of the columns, for inputs that go by them.
    columns: Vec<String>,
    classes: usize,
    params: Vec<(String, Spec, Init)>,
}

/// What a formula is to fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// What is predicted.
    pub goal: Goal,
    /// Examples a batch.
    pub rows: usize,
}

impl Form {
    /// That of some data.
    pub fn of(data: &dyn Examples, rows: usize) -> Form {
        Form { columns: data.columns().to_vec(), goal: data.goal(), rows }
    }
}

impl FormulaModel {
    /// Checks a formula against what it is to fit.
    ///
    /// # Errors
    /// Mistakes in the formula, inputs that the data does not have, missing or misshapen `logits` and `loss`.
    pub fn new(formula: &Formula, form: &Form) -> Result<FormulaModel> {
        let Form { columns, goal, rows } = form;
        let (rows, classes) = (*rows, goal.names().len());
        names(formula, columns)?;
        let mut options =
            Options { dtype: DType::F32, dims: dims(rows, columns.len(), classes), ..Options::default() };
        for variable in formula.inputs().filter(|v| !options.dims.contains_key(&v.name)) {
            let (dims, dtype) = match (variable.name.as_str(), goal) {
                ("x", _) => (vec![rows, columns.len()], DType::F32),
                ("y", Goal::Numbers(_)) => (vec![rows, classes], DType::F32),
                ("y", _) => (vec![rows], DType::I64),
                _ => (vec![rows], DType::F32),
            };
            let spec = Spec::new(&dims, dtype)
                .map_err(|why| Error::argument("--batch", why, "choose a smaller one"))?;
            options.specs.insert(variable.name.clone(), spec);
        }
        let built = formula.build(&options)?;
        let result = |name: &str| {
            built.bindings.iter().find(|(n, _)| n == name).map(|(_, wire)| built.circuit.node(*wire).spec)
        };
        let [logits, loss] = RESULTS.map(result);
        shaped("logits", logits, &[&[rows, classes]])?;
        shaped("loss", loss, &[&[], &[rows]])?;
        let params = built.inputs.into_iter().filter_map(|input| Some((input.name, input.spec, input.init?)));
        Ok(FormulaModel {
            formula: formula.clone(),
            columns: columns.clone(),
            classes,
            params: params.collect(),
        })
    }

    /// What its parameters take.
    pub fn size(&self) -> Size {
        let shapes: Vec<Vec<usize>> = self.params.iter().map(|(_, spec, _)| spec.shape.dims()).collect();
        Size::of(shapes.iter().map(|dims| &dims[..]))
    }
}

fn dims(rows: usize, features: usize, classes: usize) -> BTreeMap<String, usize> {
    [("batch", rows), ("features", features), ("classes", classes)]
        .map(|(name, n)| (name.to_string(), n))
        .into()
}

/// Whether the formula binds what it must, has something to train and asks only for what the data has.
fn names(formula: &Formula, columns: &[String]) -> Result<()> {
    let mistake =
        |what: String, hint: String| Mistake::new(Place::Argument(NAME.into()), "", what).hint(hint);
    let mut mistakes = Vec::new();
    for name in RESULTS.into_iter().filter(|name| !formula.bindings().iter().any(|b| b == name)) {
        let meaning =
            if name == "loss" { "what is to be made small" } else { "one number for each row and class" };
        mistakes.push(mistake(
            format!("the formula does not bind {name}"),
            format!("write {name} = ..., {meaning}"),
        ));
    }
    if formula.params().next().is_none() {
        let hint = "declare what training changes, as in param W[features, classes] = he";
        mistakes.push(mistake("the formula has no param".to_string(), hint.to_string()));
    }
    let given = ["x", "y", "batch", "features", "classes"];
    let known = || given.into_iter().chain(columns.iter().map(String::as_str));
    for variable in formula.inputs().filter(|v| !known().any(|name| name == v.name)) {
        let near = nearest(&variable.name, known());
        let hint = near
            .map_or("inputs are x (all features), y (the class) and columns by name".into(), |n| {
                format!("did you mean {n}?")
            });
        mistakes.push(mistake(format!("the data has no column {}", variable.name), hint));
    }
    Diagnostic::from_all(mistakes).map_or(Ok(()), |mistakes| Err(mistakes.into()))
}

fn shaped(name: &str, spec: Option<Spec>, wanted: &[&[usize]]) -> Result<()> {
    let Some(spec) = spec else { return Ok(()) };
    if spec.dtype == DType::F32 && wanted.iter().any(|dims| spec.shape.iter().eq(dims.iter().copied())) {
        return Ok(());
    }
    let wanted = wanted.iter().map(|dims| format!("f32{dims:?}")).collect::<Vec<_>>().join(" or ");
    let hint = if name == "loss" {
        "take its mean over the batch"
    } else {
        "give one number for each row of x and each class"
    };
    Err(Error::argument(NAME, format!("{name} is {spec}, but must be {wanted}"), hint))
}

impl Model for FormulaModel {
    type Net = Parameters<Wire>;
    type Seen = Vec<Wire>;

    fn start(&self, seed: u64) -> Result<Start<Self>> {
        let rng = Rng::new(seed, Purpose::Start);
        let first = |(i, (_, spec, init)): (usize, &(String, Spec, Init))| {
            init::tensor(*init, *spec, init::Fan::of_formula(spec.shape), &mut rng.fold(i as u64))
        };
        let values = self.params.iter().enumerate().map(first).collect();
        let names = self.params.iter().map(|(name, ..)| name.clone()).collect();
        Ok((Parameters { names, values }, Vec::new()))
    }

    fn record(&self, net: &Parameters<Wire>, _: &Vec<Wire>, batch: &Batch<Wire>, _: Mode) -> Outcome {
        let shape = batch.x.shape();
        let mut values: BTreeMap<String, Wire> =
            net.names.iter().cloned().zip(net.values.iter().copied()).collect();
        for variable in self.formula.inputs() {
            let wire = match variable.name.as_str() {
                "x" => batch.x,
                "y" => batch.y,
                name => match self.columns.iter().position(|column| column == name) {
                    Some(at) => batch.x.slice_axis(1, at as i64, at as i64 + 1).reshape(&[shape[0]]),
                    None => continue,
                },
            };
            values.insert(variable.name.clone(), wire);
        }
        let env = Env { dtype: DType::F32, values, dims: dims(shape[0], self.columns.len(), self.classes) };
        let recorded = self.formula.record(&env);
        let [logits, loss] = RESULTS.map(|name| recorded.get(name).unwrap_or_default());
        Outcome::new(logits, loss)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Dataset, Targets};
    use crate::model::Classifier;
    use crate::observe::{self, Cadence};
    use crate::optimiser::{Optimiser, Rule};
    use crate::trainer::{Length, Settings, Trainer};
    use chainrule::Tensor;
    use chainrule_explorer::run::{Head, Record};
    use std::collections::BTreeSet;
    use std::ops::ControlFlow;
    use std::sync::{Arc, Mutex};

    /// Two clouds of points, one a class.
    fn data(rows: usize) -> Dataset {
        let mut rng = Rng::new(3, Purpose::Split);
        let labels: Vec<usize> = (0..rows).map(|i| i % 2).collect();
        let features =
            labels.iter().flat_map(|&l| [l as f64 * 2.0 - 1.0, 0.5].map(|m| (m + 0.4 * rng.normal()) as f32));
        Dataset {
            columns: vec!["width".into(), "height".into()],
            features: features.collect(),
            targets: Targets::Classes { names: vec!["a".into(), "b".into()], labels: labels.clone() },
            image: None,
        }
    }

    fn settings() -> Settings {
        Settings::new(Length::Epochs(20), 16, 0.05, Optimiser::new(Rule::ADAM), 1)
    }

    fn trained(source: &str, rows: usize) -> f64 {
        let data = data(rows);
        let formula = Formula::parse(source).unwrap();
        let model = FormulaModel::new(&formula, &Form::of(&data, 16)).unwrap();
        let mut trainer = Trainer::new(model, settings(), &data).unwrap();
        let _ = trainer.fit(&data, &mut |_| ControlFlow::Continue(())).unwrap();
        trainer.evaluate(&data).unwrap().accuracy().unwrap()
    }

    #[test]
    fn formulas_train_with_a_loss_for_the_batch_or_for_each_row() {
        let head = "param W[features, classes] = glorot\nparam b[classes] = zeros\nlogits = x @ W + b\n";
        // 50 rows in batches of 16: the last one is short.
        for loss in
            ["loss = mean(cross_entropy(logits, y)) + 0.001 * sum(W^2)", "loss = cross_entropy(logits, y)"]
        {
            let accuracy = trained(&format!("{head}{loss}"), 50);
            assert!(accuracy > 0.95, "{loss}: {accuracy}");
        }
    }

    /// Its end is what a doctor judges by.
    #[test]
    fn the_last_whole_batch_is_observed() {
        let source = "param W[features, classes] = glorot\nlogits = x @ W\n";
        for (loss, last) in
            [("loss = mean(cross_entropy(logits, y))", 79), ("loss = cross_entropy(logits, y)", 80)]
        {
            let data = data(50);
            let formula = Formula::parse(&format!("{source}{loss}")).unwrap();
            let model = FormulaModel::new(&formula, &Form::of(&data, 16)).unwrap();
            let mut trainer = Trainer::new(model, settings(), &data).unwrap();
            let seen = Arc::new(Mutex::new(BTreeSet::new()));
            let told = Arc::clone(&seen);
            let sink = move |record: &Record| {
                if let Record::Sum(sum) = record {
                    told.lock().unwrap().insert(sum.s);
                }
                Ok(())
            };
            let watching =
                observe::Settings { cadence: Cadence::Budget(0.0), ..observe::Settings::default() };
            trainer.watch(watching, sink, Head::default()).unwrap();
            let _ = trainer.fit(&data, &mut |_| ControlFlow::Continue(())).unwrap();
            let seen = seen.lock().unwrap();
            assert_eq!((seen.first(), seen.last()), (Some(&1), Some(&last)), "{loss}");
        }
    }

    #[test]
    fn columns_go_by_their_names() {
        let source = "param w = 0.1\nparam v = 0\ns = w * width + v * height\n\
                      logits = stack([0 * s, s], axis=1)\nloss = mean(cross_entropy(logits, y))";
        assert!(trained(source, 48) > 0.95);
    }

    #[test]
    fn a_formula_is_the_classifier_that_it_describes() {
        let data = data(50);
        let source = "param A[features, 4] = he\nparam a[4] = zeros\nparam B[4, classes] = he\nparam b[classes] = zeros\n\
                      logits = relu(x @ A + a) @ B + b\nloss = cross_entropy(logits, y)";
        let model = FormulaModel::new(&Formula::parse(source).unwrap(), &Form::of(&data, 16)).unwrap();
        let mut written = Trainer::new(model, settings(), &data).unwrap();
        let mut layered = Trainer::new(Classifier { widths: vec![2, 4, 2] }, settings(), &data).unwrap();
        let mut net = layered.net().clone();
        let transposed = |t: &Tensor| {
            let dims = t.shape().dims();
            let values = t.to_vec::<f32>().unwrap();
            let at = |i: usize| values[i % dims[0] * dims[1] + i / dims[0]];
            Tensor::new((0..values.len()).map(at).collect::<Vec<f32>>(), &[dims[1], dims[0]]).unwrap()
        };
        for (i, layer) in net.layers.iter_mut().enumerate() {
            layer.weight = transposed(&written.net().values[2 * i]);
            layer.bias = Some(written.net().values[2 * i + 1].clone());
        }
        layered.set_net(net);
        let _ = written.fit(&data, &mut |_| ControlFlow::Continue(())).unwrap();
        let _ = layered.fit(&data, &mut |_| ControlFlow::Continue(())).unwrap();
        let (mut a, mut b) = (Vec::new(), Vec::new());
        fn into(all: &mut Vec<f32>, logits: &[f32]) -> Result<()> {
            all.extend_from_slice(logits);
            Ok(())
        }
        written.predict(&data, &mut |_, logits, _| into(&mut a, logits)).unwrap();
        layered.predict(&data, &mut |_, logits, _| into(&mut b, logits)).unwrap();
        assert_eq!(a.len(), 100);
        for (a, b) in a.iter().zip(b) {
            assert!((a - b).abs() < 1e-3 * b.abs().max(1.0), "{a} {b}");
        }
    }

    #[test]
    fn formulas_that_do_not_fit_are_refused_with_every_reason() {
        let refusal = |source: &str| {
            FormulaModel::new(&Formula::parse(source).unwrap(), &Form::of(&data(50), 16))
                .unwrap_err()
                .to_string()
        };
        let text = refusal("f = x + widht");
        for part in [
            "--model: the formula does not bind logits; hint: write logits = ..., one number for each row and class",
            "--model: the formula does not bind loss; hint: write loss = ..., what is to be made small",
            "--model: the formula has no param",
            "--model: the data has no column widht; hint: did you mean width?",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        let text =
            refusal("param W[features, 3] = he\nlogits = x @ W\nloss = mean(cross_entropy(logits, y))");
        assert!(text.starts_with("--model: logits is f32[16, 3], but must be f32[16, 2]"), "{text}");
        let text = refusal("param W[features, 2] = he\nlogits = x @ W\nloss = logits");
        assert!(text.starts_with("--model: loss is f32[16, 2], but must be f32[] or f32[16]"), "{text}");
    }
}

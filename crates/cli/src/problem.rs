//! A formula at a point: what `explain`, `grad` and `check` are asked about.

use crate::failure::{self, Failure, Result, argument};
use crate::given::{self, Given};
use crate::start;
use chainrule::formula::{Built, Formula, Options, nearest};
use chainrule::{DType, Diagnostic, Flow, Mistake, Place, Spec, Tensor, flow};
use std::path::{Path, PathBuf};

/// A formula and values for its inputs.
#[derive(clap::Args)]
pub struct Point {
    /// The formula, or a file that holds it
    #[arg(value_name = "FORMULA|FILE", allow_hyphen_values = true)]
    formula: String,

    /// Values of inputs and parameters: a number, nested lists as in x=[[1,2],[3,4]], or x=@FILE.json
    #[arg(value_name = "NAME=VALUE")]
    values: Vec<String>,

    /// Values from a file: {"x": [1, 2]} in .json, or arrays in .npz
    #[arg(long, value_name = "FILE")]
    inputs: Vec<PathBuf>,

    /// The binding to take as the output [default: the last one]
    #[arg(long, value_name = "NAME")]
    of: Option<String>,

    /// Inputs whose gradients are wanted, divided by commas [default: all]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    wrt: Vec<String>,

    /// The dtype of values whose dtype the formula does not declare
    #[arg(long, value_name = "DTYPE", default_value = "f64", value_parser = ["f32", "f64"])]
    dtype: String,

    /// Draws first values for parameters that are not given
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    seed: u64,
}

/// The gradient that arrives at the output.
#[derive(clap::Args)]
pub struct Upstream {
    /// The gradient that arrives at the output: a number, nested lists or @FILE.json [default: 1 for a scalar output]
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    upstream: Option<String>,
}

/// A circuit with values for its inputs.
pub struct Problem {
    /// The circuit, with the names of inputs and bindings.
    pub built: Built,
    /// A value for each input.
    pub values: Vec<Tensor>,
    /// Parameters that were not given and start from the seed.
    pub started: Vec<String>,
    /// What gradients are wanted for: name and wire.
    pub wanted: Vec<(String, u32)>,
    /// Whether they were asked for by name.
    pub is_explicit: bool,
}

/// Gradients by name.
pub type Gradients = Vec<(String, Spec, Option<Tensor>)>;

impl Point {
    /// A formula with values for its inputs, and nothing else said.
    #[cfg(feature = "web")]
    pub fn of(formula: &str, values: &[String]) -> Point {
        Point {
            formula: formula.into(),
            values: values.to_vec(),
            inputs: Vec::new(),
            of: None,
            wrt: Vec::new(),
            dtype: DType::F64.name().into(),
            seed: 0,
        }
    }

    /// Reads the formula and the values and puts them together.
    ///
    /// # Errors
    /// Everything that does not fit, in one go as far as one mistake does not hide another.
    pub fn load(&self) -> Result<Problem> {
        let source = self.source()?;
        let given = given::collect(&self.values, &self.inputs);
        let formula = Formula::parse(&source.text).map_err(|mistakes| source.refused(mistakes));
        let (given, formula) = match (given, formula) {
            (Ok(given), Ok(formula)) => (given, formula),
            (given, formula) => {
                let failures = [formula.err(), given.err()].into_iter().flatten().collect();
                return Err(Failure::from_all(failures).unwrap_or_else(Failure::no));
            }
        };
        names(&formula, &given)?;
        given.iter().for_each(Given::warn);
        let floats = self.dtype.parse().unwrap_or(DType::F64);
        let mut options = Options { dtype: floats, output: self.of.clone(), ..Options::default() };
        for value in &given {
            place(&formula, value, &mut options)?;
        }
        let mut built = formula.build(&options).map_err(|mistakes| source.placed(mistakes.into()))?;
        let names: Vec<(u32, String)> =
            built.circuit.inputs.iter().copied().zip(built.inputs.iter().map(|i| i.name.clone())).collect();
        let bindings = built.bindings.iter().map(|(name, wire)| (*wire, name.clone()));
        for (wire, name) in bindings.collect::<Vec<_>>().into_iter().chain(names) {
            built.circuit.names.insert(wire, name);
        }
        let (values, started) = self.fill(&built, &given)?;
        let wanted = self.wanted(&built)?;
        Ok(Problem { built, values, started, wanted, is_explicit: !self.wrt.is_empty() })
    }

    /// The formula or its file, as it was given.
    pub fn title(&self) -> String {
        self.formula.clone()
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// What names an existing file or ends in `.cr` is a file, anything else a formula.
    fn source(&self) -> Result<Source> {
        let path = Path::new(&self.formula);
        if !path.exists() && path.extension().is_none_or(|e| e != "cr") {
            return Ok(Source { text: self.formula.clone(), path: None });
        }
        let text = failure::read_text(path)?;
        if text.trim().is_empty() {
            return Err(failure::content(path, "is empty", "write a formula, as in f = (x + y) * z").into());
        }
        Ok(Source { text, path: Some(path.to_path_buf()) })
    }

    /// A value for each input, and the names of those that start from the seed.
    fn fill(&self, built: &Built, given: &[Given]) -> Result<(Vec<Tensor>, Vec<String>)> {
        let (mut values, mut started, mut failures) = (Vec::new(), Vec::new(), Vec::new());
        for (number, input) in built.inputs.iter().enumerate() {
            match (given.iter().find(|g| g.name == input.name), input.init) {
                (Some(given), _) => match given.tensor(input.spec.dtype) {
                    Ok(value) => values.push(value),
                    Err(failure) => failures.push(failure),
                },
                (None, Some(init)) => {
                    started.push(input.name.clone());
                    values.push(start::tensor(init, input.spec, self.seed, number as u64));
                }
                (None, None) => failures.push(argument(&input.name, "has no value", "give it one").into()),
            }
        }
        Failure::from_all(failures).map_or(Ok((values, started)), Err)
    }

    /// The wires of `--wrt`, or else all inputs that can have a gradient.
    fn wanted(&self, built: &Built) -> Result<Vec<(String, u32)>> {
        let names = &built.circuit.names;
        if self.wrt.is_empty() {
            let floats =
                built.circuit.inputs.iter().filter(|&&w| built.circuit.node(w).spec.dtype.is_float());
            return Ok(floats.map(|w| (names[w].clone(), *w)).collect());
        }
        let others = || format!("name one of {}", names.values().cloned().collect::<Vec<_>>().join(", "));
        let (mut wanted, mut failures): (Vec<(String, u32)>, Vec<Failure>) = (Vec::new(), Vec::new());
        for name in &self.wrt {
            match names.iter().find(|(_, n)| *n == name) {
                Some((&wire, _)) if !built.circuit.node(wire).spec.dtype.is_float() => {
                    let what =
                        format!("{name} is {} and has no gradient", built.circuit.node(wire).spec.dtype);
                    failures.push(argument("--wrt", what, "gradients flow through f32 and f64 only").into());
                }
                Some((&wire, _)) if wanted.iter().all(|(n, _)| n != name) => {
                    wanted.push((name.clone(), wire))
                }
                Some(_) => {}
                None => {
                    let near = nearest(name, names.values().map(String::as_str));
                    let hint = near.map_or_else(others, |near| format!("did you mean {near}?"));
                    failures.push(
                        argument("--wrt", format!("nothing in the formula is called {name}"), hint).into(),
                    );
                }
            }
        }
        Failure::from_all(failures).map_or(Ok(wanted), Err)
    }
}

/// A formula's text and the file that it came from.
struct Source {
    text: String,
    path: Option<PathBuf>,
}

impl Source {
    /// Why it is no formula: its mistakes, or it was meant as the name of a file, which is not there.
    fn refused(&self, mistakes: Diagnostic) -> Failure {
        let path = Path::new(&self.text);
        let word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphabetic());
        let is_name = !self.text.contains(|c: char| c.is_whitespace() || "()[]=,;".contains(c))
            && path.extension().and_then(|e| e.to_str()).is_some_and(word);
        match (self.path.is_none() && is_name).then(|| failure::read(path)) {
            Some(Err(missing)) => missing,
            _ => self.placed(mistakes.into()),
        }
    }

    /// The same mistakes, said to be in the file.
    fn placed(&self, failure: Failure) -> Failure {
        match &self.path {
            Some(path) => failure.came_from(&self.text, path),
            None => failure,
        }
    }
}

/// Names that the formula does not have, and inputs without a value.
fn names(formula: &Formula, given: &[Given]) -> Result<()> {
    let inputs = || formula.variables().iter().map(|v| v.name.as_str());
    let known =
        |name: &str| inputs().chain(formula.dimensions().iter().map(String::as_str)).any(|n| n == name);
    let missing: Vec<&str> =
        formula.inputs().map(|v| v.name.as_str()).filter(|n| given.iter().all(|g| g.name != *n)).collect();
    let mut failures: Vec<Failure> = Vec::new();
    for name in given.iter().map(|g| g.name.as_str()).filter(|n| !known(n)) {
        let near = nearest(name, missing.iter().copied()).or_else(|| nearest(name, inputs()));
        let hint = match near {
            _ if formula.bindings().iter().any(|b| b == name) => {
                "the formula computes it; give values to its inputs only".into()
            }
            Some(near) => format!("did you mean {near}?"),
            None if inputs().next().is_none() => "the formula has no inputs".to_string(),
            None => format!("its inputs are {}", inputs().collect::<Vec<_>>().join(", ")),
        };
        failures.push(argument(name, "nothing in the formula takes this value", hint).into());
    }
    if !missing.is_empty() {
        let usage: Vec<String> = missing.iter().map(|name| format!("{name}=VALUE")).collect();
        let what = format!("no value for {}", missing.join(", "));
        failures.push(Mistake::new(Place::Unknown, "", what).hint(format!("add {}", usage.join(" "))).into());
    }
    Failure::from_all(failures).map_or(Ok(()), Err)
}

/// Tells the formula the spec of a given value, or the length of a dimension.
fn place(formula: &Formula, value: &Given, options: &mut Options) -> Result<()> {
    let variable = formula.variables().iter().find(|v| v.name == value.name);
    let Some(variable) = variable else {
        let length = value.tensor(DType::I64)?.to_f64();
        return match length[..] {
            [length] if value.dims().is_empty() && length >= 0.0 => {
                options.dims.insert(value.name.clone(), length as usize);
                Ok(())
            }
            _ => Err(argument(&value.name, "is the length of an axis", "give one whole number").into()),
        };
    };
    let dtype = value.target(variable.dtype, options.dtype);
    let spec =
        Spec::new(value.dims(), dtype).map_err(|what| argument(&value.name, what, "give a smaller value"))?;
    options.specs.insert(value.name.clone(), spec);
    Ok(())
}

impl Problem {
    /// The output: its name, if it has one, and its spec.
    pub fn output(&self) -> (Option<&str>, u32, Spec) {
        let wire = self.built.circuit.outputs[0];
        (self.built.output.as_deref(), wire, self.built.circuit.node(wire).spec)
    }

    /// How it is called in texts.
    pub fn output_name(&self) -> &str {
        self.built.output.as_deref().unwrap_or("output")
    }

    /// Everything that happens when the upstream arrives.
    ///
    /// # Errors
    /// An upstream that is missing or does not fit.
    pub fn flow(&self, upstream: &Upstream) -> Result<Flow> {
        let upstream = self.upstream(upstream)?;
        Ok(flow(&self.built.circuit, &self.values, &[upstream])?)
    }

    fn upstream(&self, upstream: &Upstream) -> Result<Tensor> {
        let (_, _, spec) = self.output();
        if !spec.dtype.is_float() {
            let what = format!("{} is {} and has no gradient", self.output_name(), spec.dtype);
            let hint = "gradients flow from f32 and f64 only; name another output with --of";
            return Err(argument("--of", what, hint).into());
        }
        let Some(text) = &upstream.upstream else {
            if spec.shape.rank() == 0 {
                return Ok(Tensor::full(spec, 1.0));
            }
            let what = format!("{} has shape {}, not one number", self.output_name(), spec.shape);
            let hint = "say which gradient arrives, as in --upstream 1 for the gradient of its sum";
            return Err(argument("--upstream", what, hint).into());
        };
        let given = given::value("--upstream", text, text, 0)?;
        given.warn();
        let tensor = given.tensor(spec.dtype)?;
        if tensor.shape().rank() == 0 {
            return Ok(Tensor::full(spec, tensor.to_f64()[0]));
        }
        if tensor.shape() != spec.shape {
            let what = format!("has shape {}, but {} has {}", tensor.shape(), self.output_name(), spec.shape);
            return Err(argument("--upstream", what, "give one number, or the shape of the output").into());
        }
        Ok(tensor)
    }

    /// The gradients that are wanted.
    ///
    /// # Errors
    /// No path leads to one that was asked for by name.
    pub fn gradients(&self, flow: &Flow) -> Result<Gradients> {
        let mut failures = Vec::new();
        let mut gradients = Vec::new();
        for (name, wire) in &self.wanted {
            let wire = &flow.wires[*wire as usize];
            if wire.upstream.is_none() && self.is_explicit {
                let what = format!("no path leads from {} to {name}", self.output_name());
                failures
                    .push(argument("--wrt", what, "leave it out, or name another output with --of").into());
            }
            gradients.push((name.clone(), wire.spec, wire.upstream.clone()));
        }
        Failure::from_all(failures).map_or(Ok(gradients), Err)
    }
}

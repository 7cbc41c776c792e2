//! From a formula to a circuit of its own, or into a trace that is open.

use super::Formula;
use super::ast::{Declaration, Item};
use super::check::Variable;
use super::elaborate;
use super::params::{self, Init, Settled};
use super::report::{FORMULA, Report, diagnostic, report};
use super::suggest::did_you_mean;
use super::value::{POISON, Value};
use crate::base::{DType, Diagnostic, Mistake, Place, Result, Spec};
use crate::circuit::{self, Circuit, Wire};
use crate::gates::INPUT;
use std::collections::{BTreeMap, HashMap};

/// What a circuit needs to know besides the formula.
#[derive(Clone, Debug)]
pub struct Options {
    /// The dtype of undeclared inputs, of parameters without one, and of literals that stand alone.
    pub dtype: DType,
    /// Specs of inputs and parameters; those not given are declared, or scalars.
    pub specs: BTreeMap<String, Spec>,
    /// Lengths of dimensions that no given input tells. Ones that the formula does not have are ignored.
    pub dims: BTreeMap<String, usize>,
    /// The name of the output: a binding, input or parameter. The last value of the formula if none.
    pub output: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Options { dtype: DType::F64, specs: BTreeMap::new(), dims: BTreeMap::new(), output: None }
    }
}

/// What a formula is built from inside a larger trace.
#[derive(Clone, Debug)]
pub struct Env {
    /// As in [`Options`].
    pub dtype: DType,
    /// Wires for the inputs and parameters.
    pub values: BTreeMap<String, Wire>,
    /// As in [`Options`].
    pub dims: BTreeMap<String, usize>,
}

/// The wires of a formula that was recorded into a trace.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Every binding outside of stages, in order.
    pub bindings: Vec<(String, Wire)>,
    /// The last value.
    pub output: Wire,
}

impl Recorded {
    /// The wire of a binding.
    pub fn get(&self, name: &str) -> Option<Wire> {
        self.bindings.iter().find(|(bound, _)| bound == name).map(|(_, wire)| *wire)
    }
}

/// An input of a circuit that a formula gave.
#[derive(Clone, PartialEq, Debug)]
pub struct BuiltInput {
    /// Its name.
    pub name: String,
    /// Its shape and dtype.
    pub spec: Spec,
    /// How a parameter gets its first value; none for an input.
    pub init: Option<Init>,
}

/// The circuit of a formula.
#[derive(Clone)]
pub struct Built {
    /// Its inputs are those of the formula in order of appearance; its only output is the one that was asked for.
    pub circuit: Circuit,
    /// What the circuit's inputs are.
    pub inputs: Vec<BuiltInput>,
    /// Every binding outside of stages, with its wire.
    pub bindings: Vec<(String, u32)>,
    /// The name of the output, unless it is a last expression without one.
    pub output: Option<String>,
    /// The lengths of the formula's dimensions.
    pub dims: BTreeMap<String, usize>,
}

impl Formula {
    /// Its circuit, for inputs of these specs.
    ///
    /// # Errors
    /// Every independent mistake: shapes that don't fit, names that the formula does not have.
    pub fn build(&self, options: &Options) -> Result<Built> {
        build(self, options, Vec::new())
    }

    /// Reads a formula and builds its circuit in one go, so that mistakes of both kinds are reported together.
    ///
    /// # Errors
    /// As [`Formula::parse`] and [`Formula::build`].
    pub fn compile(source: &str, options: &Options) -> Result<Built> {
        let (formula, reports) = Formula::read(source);
        build(&formula, options, reports)
    }

    /// Records the formula into the trace that is open. Mistakes are reported by the trace.
    pub fn record(&self, env: &Env) -> Recorded {
        circuit::source(self.source.clone());
        let mut reports = Vec::new();
        // A poisoned value says nothing about its shape, and is not to be reported again.
        let given = |name: &str| env.values.get(name).and_then(|wire| wire.spec());
        let mut settled = params::settle(self.declarations(), &given, &env.dims, env.dtype, &mut reports);
        for variable in &self.variables {
            let poisoned = env.values.get(&variable.name).is_some_and(|wire| wire.is_poisoned());
            if !poisoned && !env.values.contains_key(&variable.name) && !env.dims.contains_key(&variable.name)
            {
                settled.specs.remove(&variable.name);
                let hint =
                    did_you_mean(&variable.name, env.values.keys().map(String::as_str), "give it a value");
                reports.push(report(variable.place, format!("{} has no value", variable.name), hint));
            }
        }
        reports.into_iter().for_each(Report::record);
        let globals = self.globals(&settled, &env.values);
        elaborate::record(self, env.dtype, globals)
    }

    pub(super) fn declarations(&self) -> impl Iterator<Item = &Declaration> + Clone {
        self.items
            .iter()
            .filter_map(|item| if let Item::Declare(declaration) = item { Some(declaration) } else { None })
    }

    /// What names stand for before the first binding. A declared name whose spec was not settled is poisoned: that was reported.
    fn globals<'f>(&'f self, settled: &Settled, values: &BTreeMap<String, Wire>) -> HashMap<&'f str, Value> {
        let mut globals = HashMap::new();
        for dimension in &self.dimensions {
            let length = settled.dims.get(dimension);
            globals.insert(dimension.as_str(), length.map_or(POISON, |&n| Value::number(n as f64)));
        }
        for variable in &self.variables {
            let settled_or_free = variable.dims.is_none() || settled.specs.contains_key(&variable.name);
            let value = match values.get(&variable.name) {
                Some(&wire) if settled_or_free => Value::Wire(wire),
                Some(_) => POISON,
                None => settled.dims.get(&variable.name).map_or(POISON, |&n| Value::number(n as f64)),
            };
            globals.insert(&variable.name, value);
        }
        globals
    }
}

/// The specs of the circuit's inputs; none where a mistake was found.
fn input_specs<'f>(
    formula: &'f Formula,
    options: &Options,
    settled: &Settled,
) -> Vec<(&'f Variable, Option<Spec>)> {
    let is_dimension = |v: &&Variable| {
        v.dims.is_none() && !options.specs.contains_key(&v.name) && options.dims.contains_key(&v.name)
    };
    let variables = formula.variables.iter().filter(|v| !is_dimension(v));
    variables
        .map(|variable| {
            let spec = match variable.dims {
                Some(_) => settled.specs.get(&variable.name).copied(),
                None => {
                    Some(options.specs.get(&variable.name).copied().unwrap_or(Spec::scalar(options.dtype)))
                }
            };
            (variable, spec)
        })
        .collect()
}

fn build(formula: &Formula, options: &Options, mut reports: Vec<Report>) -> Result<Built> {
    let broken = !reports.is_empty();
    let given = |name: &str| options.specs.get(name).copied();
    let settled = params::settle(formula.declarations(), &given, &options.dims, options.dtype, &mut reports);
    // In a formula that was not understood, a name may well be used where nobody could see it.
    let arguments = if broken { Vec::new() } else { unused(formula, options) };
    let variables = input_specs(formula, options, &settled);
    let specs: Vec<Spec> = variables.iter().filter_map(|(_, spec)| *spec).collect();
    let traced = circuit::outermost(
        &INPUT,
        &specs,
        |wires| {
            circuit::source(formula.source.clone());
            let mut wires = wires.iter();
            let mut next =
                |spec: &Option<Spec>| spec.and_then(|_| wires.next().copied()).unwrap_or(Wire::POISON);
            let values = variables.iter().map(|(v, spec)| (v.name.clone(), next(spec))).collect();
            let recorded = elaborate::record(formula, options.dtype, formula.globals(&settled, &values));
            let output = match &options.output {
                None => recorded.output,
                Some(name) => recorded.get(name).or(values.get(name).copied()).unwrap_or(Wire::POISON),
            };
            (recorded, output)
        },
        |(recorded, output)| {
            // Bindings that the output does not need are kept all the same: people look at them.
            std::iter::once(*output).chain(recorded.bindings.iter().map(|(_, wire)| *wire)).collect()
        },
    );
    let mut mistakes: Vec<Mistake> = Vec::new();
    let traced = match traced {
        Ok(traced) if reports.is_empty() && arguments.is_empty() => traced,
        traced => {
            mistakes.extend(diagnostic(reports, &formula.source).iter().flat_map(|d| d.mistakes().to_vec()));
            mistakes.extend(traced.err().iter().flat_map(|d| d.mistakes().to_vec()));
            mistakes.extend(arguments);
            // An output that something else prevented is no news.
            let news = |m: &Mistake| m.place != Place::Unknown || m.gate != "trace";
            if mistakes.iter().any(news) {
                mistakes.retain(news);
            }
            mistakes
                .sort_by_key(|m| if let Place::Text { span, .. } = &m.place { span.start } else { u32::MAX });
            return Err(Diagnostic::from_all(mistakes).unwrap_or_else(|| not_built(formula)));
        }
    };
    let (recorded, output) = traced.result;
    let mut circuit = traced.circuit;
    circuit.outputs = vec![output.index];
    let inputs = variables
        .iter()
        .filter_map(|(v, spec)| Some(BuiltInput { name: v.name.clone(), spec: (*spec)?, init: v.init }));
    Ok(Built {
        circuit,
        inputs: inputs.collect(),
        bindings: recorded.bindings.into_iter().map(|(name, wire)| (name, wire.index)).collect(),
        output: options.output.clone().or_else(|| formula.last_name()),
        dims: settled.dims,
    })
}

/// Values and outputs that were asked for by a name which the formula does not have.
fn unused(formula: &Formula, options: &Options) -> Vec<Mistake> {
    let variables = || formula.variables.iter().map(|v| v.name.as_str());
    let bindings = || formula.bindings.iter().map(String::as_str);
    let mut mistakes = Vec::new();
    for name in options.specs.keys().filter(|name| !variables().any(|v| v == *name)) {
        let place = Place::Argument(name.clone());
        let mistake = if bindings().any(|b| b == name) {
            let what = format!("the formula computes {name} itself");
            Mistake::new(place, FORMULA, what).hint("give values to its inputs only")
        } else {
            let list = variables().collect::<Vec<_>>().join(", ");
            let otherwise =
                if list.is_empty() { "it has no inputs".into() } else { format!("its inputs are {list}") };
            let free = variables().filter(|v| !options.specs.contains_key(*v));
            let hint = did_you_mean(name, free, &otherwise);
            Mistake::new(place, FORMULA, format!("nothing in the formula is called {name}")).hint(hint)
        };
        mistakes.push(mistake);
    }
    if let Some(name) =
        options.output.as_ref().filter(|name| !bindings().chain(variables()).any(|b| b == *name))
    {
        let list = bindings().collect::<Vec<_>>().join(", ");
        let otherwise =
            if list.is_empty() { "it binds no names".into() } else { format!("its bindings are {list}") };
        let hint = did_you_mean(name, bindings().chain(variables()), &otherwise);
        let what = format!("nothing in the formula is called {name}");
        mistakes.push(Mistake::new(Place::Argument(name.clone()), FORMULA, what).hint(hint));
    }
    mistakes
}

/// Every path to a poisoned output reports why, so this is for paths that we do not know of.
fn not_built(formula: &Formula) -> Diagnostic {
    let place = Place::Text { span: 0..formula.source.len() as u32, source: formula.source.clone() };
    Mistake::new(place, FORMULA, "the formula gives no value").hint("end it with an expression").into()
}
